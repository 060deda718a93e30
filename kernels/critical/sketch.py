"""The function as its values on the grid show it: a spline, whose ways down cost nothing until they are checked.

What it shows is used where values of the function itself, which cost far less than derivatives, bear it out.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from landsweep.kernels.critical.quadratic import held
from landsweep.kernels.critical.rounding import noise
from landsweep.kernels.critical.surface import Grid, Local

DEGREE = 3
DIMENSIONS = 4
"""In more dimensions a point of the spline takes longer than it saves."""
LONGEST = 0.5
"""A step of a way down is at most this long, in steps of the grid."""
STILL = 1e-3
"""A way down ends where its steps have become shorter than this."""
STEPS = 100
"""A way down ends after this many steps."""
SPACING = 0.5
"""Along a way the function is looked at, at points no further apart than this, in steps of the grid."""
CLOSE = np.array([0.02, 0.05, 0.09, 0.14, 0.19, 0.32])
"""At these distances from the beginning of a way as well: narrow barriers are there."""

FIT = 0.1
"""The sketch is borne out where the function differs from it by at most this share of its fall along the way."""
PART = 0.5
"""And over each part of it by at most this share of the fall over the part."""


class Sketch:
    """A cubic spline through a field, in steps of its grid.

    Attributes
    ----------
    usable
        Whether there is one: the field has no value that is not finite, at least 4 points along each axis, and at most
        4 axes.
    """

    def __init__(self, field: np.ndarray) -> None:
        from scipy.interpolate import NdBSpline, make_interp_spline  # it takes long to import

        self.usable = field.ndim <= DIMENSIONS and min(field.shape) > DEGREE and bool(np.isfinite(field).all())
        if not self.usable:
            return
        knots, coefficients = [], np.asarray(field, np.float64)
        for axis, n in enumerate(field.shape):
            along = make_interp_spline(np.arange(n), coefficients, DEGREE, axis=axis)
            knots.append(along.t)
            coefficients = np.moveaxis(along.c, 0, axis)
        self._spline = NdBSpline(tuple(knots), coefficients, DEGREE)
        self._top = np.array(field.shape, np.float64) - 1

    def value(self, x: np.ndarray) -> np.ndarray:
        """Return the spline at points ``(n, d)``."""
        found: np.ndarray = self._spline(x)
        return found

    def local(self, x: np.ndarray) -> Local:
        """Return the spline and its derivatives at points ``(n, d)``."""
        d = x.shape[1]
        gradient, hessian = np.empty(x.shape), np.empty((*x.shape, d))
        for i in range(d):
            gradient[:, i] = self._spline(x, nu=tuple(int(k == i) for k in range(d)))
        for i, j in combinations_with_replacement(range(d), 2):
            hessian[:, i, j] = hessian[:, j, i] = self._spline(x, nu=tuple((k == i) + (k == j) for k in range(d)))
        return Local(self.value(x), gradient, hessian)

    def ways_down(self, starts: np.ndarray) -> list[np.ndarray]:
        """Return for each point ``(n, d)`` of the box the way down the spline, ``(k, d)`` with the point itself.

        Steps are Newton's, with the Hessian's eigenvalues by their size, so that they lead down everywhere.
        """
        x, going = starts.copy(), np.arange(len(starts))
        ways = [[start] for start in starts]
        radius = np.full(len(starts), LONGEST)
        here = self.local(x)
        for _ in range(STEPS):
            if not len(going):
                break
            step = _down(Local(*(part[going] for part in here)), x[going], self._top, radius[going])
            new = np.clip(x[going] + step, 0.0, self._top)
            there = self.local(new)
            lower = there.value < here.value[going]
            radius[going] = np.where(lower, np.minimum(2 * radius[going], LONGEST), np.linalg.norm(step, axis=1) / 4)
            for k in np.flatnonzero(lower).tolist():
                ways[going[k]].append(new[k])
            x[going[lower]] = new[lower]
            for part, at in zip(here, there, strict=True):
                part[going[lower]] = at[lower]
            still = np.linalg.norm(step, axis=1) < STILL
            going = going[~(still | (radius[going] < STILL))]
        return [np.array(way) for way in ways]


def _down(here: Local, x: np.ndarray, top: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return a step down from each point, no longer than its radius; it leaves no face on which a point is held."""
    keep = held(x, here.gradient, top)
    hessian = np.where(keep[:, :, None] | keep[:, None, :], np.eye(x.shape[1]), here.hessian)
    curvature, vectors = np.linalg.eigh(hessian)
    slope = np.einsum("nji,nj->ni", vectors, np.where(keep, 0.0, here.gradient))
    size = np.maximum(np.abs(curvature), np.abs(slope) / radius[:, None])
    along = np.divide(slope, size, out=np.zeros_like(slope), where=size > 0)
    step: np.ndarray = -np.einsum("nij,nj->ni", vectors, along)
    return step * np.minimum(1.0, radius / np.maximum(np.linalg.norm(step, axis=1), 1e-300))[:, None]


def fallen(grid: Grid, ways: list[np.ndarray], sketch: Sketch | None = None) -> list[bool]:
    """Return for each way ``(k, d)`` whether the function falls from each to the next of some points along it.

    Beside the ends these are points no further apart than :data:`SPACING`, and those at :data:`CLOSE`. With a sketch,
    the function also has to fall as that does.
    """
    if not ways:
        return []
    points = [_spread(way) for way in ways]
    cuts = np.cumsum([len(part) for part in points])[:-1]
    drawn = np.split(sketch.value(np.concatenate(points)), cuts) if sketch is not None else points
    values, seen = [np.zeros(len(part)) for part in points], [np.zeros(len(part), bool) for part in points]
    falling = list(range(len(ways)))
    for few in (True, False):
        asked = [_few(len(points[k])) if few else np.flatnonzero(~seen[k]) for k in falling]
        found = grid.value(
            np.concatenate([points[0][:0], *[points[k][at] for k, at in zip(falling, asked, strict=True)]])
        )
        for k, at in zip(falling, asked, strict=True):
            values[k][at], found, seen[k][at] = found[: len(at)], found[len(at) :], True
        still = []
        for k in falling:
            part = values[k][seen[k]]
            if (np.diff(part) < -noise(part[0])).all() and (sketch is None or _fits(part, drawn[k][seen[k]])):
                still.append(k)
        falling = still
    return [k in falling for k in range(len(ways))]


def _few(count: int) -> np.ndarray:
    """Return the indices of the points of a way that are looked at first: most ways fail where they begin or end."""
    return np.unique([0, 1, count // 2, count - 2, count - 1])


def _fits(values: np.ndarray, drawn: np.ndarray) -> bool:
    """Return whether the function falls as the sketch does, over the whole way and over each of its parts."""
    whole = np.abs((values - values[0]) - (drawn - drawn[0])) <= FIT * (values[0] - values[-1])
    falls = np.diff(drawn)
    parts = np.abs(np.diff(values) - falls) <= PART * np.abs(falls) + noise(values[0])
    return bool(whole.all() and parts.all())


def _spread(way: np.ndarray) -> np.ndarray:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    count = max(1, int(np.ceil(along[-1] / SPACING)))
    at = np.union1d(np.arange(count + 1) / count * along[-1], CLOSE[along[-1] > CLOSE])
    return np.stack([np.interp(at, along, column) for column in way.T], axis=1)
