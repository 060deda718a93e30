"""Merge tree and 0-dimensional persistence of the sublevel sets of a scalar field, exact in any dimension.

Vertices are ordered by (value, C-order index), so plateaus and ties need no perturbation. There are three steps: find
the basins of steepest descent and where they touch (:mod:`landsweep.kernels.topology.basins`), find a minimum spanning
forest of the basins (:mod:`landsweep.kernels.topology.basin_graph`), and make the tree from the merges of that forest
(:mod:`landsweep.kernels.topology.grow`). This module runs them on one array; :mod:`landsweep.distributed.reduction`
runs them on the blocks of a larger one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.geometry.connectivity import default_connectivity, periodic_axes
from landsweep.kernels.geometry.stencil import row_parts, share
from landsweep.kernels.topology.basin_graph import BasinGraph, block_graph, contract
from landsweep.kernels.topology.basins import Basins, basin_volumes, graph_basins, grid_basins
from landsweep.kernels.topology.grow import grow
from landsweep.kernels.topology.ladder import Ladder, ladder
from landsweep.kernels.topology.segments import (
    Near,
    Segmentation,
    border_class,
    border_links,
    border_volume,
    branches,
    join_levels,
    near_in_box,
    near_in_graph,
    plain_links,
    segment,
)
from landsweep.kernels.topology.tree import MergeTree

GraphEngine = Callable[[np.ndarray, np.ndarray], Basins]
"""A function of this type finds the basins of values ``(n,)`` on a graph with edges ``(e, 2)``."""

Steps = Callable[[], Ladder]
"""A function of this type returns the ladder of a tree, which is made when it is first asked for."""

CHUNK = 1 << 18
"""The values are scanned in chunks of this many vertices, which stay in the third-level cache."""

NAN_IN_ZARR_3 = "AAAAAAAA+H8="
"""This is how xarray writes the attribute ``_FillValue`` of floats, NaN by default: eight bytes in Base64."""


@dataclass(frozen=True)
class Survey:
    """The result of one pass over the values: how many are not finite, the finite range, and the greatest vertex."""

    n_nonfinite: int
    low: float
    high: float
    greatest: int
    greatest_value: float

    @classmethod
    def nothing(cls) -> Survey:
        """Return the survey of an empty set of vertices."""
        return cls(0, np.inf, -np.inf, -1, -np.inf)

    def join(self, other: Survey) -> Survey:
        """Return the survey of the vertices of this survey and the other one together."""
        later = (other.greatest_value, other.greatest) > (self.greatest_value, self.greatest)
        last = other if later else self
        return Survey(
            self.n_nonfinite + other.n_nonfinite,
            min(self.low, other.low),
            max(self.high, other.high),
            last.greatest,
            last.greatest_value,
        )

    def values_range(self, negate: bool) -> tuple[float, float]:
        """Return the finite range of the field; ValueError where it has no finite value."""
        if self.low > self.high:
            raise ValueError(
                f"field has no merge tree: got {self.n_nonfinite} values, none finite, expected a finite value."
            )
        return (-self.high, -self.low) if negate else (self.low, self.high)


def merge_tree(
    field: np.ndarray,
    connectivity: str | None = None,
    *,
    negate: bool = False,
    volumes: bool = False,
    threads: int = 1,
    periodic: Sequence[int] | bool = (),
) -> MergeTree:
    """Return the merge tree of the sublevel sets {f <= t} of a field on a grid.

    NaN and infinities of either sign count as +inf, also in the negated field; -0.0 equals 0.0. The tree depends only
    on the order of the values, so that float32 and float64 arrays of the same numbers have the same tree.

    Parameters
    ----------
    field
        The values, an array with 1 to 6 axes and any strides, which is not modified. float32 and float64 are used as
        they are, any other real dtype is converted to float64. Masked entries of a masked array count as NaN.
    connectivity
        ``face``, ``freudenthal`` or ``moore``; None for
        :func:`~landsweep.kernels.geometry.connectivity.default_connectivity`.
    negate
        Whether to return the tree of the superlevel sets {f >= t}: the tree of -f, whose minima are the maxima of f.
    volumes
        Whether to count the vertices of every arc as well, which takes up to three times as long as the tree.
    threads
        The number of threads that share the rows; the result does not depend on it.
    periodic
        The axes along which the last point is followed by the first, or True for all: see
        :func:`landsweep.kernels.geometry.connectivity.periodic_axes`. It takes 1.3 to 6 times as long.

    Raises
    ------
    ValueError
        For an unknown connectivity, a number of axes outside 1 to 6, a dtype without an order, a field without a
        finite value, or a periodic axis of fewer than 3 points.

    Examples
    --------
    A field on a line with minima at vertices 1 and 3, which meet at vertex 2:

    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0]))
    >>> tree
    MergeTree(5, moore: 2 minima, 1 pairs, 1 saddles)
    >>> tree.pairs.tolist(), tree.lifetimes.tolist()
    ([[3, 2]], [2.0])

    Which points are neighbours changes the count: here two minima lie diagonally beside one another.

    >>> field = np.array([[9.0, 0.0], [1.0, 8.0]])
    >>> [len(merge_tree(field, connectivity).minima) for connectivity in ("face", "moore")]
    [2, 1]

    Around a periodic axis the two ends are neighbours, so that the minima of this ring meet there:

    >>> ring = np.array([0.0, 3.0, 4.0, 3.0, 1.0])
    >>> merge_tree(ring).pairs.tolist(), merge_tree(ring, periodic=[0]).pairs.tolist()
    ([[4, 2]], [])
    """
    values, basins, tree, steps = _grid_tree(field, connectivity, negate, threads, periodic)
    if not volumes:
        return tree
    found = segment(tree, values, basins.label, branches(tree, basins.minima), threads=threads, steps=steps())
    return replace(tree, arc_volume=found.arc_volume)


def _grid_tree(
    field: np.ndarray, connectivity: str | None, negate: bool, threads: int, periodic: Sequence[int] | bool
) -> tuple[np.ndarray, Basins, MergeTree, Steps]:
    around = periodic_axes(periodic, np.shape(field))
    connectivity = connectivity or default_connectivity(np.ndim(field))
    values, survey = ordered(field, negate, threads)
    basins = grid_basins(values, connectivity, threads, periodic=around)
    # Basins know of periodic axes, so no vertex is shared with anything.
    graph = block_graph(values, basins, Blocks(values.shape, values.shape), 0, connectivity)
    tree = _grow_whole(graph, values.shape, connectivity, negate, survey, periodic=around)
    whole = Blocks(values.shape, values.shape, around)
    near = near_in_box(whole, whole.owned(0), whole.owned(0), connectivity)
    steps = cache(lambda: ladder(tree))
    return values, basins, _with_basins(_with_border(tree, values, basins, near, steps), basins, threads), steps


def graph_merge_tree(
    values: np.ndarray,
    edges: np.ndarray,
    *,
    negate: bool = False,
    volumes: bool = False,
    engine: GraphEngine = graph_basins,
    shape: tuple[int, ...] = (),
) -> MergeTree:
    """Return the merge tree of the sublevel sets of values on the vertices of a graph.

    Parameters
    ----------
    values
        ``(n,)`` the value of each vertex; dtypes and non-finite values are treated as in :func:`merge_tree`.
    edges
        ``(e, 2)`` integers, the two vertices of each undirected edge; loops and repeated edges do no harm. The tree of
        a graph that is not connected has one root per component.
    negate, volumes
        As in :func:`merge_tree`.
    engine
        The function that finds the basins, such as :func:`landsweep.kernels.topology.ttk.ttk_graph_basins`; the tree
        does not depend on it.
    shape
        The shape of the grid whose points the vertices are, in C order, if they are: which of them lie on its border.

    Raises
    ------
    ValueError
        For values of another shape, of a dtype without an order, or without a finite value; for edges of another shape
        or dtype, or with vertices out of range; and for a shape of another number of points.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import graph_merge_tree
    >>> graph_merge_tree(np.array([0.0, 3.0, 1.0]), np.array([[0, 1], [1, 2]])).pairs.tolist()
    [[2, 1]]
    """
    f, basins, tree = _graph_tree(values, edges, negate, engine, shape)
    if not volumes:
        return tree
    found = segment(tree, f, basins.label, branches(tree, basins.minima))
    return replace(tree, arc_volume=found.arc_volume)


def graph_segmentation(
    values: np.ndarray,
    edges: np.ndarray,
    *,
    negate: bool = False,
    engine: GraphEngine = graph_basins,
    shape: tuple[int, ...] = (),
) -> tuple[MergeTree, Segmentation]:
    """Return a graph's merge tree, and the basin and the arc of every vertex; see :func:`graph_merge_tree`."""
    f, basins, tree = _graph_tree(values, edges, negate, engine, shape)
    found = segment(tree, f, basins.label, branches(tree, basins.minima), write=True)
    return replace(tree, arc_volume=found.arc_volume), found


def _graph_tree(
    values: np.ndarray, edges: np.ndarray, negate: bool, engine: GraphEngine, shape: tuple[int, ...]
) -> tuple[np.ndarray, Basins, MergeTree]:
    if np.ndim(values) != 1:
        raise ValueError(f"values of a graph have one axis: got shape {np.shape(values)}, expected (n,).")
    if shape and math.prod(shape) != len(values):
        raise ValueError(f"values do not fill the grid: got {len(values)} of them, expected the points of {shape}.")
    edges = np.asarray(edges)
    if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
        raise ValueError(f"edges are no list of vertices: got {edges.dtype} {edges.shape}, expected integers (e, 2).")
    if edges.size and not 0 <= edges.min() <= edges.max() < len(values):
        raise ValueError(
            f"edges name vertices that do not exist: got {edges.min()} to {edges.max()}, "
            f"expected 0 to {len(values) - 1}."
        )
    f, survey = ordered(values, negate)
    edges = np.ascontiguousarray(edges, dtype=np.int64)
    found = engine(f, edges)
    graph = block_graph(f, found, Blocks(f.shape, f.shape), 0, "face")
    # Volumes are of steepest descent, which another engine's basins need not be.
    basins = found if engine is graph_basins else graph_basins(f, edges)
    tree = _with_basins(_grow_whole(graph, shape or f.shape, "graph", negate, survey, f, edges), basins)
    if shape:
        tree = _with_border(tree, f, basins, partial(near_in_graph, edges), lambda: ladder(tree))
    return f, basins, tree


def ordered(field: np.ndarray, negate: bool, threads: int = 1) -> tuple[np.ndarray, Survey]:
    """Return the values in the form in which they are ordered (C-contiguous, +inf where not finite), and their survey.

    The field itself is returned where it has this form already, otherwise a copy.

    Raises
    ------
    ValueError
        For a dtype without an order, a field without a vertex, values that float64 rounds, and an array whose
        attributes say that its numbers are codes (such as one of Zarr or HDF5 that xarray has packed).
    """
    _refuse_codes(field)
    if isinstance(field, np.ma.MaskedArray):  # of integers too: what is masked is not finite
        field = np.ma.filled(field.astype(field.dtype if field.dtype.kind == "f" else np.float64), np.nan)
    field = np.asarray(field)
    if field.dtype.kind not in "biuf":
        raise ValueError(f"field has no order: got dtype {field.dtype}, expected real numbers.")
    if not field.size:
        raise ValueError(f"field has no merge tree: got shape {field.shape}, expected at least one vertex.")
    if field.dtype not in (np.float32, np.float64) or not field.dtype.isnative:
        exact = field
        field = field.astype(np.float64 if field.dtype.kind != "f" or field.itemsize != 4 else np.float32)
        if exact.itemsize >= 8 and exact.dtype.newbyteorder("=") != np.float64:
            _refuse_rounded(exact, field)
    values = np.ascontiguousarray(-field if negate else field).reshape(field.shape)
    flat = values.reshape(-1)
    chunks = range(-(-flat.size // CHUNK))
    parts = share(row_parts(len(chunks), threads), lambda a, b: np.array([_extremes(flat, i) for i in chunks[a:b]]))
    least, most = np.concatenate(parts).T
    n_nonfinite, low, high = 0, least.min(), most.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN is both the least and the greatest
        finite = np.isfinite(flat)
        n_nonfinite = flat.size - int(np.count_nonzero(finite))
        low, high = flat.min(where=finite, initial=np.inf), flat.max(where=finite, initial=-np.inf)
        flat = np.where(finite, flat, flat.dtype.type(np.inf))
        most = np.array([_extremes(flat, i)[1] for i in chunks])
    last = int(np.flatnonzero(most == most.max())[-1]) * CHUNK
    greatest = last + int(np.flatnonzero(flat[last : last + CHUNK] == most.max())[-1])
    survey = Survey(n_nonfinite, float(low), float(high), greatest, float(flat[greatest]))
    return flat.reshape(field.shape), survey


def _refuse_codes(field: Any) -> None:
    """Raise ValueError where attributes of the CF conventions have not been applied: codes and masks are no values."""
    attributes = getattr(field, "attrs", None)
    if not isinstance(attributes, Mapping):
        return
    scaled = {name: attributes[name] for name in ("scale_factor", "add_offset") if name in attributes}
    masks = {name: attributes[name] for name in ("_FillValue", "missing_value") if name in attributes}
    found = [*scaled, *(name for name, value in masks.items() if not _is_nan(value))]
    if found:
        raise ValueError(
            f"field holds codes, not values: got an array whose attributes {', '.join(found)} have not been applied, "
            "expected values, such as xarray.open_zarr and xarray.open_dataset give."
        )


def _is_nan(mask: Any) -> bool:
    if isinstance(mask, str):
        return mask == NAN_IN_ZARR_3
    return bool(np.all(mask != mask))


def _refuse_rounded(exact: np.ndarray, field: np.ndarray) -> None:
    """Raise ValueError where different values (64-bit integers, longdouble) may have become equal in float64."""
    same = np.abs(field).max() <= 2.0**53 if exact.dtype.kind in "iu" else np.array_equal(exact, field, equal_nan=True)
    if not same:
        raise ValueError(
            f"field cannot be ordered exactly: got {exact.dtype} values that float64 rounds, expected numbers that "
            "float64 holds, such as integers up to 2^53."
        )


def _extremes(flat: np.ndarray, chunk: int) -> tuple[float, float]:
    part = flat[chunk * CHUNK : (chunk + 1) * CHUNK]
    return part.min(), part.max()


def _grow_whole(
    graph: BasinGraph,
    shape: tuple[int, ...],
    connectivity: str,
    negate: bool,
    survey: Survey,
    values: np.ndarray | None = None,
    edges: np.ndarray | None = None,
    periodic: tuple[int, ...] = (),
) -> MergeTree:
    """Return the tree of a whole graph; the greatest vertex of each component is found only if ``edges`` are given."""
    value_range = survey.values_range(negate)
    _, merges = contract(graph)
    greatest, greatest_value = np.array([survey.greatest]), np.array([survey.greatest_value])
    if values is not None and edges is not None:
        greatest = _greatest_of_components(values, edges, np.delete(merges.vertex, merges.ends[0]))
        greatest_value = values[greatest]
    return grow(
        merges,
        greatest,
        greatest_value,
        make=partial(MergeTree, periodic=periodic),
        shape=shape,
        connectivity=connectivity,
        negate=negate,
        n_nonfinite=survey.n_nonfinite,
        value_range=value_range,
    )


def _greatest_of_components(values: np.ndarray, edges: np.ndarray, roots: np.ndarray) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(values)
    _, component = connected_components(coo_array((np.ones(len(edges), bool), edges.T), (n, n)), directed=False)
    order = np.lexsort((np.arange(n), values))
    greatest = np.empty(component.max() + 1, np.int64)
    greatest[component[order]] = order  # the last assignment stays
    return greatest[component[roots]]


def _with_basins(tree: MergeTree, basins: Basins, threads: int = 1) -> MergeTree:
    return replace(tree, basin_volume=basin_volumes(basins, threads)[basins.of(tree.minima)])


def _with_border(tree: MergeTree, values: np.ndarray, basins: Basins, near: Near, steps: Steps) -> MergeTree:
    """Return the tree of a grid with what lies on its border."""
    whole = tuple(slice(0, n) for n in tree.shape)
    border = Blocks(tree.shape, tree.shape, tree.periodic).border(whole).reshape(-1)
    volume = border_volume(values, basins.label, values.reshape(-1)[basins.minima], np.flatnonzero(border))
    known = basins.of(tree.minima)
    branch_of = np.full(len(basins.minima), -1)
    branch_of[known] = np.arange(len(known))
    plain, left = plain_links(tree, join_levels(tree), values, border, near)
    links = np.concatenate([plain, border_links(left, values, basins.label, branch_of, border, near, steps)])
    return replace(tree, border_volume=volume[known], border_class=border_class(tree, links))


def segmentation(
    field: np.ndarray,
    connectivity: str | None = None,
    *,
    negate: bool = False,
    threads: int = 1,
    periodic: Sequence[int] | bool = (),
) -> tuple[MergeTree, Segmentation]:
    """Return a field's merge tree, and the basin and the arc of every vertex.

    Parameters and errors are those of :func:`merge_tree`.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import segmentation
    >>> tree, parts = segmentation(np.array([2.0, 0.0, 3.0, 1.0, 4.0]))
    >>> tree.minima.tolist(), parts.basin.tolist()  # the basin of each vertex, as an index into minima
    ([1, 3], [0, 0, 0, 1, 1])
    >>> tree.arcs.tolist(), parts.arc.tolist()  # the same for arcs, each of an upper and a lower vertex
    ([[2, 1], [2, 3], [4, 2]], [0, 0, 2, 1, 2])
    """
    values, basins, tree, steps = _grid_tree(field, connectivity, negate, threads, periodic)
    branch_of = branches(tree, basins.minima)
    found = segment(tree, values, basins.label, branch_of, threads=threads, write=True, steps=steps())
    return replace(tree, arc_volume=found.arc_volume), found
