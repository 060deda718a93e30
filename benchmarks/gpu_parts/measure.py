"""Clocks, rates and operations: contenders in turn, and what the device could do at best."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import torch
from landsweep.kernels.loss.precision import PRECISIONS
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from gpu_parts.report import Report


def finish(device: torch.device) -> None:
    """Wait until the device has done everything that it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds(work: Callable[[], Any], device: torch.device) -> float:
    finish(device)
    begin = time.perf_counter()
    work()
    finish(device)
    return time.perf_counter() - begin


def in_turn(
    report: Report, contenders: dict[str, Callable[[], Any]], device: torch.device, repeats: int
) -> dict[str, list[float]]:
    """Return the seconds of each contender, all of them in each turn; turns that no time is left for are left out."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(repeats):
        begin = time.monotonic()
        for name, work in contenders.items():
            if turn == 0 and report.left() <= 0:
                break
            times[name].append(seconds(work, device))
        if report.left() <= time.monotonic() - begin:
            break
    return {name: found for name, found in times.items() if found}


def spread(values: list[float], scale: float = 1.0) -> dict[str, float]:
    """Return a median with its spread, as a row has them."""
    return {"value": scale * median(values), "low": scale * min(values), "high": scale * max(values)}


def operations(work: Callable[[], Any]) -> float:
    """Return the floating-point operations of products and convolutions."""
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def difference(found: Any, expected: Any) -> tuple[float, float]:
    """Return the greatest difference relative to the greatest value, and relative to each value.

    The second says much about a value close to 0, and little about a rounding: the first is what is checked.
    """
    apart = abs(found - expected)
    return float((apart / abs(expected).max()).max()), float((apart / abs(expected)).max())


@dataclass
class Limits:
    """What the device does at best, measured when it is asked for.

    Parameters
    ----------
    device
        Whose limits.
    size
        Rows and columns of the products; a copy has as many bytes as 4 of these matrices.
    """

    device: torch.device
    size: int
    _rates: dict[str, float] = field(default_factory=dict)
    _bandwidth: float = 0.0

    def rate(self, dtype: str) -> float:
        """Return the operations per second of a large product of matrices, in one of landsweep's precisions."""
        if dtype not in self._rates:
            precision = PRECISIONS[dtype]
            a, b = (torch.randn(self.size, self.size, device=self.device, dtype=precision.dtype) for _ in range(2))
            if precision.autocast is not None:
                a, b = a.to(precision.autocast), b.to(precision.autocast)  # the conversion is no part of the limit
            with precision.active(self.device):
                self._rates[dtype] = 2.0 * self.size**3 / self._least(lambda: torch.mm(a, b))
        return self._rates[dtype]

    def bandwidth(self) -> float:
        """Return the bytes per second that a copy on the device reads and writes."""
        if not self._bandwidth:
            here = torch.zeros(4 * self.size * self.size, dtype=torch.float32, device=self.device)
            there = torch.empty_like(here)
            self._bandwidth = 2.0 * here.nbytes / self._least(lambda: there.copy_(here))
        return self._bandwidth

    def from_host(self, pinned: bool) -> float:
        """Return the bytes per second of a copy from the host."""
        there = torch.empty(4 * self.size * self.size, dtype=torch.float32, device=self.device)
        here = torch.zeros(there.shape, pin_memory=pinned)
        return there.nbytes / self._least(lambda: there.copy_(here, non_blocking=True))

    def launch(self) -> float:
        """Return the seconds between two small operations that depend on one another."""
        x = torch.zeros(32, device=self.device)

        def many() -> None:
            for _ in range(1000):
                x.add_(1.0)

        return self._least(many) / 1000

    def seconds(self, dtype: str, operations: float, nbytes: float) -> float:
        """Return the least time for so many operations and bytes: whichever takes longer."""
        return max(operations / self.rate(dtype), nbytes / self.bandwidth())

    def _least(self, work: Callable[[], Any]) -> float:
        """Return the median of several runs after one that warms up; slow ones are not repeated as often."""
        times = [seconds(work, self.device)]
        while len(times) < 3 or (len(times) < 12 and sum(times) < 1.0):
            times.append(seconds(work, self.device))
        return median(times[1:])


class Memory:
    """The most memory that a block's tensors take at once: the allocator's own figure on a GPU, else counted."""

    def __init__(self, device: torch.device) -> None:
        self._device, self.peak, self.reserved = device, 0, 0
        self._counting: Any = None

    def __enter__(self) -> Memory:
        if self._device.type == "cuda":
            finish(self._device)
            torch.cuda.reset_peak_memory_stats(self._device)
            self._before = torch.cuda.memory_allocated(self._device)
        else:
            from landsweep.kernels.loss.memory import PeakMemory

            self._counting = PeakMemory()
            self._counting.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._device.type == "cuda":
            finish(self._device)
            self.peak = torch.cuda.max_memory_allocated(self._device) - self._before
            self.reserved = torch.cuda.max_memory_reserved(self._device)
        else:
            self._counting.__exit__(*error)
            self.peak = self._counting.peak


def random_rows(like: Tensor, count: int) -> Tensor:
    """Return random unit vectors, the same on every device."""
    rows = torch.randn(count, like.numel(), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (rows / rows.norm(dim=1, keepdim=True)).to(like)
