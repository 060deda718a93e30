"""The memory of a device that evaluating a landscape takes, found without computing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from landsweep.kernels.loss import theta
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.memory import PeakMemory
from landsweep.kernels.loss.strategies import BatchNorm, make_strategy
from landsweep.kernels.problem import Problem
from torch import nn

META = torch.device("meta")
"""Tensors on this device have a shape but no values, so memory is counted without being taken."""
WIDTHS = (1, 32, 128)
"""The memory is found for these numbers of points at once: what does not grow with the number of points may take the
most for few of them."""


@dataclass(frozen=True)
class Footprint:
    """The bytes of a device's memory that evaluating a landscape takes.

    Parameters
    ----------
    vectors, data
        The bytes of theta with the directions, and of all batches of the data; where they fit, they stay on the device.
    least, fixed, point
        The further bytes that a batch of points takes: in any case, once per batch, and for each of its points.
    """

    vectors: int
    data: int
    least: int
    fixed: int
    point: int

    def at(self, width: int) -> int:
        """Return the peak in bytes with ``width`` points at once."""
        return self.vectors + self.data + max(self.least, self.fixed + width * self.point)


def footprint(
    problem: Problem,
    model: nn.Module,
    dims: int,
    fields: Sequence[str],
    dtype: torch.dtype,
    batchnorm: BatchNorm = "frozen",
    split: str = "train",
    draw: int = 0,
) -> Footprint:
    """Return the footprint of a landscape of ``dims`` directions around ``model``, by the shapes of all tensors made.

    The loss runs on torch's ``meta`` device. Memory that libraries take beside tensors, such as workspaces of cuDNN, is
    not counted; the strategy ``compiled`` makes fewer tensors than are counted.

    Raises
    ------
    Exception
        The error of a loss that cannot run without values.
    """
    data = Data.of(problem, META, dtype, split, draw, budget=float("inf"))
    size = theta.size(model)
    vectors = (1 + dims) * size * dtype.itemsize
    try:
        least, some, many = (_batch(problem, model, data, fields, dtype, batchnorm, width, size) for width in WIDTHS)
    except Exception:  # vmap cannot follow it: one point after another
        alone = _alone(problem, model, data, dtype) + 2 * size * dtype.itemsize
        return Footprint(vectors, data.nbytes, alone, 0, alone)
    point = (many - some) // (WIDTHS[2] - WIDTHS[1])
    return Footprint(vectors, data.nbytes, least, max(0, many - WIDTHS[2] * point), point)


def _batch(
    problem: Problem,
    model: nn.Module,
    data: Data,
    fields: Sequence[str],
    dtype: torch.dtype,
    batchnorm: BatchNorm,
    width: int,
    size: int,
) -> int:
    strategy = make_strategy("batched", problem, model, fields, META, dtype, batchnorm, width)
    with PeakMemory() as memory:
        strategy(torch.empty(width, size, device=META, dtype=dtype), data)
    return memory.peak


def _alone(problem: Problem, model: nn.Module, data: Data, dtype: torch.dtype) -> int:
    working = copied(model, META, dtype).eval()
    trainable = [p for p in working.parameters() if p.requires_grad]
    for p in trainable:
        p.requires_grad_(False)
    try:
        return _peak(ModuleLoss(problem, working), data)
    except RuntimeError:  # it differentiates by the parameters
        for p in trainable:
            p.requires_grad_(True)
        return _peak(ModuleLoss(problem, working), data)


def _peak(loss: ModuleLoss, data: Data) -> int:
    with PeakMemory() as memory, torch.enable_grad():
        for batch in data:
            loss(batch)
    return memory.peak
