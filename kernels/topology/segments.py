"""The segmentation of a field: the basin, arc and branch of each vertex, and the number of vertices in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.stencil import row_parts, share
from landsweep.kernels.topology.ladder import climb, ladder
from landsweep.kernels.topology.tree import MergeTree


@dataclass(frozen=True)
class Segmentation:
    """The number of vertices of each basin and arc, and, if asked for, the basin and the arc of every vertex.

    Parameters
    ----------
    basin_volume, arc_volume
        ``(m,)`` and ``(a,)`` int64, as in :class:`MergeTree`.
    basin, arc
        In the shape of the field, int64: the indices into ``minima`` and ``arcs`` for each vertex, -1 for none; empty
        if not asked for.
    """

    basin_volume: np.ndarray
    arc_volume: np.ndarray
    basin: np.ndarray
    arc: np.ndarray


def segment(
    tree: MergeTree,
    values: np.ndarray,
    label: np.ndarray,
    branch_of: np.ndarray,
    *,
    rows: np.ndarray | None = None,
    bases: np.ndarray | None = None,
    shape: tuple[int, ...] = (),
    threads: int = 1,
    write: bool = False,
) -> Segmentation:
    """Return the segmentation of a field, or of a box of it, by the tree of the whole.

    Parameters
    ----------
    tree
        The tree of the whole grid.
    values, label
        The field, C-contiguous, and the flat labels: ``~i`` for a vertex of basin i.
    branch_of
        The branch of basin i, -1 for a minimum at +inf: see :func:`branches`.
    rows, bases, shape
        For a box: the C-order index into ``values`` with which each of its rows begins, the vertex of the grid there,
        and the shape of the box.
    threads, write
        The number of threads that share the rows; whether to return the basin and the arc of every vertex.
    """
    shape = shape or values.shape
    if rows is None or bases is None:
        rows = bases = np.arange(0, values.size, shape[-1])
    f, steps = values.reshape(-1), ladder(tree)
    basin, arc = np.empty((2, len(rows) * shape[-1] if write else 0), np.int64)

    def count(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        volumes = np.zeros(len(tree.minima), np.int64), np.zeros(len(tree.arcs), np.int64)
        _count(f, rows, bases, shape[-1], first, last, label, branch_of, steps, *volumes, basin, arc)
        return volumes

    basin_volumes, arc_volumes = zip(*share(row_parts(len(rows), threads), count), strict=True)
    shape = shape if write else (0,)
    return Segmentation(np.sum(basin_volumes, 0), np.sum(arc_volumes, 0), basin.reshape(shape), arc.reshape(shape))


def branches(tree: MergeTree, minima: np.ndarray) -> np.ndarray:
    """Return the branch of each of ``minima``, -1 for one born at +inf."""
    order = np.argsort(tree.minima)
    at = np.minimum(np.searchsorted(tree.minima, minima, sorter=order), len(order) - 1)
    return np.where(tree.minima[order[at]] == minima, order[at], -1)


def border_volume(
    values: np.ndarray,
    label: np.ndarray,
    births: np.ndarray,
    shape: tuple[int, ...],
    periodic: tuple[int, ...] = (),
    *,
    rows: np.ndarray | None = None,
    bases: np.ndarray | None = None,
    width: int = 0,
) -> np.ndarray:
    """Return how many vertices of each label are on the border of the grid and as low as the minimum they drain into.

    As steepest descent never rises, these are connected to their minimum at its own level: they are the part of its
    plateau that lies on the border.

    Parameters
    ----------
    values, label
        As in :func:`segment`.
    births
        The value of the minimum of each label, NaN for one that is of no interest.
    shape
        The shape of the whole grid.
    periodic
        The axes without a border.
    rows, bases, width
        For a box, as in :func:`segment`, with the length of its rows.
    """
    if rows is None or bases is None:
        width = shape[-1]
        rows = bases = np.arange(0, values.size, width)
    counts = np.zeros(len(births), np.int64)
    ends = np.array([n > 1 and axis not in periodic for axis, n in enumerate(shape)])
    _count_border(values.reshape(-1), rows, bases, width, np.array(shape), ends, label, births, counts)
    return counts


@njit(cache=True, nogil=True)
def _count_border(f, rows, bases, width, shape, ends, label, births, counts):  # type: ignore[no-untyped-def]
    n = shape[-1]
    for r in range(rows.size):
        rest, first, whole = bases[r] // n, bases[r] % n, False
        for axis in range(shape.size - 2, -1, -1):
            at, rest = rest % shape[axis], rest // shape[axis]
            whole |= ends[axis] and (at == 0 or at == shape[axis] - 1)
        for x in range(0, width, 1 if whole else max(1, width - 1)):
            if whole or (ends[-1] and (first + x == 0 or first + x == n - 1)):
                i = ~label[rows[r] + x]
                counts[i] += f[rows[r] + x] == births[i]


@njit(cache=True, nogil=True)
def _count(f, rows, bases, width, first, last, label, branch_of, steps, basin_volume, arc_volume, basins, arcs):  # type: ignore[no-untyped-def]
    """Count the vertices of rows ``first:last`` per basin and arc; write both per vertex if the outputs have room."""
    write = arcs.size > 0
    for r in range(first, last):
        for x in range(width):
            v = rows[r] + x
            branch, arc = branch_of[~label[v]], np.int64(-1)
            if branch >= 0:
                basin_volume[branch] += 1
                _, arc = climb(branch, f[v], bases[r] + x, steps)
                if arc >= 0:
                    arc_volume[arc] += 1
            if write:
                basins[r * width + x], arcs[r * width + x] = branch, arc
