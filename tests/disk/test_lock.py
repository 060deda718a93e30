"""Only what one's own clock has seen proves that the owner of a lock is dead."""

import json
import os
import re
import shutil
import signal
import threading
import time

import pytest
from landsweep.base.errors import UserError
from landsweep.disk import lock as lock_module
from landsweep.disk.lock import RunLock
from support import inside, make_study, stopped_when


def test_a_living_lock_of_a_host_whose_clock_is_behind_is_not_taken(tmp_path, monkeypatch):
    path, ended = tmp_path / "lock.json", threading.Event()
    path.write_text(json.dumps({"token": "x", "host": "elsewhere", "pid": 1, "started": "1"}))
    monkeypatch.setattr(lock_module, "STALE_SECONDS", 2.0)

    def beat():
        while not ended.wait(0.2):
            os.utime(path, (time.time() - 120,) * 2)

    os.utime(path, (time.time() - 120,) * 2)
    thread = threading.Thread(target=beat)
    thread.start()
    try:
        assert lock_module.owner(path) == "process 1 on elsewhere"
        with pytest.raises(UserError, match="in use by process 1 on elsewhere"):
            RunLock(path).__enter__()
    finally:
        ended.set()
        thread.join()


def test_a_copy_of_a_running_run_is_not_in_use(tmp_path):
    (tmp_path / "run").mkdir()
    with RunLock(tmp_path / "run" / "lock.json") as running:
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
        with RunLock(tmp_path / "copy" / "lock.json") as copied:
            assert copied.held()
        assert running.held()


def test_the_first_term_ends_the_wait_for_a_lock(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    out.mkdir()
    (out / "lock.json").write_text(json.dumps({"token": "x", "host": "elsewhere", "pid": 1, "started": "1"}))
    begin = time.monotonic()
    done = stopped_when("is locked by", signal.SIGTERM, "run", study, "--out", out)
    assert time.monotonic() - begin < 20
    assert done.returncode == 75, done.stderr
    assert "is locked by process 1 on elsewhere: waiting up to 30 s for a sign of life." in done.stderr
    assert "Stopped: everything finished is kept in " in done.stderr
    assert [path.name for path in out.iterdir()] == ["lock.json"]


def test_several_tasks_that_are_each_a_run_of_its_own_do_not_share_a_directory(tmp_path):
    """As under `srun -n 2 landsweep run --executor serial`: the name is obeyed, and the lock lets one of them in."""
    study, out = make_study(tmp_path), tmp_path / "run"
    task = {"SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "7"}
    words = ("run", study, "--out", out, "--executor", "serial")
    out.mkdir()
    with RunLock(out / "lock.json"):
        done = inside(*words, **task)
    assert done.returncode == 2, done.stderr
    assert re.fullmatch(
        r"\[task 1 of 2, each a run of its own\] landsweep: \S+/run is in use by process \d+ on \S+: wait for it, stop "
        r"it, or use another run directory\.\n",
        done.stderr,
    ), done.stderr
    done = inside(*words, "--stages", "train", **task)
    assert done.returncode == 0, done.stderr
    assert (
        "srun started 2 processes, and with executor.kind serial each is a run of its own: to share this one, use "
        "executor.kind auto or mpi." in done.stderr
    )
    assert inside("run", tmp_path / "gone.yaml", "--executor", "serial", **task).stderr.startswith("landsweep: ")
