"""Starts on the faces of the box: minima of the field along a face, from which the function rises into the box.

A minimum on the border may be so narrow towards the inside that no point of the grid shows it. What counts there is the
function along the face, and whether it rises inwards (Goresky and MacPherson 1988, Stratified Morse Theory, part I).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from landsweep.kernels.critical.surface import Grid


def face_minima(field: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return the minima of a field along each face of its grid, of all dimensions from corners on.

    Each is a vertex, C-order, with the sides of the face, ``(d,)`` int8: -1 for the lower end of an axis, 1 for the
    upper, 0 along the face. Neighbours are those of ``moore``; of equal values the first is lower.
    """
    from scipy.ndimage import minimum_filter  # it takes long to import

    finite, vertices = np.isfinite(field), np.arange(field.size).reshape(field.shape)
    order = np.argsort(np.where(finite, field, np.inf), axis=None, kind="stable")
    rank = np.argsort(order).reshape(field.shape)
    found: list[tuple[int, np.ndarray]] = []
    for sides in product((0, -1, 1), repeat=field.ndim):
        if any(sides):
            face = tuple(slice(None) if side == 0 else slice(0, 1) if side < 0 else slice(-1, None) for side in sides)
            least = (minimum_filter(rank[face], size=3) == rank[face]) & finite[face]
            found += [(int(v), np.array(sides, np.int8)) for v in vertices[face][least]]
    return found


def face_starts(grid: Grid, field: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the vertices, ``(n,)`` ascending, that are minima along a face from which the function rises inwards.

    ``known`` are vertices that descents begin from already.
    """
    begun = set(known.tolist())
    found = [(v, sides) for v, sides in face_minima(field) if v not in begun]
    if not found:
        return np.empty(0, np.int64)
    vertices = np.unique([v for v, _ in found])
    points = np.stack(np.unravel_index(vertices, field.shape), axis=-1).astype(np.float64)
    slope = dict(zip(vertices.tolist(), grid.local(points).gradient, strict=True))
    return np.unique([v for v, sides in found if (slope[v][sides != 0] * sides[sides != 0] < 0).all()]).astype(np.int64)
