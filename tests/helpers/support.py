"""Shared helpers: studies on the toy problem, runs in processes of their own, and what makes two runs equal."""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any
from unittest import mock

import numpy as np
import yaml
from filelock import FileLock

HELPERS = Path(__file__).parent
TESTS = HELPERS.parent
ROOT, DATA = TESTS.parent, TESTS / "data"
BIN = Path(sys.executable).parent
TIMEOUT = 120


def methods(run: Any) -> str:
    """The methods paragraph and references of a run directory, with the sentences of every stage."""
    from landsweep.report.methods import methods
    from landsweep.stages import words

    return methods(run, [stage.methods for stage in words()])


def study_data(**changes: Any) -> dict[str, Any]:
    """A small study: 2 models, 4 members, 7 x 5 points; dotted keys change it."""
    data: dict[str, Any] = {
        "name": "toy",
        "problem": {"path": "toy.py:Toy", "params": {"steps": 20}},
        "sweep": {"beta": [1.0, 2.0], "seed": [0], "subspace": ["random"], "direction_seed": [0, 1]},
        "subspaces": {"random": {"kind": "random", "range": [-1, 1]}},
        "grid": {"dims": 2, "points": [7, 5]},
        # What a clock would choose is part of the last bits: two runs of "auto" need not be equal.
        "evaluation": {"strategy": "batched", "batch": 8},
        "topology": {"connectivity": ["freudenthal"]},  # the Topology ToolKit's, which tests compare with
        "report": {"figures": False, "page": False},  # seconds a run; tests that look at them ask for them
        "executor": {"checkpoint_seconds": 0},
    }
    for key, value in changes.items():
        target = data
        *parents, last = key.split("__")
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    return data


def make_study(folder: Path, **changes: Any) -> Path:
    """Write a changed toy study and its problem into a folder; return the study's path."""
    shutil.copy(HELPERS / "toy.py", folder / "toy.py")
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study_data(**changes), sort_keys=False))
    return path


def landsweep(
    *arguments: str | Path, ranks: int = 0, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, under mpiexec where ranks are given."""
    return subprocess.run(
        command(*arguments, ranks=ranks),
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )


def inside(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end in this process: what it says and returns, without what a process costs.

    For everything but what makes a process of its own: what it imports, signals, kills, ranks, workers, limits.
    """
    return called(list(map(str, arguments)), cwd or Path.cwd(), environment(**env))


def called(words: list[str], cwd: Path, env: dict[str, str], program: bool = False) -> subprocess.CompletedProcess[str]:
    """Call the command line's ``main``, or a program, in a folder and an environment; both are left as they were."""
    from landsweep.batch import slurm
    from landsweep.cli.main import main

    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, env, clear=True),
        mock.patch.object(sys, "argv", words if program else ["landsweep", *words]),
        mock.patch.object(slurm, "_last", None),  # a process begins without what another has asked
        chdir(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            runpy.run_path(words[0], run_name="__main__") if program else main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
        except Exception:
            if not program:
                raise
            status = 1
            traceback.print_exc()
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def stopped_when(said: str, number: int, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, which gets a signal once it has said something on standard error."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            if isinstance(sys.stderr, io.StringIO) and said in sys.stderr.getvalue():
                os.kill(os.getpid(), number)
                return

    watcher = threading.Thread(target=watch)
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # what a shell starts in the background ignores it
    watcher.start()
    try:
        return inside(*arguments, **env)
    finally:
        over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


shared_folder: Path | None = None
"""What all processes of one call of pytest share; conftest sets it."""


def once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder of this name that ``make(folder)`` fills, once for all tests. They may read it only.

    Who writes there makes the next test that asks for it fail. For writing there is ``copy_of``.
    """
    folder, made = shared_folder / name, shared_folder / f"{name}.json"
    with FileLock(f"{folder}.lock", timeout=2 * TIMEOUT):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a test that has failed to make it
            folder.mkdir(parents=True)
            make(folder)
            made.write_text(json.dumps(_files(folder)))
        changed = json.loads(made.read_text()).items() ^ _files(folder).items()
        assert not changed, f"a test has written into what all share: {sorted(changed)}"
    return folder


def _files(folder: Path) -> dict[str, str]:
    """Return each file's size and time of change."""
    stats = {str(p.relative_to(folder)): p.stat() for p in folder.rglob("*") if "__pycache__" not in p.parts}
    return {path: f"{stat.st_size} {stat.st_mtime_ns}" for path, stat in stats.items() if S_ISREG(stat.st_mode)}


def reference_run(**changes: Any) -> Path:
    """Return the run directory of a changed toy study, made once in a process that nobody interrupts. Only to read."""

    def make(folder: Path) -> None:
        done = inside("run", make_study(folder, **changes), "--out", folder / "run")
        assert done.returncode == 0, done.stderr

    digest = sha256(json.dumps(study_data(**changes), sort_keys=True).encode()).hexdigest()
    return once(f"toy-{digest[:16]}", make) / "run"


def copy_of(run: Path, folder: Path) -> Path:
    """Copy a run, and the study that lies beside it, into a folder; return the copied run directory."""
    shutil.copytree(run.parent, folder, dirs_exist_ok=True)
    return folder / run.name


def command(*arguments: str | Path, ranks: int = 0) -> list[str]:
    launcher = [str(BIN / "mpiexec"), "-n", str(ranks)] if ranks else []
    return [*launcher, sys.executable, "-m", "landsweep", *map(str, arguments)]


def environment(**env: str) -> dict[str, str]:
    """A clean environment: warnings stay on, no launcher's variables leak in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PMI_", "OMPI_", "SLURM_"))}
    return kept | {"COLUMNS": "120", "PYTHONFAULTHANDLER": "1"} | env


def store_arrays(run: Path) -> dict[str, np.ndarray]:
    """Every array of a run's store but timings, as bytes: equal means bit-identical."""
    import zarr

    group = zarr.open_group(run / "landscape.zarr", mode="r")
    return {name: np.asarray(array[...]) for name, array in group.arrays() if name != "train_seconds"}


def assert_same_run(one: Path, other: Path) -> None:
    """Weights, directions, landscapes and topology of two runs are bit-identical."""
    first, second = store_arrays(one), store_arrays(other)
    assert first.keys() == second.keys()
    assert "loss" in first
    for name in first:
        if first[name].dtype == object or first[name].dtype.kind in "UT":
            assert first[name].tolist() == second[name].tolist(), name
        else:
            assert first[name].dtype == second[name].dtype, name
            assert first[name].tobytes() == second[name].tobytes(), name
    for pattern in ("weights/*/theta.safetensors", "directions/*.safetensors"):
        files = sorted(p.relative_to(one) for p in one.glob(pattern))
        assert files
        for file in files:
            assert (one / file).read_bytes() == (other / file).read_bytes(), file
    trees = sorted(p.relative_to(one) for p in one.glob("topology/*.npz"))
    assert trees
    for file in trees:
        with np.load(one / file) as a, np.load(other / file) as b:
            assert a.files == b.files
            for name in a.files:
                assert a[name].tobytes() == b[name].tobytes(), (file, name)


def sessions(out: Path) -> list[dict[str, Any]]:
    path = out / "provenance.json"
    return json.loads(path.read_text())["sessions"] if path.exists() else []


def events(out: Path) -> list[dict[str, Any]]:
    """Every event that the ranks of a run have logged."""
    found = []
    for log in sorted(out.glob("logs/*.jsonl")):
        for line in log.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:  # the line in hand when the writer was killed
                continue
    return found


def units_evaluated(out: Path) -> Counter[int]:
    return Counter(e["index"] for e in events(out) if e["event"] == "ItemDone" and e["stage"] == "evaluate")
