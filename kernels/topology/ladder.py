"""The arcs of a merge tree, branch by branch, for climbing from a minimum to a level."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from landsweep.kernels.compiled import njit


class Ladder(NamedTuple):
    """The arcs of a merge tree, branch by branch, for climbing from a minimum to a level.

    The arcs ``start[b]:start[b + 1]`` of branch b ascend; ``end`` and ``end_value`` of a branch that reaches the root
    are -1 and +inf. Values are those that are ordered, so they are negated for the tree of -f. ``jump`` skips ancestors
    (Myers 1983, skew-binary lists): branches may be nested as deep as there are minima, and any ancestor can be reached
    in O(log) jumps.
    """

    start: np.ndarray
    arc: np.ndarray
    upper: np.ndarray
    upper_value: np.ndarray
    parent: np.ndarray
    jump: np.ndarray
    end: np.ndarray
    end_value: np.ndarray


def ladder(tree: Any) -> Ladder:
    """Return the arcs of a merge tree, whose class lies above this module, in the order in which a vertex climbs."""
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
    """Return the arc of each of many vertices, as :func:`climb` does for one vertex."""
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
