"""The parameters theta + alpha @ Delta of many points, from vectors on the device or piece by piece from the host."""

from __future__ import annotations

import torch
from landsweep.kernels.loss.memory import free_memory
from torch import Tensor

SHARE_OF_MEMORY = 0.25
"""Theta and the directions may take this share of the memory that is free on the device."""
PIECE = 1 << 22
"""This many parameters are combined at once."""


class Points:
    """The weights and directions of one landscape.

    Parameters
    ----------
    theta, delta
        ``(P,)`` and ``(d, P)`` on the host, in memory or mapped from a file.
    device, dtype
        The device on which rows are wanted, and the dtype in which they are computed.
    budget
        The bytes that theta and delta may take on the device, by default a share of its free memory. If they take more,
        they stay on the host, and each call of :meth:`rows` costs a pass over them.
    """

    def __init__(
        self, theta: Tensor, delta: Tensor, device: torch.device, dtype: torch.dtype, budget: float | None = None
    ) -> None:
        budget = SHARE_OF_MEMORY * free_memory(device) if budget is None else budget
        self.resident = (theta.numel() + delta.numel()) * dtype.itemsize <= budget
        self._device, self._dtype = device, dtype
        self._theta, self._delta = theta, delta
        if self.resident:
            self._theta, self._delta = theta.to(device, dtype), delta.to(device, dtype)

    def rows(self, alpha: Tensor) -> Tensor:
        """Return the parameters ``(w, P)`` at ``alpha`` ``(w, d)``, which is on the device."""
        rows = torch.empty(len(alpha), self._theta.numel(), device=self._device, dtype=self._dtype)
        # In the same pieces wherever they come from: how much memory was free must not show in the last bits.
        for start in range(0, self._theta.numel(), PIECE):
            part = slice(start, start + PIECE)
            theta, delta = (x[..., part].to(self._device, self._dtype) for x in (self._theta, self._delta))
            torch.addmm(theta, alpha, delta, out=rows[:, part])
        return rows
