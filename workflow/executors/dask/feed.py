"""Which process works on which items: a pure queue that keeps items of one model together."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence


class Feed:
    """Items ``0 .. n-1``, handed out in order, so that every process stays with the key of what it did last.

    Parameters
    ----------
    keys
        The key of each item: what a process has to load for it. Items of one key follow each other.
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
        """Return up to ``count`` items for a worker, of as few keys as possible; none only if none are left.

        First what was given back, each alone: it may be what its worker died of. Then what is left of the key it holds,
        keys that nobody holds, and the second half of the longest queue of another worker.
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
        """Take items in again, ahead of all others."""
        self._returned.extendleft(reversed(items))
        self.left += len(items)

    def forget(self, worker: Hashable) -> None:
        """Let anyone have what a worker held that is gone."""
        if queue := self._held.pop(worker, None):
            self._free.appendleft(queue)

    def clear(self) -> None:
        """Hand out nothing more."""
        self._returned.clear()
        self._free.clear()
        self._held.clear()
        self.left = 0

    def _steal(self) -> deque[int]:
        longest = max(self._held.values(), key=len)
        return deque(reversed([longest.pop() for _ in range((len(longest) + 1) // 2)]))
