"""The scheduler of an allocation does not outlive the process that plans."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from landsweep.base.stop import StopFlag
from landsweep.executors.dask import connect


class Scheduler(SimpleNamespace):
    """Who is connected, and whether it was closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("clients", "requested", "patience", "closed"),
    [
        (["fire-and-forget", "Client-worker-1"], False, 0.1, True),  # none came, or it is gone
        (["fire-and-forget"], True, 60.0, True),  # and a signal asks to stop: at once
        (["fire-and-forget", "Client-1"], False, 0.1, False),
        (["Client-1"], True, 0.1, False),  # it finishes what is in hand
    ],
)
def test_a_scheduler_ends_without_its_client(monkeypatch, clients, requested, patience, closed):
    monkeypatch.setattr(connect, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(connect, "SCHEDULER_SECONDS", patience)
    scheduler, stop = Scheduler(clients=dict.fromkeys(clients)), StopFlag()
    stop.requested = requested

    async def watch() -> None:
        with nullcontext() if closed else pytest.raises(TimeoutError):
            await asyncio.wait_for(connect._end_without_planner(scheduler, stop), 0.5)

    asyncio.run(watch())
    assert scheduler.closed == closed
