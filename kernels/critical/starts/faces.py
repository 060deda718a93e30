"""Starts on the faces of the box: minima of the field along a face, from which the function rises into the box.

A minimum on the border may be so narrow towards the inside that no point of the grid shows it. What counts there is the
function along the face, and whether it rises inwards (Goresky and MacPherson 1988, Stratified Morse Theory, part I).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from landsweep.kernels.critical.starts.hints import apart, hinted
from landsweep.kernels.critical.surface import Grid


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
    such hint, where the function rises from the face into the box. ``known`` are vertices that descents begin from
    already; a hint beside one counts all the same, as the function may fall inwards at the vertex alone.
    """
    d, shape = field.ndim, np.array(field.shape)
    points, held = [np.empty((0, d))], [np.empty((0, d), np.int8)]
    for sides, vertices in face_minima(field):
        at = np.stack(np.unravel_index(vertices, field.shape), axis=-1).astype(np.float64)
        along = np.flatnonzero(sides == 0)
        if len(along):
            models = hinted(field[tuple(slice(None) if s == 0 else 0 if s < 0 else -1 for s in sides)])
            beside = np.empty((len(models), d))
            beside[:, along], beside[:, sides != 0] = models, np.where(sides > 0, shape - 1, 0)[sides != 0]
            beside = apart(beside, np.empty((0, d)))
        else:
            beside = np.empty((0, d))
        at = np.concatenate([beside, apart(at[~np.isin(vertices, known)], beside)])
        points.append(at)
        held.append(np.tile(sides, (len(at), 1)))
    x, sides = np.concatenate(points), np.concatenate(held)
    inwards = grid.slope(x)[1] * sides
    return np.unique(x[((inwards < 0) | (sides == 0)).all(axis=1)], axis=0)
