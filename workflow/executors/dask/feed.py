"""The queue that decides which process works on which items, and keeps items of one model together."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence


class Feed:
    """A queue of items ``0 .. n-1``, handed out in order, so that every process stays with the key of its last item.

    Parameters
    ----------
    keys
        The key of each item, such as its model, which names what a process has to load for it. Items of one key follow
        each other.
    """

    def __init__(self, keys: Sequence[Hashable]) -> None:
        self._returned: deque[int] = deque()
        self._free: deque[deque[int]] = deque()
        self._held: dict[Hashable, deque[int]] = {}
        self.left, self.keys = len(keys), keys
        last: Hashable = object()
        for index, key in enumerate(keys):
            if key != last:
                self._free.append(deque())
                last = key
            self._free[-1].append(index)

    def take(self, worker: Hashable, count: int) -> list[int]:
        """Return up to ``count`` items for a worker, of as few keys as possible; return none only if none is left.

        First come items that were given back, each alone, since its worker may have died of it. Then come the remaining
        items of the key that the worker holds, then keys that no worker holds, and then the second half of the longest
        queue of another worker.
        """
        if self._returned and count:
            self.left -= 1
            return [self._returned.popleft()]
        taken: list[int] = []
        while len(taken) < count and self.left:
            queue = self._held.get(worker)
            if not queue:
                if not self._free and taken:
                    break  # enough of its own: what others hold is for who has nothing
                queue = self._held[worker] = self._free.popleft() if self._free else self._steal()
            while queue and len(taken) < count:
                taken.append(queue.popleft())
                self.left -= 1
        return taken

    def give_back(self, items: Sequence[int]) -> None:
        """Put items back into the queue, ahead of all others."""
        self._returned.extendleft(reversed(items))
        self.left += len(items)

    def forget(self, worker: Hashable) -> None:
        """Free the items that a lost worker held for any other worker."""
        if queue := self._held.pop(worker, None):
            self._free.appendleft(queue)

    def clear(self) -> None:
        """Empty the queue, so that no more items are handed out."""
        self._returned.clear()
        self._free.clear()
        self._held.clear()
        self.left = 0

    def _steal(self) -> deque[int]:
        longest = max(self._held.values(), key=len)
        return deque(reversed([longest.pop() for _ in range((len(longest) + 1) // 2)]))
