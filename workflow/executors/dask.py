"""Items as tasks of a Dask cluster: workers may come, go and die; what one had in hand goes to the others.

The process that plans holds the queue (:mod:`landsweep.executors.feed`) and keeps each worker supplied, so that a
worker stays with the model it has loaded; Dask moves tasks of lost workers, and tries failed ones again. Small items
travel in batches of about :data:`TASK_SECONDS`, which keeps the scheduler's share small.
"""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any, TypeVar

from landsweep import remote
from landsweep.errors import Stopped, TooManyFailures, UserError
from landsweep.events import Notice, RankLost, Subscriber
from landsweep.executors.feed import Feed
from landsweep.executors.group import Alone, Group
from landsweep.executors.workers import Workers
from landsweep.stop import StopFlag

Item = TypeVar("Item")
Result = TypeVar("Result")

TASK_SECONDS = 1.0
"""What a batch of small items should take: a task costs the scheduler and this process a few milliseconds."""
POLL_SECONDS = 0.2
FETCH_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""How often the workers are counted."""
DEATHS = 4
"""Workers that may die of an item, until it is given up."""


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
        self._tasks = 0

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
        batch = remote.Batch(self.token, dumps(work), ())
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        flight: dict[Any, tuple[str, list[int]]] = {}
        """Tasks, by worker in the order in which it does them: its address, and the items."""
        arrived: list[Any] = []
        deaths: Counter[int] = Counter()
        seconds, count, asked = 0.0, 0, False
        self._alone_since = time.monotonic()
        try:
            while feed.left or flight:
                if stop.requested and not asked:
                    asked = True
                    feed.clear()
                    self._client.run(remote.request_stop, self.token, on_error="ignore")
                for address in self._gone():
                    feed.forget(address)
                    lost = [future for future, (of, _) in flight.items() if of == address]
                    for future in lost:
                        _, indices = flight.pop(future)
                        deaths.update(indices if future is lost[0] else ())  # the others only waited there
                        feed.give_back([] if asked else [i for i in indices if deaths[i] < DEATHS])
                    self._client.cancel(lost)
                each = seconds / count if count else TASK_SECONDS
                for address in sorted(self._present) if feed.left else ():
                    busy = sum(of == address for of, _ in flight.values())
                    while busy < (1 if each > TASK_SECONDS / 2 else 2):  # the next one waits there
                        size = max(1, min(int(TASK_SECONDS / each), feed.left // (2 * len(self._present))))
                        indices = feed.take(address, size)
                        if not indices:
                            break
                        future = self._submit(name, replace(batch, items=tuple(items[i] for i in indices)), address)
                        flight[future] = (address, indices)
                        future.add_done_callback(ended.put)
                        busy += 1
                arrived = [future for future in arrived + _waiting(ended) if future in flight]
                for future, reply in _replies(arrived):
                    arrived.remove(future)
                    del flight[future]
                    rank = self._rank_of(reply)
                    seconds, count = seconds + reply.seconds, count + len(reply.results)
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
                self._client.cancel(list(flight))
        if stop.requested:
            raise Stopped
        if given_up := sorted(i for i, n in deaths.items() if n >= DEATHS):
            raise TooManyFailures(
                f"{len(given_up)} items of {name} (the first: number {given_up[0]}) were in hand each time their "
                "worker died, so they were given up; all others are kept. Workers that die are often short of memory: "
                "make evaluation.batch smaller or use fewer workers a node, and run the same command again."
            )

    def _submit(self, name: str, batch: remote.Batch, address: str) -> Any:
        """Hand a batch to one worker: should it die, the items go to others by the queue.

        Dask would move the task as well, but not always: one whose worker dies as the last of all stays unrunnable,
        also where other workers are allowed (distributed 2026.8).
        """
        self._tasks += 1
        return self._client.submit(
            remote.work,
            batch,
            key=f"{name}-{self.token}-{self._tasks}",
            pure=False,
            retries=self._retries,
            workers=[address],
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
            self._alone_since = now
        self.workers.keep(len(found))
        waited = now - self._alone_since
        if not found and not self.workers.waits and waited > self._patience:
            raise Stopped(f"No worker has been connected to {self.workers.address} for {waited:.0f} s")
        return gone

    def close(self) -> None:
        """Let go of the cluster, and end it where it is ours."""
        self.workers.close()

    def abort(self, status: int) -> None:
        """Let go of the cluster; what workers have in hand is lost, what they have done is kept."""
        self.close()


def _waiting(ended: queue.SimpleQueue[Any]) -> list[Any]:
    """Return what has ended, after a short wait for the first."""
    found = []
    with suppress(queue.Empty):
        found.append(ended.get(timeout=POLL_SECONDS))
        while True:
            found.append(ended.get_nowait())
    return found


def _replies(arrived: list[Any]) -> list[tuple[Any, Any]]:
    """Return those tasks that have ended whose replies can be had: one may lie where nobody answers any more."""
    found = []
    for future in arrived:
        try:
            found.append((future, future.result(timeout=FETCH_SECONDS)))
        except TimeoutError:
            if future.status == "error":
                raise  # the work's own
    return found


def _lost(error: BaseException, client: Any) -> bool:
    """Return whether an error comes from a scheduler that is gone, not from the work."""
    from distributed.core import CommClosedError

    return isinstance(error, CommClosedError | CancelledError) or client.status != "running"
