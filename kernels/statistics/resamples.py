"""Resamples of units, the ranks of columns in all of them, and the intervals of rank correlations that follow."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.statistics.groups import Z95, Estimate
from landsweep.kernels.statistics.ranks import partial, standard_ranks

FEW_UNITS = 200
"""Up to this many units an interval takes quantiles of many resamples, beyond the standard deviation of fewer."""
RESAMPLES = 1_999
"""Resamples of few units."""
RESAMPLES_OF_MANY = 200
"""Resamples of many units."""
MIN_UNITS = 4
"""A rank correlation needs at least this many units."""


class Resamples:
    """A sample of units and its bootstrap resamples (B. Efron 1979), with the ranks of columns in all of them.

    Parameters
    ----------
    n
        The number of units.
    groups
        ``(n,)`` the group of each unit, whole numbers from 0: units are drawn within their group, and ranks are those
        within groups. All units are one group without it.
    seed
        The same seed gives the same resamples.
    """

    def __init__(self, n: int, groups: np.ndarray | None = None, seed: int = 0) -> None:
        self.n, self.groups = n, groups
        self.lost = 0 if groups is None else len(np.unique(groups)) - 1
        self._few = n <= FEW_UNITS
        random = np.random.default_rng(seed)
        drawn = np.zeros((RESAMPLES if self._few else RESAMPLES_OF_MANY, n))
        labels = np.zeros(n, np.int64) if groups is None else groups
        for group in np.unique(labels):
            members = np.flatnonzero(labels == group)
            drawn[:, members] = random.multinomial(len(members), np.full(len(members), 1 / len(members)), len(drawn))
        self._counts = np.concatenate([np.ones((1, n)), drawn])
        self._ranks: dict[str, np.ndarray] = {}

    def ranks(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return :func:`~landsweep.kernels.statistics.ranks.standard_ranks` of a column ``(n,)``, kept by its name."""
        if name not in self._ranks:
            self._ranks[name] = standard_ranks(values, self._counts, self.groups)
        return self._ranks[name]

    def correlation(self, x: np.ndarray, y: np.ndarray) -> Estimate:
        """Return the rank correlation of two columns, from their :meth:`ranks`, with its 95 % interval."""
        return self._interval(np.einsum("bn,bn->b", x, y), self.lost)

    def partial(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Estimate:
        """Return the partial rank correlation of x and y given z, from their :meth:`ranks`, with its 95 % interval."""
        xy, xz, yz = (np.einsum("bn,bn->b", a, b) for a, b in ((x, y), (x, z), (y, z)))
        return self._interval(partial(xy, xz, yz), self.lost + 1)

    def _interval(self, found: np.ndarray, lost: int) -> Estimate:
        estimate = float(found[0])
        if self.n - lost <= 3:
            return Estimate(estimate, float("nan"), float("nan"))
        edge = 1 - 1 / self.n**2
        z = np.arctanh(np.clip(found, -edge, edge))
        half = Z95 * np.sqrt((1 + estimate**2 / 2) / (self.n - lost - 3))
        return Estimate(estimate, float(np.tanh(z[0] - half)), float(np.tanh(z[0] + half)))
