"""Resamples of units, the ranks of columns in all of them, and the intervals of rank correlations that follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from landsweep.kernels.statistics.groups import Z95, Estimate
from landsweep.kernels.statistics.influence import Column, column, influence, partial_influence
from landsweep.kernels.statistics.ranks import partial, standard_ranks

FEW_UNITS = 200
"""Up to this many units are drawn again; beyond, the influence of each unit says the same."""
RESAMPLES = 999
"""The standard deviation over so many resamples is known to 2 %."""
MIN_UNITS = 4
"""A rank correlation needs at least this many units."""


class Ranks(NamedTuple):
    """The ranks of a column in a sample and its resamples.

    ``vectors`` are those of :func:`~landsweep.kernels.statistics.ranks.standard_ranks`, the first one of the sample
    itself; ``column`` is what the influence of many units follows from.
    """

    name: str
    vectors: np.ndarray
    column: Column | None


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
        random = np.random.default_rng(seed)
        drawn = np.zeros((RESAMPLES if n <= FEW_UNITS else 0, n))
        labels = np.zeros(n, np.int64) if groups is None else groups
        for group in np.unique(labels) if len(drawn) else ():
            members = np.flatnonzero(labels == group)
            drawn[:, members] = random.multinomial(len(members), np.full(len(members), 1 / len(members)), len(drawn))
        self._counts = np.concatenate([np.ones((1, n)), drawn])
        self._kept: dict[str, Ranks] = {}
        self._pairs: dict[tuple[str, str], tuple[float, np.ndarray]] = {}

    def ranks(self, values: np.ndarray, name: str = "") -> Ranks:
        """Return the ranks of a column ``(n,)``, which are kept if it has a name."""
        found = self._kept.get(name)
        if found is None:
            vectors = standard_ranks(values, self._counts, self.groups)
            whole = column(values) if self.n > FEW_UNITS and self.groups is None else None
            found = Ranks(name, vectors, whole)
            if name:
                self._kept[name] = found
        return found

    def correlation(self, x: Ranks, y: Ranks) -> Estimate:
        """Return the rank correlation of two columns with its 95 % interval."""
        if self.n > FEW_UNITS:
            return self._by_influence(*self._pair(x, y), self.lost)
        return self._by_resamples(np.einsum("bn,bn->b", x.vectors, y.vectors), self.lost)

    def partial(self, x: Ranks, y: Ranks, z: Ranks) -> Estimate:
        """Return the partial rank correlation of x and y given z with its 95 % interval."""
        pairs = ((x, y), (x, z), (y, z))
        if self.n > FEW_UNITS:
            return self._by_influence(*partial_influence(*(self._pair(*pair) for pair in pairs)), self.lost + 1)
        xy, xz, yz = (np.einsum("bn,bn->b", a.vectors, b.vectors) for a, b in pairs)
        return self._by_resamples(partial(xy, xz, yz), self.lost + 1)

    def _pair(self, x: Ranks, y: Ranks) -> tuple[float, np.ndarray]:
        """Return the correlation of many units with its influence; ranks within groups are taken as they are."""
        if x.name and y.name and (x.name, y.name) in self._pairs:
            return self._pairs[x.name, y.name]
        if x.column is not None and y.column is not None:
            found = influence(x.column, y.column)
        else:
            u, v = x.vectors[0], y.vectors[0]
            rho = float(u @ v)
            found = rho, self.n * (u * v - rho / 2 * (u * u + v * v))
        if x.name and y.name:
            self._pairs[x.name, y.name] = found
        return found

    def _by_influence(self, estimate: float, moved: np.ndarray, lost: int) -> Estimate:
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = float(np.sqrt(moved @ moved) / self.n / (1 - estimate**2))
        return self._interval(estimate, spread, lost)

    def _by_resamples(self, found: np.ndarray, lost: int) -> Estimate:
        z = self._z(found[1:])
        return self._interval(float(found[0]), float("nan") if np.isnan(z).all() else float(np.nanstd(z)), lost)

    def _z(self, rho: np.ndarray) -> np.ndarray:
        edge = 1 - 1 / self.n**2  # a perfect order of few units is no certain one
        return np.arctanh(np.clip(rho, -edge, edge))

    def _interval(self, estimate: float, spread: float, lost: int) -> Estimate:
        """Return an estimate with its interval, from the standard deviation of z over resamples.

        On the scale z = artanh(rho) of R. A. Fisher the interval is z +- 1.96 s. The standard deviation s is that over
        the resamples times 1 - 2 / n, as copies of a unit make small resamples vary too much; at least that of D. G.
        Bonett and T. A. Wright, Psychometrika 65, 23-28 (2000), sqrt((1 + rho^2 / 2) / (n - 3)), because small samples
        of high correlation have resamples that hardly vary; at most twice that. ``lost`` units count less: one for each
        covariate, and for each group beyond the first. ``docs/relations.md`` has the measured coverage.
        """
        free = self.n - lost - 3
        if estimate != estimate or free < 1:
            return Estimate(estimate, float("nan"), float("nan"))
        z = float(self._z(np.array(estimate)))
        usual = float(np.sqrt((1 + estimate**2 / 2) / free))
        half = Z95 * max(usual, min((1 - 2 / self.n) * spread, 2 * usual) if spread == spread else usual)
        return Estimate(estimate, float(np.tanh(z - half)), float(np.tanh(z + half)))
