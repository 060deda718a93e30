"""One map in progress on a Dask cluster: which worker has which items in hand, and which results have come back."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from landsweep.executors.dask import protocol
from landsweep.executors.dask.feed import Feed

TASK_SECONDS = 1.0
"""A batch of small items should take about this many seconds, because a task costs the scheduler and this process a few
milliseconds."""
POLL_SECONDS = 0.2
"""The process that plans waits at most this many seconds for a task to end before it looks at the workers again."""
FETCH_SECONDS = 1.0
"""The result of a task that has ended must arrive within this many seconds."""
DEATHS = 4
"""An item is given up once this many workers have died of it; every other item with the same key is then given up after
one death."""

_numbers = count()
"""This counter makes the keys of Dask's tasks unique."""


class Flight:
    """A flight keeps workers supplied with batches of items from a queue, and collects the results.

    A batch is handed to one worker; if the worker dies, its items go back to the queue. Dask itself moves tasks of a
    lost worker to others, but not always: a task whose worker was the last one stays unrunnable when others come, even
    where these may run it (distributed 2026.8).

    Parameters
    ----------
    client
        The Dask client, connected to the scheduler.
    feed, items
        The queue of indices, and the items that they stand for.
    task
        The task without items: the function, and where it is to run.
    name
        The name of the tasks on the dashboard.
    retries
        How often Dask tries a task again that has raised an error.
    """

    def __init__(
        self, client: Any, feed: Feed, items: Sequence[Any], task: protocol.Task, name: str, retries: int
    ) -> None:
        self._client, self._feed, self._items, self._task = client, feed, items, task
        self._name, self._retries = name, retries
        self._tasks: dict[Any, tuple[str, list[int]]] = {}
        """The keys are futures, in the order in which a worker works on them, the values its address and the items."""
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._arrived: list[Any] = []
        self._deaths: Counter[int] = Counter()
        self._given_up: list[int] = []
        self._deadly: set[Hashable] = set()
        """This set holds the keys of the items that were given up."""
        self._seconds, self._done = 0.0, 0
        self.stopping = False

    @property
    def unfinished(self) -> bool:
        """Whether any item is queued or in hand."""
        return bool(self._feed.left or self._tasks)

    def given_up(self) -> list[tuple[int, str]]:
        """Return the items that too many workers died of, with a sentence about each; an item is returned only once."""
        found, self._given_up = self._given_up, []
        return [(index, _died(self._deaths[index])) for index in found]

    def stop(self) -> None:
        """Hand out no more items, and ask workers to stop after the item in hand."""
        self.stopping = True
        self._feed.clear()
        self._client.run(protocol.request_stop, self._task.token, on_error="ignore")

    def lose(self, address: str, died: bool) -> bool:
        """Take back the items of a worker that is gone or will not begin them; return whether it had any.

        ``died`` says that the worker may have died of the item that it was working on.
        """
        self._feed.forget(address)
        lost = [future for future, (of, _) in self._tasks.items() if of == address]
        for future in lost:
            self._take_back(future, died and future is lost[0])  # the others only waited there
        if lost:
            self._client.cancel(lost)
        return bool(lost)

    def _take_back(self, future: Any, died: bool) -> None:
        _, indices = self._tasks.pop(future)
        if died:
            self._deaths.update(indices)
        self._again(indices)

    def _again(self, indices: Sequence[int]) -> None:
        """Put items back into the queue, except those that too many workers died of."""
        keys = self._feed.keys
        over = {i for i in indices if self._deaths[i] >= (1 if keys[i] in self._deadly else DEATHS)}
        self._deadly.update(keys[i] for i in over)
        self._given_up += sorted(over)
        if not self.stopping:
            self._feed.give_back([i for i in indices if i not in over])

    def supply(self, places: Mapping[str, int]) -> None:
        """Hand batches to workers that have too few; where items are short, a worker gets its next batch in advance.

        Parameters
        ----------
        places
            The address of each worker, and its number among the workers of its node.
        """
        each = self._seconds / self._done if self._done else TASK_SECONDS
        depth = 1 if each > TASK_SECONDS / 2 else 2
        busy = Counter(address for address, _ in self._tasks.values())
        for address in sorted(places) if self._feed.left else ():
            for _ in range(depth - busy[address]):
                size = max(1, min(int(TASK_SECONDS / each), self._feed.left // (2 * len(places))))
                indices = self._feed.take(address, size)
                if not indices:
                    return
                future = self._client.submit(
                    protocol.work,
                    replace(self._task, items=tuple(self._items[i] for i in indices), place=places[address]),
                    key=f"{self._name}-{self._task.token}-{next(_numbers)}",
                    pure=False,
                    retries=self._retries,
                    workers=[address],
                )
                self._tasks[future] = (address, indices)
                future.add_done_callback(self._ended.put)

    def replies(self) -> Iterator[protocol.Reply]:
        """Yield the replies that have come back, after a short wait for the first.

        Raises
        ------
        Exception
            The error of a task that failed each time it was tried.
        """
        from distributed import KilledWorker

        self._arrived = [future for future in self._arrived + self._waited() if future in self._tasks]
        for future in list(self._arrived):
            try:
                reply = future.result(timeout=FETCH_SECONDS)
            except TimeoutError:
                if future.status == "error":
                    raise  # the work's own
                continue  # it lies where nobody answers: that worker will be missed
            except KilledWorker:  # workers came back under its address, and died again, before they were missed
                self._arrived.remove(future)
                self._take_back(future, died=True)
                continue
            self._arrived.remove(future)
            _, indices = self._tasks.pop(future)
            done = len(reply.results)
            self._seconds, self._done = self._seconds + reply.seconds, self._done + done
            if reply.killed:
                self._deaths[indices[done]] = DEATHS
                self._again(indices[done:])
            yield reply

    def cancel(self) -> None:
        """Cancel the tasks in hand, and ask the workers that have them to stop soon."""
        if self._tasks:
            self._client.cancel(list(self._tasks))
            self._client.run(protocol.request_stop, self._task.token, on_error="ignore")

    def _waited(self) -> list[Any]:
        found = []
        with suppress(queue.Empty):
            found.append(self._ended.get(timeout=POLL_SECONDS))
            while True:
                found.append(self._ended.get_nowait())
        return found


def _died(deaths: int) -> str:
    times = f"{deaths} workers died of it, one after the other"
    if deaths < DEATHS:
        times = f"{deaths} worker(s) died of it, and before that {DEATHS} of something else of the same model"
    return f"{times}; who dies is often short of memory: make evaluation.batch smaller or use fewer workers a node"
