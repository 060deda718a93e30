"""The records of the jobs submitted for a run, kept in its folder ``jobs``, and the states of these jobs."""

from __future__ import annotations

import dataclasses
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from landsweep.base.errors import Damaged, Exit, UserError
from landsweep.batch import local, slurm
from landsweep.batch.script import JOURNAL
from landsweep.disk.rundir import RunDir, read_json, write_json


@dataclass(frozen=True)
class Submitted:
    """One job that was submitted."""

    id: str
    name: str
    script: str
    stages: tuple[str, ...]
    site: str
    scheduler: str
    nodes: int
    ranks: int
    submission: int
    time: float
    after: str | None = None
    host: str = field(default_factory=socket.gethostname)
    born: float | None = None
    tasks: int = 0

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the files that the job, or the tasks of its array, print to."""
        return tuple(f"{self.name}-{id_}.out" for id_ in self.ids)

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of the job, or the ids of the tasks of its array."""
        return tuple(f"{self.id}_{k}" for k in range(self.tasks)) or (self.id,)


@dataclass(frozen=True)
class State:
    """The state of a job: a word for it, the reason, the nodes, and whether the job may still work."""

    word: str
    reason: str = ""
    nodes: str = ""
    alive: bool = False


@dataclass(frozen=True)
class Jobs:
    """The jobs of a run with their states; ``asked`` is the time when Slurm answered, ``problem`` why it did not."""

    states: dict[str, State]
    submitted: tuple[Submitted, ...]
    asked: float | None = None
    problem: str | None = None
    strangers: tuple[str, ...] = ()
    """These jobs live in this run's folder but were never written down: whoever submitted them was killed."""

    @property
    def alive(self) -> list[Submitted]:
        """The jobs that wait or run."""
        return [job for job in self.submitted if any(self.states[id_].alive for id_ in job.ids)]


def read(run: RunDir) -> tuple[Submitted, ...]:
    """Return the jobs of a run, the earliest first."""
    path = run.jobs / "jobs.json"
    if not path.exists():
        return ()
    try:
        return tuple(Submitted(**{**job, "stages": tuple(job["stages"])}) for job in read_json(path)["jobs"])
    except (Damaged, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is damaged or of another version ({type(error).__name__}), expected the run's jobs: look for them "
            "with squeue, and remove the file once none lives."
        ) from None


def add(run: RunDir, job: Submitted) -> None:
    """Add a job to the records of a run."""
    write_json(run.jobs / "jobs.json", {"jobs": [dataclasses.asdict(j) for j in (*read(run), job)]})


def drop(run: RunDir, ids: Iterable[str]) -> None:
    """Remove jobs that were taken back from the records of a run."""
    gone = set(ids)
    write_json(run.jobs / "jobs.json", {"jobs": [dataclasses.asdict(j) for j in read(run) if j.id not in gone]})


def states(run: RunDir, fresh: bool = False) -> Jobs:
    """Return the states of a run's jobs as Slurm knows them, or else as their scripts have recorded them.

    ``fresh`` asks Slurm again even where it was asked less than 30 s ago.
    """
    submitted = read(run)
    queue: dict[str, slurm.JobState] = {}
    asked = problem = None
    if any(b"#SBATCH" in script.read_bytes() for script in run.jobs.glob("*.sh")):
        try:
            found = slurm.queue(fresh)
            queue, asked = found.jobs, found.time
        except slurm.Unreachable as error:
            problem = str(error)
    journal = _journal(run)
    known: dict[str, State] = {}
    for job in submitted:
        for id_ in job.ids:
            told = _by_journal(journal.get(id_, []))
            if job.scheduler == "none":
                live = local.alive(job.id, job.born, job.host)
                ended = State("GONE", GONE) if told.word in UNENDED else told
                known[id_] = State("RUNNING", nodes=job.host, alive=True) if live else ended
            elif id_ in queue:
                known[id_] = _by_slurm(queue[id_], told)
            elif told.word not in UNENDED:
                known[id_] = told
            elif asked is None or job.time >= asked:
                known[id_] = dataclasses.replace(told, alive=True)  # it may be; nobody can say
            else:
                known[id_] = State("GONE", GONE)
    ours = {job.id for job in submitted}
    here = str(run.jobs.resolve())
    strangers = (j.id for j in queue.values() if j.alive and j.folder == here and j.id.partition("_")[0] not in ours)
    return Jobs(known, submitted, asked, problem, tuple(strangers))


UNENDED = ("SUBMITTED", "STARTED", "REQUEUED")
"""A job whose last line in the journal says one of these words has not ended."""
GONE = "neither in Slurm nor ended: killed, cancelled, or lost with its node"
"""A job of which nobody knows any longer is described by this text."""


def _by_slurm(job: slurm.JobState, told: State) -> State:
    reason = job.reason
    if reason == "DependencyNeverSatisfied" or (job.state == "CANCELLED" and reason == "Dependency"):
        reason = "the job before it failed"
    elif not job.alive and told.reason:
        reason = told.reason
    return State(job.state, reason, job.nodes, job.alive)


def _journal(run: RunDir) -> dict[str, list[list[str]]]:
    """Return the lines of each job's script in the journal: restart, time, what happened, and more."""
    found: dict[str, list[list[str]]] = {}
    path = run.jobs / JOURNAL
    for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
        job, *rest = line.split(" ", 4)
        if len(rest) >= 3 and rest[0].isdigit():
            found.setdefault(job, []).append(rest)
    return found


def _by_journal(lines: list[list[str]]) -> State:
    """Return the state of a job by the lines of its script."""
    if not lines:
        return State("SUBMITTED")
    latest = max(int(line[0]) for line in lines)  # an earlier life of the job may still write
    _, _, what, *rest = [line for line in lines if int(line[0]) == latest][-1]
    more = "".join(rest)
    if what == "begin":
        return State("STARTED", nodes=more)
    if what == "requeue":
        return State("REQUEUED")
    if what == "setup":
        code, _, line = more.partition(" ")
        return State("FAILED", f"this line of setup failed (exit status {code}), see landsweep logs: {line}")
    meaning = {str(int(Exit.FAILED_MEMBERS)): "some models failed", str(int(Exit.STOPPED)): "stopped"}
    if more == "0":
        return State("COMPLETED")
    return State("FAILED", meaning.get(more, f"exit status {more}, see landsweep logs"))


def requeues(run: RunDir) -> Counter[str]:
    """Return how often each job was started again."""
    counts: Counter[str] = Counter()
    for job, lines in _journal(run).items():
        counts[job] = max(int(line[0]) for line in lines)
    return counts


def grouped(jobs: Jobs, job: Submitted) -> str:
    """Return a job's state in a word, or how many of an array's tasks are in each."""
    words = Counter(jobs.states[id_].word for id_ in job.ids)
    return next(iter(words)) if len(words) == 1 else ", ".join(f"{n} {word}" for word, n in words.most_common())


def told(jobs: Jobs, job: Submitted) -> str:
    """Return a job's state, or those of an array's tasks, and the reason of the first for it."""
    reason = jobs.states[job.ids[0]].reason
    return grouped(jobs, job).lower() + (f"; {reason}" if reason else "")


def since(moment: float) -> float:
    """Return the seconds since a moment."""
    return max(0.0, time.time() - moment)
