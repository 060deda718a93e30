"""Which basin, arc and branch each vertex belongs to, and how many vertices each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from landsweep.kernels.basins import Basins, share
from landsweep.kernels.tree import MergeTree
from numba import njit


@dataclass(frozen=True)
class Segmentation:
    """Vertices per basin and arc, and, if asked for, both of every vertex.

    Parameters
    ----------
    basin_volume, arc_volume
        ``(m,)`` and ``(a,)`` int64, as in :class:`MergeTree`.
    basin, arc
        In the shape of the field, int64: index into ``minima`` and ``arcs``, -1 for none; empty if not asked for.
    """

    basin_volume: np.ndarray
    arc_volume: np.ndarray
    basin: np.ndarray
    arc: np.ndarray


def segment(
    tree: MergeTree, values: np.ndarray, basins: Basins, *, threads: int = 1, write: bool = False
) -> Segmentation:
    """Return the segmentation of a whole field by its own tree.

    Parameters
    ----------
    tree, values, basins
        The tree, the values whose order it follows, and their basins.
    threads, write
        Threads that share the rows; whether to return the basin and the arc of every vertex.
    """
    branch_of = branches(tree, basins.minima)
    row = values.shape[-1]
    bases = np.arange(0, values.size, row)
    return segment_box(tree, values, bases, basins.label, branch_of, threads=threads, write=write)


def branches(tree: MergeTree, minima: np.ndarray) -> np.ndarray:
    """Return the branch of each of ``minima``, vertices in ascending order, -1 for one born at +inf."""
    order = np.argsort(tree.minima)
    found, at = np.full(len(minima), -1), np.searchsorted(minima, tree.minima[order])
    found[at] = order
    return found


def segment_box(
    tree: MergeTree,
    values: np.ndarray,
    bases: np.ndarray,
    label: np.ndarray,
    branch_of: np.ndarray,
    *,
    threads: int = 1,
    write: bool = False,
) -> Segmentation:
    """Return the segmentation of a box of the grid.

    Parameters
    ----------
    tree, values
        The tree of the whole grid, and the values of the box, C-contiguous.
    bases
        The vertex of the grid with which each row of the box begins.
    label, branch_of
        ``~i`` per vertex of the box, and the branch of basin i, -1 for a minimum at +inf.
    threads, write
        As in :func:`segment`.
    """
    f, steps, row = values.reshape(-1), ladder(tree), values.shape[-1]
    rows = len(bases)
    parts = [(rows * i // threads, rows * (i + 1) // threads) for i in range(min(threads, rows))]
    basin, arc = np.empty((2, f.size if write else 0), np.int64)

    def count(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        volumes = np.zeros(len(tree.minima), np.int64), np.zeros(len(tree.arcs), np.int64)
        count_rows(f, bases, row, first, last, label, branch_of, steps, *volumes, basin, arc)
        return volumes

    counted = share(parts, count)
    shape = values.shape if write else (0,)
    volumes = [sum(v[k] for v in counted) for k in range(2)]
    return Segmentation(volumes[0], volumes[1], basin.reshape(shape), arc.reshape(shape))


class Ladder(NamedTuple):
    """The arcs of a merge tree, branch by branch, for climbing from a minimum to a level.

    Arcs ``start[b]:start[b + 1]`` of branch b ascend; ``end``, ``end_value`` of a branch that reaches the root are
    -1 and +inf. Values are those of the order: negated for the tree of -f.
    """

    start: np.ndarray
    arc: np.ndarray
    upper: np.ndarray
    upper_value: np.ndarray
    parent: np.ndarray
    end: np.ndarray
    end_value: np.ndarray


def ladder(tree: MergeTree) -> Ladder:
    """Return the arcs of ``tree`` in the order in which a vertex climbs them."""
    sign = -1.0 if tree.negate else 1.0
    # Arcs ascend in their upper vertex; of a branch in several components' order only the last may be a root's.
    arc = np.argsort(tree.arc_branch, kind="stable")
    start = np.searchsorted(tree.arc_branch[arc], np.arange(len(tree.minima) + 1))
    upper, upper_value = tree.arcs[arc, 0], sign * tree.upper_values[arc]
    last = np.maximum(start[1:] - 1, start[:-1])  # a branch ends at the upper end of its last arc
    end_value = np.where(tree.branch_end < 0, np.inf, np.append(upper_value, np.inf)[last])
    return Ladder(start, arc, upper, upper_value, tree.branch_parent, tree.branch_end, end_value)


@njit(cache=True, nogil=True)
def climb(branch, value, vertex, steps):  # type: ignore[no-untyped-def]
    """Return the branch and the arc (-1 for none) that hold a vertex above the minimum of ``branch``."""
    while steps.end[branch] >= 0 and (
        value > steps.end_value[branch] or (value == steps.end_value[branch] and vertex >= steps.end[branch])
    ):
        branch = steps.parent[branch]
    low, high = steps.start[branch], steps.start[branch + 1]
    last = high - 1
    if low > last:
        return branch, -1
    while low < high:  # the first arc whose upper end comes after the vertex
        middle = (low + high) // 2
        if steps.upper_value[middle] > value or (steps.upper_value[middle] == value and steps.upper[middle] > vertex):
            high = middle
        else:
            low = middle + 1
    return branch, steps.arc[min(low, last)]


@njit(cache=True, nogil=True)
def count_rows(f, bases, row, first, last, label, branch_of, steps, basin_volume, arc_volume, basins, arcs):  # type: ignore[no-untyped-def]
    """Count the vertices of rows ``first:last`` per basin and arc; write both per vertex where the outputs have room.

    ``label`` holds ``~i`` per vertex, ``branch_of[i]`` the branch of basin i, -1 for a minimum at +inf; ``bases`` the
    vertex of the grid with which each row begins.
    """
    write = arcs.size > 0
    for r in range(first, last):
        for x in range(row):
            v = r * row + x
            branch, arc = branch_of[~label[v]], np.int64(-1)
            if branch >= 0:
                basin_volume[branch] += 1
                _, arc = climb(branch, f[v], bases[r] + x, steps)
                if arc >= 0:
                    arc_volume[arc] += 1
            if write:
                basins[v], arcs[v] = branch, arc
