"""The progress that a person sees during a run: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from landsweep.base.events import Event, Hardware, ItemDone, Notice, RankLost, StageFinished, StageStarted
from landsweep.base.launch import batch_job
from landsweep.disk.rundir import write_json
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 30.0
"""A line about a stage in hand is printed at most once in this many seconds."""
FILE_SECONDS = 5.0
"""The file ``progress.json`` is written at most once in this many seconds."""


class Bars:
    """A subscriber to events that draws one bar a stage, with the time left."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[noun]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, StageStarted):
            self._tasks[event.stage] = self._progress.add_task(
                event.stage,
                total=event.work + event.done_before,
                completed=event.done_before,
                noun=event.noun,
            )
        elif isinstance(event, ItemDone):
            self._progress.advance(self._tasks[event.stage], event.work)
            if event.failed:
                self._progress.console.print(f"{event.stage} {event.index} failed", style="red")
        elif isinstance(event, Notice | RankLost):
            self._progress.console.print(_text(event))


class Lines:
    """A subscriber to events that prints a line when a stage begins or ends, and every 30 s in between."""

    def __init__(self, console: Console, clock: float = LINE_SECONDS) -> None:
        self._console, self._every = console, clock
        self._last = self._begin = time.monotonic()
        self._done = self._total = self._new = 0
        self._noun = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        pass

    def _print(self, text: str) -> None:
        self._last = time.monotonic()
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, StageStarted):
            self._begin = time.monotonic()
            self._done, self._total, self._noun = (
                event.done_before,
                event.work + event.done_before,
                event.noun,
            )
            self._new = 0
            self._print(f"{event.stage}: {self._done} of {self._total} {self._noun} done before")
        elif isinstance(event, ItemDone):
            self._done += event.work
            self._new += event.work
            if event.failed:
                self._print(f"{event.stage} {event.index} failed")
            if time.monotonic() - self._last >= self._every:
                left = (time.monotonic() - self._begin) / self._new * (self._total - self._done)
                self._print(f"{event.stage}: {self._done} of {self._total} {self._noun}, about {left:.0f} s left")
        elif isinstance(event, StageFinished):
            self._print(f"{event.stage}: {self._done} of {self._total} {self._noun} in {event.seconds:.1f} s")
        elif isinstance(event, Notice | RankLost):
            self._print(_text(event))


def _text(event: Notice | RankLost) -> str:
    if isinstance(event, Notice):
        return event.text
    return f"Worker {event.rank} at {event.where} is gone; what it had in hand goes to others ({event.left} left)."


class ProgressFile:
    """A subscriber to events that keeps the small file ``progress.json`` for `landsweep status`, on one rank."""

    def __init__(self, path: Path, every: float = FILE_SECONDS) -> None:
        self._path, self._every = path, every
        self._last = 0.0
        self._state: dict[str, Any] = {}
        self._hardware: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Hardware):
            self._hardware = {"ranks": event.ranks, "gpus": event.gpus}
        elif isinstance(event, StageStarted):
            job, restart = batch_job()
            self._state = {
                "stage": event.stage,
                "noun": event.noun,
                "before": event.done_before,
                "done": event.done_before,
                "total": event.work + event.done_before,
                "began": time.time(),
                "job": job,
                "restart": restart,
                **self._hardware,
            }
            self._write()
        elif isinstance(event, ItemDone):
            self._state["done"] += event.work
            if time.monotonic() - self._last >= self._every:
                self._write()
        elif isinstance(event, StageFinished):
            self._write()

    def _write(self) -> None:
        self._last = time.monotonic()
        with suppress(OSError):  # it can be missed, unlike what comes next on a full disk
            write_json(self._path, {**self._state, "time": time.time()})


def subscriber(console: Console) -> Bars | Lines:
    """Return the subscriber for a console: :class:`Bars` on a terminal, :class:`Lines` elsewhere."""
    return Bars(console) if console.is_terminal else Lines(console)
