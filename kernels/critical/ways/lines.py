"""Straight ways between neighbouring minima, which a grid that is too coarse for its minima does not show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from landsweep.kernels.critical.surface import Grid

SPACING = 0.5
"""Points of a straight way are at most this far apart, in steps of the grid."""
MOST = 64
"""A straight way has at most this many points."""
FIRST = (0.5, 0.3, 0.7, 0.15, 0.85)
"""At these shares of a way f is looked at first, one after another: where it is high, nothing else is evaluated."""


def neighbours(x: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs of points ``(m, d)`` with no other in the ball between them, as a row and a higher one.

    This is the Gabriel graph (Gabriel and Sokal 1969) of each point with the ``8 d`` nearest, at most a few ways a
    point.
    """
    m, d = x.shape
    square = ((x[:, None] - x[None]) ** 2).sum(axis=-1)
    found: set[tuple[int, int]] = set()
    for p in range(m):
        near = np.argsort(square[p], kind="stable")[: 8 * d + 1]
        near = near[near != p]
        inside = square[p][None, :] + square[near] < square[p, near][:, None] * (1 - 1e-9)
        inside[:, p] = False
        inside[np.arange(len(near)), near] = False
        found.update((min(p, int(q)), max(p, int(q))) for q in near[~inside.any(axis=1)])
    return sorted(found)


def straight(
    grid: Grid, ends: Sequence[tuple[np.ndarray, np.ndarray]], levels: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return for each two points a straight way, ``(k, d)`` without them, and f on it, where it is below a level.

    Parameters
    ----------
    grid
        The function.
    ends, levels
        The two points of each way, and the level: None is returned for a way that is anywhere as high, or not finite.
    """
    low = np.ones(len(ends), bool)
    for share in FIRST:
        at = np.flatnonzero(low)
        if len(at):
            low[at] = (
                grid.value(np.array([a + share * (b - a) for a, b in (ends[k] for k in at.tolist())])) < levels[at]
            )
    ways = []
    for one, other in (pair for pair, is_low in zip(ends, low, strict=True) if is_low):
        count = int(np.clip(np.ceil(np.linalg.norm(other - one) / SPACING), 8, MOST))
        ways.append(one + (np.arange(1, count) / count)[:, None] * (other - one))
    rest = iter(zip(ways, _values(grid, ways), strict=True))
    found = [next(rest) if is_low else None for is_low in low]
    return [
        way if way is not None and bool((way[1] < level).all()) else None
        for way, level in zip(found, levels, strict=True)
    ]


def _values(grid: Grid, ways: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return f along each way, all evaluated at once."""
    if not ways:
        return []
    return np.split(grid.value(np.concatenate(ways)), np.cumsum([len(way) for way in ways])[:-1])
