"""The progress that a person sees during a run: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from landsweep.base.events import Event, Hardware, ItemDone, ItemProgress, Notice, RankLost, StageFinished, StageStarted
from landsweep.base.launch import batch_job
from landsweep.disk.rundir import write_json
from rich.console import Console
from rich.progress import (
    BarColumn,
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


@dataclass
class Count:
    """How much of a stage is done and how much has failed, of how much that was asked for."""

    noun: str = ""
    total: int = 0
    done: int = 0
    failed: int = 0

    @classmethod
    def of(cls, event: StageStarted) -> Count:
        """Return the count at the start of a stage."""
        total = event.work + event.done_before + event.failed_before
        return cls(event.noun, total, event.done_before, event.failed_before)

    @property
    def over(self) -> int:
        """What nobody has to work on any more."""
        return self.done + self.failed

    def add(self, event: ItemDone) -> None:
        """Take in an item."""
        self.done += event.work - event.lost
        self.failed += event.lost

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.done} of {self.total} {self.noun}{failed}"


class Bars:
    """A subscriber to events that draws one bar a stage, with the time left."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[text]}"),
            TextColumn("{task.fields[in_hand]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._count = Count()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, StageStarted):
            self._count = Count.of(event)
            self._tasks[event.stage] = self._progress.add_task(
                event.stage, total=self._count.total, completed=self._count.over, text=str(self._count), in_hand=""
            )
        elif isinstance(event, ItemDone):
            self._count.add(event)
            self._progress.update(
                self._tasks[event.stage], completed=self._count.over, text=str(self._count), in_hand=""
            )
            if event.failed:
                self._progress.console.print(f"{event.stage} {event.index} failed", style="red")
        elif isinstance(event, ItemProgress):
            self._progress.update(self._tasks[event.stage], in_hand=f"{event.index}: {event.text}")
        elif isinstance(event, Notice | RankLost):
            self._progress.console.print(_text(event))


class Lines:
    """A subscriber to events that prints a line when a stage begins or ends, and every 30 s in between."""

    def __init__(self, console: Console, clock: float = LINE_SECONDS) -> None:
        self._console, self._every = console, clock
        self._last = self._begin = time.monotonic()
        self._count, self._over_before = Count(), 0

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
            self._count = Count.of(event)
            self._over_before = self._count.over
            lost = f", {self._count.failed} failed before" if self._count.failed else ""
            self._print(f"{event.stage}: {self._count.done} of {self._count.total} {event.noun} done before{lost}")
        elif isinstance(event, ItemDone):
            self._count.add(event)
            if event.failed:
                self._print(f"{event.stage} {event.index} failed")
            if time.monotonic() - self._last >= self._every:
                new = self._count.over - self._over_before
                left = (time.monotonic() - self._begin) / new * (self._count.total - self._count.over)
                self._print(f"{event.stage}: {self._count}, about {left:.0f} s left")
        elif isinstance(event, ItemProgress):
            if time.monotonic() - self._last >= self._every:
                self._print(f"{event.stage} {event.index}: {event.text}")
        elif isinstance(event, StageFinished):
            comma = "," if self._count.failed else ""
            self._print(f"{event.stage}: {self._count}{comma} in {event.seconds:.1f} s")
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
                "failed": event.failed_before,
                "failed_before": event.failed_before,
                "total": event.work + event.done_before + event.failed_before,
                "began": time.time(),
                "job": job,
                "restart": restart,
                **self._hardware,
            }
            self._write()
        elif isinstance(event, ItemDone):
            self._state["done"] += event.work - event.lost
            self._state["failed"] += event.lost
            self._state.pop("in_hand", None)
            if time.monotonic() - self._last >= self._every:
                self._write()
        elif isinstance(event, ItemProgress):
            self._state["in_hand"] = f"{event.stage} {event.index}: {event.text}"
            if time.monotonic() - self._last >= self._every:
                self._write()
        elif isinstance(event, StageFinished):
            self._state.pop("in_hand", None)
            self._write()

    def _write(self) -> None:
        self._last = time.monotonic()
        with suppress(OSError):  # it can be missed, unlike what comes next on a full disk
            write_json(self._path, {**self._state, "time": time.time()})


def subscriber(console: Console) -> Bars | Lines:
    """Return the subscriber for a console: :class:`Bars` on a terminal, :class:`Lines` elsewhere."""
    return Bars(console) if console.is_terminal else Lines(console, LINE_SECONDS)
