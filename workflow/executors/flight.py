"""One map in progress on a Dask cluster: which worker has what in hand, and what has come back."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from landsweep import remote
from landsweep.executors.feed import Feed

TASK_SECONDS = 1.0
"""What a batch of small items should take: a task costs the scheduler and this process a few milliseconds."""
POLL_SECONDS = 0.2
FETCH_SECONDS = 1.0
DEATHS = 4
"""Workers that may die of an item, until it is given up."""

_numbers = count()


class Flight:
    """Keeps workers supplied with batches of items from a queue.

    A batch is handed to one worker; should it die, the items go back to the queue. Dask would move the task as well,
    but not always: one whose worker dies as the last of all stays unrunnable when others come, also where they are
    allowed (distributed 2026.8).

    Parameters
    ----------
    client
        Connected to the scheduler.
    feed, items
        The queue, and what its indices stand for.
    batch
        What is to be done, without items.
    name
        What tasks are called on the dashboard.
    retries
        How often Dask tries a task again that raised.
    """

    def __init__(
        self, client: Any, feed: Feed, items: Sequence[Any], batch: remote.Batch, name: str, retries: int
    ) -> None:
        self._client, self._feed, self._items, self._batch = client, feed, items, batch
        self._name, self._retries = name, retries
        self._tasks: dict[Any, tuple[str, list[int]]] = {}
        """Futures, of each worker in the order in which it works on them: its address, and the items."""
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._arrived: list[Any] = []
        self._deaths: Counter[int] = Counter()
        self._seconds, self._done = 0.0, 0
        self.stopping = False

    @property
    def unfinished(self) -> bool:
        """Whether something is queued or in hand."""
        return bool(self._feed.left or self._tasks)

    @property
    def given_up(self) -> list[int]:
        """Items that were in hand whenever a worker died."""
        return sorted(index for index, deaths in self._deaths.items() if deaths >= DEATHS)

    def stop(self) -> None:
        """Hand out nothing more, and ask workers to stop after the item in hand."""
        self.stopping = True
        self._feed.clear()
        self._client.run(remote.request_stop, self._batch.token, on_error="ignore")

    def lose(self, addresses: Collection[str]) -> None:
        """Take back what workers that are gone had in hand."""
        for address in addresses:
            self._feed.forget(address)
            lost = [future for future, (of, _) in self._tasks.items() if of == address]
            for future in lost:
                _, indices = self._tasks.pop(future)
                self._deaths.update(indices if future is lost[0] else ())  # the others only waited there
                if not self.stopping:
                    self._feed.give_back([i for i in indices if self._deaths[i] < DEATHS])
            self._client.cancel(lost)

    def supply(self, addresses: Collection[str]) -> None:
        """Hand batches to workers that have too few: of items that are short, the next one waits beside them."""
        each = self._seconds / self._done if self._done else TASK_SECONDS
        depth = 1 if each > TASK_SECONDS / 2 else 2
        busy = Counter(address for address, _ in self._tasks.values())
        for address in sorted(addresses) if self._feed.left else ():
            for _ in range(depth - busy[address]):
                size = max(1, min(int(TASK_SECONDS / each), self._feed.left // (2 * len(addresses))))
                indices = self._feed.take(address, size)
                if not indices:
                    return
                future = self._client.submit(
                    remote.work,
                    replace(self._batch, items=tuple(self._items[i] for i in indices)),
                    key=f"{self._name}-{self._batch.token}-{next(_numbers)}",
                    pure=False,
                    retries=self._retries,
                    workers=[address],
                )
                self._tasks[future] = (address, indices)
                future.add_done_callback(self._ended.put)

    def replies(self) -> list[remote.Reply]:
        """Return what has come back, after a short wait for the first.

        Raises
        ------
        Exception
            What a task raised each time it was tried.
        """
        self._arrived = [future for future in self._arrived + self._waited() if future in self._tasks]
        found: list[remote.Reply] = []
        for future in list(self._arrived):
            try:
                reply = future.result(timeout=FETCH_SECONDS)
            except TimeoutError:
                if future.status == "error":
                    raise  # the work's own
                continue  # it lies where nobody answers: that worker will be missed
            self._arrived.remove(future)
            del self._tasks[future]
            self._seconds, self._done = self._seconds + reply.seconds, self._done + len(reply.results)
            found.append(reply)
        return found

    def cancel(self) -> None:
        """Let go of what is in hand."""
        self._client.cancel(list(self._tasks))

    def _waited(self) -> list[Any]:
        found = []
        with suppress(queue.Empty):
            found.append(self._ended.get(timeout=POLL_SECONDS))
            while True:
                found.append(self._ended.get_nowait())
        return found
