"""The scheduler of an allocation does not outlive the process that plans."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from landsweep.base.stop import StopFlag
from landsweep.executors.dask import connect


class Scheduler(SimpleNamespace):
    """Who is connected, for how many looks, and whether it was closed."""

    closed, looks = False, 0

    @property
    def clients(self):
        self.looks += 1
        return self.names if self.looks <= self.stays else ["fire-and-forget"]

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("names", "stays", "requested", "patience", "leaving", "closed"),
    [
        (["Client-worker-1"], 999, False, 0.1, 60.0, True),  # none came
        (["Client-1"], 3, False, 0.1, 60.0, True),  # it is gone
        ([], 999, True, 60.0, 60.0, True),  # a signal asks to stop before one has come: at once
        (["Client-1"], 3, True, 60.0, 0.1, True),  # it is gone, and has not closed what it should
        (["Client-1"], 3, True, 0.1, 60.0, False),  # it may be about to do so
        (["Client-1"], 999, False, 0.1, 0.1, False),
        (["Client-1"], 999, True, 0.1, 0.1, False),  # it finishes what is in hand
    ],
)
def test_a_scheduler_ends_without_its_client(monkeypatch, names, stays, requested, patience, leaving, closed):
    monkeypatch.setattr(connect, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(connect, "SCHEDULER_SECONDS", patience)
    monkeypatch.setattr(connect, "LEAVING_SECONDS", leaving)
    scheduler, stop = Scheduler(names=names, stays=stays), StopFlag()
    stop.requested = requested

    async def watch() -> None:
        with nullcontext() if closed else pytest.raises(TimeoutError):
            await asyncio.wait_for(connect._end_without_planner(scheduler, stop), 0.5)

    asyncio.run(watch())
    assert scheduler.closed == closed
