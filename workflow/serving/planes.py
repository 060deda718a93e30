"""Planes of a landscape, read from the store: the chunks that they touch, or a copy where these are too many."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod

import numpy as np
from landsweep.disk.store import Landscape
from landsweep.serving.copies import Box, Copies
from landsweep.study.plan import Shape, chunk_shape

MOST_ROWS = 1_000
"""A plane of more points along an axis than this is thinned: no screen has more."""
DIRECT_POINTS = 3 * 2**20
"""A plane is read from the store itself where the chunks that it touches have at most so many points."""


@dataclass(frozen=True)
class Plane:
    """A plane of a grid: the axes of its rows and columns, and where it lies on the others.

    A grid of one axis has one row: both axes are then 0.
    """

    vertical: int
    horizontal: int
    at: Shape


@dataclass(frozen=True, eq=False)
class Slice:
    """The indices of rows and columns on the whole grid, and the values there, ``(rows, columns)``."""

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def thinned(n: int) -> np.ndarray:
    """Return the indices along an axis of ``n`` points that a plane shows."""
    return np.arange(0, n, ceil(n / MOST_ROWS), dtype=np.int32)


def touched(plane: Plane, grid: Shape, chunk: Shape) -> int:
    """Return how many points the chunks have that a plane touches."""
    return prod(
        n if k in (plane.vertical, plane.horizontal) else min(c, n)
        for k, (n, c) in enumerate(zip(grid, chunk, strict=True))
    )


def box_of(plane: Plane, grid: Shape) -> Box:
    """Return the box of a grid that a plane is."""
    sides = enumerate(zip(grid, plane.at, strict=True))
    return tuple(slice(0, n) if k in (plane.vertical, plane.horizontal) else slice(i, i + 1) for k, (n, i) in sides)


def read_plane(landscape: Landscape, copies: Copies, field: str, position: Shape, plane: Plane) -> Slice:
    """Return a plane of one member's field; points that are not evaluated are NaN.

    Raises
    ------
    DamagedShard
        Where a shard that it touches cannot be read.
    """
    n = landscape.sweep_ndim
    grid = landscape.status.shape[n:]
    box = box_of(plane, grid)
    if touched(plane, grid, chunk_shape(landscape.shard, n)[n:]) <= DIRECT_POINTS:
        return cut(landscape.read_box(field, position, box), plane, grid)
    copy = copies.of(landscape, field, position)
    if copy is None:
        return cut(_by_parts(landscape, field, position, plane), plane, grid)
    return cut(copy.read(box), plane, grid)


def cut(values: np.ndarray, plane: Plane, grid: Shape) -> Slice:
    """Return the rows and columns that are shown of the values in a plane's box."""
    rows, columns = thinned(grid[plane.vertical]), thinned(grid[plane.horizontal])
    if plane.vertical == plane.horizontal:
        return Slice(np.zeros(1, np.int32), columns, np.array(values.reshape(1, -1)[:, columns]))
    others = tuple(k for k in range(len(grid)) if k not in (plane.vertical, plane.horizontal))
    part = values.squeeze(others)
    part = part if plane.vertical < plane.horizontal else part.T
    return Slice(rows, columns, np.array(part[:: _step(rows), :: _step(columns)]))


def _step(indices: np.ndarray) -> int:
    return int(indices[1] - indices[0]) if len(indices) > 1 else 1


def _by_parts(landscape: Landscape, field: str, position: Shape, plane: Plane) -> np.ndarray:
    """Read a plane's box from the store by rows of chunks, so that never all that it touches is in memory."""
    n = landscape.sweep_ndim
    grid, chunk = landscape.status.shape[n:], chunk_shape(landscape.shard, n)[n:]
    first = min(plane.vertical, plane.horizontal)
    whole = box_of(plane, grid)
    pieces = []
    for low in range(0, grid[first], chunk[first]):
        box = (*whole[:first], slice(low, min(low + chunk[first], grid[first])), *whole[first + 1 :])
        pieces.append(landscape.read_box(field, position, box))
    return np.concatenate(pieces, axis=first)
