"""The Topology ToolKit as an engine: its FTM merge tree of a block, turned into the same basins as the native engine's.

The toolkit itself is called elsewhere (:mod:`landsweep.distributed.toolkit`), in a process of its own; here is what is
made of its output (Gueunet et al. 2019, FTM; Tierny et al. 2018, TTK). The toolkit gets the rank of each vertex in
the order (value, index) instead of its value, so that its treatment of NaN, infinities, ties and single precision does
not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.geometry.order import ascending, inverse
from landsweep.kernels.geometry.stencil import id_type
from landsweep.kernels.geometry.triangulation import MOST_SIMPLICES, can_do, too_many
from landsweep.kernels.topology.basin_graph import block_graph, contract
from landsweep.kernels.topology.basins import Basins, graph_basins, grid_basins
from landsweep.kernels.topology.nodes import DEGENERATE, MINIMUM, SADDLE

Filter = Callable[[np.ndarray, "tuple[int, ...] | np.ndarray"], Mapping[str, np.ndarray]]
"""A function of this type returns the arrays of the toolkit's join tree, as :func:`basins_of_tree` takes them, of the
ranks ``(n,)`` of vertices on a grid of some shape, or on a graph with some edges ``(e, 2)``."""


class EngineError(ValueError):
    """The toolkit gave no tree, or one that is not the field's; a ValueError, so that all ranks of a group get it."""


@dataclass(frozen=True)
class Difference:
    """The merges in which two trees of one field differ.

    Parameters
    ----------
    number
        How many minima end elsewhere, or are minima of one tree only.
    vertex
        The minimum of the lowest of these merges.
    native, toolkit
        The saddle where each tree lets it end; -1 where it does not end, -2 where it is no minimum.
    """

    number: int
    vertex: int
    native: int
    toolkit: int


def basins_of_tree(raw: Mapping[str, np.ndarray]) -> Basins:
    """Return basins whose graph has the components of a join tree from TTK's ``ttkMergeTree``.

    Every saddle joins one minimum from below each of its lower arcs. A vertex belongs to a minimum below its arc, with
    which it is connected at its own level. This need not be the minimum in which its steepest descent ends, but it is
    all that a union of blocks needs.

    Parameters
    ----------
    raw
        Output arrays of the filter (join tree, FTM, segmentation on): ``node_id``, ``node_vertex_id``,
        ``node_critical_type`` per node; ``arc_up_node_id``, ``arc_down_node_id``, ``arc_segmentation_id`` per arc;
        ``vertex_segmentation_id`` per vertex.

    Raises
    ------
    ValueError
        Where the arrays do not describe a tree.
    """
    ids, vertex, kind = (np.asarray(raw[f"node_{n}"]).astype(np.int64) for n in ("id", "vertex_id", "critical_type"))
    up, down = (np.asarray(raw[f"arc_{n}_node_id"]).astype(np.int64) for n in ("up", "down"))
    segment, owner = (np.asarray(raw[f"{n}_segmentation_id"]).astype(np.int64) for n in ("arc", "vertex"))
    if len(up) != len(ids) - 1 or not len(ids):
        raise ValueError(f"TTK gave no tree: got {len(ids)} nodes, {len(up)} arcs, expected one arc fewer than nodes.")
    if not 0 <= vertex.min() <= vertex.max() < len(owner):
        raise ValueError(
            f"TTK gave nodes at no vertex: got {vertex.min()} to {vertex.max()}, expected 0 to {len(owner) - 1}."
        )
    place = np.full(ids.max() + 1, -1)
    place[ids] = np.arange(len(ids))
    up, down = place[up], place[down]
    minima = np.sort(vertex[kind == MINIMUM])
    below = np.full(len(ids), -1)  # a minimum from under each node
    below[kind == MINIMUM] = np.searchsorted(minima, vertex[kind == MINIMUM])
    arcs = np.argsort(up, kind="stable")
    starts = np.searchsorted(up[arcs], np.arange(len(ids) + 1))
    for node in _upwards(up, down, len(ids)):
        under = arcs[starts[node] : starts[node + 1]]
        if len(under):
            below[node] = below[down[under[0]]]
    joins = np.flatnonzero((kind == SADDLE) | (kind == DEGENERATE))
    first = np.repeat(starts[joins], starts[joins + 1] - starts[joins] - 1)
    other = np.concatenate([arcs[starts[n] + 1 : starts[n + 1]] for n in joins]) if len(joins) else arcs[:0]
    ends = np.stack([below[down[arcs[first]]], below[down[other]]])
    of_arc = np.full(max(segment.max(initial=-1), owner.max(initial=-1)) + 1, -1)
    of_arc[segment] = below[down]
    label = np.where(owner < 0, -1, of_arc[owner]) if len(segment) else np.zeros(len(owner), np.int64)
    if (label < 0).any() or (below < 0).any():
        raise ValueError("TTK gave an incomplete tree: got vertices in no arc, expected each vertex in one.")
    size = id_type(len(owner))
    return Basins(minima, ~label.astype(size), ends.astype(size), vertex[up[other]].astype(size))


def _upwards(up: np.ndarray, down: np.ndarray, count: int) -> list[int]:
    """Return the nodes, each after all nodes below it."""
    waiting = np.bincount(up, minlength=count)
    parent = np.full(count, -1)
    parent[down] = up
    order = np.flatnonzero(waiting == 0).tolist()
    for node in order:
        above = parent[node]
        if above >= 0:
            waiting[above] -= 1
            if not waiting[above]:
                order.append(int(above))
    return order


def ttk_basins(values: np.ndarray, connectivity: str, threads: int = 1, *, run: Filter) -> Basins:
    """Return the basins of a block by TTK where it can make them (:func:`can_do`), by the native engine otherwise.

    Parameters are those of :func:`landsweep.kernels.topology.basins.grid_basins`, and the function that runs the
    toolkit; ``threads`` are for the native engine.

    Raises
    ------
    EngineError
        Where TTK made no tree, or its merges are not those of the native engine, which are always computed too (in
        2 to 8 % of the time).
    """
    native = grid_basins(values, connectivity, threads)
    if not can_do(values.shape, connectivity):
        return native
    ranks = _ranks(values.reshape(-1))
    basins = _by_toolkit(ranks, values.shape, run)
    _refuse(_difference(ranks, basins, native, values.shape))
    return basins


def ttk_graph_basins(values: np.ndarray, edges: np.ndarray, *, run: Filter) -> Basins:
    """Return the basins of a graph by TTK; parameters as of ``graph_basins``, errors as above."""
    ranks = _ranks(values)
    basins = _by_toolkit_of_graph(ranks, edges, run)
    _refuse(_difference(ranks, basins, graph_basins(values, np.ascontiguousarray(edges, np.int64))))
    return basins


def compare(values: np.ndarray, connectivity: str, threads: int = 1, *, run: Filter) -> Difference | None:
    """Return where the merges of a block by TTK, which can make them, are not the native engine's; None: nowhere.

    Raises
    ------
    EngineError
        Where TTK made no tree.
    """
    ranks = _ranks(values.reshape(-1))
    native = grid_basins(values, connectivity, threads)
    return _difference(ranks, _by_toolkit(ranks, values.shape, run), native, values.shape)


def compare_graph(values: np.ndarray, edges: np.ndarray, *, run: Filter) -> Difference | None:
    """Return the same for a graph."""
    ranks = _ranks(values)
    native = graph_basins(values, np.ascontiguousarray(edges, np.int64))
    return _difference(ranks, _by_toolkit_of_graph(ranks, edges, run), native)


def _by_toolkit(ranks: np.ndarray, shape: tuple[int, ...], run: Filter) -> Basins:
    if many := too_many(shape):
        raise EngineError(
            f"TTK cannot number the simplices of a block: got {many}, expected at most {MOST_SIMPLICES:,}: use smaller "
            "blocks, or topology.engine: native."
        )
    return _checked(run(ranks, shape))


def _by_toolkit_of_graph(ranks: np.ndarray, edges: np.ndarray, run: Filter) -> Basins:
    """Return the basins of a graph by the toolkit, to which two vertices are added.

    FTM needs a connected input and a greatest vertex that is no saddle. So one more vertex above all others joins the
    components, and another one above it is the greatest. What these two add is dropped again.
    """
    n = len(ranks)
    if len(edges) + n + 1 > MOST_SIMPLICES:
        raise EngineError(
            f"TTK cannot number the edges of a graph: got {len(edges) + n + 1:,} with those that join its components, "
            f"expected at most {MOST_SIMPLICES:,}: use topology.engine: native."
        )
    top = np.append(np.stack([np.arange(n), np.full(n, n)], axis=1), [[n, n + 1]], axis=0)
    found = _checked(run(np.append(ranks, [float(n), float(n + 1)]), np.concatenate([edges, top])))
    real = found.upper < n
    return Basins(found.minima, found.label[:n], np.ascontiguousarray(found.ends[:, real]), found.upper[real])


def _ranks(values: np.ndarray) -> np.ndarray:
    ranks = np.empty(values.size)
    ranks[ascending(values, np.arange(values.size))] = np.arange(values.size)
    return ranks


def _checked(raw: Mapping[str, np.ndarray]) -> Basins:
    try:
        return basins_of_tree(raw)
    except (ValueError, IndexError) as error:
        raise EngineError(f"{str(error).rstrip('.')}: use topology.engine: native, which needs no TTK.") from error


def _refuse(found: Difference | None) -> None:
    """Raise EngineError for a tree of another field.

    Minima alone are not enough: a tree of another triangulation can have the same ones.
    """
    if found is not None:
        raise EngineError(
            f"TTK gave another field's tree: got {found.number} merges that differ from the native engine's, the "
            f"lowest that of the minimum at vertex {found.vertex} of the block, expected none: use topology.engine: "
            "native, or both to see where they differ."
        )


def _difference(ranks: np.ndarray, basins: Basins, native: Basins, shape: tuple[int, ...] = ()) -> Difference | None:
    """Return where the merges of the toolkit's basins are not those of the native engine's, None where all agree.

    On a grid of some shape an EngineError is raised where these agree, but vertices on the border of the block, by
    which blocks are joined, are not connected with the minimum of their basin at their own level.
    """
    try:
        minima, saddles, _ = _merges(ranks, basins)
    except (ValueError, IndexError) as error:
        raise EngineError(
            f"TTK gave a tree that cannot be merged ({error}): use topology.engine: native, which needs no TTK."
        ) from error
    expected, ends, elder = _merges(ranks, native)
    if np.array_equal(minima, expected) and np.array_equal(saddles, ends):
        border = _border(shape)
        level = np.where(ends >= 0, ranks[ends], np.inf)
        ours, theirs = (
            _component(np.searchsorted(expected, b.minima[b.of(border)]), ranks[border], level, elder)
            for b in (native, basins)
        )
        if stray := int(np.count_nonzero(ours != theirs)):
            raise EngineError(
                f"TTK gave another field's segmentation: got {stray} vertices on the border of the block in arcs with "
                "which they are not connected, expected none: use topology.engine: native."
            )
        return None
    vertices = np.union1d(minima, expected)
    ours, theirs = _looked_up(vertices, expected, ends), _looked_up(vertices, minima, saddles)
    differ = np.flatnonzero(ours != theirs)
    lowest = [np.where(s >= 0, ranks[s], np.inf) for s in (ours[differ], theirs[differ])]
    first = differ[np.lexsort((ranks[vertices[differ]], np.minimum(*lowest)))[0]]
    return Difference(len(differ), int(vertices[first]), int(ours[first]), int(theirs[first]))


def _looked_up(vertices: np.ndarray, minima: np.ndarray, saddles: np.ndarray) -> np.ndarray:
    """Return the saddle of each vertex, -2 for one that is none of the minima, which are sorted."""
    found = np.full(len(vertices), -2)
    found[np.searchsorted(vertices, minima)] = saddles
    return found


def _merges(ranks: np.ndarray, basins: Basins) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the minima of all basins, ascending, the saddle where each of them ends, and the elder that it joins.

    The saddle is -1 for a minimum that does not end. The elder is an index into the minima, its own for such a one.
    """
    whole = Blocks(ranks.shape, ranks.shape)
    _, merges = contract(block_graph(ranks, basins, whole, 0, "face"))
    order = np.argsort(merges.vertex)
    place = inverse(order)
    ends, elder = np.full(len(order), -1), np.arange(len(order))
    ends[place[merges.ends[0]]] = merges.upper
    elder[place[merges.ends[0]]] = place[merges.ends[1]]
    return merges.vertex[order].astype(np.int64), ends, elder


def _component(of: np.ndarray, at: np.ndarray, level: np.ndarray, elder: np.ndarray) -> np.ndarray:
    """Return the eldest minimum of the component in which each of the minima ``of`` lies at the rank ``at``."""
    of = of.copy()
    while (joined := level[of] <= at).any():
        of[joined] = elder[of[joined]]
    return of


def _border(shape: tuple[int, ...]) -> np.ndarray:
    """Return the vertices on the border of a grid, none of an empty shape."""
    inner = np.zeros(shape, bool)
    inner[tuple(slice(1, -1) for _ in shape)] = True
    return np.flatnonzero(~inner) if shape else np.empty(0, np.int64)
