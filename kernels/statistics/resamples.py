"""Resamples of units, the ranks of columns in all of them, and the intervals of rank correlations that follow."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.statistics.groups import Z95, Estimate
from landsweep.kernels.statistics.ranks import partial, standard_ranks

FEW_UNITS = 200
"""Up to this many units there are :data:`RESAMPLES`, beyond :data:`RESAMPLES_OF_MANY`."""
RESAMPLES = 999
"""Resamples of few units: the standard deviation over so many is known to 2 %."""
RESAMPLES_OF_MANY = 200
"""Resamples of many units: to 5 %."""
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

    def ranks(self, values: np.ndarray, name: str = "") -> np.ndarray:
        """Return the vectors of :func:`standard_ranks` of a column ``(n,)``, which are kept if it has a name."""
        found = self._ranks.get(name)
        if found is None:
            found = standard_ranks(values, self._counts, self.groups)
            if name:
                self._ranks[name] = found
        return found

    def correlation(self, x: np.ndarray, y: np.ndarray) -> Estimate:
        """Return the rank correlation of two columns, from their :meth:`ranks`, with its 95 % interval."""
        return self._interval(np.einsum("bn,bn->b", x, y), self.lost)

    def partial(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Estimate:
        """Return the partial rank correlation of x and y given z, from their :meth:`ranks`, with its 95 % interval."""
        xy, xz, yz = (np.einsum("bn,bn->b", a, b) for a, b in ((x, y), (x, z), (y, z)))
        return self._interval(partial(xy, xz, yz), self.lost + 1)

    def _interval(self, found: np.ndarray, lost: int) -> Estimate:
        """Return the estimate of the sample, ``found[0]``, with its interval from those of the resamples, the others.

        On the scale z = artanh(rho) of R. A. Fisher the interval is z +- 1.96 s. The standard deviation s is that of z
        over the resamples, times 1 - 2 / n, as copies of a unit make small resamples vary too much; at least that of D.
        G. Bonett and T. A. Wright, Psychometrika 65, 23-28 (2000), sqrt((1 + rho^2 / 2) / (n - 3)), because small
        samples of high correlation have resamples that hardly vary; at most twice that. ``lost`` units count less: one
        for each covariate, and for each group beyond the first. ``docs/relations.md`` has the measured coverage.
        """
        estimate, free = float(found[0]), self.n - lost - 3
        if estimate != estimate or free < 1:
            return Estimate(estimate, float("nan"), float("nan"))
        edge = 1 - 1 / self.n**2  # a perfect order of few units is no certain one
        z = np.arctanh(np.clip(found, -edge, edge))
        usual = float(np.sqrt((1 + estimate**2 / 2) / free))
        spread = float(np.nanstd(z[1:])) if not np.isnan(z[1:]).all() else usual
        half = Z95 * max(usual, min((1 - 2 / self.n) * spread, 2 * usual))
        return Estimate(estimate, float(np.tanh(z[0] - half)), float(np.tanh(z[0] + half)))
