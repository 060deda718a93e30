"""From final merges to a merge tree: one sweep over the saddles in ascending order (Carr, Snoeyink and Axen 2003)."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.basin_graph import BasinGraph
from landsweep.kernels.basins import ascending, find
from landsweep.kernels.tree import DEGENERATE, MINIMUM, ROOT, SADDLE, MergeTree
from numba import njit


def grow(
    merges: BasinGraph,
    greatest: np.ndarray,
    greatest_value: np.ndarray,
    *,
    shape: tuple[int, ...],
    connectivity: str,
    negate: bool,
    n_nonfinite: int,
    value_range: tuple[float, float],
) -> MergeTree:
    """Return the merge tree, without volumes.

    Parameters
    ----------
    merges
        All merges of a grid or graph, as edges (younger, elder) in any order, from
        :func:`landsweep.kernels.basin_graph.contract`; every node but one per connected component is in one as younger.
    greatest, greatest_value
        The greatest vertex of each component, in the order of the least vertices' index, and the field there.
    shape, connectivity, negate, n_nonfinite, value_range
        As in :class:`MergeTree`.
    """
    order = ascending(merges.level, merges.upper)
    vertex, value, (younger, elder) = merges.vertex, merges.value, merges.ends
    # A block's own minimum that is none of the grid ends where it begins: it links what it touches, and is no branch.
    real = value < np.inf
    real[younger[vertex[younger] == merges.upper]] = False
    arcs, branch, merge, top = _grow(order, younger, elder, merges.upper, vertex, value, real)

    kept = np.flatnonzero(real)
    kept = kept[ascending(value[kept], vertex[kept])]
    rank = np.full(len(vertex), -1)
    rank[kept] = np.arange(len(kept))
    minima = vertex[kept]
    eldest = np.diff(arcs[:, 0], prepend=-1) != 0  # the arcs of one saddle follow each other, the eldest branch first
    groups = np.flatnonzero(eldest)
    saddles, sizes = arcs[groups, 0], np.diff(groups, append=len(arcs))
    deaths = merges.level[merge[groups + 1]]

    is_root = np.ones(len(vertex), bool)
    is_root[younger] = False
    roots = np.flatnonzero(is_root)
    alive = np.flatnonzero(real[roots])
    alive = alive[ascending(value[roots[alive]], vertex[roots[alive]])]
    above, above_value, at = greatest[alive], greatest_value[alive], top[roots[alive]]
    last = above != at
    sign = -1.0 if negate else 1.0
    return MergeTree(
        shape=shape,
        connectivity=connectivity,
        negate=negate,
        pairs=np.stack([minima[rank[branch[~eldest]]], arcs[~eldest, 0]], axis=1),
        roots=vertex[roots[alive]],
        arcs=np.concatenate([arcs, np.stack([above[last], at[last]], axis=1)]),
        arc_branch=rank[np.append(branch, roots[alive[last]])],
        nodes=np.concatenate([minima, saddles, above[last]]),
        node_types=np.concatenate(
            [np.full(len(minima), MINIMUM), np.where(sizes == 2, SADDLE, DEGENERATE), np.full(last.sum(), ROOT)]
        ).astype(np.int8),
        node_values=sign * np.concatenate([value[kept], deaths, above_value[last]]).astype(np.float64),
        basin_volume=np.empty(0, np.int64),
        arc_volume=np.empty(0, np.int64),
        n_nonfinite=n_nonfinite,
        value_range=value_range,
    )


@njit(cache=True, nogil=True)
def _grow(order, younger, elder, saddle, vertex, value, real):  # type: ignore[no-untyped-def]
    """Return arcs (saddle, lower node), the branch of each, the merge that ends it, and each branch's highest node.

    All merges at one saddle join one component, whose eldest branch goes on; its arc comes first.
    """
    parent, top = np.arange(vertex.size), vertex.copy()
    arcs, count, first = np.empty((2 * order.size, 2), np.int64), 0, 0
    branch, merge = np.empty(2 * order.size, np.int64), np.empty(2 * order.size, np.int64)
    while first < order.size:
        s, last, begin, end = saddle[order[first]], first, count + 1, count + 1
        while last < order.size and saddle[order[last]] == s:
            e = order[last]
            b = younger[e]
            parent[b] = find(parent, elder[e])
            last += 1
            if not real[b]:
                continue
            k = end
            while k > begin:
                a = branch[k - 1]
                if value[a] < value[b] or (value[a] == value[b] and a < b):
                    break
                branch[k], merge[k] = a, merge[k - 1]
                k -= 1
            branch[k], merge[k] = b, e
            end += 1
        if end > begin:
            branch[count], merge[count] = find(parent, branch[begin]), -1
            for k in range(count, end):
                arcs[k, 0], arcs[k, 1] = s, top[branch[k]]
            top[branch[count]] = s
            count = end
        first = last
    return arcs[:count].copy(), branch[:count].copy(), merge[:count].copy(), top
