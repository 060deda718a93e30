"""One process does everything."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar

from landsweep.base.errors import Stopped
from landsweep.base.stop import StopFlag
from landsweep.executors.group import Alone, Group

if TYPE_CHECKING:
    from landsweep.base.events import Subscriber

Item = TypeVar("Item")
Result = TypeVar("Result")


class SerialExecutor:
    """Runs items one after the other in this process."""

    rank = 0
    size = 1
    local_rank = 0
    local_size = 1
    is_root = True
    elastic = False

    def listen(self, tell: Subscriber) -> None:
        """Nobody comes or goes."""

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Call ``function``."""
        return function()

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call ``function``."""
        return function()

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Result, int], None],
        stop: StopFlag,
        *,
        name: str = "item",
        affinity: Callable[[Item], Hashable] | None = None,
        given_up: Callable[[Item, str], Result] | None = None,
    ) -> None:
        """Call ``work`` and ``done`` for each item in turn; raise :class:`Stopped` between items on request."""
        for item in items:
            if stop.requested:
                raise Stopped
            done(work(item), 0)
        if stop.requested:
            raise Stopped

    def group(self) -> AbstractContextManager[Group]:
        """Return this process."""
        return nullcontext(Alone())

    def close(self) -> None:
        """Nothing to release."""
