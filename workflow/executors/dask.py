"""Items as tasks of a Dask cluster: workers may come, go and die; what one had in hand goes to the others.

The process that plans holds the queue (:mod:`landsweep.executors.feed`) and keeps each worker supplied, so that a
worker stays with the model it has loaded; Dask carries the tasks and tries failed ones again. Small items
travel in batches of about :data:`landsweep.executors.flight.TASK_SECONDS`, which keeps the scheduler's share small.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any, TypeVar

from landsweep import remote
from landsweep.errors import Stopped, TooManyFailures, UserError
from landsweep.events import Notice, RankLost, Subscriber
from landsweep.executors.feed import Feed
from landsweep.executors.flight import Flight
from landsweep.executors.group import Alone, Group
from landsweep.executors.workers import Workers
from landsweep.stop import StopFlag

Item = TypeVar("Item")
Result = TypeVar("Result")

SILENCE_SECONDS = 10.0
LOOK_SECONDS = 1.0
"""How often the workers are counted."""


class DaskExecutor:
    """Spreads items over the workers of a cluster.

    Parameters
    ----------
    workers
        The cluster, and what is known of it.
    retries
        How often a task is tried again that raised what is nobody's mistake, such as an I/O error.
    patience
        Seconds without any worker until a run stops, where nobody sees to it that they come back.
    """

    rank, local_rank, local_size = 0, 0, 1
    is_root = True
    elastic = True

    def __init__(self, workers: Workers, retries: int, patience: float) -> None:
        self.workers, self._retries, self._patience = workers, retries, patience
        self.size = workers.expected
        self.token = workers.token
        self._tell: Subscriber = lambda event: None
        self._client = workers.client
        self._ranks: dict[str, int] = {}
        """Processes that have worked, by address: rank 1 is the first to reply."""
        self._present: set[str] = set()
        self._looked = self._alone_since = 0.0
        self._said = False

    def listen(self, tell: Subscriber) -> None:
        """Hand over what happens to workers."""
        self._tell = tell
        tell(Notice(self.workers.greeting))

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call ``function``."""
        return function()

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Return what ``function`` returns on some worker."""
        found: list[Result] = []
        with StopFlag(announce=False) as stop:
            self.map(lambda item: function(), [None], lambda result, rank: found.append(result), stop, name="probe")
        return found[0]

    def group(self) -> AbstractContextManager[Group]:
        """Return this process: workers that may go cannot compute one result together."""
        return nullcontext(Alone())

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Result, int], None],
        stop: StopFlag,
        *,
        name: str = "item",
        affinity: Callable[[Item], Hashable] | None = None,
    ) -> None:
        """Share the items over whichever workers there are; see :meth:`landsweep.executors.Executor.map`.

        Raises
        ------
        TooManyFailures
            Where items were in hand whenever their worker died, once all others are done.
        Stopped
            Also where the scheduler or all workers are gone, with a sentence.
        """
        from cloudpickle import dumps

        feed = Feed([affinity(item) for item in items] if affinity is not None else range(len(items)))
        flight = Flight(self._client, feed, items, remote.Batch(self.token, dumps(work), ()), name, self._retries)
        self._alone_since = time.monotonic()
        try:
            while flight.unfinished:
                if stop.requested and not flight.stopping:
                    flight.stop()
                flight.lose(self._gone())
                flight.supply(self._present)
                for reply in flight.replies():
                    rank = self._rank_of(reply)
                    for result in reply.results:
                        done(result, rank)
                    if reply.refusal:
                        raise UserError(reply.refusal)
                    stop.requested |= reply.stopped
        except (OSError, RuntimeError, TimeoutError, CancelledError) as error:
            if not _lost(error, self._client):
                raise
            raise Stopped(f"The scheduler at {self.workers.address} is gone") from error
        finally:
            with suppress(Exception):  # a cluster that is gone has nothing left to cancel
                flight.cancel()
        if stop.requested:
            raise Stopped
        if given_up := flight.given_up:
            raise TooManyFailures(
                f"{len(given_up)} item(s) of {name} (the first: number {given_up[0]}) were in hand each time their "
                "worker died, so they were given up; all others are kept. Workers that die are often short of memory: "
                "make evaluation.batch smaller or use fewer workers a node, and run the same command again."
            )

    def _rank_of(self, reply: remote.Reply) -> int:
        """Return the number of the process that replied, and announce it the first time."""
        if reply.address not in self._ranks:
            self._ranks[reply.address] = 1 + len(self._ranks)
            self._tell(replace(reply.process, rank=self._ranks[reply.address]))
        return self._ranks[reply.address]

    def _gone(self) -> set[str]:
        """Count the workers now and then, have lost ones replaced, and return which are gone since the last time."""
        now = time.monotonic()
        if self._present and now - self._looked < LOOK_SECONDS:
            return set()
        self._looked = now
        found = self.workers.present()
        gone, self._present = self._present - found, found
        for address in gone & self._ranks.keys():
            self._tell(RankLost(self._ranks[address], address, len(found)))
        if found:
            self._alone_since, self._said = now, False
        self.workers.keep(len(found))
        waited = now - self._alone_since
        if not found and waited > SILENCE_SECONDS and not self._said:
            self._said = True
            queued = "; jobs may be in the queue" if self.workers.jobs_wait else ""
            self._tell(Notice(f"Waiting for workers: none is connected{queued}."))
        if not found and not self.workers.waits and waited > self._patience:
            raise Stopped(f"No worker has been connected to {self.workers.address} for {waited:.0f} s")
        return gone

    def close(self) -> None:
        """Let go of the cluster, and end it where it is ours."""
        self.workers.close()

    def abort(self, status: int) -> None:
        """Let go of the cluster; what workers have in hand is lost, what they have done is kept."""
        self.close()


def _lost(error: BaseException, client: Any) -> bool:
    """Return whether an error comes from a scheduler that is gone, not from the work."""
    from distributed.core import CommClosedError

    return isinstance(error, CommClosedError | CancelledError) or client.status != "running"
