"""How work is spread: the same units, the same store and the same results, whoever computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

from landsweep.errors import UserError
from landsweep.executors.launch import Launch
from landsweep.stop import StopFlag

if TYPE_CHECKING:
    from landsweep.executors.group import Group  # NumPy, which --help does without

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """Runs items on one or many processes; every process calls every method in the same order."""

    rank: int
    size: int
    local_rank: int
    local_size: int

    @property
    def is_root(self) -> bool:
        """Whether this process plans, creates arrays and reports."""

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Return on every process what ``function`` returns on the root; its UserError or Stopped is raised on all."""

    def map(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        done: Callable[[Result], None],
        stop: StopFlag,
    ) -> None:
        """Call ``work`` once for each item on some process, and ``done`` on the root with each result.

        ``done`` is called from one thread at a time, in order of completion.

        Raises
        ------
        Stopped
            On every process, once ``stop`` was requested on any and the items in hand are finished.
        """

    def group(self) -> AbstractContextManager[Group]:
        """Return the ranks as a group that computes one result together; entered and left by all of them."""

    def close(self) -> None:
        """Release what the executor holds."""


def make_executor(kind: str, launch: Launch) -> Executor:
    """Return the executor for a launch, or refuse one that cannot be right."""
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
