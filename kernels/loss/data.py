"""The batches over which a loss is averaged: on the device where they fit, streamed to it where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import torch
from landsweep.kernels.containers import cast, dense_parts
from landsweep.kernels.contract import contract
from landsweep.kernels.loss.memory import free_memory
from landsweep.kernels.problem import Batch, Problem

SHARE_OF_MEMORY = 0.5
"""Batches that stay on the device may take this share of the memory that is free on it."""


class DataError(ValueError):
    """The data are others than when they were read before."""


class Data:
    """One split and draw of a problem's data; iteration yields its batches on the device.

    Parameters
    ----------
    source
        The function that yields the batches, the same ones each time; where they do not fit, it is called once per
        pass.
    device, dtype
        The device that batches are moved to, and the dtype that their floating tensors are cast to.
    channels_last
        Whether 4-d tensors are laid out with their channels last, which convolutions prefer.
    budget
        The bytes of batches that may stay on the device, by default a share of its free memory.
    watch
        A function that is called with the number and the bytes of the batches read so far, after each of them, while
        they are read for the first time; what it raises ends the reading.

    Attributes
    ----------
    weight, nbytes
        The weight and the bytes of all batches together.
    resident
        Whether the batches stay on the device.

    Raises
    ------
    ValueError
        Where there is no batch, or a weight is not above 0.
    """

    def __init__(
        self,
        source: Callable[[], Iterable[Batch]],
        device: torch.device,
        dtype: torch.dtype,
        *,
        channels_last: bool = False,
        budget: float | None = None,
        watch: Callable[[int, int], None] = lambda count, nbytes: None,
    ) -> None:
        self._source, self._device, self._dtype, self._channels_last = source, device, dtype, channels_last
        self._copies = CudaCopies(device) if device.type == "cuda" else None
        budget = SHARE_OF_MEMORY * free_memory(device) if budget is None else budget
        kept: list[Batch] = []
        weights, self.nbytes = [], 0
        for batch in source():
            weights.append(batch.weight)
            moved = self._cast(batch)
            self.nbytes += moved.nbytes
            if self.nbytes <= budget:
                # A copy even on the CPU: a generator may fill the same tensors again.
                kept.append(moved.map(lambda x: x.to(device, copy=True)))
            else:
                kept.clear()
            watch(len(weights), self.nbytes)
        if not weights or not all(weight > 0 for weight in weights):
            raise ValueError(f"got batches of weights {weights}, expected at least one, each of weight above 0")
        self.weight, self.resident = float(sum(weights)), self.nbytes <= budget
        self._kept = tuple(kept)

    @classmethod
    def of(
        cls,
        problem: Problem,
        device: torch.device,
        dtype: torch.dtype,
        split: str = "train",
        draw: int = 0,
        *,
        channels_last: bool = False,
        budget: float | None = None,
        watch: Callable[[int, int], None] = lambda count, nbytes: None,
    ) -> Data:
        """Load a problem's batches; errors name the split and the draw."""
        batches = contract(problem).batches
        try:
            return cls(
                lambda: batches(split=split, draw=draw),
                device,
                dtype,
                channels_last=channels_last,
                budget=budget,
                watch=watch,
            )
        except ValueError as error:
            raise ValueError(f"batches(split={split!r}, draw={draw}): {error}") from error

    @property
    def only(self) -> Batch | None:
        """The only batch, if all data are one batch that stays on the device, else None."""
        return self._kept[0] if len(self._kept) == 1 else None

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches on the device; the next batch is copied while one is worked on."""
        if self.resident:
            return iter(self._kept)
        batches = map(self._cast, self._source())
        return self._whole(batches if self._copies is None else prefetched(batches, self._send, self._copies))

    def _whole(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        weight = 0.0
        for batch in batches:
            weight += batch.weight
            yield batch
        if weight != self.weight:
            raise DataError(
                f"batches of weight {weight:g} were read, {self.weight:g} before: expected the same on each pass"
            )

    def _cast(self, batch: Batch) -> Batch:
        batch = batch.map(lambda x: cast(x, self._dtype))
        if not self._channels_last:
            return batch
        return batch.map(_channels_last)

    def _send(self, batch: Batch) -> Batch:
        return batch.map(lambda x: x.to(self._device, non_blocking=True))


def _channels_last(x: torch.Tensor) -> torch.Tensor:
    images = x.ndim == 4 and x.layout == torch.strided and not x.is_nested
    return x.contiguous(memory_format=torch.channels_last) if images else x


class Copies(Protocol):
    """The way in which batches are copied to a device while it works on others."""

    def copying(self) -> AbstractContextManager[object]:
        """Return a context manager in whose block copies are issued."""

    def pin(self, batch: Batch) -> Batch:
        """Return the batch in memory from which it can be copied while the host continues."""

    def ready(self, batch: Batch) -> None:
        """Let the work that follows wait for all copies issued so far, and keep their memory until it is done."""


def prefetched(batches: Iterable[Batch], send: Callable[[Batch], Batch], copies: Copies) -> Iterator[Batch]:
    """Yield the batches on the device; the copy of the next one is issued before the present one is worked on."""

    def issue(batch: Batch) -> Batch:
        with copies.copying():
            return send(copies.pin(batch))

    sent = map(issue, batches)
    here = next(sent, None)
    while here is not None:
        copies.ready(here)
        coming = next(sent, None)
        yield here
        here = coming


class CudaCopies:
    """Copies from pinned memory on a stream of their own."""

    def __init__(self, device: torch.device) -> None:
        self._device, self._stream = device, torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch

    def copying(self) -> AbstractContextManager[object]:
        """Return a context manager in whose block copies are issued on the stream."""
        return torch.cuda.stream(self._stream)

    def pin(self, batch: Batch) -> Batch:
        """Return the batch in page-locked memory."""
        return batch.map(_pinned)

    def ready(self, batch: Batch) -> None:
        """Let the device's current stream wait for the copies, and tell the allocator that it uses the batch."""
        current = torch.cuda.current_stream(self._device)
        current.wait_stream(self._stream)
        for x in batch.tensors():
            for part in dense_parts(x):
                if part.is_cuda:
                    part.record_stream(current)


def _pinned(x: torch.Tensor) -> torch.Tensor:
    dense = x.layout == torch.strided and not x.is_nested  # others are copied from where they are
    return x.pin_memory() if dense and not x.is_cuda and not x.is_pinned() else x
