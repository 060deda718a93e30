"""Where basins of a grid touch: candidates for passes, and the ways over the grid down from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from landsweep.kernels.geometry.connectivity import offsets
from landsweep.kernels.topology.basins import grid_basins, point_down
from landsweep.kernels.topology.merge_trees import ordered

CONNECTIVITY = "moore"
"""All points of the surrounding cube are neighbours: of the grid's neighbourhoods this has the fewest minima."""


@dataclass(frozen=True)
class Crossing:
    """A pair of neighbouring vertices in two basins, the second one lower, and the value at the first."""

    basins: tuple[int, int]
    vertices: tuple[int, int]
    level: float


class GridBasins:
    """The basins of steepest descent of a field, in which vertices that are not finite are no part.

    Attributes
    ----------
    minima
        ``(b,)`` int64: the minimum of each basin, as a C-order vertex, ascending.
    crossings
        For each two basins that touch, the lowest place where they do.
    """

    def __init__(self, field: np.ndarray, threads: int = 1) -> None:
        values, survey = ordered(field, negate=False)
        self.shape, self._values = values.shape, values.reshape(-1)
        self.range, self.n_nonfinite = survey.values_range(negate=False), survey.n_nonfinite
        self._basins = grid_basins(values, CONNECTIVITY, threads)
        self._down = point_down(values, CONNECTIVITY, threads)
        self._offsets = offsets(CONNECTIVITY, len(self.shape))
        self.minima = self._basins.minima
        self.finite = np.isfinite(self._values[self.minima])
        self.crossings = self._crossings()

    def of(self, vertices: np.ndarray) -> np.ndarray:
        """Return the basin of each vertex, int64."""
        return self._basins.of(np.asarray(vertices, np.int64))

    def values(self, vertices: np.ndarray) -> np.ndarray:
        """Return the field at vertices, float64, +inf where it is not finite."""
        return self._values[np.asarray(vertices, np.int64)].astype(np.float64)

    def points(self, vertices: np.ndarray | list[int]) -> np.ndarray:
        """Return vertices as points ``(n, d)`` in steps of the grid, float64."""
        return np.stack(np.unravel_index(np.asarray(vertices, np.int64), self.shape), axis=-1).astype(np.float64)

    def nearest(self, x: np.ndarray) -> int:
        """Return the vertex closest to a point in steps of the grid."""
        at = np.clip(np.rint(x), 0, np.array(self.shape) - 1).astype(np.int64)
        return int(np.ravel_multi_index(tuple(at), self.shape))

    def way_down(self, vertex: int) -> list[int]:
        """Return the vertices of the steepest descent on the grid, from a vertex to the minimum of its basin."""
        way = [vertex]
        while (below := int(self._down[way[-1]])) != way[-1]:
            way.append(below)
        return way

    def volumes(self) -> np.ndarray:
        """Return the number of vertices of each basin, int64."""
        return np.bincount(self.of(np.arange(len(self._values))), minlength=len(self.minima))

    def _crossings(self) -> list[Crossing]:
        found = self._basins
        if not found.upper.size:
            return []
        upper = found.upper.astype(np.int64)
        level = self._values[upper]
        ends = np.sort(found.ends.astype(np.int64), axis=0)
        lowest: dict[tuple[int, int], int] = {}
        for k in np.lexsort((upper, level)).tolist():
            if np.isfinite(level[k]):
                lowest.setdefault((int(ends[0, k]), int(ends[1, k])), k)
        return [
            Crossing(pair, (int(upper[k]), self._beside(int(upper[k]), pair)), float(level[k]))
            for pair, k in lowest.items()
        ]

    def _beside(self, vertex: int, pair: tuple[int, int]) -> int:
        """Return the least neighbour of a vertex that lies in the other basin of the pair."""
        at = np.array(np.unravel_index(vertex, self.shape)) + self._offsets
        at = at[((at >= 0) & (at < np.array(self.shape))).all(axis=1)]
        near = np.ravel_multi_index(tuple(at.T), self.shape)
        own = int(self.of(np.array([vertex]))[0])
        near = near[self.of(near) == (pair[0] if own == pair[1] else pair[1])]
        return int(near[np.lexsort((near, self._values[near]))[0]])
