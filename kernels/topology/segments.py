"""Which basin, arc and branch each vertex belongs to, and how many vertices each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from landsweep.kernels.geometry.stencil import row_parts, share
from landsweep.kernels.topology.tree import MergeTree
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
        The field, C-contiguous, and ``~i`` for a vertex of basin i, flat.
    branch_of
        The branch of basin i, -1 for a minimum at +inf: see :func:`branches`.
    rows, bases, shape
        For a box: index into the ravel of ``values`` with which each of its rows begins, the vertex of the grid there,
        and the shape of the box.
    threads, write
        Threads that share the rows; whether to return the basin and the arc of every vertex.
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


class Ladder(NamedTuple):
    """The arcs of a merge tree, branch by branch, for climbing from a minimum to a level.

    Arcs ``start[b]:start[b + 1]`` of branch b ascend; ``end``, ``end_value`` of a branch that reaches the root are
    -1 and +inf. Values are those of the order: negated for the tree of -f. ``jump`` skips ancestors (Myers 1983,
    skew-binary lists): branches may be nested as deep as there are minima, and any ancestor is O(log) jumps away.
    """

    start: np.ndarray
    arc: np.ndarray
    upper: np.ndarray
    upper_value: np.ndarray
    parent: np.ndarray
    jump: np.ndarray
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
    jump = _jumps(tree.branch_parent)
    return Ladder(start, arc, upper, upper_value, tree.branch_parent, jump, tree.branch_end, end_value)


@njit(cache=True, nogil=True)
def _jumps(parent):  # type: ignore[no-untyped-def]
    """Return an ancestor of each branch, itself at the root; parents come before their children."""
    depth, jump = np.zeros(parent.size, np.int64), np.arange(parent.size)
    for b in range(parent.size):
        p = parent[b]
        if p >= 0:
            depth[b], j = depth[p] + 1, jump[p]
            jump[b] = jump[j] if depth[p] - depth[j] == depth[j] - depth[jump[j]] else p
    return jump


@njit(cache=True, nogil=True)
def _ancestor(branch, value, vertex, end, end_value, parent, jump):  # type: ignore[no-untyped-def]
    """Return the first ancestor of a branch, or itself, that does not end at or below a vertex."""
    while end[branch] >= 0 and (value > end_value[branch] or (value == end_value[branch] and vertex >= end[branch])):
        far = jump[branch]
        past = end[far] >= 0 and (value > end_value[far] or (value == end_value[far] and vertex >= end[far]))
        branch = far if past else parent[branch]
    return branch


@njit(cache=True, nogil=True)
def climb_all(branch, value, vertex, steps):  # type: ignore[no-untyped-def]
    """Return the arc of each of many, as :func:`climb` does of one."""
    arc = np.empty(branch.size, np.int64)
    for i in range(branch.size):
        arc[i] = climb(branch[i], value[i], vertex[i], steps)[1]
    return arc


@njit(cache=True, nogil=True)
def climb(branch, value, vertex, steps):  # type: ignore[no-untyped-def]
    """Return the branch and the arc (-1 for none) that hold a vertex above the minimum of ``branch``."""
    branch = _ancestor(branch, value, vertex, steps.end, steps.end_value, steps.parent, steps.jump)
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
