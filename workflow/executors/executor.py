"""What every executor is: the same units, the same store and the same results, whoever computes."""

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
    """Items, and what is to be done with each.

    Parameters
    ----------
    items
        The items, in the order in which they are begun.
    do
        Called for each item on some process.
    done
        Called on the root with each result and the rank it comes from: from one thread at a time, in order of
        completion.
    name
        What an item is called where people watch.
    affinity
        Items for which it returns the same are better worked on by the same process; None where they are all alike.
    given_up
        Returns, on the root, what stands for an item that no process survived, from a sentence about that; without it
        such an item ends the run.
    """

    items: Sequence[Item]
    do: Callable[[Item], Result]
    done: Callable[[Result, int], None] = lambda result, rank: None
    name: str = "item"
    affinity: Callable[[Item], Hashable] | None = None
    given_up: Callable[[Item, str], Result] | None = None


class Executor(ABC):
    """Runs items on one or many processes; every process of a run calls every method in the same order.

    The defaults are those of one process. Where processes come and go, only the root calls these methods, and what was
    worked on must be on disk when it counts as done.

    Attributes
    ----------
    rank, size
        This process among those that work.
    local_rank, local_size
        The same among those of its node.
    team
        How many processes compute one result together in :meth:`group`; 0 where processes come and go, which may get
        parts of it as tasks, by :meth:`tasks`.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    team: int = 1

    @property
    def is_root(self) -> bool:
        """Whether this process plans, creates arrays and reports."""
        return self.rank == 0

    @property
    def label(self) -> str:
        """What an error that only this process knows of begins with, such as ``[rank 1 of 4]``; empty for one alone."""
        return ""

    @abstractmethod
    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Do the work on whichever processes there are.

        Raises
        ------
        Stopped
            On every process, once ``stop`` was requested on any and the items in hand are finished.
        """

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Return on every process what ``function`` returns on the root; its UserError or Stopped is raised on all."""
        return function()

    def on_worker(self, function: Callable[[], Result]) -> Result:
        """Return, on the root alone, what ``function`` returns on a process that works; its UserError is raised."""
        return function()

    def check(self, function: Callable[[], None]) -> None:
        """Let every process of the team refuse to work: ``function`` raises there; what comes later checks itself."""
        function()

    def group(self) -> AbstractContextManager[Group]:
        """Return the team as a group that computes one result together; entered and left by all of it."""
        from landsweep.executors.group import Alone

        return nullcontext(Alone())

    def tasks(self) -> AbstractContextManager[Submit | None]:
        """Return what submits parts of an item as tasks, from within its work; None where a team shares them."""
        return nullcontext(None)

    def keeps_log(self, rank: int) -> bool:
        """Return whether the process of a rank writes down by itself what it does."""
        return True

    def listen(self, tell: Subscriber) -> None:
        """Hand over what happens to processes that come and go, from now on."""

    def abort(self, status: int, collective: bool = False) -> None:
        """End the other processes because of an error; ``collective`` says that each of them has raised it as well."""

    def leave(self) -> None:
        """Let go of what this session has started, in a program that goes on."""

    def close(self) -> None:
        """Release what the executor holds, once every process has come to its end."""
