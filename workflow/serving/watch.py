"""A run that is served: what is read of it is kept until something in its directory changes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.disk.opened import OpenedRun, read_run
from landsweep.disk.rundir import PARTIAL, RunDir
from landsweep.page.content import NOTHING, run_page
from landsweep.serving.live import Holder, live, waiting
from landsweep.serving.planes import Refused

REST = 4.0
"""After a reading that took t seconds the run is left alone for so many times t."""
UNSEEN = ("lock.json", "progress.json")
"""The owner of a run writes these files every few seconds; what they tell is asked for each time."""
DEEP = "status"
"""Of the hypercube's arrays only the shards of this one are looked at: a unit is complete with it."""


class Watched:
    """One run of a server.

    Parameters
    ----------
    path
        The run directory.

    Raises
    ------
    UserError
        Where there is neither a run nor jobs that are to make one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._holder = Holder()
        self._lock = threading.Lock()
        self._seen: Any = None
        self._page: dict[str, Any] | None = None
        self._run: OpenedRun | None = None
        self._trouble, self._waits = "", False
        self._ready = 0.0
        if not RunDir(path).jobs.is_dir():  # submitted, it may not have begun
            self._run = read_run(path)

    @property
    def name(self) -> str:
        """What the run is called before anything of it is read."""
        return self._run.study.name if self._run is not None else self.path.name

    def run(self) -> OpenedRun:
        """Return the run as it was read last.

        Raises
        ------
        Refused
            Where nothing was read yet.
        """
        if self._run is None:
            raise Refused(f"{self.path} holds no run yet.")
        return self._run

    def page(self) -> dict[str, Any]:
        """Return the content of the run for the page, read again where something has changed and it is time to.

        Only one thread reads at a time; the others get what was read last. A run that is gone, or cannot be read, stays
        as it was, with a sentence that says so.
        """
        if self._lock.acquire(blocking=self._page is None):
            try:
                self._read()
            finally:
                self._lock.release()
        assert self._page is not None
        if not self._trouble:
            held = self._holder(RunDir(self.path).lock) is not None
            state = "running" if held else self._page["state"]
            return self._page | {"state": state, "live": live(RunDir(self.path), held)}
        text = waiting(RunDir(self.path)) if self._waits else self._trouble
        first = {"text": text, "rank": "warning"}
        there = self.path.is_dir()
        return self._page | {
            "state": "unfinished" if there else "removed",
            "live": live(RunDir(self.path), False) if there else None,
            "answer": [first, *self._page["answer"]],
        }

    def _read(self) -> None:
        # Whoever holds the run may die without a trace in it.
        seen = (self._holder(RunDir(self.path).lock) is not None, *sorted(_changes(self.path)))
        if not self.path.is_dir():
            self._trouble = (
                f"{self.path} is gone: this page shows what was read last, and goes on when the run is back."
            )
            self._seen, self._waits = None, False
        elif seen != self._seen and time.monotonic() >= self._ready:
            began = time.monotonic()
            try:
                self._run = read_run(self.path)
                self._page = run_page(self._run, self._holder)
                self._trouble, self._waits = "", False
            except UserError as error:
                self._trouble = str(error)
                self._waits = RunDir(self.path).jobs.is_dir() and not RunDir(self.path).study.exists()
            except OSError as error:  # it may go while it is read, or the file system may fail
                self._trouble = f"{self.path} could not be read just now ({error}): this is tried again."
                seen = ()
            self._seen = seen
            self._ready = time.monotonic() + REST * (time.monotonic() - began)
        if self._page is None:
            self._page = _nothing(self.path, self.name)


def _nothing(path: Path, name: str) -> dict[str, Any]:
    """Return the content of a run of which nothing is there yet."""
    provenance = {"facts": [], "commands": [], "methods": "", "bibtex": ""}
    return {
        "name": name, "path": str(path), "state": "unfinished", "progress": [], "live": None, "answer": [],
        "table": NOTHING, "relations": NOTHING, "curves": [], "provenance": provenance, "axes": {}, "members": [],
    }  # fmt: skip


def _changes(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield what changes with anything that is shown of a run: files and their times, and those of folders.

    Files of a run appear by renaming, which changes the time of their folder; so in deep folders these times suffice.
    """
    top = _listed(path)
    yield from ((e.name, *_times(e)) for e in top if e.name not in UNSEEN)
    for entry in top:
        if entry.name == "landscape.zarr":
            yield from _folders(path / entry.name / DEEP, "")
        elif entry.is_dir(follow_symlinks=False) and entry.name not in ("logs", "segmentation.zarr", "problem"):
            yield from ((f"{entry.name}/{e.name}", *_times(e)) for e in _listed(path / entry.name))


def _folders(path: Path, name: str) -> Iterator[tuple[str, int, int]]:
    for entry in _listed(path):
        if entry.is_dir(follow_symlinks=False):
            yield (f"{name}/{entry.name}", *_times(entry))
            yield from _folders(path / entry.name, f"{name}/{entry.name}")
        elif not name:  # the array's own description, which grows with the sweep
            yield (entry.name, *_times(entry))


def _listed(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            return [entry for entry in found if not entry.name.endswith(PARTIAL)]
    except OSError:  # it has gone since
        return []


def _times(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        found = entry.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
