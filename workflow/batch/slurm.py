"""Calls of Slurm's commands, with time limits, and their refusals as sentences."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.disk.rundir import write_json

QUERY_SECONDS = 30.0
"""The queue is asked for at most once in this many seconds."""
TIMEOUT = 15.0
"""A command of Slurm is given up after this many seconds without an answer."""
KEPT = {"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_CLUSTERS"}
"""Slurm's commands get these environment variables, although others that begin with ``SLURM_`` are taken away."""
SUBMIT_TIMEOUT = 120.0
"""A submission is given up after this many seconds; Slurm may have taken it nevertheless."""
ALIVE = {
    *("PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "STOPPED", "RESIZING", "SIGNALING", "COMPLETING", "STAGE_OUT"),
    *("REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT"),
}
"""A job in one of these states may still work; https://slurm.schedmd.com/squeue.html, "Job state codes"."""

LIMITS = "`sacctmgr show qos format=name,maxwall,maxtrespj,maxtrespu,maxsubmitpu` lists the limits"
"""This is where a person finds the limits of a quality of service."""
REFUSALS = {
    # The reason stands before a sentence that is the same for every limit and names counts, sizes and times at once.
    "MaxWall": (
        "the time asked for is over the limit of the account or the quality of service",
        f"ask for less with --time, the run goes on in further jobs; {LIMITS}",
    ),
    "(QOS|Assoc)[a-z]*node": (
        "so many nodes are over the limit of the account or the quality of service",
        f"ask for less with --nodes; {LIMITS}",
    ),
    "SubmitJob|MaxJobs": ("you have as many jobs as you may", "wait for one to end"),
    "array specification": (
        "the array is longer than the site allows",
        "leave --array out, as one job takes all of them; `scontrol show config` has the MaxArraySize",
    ),
    "requested time": ("the time asked for is over the limit", "ask for less with --time"),
    "invalid account|account/partition": (
        "the account is unknown, or not for this partition",
        "change it with --account",
    ),
    "invalid qos": ("the quality of service is unknown or not yours", "name another with --qos"),
    "inactive or drained": ("the partition is closed", "name another with --partition"),
    "not permitted": ("you may not use this partition", "name another with --partition"),
    "invalid partition|partition .*invalid": ("the partition is unknown", "name one of `sinfo` with --partition"),
    "invalid feature": ("no node has these features", "change them with --site-set constraint=..."),
    r"generic resource|\bgres\b": ("no node has such GPUs", "change their number with --site-set gpus_per_node=..."),
    "memory specification": ("no node has so much memory", "change it with --site-set directives.mem=..."),
    "job violates accounting": (
        "a limit of the account or the quality of service forbids it",
        f"ask for less with --time or --nodes, or wait for one of your jobs to end; {LIMITS}",
    ),
    "maxsubmit|max submit|job/step limits": ("you have as many jobs as you may", "wait for one to end"),
    "policy": ("a limit of the account or the quality of service forbids it", "ask for less, or name another of them"),
    "node count|more processors|node configuration|too many|cpu count|tasks": (
        "no partition has such nodes, or so many of them",
        "ask for less with --nodes, or --site-set ranks_per_node=... or gpus_per_node=...",
    ),
    "denied|authentication|munge": ("Slurm does not know you", "log in again, or ask the site"),
    "i/o error|no space": ("Slurm's controller cannot store the script", "try again later, or tell the site"),
    "unable to contact|connection refused|timed out|socket|srv|configuration (source|file)": (
        "Slurm cannot be reached",
        "try again later",
    ),
}
"""The keys are patterns of what sbatch says when it refuses a job, the values what that means and what helps; the first
pattern that matches counts."""


class Unreachable(Exception):
    """Slurm does not answer; the text says why, in a few words."""


def _call(*command: str, cwd: Path | None = None, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
    """Run one of Slurm's commands.

    Raises
    ------
    Unreachable
        Where the command is not installed or takes too long.
    """
    program = shutil.which(command[0])
    if program is None:
        raise Unreachable(f"{command[0]} is not on PATH")
    try:
        return subprocess.run(
            [program, *command[1:]], cwd=cwd, env=environment(), capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(f"{command[0]} did not answer within {timeout:.0f} s") from None


def environment() -> dict[str, str]:
    """Return the environment without variables that change Slurm's commands or belong to the job of this process.

    SBATCH_PARTITION overrides the script's own line, SQUEUE_PARTITION hides jobs, and a job that is submitted from a
    requeued job would take that job's number of restarts for its own.
    """
    changing = ("SBATCH_", "SQUEUE_", "SCANCEL_", "SRUN_", "SALLOC_", "SLURM_")
    return {k: v for k, v in os.environ.items() if k in KEPT or not k.startswith(changing)}


def submit(script: Path, after: str | None = None) -> str:
    """Submit a script from its folder, to start when the job ``after`` has succeeded; return the new job's id.

    Raises
    ------
    UserError
        Where sbatch refuses the script; the text says what helps.
    """
    chained = [f"--dependency=afterok:{after}", "--kill-on-invalid-dep=yes"] if after is not None else []
    try:
        done = _call("sbatch", "--parsable", *chained, script.name, cwd=script.parent, timeout=SUBMIT_TIMEOUT)
    except Unreachable as error:
        raise unreachable(str(error)) from None
    if done.returncode:
        raise refusal(done.stderr)
    return done.stdout.strip().split(";")[0]


def unreachable(why: str) -> UserError:
    """Return the error for a machine without Slurm, or whose Slurm does not answer."""
    return UserError(
        f"Slurm cannot be reached ({why}): run this on a login node of the cluster, or name another --site."
    )


def refusal(stderr: str) -> UserError:
    """Return the error for a refusal that sbatch printed."""
    said = " ".join(
        line.removeprefix("sbatch: error: ").strip()
        for line in stderr.splitlines()
        if "error" in line or "fatal" in line
    )
    said = said or " ".join(stderr.split())
    for pattern, (meaning, remedy) in REFUSALS.items():
        if re.search(pattern, said, re.IGNORECASE):
            return UserError(f"sbatch refused the job: {meaning} (it said: {said}); {remedy}.")
    return UserError(f"sbatch refused the job (it said: {said}): look at the script with --dry-run.")


@dataclass(frozen=True)
class JobState:
    """The state of a job as Slurm reports it."""

    id: str
    state: str
    reason: str
    nodes: str
    folder: str

    @property
    def alive(self) -> bool:
        """Whether the job waits or runs."""
        return self.state in ALIVE


@dataclass(frozen=True)
class Queue:
    """The jobs of this user as Slurm knew them at ``time`` (seconds since the epoch)."""

    jobs: dict[str, JobState]
    time: float


def queue(fresh: bool = False) -> Queue:
    """Return the jobs of this user, for all runs, by calling squeue at most once in 30 s.

    With ``fresh``, squeue is always called; this is for code that is about to submit or cancel jobs.

    Raises
    ------
    Unreachable
        Where Slurm does not answer.
    """
    global _last
    cache = _cache()
    if not fresh:
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(cache.read_text())
            if 0 <= time.time() - data["time"] < QUERY_SECONDS:
                return Queue({name: JobState(**job) for name, job in data["jobs"].items()}, data["time"])
        if _last is not None and time.monotonic() - _last[0] < QUERY_SECONDS:  # failures, or no place for the cache
            if isinstance(_last[1], Unreachable):
                raise _last[1]
            return _last[1]
    try:
        found = _ask()
    except Unreachable as error:
        _last = (time.monotonic(), error)
        raise
    _last = (time.monotonic(), found)
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        write_json(cache, {"time": found.time, "jobs": {name: asdict(job) for name, job in found.jobs.items()}})
    return found


_last: tuple[float, Queue | Unreachable] | None = None
"""This pair holds when this process last asked Slurm for the queue (seconds of the monotonic clock), and the answer."""


def _ask() -> Queue:
    done = _call(
        "squeue", "--user", getpass.getuser(), "--states=all", "--noheader", "--array", "--format=%i|%T|%N|%r|%Z"
    )
    if done.returncode:
        raise Unreachable(" ".join(done.stderr.split()) or f"squeue ended with {done.returncode}")
    jobs = {}
    for line in done.stdout.splitlines():
        fields = line.strip().split("|", 4)
        if len(fields) == 5:
            id_, state, nodes, reason, folder = fields
            jobs[id_] = JobState(id_, state, reason.removeprefix("None"), nodes, folder)
    return Queue(jobs, time.time())


def _cache() -> Path:
    """Return the path of the last answer; there is one for each user, cluster and login node."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    which = re.sub(r"\W+", "-", os.environ.get("SLURM_CONF") or socket.gethostname())
    return base / "landsweep" / f"squeue-{which.strip('-')}.json"


def cancel(jobs: Sequence[str]) -> None:
    """Cancel jobs.

    Raises
    ------
    Unreachable
        Where Slurm does not answer, or refuses.
    """
    done = _call("scancel", *jobs)
    if done.returncode:
        raise Unreachable(" ".join(done.stderr.split()))
