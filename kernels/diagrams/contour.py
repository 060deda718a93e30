"""The contour tree of a field: how the components of its level sets appear, join, split and vanish.

It is made from the merge trees of the sublevel and of the superlevel sets (Carr, Snoeyink and Axen 2003, section 4).
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.kernels.topology.merge_trees import segmentation
from landsweep.kernels.topology.tree import MergeTree

MOST = 2**22
"""The tree is put together in Python, for at most so many critical points of both merge trees: about a minute."""


@dataclass(frozen=True, eq=False)
class ContourTree:
    """The contour tree of a field on a grid; vertices are C-order indices.

    Parameters
    ----------
    shape
        The grid points per axis.
    nodes, node_values
        ``(n,)`` the vertices where contours appear, join, split or vanish, ascending in (value, index); float64.
    node_down, node_up
        ``(n,)`` the numbers of contours that meet in each node from below and from above: 0 and 1 at a minimum, 1 and 0
        at a maximum, 2 and 1 where two contours join.
    arcs
        ``(n - 1, 2)`` upper and lower vertex of each arc, which is one contour that moves between them.

    Examples
    --------
    >>> import numpy as np
    >>> field = np.array([[5.1, 5.2, 5.3, 5.4, 5.5], [5.0, 1.0, 4.0, 0.0, 5.6], [6.1, 6.0, 5.9, 5.8, 5.7]])
    >>> tree = contour_tree(field)
    >>> tree.node_values.tolist(), tree.topological_index.tolist()
    ([0.0, 1.0, 4.0, 6.1], [0, 0, 1, 2])
    >>> tree.arcs.tolist()  # both minima's contours join at vertex 7, and one goes on to the maximum
    [[7, 8], [7, 6], [10, 7]]
    """

    shape: tuple[int, ...]
    nodes: np.ndarray
    node_values: np.ndarray
    node_down: np.ndarray
    node_up: np.ndarray
    arcs: np.ndarray

    @property
    def topological_index(self) -> np.ndarray:
        """``(n,)`` int8: 0 for minima, 1 for saddles where contours join, d - 1 where they split, d for maxima.

        In two dimensions these are 0, 1 and 2, which Landscaper calls topological indices. In more, saddles that change
        no number of contours are no nodes of the tree. A node that joins and splits, a degenerate saddle, counts as a
        join.
        """
        dims = sum(n > 1 for n in self.shape)
        found = np.where(self.node_down > 1, 1, np.where(self.node_up > 1, dims - 1, 0))
        return np.where(self.node_up == 0, dims, found).astype(np.int8)

    def to_networkx(self) -> Any:
        """Return the tree as a ``networkx.Graph``; nodes carry ``value`` and ``index``, the topological index."""
        import networkx as nx

        graph = nx.Graph()
        for vertex, value, index in zip(
            self.nodes.tolist(), self.node_values.tolist(), self.topological_index.tolist(), strict=True
        ):
            graph.add_node(vertex, value=value, index=index)
        graph.add_edges_from(self.arcs.tolist())
        return graph


def contour_tree(field: Any) -> ContourTree:
    """Return the contour tree of a field on Freudenthal's triangulation of a grid.

    Level sets need a space, so that the neighbourhood is no choice: it is that of the Topology ToolKit, and vertices
    are ordered by (value, index), so that ties and plateaus make arcs of length 0. A box has no hole, so its contour
    graph is a tree, which the two merge trees determine.

    Parameters
    ----------
    field
        2 to 6 axes of at least 2 points, float32 or float64, all finite.

    Raises
    ------
    ValueError
        For a line, for values that are not finite, and above :data:`MOST` critical points.
    """
    values = np.asarray(field)
    if sum(n > 1 for n in values.shape) < 2:
        raise ValueError(
            f"the field has shape {values.shape}, expected at least two axes: on a line contours are points."
        )
    if lost := int(np.count_nonzero(~np.isfinite(values))):
        raise ValueError(f"{lost} values are not finite, expected none: contours would end at the holes.")
    order = np.argsort(values.reshape(-1), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ranks = rank.reshape(values.shape).astype(np.float64)
    below, above = (segmentation(ranks, "freudenthal", negate=negate) for negate in (False, True))
    nodes = np.unique(rank[np.concatenate([below[0].nodes, above[0].nodes])])
    if len(nodes) > MOST:
        raise ValueError(f"the merge trees have {len(nodes)} nodes, expected at most {MOST}: smooth the field.")
    # From here on a node is its place in the order. `parent` leads up in one tree and down in the other.
    up = _augmented(*below, nodes, rank, order, sign=1)
    down = _augmented(*above, nodes, rank, order, sign=-1)
    return _tree(values, _merged(up, down), order[nodes])


def _augmented(
    tree: MergeTree, parts: Any, nodes: np.ndarray, rank: np.ndarray, order: np.ndarray, sign: int
) -> np.ndarray:
    """Return the parent of each node in a merge tree that has all ``nodes``, as places in them; -1 for the root.

    The nodes on one arc are a chain in their order, from the arc's lower end to below its upper end.
    """
    on = parts.arc.reshape(-1)[order[nodes]]
    chain = np.lexsort((sign * nodes, on))
    parent = np.full(len(nodes), -1)
    same = on[chain[1:]] == on[chain[:-1]]
    parent[chain[:-1][same]] = chain[1:][same]
    last = np.append(chain[:-1][~same], chain[-1:])
    ends = rank[tree.arcs[on[last], 0]]
    above = np.searchsorted(nodes, ends)
    parent[last] = np.where(above == last, -1, above)  # the root is the upper end of the arc that it is on
    return parent


def _merged(up: np.ndarray, down: np.ndarray) -> list[tuple[int, int]]:
    """Return the edges (upper, lower) of the contour tree over all nodes, from the parents in both merge trees.

    A node without children in one tree and with one in the other is a leaf of the contour tree, and its arc leads to
    its parent in the first. It is taken away from both: where it has one child, this becomes its parent's.
    """
    parents = (up.tolist(), down.tolist())
    children: tuple[dict[int, set[int]], dict[int, set[int]]] = (defaultdict(set), defaultdict(set))
    for own, of in zip(parents, children, strict=True):
        for node, parent in enumerate(own):
            if parent >= 0:
                of[parent].add(node)

    def leaf_of(node: int) -> int:
        counts = len(children[0][node]), len(children[1][node])
        return counts.index(0) if sorted(counts) == [0, 1] else -1

    queue = deque(node for node in range(len(up)) if leaf_of(node) >= 0)
    gone = [False] * len(up)
    edges: list[tuple[int, int]] = []
    while len(edges) < len(up) - 1:
        node = queue.popleft()
        if gone[node] or (side := leaf_of(node)) < 0:
            continue
        end, other = parents[side][node], 1 - side
        gone[node] = True
        edges.append((end, node) if side == 0 else (node, end))
        children[side][end].discard(node)
        (child,) = children[other][node]
        parent = parents[other][node]
        parents[other][child] = parent
        if parent >= 0:
            children[other][parent].discard(node)
            children[other][parent].add(child)
        if leaf_of(end) >= 0:
            queue.append(end)
    return edges


def _tree(values: np.ndarray, edges: list[tuple[int, int]], vertices: np.ndarray) -> ContourTree:
    """Return the tree without regular nodes, which have one contour below and one above."""
    below: dict[int, list[int]] = defaultdict(list)
    above: dict[int, list[int]] = defaultdict(list)
    for upper, lower in edges:
        below[upper].append(lower)
        above[lower].append(upper)
    kept = [node for node in range(len(vertices)) if (len(below[node]), len(above[node])) != (1, 1)]
    critical = set(kept)
    arcs = []
    for lower in kept:
        for upper in sorted(above[lower]):
            while upper not in critical:
                (upper,) = above[upper]
            arcs.append((upper, lower))
    arcs.sort()
    nodes = vertices[kept]
    return ContourTree(
        values.shape,
        nodes,
        values.reshape(-1)[nodes].astype(np.float64),
        np.array([len(below[node]) for node in kept]),
        np.array([len(above[node]) for node in kept]),
        vertices[np.array(arcs, dtype=np.int64).reshape(-1, 2)],
    )
