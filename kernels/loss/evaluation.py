"""Evaluation of a landscape f(alpha) = L(theta + alpha @ Delta) at many points.

The parameters of each point are one row of a matrix product with the stored vectors, never the result of a chain of
additions. Points are evaluated in batches of a fixed width, the last of which is padded, so the value at a point
depends neither on the other points nor on the rank that computes it.
"""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import torch
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.points import Points
from landsweep.kernels.loss.precision import PRECISIONS, Precision
from landsweep.kernels.loss.strategies import Strategy
from torch import Tensor, nn

SUMMED = PRECISIONS["float32"]
"""Parameters are summed in this precision, whatever the precision of the loss and of the caller."""


class Evaluator:
    """An evaluator computes the fields at points of one landscape.

    Parameters
    ----------
    strategy
        The strategy that computes the loss at rows of parameters; it belongs to the model, and may serve other
        landscapes around the same model.
    model
        The trained network; it is neither moved nor changed.
    delta
        ``(d, P)`` stored directions.
    data
        The batches over which the loss is averaged.
    device, precision
        The device and the precision in which the points are computed; parameters are always summed in full precision.
    width
        The number of points evaluated at once.
    deterministic
        Whether to refuse operations whose result depends on the order of threads.
    budget
        The bytes of the device's memory that theta and the directions may take; see
        :class:`landsweep.kernels.loss.points.Points`.
    """

    def __init__(
        self,
        strategy: Strategy,
        model: nn.Module,
        delta: Tensor,
        data: Data,
        *,
        device: torch.device,
        precision: Precision,
        width: int,
        deterministic: bool = False,
        budget: float | None = None,
    ) -> None:
        self.strategy, self.data, self.device, self.precision = strategy, data, device, precision
        self.width, self._deterministic = width, deterministic
        self.points = Points(flatten(model), delta, device, precision.dtype, budget)

    def __call__(self, alpha: np.ndarray) -> dict[str, np.ndarray]:
        """Return every field at the points ``alpha``.

        Parameters
        ----------
        alpha
            ``(n, d)`` float64, the coordinates of each point: multiples of the stored directions.

        Returns
        -------
        dict
            For each field, ``(n,)`` values in the evaluation dtype: ``sum(weight * value) / sum(weight)`` over the
            batches of the data, summed in float64.
        """
        n, dtype = len(alpha), self.precision.dtype
        if not n:
            return {name: np.empty(0, str(dtype).removeprefix("torch.")) for name in self.strategy.fields}
        padded = np.concatenate([alpha, np.repeat(alpha[-1:], -n % self.width, axis=0)])
        coordinates = torch.from_numpy(padded).to(self.device, dtype)
        once = self.precision.active(self.device, self._deterministic) if self.precision.exact else nullcontext()
        with once:
            # Values stay on the device until the end: a GPU that is asked for each batch waits for the host.
            found = [self._batch(part) for part in torch.split(coordinates, self.width)]
        return {name: torch.cat([f[name] for f in found])[:n].to(dtype).cpu().numpy() for name in self.strategy.fields}

    def _batch(self, coordinates: Tensor) -> dict[str, Tensor]:
        if self.precision.exact:
            return self.strategy(self.points.rows(coordinates), self.data)
        with SUMMED.active(self.device):
            points = self.points.rows(coordinates)
        with self.precision.active(self.device, self._deterministic):
            return self.strategy(points, self.data)
