"""Hessians over ranks that share the data, that are stopped, killed and told of: the same bits, and how far it is."""

from __future__ import annotations

import errno
import json
import re
import signal

import numpy as np
import pytest
from interrupting import gone, ranks_of, start, wait_until
from landsweep.distributed.sharing import SharedProduct
from landsweep.session import progress
from landsweep.session.context import Context
from landsweep.stages.models import journal
from ranked import ranked
from support import assert_same_run, inside, landsweep, reference_run

pytestmark = pytest.mark.long  # whole runs

SHARED = {
    "curvature": {
        "largest": 3,
        "smallest": 2,
        "magnitude": 2,
        "trace": "hutch++",
        "density": True,
        "density_vectors": 2,
        "dtype": "float64",
    },
    "sweep__beta": [1.0],
    "sweep__subspace": ["random", "hessian"],
    "subspaces__hessian": {"kind": "hessian", "range": [-0.5, 0.5], "unit": "l2"},
    "fields": ["loss", "hessian_max"],
}
"""Hessians at the weights, in directions and at every point."""


@pytest.fixture(scope="module")
def serial():
    return reference_run(**SHARED)


def curvature_files(path):
    return {p.name: p.read_bytes() for p in (path / "curvature").iterdir()}


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_ranks_that_share_the_data_find_the_same_bits(write_study, tmp_path, serial, ranks):
    pytest.importorskip("mpi4py")
    done = ranked("run", write_study(**SHARED), "--out", tmp_path / "run", ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert_same_run(serial, tmp_path / "run")
    assert curvature_files(serial) == curvature_files(tmp_path / "run")


@pytest.fixture
def stop_every(monkeypatch):
    """Ask this process to stop after each so many products, as a batch system does; count all of them."""
    counted, each = [0], [0]
    multiply = SharedProduct.__call__

    def counting(self, vector):
        image = multiply(self, vector)
        counted[0] += 1
        if each[0] and counted[0] % each[0] == 0:
            signal.raise_signal(signal.SIGTERM)
        return image

    monkeypatch.setattr(SharedProduct, "__call__", counting)

    def begin(products):
        counted[0], each[0] = 0, products
        return counted

    return begin


LATE = {"executor__checkpoint_seconds": 3600}  # so that nothing but a stop writes a state


@pytest.mark.long
def test_a_site_that_is_stopped_goes_on_within_it_with_the_same_bits(write_study, tmp_path, serial, stop_every):
    """Every stop lost all products of the site: it never came to its end if one session was too short for it."""
    whole = stop_every(0)
    assert inside("run", write_study(**SHARED | LATE), "--out", tmp_path / "whole").returncode == 0
    needed, study, out = whole[0], write_study(**SHARED | LATE), tmp_path / "run"
    counted, sessions = stop_every(23), 0
    while (done := inside("run", study, "--out", out)).returncode == 75:
        sessions += 1
        assert sessions < 30
    assert done.returncode == 0, done.stderr
    assert sessions >= needed // 23
    assert needed <= counted[0] <= needed + 3 * sessions  # residuals have no state
    assert curvature_files(serial) == curvature_files(out)
    assert not list(out.rglob("*.state"))
    assert_same_run(serial, out)


@pytest.mark.parametrize("how", ["another study", "damaged", "other weights", "other data"])
def test_a_state_that_is_not_of_this_site_is_not_used(write_study, tmp_path, stop_every, how):
    asked = {"sweep__beta": [1.0], "curvature": {"trace": "hutchinson", "trace_error": 1e-3, "trace_vectors": 60}}
    other = asked | ({"curvature": asked["curvature"] | {"seed": 1}} if how == "another study" else {})
    expected = reference_run(**other)
    study, out = write_study(**asked | LATE), tmp_path / "run"
    stop_every(30)
    assert inside("run", study, "--out", out).returncode == 75
    state = out / "curvature/member-00000.state"
    assert state.exists()
    counted = stop_every(0)
    if how == "another study":
        study = write_study(**other | LATE)
    elif how == "damaged":
        state.write_bytes(state.read_bytes()[:-200])
    else:
        with np.load(state) as file:
            changed = (
                {"of": np.array("cpu torch.float32 0")} if how == "other weights" else {"loss": 1.01 * file["loss"]}
            )
            arrays = dict(file) | changed
        with state.open("wb") as handle:
            np.savez(handle, **arrays)
    done = inside("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    assert counted[0] == 60
    assert curvature_files(expected) == curvature_files(out)


def test_a_state_that_cannot_be_written_is_said_and_costs_no_result(write_study, tmp_path, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(journal, "atomic", full)
    done = inside("run", write_study(curvature={"largest": 1}, sweep__beta=[1.0]), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    text = "curvature 0: its state cannot be written (No space left on device), so that a stop loses its products"
    assert (done.stdout + done.stderr).count(text) == 1


@pytest.mark.parametrize("engine", ["lanczos", "pyhessian"])
def test_long_work_on_one_site_says_how_far_it_is(write_study, tmp_path, monkeypatch, engine):
    """A trace of a large network was silent for minutes; status shows the same."""
    if engine == "pyhessian":
        pytest.importorskip("pyhessian")
    for module, name in ((journal, "TELL_SECONDS"), (progress, "LINE_SECONDS"), (progress, "FILE_SECONDS")):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(progress.ProgressFile.__init__, "__defaults__", (0.0,))
    asked = {"engine": engine, "trace": "hutchinson", "trace_vectors": 60, "trace_error": 1e-3}
    study, out, shown = write_study(curvature=asked, sweep__beta=[1.0]), tmp_path / "run", []
    tell = Context.tell

    def looking(self, event):
        tell(self, event)
        if not shown and "40" in getattr(event, "text", ""):
            shown.append(inside("status", out).stdout)

    monkeypatch.setattr(Context, "tell", looking)
    done = inside("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    text = (
        "curvature 0: product 40" if engine == "pyhessian" else "curvature 0: trace, product 40 of at most 60, trace "
    )
    assert text in done.stdout + done.stderr
    assert text in shown[0]
    if engine == "lanczos":
        assert " with a standard error of " in shown[0]
    assert "in_hand" not in json.loads((out / "progress.json").read_text())
    assert text in inside("logs", out, "--rank", "0").stdout


def test_pyhessian_stops_between_products_too(write_study, tmp_path, monkeypatch):
    pytest.importorskip("pyhessian")
    told = journal.Teller.__call__

    def stopping(self, said, state):
        if said() == "product 7":
            signal.raise_signal(signal.SIGTERM)
        told(self, said, state)

    monkeypatch.setattr(journal.Teller, "__call__", stopping)
    study = write_study(curvature={"engine": "pyhessian", "magnitude": 1, "trace": "hutchinson"}, sweep__beta=[1.0])
    assert inside("run", study, "--out", tmp_path / "run").returncode == 75
    assert not list((tmp_path / "run").glob("failures/*"))


@pytest.mark.mpi
def test_a_loss_that_fails_on_shared_data_hangs_no_rank(write_study, tmp_path):
    pytest.importorskip("mpi4py")
    params = {"steps": 20, "raise_in": "loss", "raise_at": 2.0}  # of the second model, which the trial does not try
    study = write_study(**SHARED | {"problem__params": params, "sweep__beta": [1.0, 2.0]})
    done = ranked("run", study, "--out", tmp_path / "run", ranks=3)
    assert done.returncode == 3, done.stderr
    assert re.search("failed: curvature [1-9]", done.stdout)
    assert "the loss is broken on purpose" in done.stdout


@pytest.mark.processes
@pytest.mark.parametrize(
    ("ranks", "how"),
    [
        (0, signal.SIGTERM),
        (2, signal.SIGKILL),
        *(pytest.param(*case, marks=pytest.mark.soak) for case in ((0, signal.SIGKILL), (2, signal.SIGTERM))),
    ],
)
def test_killed_in_the_middle_it_goes_on(write_study, tmp_path, serial, ranks, how):
    if ranks:
        pytest.importorskip("mpi4py")
    slow = SHARED | {"problem__params": {"steps": 20, "loss_delay": 0.01}}
    study, out = write_study(**slow), tmp_path / "run"
    process = start(study, out, ranks)
    state = out / "curvature/member-00000.state"
    assert wait_until(state.exists, process)
    processes = ranks_of(process) or None
    victim = processes[-1] if processes and ranks else process
    victim.send_signal(how)
    process.communicate(timeout=60)
    gone(processes or [])
    if how == signal.SIGTERM:
        assert process.returncode == 75
    assert [p.name for p in (out / "curvature").iterdir() if not p.name.startswith(".")] == [state.name]
    done = landsweep("run", study, "--out", out, ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert not state.exists()
    for name, expected in curvature_files(serial).items():
        with np.load(serial / "curvature" / name) as a, np.load(out / "curvature" / name) as b:
            assert a.files == b.files
            assert all(a[f].tobytes() == b[f].tobytes() for f in a.files), expected


@pytest.mark.processes
def test_what_launchers_say_of_threads_changes_no_bit(write_study, tmp_path):
    """Nannies of Dask set these to 1, others leave them to the machine; vectors here are long enough to be shared."""
    large = {"problem__params": {"steps": 3, "width": 12000}, "sweep__beta": [1.0]}
    study = write_study(curvature={"largest": 3, "trace": "hutch++"}, **large)
    runs = [tmp_path / threads for threads in ("1", "2")]
    for run in runs:
        done = landsweep("run", study, "--out", run, "--stages", "train,curvature", OPENBLAS_NUM_THREADS=run.name)
        assert done.returncode == 0, done.stderr
    assert curvature_files(runs[0])
    assert curvature_files(runs[0]) == curvature_files(runs[1])
