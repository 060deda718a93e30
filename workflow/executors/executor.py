"""How work is spread: the same units, the same store and the same results, whoever computes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from landsweep.base.errors import UserError
from landsweep.base.launch import Launch
from landsweep.base.stop import StopFlag

if TYPE_CHECKING:
    from landsweep.base.events import Subscriber
    from landsweep.executors.dask.workers import Wanted
    from landsweep.executors.group import Group  # NumPy, which --help does without
    from landsweep.study.study import Study

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """Runs items on one or many processes; every process of a run calls every method in the same order.

    Attributes
    ----------
    rank, size
        This process among those that work.
    local_rank, local_size
        The same among those of its node.
    elastic
        Whether processes that work may come and go. Then only the root calls these methods, what was worked on must be
        on disk when it counts as done, and nothing is worked on by all of them together.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    elastic: bool

    @property
    def is_root(self) -> bool:
        """Whether this process plans, creates arrays and reports."""

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Return on every process what ``function`` returns on the root; its UserError or Stopped is raised on all."""

    def listen(self, tell: Subscriber) -> None:
        """Hand over what happens to processes that come and go, from now on."""

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Return, on the root alone, what ``function`` returns on a process that works; its UserError is raised."""

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
        """Call ``work`` for each item on some process, and ``done`` on the root with each result and its rank.

        ``done`` is called from one thread at a time, in order of completion. ``name`` is what an item is called where
        people watch; items of equal ``affinity`` are better worked on by the same process; ``given_up`` returns, on
        the root, what stands for an item that no process survived, from a sentence about that.

        Raises
        ------
        Stopped
            On every process, once ``stop`` was requested on any and the items in hand are finished.
        """

    def group(self) -> AbstractContextManager[Group]:
        """Return the ranks as a group that computes one result together; entered and left by all of them."""

    def close(self) -> None:
        """Release what the executor holds."""


def make_executor(
    kind: str, launch: Launch, study: Study | None = None, run: Path = Path(), wanted: Wanted | None = None
) -> Executor:
    """Return the executor for a launch, or refuse one that cannot be right.

    Parameters
    ----------
    kind
        As ``executor.kind`` of a study.
    launch
        How this process was started.
    study, run, wanted
        What Dask needs to know: the study, its run directory, and what the command line says of workers.
    """
    if wanted is not None and wanted.asked and kind != "dask":
        if kind != "auto":
            raise UserError(
                f"executor.kind is {kind}, but workers of Dask are asked for: expected executor.kind dask or auto."
            )
        kind = "dask"
    if kind == "dask":
        assert study is not None
        from landsweep.executors.dask.executor import DaskExecutor
        from landsweep.executors.dask.workers import Wanted, connect

        spec = study.executor
        asked = replace(wanted or Wanted(), count=(wanted.count if wanted else None) or spec.workers)
        workers = connect(asked, launch, run, study.evaluation.threads, study.evaluation.device)
        return DaskExecutor(workers, spec.retries, spec.patience)
    if kind == "serial" and launch.size > 1:
        raise UserError(
            f"executor.kind is serial but {launch.launcher} started {launch.size} processes: expected one process, "
            "use executor.kind auto or mpi."
        )
    if kind == "mpi" or launch.size > 1:
        from landsweep.executors.mpi import MpiExecutor

        return MpiExecutor(launch)
    from landsweep.executors.serial import SerialExecutor

    return SerialExecutor()
