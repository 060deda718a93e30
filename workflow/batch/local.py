"""The local machine as a batch system for one job: the script runs in the background, in a session of its own."""

from __future__ import annotations

import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

PREFIX = "local-"
"""The id of a job without a scheduler is this prefix and the number of its process."""


def submit(script: Path, name: str) -> str:
    """Start a script in the folder that it lies in; return the job's id, which holds the number of its process."""
    pending = script.parent / f".{script.name}.out"
    with pending.open("ab") as output:
        started = subprocess.Popen(
            ["bash", script.name],
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    pending.rename(script.parent / f"{name}-{PREFIX}{started.pid}.out")  # the open file keeps its name out of it
    return f"{PREFIX}{started.pid}"


def birth(job: str) -> float | None:
    """Return the start time of a job's process, None where it does not live; process numbers alone may be reused."""
    try:
        process = psutil.Process(int(job.removeprefix(PREFIX)))
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def alive(job: str, born: float | None, host: str) -> bool:
    """Return whether a job's process lives; a process of another host cannot be seen from here and counts as gone."""
    return host == socket.gethostname() and born is not None and birth(job) == born


def cancel(job: str) -> None:
    """Send TERM to a job's shell, which then starts nothing more, and to its ranks, which finish their units."""
    try:
        shell = psutil.Process(int(job.removeprefix(PREFIX)))
        shell.terminate()
        children = shell.children(recursive=True)
    except psutil.NoSuchProcess:
        return  # it has ended since
    for process in children:
        with suppress(psutil.NoSuchProcess):
            if process.cmdline()[1:3] == ["-m", "landsweep"]:  # not the launcher, which would end the ranks at once
                process.terminate()
