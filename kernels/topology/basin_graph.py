"""Forests of basins that blocks exchange, and their reduction: merge them, contract what is final, pass on the rest.

A node is a vertex of the grid. It stands for the component in which that vertex lies at its own level, whichever block
names it, so the graphs of two blocks are joined by taking their union. For the union to be exact, some vertices of a
shared layer have to be nodes in all blocks that hold them: the minima of the field restricted to what these blocks have
in common. Any other vertex of the layer descends to one of these minima inside the common part, by edges that all these
blocks have.

The reduction follows Morozov and Weber 2013 (local trees, pruned to what others may still change) with a minimum
spanning forest as the tree: MSF(A u B) = MSF(MSF(A) u MSF(B)) by the cycle property.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.blocks import Blocks, Box
from landsweep.kernels.geometry.order import ascending, inverse, keys
from landsweep.kernels.topology.basins import Basins, grid_basins
from landsweep.kernels.topology.touching import find


@dataclass(frozen=True)
class BasinGraph:
    """The basins of a part of the grid, and the least vertices where they touch.

    Parameters
    ----------
    vertex, value
        ``(n,)`` int64 and float: the nodes, as vertices of the grid, and the field there; ascending in (value, vertex),
        so that the elder of two nodes has the lower index.
    share
        ``(n,)`` float32: for each node, the share of the blocks that hold it that is in this graph; 1 where nothing
        outside can touch the node. These sums of powers of 1/2 are exact.
    ends
        ``(2, e)`` int32: the two nodes of each edge, as indices into ``vertex``.
    upper, level
        ``(e,)`` int64 and float: the vertex at which the two ends join, and the field there.
    """

    vertex: np.ndarray
    value: np.ndarray
    share: np.ndarray
    ends: np.ndarray
    upper: np.ndarray
    level: np.ndarray

    def to_list(self) -> list[np.ndarray]:
        """Return the arrays in the order of the parameters."""
        return [getattr(self, f.name) for f in fields(self)]

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays, which a message with this graph has to carry."""
        return sum(a.nbytes for a in self.to_list())


def block_graph(
    values: np.ndarray,
    basins: Basins,
    blocks: Blocks,
    index: int,
    connectivity: str,
    order: np.ndarray | None = None,
) -> BasinGraph:
    """Return the graph of one block: its basins, joined where they touch, and the nodes that it shares with others.

    Parameters
    ----------
    values
        The field on ``blocks.held(index)``, with +inf for non-finite values.
    basins
        The basins of ``values``, or of ``order``, from any engine.
    blocks, index, connectivity
        The division of the grid, the number of this block in it, and ``face``, ``freudenthal`` or ``moore``.
    order
        Where the box wraps around a periodic axis, numbers in the place of the values that give the order of the grid:
        :func:`in_order`.
    """
    f, box = values.reshape(-1), blocks.held(index)
    shared = _shared_minima(values if order is None else order, blocks, index, connectivity)
    local, ends, upper = basins.minima, basins.ends, basins.upper
    if shared.size:
        late = np.setdiff1d(shared, local)  # inside a basin: joins it at its own level
        links = np.stack([basins.of(late), np.arange(len(local), len(local) + len(late))])
        local, ends, upper = (np.concatenate(pair, axis=-1) for pair in ((local, late), (ends, links), (upper, late)))
    value, vertex = f[local], blocks.vertices(box, local)
    by_age = ascending(value, vertex)
    value, vertex, node = value[by_age], vertex[by_age], inverse(by_age)
    alone = len(blocks) == 1 and not blocks.periodic
    graph = BasinGraph(
        vertex,
        value,
        np.ones(len(vertex), np.float32) if alone else (1 / blocks.holders(vertex)).astype(np.float32),
        node[ends],
        blocks.vertices(box, upper),
        f[upper],
    )
    return _without_copies(graph) if blocks.wraps(box) else graph


def in_order(values: np.ndarray, blocks: Blocks, box: Box) -> np.ndarray:
    """Return the values of a box, or keys in their place where it wraps, whose order by (value, index) is the grid's.

    In a box that wraps around a periodic axis, the index of a vertex beyond an end is not in the order of its vertex.
    """
    return keys(values, blocks.ids(box)) if blocks.wraps(box) else values


def _shared_minima(values: np.ndarray, blocks: Blocks, index: int, connectivity: str) -> np.ndarray:
    """Return the vertices of the block, ascending, that are minima of the part that all blocks that hold them share."""
    found = [np.empty(0, np.int64)]
    for part, alone in blocks.layers(index):
        layer = np.ascontiguousarray(values[part])
        at = np.unravel_index(grid_basins(layer, connectivity).minima, layer.shape)
        inside = np.logical_and.reduce([mask[a] for mask, a in zip(alone, at, strict=True)])
        at = tuple(a[inside] + s.start for a, s in zip(at, part, strict=True))
        found.append(np.ravel_multi_index(at, values.shape))
    return np.sort(np.concatenate(found))


def union(graphs: Sequence[BasinGraph]) -> BasinGraph:
    """Return the union of the graphs of disjoint sets of blocks."""
    if len(graphs) == 1:
        return graphs[0]
    vertex, value, share = (np.concatenate([getattr(g, name) for g in graphs]) for name in ("vertex", "value", "share"))
    order = ascending(value, vertex)
    new = np.diff(vertex[order], prepend=-1) != 0
    node = (np.cumsum(new, dtype=np.int32) - np.int32(1))[inverse(order)]
    first = order[new]
    starts = np.cumsum([0, *(len(g.vertex) for g in graphs)])
    return BasinGraph(
        vertex[first],
        value[first],
        np.bincount(node, share, len(first)).astype(np.float32),
        np.concatenate([node[start + g.ends] for start, g in zip(starts[:-1], graphs, strict=True)], axis=1),
        np.concatenate([g.upper for g in graphs]),
        np.concatenate([g.level for g in graphs]),
    )


def _without_copies(graph: BasinGraph) -> BasinGraph:
    """Return the graph of a block that holds some vertices in several places, each of its nodes once."""
    new = np.diff(graph.vertex, prepend=-1) != 0  # copies follow one another
    node = np.cumsum(new, dtype=np.int32) - np.int32(1)
    share = np.bincount(node, graph.share, int(new.sum())).astype(np.float32)
    return replace(graph, vertex=graph.vertex[new], value=graph.value[new], share=share, ends=node[graph.ends])


def contract(graph: BasinGraph) -> tuple[BasinGraph, BasinGraph]:
    """Return the graph of what other blocks may still change, and the graph of final merges, as edges (younger, elder).

    Edges are swept in ascending order of (level, upper). Where two components meet, the one with the younger minimum
    ends (elder rule). This merge is final if no block outside holds a node of that component. For a graph of the whole
    grid every merge is final, and the second graph holds all nodes: in each connected component one more than edges.
    """
    order = ascending(graph.level, graph.upper)
    shared = graph.share < 1
    # Both ends of an edge in one word, so that an edge is fetched from memory once.
    both = np.ascontiguousarray(graph.ends.T).view(np.int64)[order].view(graph.ends.dtype)
    one, other = both[:, 0], both[:, 1]
    # NumPy asks for huge pages, which numba does not: a few percent of a sweep over a million edges.
    parent, (final, rest) = np.arange(len(shared), dtype=one.dtype), np.empty((2, 3, len(shared)), np.int64)
    final, rest = _sweep(order, one, other, shared.copy(), parent, final, rest)
    ends_nowhere = parent == np.arange(len(parent))
    whole = not shared.any()
    left = _part(graph, rest, shared if whole else shared | ends_nowhere)
    return left, _part(graph, final, ends_nowhere if whole else np.zeros_like(shared))


def _part(graph: BasinGraph, edges: np.ndarray, nodes: np.ndarray) -> BasinGraph:
    """Return the graph of ``edges`` (node, node, edge), of their nodes, and of those that the mask ``nodes`` names."""
    nodes = nodes.copy()
    nodes[edges[0]] = nodes[edges[1]] = True
    number = np.cumsum(nodes, dtype=np.int32) - np.int32(1)
    kept = edges[2]
    return BasinGraph(
        graph.vertex[nodes],
        graph.value[nodes],
        graph.share[nodes],
        edges[:2].astype(np.int32) if nodes.all() else number[edges[:2]],
        graph.upper[kept],
        graph.level[kept],
    )


@njit(cache=True, nogil=True)
def _sweep(order, one, other, shared, parent, final, rest):  # type: ignore[no-untyped-def]
    """Return (younger, elder, edge) of final merges and of the others; nodes that end nowhere stay their own parent.

    Edges come sorted: ``order[k]`` is the number of the k-th.
    """
    n_final = n_rest = 0
    for k in range(order.size):
        e, x, y = order[k], find(parent, one[k]), find(parent, other[k])
        if x == y:
            continue
        if x < y:
            x, y = y, x
        parent[x] = y
        # That the least way out of X is known and inside would allow to contract it, but not to pair it: the elder
        # rule compares the two minima, and X's own may change as long as something outside can still join it.
        if shared[x]:
            shared[y] = True
            rest[0, n_rest], rest[1, n_rest], rest[2, n_rest] = x, y, e
            n_rest += 1
        else:
            final[0, n_final], final[1, n_final], final[2, n_final] = x, y, e
            n_final += 1
    return final[:, :n_final], rest[:, :n_rest]
