"""The executor for a single process."""

from __future__ import annotations

from landsweep.base.errors import Stopped
from landsweep.base.events import Notice, Subscriber
from landsweep.base.launch import Launch
from landsweep.base.stop import StopFlag
from landsweep.executors.executor import Executor, Item, Result, Work


class SerialExecutor(Executor):
    """An executor that runs items one after the other in this process.

    Where a launcher has started several processes, each of them is a run of its own; the lock of a run directory lets
    only one of them in.
    """

    def __init__(self, launch: Launch = Launch()) -> None:  # noqa: B008  # frozen
        self._launch = launch

    @property
    def label(self) -> str:
        """The prefix of errors, such as ``[task 1 of 2, each a run of its own]``; empty for a single process."""
        launch = self._launch
        return f"[task {launch.rank} of {launch.size}, each a run of its own] " if launch.size > 1 else ""

    def listen(self, tell: Subscriber) -> None:
        """Say where this is one of several processes that do not share the run."""
        if self._launch.size > 1:
            tell(
                Notice(
                    f"{self._launch.launcher} started {self._launch.size} processes, and with executor.kind serial "
                    "each is a run of its own: to share this one, use executor.kind auto or mpi."
                )
            )

    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Work on each item in turn; raise :class:`Stopped` between items on request."""
        for item in work.items:
            if stop.requested:
                raise Stopped
            work.done(work.do(item), 0)
        if stop.requested:
            raise Stopped
