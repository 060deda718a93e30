"""The base class of executors: they give the same units, the same store and the same results, whoever computes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from landsweep.base.stop import StopFlag

if TYPE_CHECKING:
    from landsweep.base.events import Subscriber
    from landsweep.executors.group import Group  # NumPy, which --help does without

Item = TypeVar("Item")
Result = TypeVar("Result")
Submit = Callable[..., Any]
"""``submit(function, *arguments)`` hands a task to another process and returns its future.

Futures among the arguments, also those inside lists, are replaced by their results.
"""


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """Items, and the functions that are called for each of them.

    Parameters
    ----------
    items
        The items, in the order in which they are begun.
    do
        The function that does the work; it is called for each item on some process.
    done
        The function that takes the results; it is called on the root with each result and the rank that it comes from,
        from one thread at a time, in order of completion.
    name
        The word for an item in what people watch.
    affinity
        A function that returns the same key for items that are better worked on by the same process; None where all
        items are alike.
    given_up
        A function that is called on the root for an item that no process survived, with a sentence about that, and
        returns the result that stands for it. Without the function such an item ends the run.
    """

    items: Sequence[Item]
    do: Callable[[Item], Result]
    done: Callable[[Result, int], None] = lambda result, rank: None
    name: str = "item"
    affinity: Callable[[Item], Hashable] | None = None
    given_up: Callable[[Item, str], Result] | None = None


class Executor(ABC):
    """An executor runs items on one or many processes; every process of a run calls every method in the same order.

    The methods of this class are those for one process. Where processes come and go, only the root calls these methods,
    and an item counts as done only when its result is on disk.

    Attributes
    ----------
    rank, size
        The number of this process among those that work, and the number of those.
    local_rank, local_size
        The same two numbers for the processes of this node.
    team
        The number of processes that compute one result together in :meth:`group`; 0 where processes come and go. These
        may get parts of a result as tasks, by :meth:`tasks`.
    keeps_logs
        Whether every process that works writes its own log; otherwise the root writes it.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    team: int = 1
    keeps_logs: bool = True

    @property
    def is_root(self) -> bool:
        """Whether this process plans, creates arrays and reports."""
        return self.rank == 0

    @property
    def label(self) -> str:
        """The prefix of errors that only this process knows of, such as ``[rank 1 of 4]``; empty for one process."""
        return ""

    @abstractmethod
    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Run all items of ``work`` on the processes that there are.

        Raises
        ------
        Stopped
            On every process, once ``stop`` was requested on any process and the items in hand are finished.
        """

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call ``function`` on the root; return its result, or raise its UserError or Stopped, on every process."""
        return function()

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Call ``function`` on a process that works; return its result, or raise its UserError, on the root alone."""
        return function()

    def check(self, function: Callable[[], None]) -> None:
        """Call ``function``, which may raise, on every process of the team; those that come later check themselves."""
        function()

    def group(self) -> AbstractContextManager[Group]:
        """Return the team as a group that computes one result together; every process enters and leaves its block."""
        from landsweep.executors.group import Alone

        return nullcontext(Alone())

    def tasks(self) -> AbstractContextManager[Submit | None]:
        """Return the function by which an item's work submits parts of it as tasks; None where a team shares them."""
        return nullcontext(None)

    def listen(self, tell: Subscriber) -> None:
        """Call ``tell`` from now on with events about processes that come and go."""

    def abort(self, status: int, collective: bool = False) -> None:
        """End the other processes because of an error; ``collective`` says that each of them has raised it too."""

    def leave(self) -> None:
        """Release what this session has started, in a program that continues after the run."""

    def close(self) -> None:
        """Release what the executor holds, once every process has reached the end of the run."""
