"""Patches of a finer grid around the highest point of a path, on which a lower way is looked for.

In few dimensions values on such a patch cost far less than derivatives along a path that is relaxed.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import product

import numpy as np
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.ways.strings import Path

DIMENSIONS = 3
"""In more dimensions a patch has too many points."""
POINTS = 6
"""A patch reaches so many of its own steps to each side of its centre."""


def lowered(grid: Grid, paths: Sequence[Path], step: float) -> list[Path]:
    """Return paths with the lowest way over a patch in place of the part around the highest point.

    The patch is a grid with steps of ``step``, in steps of the grid, on which all points of the surrounding cube are
    neighbours. The way is the one whose highest point is lowest.
    """
    patches = [_Patch(grid, path, step) for path in paths]
    values = grid.value(np.concatenate([np.empty((0, len(grid.top))), *[patch.x for patch in patches]]))
    ends = np.cumsum([len(patch.x) for patch in patches])[:-1]
    found = np.split(values, ends) if patches else []
    return [patch.lowest(path, level) for patch, path, level in zip(patches, paths, found, strict=True)]


class _Patch:
    """The points of a patch, and where a path enters and leaves it."""

    def __init__(self, grid: Grid, path: Path, step: float) -> None:
        centre = path.x[path.top]
        axes = [centre[k] + step * np.arange(-POINTS, POINTS + 1) for k in range(len(centre))]
        # The box's faces are part of the patch, as passes may lie on them.
        axes = [np.unique(np.clip(axis, 0.0, top)) for axis, top in zip(axes, grid.top, strict=True)]
        self.shape = tuple(len(axis) for axis in axes)
        self.x = np.stack([part.reshape(-1) for part in np.meshgrid(*axes, indexing="ij")], axis=1)
        self.where = path.around(step * POINTS * 0.9)
        self.first, self.last = self._nearest(path.x[self.where.start]), self._nearest(path.x[self.where.stop - 1])

    def _nearest(self, x: np.ndarray) -> int:
        return int(np.linalg.norm(self.x - x, axis=1).argmin())

    def lowest(self, path: Path, value: np.ndarray) -> Path:
        """Return the path with the lowest way over the patch, given the values at its points."""
        level = np.where(np.isfinite(value), value, np.inf)
        strides = np.append(np.cumprod(self.shape[:0:-1])[::-1], 1)
        around = [np.array(step) for step in product((-1, 0, 1), repeat=len(self.shape)) if any(step)]
        index = np.stack(np.unravel_index(np.arange(len(level)), self.shape), axis=1)
        before, tops = {self.first: -1}, {self.first: float(level[self.first])}
        queue = [(float(level[self.first]), float(level[self.first]), self.first)]
        done: set[int] = set()
        while queue:
            highest, _, at = heappop(queue)
            if at in done:
                continue
            done.add(at)
            if at == self.last:
                break
            for step in around:
                there = index[at] + step
                if (there < 0).any() or (there >= self.shape).any():
                    continue
                k = int(there @ strides)
                if k not in done and np.isfinite(level[k]):
                    top = max(highest, float(level[k]))
                    if top < tops.get(k, np.inf):
                        before[k], tops[k] = at, top
                        heappush(queue, (top, float(level[k]), k))
        if self.last not in done:
            return path
        way = [self.last]
        while before[way[-1]] >= 0:
            way.append(before[way[-1]])
        way.reverse()
        part = Path(self.x[way], level[way])
        old = path.value[self.where].max()
        return path.replaced(slice(self.where.start + 1, self.where.stop - 1), part) if part.value.max() < old else path
