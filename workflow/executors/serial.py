"""The executor for a single process."""

from __future__ import annotations

from landsweep.base.errors import Stopped
from landsweep.base.stop import StopFlag
from landsweep.executors.executor import Executor, Item, Result, Work


class SerialExecutor(Executor):
    """An executor that runs items one after the other in this process."""

    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Work on each item in turn; raise :class:`Stopped` between items on request."""
        for item in work.items:
            if stop.requested:
                raise Stopped
            work.done(work.do(item), 0)
        if stop.requested:
            raise Stopped
