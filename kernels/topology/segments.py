"""The segmentation of a field: the basin, arc and branch of each vertex, their sizes, and what meets on the border.

A join of branches lies on the border of the grid if border vertices of its level suffice to connect two of them. So the
second pass over the field, which knows the arc of each vertex, collects which of these vertices are neighbours of one
another and of which arcs; what that connects is found once, for the whole grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.blocks import Blocks, Box, box_shape, inside
from landsweep.kernels.geometry.connectivity import offsets
from landsweep.kernels.geometry.stencil import row_parts, share
from landsweep.kernels.topology.ladder import Ladder, climb, climb_all, ladder
from landsweep.kernels.topology.tree import MergeTree

Near = Callable[[np.ndarray], Iterator[tuple[np.ndarray, np.ndarray]]]
"""A function of this type yields the neighbours of some vertices, in pairs of (neighbour, vertex)."""
NO_LINKS = np.empty((0, 2), np.int64)
SLAB = 2**20
"""Neighbours are looked up for so many vertices at a time that their coordinates are about this many numbers."""


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
    steps: Ladder | None = None,
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
    steps
        The ladder of the tree, where it is known.
    """
    shape = shape or values.shape
    if rows is None or bases is None:
        rows = bases = np.arange(0, values.size, shape[-1])
    f, steps = values.reshape(-1), steps or ladder(tree)
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


def border_volume(values: np.ndarray, label: np.ndarray, births: np.ndarray, border: np.ndarray) -> np.ndarray:
    """Return how many vertices of each label are on the border of the grid and as low as the minimum they drain into.

    As steepest descent never rises, these are connected to their minimum at its own level: they are the part of its
    plateau that lies on the border.

    Parameters
    ----------
    values, label
        As in :func:`segment`.
    births
        The value of the minimum of each label, NaN for one that is of no interest.
    border
        The C-order indices into ``values`` of the vertices on the border of the grid that are to be counted.
    """
    found = ~label[border]
    return np.bincount(found[values.reshape(-1)[border] == births[found]], minlength=len(births))


def near_in_box(blocks: Blocks, box: Box, owned: Box, connectivity: str) -> Near:
    """Return the function that yields the neighbours, among those that are ``owned``, of vertices of a box."""
    mine = np.zeros(box_shape(box), bool)
    mine[inside(owned, box)] = True

    def near(places: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        size = max(1, SLAB // offsets(connectivity, mine.ndim).size)
        for k in range(0, len(places), size):
            u, v = blocks.neighbours(box, places[k : k + size], connectivity)
            owns = mine.reshape(-1)[u]
            yield u[owns], v[owns]

    return near


def near_in_graph(edges: np.ndarray, places: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the neighbours of vertices of a graph; see :data:`Near`."""
    for u, v in (edges.T, edges[:, ::-1].T):
        wanted = np.isin(v, places)
        yield u[wanted], v[wanted]


class JoinLevels(NamedTuple):
    """The levels at which branches of a tree meet, in the order of f, or of -f if it is negated.

    Parameters
    ----------
    joins
        All of them, ascending, and NaN. At a level where all pairs have persistence 0 no branches meet.
    upper
        ``(a + 1,)`` the level of the saddle in which each arc ends; NaN for an arc that ends in none, and at last.
    """

    joins: np.ndarray
    upper: np.ndarray


def join_levels(tree: MergeTree) -> JoinLevels:
    """Return the levels at which the branches of a tree meet."""
    sign = -1.0 if tree.negate else 1.0
    upper = np.append(sign * tree.upper_values, np.nan)
    upper[len(tree.pairs) + len(tree.saddles) :] = np.nan  # so many arcs end in a saddle
    return JoinLevels(np.append(np.unique(sign * tree.pair_values[tree.lifetimes > 0, 1]), np.nan), upper)


def border_links(
    levels: JoinLevels,
    values: np.ndarray,
    label: np.ndarray,
    branch_of: np.ndarray,
    border: np.ndarray,
    near: Near,
    steps: Callable[[], Ladder],
    vertices: Callable[[np.ndarray], np.ndarray] = lambda places: places,
) -> np.ndarray:
    """Return what is connected on the border of the grid at the levels where branches meet.

    Parameters
    ----------
    levels
        Those of the tree of the whole grid.
    values, label, branch_of
        As in :func:`segment`.
    border
        ``(n,)`` whether each vertex is on the border of the grid.
    near
        The function that yields the neighbours of some vertices, in pairs of (neighbour, vertex); labels of vertices
        that it does not yield mean nothing.
    steps
        The function that returns the ladder of the tree; it is called where there is something to look up.
    vertices
        The function from C-order indices into ``values`` to the vertices of the grid.

    Returns
    -------
    ndarray
        ``(r, 2)`` int64, rows of two nodes, some more than once. Of a arcs, node i < a is the component of the sublevel
        set just below the upper end of arc i; node a + v is the vertex v, on the border and at the level of a saddle.
    """
    f, count, found = values.reshape(-1), len(levels.upper) - 1, [NO_LINKS]
    places = np.flatnonzero(border)
    places = places[levels.joins[np.searchsorted(levels.joins, f[places])] == f[places]]
    for u, v in near(places):
        level = f[v].astype(np.float64)
        flat, below = border[u] & (f[u] == f[v]), np.flatnonzero(f[u] < f[v])
        arc = climb_all(branch_of[~label[u[below]]], level[below], np.full(len(below), -1), steps())
        meets = levels.upper[arc] == level[below]
        ends = np.append(count + vertices(u[flat]), arc[meets])
        at = count + vertices(np.append(v[flat], v[below[meets]]))
        found.append(contract_links(np.stack([ends, at], axis=1)))  # there are many more neighbours than vertices
    return np.concatenate(found)


def plain_links(
    tree: MergeTree, levels: JoinLevels, values: np.ndarray, border: np.ndarray, near: Near
) -> tuple[np.ndarray, JoinLevels]:
    """Return the links at saddles without ties, and the levels that are left for :func:`border_links`.

    A saddle on the border connects all arcs that end in it if it is alone at its level and no neighbour has its value.
    Most fields have no other saddles, and then no arc needs to be looked up. All neighbours of a vertex must be known.
    """
    if not len(tree.saddles):
        return NO_LINKS, levels
    f, sign, count = values.reshape(-1), -1.0 if tree.negate else 1.0, len(tree.arcs)
    level = sign * tree.node_values[len(tree.minima) :][: len(tree.saddles)]  # ascending
    new = np.concatenate([[True], level[1:] != level[:-1], [True]])
    vertex = tree.saddles[new[:-1] & new[1:]]
    plain = np.zeros(f.size, bool)
    plain[vertex[border[vertex]]] = True
    for u, v in near(np.flatnonzero(plain)):
        plain[v[f[u] == f[v]]] = False
    arcs = np.flatnonzero(plain[tree.arcs[: len(tree.pairs) + len(tree.saddles), 0]])
    links = np.stack([arcs, count + tree.arcs[arcs, 0]], axis=1)
    left = np.setdiff1d(levels.joins[:-1], f[plain].astype(np.float64), assume_unique=True)
    return links, JoinLevels(np.append(left, np.nan), levels.upper)


def contract_links(links: np.ndarray, keeps: Callable[[np.ndarray], np.ndarray] | None = None) -> np.ndarray:
    """Return few links that connect the same nodes, or the same of those that ``keeps``, to the least of each part."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(links):
        return links
    nodes, ends = np.unique(links, return_inverse=True)
    graph = coo_array((np.ones(len(links), bool), tuple(ends.reshape(links.shape).T)), (len(nodes),) * 2)
    _, part = connected_components(graph, directed=False)
    if keeps is not None:
        nodes, part = (found[keeps(nodes)] for found in (nodes, part))
    _, first, back = np.unique(part, return_index=True, return_inverse=True)  # the first is the least
    links = np.stack([nodes[first][back], nodes], axis=1)
    return links[links[:, 0] != links[:, 1]]


def border_class(tree: MergeTree, links: np.ndarray) -> np.ndarray:
    """Return :attr:`MergeTree.border_class`, given all links of :func:`border_links`."""
    found = np.arange(len(tree.arcs))
    least, arc = contract_links(links, lambda nodes: nodes < len(found)).T
    found[arc] = least
    return found


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
