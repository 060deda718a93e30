"""What a person sees during a run: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from landsweep.events import Event, ItemDone, Notice, StageFinished, StageStarted
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


class Bars:
    """Subscribes to events and draws one bar a stage, with the time left."""

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
        elif isinstance(event, Notice):
            self._progress.console.print(event.text)


class Lines:
    """Subscribes to events and prints a line when a stage begins or ends, and every 30 s between."""

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
        elif isinstance(event, Notice):
            self._print(event.text)


def subscriber(console: Console) -> Bars | Lines:
    """Return bars on a terminal, lines elsewhere."""
    return Bars(console) if console.is_terminal else Lines(console)
