"""MPI ranks share the items through a counter; rank 0 works on items like every other rank.

``mpi4py.util.sync.Counter`` makes no progress while its owner computes, so rank 0 runs a thread that probes
for messages: it drives the counter and receives the results that the ranks announce.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from landsweep.base.errors import Stopped, UserError
from landsweep.base.launch import Launch
from landsweep.base.stop import StopFlag
from landsweep.executors.executor import Executor, Item, Result, Work
from landsweep.executors.group import Group, MpiGroup
from landsweep.executors.mpi_start import how_to_start, initialized, name_of

POLL_SECONDS = 0.001
"""A rank that waits for others sleeps this many seconds between two looks, where a blocking call would spin on a
core."""
SLOW_COUNTER_SECONDS = 0.1
"""The shared counter is not used where asking it takes any rank more than this many seconds, a noticeable part of a
unit (20 s)."""
BATCH_SECONDS = 0.2
"""The items that a rank asks for at once should take about this many seconds: asking costs about a millisecond of two
ranks."""
_RESULT = 1
"""A message with this tag carries a result."""
_END = 2
"""A message with this tag says that its sender has no more results."""


FORWARDING = 0.5
"""A launcher has this many seconds to pass on what was printed before a rank aborts, because MPICH's may drop what it
holds then."""


class MpiExecutor(Executor):
    """An executor that spreads items over the ranks of ``MPI.COMM_WORLD``.

    Raises
    ------
    UserError
        Where mpi4py is missing, the launcher belongs to another MPI, or COMM_WORLD has another size than the launcher
        said (a launcher of another MPI or the wrong PMI starts n independent processes, which would all do all the
        work).
    """

    def __init__(self, launch: Launch) -> None:
        MPI, Counter = initialized(launch)
        world = MPI.COMM_WORLD
        if launch.size > 1 and world.size != launch.size:
            raise UserError(
                f"{launch.launcher} started {launch.size} processes but MPI sees {world.size}, so each would do "
                f"all the work alone: mpi4py uses {name_of(MPI)}, so {how_to_start(MPI, launch.size)}."
            )
        self._mpi = MPI
        self._counter_type = Counter
        self.comm = world.Dup()
        self._results = world.Dup()  # results must not meet collectives
        self.rank: int = world.rank
        self.size: int = world.size
        self.team = self.size
        node = world.Split_type(MPI.COMM_TYPE_SHARED)
        self.local_rank: int = node.rank
        self.local_size: int = node.size
        self._several_nodes = bool(node.size != world.size)
        node.Free()
        self.threads = bool(MPI.Query_thread() == MPI.THREAD_MULTIPLE)

    @property
    def label(self) -> str:
        """The prefix of errors that only this rank knows of, such as ``[rank 1 of 4]``; empty for a single rank."""
        return f"[rank {self.rank} of {self.size}] " if self.size > 1 else ""

    def check(self, function: Callable[[], None]) -> None:
        """Call ``function`` on every rank, on rank 0 first, so that an error that all would raise appears once."""
        self.on_root(function)
        function()

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call ``function`` on rank 0; return its result, or raise its UserError or Stopped, on every rank."""
        outcome: tuple[Any, UserError | Stopped | None] = (None, None)
        if self.is_root:
            try:
                outcome = (function(), None)
            except UserError as error:
                outcome = (None, UserError(str(error)))
            except Stopped:
                outcome = (None, Stopped())
        self._wait()
        result, failure = self.comm.bcast(outcome)
        if isinstance(failure, Stopped):
            raise failure
        if failure is not None:
            failure.collective = True
            raise failure
        return result

    def map(self, work: Work[Item, Result], stop: StopFlag) -> None:
        """Share the items over the ranks dynamically."""
        with self._receiving(work.done, stop) as announce:
            for index in self._shares(len(work.items), stop):
                try:
                    result = work.do(work.items[index])
                except Stopped:
                    stop.requested = True
                    continue
                announce(result)
        self._wait()
        if self.comm.allreduce(stop.requested, op=self._mpi.LOR):
            raise Stopped

    def _shares(self, count: int, stop: StopFlag) -> Iterator[int]:
        """Yield this rank's indices: from the shared counter, or dealt where the counter cannot serve."""
        counter = self._counter_type(comm=self.comm) if self.threads else None
        if counter is None or (self._several_nodes and self._slow(counter)):
            yield from _until(stop, range(self.rank, count, self.size))
        else:
            size = 1
            while not stop.requested and (first := counter.next(size)) < count:
                begin = time.perf_counter()
                yield from _until(stop, range(first, min(first + size, count)))
                each = (time.perf_counter() - begin) / size
                size = max(1, min(int(BATCH_SECONDS / each), (count - first) // (4 * self.size)))
            if stop.requested:
                counter.next(count)  # no rank starts another item
        if counter is not None:  # freeing is collective; after an exception the job is aborted instead
            self._wait()
            counter.free()

    def _slow(self, counter: Any) -> bool:
        """Return whether asking the counter costs a noticeable part of a unit (20 s) from any rank."""
        begin = time.perf_counter()
        for _ in range(3):
            counter.next(0)
        seconds = (time.perf_counter() - begin) / 3
        return bool(self.comm.allreduce(seconds, op=self._mpi.MAX) > SLOW_COUNTER_SECONDS)

    @contextmanager
    def _receiving(self, done: Callable[[Result, int], None], stop: StopFlag) -> Iterator[Callable[[Result], None]]:
        """Yield a function that announces a result; rank 0 hands them all to ``done`` while the block runs."""
        if not self.is_root:
            sent: deque[Any] = deque()

            def announce(result: Result) -> None:
                while sent and sent[0].Test():
                    sent.popleft()
                sent.append(self._results.isend(result, dest=0, tag=_RESULT))

            yield announce
            sent.append(self._results.isend(None, dest=0, tag=_END))
            while not all(request.Test() for request in sent):
                time.sleep(POLL_SECONDS)
            return
        inbox = _Inbox(self._results, self._mpi, done, self.size - 1, stop)
        if self.threads:
            with inbox.in_thread():
                yield inbox.own.put
        else:

            def announce_and_poll(result: Result) -> None:
                inbox.own.put(result)
                inbox.poll()

            yield announce_and_poll
            while not inbox.finished():
                inbox.poll()
                time.sleep(POLL_SECONDS)

    @contextmanager
    def group(self) -> Iterator[Group]:
        """Yield the ranks as a group with a communicator of its own."""
        comm = self.comm.Dup()
        group = MpiGroup(comm)
        yield group
        group.close()
        self._wait()
        comm.Free()

    def _wait(self) -> None:
        """Wait for every rank, asleep between polls (a blocking barrier spins on a core)."""
        request = self.comm.Ibarrier()
        while not request.Test():
            time.sleep(POLL_SECONDS)

    def abort(self, status: int, collective: bool = False) -> None:
        """End every rank of the job at once, unless ``collective`` says that each of them ends by itself."""
        if collective or self.size == 1:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        time.sleep(FORWARDING)
        self._mpi.COMM_WORLD.Abort(status)
        os._exit(status)  # MPICH may return from Abort before its launcher ends this process

    def close(self) -> None:
        """Wait for every rank and free the communicators."""
        self._wait()
        self._results.Free()
        self.comm.Free()


def _until(stop: StopFlag, indices: range) -> Iterator[int]:
    for index in indices:
        if stop.requested:
            return
        yield index


def _ignore(result: Any, rank: int) -> None:
    pass


class _Inbox:
    """The inbox of rank 0 during a map: it passes on the results of all ranks, its own too, in order of arrival."""

    def __init__(self, comm: Any, mpi: Any, done: Callable[[Any, int], None], others: int, stop: StopFlag) -> None:
        self.own: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._comm, self._mpi, self._done, self._stop = comm, mpi, done, stop
        self._open = others
        self._closing = threading.Event()
        self._error: BaseException | None = None

    def finished(self) -> bool:
        """Return whether every other rank has ended and no result of rank 0 waits."""
        return self._open == 0 and self.own.empty()

    def poll(self) -> None:
        """Take in everything that has arrived."""
        status = self._mpi.Status()
        while self._comm.Iprobe(source=self._mpi.ANY_SOURCE, tag=self._mpi.ANY_TAG, status=status):
            result = self._comm.recv(source=status.source, tag=status.tag)
            if status.tag == _END:
                self._open -= 1
            else:
                self._done(result, status.source)
        while not self.own.empty():
            self._done(self.own.get(), 0)

    def _loop(self) -> None:
        while not (self._closing.is_set() and self.finished()):
            try:
                self.poll()
            except BaseException as error:
                if self._error is not None:
                    return
                # Raised in the main thread once the items in hand are finished; until then messages are taken in.
                self._error, self._done, self._stop.requested = error, _ignore, True
            time.sleep(POLL_SECONDS)

    @contextmanager
    def in_thread(self) -> Iterator[None]:
        """Poll in a thread until the block has ended and every rank has said so."""
        thread = threading.Thread(target=self._loop, name="landsweep-mpi", daemon=True)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(POLL_SECONDS)  # Python code that computes lets the thread in every millisecond
        thread.start()
        try:
            yield
            self._closing.set()
            while thread.is_alive():
                thread.join(timeout=0.05)
            if self._error is not None:
                raise self._error
        finally:
            sys.setswitchinterval(interval)
