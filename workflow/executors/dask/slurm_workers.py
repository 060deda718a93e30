"""Batch jobs that are Dask workers, from the same site profile as `landsweep submit`.

dask-jobqueue writes and submits the scripts; settings of a site for which it has no parameter are passed as further
directives. Jobs that end while there is work are replaced, as often as the profile allows.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil, inf
from pathlib import Path
from typing import Any

from landsweep.base.errors import Stopped, UserError
from landsweep.base.waiting import saying
from landsweep.batch import slurm
from landsweep.batch.script import SETUP_MAY_FAIL, sbatch_quote
from landsweep.batch.site import Site
from landsweep.batch.sites import sites
from landsweep.disk.rundir import RunDir
from landsweep.executors.dask.workers import Seen, Wanted, Workers, dashboard, shielded

LOOK_SECONDS = 5.0
"""Missing jobs are looked into at most once in this many seconds; Slurm itself is asked every 30 s at most."""
LEAVING_SECONDS = 5.0
"""A worker that leaves up to this many seconds before its planned end left as planned: it is first seen a little after
it has started."""
AGAIN_SECONDS = 60.0
"""A refused job is submitted again after this many seconds."""
STILLBORN = 3
"""The run ends with an error once this many jobs have ended before a worker came from them."""


@dataclass
class BatchJobs(Workers):
    """Workers in batch jobs of their own: ``jobs`` are wanted, and ``spare`` more may be submitted in their place."""

    cluster: Any = None
    jobs: int = 1
    spare: int = 0
    folder: Path = Path()
    lifetime: float = inf
    _stillborn: set[str] = field(default_factory=set, init=False)
    _seen: set[str] = field(default_factory=set, init=False)
    _since: dict[str, float] = field(default_factory=dict, init=False)
    _looked: float = field(default=-inf, init=False)
    _refused_at: float = field(default=-inf, init=False)

    @property
    def jobs_wait(self) -> bool:
        """True: workers are batch jobs, which may wait in a queue."""
        return True

    def look(self) -> dict[str, Seen]:
        """Return the workers that are there, and remember their names and when each was first seen."""
        found = super().look()
        self._seen.update(seen.name for seen in found.values())
        for address in found:
            self._since.setdefault(address, time.monotonic())
        return found

    def as_planned(self, address: str) -> bool:
        """Return whether a lost worker left at its planned time, shortly before the time limit of its job."""
        return time.monotonic() - self._since.get(address, time.monotonic()) > self.lifetime - LEAVING_SECONDS

    def keep(self, present: int) -> str:
        """Submit jobs in place of those that have ended, and return a sentence for the user, or an empty string.

        A job that Slurm refuses while others live is submitted again every now and then.

        Raises
        ------
        UserError
            Where sbatch refuses a job and no other lives, or jobs end before a worker comes from them.
        Stopped
            Where no job is left, and as many as allowed have been submitted.
        """
        now = time.monotonic()
        if present >= self.expected or now - self._looked < LOOK_SECONDS:
            return ""
        self._looked = now
        jobs = self.cluster.workers
        refused = [name for name, job in jobs.items() if job.refusal is not None]
        try:
            queue = slurm.queue()
        except slurm.Unreachable:
            queue = None  # nothing is known of jobs that were taken
        dead = [
            name
            for name, job in jobs.items()
            if queue and job.job_id and job.submitted < queue.time and not _alive(queue.jobs.get(job.job_id))
        ]
        live = present or len(dead) + len(refused) < self.jobs  # what is not listed is being submitted
        if refused and not live:
            raise jobs[refused[0]].refusal
        self._stillborn.update(jobs[name].job_id for name in dead if not self._brought_a_worker(name))
        again = dead[: self.spare]
        over = not again and not live
        if len(self._stillborn) >= STILLBORN or (over and not self._seen):
            last = max(self._stillborn, key=int)
            raise UserError(
                f"{len(self._stillborn)} job(s) ended before a worker came from them, the last is {last}: "
                f"{self.folder}/dask-{last}.out says why; expected that it starts Python and reaches {self.address} (a "
                "profile's `interface` names the network)."
            )
        if over:
            raise Stopped("The workers' jobs have ended, and as many were submitted again as the site's requeues allow")
        said = ""
        if refused and now - self._refused_at > AGAIN_SECONDS:
            said = f"{jobs[refused[0]].refusal} It is tried again while other workers live."
            self._refused_at = now
            self._replace(refused)
        if again:
            self.spare -= len(again)
            self._replace(again)
        return said

    def _replace(self, names: list[str]) -> None:
        self.cluster.sync(self._drop, names)
        self.cluster.scale(jobs=self.jobs)

    def _brought_a_worker(self, job: str) -> bool:
        return any(name == job or name.startswith(f"{job}-") for name in self._seen)

    async def _drop(self, names: list[str]) -> None:
        jobs = [self.cluster.workers.pop(name) for name in names if name in self.cluster.workers]
        await asyncio.gather(*(job.close() for job in jobs))


def _close(client: Any, cluster: Any) -> None:
    client.close()
    cluster.close()
    _forget_keys(cluster)


def _forget_keys(cluster: Any) -> None:
    """Remove the files in which dask-jobqueue hands keys to workers; it would leave that to the garbage collector."""
    for name in ("ca_file", "cert", "key"):
        if (file := getattr(cluster, f"_job_{name}", None)) is not None:
            file.close()


def _alive(state: slurm.JobState | None) -> bool:
    return state is not None and state.alive


def _lifetime(site: Site) -> int:
    return max(site.seconds - site.grace, site.seconds // 2)


def _setup(line: str, optional: bool) -> tuple[str, str]:
    """Return a line of a profile's setup as shell code that ends the job where the line fails and may not."""
    failed = '{ echo "landsweep: the worker does not start: this line of setup failed: $line"; exit 1; }'
    return f"line={shlex.quote(line)}", SETUP_MAY_FAIL if optional else f'eval "$line" || {failed}'


def options(site: Site, run: Path) -> dict[str, Any]:
    """Return the parameters of dask-jobqueue's SLURMCluster for a site.

    One job has ``ranks_per_node`` workers of ``cpus_per_rank`` cores. The workers leave by themselves before the time
    limit, when other jobs would be warned.
    """
    cores = (site.cpus_per_rank or 1) * site.ranks_per_node
    directives = dict(site.directives)
    memory = directives.pop("mem", None)
    extra: dict[str, Any] = {
        "nodes": 1,
        "constraint": site.constraint,
        "qos": site.qos,
        "gpus-per-node": site.gpus_per_node or None,
        **directives,
        "output": str(RunDir(run).jobs / "dask-%j.out"),
    }
    given = {name: value for name, value in extra.items() if value not in (None, False)}
    environment = {"PYTHONSAFEPATH": "1", "DASK_DISTRIBUTED__WORKER__DAEMON": "False", **site.environment}
    found: dict[str, Any] = {
        "name": "landsweep",
        "job_name": "landsweep-worker",
        "queue": None if site.partition is None else sbatch_quote(site.partition),
        "account": None if site.account is None else sbatch_quote(site.account),
        "walltime": site.time,
        "cores": cores,
        "processes": site.ranks_per_node,
        "memory": "1 GiB",  # required; without effect, see the directive and the limit below
        "job_mem": None if memory is None else str(memory),
        "job_directives_skip": ["--mem="] if memory is None else [],
        "job_extra_directives": [
            f"--{name}" if value is True else f"--{name}={sbatch_quote(str(value))}" for name, value in given.items()
        ],
        "job_script_prologue": [
            *(text for line, optional in site.setup_lines for text in _setup(line, optional)),
            *(f"export {name}={shlex.quote(value)}" for name, value in environment.items()),
        ],
        "python": shlex.quote(site.python or sys.executable),
        "worker_extra_args": [
            "--memory-limit",
            "0",
            "--lifetime",
            f"{_lifetime(site)}s",
        ],
        "interface": site.interface,
        "log_directory": None,
        "shebang": "#!/bin/bash",
        "scheduler_options": {"dashboard_address": dashboard()},
        "silence_logs": logging.CRITICAL,
        "security": True,  # a scheduler that anyone on the network may talk to runs anyone's code
        "protocol": "tls://",
        "shared_temp_directory": str(RunDir(run).jobs),  # of the keys, for this user's eyes
    }
    return found


def batch_jobs(wanted: Wanted, run: Path) -> Workers:
    """Submit jobs that become workers.

    Raises
    ------
    UserError
        Where the site is wrong, dask-jobqueue is missing, or sbatch refuses.
    """
    assert wanted.site is not None
    site, _ = sites(wanted.site, wanted.site_overrides)
    if site.scheduler != "slurm":
        raise UserError(
            f"--site {wanted.site} has no batch system, expected one with Slurm: use --workers for this machine."
        )
    before = signal.getsignal(signal.SIGINT)
    try:
        from dask_jobqueue.slurm import SLURMCluster, SLURMJob
    except ImportError:
        raise UserError(
            "--site needs dask-jobqueue, which is not installed: install it with `pip install 'landsweep[dask]'`."
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)  # importing it takes INT
    from distributed import Client, Status

    class WorkerJob(SLURMJob):  # type: ignore[misc]  # dask-jobqueue has no types
        """A job whose refusal is kept, where dask-jobqueue would lose it on its event loop."""

        submitted = inf
        refusal: UserError | None = None

        async def start(self) -> None:
            try:
                await super().start()
                self.submitted = time.time()
            except (RuntimeError, ValueError) as error:
                self.refusal = slurm.refusal(str(error).rpartition("stderr:\n")[2])
            except OSError as error:
                self.refusal = slurm.unreachable(error.strerror or str(error))
            if self.refusal is not None:
                self.status = Status.closed

        async def close(self) -> None:
            await super().close()
            self.status = Status.closed

        async def _submit_job(self, script_filename: str) -> str:
            said: str = await self._call(
                [self.submit_command, script_filename], env=slurm.environment(), cwd=str(folder)
            )
            return said

    jobs = ceil(wanted.number / site.ranks_per_node) if wanted.number else site.nodes
    folder = RunDir(run.absolute()).jobs
    settings = options(site, run.absolute())
    made = not run.exists()
    folder.mkdir(parents=True, exist_ok=True)
    with shielded():
        cluster = SLURMCluster(job_cls=WorkerJob, **settings)
        client = Client(cluster)
    begin = time.monotonic()
    try:
        cluster.scale(jobs=jobs)
        with saying(f"Waiting up to {slurm.SUBMIT_TIMEOUT:.0f} s for sbatch to take {jobs} job(s)."):
            while len(cluster.workers) < jobs and time.monotonic() - begin < slurm.SUBMIT_TIMEOUT:
                time.sleep(0.05)
    except BaseException:  # a signal: what was submitted is cancelled
        _close(client, cluster)
        raise
    refusals = [job.refusal for job in cluster.workers.values() if job.refusal is not None]
    if refusals:
        _close(client, cluster)
        if made:
            with suppress(OSError):  # another session may have begun to use it
                for job in cluster.workers.values():  # taken before one was refused
                    (folder / f"dask-{job.job_id}.out").unlink(missing_ok=True)
                folder.rmdir()
                run.rmdir()
        raise refusals[0]
    count = jobs * site.ranks_per_node
    return BatchJobs(
        client,
        count,
        site.ranks_per_node,
        f"{count} worker(s) in {jobs} batch job(s) on {Path(wanted.site).name}",
        True,
        (cluster.close, lambda: _forget_keys(cluster)),
        cluster=cluster,
        jobs=jobs,
        spare=jobs * site.requeues,
        folder=folder,
        lifetime=_lifetime(site),
    )
