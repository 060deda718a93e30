"""A run as a process elsewhere sees it: what is rebuilt there, and how it works on items.

A :class:`landsweep.session.context.Context` travels as an :class:`Address`; where it arrives, it is made from the run
directory, once, so that a process keeps its network, data and strategies from one item to the next.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from landsweep.base.errors import Stopped, UserError
from landsweep.base.events import Bus, Event, RankStarted, rank_started
from landsweep.base.stop import StopFlag
from landsweep.disk import lock, provenance
from landsweep.disk.rundir import RunDir, fence, fenced, read_json
from landsweep.executors.serial import SerialExecutor
from landsweep.study.plan import make_plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    from landsweep.session.context import Context


@dataclass(frozen=True)
class Address:
    """What another process needs to take part in a run; ``token`` is new for every session of it, as is ``lock``."""

    token: str
    run: Path
    folder: Path
    lock: str | None
    ranks: int
    ranks_per_node: int
    allow_mixed: bool
    versions: tuple[tuple[str, str], ...] = field(default_factory=lambda: tuple(sorted(provenance.versions().items())))


@dataclass(frozen=True)
class Batch:
    """Items of a map, and what to do with each: a pickled function, unpickled once a process."""

    token: str
    work: bytes
    items: tuple[Any, ...]
    place: int = 0
    """The number of the worker among those of its node."""


@dataclass(frozen=True)
class Reply:
    """What became of a batch: a result for each item that was finished.

    ``refusal`` is a sentence for the user; ``stopped`` says that the process was asked to stop; ``killed`` that tasks
    of the next item killed the workers they were on.
    """

    results: tuple[Any, ...]
    seconds: float
    address: str
    process: RankStarted
    refusal: str = ""
    stopped: bool = False
    killed: bool = False


@dataclass(frozen=True)
class Fence:
    """Lets nothing appear in a run directory once another session, or none, works on the run.

    A process of a cluster that is not ours goes on with what it has in hand when its session is aborted.
    """

    lock: Path
    token: str | None

    def __call__(self) -> None:
        """Raise :class:`Stopped` where the session has ended."""
        if lock.ended(self.lock, self.token):
            raise Stopped


class Elsewhere(SerialExecutor):
    """What a process that works for an elastic executor is told of the others."""

    is_root = False
    elastic = True

    def __init__(self, address: Address, local_rank: int) -> None:
        self.size, self.local_size, self.local_rank = address.ranks, address.ranks_per_node, local_rank


RETRIES = 2
_working = threading.RLock()
"""A process keeps one model, so it works on one item at a time, however many threads its pool has."""
_place = 0
_stops: dict[str, StopFlag] = {}
_contexts: dict[str, Context] = {}
_fences: dict[str, Fence] = {}
_works: dict[bytes, Callable[[Any], Any]] = {}


def attach(address: Address) -> Context:
    """Return the context of a run in this process.

    Raises
    ------
    UserError
        Where this process has other versions of what computes, or does not see the run directory.
    """
    from landsweep.session.context import Context

    if address.token not in _contexts:
        _check_numerics(dict(address.versions))
        run = RunDir(address.run)
        if not run.members.exists():
            raise UserError(
                f"{_where()} does not see the run directory {address.run}, expected one on a file system that all "
                "workers share: choose another with --out."
            )
        study = Study.load(run.study)
        context = Context(
            study,
            address.folder,
            make_plan(study, read_json(run.members)["history"]),
            run,
            Elsewhere(address, _place),
            Bus(),
            _unheard,
            _stops.setdefault(address.token, StopFlag(announce=False)),
            allow_mixed=address.allow_mixed,
        )
        context.prepare_process()
        _contexts.clear()  # of a session before
        _works.clear()
        _contexts[address.token] = context
        _fences[address.token] = Fence(run.lock, address.lock)
    return _contexts[address.token]


def _unheard(event: Event) -> None:
    """Keep no log: the root writes down what it is told."""


def _check_numerics(there: dict[str, str]) -> None:
    here = provenance.versions()
    differing = [
        name for name in ("python", *provenance.PACKAGES) if name != "mpi4py" and here.get(name) != there.get(name)
    ]
    if differing:
        have, expected = (", ".join(f"{n} {v.get(n, 'missing')}" for n in differing) for v in (here, there))
        raise UserError(
            f"{_where()} has {have}, expected {expected} as in the process that plans, since last bits depend on them: "
            "start its workers from the same environment."
        )


def _where() -> str:
    from distributed import get_worker

    return f"Worker {get_worker().name} on {socket.gethostname()}"


def request_stop(token: str) -> None:
    """Ask the items in hand to stop; called beside them, on the event loop."""
    _stops.setdefault(token, StopFlag(announce=False)).request()


def work(batch: Batch) -> Reply:
    """Work on items one after the other, until asked to stop."""
    from distributed import KilledWorker, get_worker
    from distributed.protocol.pickle import loads

    global _place
    stop = _stops.setdefault(batch.token, StopFlag(announce=False))
    results: list[Any] = []
    refusal, killed = "", False
    with _working:
        _place = batch.place
        begin = time.perf_counter()
        try:
            if batch.work not in _works:
                found = loads(batch.work)
                _works.clear()
                _works[batch.work] = found
            with fenced(_fences.get(batch.token)):
                for item in batch.items:
                    if stop.requested:
                        break
                    results.append(_works[batch.work](item))
        except UserError as error:
            refusal = str(error)
        except KilledWorker:
            killed = True
        except Stopped:
            stop.request()
        seconds = time.perf_counter() - begin
    return Reply(tuple(results), seconds, get_worker().address, _process(batch.token), refusal, stop.requested, killed)


def _process(token: str) -> RankStarted:
    context = _contexts.get(token)
    return rank_started(context.executor if context is not None else SerialExecutor())


@contextmanager
def submitting() -> Iterator[Callable[..., Any]]:
    """Yield a function that submits a task from within one: ``submit(function, *arguments)`` returns its future.

    Meanwhile the process may work on other items: what waits here must not use what the process keeps of a model.
    """
    from dask.utils import funcname
    from distributed import worker_client

    _working.release()
    try:
        with worker_client() as client:
            yield lambda function, *arguments: client.submit(
                _behind, fence.get(), function, *arguments, key=f"{funcname(function)}-{uuid4().hex}", retries=RETRIES
            )
    finally:
        _working.acquire()


def _behind(check: Callable[[], None] | None, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function as :func:`work` would."""
    with fenced(check):
        return function(*arguments)
