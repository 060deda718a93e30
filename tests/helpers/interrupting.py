"""Runs in processes of their own that a test watches, interrupts and finishes."""

from __future__ import annotations

import subprocess
import time
from functools import partial
from pathlib import Path

import psutil
from support import command, environment, inside, landsweep, sessions


def start(study: Path, out: Path, ranks: int = 0, new_group: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("run", study, "--out", out, ranks=ranks),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=new_group,
    )


def wait_until(condition, process, seconds: float = 60) -> bool:
    """Wait until something is seen or the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    raise AssertionError("nothing happened in time")


def work_begins(out: Path):
    """Whether a new session has been written down by a live run."""
    before = len(sessions(out))
    return lambda: len(sessions(out)) > before


def ranks_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children(recursive=True)
    return [c for c in children if "landsweep" in " ".join(c.cmdline()) and "mpiexec" not in c.cmdline()[0]]


def gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive, f"still running: {alive}"


def finish(study: Path, out: Path, ranks: int = 0) -> None:
    """Run the same command to its end: in this process where no ranks are asked for."""
    go = partial(landsweep, ranks=ranks) if ranks else inside
    done = go("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
