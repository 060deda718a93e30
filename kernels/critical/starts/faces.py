"""Starts on the faces of the box: minima of the field along a face, from which the function rises into the box.

A minimum on the border may be so narrow towards the inside that no point of the grid shows it. What counts there is the
function along the face, and whether it rises inwards (Goresky and MacPherson 1988, Stratified Morse Theory, part I).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from landsweep.kernels.critical.quadratic import carried
from landsweep.kernels.critical.starts.hints import apart, bends, hinted
from landsweep.kernels.critical.surface import Grid

LONGEST = 0.5
"""A step along a face is at most this long, in steps of the grid."""
STEPS = 5
"""So many steps at most are made."""
STILL = 1e-3
"""No further step is made where it would be shorter than this, in steps of the grid."""


def face_minima(field: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the minima of a field along each face of its grid, of all dimensions from corners on.

    For each face that has any these are its sides, ``(d,)`` int8, -1 for the lower end of an axis, 1 for the upper, 0
    along the face, and the vertices, C-order and ascending. Neighbours are those of ``moore``; of equal values the
    first is lower.
    """
    from scipy.ndimage import minimum_filter  # it takes long to import

    finite, vertices = np.isfinite(field), np.arange(field.size).reshape(field.shape)
    order = np.argsort(np.where(finite, field, np.inf), axis=None, kind="stable")
    rank = np.argsort(order).reshape(field.shape)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for sides in product((0, -1, 1), repeat=field.ndim):
        if any(sides):
            face = tuple(slice(None) if side == 0 else slice(0, 1) if side < 0 else slice(-1, None) for side in sides)
            least = (minimum_filter(rank[face], size=3) == rank[face]) & finite[face]
            if least.any():
                found.append((np.array(sides, np.int8), vertices[face][least]))
    return found


def face_starts(grid: Grid, field: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the points, ``(n, d)`` in steps of the grid, from which descents along faces may lead to minima.

    They are those at which the field along a face hints (:func:`hinted`), and its minima along the face that have no
    such hint, moved closer to minima of the function along the face, where it rises from there into the box. ``known``
    are vertices that descents begin from already; a hint beside one counts all the same, as the function may fall
    inwards at the vertex alone.
    """
    d, shape = field.ndim, np.array(field.shape)
    faces = []
    for sides, vertices in face_minima(field):
        at = np.stack(np.unravel_index(vertices, field.shape), axis=-1).astype(np.float64)
        at = at[~np.isin(vertices, known)]
        along = np.flatnonzero(sides == 0)
        hessian = np.empty((len(at), 0, 0))
        if len(along):
            face = field[tuple(slice(None) if s == 0 else 0 if s < 0 else -1 for s in sides)]
            models = hinted(face)
            beside = np.empty((len(models), d))
            beside[:, along], beside[:, sides != 0] = models, np.where(sides > 0, shape - 1, 0)[sides != 0]
            beside = apart(beside, np.empty((0, d)))
            at = np.concatenate([beside, apart(at, beside)])
            hessian = bends(face, at[:, along])
        faces += [_OnFace(x, sides, each) for x, each in zip(at, hessian, strict=True)]
    for _ in range(STEPS):
        going = [p for p in faces if p.going]
        for p, value, gradient in zip(going, *grid.slope(np.array([p.x for p in going]).reshape(-1, d)), strict=True):
            p.take(float(value), gradient, grid.top)
    found = [p.best for p in faces if p.rises]
    return np.unique(np.array(found).reshape(-1, d), axis=0)


class _OnFace:
    """A point that Newton's steps move along its face; the Hessian along it is carried on from that of the field.

    Attributes
    ----------
    x, best
        The next point to look at, and the lowest so far.
    rises
        Whether the function rises from the lowest point into the box.
    going
        Whether the minimum along the face may lie at ``x``.
    """

    def __init__(self, x: np.ndarray, sides: np.ndarray, hessian: np.ndarray) -> None:
        self.x, self.best, self._sides, self._hessian = x, x, sides, hessian
        self._along = sides == 0
        self._value, self._slope = np.inf, np.empty(0)
        self.going, self.rises = True, False

    def take(self, value: float, gradient: np.ndarray, top: np.ndarray) -> None:
        """Take in the function at the point, and go on if it is lower than where it came from."""
        self.going = False
        if not (value < self._value and np.isfinite(gradient).all()):
            return
        slope, step = gradient[self._along], (self.x - self.best)[self._along]
        if step.any():
            self._hessian = carried(self._hessian, step, slope - self._slope)
        self.best, self._value, self._slope = self.x, value, slope
        self.rises = bool((gradient * self._sides <= 0).all())
        if len(slope) and np.isfinite(self._hessian).all():
            curvature, vectors = np.linalg.eigh(self._hessian)
            if curvature[0] > 0:
                step = -vectors @ ((vectors.T @ slope) / curvature)
                step *= min(1.0, LONGEST / max(float(np.linalg.norm(step)), LONGEST))
                self.x = self.best.copy()
                self.x[self._along] = np.clip(self.best[self._along] + step, 0.0, top[self._along])
                self.going = float(np.abs(self.x - self.best).max()) > STILL
