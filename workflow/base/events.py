"""The events of a run, as dataclasses for subscribers such as progress, logs and tests."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from landsweep.base.launch import batch_job


@dataclass(frozen=True)
class Event:
    """The base class of events."""


@dataclass(frozen=True)
class RankStarted(Event):
    """A process of a run is ready to work, ``seconds`` after the system has started it."""

    rank: int
    ranks: int
    local_rank: int
    host: str
    pid: int
    seconds: float
    job: str | None = None
    restart: int = 0
    node: str | None = None


def rank_started(rank: int, ranks: int, local_rank: int) -> RankStarted:
    """Return the event that this process is ready, which is the first line of its log."""
    import psutil

    job, restart = batch_job()
    return RankStarted(
        rank=rank,
        ranks=ranks,
        local_rank=local_rank,
        host=socket.gethostname(),
        pid=os.getpid(),
        seconds=round(time.time() - psutil.Process().create_time(), 3),
        job=job,
        restart=restart,
        node=os.environ.get("SLURM_NODEID"),
    )


@dataclass(frozen=True)
class RankLost(Event):
    """A process that worked is gone; ``left`` others remain, and take over the items that it had in hand."""

    rank: int
    where: str
    left: int


@dataclass(frozen=True)
class Hardware(Event):
    """The hardware that the ranks of a session compute on; ``gpus`` is 0 for CPUs."""

    ranks: int
    gpus: int


@dataclass(frozen=True)
class StageStarted(Event):
    """A stage begins with ``todo`` items, whose ``weights`` add up to its work (points, models, members)."""

    stage: str
    todo: int
    work: int
    noun: str
    done_before: int = 0
    failed_before: int = 0
    """This much more was asked for, and can not be had: it failed before, or a result that it needs did."""


@dataclass(frozen=True)
class ItemDone(Event):
    """One model, member or unit is finished (or failed) on some rank."""

    stage: str
    index: int
    work: int
    seconds: float
    rank: int
    failed: bool = False
    file_seconds: float = 0.0
    """This many of the ``seconds`` were spent waiting for files."""
    ranks: int = 1
    """This many processes worked on the item together."""
    lost: int = 0
    """This much of the ``work`` failed, so that it is not done."""


@dataclass(frozen=True)
class ItemProgress(Event):
    """An item that takes long is this far, in words."""

    stage: str
    index: int
    rank: int
    text: str


@dataclass(frozen=True)
class Helped(Event):
    """A rank other than the root has done its part of an item that all ranks work on together."""

    stage: str
    index: int
    seconds: float
    rank: int
    file_seconds: float = 0.0


@dataclass(frozen=True)
class StageFinished(Event):
    """A stage has nothing left to do."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class Notice(Event):
    """A sentence for the user."""

    text: str


Subscriber = Callable[[Event], None]
"""A subscriber is called with every event."""


class Bus:
    """A bus hands every event to every subscriber, in order."""

    def __init__(self, *subscribers: Subscriber) -> None:
        self.subscribers = list(subscribers)

    def __call__(self, event: Event) -> None:
        """Publish an event."""
        for subscriber in self.subscribers:
            subscriber(event)


class JsonLines:
    """A subscriber that appends each event as one JSON line to a rank's log."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, event: Event) -> None:
        """Write one event."""
        record = {"time": round(time.time(), 3), "event": type(event).__name__, **dataclasses.asdict(event)}
        self._file.write(json.dumps(record) + "\n")

    def close(self) -> None:
        """Close the log."""
        self._file.close()
