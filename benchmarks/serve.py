"""How long `landsweep serve` takes for slices of a huge landscape, and how much memory.

``python benchmarks/serve.py`` writes a run with one landscape of 40 points along five axes (10^8, 410 MB as float32),
serves it in a process of its own, and asks for slices at random places along each of the ten pairs of axes: through
HTTP, as the page does, from another process. The files of the run are not in the system's memory at the beginning;
"cold" slices come after the server's copy has left it as well. ``--points 11`` is a small one, ``--unit`` how many
points each of its units has: units that take seconds have some 10^5, those of imported landscapes 10^7.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from math import prod
from pathlib import Path

import numpy as np
import psutil
import yaml
from landsweep.disk.rundir import SCHEMA_VERSION, RunDir, write_json
from landsweep.disk.store import Landscape, Status
from landsweep.study.plan import even_shard, make_plan
from landsweep.study.study import Study

STUDY = {
    "name": "huge",
    "problem": {"path": "none.py:None"},
    "sweep": {"seed": [0], "subspace": ["random"], "direction_seed": [0]},
    "subspaces": {"random": {"kind": "random", "range": [-1, 1]}},
    "topology": {"connectivity": ["face"]},
}


def write(folder: Path, points: int, unit: int) -> Path:
    """Write a run whose landscape has waves and noise, unit by unit."""
    run = RunDir(folder / "run")
    run.path.mkdir()
    run.study.write_text(yaml.safe_dump({**STUDY, "grid": {"dims": 5, "points": points}}))
    study = Study.load(run.study)
    run.study.write_text(study.to_yaml())
    plan = make_plan(study)
    write_json(run.members, {"history": [{k: list(v) for k, v in plan.axes.items()}], **plan.to_json()})
    write_json(run.provenance, {"schema_version": SCHEMA_VERSION, "sessions": []})
    shard = even_shard(plan.sweep_shape, plan.grid_shape, min(unit, prod(plan.grid_shape)), 1)
    landscape = Landscape.create(run.landscape, study, plan, shard, {"dtype": "float32"})
    random = np.random.default_rng(0)
    axis = np.linspace(-1, 1, points)
    for part in landscape.units():
        sides = [axis[a:b] for a, b in zip(part.low[3:], part.high[3:], strict=True)]
        waves = [x**2 + 0.3 * np.sin(5 * x + k) for k, x in enumerate(sides)]
        values = sum(w.reshape([-1 if i == k else 1 for i in range(5)]) for k, w in enumerate(waves))
        noisy = np.asarray(values + 1e-3 * random.standard_normal(values.shape), np.float32).reshape(part.shape)
        landscape.write_unit(part, {"loss": noisy}, np.full(part.shape, Status.FINITE, np.uint8))
    return run.path


def cold(files: Iterable[Path]) -> None:
    """Take files out of the system's memory, where it lets us."""
    for file in files:
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def measure(run: Path, points: int) -> None:
    """Serve the run; print how long members and slices take, and the memory of the server."""
    cold(run.rglob("*"))
    command = [sys.executable, "-m", "landsweep", "serve", str(run), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        address, _, token = server.stdout.readline().strip().partition("?")
        memory = psutil.Process(server.pid)

        def get(path: str, query: str = "") -> float:
            began = time.perf_counter()
            with urllib.request.urlopen(f"{address}{path}?{query}&{token}") as answer:
                answer.read()
            return time.perf_counter() - began

        most = 0

        def resident() -> str:
            nonlocal most
            most = max(most, memory.memory_info().rss)
            return f"{memory.memory_info().rss / 1e6:.0f} MB"

        def copies() -> list[Path]:
            """Return the server's files without a name."""
            return [file for file in Path(f"/proc/{server.pid}/fd").iterdir() if " (deleted)" in str(file.readlink())]

        print(f"page    {get('api/page'):6.2f} s, {resident()}")
        print(f"member  {get('api/members/0/0'):6.2f} s, {resident()} (reads all of the landscape once)")
        random = np.random.default_rng(1)
        for state in ("warm", "cold"):
            every = []
            for a, b in itertools.combinations(range(5), 2):
                times = []
                for _ in range(10):
                    if state == "cold":
                        cold(copies())
                    at = ",".join(map(str, random.integers(0, points, 5)))
                    query = f"field=loss&representation=&vertical={a}&horizontal={b}&at={at}"
                    times.append(get("api/slices/0/0", query))
                print(f"{state}  axes {a},{b}  median {np.median(times):.3f} s, slowest {max(times):.3f} s")
                every += times
                resident()
            print(f"{state}  all of {len(every)}: median {np.median(every):.3f} s, slowest {max(every):.3f} s")
        with Path(f"/proc/{server.pid}/status").open() as status:
            peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
        print(f"memory after slices at most {most / 1e6:.0f} MB, at any time {int(peak) * 1024 / 1e6:.0f} MB")
        server.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--unit", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="where the run is written, by default a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        began = time.perf_counter()
        run = write(Path(folder), options.points, options.unit)
        size = sum(file.stat().st_size for file in run.rglob("*") if file.is_file())
        print(f"{options.points**5:,} points, {size / 1e6:.0f} MB, written in {time.perf_counter() - began:.0f} s")
        measure(run, options.points)


if __name__ == "__main__":
    main()
