"""Items as tasks of a Dask cluster: workers may come, go and die; the items of a lost worker go to the others.

The process that plans holds the queue (:mod:`landsweep.executors.dask.feed`) and keeps each worker supplied, so that a
worker stays with the model it has loaded; Dask carries the tasks and tries failed ones again. Small items
travel in batches of about :data:`landsweep.executors.dask.flight.TASK_SECONDS`, which keeps the scheduler's share
small.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from landsweep.base.errors import Stopped, TooManyFailures, UserError
from landsweep.base.events import Notice, RankLost, Subscriber
from landsweep.base.stop import StopFlag
from landsweep.executors.dask import protocol
from landsweep.executors.dask.feed import Feed
from landsweep.executors.dask.flight import Flight
from landsweep.executors.dask.workers import Seen, Workers
from landsweep.executors.executor import Executor, Item, Result, Work

SILENCE_SECONDS = 10.0
"""A notice that no worker is ready appears after this many seconds without one."""
LOOK_SECONDS = 1.0
"""The executor counts the workers once in this many seconds."""
STUCK_SECONDS = 5.0
"""A worker that neither begins a task nor is at one for this many seconds loses the tasks that it has in hand."""


class DaskExecutor(Executor):
    """An executor that spreads items over the workers of a Dask cluster.

    Parameters
    ----------
    workers
        The cluster and its workers.
    retries
        How often Dask tries a task again whose error is no mistake of the user, such as an I/O error.
    patience
        The seconds without any worker after which a run stops, unless the cluster itself brings workers back.
    """

    team = 0
    keeps_logs = False

    def __init__(self, workers: Workers, retries: int, patience: float) -> None:
        self.workers, self._retries, self._patience = workers, retries, patience
        self.size = workers.expected
        self.token = workers.token
        self._tell: Subscriber = lambda event: None
        self._client = workers.client
        self._ranks: dict[str, int] = {}
        """The keys are addresses of processes that have worked, the values their ranks; rank 1 replied first."""
        self._seen: dict[str, Seen] = {}
        self._places: dict[str, int] = {}
        self._ready: dict[str, int] = {}
        """The keys are addresses of workers that begin tasks, the values their numbers among those of the node."""
        self._idle_since: dict[str, float] = {}
        """The keys are addresses of idle workers that begin no task, the values the times when this was first seen."""
        self._looked = self._alone_since = 0.0
        self._said = False

    def listen(self, tell: Subscriber) -> None:
        """Call ``tell`` from now on with events about workers."""
        self._tell = tell
        tell(Notice(self.workers.greeting))

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Call ``function`` on one of the workers and return its result."""
        found: list[Result] = []
        with StopFlag(announce=False) as stop:
            asked = Work([None], lambda item: function(), lambda result, rank: found.append(result), name="probe")
            self.map(asked, stop)
        return found[0]

    def check(self, function: Callable[[], None]) -> None:
        """Do nothing: each worker checks itself when it takes part, and this process computes nothing."""

    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Share the items over the workers that there are.

        Raises
        ------
        TooManyFailures
            Where several workers died of the same item, one after the other, and the work has no ``given_up``.
        Stopped
            On request, and where the scheduler or all workers are gone; then its text says so.
        """
        from cloudpickle import dumps

        items = work.items
        feed = Feed([work.affinity(item) for item in items] if work.affinity is not None else range(len(items)))
        task = protocol.Task(self.token, dumps(work.do), ())
        flight = Flight(self._client, feed, items, task, work.name, self._retries)
        self._alone_since = time.monotonic()
        try:
            while flight.unfinished:
                if stop.requested and not flight.stopping:
                    flight.stop()
                self._look(flight)
                flight.supply(self._ready)
                for reply in flight.replies():
                    rank = self._rank_of(reply)
                    for result in reply.results:
                        work.done(result, rank)
                    if reply.refusal:
                        raise UserError(reply.refusal)
                    stop.requested |= reply.stopped
                for index, why in () if flight.stopping else flight.given_up():
                    if work.given_up is None:
                        raise TooManyFailures(f"{work.name.capitalize()}: {why}.")
                    work.done(work.given_up(items[index], f"{why}, and try again with --retry-failed"), 0)
        except (OSError, RuntimeError, TimeoutError, CancelledError) as error:
            if not _lost(error, self._client):
                raise
            raise Stopped(f"The scheduler at {self.workers.address} is gone") from error
        finally:
            with suppress(Exception):  # a cluster that is gone has nothing left to cancel
                flight.cancel()
        if stop.requested:
            raise Stopped

    def _rank_of(self, reply: protocol.Reply) -> int:
        """Return the number of the process that replied, and announce it the first time."""
        if reply.address not in self._ranks:
            self._ranks[reply.address] = 1 + len(self._ranks)
            self._tell(replace(reply.process, rank=self._ranks[reply.address]))
        return self._ranks[reply.address]

    def _look(self, flight: Flight) -> None:
        """Count the workers now and then, have lost ones replaced, and take back the items that these had in hand."""
        now = time.monotonic()
        if self._ready and now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        before, self._seen = self._seen, self.workers.look()
        for address in before.keys() - self._seen.keys():
            flight.lose(address, died=not self.workers.as_planned(address))
            self._places.pop(address, None)
            if address in self._ranks:
                self._tell(RankLost(self._ranks[address], address, len(self._seen)))
        for address, seen in self._seen.items():
            if address not in self._places:
                self._places[address] = self._free_place(seen.host)
        self._ready = {address: self._places[address] for address, seen in self._seen.items() if seen.ready}
        self._take_from_stuck(flight, now)
        if said := self.workers.keep(len(self._seen)):
            self._tell(Notice(said))
        if self._ready or any(seen.busy for seen in self._seen.values()):
            self._alone_since, self._said = now, False
        else:
            self._wait(now)

    def _free_place(self, host: str) -> int:
        """Return the lowest number that no worker on the node ``host`` has."""
        taken = {place for address, place in self._places.items() if self._seen[address].host == host}
        return next(n for n in count() if n not in taken)

    def _wait(self, now: float) -> None:
        """Publish a notice that no worker is ready, or stop where this has lasted too long."""
        waited = now - self._alone_since
        if waited > SILENCE_SECONDS and not self._said:
            self._said = True
            queued = "; jobs may be in the queue" if self.workers.jobs_wait else ""
            limit = "until one comes or Ctrl-C" if self.workers.waits else f"for {self._patience:.0f} s at most"
            self._tell(
                Notice(f"Waiting for workers {limit}: none is {'ready' if self._seen else 'connected'}{queued}.")
            )
        if not self.workers.waits and waited > self._patience:
            there = "ready at" if self._seen else "connected to"
            raise Stopped(f"No worker has been {there} {self.workers.address} for {waited:.0f} s")

    def _take_from_stuck(self, flight: Flight, now: float) -> None:
        """Take back the items of workers that will not begin them: Dask pauses workers that are short of memory."""
        idle = [address for address, seen in self._seen.items() if not (seen.ready or seen.busy)]
        self._idle_since = {address: self._idle_since.get(address, now) for address in idle}
        for address, since in self._idle_since.items():
            if now - since > STUCK_SECONDS and flight.lose(address, died=False):
                self._tell(
                    Notice(
                        f"The worker at {address} is paused, so what it had in hand goes to others: Dask does that to "
                        "workers that use most of their memory limit; start them with --memory-limit 0."
                    )
                )

    def close(self) -> None:
        """Disconnect from the cluster, and end it if this run has started it."""
        self.workers.close()

    def leave(self) -> None:
        """Disconnect from the cluster, as :meth:`close` does."""
        self.close()

    def abort(self, status: int, collective: bool = False) -> None:
        """Disconnect from the cluster; items that workers have in hand are lost, finished ones are kept."""
        self.close()


def _lost(error: BaseException, client: Any) -> bool:
    """Return whether the cause of an error is that the scheduler is gone, and not the work."""
    from distributed.core import CommClosedError

    return isinstance(error, CommClosedError | CancelledError) or client.status != "running"
