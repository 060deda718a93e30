"""Making a merge tree from final merges, by one sweep over ascending saddles (Carr, Snoeyink and Axen 2003)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.order import ascending
from landsweep.kernels.topology.basin_graph import BasinGraph
from landsweep.kernels.topology.nodes import DEGENERATE, MINIMUM, ROOT, SADDLE

Tree = TypeVar("Tree")


def grow(
    merges: BasinGraph,
    greatest: np.ndarray,
    greatest_value: np.ndarray,
    *,
    make: Callable[..., Tree],
    shape: tuple[int, ...],
    connectivity: str,
    negate: bool,
    n_nonfinite: int,
    value_range: tuple[float, float],
) -> Tree:
    """Return the merge tree, without volumes.

    Parameters
    ----------
    merges
        All merges of a grid or graph, as edges (younger, elder) in any order, from
        :func:`landsweep.kernels.topology.basin_graph.contract`; every node, except one per connected component, is the
        younger one of a merge.
    greatest, greatest_value
        The greatest vertex of each component, in the order of their minima, and the field there.
    make
        The class of merge trees, which this module cannot import because it lies above.
    shape, connectivity, negate, n_nonfinite, value_range
        The fields of that class with these names.
    """
    order = ascending(merges.level, merges.upper)
    vertex, value, (younger, elder) = merges.vertex, merges.value, merges.ends
    # A block's own minimum that is none of the grid ends where it begins: it links what it touches, and is no branch.
    real = value < np.inf
    real[younger[vertex[younger] == merges.upper]] = False
    is_root = np.ones(len(vertex), bool)
    is_root[younger] = False
    alive = real[is_root]
    roots, above, above_value = np.flatnonzero(is_root)[alive], greatest[alive], greatest_value[alive]

    state = np.stack([np.arange(len(vertex)), vertex], axis=1)  # elder it ended in, highest node: one cache line
    most = 2 * len(order) + len(roots)
    arcs, branch = np.empty((most, 2), np.int64), np.empty(most, younger.dtype)
    pairs, saddles = np.empty((len(order), 2), np.int64), np.empty((len(order), 2), np.int64)
    n_arcs, n_pairs, n_saddles, last = _grow(
        order, younger, elder, merges.upper, real, roots, above, state, arcs, branch, pairs, saddles
    )
    pairs = np.stack([vertex[pairs[:n_pairs, 0]], pairs[:n_pairs, 1]], axis=1)
    arcs, branch, (merge, sizes) = arcs[:n_arcs], branch[:n_arcs], saddles[:n_saddles].T
    minima, rank = vertex[real], np.cumsum(real) - 1
    sign = -1.0 if negate else 1.0
    return make(
        shape=shape,
        connectivity=connectivity,
        negate=negate,
        pairs=pairs,
        roots=vertex[roots],
        arcs=arcs,
        arc_branch=rank[branch],
        nodes=np.concatenate([minima, merges.upper[merge], above[last]]),
        node_types=np.concatenate(
            [np.full(len(minima), MINIMUM), np.where(sizes == 2, SADDLE, DEGENERATE), np.full(last.sum(), ROOT)]
        ).astype(np.int8),
        node_values=sign * np.concatenate([value[real], merges.level[merge], above_value[last]]).astype(np.float64),
        basin_volume=np.empty(0, np.int64),
        arc_volume=np.empty(0, np.int64),
        n_nonfinite=n_nonfinite,
        value_range=value_range,
    )


@njit(cache=True, nogil=True)
def _grow(order, younger, elder, saddle, real, roots, above, state, arcs, branch, pairs, saddles):  # type: ignore[no-untyped-def]
    """Write arcs (saddle, lower node) with their branches, pairs (node, saddle), and (a merge, arcs below) per saddle.

    All merges at one saddle join one component, whose eldest branch goes on; its arc comes first. Last come the arcs of
    roots to what is above them, if that is another vertex. Returns how many of each there are, and the mask of these
    roots.
    """
    count = n_pairs = n_saddles = first = 0
    while first < order.size:
        s, last, begin, end = saddle[order[first]], first, count + 1, count + 1
        while last < order.size and saddle[order[last]] == s:
            b = younger[order[last]]
            state[b, 0] = _survivor(state, elder[order[last]])
            last += 1
            if not real[b]:
                continue
            branch[end] = b
            end += 1
        _shell_sort(branch, begin, end)
        if end > begin:
            branch[count] = _survivor(state, branch[begin])
            for k in range(count, end):
                arcs[k, 0], arcs[k, 1] = s, state[branch[k], 1]
            for k in range(begin, end):
                pairs[n_pairs, 0], pairs[n_pairs, 1] = branch[k], s
                n_pairs += 1
            state[branch[count], 1] = s
            saddles[n_saddles, 0], saddles[n_saddles, 1] = order[first], end - count
            n_saddles += 1
            count = end
        first = last
    goes_on = np.empty(roots.size, np.bool_)
    for i in range(roots.size):
        top = state[roots[i], 1]
        goes_on[i] = top != above[i]
        if goes_on[i]:
            arcs[count, 0], arcs[count, 1], branch[count] = above[i], top, roots[i]
            count += 1
    return count, n_pairs, n_saddles, goes_on


@njit(cache=True, nogil=True)
def _survivor(state, b):  # type: ignore[no-untyped-def]
    while state[b, 0] != b:
        state[b, 0] = state[state[b, 0], 0]
        b = state[b, 0]
    return b


@njit(cache=True, nogil=True)
def _shell_sort(branch, begin, end):  # type: ignore[no-untyped-def]
    """Sort a part in place; numba's own sort takes longer to compile than all the rest."""
    gap = (end - begin) // 2
    while gap > 0:
        for i in range(begin + gap, end):
            b, k = branch[i], i
            while k >= begin + gap and branch[k - gap] > b:
                branch[k] = branch[k - gap]
                k -= gap
            branch[k] = b
        gap //= 2
