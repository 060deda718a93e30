"""What is going on in a run just now: who holds it, how fast it is, its jobs."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.batch import records
from landsweep.disk import lock
from landsweep.disk.rundir import RunDir
from landsweep.pipeline.pace import pace


class Holder:
    """Who holds the lock of a run, found out without waiting.

    Of a process of this host its system knows whether it lives. Another host's renews the lock every few seconds, and
    is dead once we have seen no sign of it for :data:`landsweep.disk.lock.STALE_SECONDS`.
    """

    def __init__(self) -> None:
        self._seen: tuple[str, float] | None = None
        self._since = 0.0

    def __call__(self, path: Path) -> str | None:
        """Return the name of the live process that holds the lock at a path, None for none."""
        try:
            found, modified = json.loads(path.read_text()), path.stat().st_mtime
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict) or found.get("host") == socket.gethostname():
            return lock.owner(path)  # which knows at once
        now = time.monotonic()
        sign = (str(found.get("token")), modified)
        if sign != self._seen:
            self._seen, self._since = sign, now
        if now - self._since > lock.STALE_SECONDS:
            return None
        return f"process {found.get('pid', '?')} on {found.get('host', '?')}"


def live(run: RunDir, running: bool) -> dict[str, Any] | None:
    """Return ``rate``, ``end`` and ``jobs`` as the page reads them; None where nothing goes on.

    Parameters
    ----------
    run
        The run directory.
    running
        Whether a live process holds the run.
    """
    jobs = _jobs(run)
    if not running:
        return {"rate": "", "end": "", "jobs": jobs} if jobs else None
    found = pace(run.progress)
    if not found.rate:
        return {"rate": found.in_hand, "end": "", "jobs": jobs}
    stage, _, _ = found.count.partition(":")
    return {"rate": f"{found.count}, {found.rate}", "end": f"{stage} {found.end}", "jobs": jobs}


def waiting(run: RunDir) -> str:
    """Return a sentence on the jobs of a run of which nothing is there yet."""
    try:
        jobs = records.states(run)
    except (UserError, OSError) as error:
        return str(error)
    if jobs.alive or jobs.strangers:
        return f"{run.path} holds jobs, none of which has begun."
    return f"{run.path} holds no results, and its jobs have ended: `landsweep logs {in_command(run.path)}` says why."


def _jobs(run: RunDir) -> list[str]:
    """Return a line for each job of the last submission, none once all have ended."""
    if not run.jobs.is_dir():
        return []
    try:
        jobs = records.states(run)
    except (UserError, OSError) as error:
        return [str(error)]
    if not jobs.alive and not jobs.strangers:
        return []
    last = max((job.submission for job in jobs.submitted), default=0)
    found = []
    for job in jobs.submitted:
        if job.submission != last:
            continue
        state = jobs.states[job.ids[0]]
        stages = ", ".join(job.stages) if len(job.stages) < 5 else "every stage"
        details = [f"job {job.id}", records.grouped(jobs, job).lower(), stages]
        details += [f"on {state.nodes}"] if state.nodes else []
        details += [state.reason] if state.reason else []
        found.append("; ".join(details))
    found += [f"job {id_}; submitted by a command that did not end well" for id_ in jobs.strangers]
    if jobs.problem is not None:
        found.append(f"Slurm cannot be reached ({jobs.problem}): these are the jobs' own notes.")
    elif jobs.asked is not None:
        # At a time, not so long ago: what changes with every question is sent and drawn again.
        found.append(f"As Slurm said at {time.strftime('%T', time.localtime(jobs.asked))}.")
    return found
