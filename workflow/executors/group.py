"""Ranks that compute one result together, with arrays as messages."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mpi4py import MPI

Arrays = list[np.ndarray]
"""A message between ranks is a list of arrays."""

POLL_SECONDS = 0.001
"""A rank that waits for a message looks for it again after this many seconds."""


class Group(ABC):
    """A group has ``size`` ranks, each with its own ``rank``; all ranks call every method, except send and receive."""

    rank: int
    size: int

    @abstractmethod
    def send(self, arrays: Sequence[np.ndarray], to: int) -> None:
        """Send arrays to a rank, which need not be waiting for them yet; the arrays must not be changed."""

    @abstractmethod
    def receive(self, source: int) -> Arrays:
        """Return the arrays of the earliest message that a rank sent here and that was not received yet."""

    def gather(self, arrays: Sequence[np.ndarray]) -> list[Arrays] | None:
        """Return on rank 0 the arrays of every rank, in the order of ranks; return None on the others."""
        if self.rank:
            self.send(arrays, 0)
            return None
        return [list(arrays), *(self.receive(source) for source in range(1, self.size))]

    def broadcast(self, arrays: Sequence[np.ndarray] | None) -> Arrays:
        """Return the arrays of rank 0 on every rank; they are passed on in a binomial tree."""
        stride = 1
        while stride < self.size:
            stride *= 2
        while stride := stride // 2:
            if self.rank % (2 * stride) == stride:
                arrays = self.receive(self.rank - stride)
            elif self.rank % (2 * stride) == 0 and self.rank + stride < self.size:
                assert arrays is not None
                self.send(arrays, self.rank + stride)
        assert arrays is not None
        return list(arrays)

    def broadcast_named(self, arrays: Mapping[str, np.ndarray] | None) -> dict[str, np.ndarray]:
        """Return the named arrays of rank 0 on every rank."""
        names, *values = self.broadcast(None if arrays is None else [np.array(list(arrays)), *arrays.values()])
        return dict(zip(names.tolist(), values, strict=True))

    def exchange(self, arrays: Sequence[Sequence[np.ndarray]]) -> list[Arrays]:
        """Send the i-th list of arrays to rank i; return the arrays that each rank sent here, in the order of ranks."""
        others = [rank for rank in range(self.size) if rank != self.rank]
        for other in others:
            self.send(arrays[other], other)
        received = {other: self.receive(other) for other in others}
        return [received.get(rank, list(arrays[self.rank])) for rank in range(self.size)]

    def sum(self, arrays: Sequence[np.ndarray]) -> Arrays | None:
        """Return on rank 0 the sums over ranks of arrays of equal shapes; return None on the others."""
        total, stride = list(arrays), 1
        while stride < self.size:
            if self.rank % (2 * stride):
                self.send(total, self.rank - stride)
                return None
            if self.rank + stride < self.size:
                total = [a + b for a, b in zip(total, self.receive(self.rank + stride), strict=True)]
            stride *= 2
        return total

    def any(self, flag: bool) -> bool:
        """Return whether the flag is true on some rank."""
        total = self.sum([np.array(int(flag))])
        return bool(self.broadcast(total)[0])


class Alone(Group):
    """The group of a single process."""

    rank, size = 0, 1

    def send(self, arrays: Sequence[np.ndarray], to: int) -> None:
        """There is nobody else."""
        raise AssertionError("one process has nobody to send to")

    def receive(self, source: int) -> Arrays:
        """There is nobody else."""
        raise AssertionError("one process has nobody to receive from")


class MpiGroup(Group):
    """The ranks of an MPI communicator; arrays travel as buffers beside small messages (``mpi4py.util.pkl5``)."""

    def __init__(self, comm: MPI.Intracomm) -> None:
        from mpi4py.util import pkl5

        self.rank, self.size = comm.rank, comm.size
        self._comm = pkl5.Intracomm(comm)
        self._sending: list[Any] = []  # requests hold what must not be freed before they end

    def send(self, arrays: Sequence[np.ndarray], to: int) -> None:
        """Send arrays without waiting for their receiver."""
        self._sending = [request for request in self._sending if not request.test()[0]]
        self._sending.append(self._comm.isend([np.asarray(a, order="C") for a in arrays], to))

    def receive(self, source: int) -> Arrays:
        """Wait for a message, asleep between polls, and return its arrays."""
        while (message := self._comm.improbe(source)) is None:
            time.sleep(POLL_SECONDS)
        arrays: Arrays = message.recv()
        return arrays

    def close(self) -> None:
        """Wait until all messages have been sent."""
        for request in self._sending:
            while not request.test()[0]:
                time.sleep(POLL_SECONDS)
        self._sending.clear()
