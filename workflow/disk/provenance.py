"""The provenance of a run's numbers: versions, hosts, commands, timings."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from landsweep.base.events import Event, ItemDone, StageFinished, StageStarted
from landsweep.base.launch import batch_job
from landsweep.disk import content, lock
from landsweep.disk.rundir import SCHEMA_VERSION, RunDir, write_json
from landsweep.study.study import Study

PACKAGES = ("landsweep", "torch", "numpy", "zarr", "numba", "xarray", "pandas", "safetensors", "mpi4py")
"""The versions of these packages are recorded in every session of a run."""


class Timings:
    """A subscriber that adds up a session's time by stage, for ``landsweep plan`` and for people."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, StageStarted):
            self.stages[event.stage] = {"items": 0, "work": 0, "busy_seconds": 0.0}
        elif isinstance(event, ItemDone):
            stage = self.stages[event.stage]
            stage["items"] += 1
            stage["work"] += event.work
            stage["busy_seconds"] = round(stage["busy_seconds"] + event.seconds * event.ranks, 4)
        elif isinstance(event, StageFinished):
            self.stages[event.stage]["seconds"] = round(event.seconds, 4)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Return the name of this machine's CPU, and how many of them this process may use."""
    name = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} x {name}"


def _git(folder: Path) -> str | None:
    """Return the commit of the study's repository, with ``+`` for uncommitted changes, or None without a repository."""
    git = shutil.which("git")
    if git is None:
        return None
    out = []
    for arguments in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"]):
        try:
            done = subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
        out.append(done.stdout.strip())
    return out[0] + ("+" if out[1] else "")


def begin(
    run: RunDir,
    study: Study,
    folder: Path | None,
    ranks: int,
    executor: str,
    found: tuple[content.Source, ...] = (),
    changed: dict[str, Any] | None = None,
    engines: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Add a session to ``provenance.json``, and keep copies of the user's modules.

    ``folder`` is None for a session that needs no problem; ``executor`` is the name of the executor that spreads the
    work over ``ranks`` ranks. ``found`` is the content that the session computes with, none where it computes nothing
    with the problem, and ``changed`` what the user let become of another content. ``engines`` has the versions of
    programs that are no Python packages. The function returns the session's record, whose id is the token of the lock
    that the session holds.
    """
    data = run.read_provenance()
    job, restart = batch_job()
    session: dict[str, Any] = {
        "id": lock.token(run.lock),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "command": sys.argv,
        "directory": str(Path.cwd()),
        "study_folder": str(folder.resolve()) if folder else None,
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "processor": _processor(),
        "job": job,
        "restart": restart,
        "ranks": ranks,
        "executor": executor,
        "dtype": study.evaluation.dtype,
        "versions": versions() | (engines or {}),
        "git": _git(folder) if folder else None,
    }
    if found:
        session |= content.keep(run, found)
        session |= {"changed_problem": changed} if changed else {}
        source, _, _ = study.problem.path.rpartition(":")
        session |= {"problem_sha256": session["content"][source]} if source in session["content"] else {}
    data["schema_version"] = SCHEMA_VERSION
    data["sessions"].append(session)
    write_json(run.provenance, data)
    return session


def finish(run: RunDir, session: dict[str, Any], outcome: str, seconds: float, timings: Timings) -> None:
    """Complete the record of a session that :func:`begin` has returned.

    A session that another one has taken the run over from writes nothing, as both would write one file, and what it
    read may be older than the other's record. Where it had begun to write just before, this session's record is lost
    from the file and added again here.
    """
    if lock.ended(run.lock, session["id"]):
        return
    data = run.read_provenance()
    others = [s for s in data["sessions"] if s.get("id") != session["id"]]
    done = session | {"outcome": outcome, "seconds": round(seconds, 3), "stages": timings.stages}
    write_json(run.provenance, data | {"schema_version": SCHEMA_VERSION, "sessions": [*others, done]})


def rates(run: RunDir) -> dict[str, float]:
    """Return the measured seconds per item of one rank for each stage of a run, such as per model or per point."""
    found: dict[str, float] = {}
    for session in run.read_provenance()["sessions"]:
        for stage, timing in session.get("stages", {}).items():
            if timing["work"]:
                found[stage] = timing["busy_seconds"] / timing["work"]
    return found
