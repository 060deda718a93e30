"""Runs that are really killed, at random moments: the same command again finishes them, and nothing is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from interrupting import finish, gone, ranks_of, start, wait_until, work_begins
from landsweep.base.errors import UserError
from landsweep.disk import lock as lock_module
from landsweep.disk.lock import RunLock
from support import (
    TIMEOUT,
    assert_same_run,
    command,
    environment,
    landsweep,
    make_study,
    reference_run,
    sessions,
    store_arrays,
    units_evaluated,
)

SLOW = {
    "problem__params": {"steps": 20, "train_delay": 0.04, "loss_delay": 0.008},
    "evaluation__batch": 1,
    "sweep__beta": [1.0, 2.0, 3.0],
}


@pytest.fixture(scope="module")
def reference():
    """The run that nobody interrupts; delays change no result."""
    return reference_run(**{**SLOW, "problem__params": {"steps": 20}})


def kill_everything(process, ranks, rng):
    for victim in [*ranks, psutil.Process(process.pid)]:
        victim.kill()


def kill_one_rank(process, ranks, rng):
    rng.choice(ranks).kill()


RANDOM = [(0, kill_everything), (2, kill_one_rank), (3, kill_everything)]
"""How a run is killed at random: one process, one rank of two, three ranks at once."""


@pytest.mark.parametrize(
    ("ranks", "how", "seed", "kills"),
    [
        *((*case, seed, 3) for seed, case in enumerate(RANDOM, 1)),
        *(pytest.param(*RANDOM[seed % 3], seed, 5, marks=pytest.mark.soak) for seed in range(4, 100)),
    ],
)
def test_kill_9_at_random_moments_loses_nothing(tmp_path, reference, ranks, how, seed, kills):
    rng = random.Random(seed)
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    interrupted = 0
    for _ in range(kills):
        begun = work_begins(out)
        process = start(study, out, ranks)
        victims = []
        if wait_until(begun, process):
            time.sleep(rng.uniform(0.0, 2.5))
            if process.poll() is None:
                victims = ranks_of(process) if ranks else []
                interrupted += 1
                if not ranks or victims:
                    how(process, victims, rng)
        output, _ = process.communicate(timeout=TIMEOUT)
        assert "Traceback" not in output, output
        gone(victims)
    assert interrupted >= 2
    finish(study, out, ranks)
    assert_same_run(reference, out)
    # A rank writes one unit while it evaluates the next: that one alone is lost with it.
    assert sum(n - 1 for n in units_evaluated(out).values()) <= interrupted * max(ranks, 1)
    assert not list(out.rglob("*.partial"))
    assert not list(out.rglob("training.pt"))


def test_what_a_signal_does_to_processes_of_a_problem_is_no_failure(tmp_path):
    """A job step's signal goes to all of its processes, also to a compiler that a loss waits for."""
    changes = {**SLOW, "problem__params": {"steps": 5, "processes": True}, "grid__points": [2, 2], "sweep__beta": [1.0]}
    study, out = make_study(tmp_path, **changes), tmp_path / "run"
    process = start(study, out, new_group=True)
    assert wait_until(lambda: units_evaluated(out), process)
    os.killpg(process.pid, signal.SIGUSR2)
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 75, output
    assert not list(out.glob("failures/*"))
    finish(study, out)


@pytest.mark.parametrize(
    ("stage", "number"),
    [
        ("train", signal.SIGINT),
        ("evaluate", signal.SIGTERM),
        ("evaluate", signal.SIGUSR2),
        *(
            pytest.param(stage, number, marks=pytest.mark.soak)  # the same handler, and the same places that look at it
            for stage, number in (("train", signal.SIGTERM), ("train", signal.SIGUSR2), ("evaluate", signal.SIGINT))
        ),
    ],
    ids=lambda n: getattr(n, "name", n),
)
def test_a_signal_finishes_the_unit_in_hand_and_exits_75(tmp_path, reference, number, stage):
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    process = start(study, out)
    pattern = "weights/*/training.pt" if stage == "train" else "landscape.zarr/status/c/**/*"
    assert wait_until(lambda: any(p.is_file() for p in out.glob(pattern)), process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 75, output
    assert "Stopping after the unit in hand; again to stop at once." in output
    assert "Run the same command again to go on." in output
    assert sessions(out)[-1]["outcome"] == "stopped"
    assert not (out / "lock.json").exists()
    finish(study, out)
    assert_same_run(reference, out)
    assert max(units_evaluated(out).values()) == 1


@pytest.mark.parametrize("target", ["one rank", "mpiexec"])
def test_a_signal_to_one_rank_or_ctrl_c_stops_all_ranks_with_75(tmp_path, reference, target):
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    process = start(study, out, ranks=2)
    assert wait_until(lambda: any(p.is_file() for p in out.glob("landscape.zarr/status/c/**/*")), process)
    victims = ranks_of(process)
    assert len(victims) == 2
    if target == "one rank":
        victims[1].send_signal(signal.SIGTERM)
    else:
        process.send_signal(signal.SIGINT)  # what Ctrl-C does; mpiexec hands it to the ranks
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 75, output
    gone(victims)
    finish(study, out)
    assert_same_run(reference, out)
    assert max(units_evaluated(out).values()) == 1


def test_a_second_signal_stops_at_once(tmp_path):
    changes = SLOW | {"problem__params": {"steps": 3, "loss_delay": 2.0}}
    study, out = make_study(tmp_path, **changes), tmp_path / "run"
    process = start(study, out)
    assert wait_until(lambda: (out / "directions" / "member-00005.safetensors").exists(), process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)  # what is left would take minutes
    assert process.returncode == 75, output
    assert "Traceback" not in output


def test_training_goes_on_from_its_checkpoint(tmp_path):
    """No step but the one in hand is computed twice, momentum and random noise included in the equality of bits."""
    trace = tmp_path / "trace.txt"
    params = {"steps": 60, "train_delay": 0.03, "trace": str(trace)}
    study, out = make_study(tmp_path, problem__params=params, sweep__beta=[1.0]), tmp_path / "run"
    for kill in range(2):
        process = start(study, out)
        assert wait_until(lambda kill=kill: trace.exists() and trace.read_text().count("\n") > 15 * (kill + 1), process)
        process.kill()
        process.communicate(timeout=TIMEOUT)
    finish(study, out)
    steps = Counter(trace.read_text().split("\n"))
    repeated = {line: n for line, n in steps.items() if line and n > 1}
    assert len([line for line in steps if line]) == 60
    assert len(repeated) <= 2
    whole = make_study(tmp_path, problem__params=params | {"trace": None}, sweep__beta=[1.0])
    finish(whole, tmp_path / "whole")
    ours, theirs = (p / "weights" / "model-00000" / "theta.safetensors" for p in (out, tmp_path / "whole"))
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_run_in_use_is_refused_and_goes_on_undisturbed(tmp_path, reference):
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    process = start(study, out)
    assert wait_until(lambda: (out / "lock.json").exists() and bool(sessions(out)), process)
    second = landsweep("run", study, "--out", out)
    assert second.returncode == 2
    assert f"{out} is in use by process {process.pid} on " in second.stderr
    assert "wait for it, stop it, or use another run directory." in second.stderr
    assert second.stderr.count("\n") == 1
    assert "running as process" in landsweep("status", out).stdout
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert_same_run(reference, out)


@contextmanager
def beating(lock: Path):
    """Renew a lock as its owner on another host would."""
    ended = threading.Event()

    def beat():
        while not ended.wait(0.3):
            os.utime(lock)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_lock_that_nobody_renews_is_taken_over(tmp_path, monkeypatch):
    path = tmp_path / "lock.json"
    path.write_text(json.dumps({"token": "x", "host": "elsewhere", "pid": 1, "started": "1"}))
    monkeypatch.setattr(lock_module, "STALE_SECONDS", 1.0)
    future = time.time() + 3600  # clocks of hosts differ: only a change is a sign of life
    os.utime(path, (future, future))
    with RunLock(path) as mine:
        assert mine.held()
    assert not path.exists()


def test_one_waits_for_an_owner_who_lives_where_one_has_patience(tmp_path):
    path = tmp_path / "lock.json"
    first = RunLock(path)
    first.__enter__()
    threading.Timer(1.0, first.__exit__, (None, None, None)).start()
    with pytest.raises(UserError, match="in use by process"):
        RunLock(path).__enter__()
    with RunLock(path, patience=30.0) as second:
        assert second.held()
        assert second.alone


def test_a_requeued_job_takes_the_lock_of_its_earlier_life_which_notices(tmp_path, monkeypatch):
    path, lost = tmp_path / "lock.json", threading.Event()
    monkeypatch.setattr(lock_module, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with RunLock(path, lost=lost.set) as ghost:
        with pytest.raises(UserError, match=r"in use by process \d+ on \S+ \(job 7\)"):
            RunLock(path).__enter__()  # two steps of one life of a job
        monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
        with RunLock(path) as second:
            assert lost.wait(10)
            assert second.held()
            assert not second.alone  # the ghost may be writing a file, which must not be swept away under its hands
            assert not ghost.held()
        assert not path.exists()


def test_a_ghost_and_the_job_that_replaces_it_write_one_run(tmp_path, reference):
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    ghost = subprocess.Popen(
        command("run", study, "--out", out, ranks=2),
        env=environment(SLURM_JOB_ID="7"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert wait_until(lambda: any(p.is_file() for p in out.glob("landscape.zarr/status/c/**/*")), ghost)
    done = subprocess.run(
        command("run", study, "--out", out, ranks=2),
        env=environment(SLURM_JOB_ID="7", SLURM_RESTART_COUNT="1"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    output, _ = ghost.communicate(timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in output
    assert ghost.returncode in (0, 75), output  # it may have been about to end
    finish(study, out)
    assert_same_run(reference, out)
    outcomes = {(s["job"], s["restart"]): s.get("outcome") for s in sessions(out)[:2]}
    assert outcomes["7", 1] == "done"
    assert outcomes["7", 0] in (None, "done")  # a ghost leaves the record to the job that has taken the run over


def test_a_lock_from_another_host_is_honoured_until_its_heartbeat_is_old(write_study, tmp_path, monkeypatch):
    study, out = write_study(), tmp_path / "run"
    finish(study, out)
    lock = out / "lock.json"
    lock.write_text(json.dumps({"token": "x", "host": "elsewhere", "pid": 1, "started": "1"}))
    with beating(lock):
        refused = landsweep("run", study, "--out", out)
    assert refused.returncode == 2
    assert "is locked by process 1 on elsewhere: waiting up to 30 s for a sign of life." in refused.stderr
    assert "in use by process 1 on elsewhere" in refused.stderr
    old = time.time() - 120
    os.utime(lock, (old, old))
    monkeypatch.setattr(lock_module, "STALE_SECONDS", 2.0)
    finish(study, out)
    assert not lock.exists()


def test_interrupted_before_the_first_unit_leaves_nothing_half_made(write_study, tmp_path):
    study, out = write_study(problem__params={"raise_in": "exit"}), tmp_path / "run"
    killed = landsweep("run", study, "--out", out)
    assert killed.returncode == -signal.SIGKILL
    assert not (out / "landscape.zarr").exists()
    study.write_text(study.read_text().replace("exit", "nowhere"))
    again = landsweep("run", study, "--out", out)
    assert again.returncode == 2  # problem.params belong to the run's identity
    assert "problem.params.raise_in is 'nowhere', the run has 'exit'" in again.stderr
    finish(study, tmp_path / "other")
    assert (store_arrays(tmp_path / "other")["status"] == 1).all()
