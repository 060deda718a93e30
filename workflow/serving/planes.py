"""Planes of a large landscape, read from its copy, or from the store where there is no room for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.store import Landscape
from landsweep.serving.copies import Box, Copies
from landsweep.study.plan import Shape, chunk_shape

MOST_ROWS = 1_000
"""A plane of more points along an axis than this is thinned: no screen has more."""


class Refused(UserError):
    """What a request asks for is not there; the text says what is."""


@dataclass(frozen=True)
class Plane:
    """A plane of a grid: the axes of its rows and columns, and where it lies on the others.

    A grid of one axis has one row: both axes are then 0.
    """

    vertical: int
    horizontal: int
    at: Shape

    def check(self, grid: Shape) -> None:
        """Raise :class:`Refused` where it is none of a grid's planes."""
        n = len(grid)
        for name, axis in (("vertical", self.vertical), ("horizontal", self.horizontal)):
            if not 0 <= axis < n:
                raise Refused(f"{name} is {axis}, expected an axis of the grid, from 0 to {n - 1}.")
        if (self.vertical == self.horizontal) != (n == 1):
            raise Refused(f"vertical and horizontal are both {self.vertical}, expected two axes of the grid.")
        if len(self.at) != n:
            raise Refused(f"at has {len(self.at)} indices, expected {n}, one for each axis of the grid.")
        for k, (i, m) in enumerate(zip(self.at, grid, strict=True)):
            if not 0 <= i < m:
                raise Refused(f"at has {i} for axis {k}, expected an index from 0 to {m - 1}.")


@dataclass(frozen=True, eq=False)
class Slice:
    """The indices of rows and columns on the whole grid, and the values there, ``(rows, columns)``."""

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def step_of(n: int) -> int:
    """Return every how many-th of ``n`` points along an axis a plane shows."""
    return ceil(n / MOST_ROWS)


def box_of(plane: Plane, grid: Shape) -> Box:
    """Return the points that a plane shows, as slices of the grid with steps."""
    sides = enumerate(zip(grid, plane.at, strict=True))
    return tuple(
        slice(0, n, step_of(n)) if k in (plane.vertical, plane.horizontal) else slice(i, i + 1, 1)
        for k, (n, i) in sides
    )


def read_plane(landscape: Landscape, copies: Copies, field: str, position: Shape, plane: Plane) -> Slice:
    """Return a plane of one member's field; points that are not evaluated are NaN.

    Raises
    ------
    DamagedShard
        Where a shard that it touches cannot be read.
    """
    n = landscape.sweep_ndim
    grid, chunk = landscape.status.shape[n:], chunk_shape(landscape.shard, n)[n:]
    box = box_of(plane, grid)
    values = copies.read(landscape, field, position, box)
    if values is not None:
        return arranged(values, plane, grid)
    first = min(plane.vertical, plane.horizontal)
    pieces = []
    for part in _rows(box, first, chunk[first]):  # so that never all that it touches is in memory
        whole = tuple(slice(side.start, side.stop) for side in part)
        kept = tuple(slice(None, None, side.step) for side in part)
        pieces.append(landscape.read_box(field, position, whole)[kept])
    return arranged(np.concatenate(pieces, axis=first), plane, grid)


def _rows(box: Box, axis: int, chunk: int) -> Iterator[Box]:
    """Yield a box in parts along an axis, each of as few chunks as possible; the first point of each is shown."""
    side = box[axis]
    size = ceil(chunk / side.step) * side.step
    for low in range(side.start, side.stop, size):
        yield (*box[:axis], slice(low, min(low + size, side.stop), side.step), *box[axis + 1 :])


def arranged(values: np.ndarray, plane: Plane, grid: Shape) -> Slice:
    """Return the points that a plane shows, ``box_of`` it, as rows and columns."""
    rows, columns = (
        np.arange(0, grid[axis], step_of(grid[axis]), dtype=np.int32) for axis in (plane.vertical, plane.horizontal)
    )
    if plane.vertical == plane.horizontal:
        return Slice(np.zeros(1, np.int32), columns, values.reshape(1, -1))
    part = values.reshape([n for k, n in enumerate(values.shape) if k in (plane.vertical, plane.horizontal)])
    return Slice(rows, columns, np.ascontiguousarray(part if plane.vertical < plane.horizontal else part.T))
