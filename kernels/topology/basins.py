"""The first three steps for a block: steepest descent, path compression and the graph of basins, for grids and graphs.

Vertices are ordered by (value, C-order index), and each points to its least neighbour. The vertices of the graph of
basins are the basins, and its edge (a, b) appears at the least vertex where a and b touch. The sublevel sets of this
graph have the same components as those of the field (Cousty et al. 2009, watershed cuts; Lukasczyk et al. 2023,
ExTreeM).

Rows (the last axis) are the unit of work. Inside a row no neighbour needs a bounds check, so that the comparisons are
vector instructions. Threads share the rows, with the GIL released.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.blocks import Blocks, inside
from landsweep.kernels.geometry.order import keys
from landsweep.kernels.geometry.stencil import id_type, lanes, make_stencil, precedes, row_parts, row_sides, share
from landsweep.kernels.topology.touching import touching, touching_edges


@dataclass(frozen=True)
class Basins:
    """The basins of a block and where they touch; vertices are C-order indices of the block.

    Parameters
    ----------
    minima
        ``(m,)`` int64, ascending: basin i drains into ``minima[i]``.
    label
        ``(n,)`` int32 or int64: ``~i`` for a vertex of basin i.
    ends, upper
        ``(2, e)`` basins and ``(e,)`` the least vertex at which they touch, both int32 or int64. A pair of basins may
        appear more than once; its least vertex is among them.
    """

    minima: np.ndarray
    label: np.ndarray
    ends: np.ndarray
    upper: np.ndarray

    def of(self, vertices: np.ndarray) -> np.ndarray:
        """Return the basin of each vertex, int64."""
        return ~self.label[vertices].astype(np.int64)


def grid_basins(values: np.ndarray, connectivity: str, threads: int = 1, *, periodic: tuple[int, ...] = ()) -> Basins:
    """Return the basins of a field on a grid.

    Parameters
    ----------
    values
        C-contiguous, float32 or float64, without NaN.
    connectivity
        ``face``, ``freudenthal`` or ``moore``.
    threads
        The number of threads that share the rows; the result does not depend on it, except for the order of edges.
    periodic
        The axes along which the last vertex is followed by the first.
    """
    if periodic:
        return _torus_basins(values, connectivity, threads, Blocks(values.shape, values.shape, periodic))
    f, stencil = values.reshape(-1), make_stencil(values.shape, connectivity)
    parts = row_parts(f.size // stencil.row, threads)
    down = point_down(values, connectivity, threads)
    minima = np.concatenate(share(parts, lambda first, last: own_minima(down, first * stencil.row, last * stencil.row)))
    down[minima] = ~np.arange(minima.size, dtype=down.dtype)
    share(parts, lambda first, last: compress(down, first * stencil.row, last * stencil.row))
    return _basins(minima, down, touching(f, stencil, parts, down, minima.size))


def _torus_basins(values: np.ndarray, connectivity: str, threads: int, whole: Blocks) -> Basins:
    """Return the basins of a field with periodic axes, from the box that holds all neighbours of all vertices.

    A vertex may stand in several places of this box. All of them get its label, so that they are one vertex where
    basins touch.
    """
    box = whole.around(0)
    ids, owned = whole.ids(box), inside(whole.owned(0), box)
    order = keys(whole.read(values.__getitem__, box), ids)
    steps = point_down(order, connectivity, threads).reshape(order.shape)[owned]
    down = ids.reshape(-1)[steps.reshape(-1)].astype(id_type(values.size))
    minima = own_minima(down, 0, down.size)
    down[minima] = ~np.arange(minima.size, dtype=down.dtype)
    compress(down, 0, down.size)
    held = inside(whole.held(0), box)
    order, ids = np.ascontiguousarray(order[held]), ids[held].reshape(-1)
    stencil = make_stencil(order.shape, connectivity)
    parts = row_parts(order.size // stencil.row, threads)
    found = _basins(minima, down, touching(order.reshape(-1), stencil, parts, down[ids], minima.size))
    return replace(found, upper=ids[found.upper].astype(down.dtype))


def graph_basins(values: np.ndarray, edges: np.ndarray) -> Basins:
    """Return the basins of values ``(n,)`` on a graph with edges ``(e, 2)``; loops and repeated edges do no harm."""
    down = np.arange(values.size, dtype=id_type(values.size))
    _descend_edges(values, edges, down)
    minima = own_minima(down, 0, down.size)
    down[minima] = ~np.arange(minima.size, dtype=down.dtype)
    compress(down, 0, down.size)
    return _basins(minima, down, touching_edges(values, edges, down))


def basin_volumes(basins: Basins, threads: int = 1) -> np.ndarray:
    """Return the number of vertices of each basin, int64."""
    parts = row_parts(len(basins.label), threads)
    return np.sum(share(parts, lambda a, b: _counts(basins.label[a:b], len(basins.minima))), axis=0)


def point_down(values: np.ndarray, connectivity: str, threads: int = 1) -> np.ndarray:
    """Return the least neighbour of each vertex, itself for a minimum, flat; parameters as of :func:`grid_basins`."""
    f, stencil = values.reshape(-1), make_stencil(values.shape, connectivity)
    down = np.empty(f.size, id_type(f.size))
    share(
        row_parts(f.size // stencil.row, threads),
        lambda first, last: _descend(f, stencil, first, last, lanes(f, stencil.row), down),
    )
    return down


def _basins(minima: np.ndarray, label: np.ndarray, edges: np.ndarray) -> Basins:
    return Basins(minima, label, np.ascontiguousarray(edges[:, :2].T), np.ascontiguousarray(edges[:, 2]))


@njit(cache=True, nogil=True)
def _counts(label, count):  # type: ignore[no-untyped-def]
    counts = np.zeros(count, np.int64)
    for i in label:
        counts[~i] += 1
    return counts


@njit(cache=True, nogil=True)
def _keep_less(best, step, candidates, s):  # type: ignore[no-untyped-def]
    for i in range(best.size):
        less = candidates[i] < best[i]
        best[i] = candidates[i] if less else best[i]
        step[i] = s if less else step[i]


@njit(cache=True, nogil=True)
def _keep_less_or_equal(best, step, candidates, s):  # type: ignore[no-untyped-def]
    for i in range(best.size):
        less = candidates[i] <= best[i]
        best[i] = candidates[i] if less else best[i]
        step[i] = s if less else step[i]


@njit(cache=True, nogil=True)
def _point(down, first, step):  # type: ignore[no-untyped-def]
    for i in range(down.size):
        down[i] = first + i + step[i]


@njit(cache=True, nogil=True)
def _descend(f, stencil, first, last, step, down):  # type: ignore[no-untyped-def]
    """Write the least neighbour of each vertex of rows ``first:last``, itself for a minimum."""
    outer, row, steps, shift, walls = stencil
    best = np.empty(row, f.dtype)
    half = steps.size // 2
    for r in range(first, last):
        sides, start = row_sides(r, outer), r * row
        for x in range(row):
            best[x], step[x] = f[start + x], 0
        for j in range(steps.size):
            # Vertices before this one win a tie, the first of them last; those after it lose to whatever precedes.
            k = half - 1 - j if j < half else j
            a, b = max(0, -shift[k]), row - max(0, shift[k])
            if walls[k] & sides or a >= b:
                continue
            s = step.dtype.type(steps[k])
            candidates = f[start + a + steps[k] : start + b + steps[k]]
            if j < half:
                _keep_less_or_equal(best[a:b], step[a:b], candidates, s)
            else:
                _keep_less(best[a:b], step[a:b], candidates, s)
        _point(down[start : start + row], start, step)


@njit(cache=True, nogil=True)
def _descend_edges(f, edges, down):  # type: ignore[no-untyped-def]
    for u, v in edges:
        if precedes(f, v, u):
            u, v = v, u
        if precedes(f, u, down[v]):
            down[v] = u


@njit(cache=True, nogil=True)
def own_minima(down, first, last):  # type: ignore[no-untyped-def]
    """Return the vertices of ``first:last`` that point to themselves."""
    count = 0
    for v in range(first, last):
        count += down[v] == v
    minima, count = np.empty(count + 1, np.int64), 0
    for v in range(first, last):  # without a branch, as there may be one in every five vertices
        minima[count] = v
        count += down[v] == v
    return minima[:count]


@njit(cache=True, nogil=True)
def compress(down, first, last):  # type: ignore[no-untyped-def]
    """Replace the pointer of each vertex by the label, a negative number, in which its chain of pointers ends.

    Several threads may work on one array, because each writes what any other would, and an entry is always a valid
    pointer or its label.
    """
    for v in range(first, last):
        label = down[v]
        while label >= 0:
            label = down[label]
        end = down[v]
        while end >= 0:
            down[v] = label
            v, end = end, down[end]
