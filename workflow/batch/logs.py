"""The output of jobs and the logs of ranks, to look at and to follow."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.batch import records
from landsweep.disk.rundir import RunDir

POLL_SECONDS = 0.5
"""A followed file is read again after this many seconds."""
ASK_SECONDS = 5.0
"""Whether a job still lives is asked at most once in this many seconds."""


def sources(run: RunDir, rank: int | None) -> list[Path]:
    """Return the files to show: the output of the last submission's jobs, or the log of a rank.

    Raises
    ------
    UserError
        Where there is no such rank, or nothing was written yet.
    """
    if rank is not None:
        path = run.log(rank)
        if not path.exists():
            found = sorted(int(p.stem.removeprefix("rank")) for p in run.logs.glob("rank*.jsonl"))
            have = f"ranks 0 to {found[-1]}" if found else "no rank yet"
            raise UserError(f"{run.path} has no log of rank {rank}, expected one of those it has: {have}.")
        return [path]
    jobs = records.read(run)
    last = max((job.submission for job in jobs), default=0)
    names = [name for job in jobs if job.submission == last for name in job.outputs]
    if not names:
        return sources(run, 0)  # never submitted: what rank 0 wrote
    return [run.jobs / name for name in names]


def shown(path: Path, line: str) -> str:
    """Return a line as people read it: a rank's events in words, anything else as it is."""
    if path.suffix != ".jsonl":
        return line
    try:
        event = json.loads(line)
        return f"{time.strftime('%F %T', time.localtime(event['time']))} {_words(event)}"
    except (ValueError, KeyError, TypeError):  # the line in hand when its writer was killed
        return line


def _words(event: dict[str, Any]) -> str:
    kind = event["event"]
    if kind == "RankStarted":
        job = f"job {event['job']}, restart {event['restart']}, " if event["job"] else ""
        node = f", node {event['node']}" if event["node"] is not None else ""
        return (
            f"{job}{event['host']}{node}: rank {event['rank']} of {event['ranks']}, local rank {event['local_rank']}, "
            f"process {event['pid']}, ready after {event['seconds']:.1f} s"
        )
    if kind == "ItemDone":
        state = "failed" if event["failed"] else "done"
        return f"{event['stage']} {event['index']} {state} in {event['seconds']:.2f} s"
    if kind == "ItemProgress":
        return f"{event['stage']} {event['index']}: {event['text']}"
    if kind == "StageStarted":
        return f"{event['stage']} begins: {event['todo']} items, {event['work']} {event['noun']}"
    if kind == "StageFinished":
        return f"{event['stage']} finished in {event['seconds']:.1f} s"
    if kind == "Helped":
        return f"{event['stage']} {event['index']}: its part in {event['seconds']:.2f} s"
    if kind == "RankLost":
        return f"rank {event['rank']} at {event['where']} is gone, {event['left']} left"
    if kind == "Notice":
        return str(event["text"])
    return f"{kind} " + ", ".join(f"{k} {v}" for k, v in event.items() if k not in ("event", "time"))


def lines(paths: list[Path], live: Callable[[], bool] | None = None) -> Iterator[str]:
    """Yield the lines of files, each file's name first where there are several.

    With ``live``, continue while it returns true, and yield lines that are added to any of the files.
    """
    places = dict.fromkeys(paths, 0)
    current: Path | None = None
    while True:
        going = live is not None and live()  # before reading, so that the last lines are read after the end
        for path in paths:
            if not path.exists():
                continue
            with path.open("rb") as file:
                file.seek(places[path])
                data = file.read()
            whole = len(data) if not going else data.rfind(b"\n") + 1
            if not whole:
                continue
            places[path] += whole
            if len(paths) > 1 and current != path:
                yield f"==> {path.name} <=="
            current = path
            for line in data[:whole].decode(errors="replace").splitlines():
                yield shown(path, line)
        if not going:
            return
        time.sleep(POLL_SECONDS)


class Live:
    """Whether any job of a run may still write; this is asked every 5 s at most, and Slurm every 30 s at most."""

    def __init__(self, run: RunDir) -> None:
        self._run = run
        self._asked, self._answer, self._told = 0.0, True, False
        self.writers = ""
        """These jobs, with their states, or this process may still write."""

    def __call__(self) -> bool:
        """Return the answer; print a message once if Slurm cannot be reached."""
        from landsweep.disk import lock

        if time.monotonic() - self._asked > ASK_SECONDS:
            jobs = records.states(self._run)
            if jobs.problem is not None and not self._told:
                self._told = True
                print(f"Slurm cannot be reached ({jobs.problem}); end this with Ctrl-C.", file=sys.stderr)
            told = [f"job {job.id} ({records.told(jobs, job)})" for job in jobs.alive]
            self.writers = ", ".join(told) or lock.owner(self._run.lock) or ""
            self._answer = bool(self.writers)
            self._asked = time.monotonic()
        return self._answer
