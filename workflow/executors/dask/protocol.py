"""The way in which items are sent to a worker, and the worker works on them.

A process keeps the function that it has unpickled, so that networks, data and strategies stay from one task to the
next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from landsweep.base.errors import Stopped, UserError
from landsweep.base.events import RankStarted, rank_started
from landsweep.base.stop import StopFlag
from landsweep.disk.rundir import fence, fenced
from landsweep.executors.executor import Submit
from landsweep.executors.serial import SerialExecutor


@dataclass(frozen=True)
class Task:
    """Items of a map, and the pickled function to call for each of them, which every process unpickles once."""

    token: str
    do: bytes
    items: tuple[Any, ...]
    place: int = 0
    """The worker has this number among those of its node, counted from 0."""


@dataclass(frozen=True)
class Reply:
    """The reply to a task: a result for each item that was finished.

    ``refusal`` is a sentence for the user; ``stopped`` says that the process was asked to stop; ``killed`` says that
    tasks submitted by the next item killed the workers that they ran on.
    """

    results: tuple[Any, ...]
    seconds: float
    address: str
    process: RankStarted
    refusal: str = ""
    stopped: bool = False
    killed: bool = False


RETRIES = 2
"""Dask tries a task that an item has submitted this many times again."""
_working = threading.RLock()
"""A process holds this lock while it works on an item: it keeps one model, so it works on one item at a time, however
many threads its pool has."""
_place = 0
"""This process is the worker of this number among those of its node."""
_stops: dict[str, StopFlag] = {}
"""The keys are the tokens of sessions, the values the flags that ask their items in hand to stop."""
_sessions: dict[str, tuple[Elsewhere, Callable[[], None]]] = {}
"""The key is the token of the session that this process takes part in, the value its executor and the check that raises
where the session has ended."""
_functions: dict[bytes, Callable[[Any], Any]] = {}
"""The key is a pickled function, the value the function itself, so that it is unpickled once."""


class Elsewhere(SerialExecutor):
    """The executor on a worker: the worker is one of ``size`` processes, ``local_size`` of which are on its node."""

    team = 0

    def __init__(self, size: int, local_size: int) -> None:
        self.size, self.local_size, self.local_rank = size, local_size, _place

    @property
    def is_root(self) -> bool:
        """False, since the process that plans is the root."""
        return False

    @contextmanager
    def tasks(self) -> Iterator[Submit]:
        """Return the function that submits tasks from within a task.

        Inside the block the process may work on other items, so the code in the block must not use what the process
        keeps of a model.
        """
        from dask.utils import funcname
        from distributed import worker_client

        _working.release()
        try:
            with worker_client() as client:

                def submit(function: Callable[..., Any], *arguments: Any) -> Any:
                    key = f"{funcname(function)}-{uuid4().hex}"
                    return client.submit(_behind, fence.get(), function, *arguments, key=key, retries=RETRIES)

                yield submit
        finally:
            _working.acquire()


def enter(token: str, executor: Elsewhere, check: Callable[[], None]) -> None:
    """Let this process take part in a session from now on, and in no other; ``check`` raises once it has ended."""
    _functions.clear()
    _sessions.clear()
    _sessions[token] = executor, check


def stop_flag(token: str) -> StopFlag:
    """Return the flag that asks a session's items in hand to stop."""
    return _stops.setdefault(token, StopFlag(announce=False))


def request_stop(token: str) -> None:
    """Ask the items in hand to stop; Dask calls this on the event loop while they run."""
    stop_flag(token).request()


def work(task: Task) -> Reply:
    """Work on the items of a task one after the other, until asked to stop."""
    from distributed import KilledWorker, get_worker
    from distributed.protocol.pickle import loads

    global _place
    stop = stop_flag(task.token)
    results: list[Any] = []
    refusal, killed = "", False
    with _working:
        _place = task.place
        begin = time.perf_counter()
        try:
            do = _functions.get(task.do)
            if do is None:
                do = loads(task.do)  # may enter a session
                _functions.clear()
                _functions[task.do] = do
            with fenced(_sessions[task.token][1] if task.token in _sessions else None):
                for item in task.items:
                    if stop.requested:
                        break
                    results.append(do(item))
        except UserError as error:
            refusal = str(error)
        except KilledWorker:
            killed = True
        except Stopped:
            stop.request()
        seconds = time.perf_counter() - begin
    return Reply(tuple(results), seconds, get_worker().address, _process(task.token), refusal, stop.requested, killed)


def _process(token: str) -> RankStarted:
    executor = _sessions[token][0] if token in _sessions else SerialExecutor()
    return rank_started(executor.rank, executor.size, executor.local_rank)


def _behind(check: Callable[[], None] | None, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function as :func:`work` would."""
    with fenced(check):
        return function(*arguments)
