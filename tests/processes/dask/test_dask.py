"""Dask's workers, really started and really killed: the same bits as one process, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import zarr
from distributed import Client, LocalCluster, Status
from landsweep.disk.store import Landscape
from shell import Shell
from support import (
    TIMEOUT,
    assert_same_run,
    command,
    environment,
    events,
    inside,
    landsweep,
    make_study,
    reference_run,
    units_evaluated,
)

SLOW = {"problem__params": {"steps": 20, "loss_delay": 0.02}, "evaluation__batch": 1, "executor__unit_seconds": 0.5}
QUICK = {**SLOW, "problem__params": {"steps": 20}}
UNITS = 28


@pytest.fixture(scope="module")
def reference():
    """The run of one process."""
    return reference_run(**QUICK)


@pytest.fixture(scope="module")
def workers():
    """The address of two workers that stay, for runs that end none of them."""
    options = {"threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None}
    with LocalCluster(n_workers=2, host="127.0.0.1", **options) as cluster:
        yield cluster.scheduler_address


@contextmanager
def running(*arguments: str | Path, new_group: bool = False, **env: str):
    process = subprocess.Popen(
        command("run", *arguments),
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=new_group,
    )
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
        process.communicate(timeout=30)


def end_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=TIMEOUT)
    return process.returncode, said


def wait_for(condition, process=None, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        assert process is None or process.poll() is None, process.communicate()[0]
        time.sleep(0.02)


def units(out: Path) -> int:
    return sum(units_evaluated(out).values())


def worker_pids(out: Path) -> list[int]:
    return [e["pid"] for e in events(out) if e["event"] == "RankStarted" and e["rank"]]


def test_two_workers_give_the_bits_of_one_process_and_tell_what_they_do(tmp_path, reference):
    out, others = tmp_path / "run", set(psutil.Process().children(recursive=True))
    study = make_study(tmp_path, **SLOW)
    with running(study, "--out", out, "--workers", "2") as process:
        wait_for(lambda: units(out) >= 2, process)
        (text,) = (e["text"] for e in events(out) if e["event"] == "Notice" and e["text"].startswith("Dask: "))
        address = re.fullmatch(
            r"Dask: 2 worker\(s\) of this machine, scheduler tls://\S+; dashboard (http://\S+)", text
        )[1]
        page = urllib.request.urlopen(address, timeout=20).read()
        assert b"Dask" in page
        status, said = end_of(process)
    assert status == 0, said
    assert text in said
    assert_same_run(reference, out)
    assert sorted(units_evaluated(out)) == list(range(UNITS))
    assert set(units_evaluated(out).values()) == {1}
    happened = events(out)
    ranks = {e["rank"] for e in happened if e["event"] == "ItemDone"}
    assert ranks == {1, 2}
    assert len(set(worker_pids(out))) == 2
    assert [e["ranks"] for e in happened if e["event"] == "Hardware"] == [2]
    assert not set(psutil.Process().children(recursive=True)) - others  # workers are gone with their run


@pytest.mark.parametrize("stage", ["train", "evaluate", "topology"])
def test_a_killed_worker_changes_nothing(stage, tmp_path, reference):
    """Another process takes its place, or the others do its work."""
    out = tmp_path / "run"
    slow = {"problem__params": {"steps": 20, "loss_delay": 0.02, "train_delay": 0.1 * (stage == "train")}}
    study = make_study(tmp_path, **{**SLOW, **slow})
    with running(study, "--out", out, "--workers", "2") as process:
        began = {"train": 1, "evaluate": 3, "topology": 1}[stage]
        if stage == "train":
            wait_for(lambda: list(out.glob("weights/*/training.pt")), process)
        else:
            wait_for(
                lambda: sum(e["event"] == "ItemDone" and e["stage"] == stage for e in events(out)) >= began, process
            )
        workers = [p for p in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in str(p.cmdline())]
        assert len(workers) == 2, workers
        os.kill(workers[-1].pid, signal.SIGKILL)
        status, said = end_of(process)
    assert status == 0, said
    assert_same_run(reference, out)
    assert sorted(units_evaluated(out)) == list(range(UNITS))
    if stage == "evaluate":
        assert re.search(
            r"Worker [12] at tls://\S+ is gone; what it had in hand goes to others \([12] left\)\.", said
        ), said


def test_large_members_are_reduced_by_a_tree_of_tasks(tmp_path, workers):
    """Blocks of 12 points, so that a landscape of 7 x 5 has several, and its trees are made by their workers."""
    large = {
        "topology__block": 12,
        "topology__segmentation": True,
        "topology__connectivity": ["freudenthal", "face", "knn"],
    }
    study = make_study(tmp_path, **{**QUICK, **large})
    one, other = tmp_path / "one", tmp_path / "other"
    around = ["--set", "topology.connectivity=[moore]", "--set", "topology.periodic=[alpha_1]"]
    for sets, parts in (
        ([], ("freudenthal/basin", "freudenthal/arc", "face/arc", "knn/arc")),
        (around, ("moore/basin", "moore/arc")),
    ):
        assert inside("run", study, "--out", one, *sets).returncode == 0
        done = inside("run", study, "--out", other, *sets, "--executor", "dask", "--scheduler", workers)
        assert done.returncode == 0, done.stderr
        assert_same_run(one, other)
        for part in parts:
            first, second = (zarr.open_group(run / "segmentation.zarr", mode="r")[part][...] for run in (one, other))
            assert (first >= 0).all()
            np.testing.assert_array_equal(first, second)


def test_curvature_and_eigenvector_subspaces_are_worked_on_one_a_worker(tmp_path, workers):
    changes = {
        "curvature": {"largest": 2, "trace": "hutch++"},
        "subspaces__hess": {"kind": "hessian", "range": [-0.1, 0.1], "unit": "l2"},
        "sweep__subspace": ["random", "hess"],
        "resolve": {"enabled": True},
        "certify": {"float64": "all", "draws": 2},
    }
    study = make_study(tmp_path, **{**QUICK, **changes})
    one, other = tmp_path / "one", tmp_path / "other"
    assert inside("run", study, "--out", one).returncode == 0
    done = inside("run", study, "--out", other, "--scheduler", workers)
    assert done.returncode == 0, done.stderr
    assert_same_run(one, other)
    names = [sorted(p.relative_to(run) for p in run.glob("certify/*")) for run in (one, other)]
    assert names[0] == names[1]
    assert names[0]
    resolved = sorted(p.relative_to(one) for p in one.glob("resolved/*"))
    assert resolved
    for name in resolved:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_failing_member_is_marked_and_the_sweep_goes_on(tmp_path, workers):
    study = make_study(tmp_path, problem__params={"steps": 5, "raise_in": "loss", "raise_at": 2.0})
    out = tmp_path / "run"
    done = inside("run", study, "--out", out, "--scheduler", workers)
    assert done.returncode == 3, done.stderr
    assert "the loss is broken on purpose" in "".join(p.read_text() for p in out.glob("failures/*.json"))
    assert len(list(out.glob("topology/*.npz"))) == 2


def test_what_kills_every_worker_is_given_up_and_the_rest_is_done(tmp_path):
    study = make_study(tmp_path, problem__params={"steps": 5, "raise_in": "exit", "raise_at": 2.0})
    out = tmp_path / "run"
    done = landsweep("run", study, "--out", out, "--workers", "2")
    assert done.returncode == 3, done.stderr
    (failure,) = out.glob("failures/*.json")
    assert json.loads(failure.read_text())["error"] == (
        "4 workers died of it, one after the other; who dies is often short of memory: make evaluation.batch smaller "
        "or use fewer workers a node, and try again with --retry-failed"
    )
    assert len(list(out.glob("topology/*.npz"))) == 2  # of the other model, to the end
    again = inside("run", study, "--out", out)
    assert again.returncode == 3, again.stderr  # and it is not tried again by itself


def test_a_unit_that_kills_every_worker_is_a_failed_one(tmp_path):
    dies = {"steps": 5, "raise_in": "exit in loss", "raise_at": 2.0}
    # One unit a model: each that kills workers waits for several of them to start again.
    study = make_study(tmp_path, problem__params=dies, sweep__direction_seed=[0], grid__points=[2, 2])
    out = tmp_path / "run"
    done = landsweep("run", study, "--out", out, "--workers", "2")
    assert done.returncode == 3, done.stderr
    assert len(list(out.glob("failures/evaluate-*.json"))) == 1
    assert len(list(out.glob("topology/*.npz"))) == 1
    assert Landscape(out / "landscape.zarr").pending() == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGUSR2, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_a_signal_lets_units_be_finished(number, tmp_path, reference):
    """To the whole group, as a terminal's Ctrl-C and Slurm's warning: workers must not mind the first two."""
    out = tmp_path / "run"
    study = make_study(tmp_path, **SLOW)
    with running(study, "--out", out, "--workers", "2", new_group=True) as process:
        wait_for(lambda: units(out) >= 2, process)
        if number == signal.SIGTERM:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
        status, said = end_of(process)
    assert status == 75, said
    assert "Traceback" not in said
    assert "is gone" not in said
    before = units(out)
    assert 2 <= before < UNITS
    done = inside("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    assert_same_run(reference, out)
    assert set(units_evaluated(out).values()) == {1}


def test_training_stops_with_a_checkpoint(tmp_path):
    out = tmp_path / "run"
    study = make_study(tmp_path, problem__params={"steps": 400, "train_delay": 0.02})
    with running(study, "--out", out, "--workers", "2") as process:
        wait_for(lambda: len(list(out.glob("weights/*/training.pt"))) == 2, process)
        process.send_signal(signal.SIGTERM)
        status, said = end_of(process)
    assert status == 75, said
    assert len(list(out.glob("weights/*/training.pt"))) == 2


def test_the_api_starts_and_ends_workers(tmp_path):
    """From a program with the guard that spawned processes need."""
    make_study(tmp_path)
    (tmp_path / "program.py").write_text(
        "import landsweep\n"
        "if __name__ == '__main__':\n"
        "    run = landsweep.run('study.yaml', out='run', set=['executor.kind=dask', 'executor.workers=1'])\n"
        "    print(run.metrics.shape[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=TIMEOUT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "4"


class Existing:
    """A scheduler and workers that were there before the run."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")
        wait_for(self.file.exists)

    def worker(self, **env: str) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--no-dashboard")
        return self._start("dask_worker", *options, **env)

    def _start(self, program: str, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(self.file), *arguments],
                env=environment(**env),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return self.processes[-1]

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(30)


@pytest.fixture
def existing(tmp_path):
    cluster = Existing(tmp_path)
    yield cluster
    cluster.stop()


def test_an_existing_cluster_of_workers_that_come_and_go(existing, tmp_path, reference):
    """By scheduler file; a second worker joins, then the first is killed."""
    first, out = existing.worker(), tmp_path / "run"
    study = make_study(tmp_path, **SLOW)
    with running(study, "--out", out, "--scheduler-file", existing.file) as process:
        wait_for(lambda: units(out) >= 1, process)
        existing.worker()
        wait_for(lambda: len(worker_pids(out)) == 2, process)
        first.kill()
        status, said = end_of(process)
    assert status == 0, said
    assert "worker(s) of a cluster that was there, scheduler tcp://127.0.0.1:" in said
    assert_same_run(reference, out)
    assert existing.scheduler.poll() is None  # it is not ours to end


def test_workers_of_another_version_are_refused(existing, tmp_path):
    """Torch as its metadata say: what a worker loads is not looked at twice."""
    other = tmp_path / "other" / "torch-1.2.3.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 1.2.3\n")
    existing.worker(PYTHONPATH=str(other.parent))
    out = tmp_path / "run"
    done = landsweep("run", make_study(tmp_path), "--out", out, "--scheduler-file", existing.file)
    assert done.returncode == 2, done.stderr
    assert re.fullmatch(
        r"landsweep: Worker \S+ on \S+ has torch 1\.2\.3, expected torch \S+ as in the process that plans, since last "
        r"bits depend on them: start its workers from the same environment\.",
        done.stderr.splitlines()[-1],
    ), done.stderr


def test_workers_that_keep_an_old_module_are_refused(existing, tmp_path):
    """Python imports a module once, and workers of a cluster live on from run to run (dask/distributed #4245)."""
    existing.worker(PYTHONPATH=str(tmp_path))
    study, toy, module = make_study(tmp_path), tmp_path / "toy.py", tmp_path / "scale_of_a_cluster.py"
    toy.write_text("import scale_of_a_cluster\n" + toy.read_text())
    for scale, out in enumerate(("one", "two")):
        module.write_text(f"SCALE = {scale}\n")
        words = ("run", study, "--out", tmp_path / out, "--scheduler-file", existing.file)
        done = landsweep(*words, PYTHONPATH=str(tmp_path))
        assert done.returncode == (2 if scale else 0), done.stderr
    assert f"{module} has changed since this process imported it" in done.stderr
    assert not list((tmp_path / "two").glob("weights/*/theta.safetensors"))


def test_a_scheduler_that_goes_away_stops_the_run(existing, tmp_path, reference):
    existing.worker()
    out, study = tmp_path / "run", make_study(tmp_path, **SLOW)
    with running(study, "--out", out, "--scheduler-file", existing.file) as process:
        wait_for(lambda: units(out) >= 2, process)
        existing.scheduler.kill()
        status, said = end_of(process)
    assert status == 75, said
    assert re.search(r"^The scheduler at tcp://127\.0\.0\.1:\d+ is gone\.$", said, re.MULTILINE), said
    assert "Traceback" not in said
    assert inside("run", study, "--out", out).returncode == 0
    assert_same_run(reference, out)


def test_a_cluster_without_workers_is_given_up_in_time(existing, tmp_path, reference):
    worker, out = existing.worker(), tmp_path / "run"
    study = make_study(tmp_path, **SLOW, executor__patience=2)
    with running(study, "--out", out, "--scheduler-file", existing.file) as process:
        wait_for(lambda: units(out) >= 2, process)
        worker.kill()
        status, said = end_of(process)
    assert status == 75, said
    assert re.search(r"^No worker has been connected to tcp://127\.0\.0\.1:\d+ for [2-9] s\.$", said, re.MULTILINE)
    assert "Stopped: everything finished is kept" in said
    assert inside("run", study, "--out", out).returncode == 0
    assert_same_run(reference, out)


def test_a_cluster_that_never_had_a_worker_is_waited_for_and_given_up(existing, tmp_path):
    done = landsweep(
        "run", make_study(tmp_path, executor__patience=12), "--out", tmp_path / "run", "--scheduler-file", existing.file
    )
    assert done.returncode == 75, done.stderr
    assert "\nWaiting for workers for 12 s at most: none is connected.\nNo worker has been connected to " in done.stderr
    assert done.stderr.count("Waiting for workers") == 1


def test_what_a_session_leaves_behind_on_a_cluster_writes_nothing_any_more(existing, tmp_path, reference):
    """The worker is not ours to end, and goes on with the training it has in hand."""
    worker, out, trace = existing.worker(), tmp_path / "run", tmp_path / "steps"
    study = make_study(
        tmp_path,
        **{**SLOW, "problem__params": {"steps": 20, "train_delay": 0.2, "trace": str(trace)}},
        executor__checkpoint_seconds=1000.0,
    )

    def steps() -> int:
        return len(trace.read_text().splitlines()) if trace.exists() else 0

    with running(study, "--out", out, "--scheduler-file", existing.file) as process:
        wait_for(lambda: steps() >= 3, process)
        process.kill()
        process.wait(30)
    (out / "lock.json").unlink()
    wait_for(lambda: steps() == 20)
    time.sleep(1)
    assert worker.poll() is None
    assert not list(out.glob("weights/*/*"))
    assert inside("run", study, "--out", out).returncode == 0
    assert_same_run(reference, out)


def test_a_paused_worker_gives_back_what_it_does_not_begin(existing, tmp_path, reference):
    existing.worker()
    study, out = make_study(tmp_path, **SLOW), tmp_path / "run"
    with running(study, "--out", out, "--scheduler-file", existing.file) as process:
        wait_for(lambda: units(out) >= 1, process)
        with Client(scheduler_file=str(existing.file)) as client:  # as Dask does near a worker's memory limit
            client.run(lambda dask_worker: setattr(dask_worker, "status", Status.paused))
        existing.worker()
        status, said = end_of(process)
    assert status == 0, said
    assert re.search(
        r"The worker at tcp://\S+ is paused, so what it had in hand goes to others: Dask does that to workers that use "
        r"most of their memory limit; start them with --memory-limit 0\.",
        said,
    ), said
    assert_same_run(reference, out)


def test_a_problem_may_start_processes(tmp_path):
    """Here in the terminal of a step of four tasks (`srun -n4 --mpi=pmi2 --pty bash`), which is one process."""
    study = make_study(
        tmp_path,
        problem__params={"steps": 2, "loading": True},
        sweep__beta=[1.0],
        sweep__direction_seed=[0],
        grid__points=[2, 2],
    )
    step = {"SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "7", "SLURM_TASK_PID": ""}
    pmi = {"PMI_FD": "11", "PMI_JOBID": "7.0", "PMI_RANK": "0", "PMI_SIZE": "4"}
    with Shell("bash", "--norc", env=environment(**step, **pmi)) as shell:
        said = shell.type(shlex.join(command("run", study, "--out", tmp_path / "run", "--workers", "1")))
    assert "Dask: 1 worker(s) of this machine" in said


def test_another_run_directory_than_the_workers_see_is_refused(existing, tmp_path):
    """The worker lives where the folder is hidden by an empty one."""
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode
    ):
        pytest.skip("mount namespaces need privileges")
    study, hidden = make_study(tmp_path), tmp_path / "hidden"
    hidden.mkdir()
    command_ = f"mount -t tmpfs none {hidden} && exec {sys.executable} -m distributed.cli.dask_worker --nthreads 1 "
    command_ += f"--no-nanny --no-dashboard --scheduler-file {existing.file}"
    worker = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", command_],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    existing.processes.append(worker)
    done = landsweep("run", study, "--out", hidden / "run", "--scheduler-file", existing.file)
    assert done.returncode == 2, done.stderr
    assert re.search(
        rf"landsweep: Worker \S+ on \S+ does not see the run directory {hidden}/run, expected one on a file system "
        rf"that all workers share: run the study in such a one\.",
        done.stderr,
    ), done.stderr
