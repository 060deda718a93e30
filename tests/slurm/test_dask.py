"""Dask's workers as batch jobs and in an allocation, on a real Slurm that the tests start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from slurm_cluster import LONG, UNITS, Cluster, Run, site_file, slow, wait_for
from support import (
    TIMEOUT,
    assert_same_run,
    command,
    environment,
    events,
    inside,
    make_study,
    reference_run,
    units_evaluated,
)

pytestmark = pytest.mark.usefixtures("quiet")
WORKERS = {"ranks_per_node": 1, "interface": "lo"}


@pytest.fixture(scope="module")
def reference():
    """The long study, run by one process without a cluster."""
    return reference_run(**{**LONG, "problem__params": {"steps": 10}})


class WithJobs:
    """A run whose workers are jobs, while it goes on."""

    def __init__(self, cluster: Cluster, folder: Path, *more: str, site: dict | None = None, **changes) -> None:
        self.cluster, self.folder, self.out = cluster, folder, folder / "run"
        self.arguments = (
            *("run", make_study(folder, **slow(folder, **changes)), "--out", self.out),
            *("--site", site_file(folder, **{**WORKERS, **(site or {})}), *more),
        )
        cluster.forget()
        self.process = subprocess.Popen(
            command(*self.arguments),
            env=environment(**cluster.env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def hurry(self) -> None:
        """Let what is left to evaluate take no longer than it must."""
        (self.folder / "hurry").touch()

    def jobs(self) -> list[str]:
        return self.cluster.slurm("squeue", "-h", "-o", "%i", "-t", "running,pending").split()

    def wait_for_units(self, count: int) -> None:
        def there() -> bool:
            assert self.process.poll() is None, self.process.communicate()[0]
            return sum(units_evaluated(self.out).values()) >= count

        wait_for(there, f"{count} units")

    def end(self, seconds: float = TIMEOUT) -> tuple[int, str]:
        try:
            said, _ = self.process.communicate(timeout=seconds)
        finally:
            self.process.kill()
        return self.process.returncode, said


def test_two_workers_in_jobs_of_which_one_is_killed(cluster, tmp_path, reference):
    """By SIGKILL to all of its processes, as a node would end."""
    run = WithJobs(cluster, tmp_path)
    run.wait_for_units(3)
    assert len(run.jobs()) == 2
    started = [e for e in events(run.out) if e["event"] == "RankStarted" and e["rank"]]
    victim = psutil.Process(started[0]["pid"])
    for process in (victim.parent(), victim):  # its nanny first, so that nobody starts it again
        process.kill()
    run.hurry()
    status, said = run.end()
    assert status == 0, said
    assert "Dask: 2 worker(s) in 2 batch job(s) on site.yaml, scheduler tls://127.0.0.1:" in said
    assert re.search(r"Worker \d at tls://\S+ is gone; what it had in hand goes to others \(1 left\)\.", said), said
    assert_same_run(reference, run.out)
    assert sorted(units_evaluated(run.out)) == list(range(UNITS))
    wait_for(lambda: not run.jobs(), "jobs to be cancelled with their run")
    assert not [p.name for p in (run.out / "jobs").iterdir() if p.suffix != ".out"]  # no key is left


def test_jobs_that_end_are_submitted_again(cluster, tmp_path, reference):
    run = WithJobs(cluster, tmp_path)
    run.wait_for_units(3)
    before = run.jobs()
    cluster.slurm("scancel", *before)
    cluster.forget()  # as if 30 s had gone by
    wait_for(lambda: cluster.forget() or (run.jobs() and not set(run.jobs()) & set(before)), "new jobs", 60)
    run.hurry()
    status, said = run.end()
    assert status == 0, said
    assert_same_run(reference, run.out)


def test_the_time_limit_of_workers_ends_the_run_in_good_order(cluster, tmp_path, reference):
    """A minute, of which workers use the half; none are submitted again, so the run stops and can go on."""
    site = {"time": "00:01:00", "grace": 30, "requeues": 0, "nodes": 1}
    run = WithJobs(cluster, tmp_path, site=site, problem__params={"steps": 10, "loss_delay": 0.25})
    run.wait_for_units(1)
    wait_for(lambda: not run.jobs(), "the worker to leave", 120)
    cluster.forget()
    status, said = run.end()
    assert status == 75, said
    assert "The workers' jobs have ended, and as many were submitted again as the site's requeues allow." in said
    assert "Stopped: everything finished is kept" in said
    assert "Traceback" not in said
    done = sum(units_evaluated(run.out).values())
    assert 1 <= done < UNITS
    run.hurry()
    rest = inside("run", run.arguments[1], "--out", run.out)
    assert rest.returncode == 0, rest.stderr
    assert_same_run(reference, run.out)


@pytest.mark.parametrize(
    ("site", "meaning", "remedy"),
    [
        ({"partition": "nowhere"}, "the partition is unknown", "name one of `sinfo` with --partition"),
        (
            {"partition": "debug", "time": "20:00:00"},
            "the time asked for is over the limit",
            "ask for less with --time",
        ),
        ({"cpus_per_rank": 99}, "no partition has such nodes, or so many of them", "ask for less with --nodes, or"),
    ],
)
def test_sbatch_refuses_workers(cluster, tmp_path, site, meaning, remedy):
    run = WithJobs(cluster, tmp_path, site=site)
    status, said = run.end()
    assert status == 2, said
    (line,) = said.strip().splitlines()
    assert line.startswith(f"landsweep: sbatch refused the job: {meaning} (it said: ")
    assert remedy in line
    assert not run.out.exists()


def test_jobs_that_bring_no_worker_are_a_mistake(cluster, tmp_path):
    run = WithJobs(cluster, tmp_path, site={"python": "/nowhere/python", "nodes": 3})
    wait_for(lambda: cluster.slurm("squeue", "-h", "-t", "failed"), "jobs to fail")
    cluster.forget()
    status, said = run.end()
    assert status == 2, said
    (line,) = (line for line in said.splitlines() if line.startswith("landsweep: "))
    found = re.fullmatch(
        rf"landsweep: 3 job\(s\) ended before a worker came from them, the last is \d+: ({run.out}/jobs/dask-\d+\.out) "
        rf"says why; expected that it starts Python and reaches tls://\S+ \(a profile's `interface` names the "
        rf"network\)\.",
        line,
    )
    assert found, said
    assert "/nowhere/python" in Path(found[1]).read_text()


def test_an_allocation_is_scheduler_planner_and_workers(cluster, tmp_path, reference):
    """Submitted as any other study; warned once before the end, it goes on in the job's next life."""
    run = Run(
        cluster, tmp_path, {"launcher": ["srun", "--mpi=pmi2", "--wait=60"], "ranks_per_node": 2}, executor__kind="dask"
    )
    (job,) = run.submit()
    run.evaluating(job)
    cluster.slurm("scancel", "-s", "USR2", job)
    wait_for(lambda: run.journal()[-1][2:] and "requeue" in {line[3] for line in run.journal()}, "a requeue")
    run.hurry()
    run.wait(job, "COMPLETED", seconds=180)
    assert_same_run(reference, run.out)
    assert set(units_evaluated(run.out).values()) == {1}
    ranks = {e["ranks"] for e in events(run.out) if e["event"] == "RankStarted"}
    assert ranks == {2}
    assert "Dask: 2 worker(s) of this allocation" in run.told(job)
    assert "Traceback" not in run.told(job)
    assert not list(run.out.glob("jobs/scheduler-*.json"))


def test_a_worker_of_an_allocation_is_killed(cluster, tmp_path, reference):
    run = Run(cluster, tmp_path, {"launcher": ["srun", "--mpi=pmi2"], "ranks_per_node": 2}, executor__kind="dask")
    (job,) = run.submit()
    run.evaluating(job)
    os.kill(next(e["pid"] for e in events(run.out) if e["event"] == "RankStarted" and e["rank"]), signal.SIGKILL)
    wait_for(lambda: cluster.state(job) in ("COMPLETED", "FAILED"), "the job to end", 180)
    assert "is gone; what it had in hand goes to others (1 left)." in run.told(job)
    assert_same_run(reference, run.out)


def test_two_ranks_are_too_few_for_an_allocation(cluster, tmp_path):
    run = Run(cluster, tmp_path, {"nodes": 1, "ranks_per_node": 2}, executor__kind="dask")
    done = run("submit", run.study, "--site", run.site, "--out", run.out)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"landsweep: executor.kind is dask, but a job on {run.site} has 2 ranks, expected at least 3 (the "
        f"scheduler, the one that plans, and workers): ask for more with --nodes, or use --set executor.kind=mpi."
    )
    done = subprocess.run(
        ["srun", "-n2", "--mpi=none", *command("run", run.study, "--out", run.out)],
        env=environment(**cluster.env),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 2, done.stderr
    assert "executor.kind is dask and srun started 2 processes, expected at least 3: the scheduler" in done.stderr


def test_the_client_is_stopped_by_a_signal_and_its_jobs_with_it(cluster, tmp_path, reference):
    run = WithJobs(cluster, tmp_path)
    run.wait_for_units(2)
    run.process.send_signal(signal.SIGTERM)
    status, said = run.end()
    assert status == 75, said
    wait_for(lambda: not run.jobs(), "jobs to be cancelled")
    assert set(units_evaluated(run.out).values()) == {1}
