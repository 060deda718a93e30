"""The first three steps of a block: steepest descent, path compression and the graph of basins, for grids and graphs.

Vertices are ordered by (value, C-order index). Each points to its least neighbour, so that the sublevel sets of the
graph whose vertices are the basins, and whose edge (a, b) appears at the least vertex where a and b touch, have the
components of the field's own (Cousty et al. 2009, watershed cuts; Lukasczyk et al. 2023, ExTreeM).

Rows (the last axis) are the unit of work: without a neighbour's bounds check inside a row the comparisons are vector
instructions, and threads share rows, with the GIL released.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from landsweep.kernels.connectivity import offsets
from numba import njit

T = TypeVar("T")

CACHE_BITS = 14  # pairs of basins that meet again within a few rows: 2^14 stay in the second-level cache


class Stencil(NamedTuple):
    """Neighbours of a vertex in a C-ordered box, ascending in their index.

    Bit 2 k of ``walls`` says that the neighbour lies below along axis k, bit 2 k + 1 above; along the last axis
    ``shift`` says so.
    """

    outer: np.ndarray
    row: int
    steps: np.ndarray
    shift: np.ndarray
    walls: np.ndarray


@dataclass(frozen=True)
class Basins:
    """The basins of a block and where they touch; vertices are indices into the block's ravel.

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


def grid_basins(values: np.ndarray, connectivity: str, threads: int = 1) -> Basins:
    """Return the basins of a field on a grid.

    Parameters
    ----------
    values
        C-contiguous, float32 or float64, without NaN.
    connectivity
        ``face``, ``freudenthal`` or ``moore``.
    threads
        Rows are shared over so many threads; the result is the same up to the order of edges.
    """
    f, stencil = values.reshape(-1), make_stencil(values.shape, connectivity)
    parts = row_parts(f.size // stencil.row, threads)
    down = point_down(values, connectivity, threads)
    minima = np.concatenate(share(parts, lambda first, last: own_minima(down, first * stencil.row, last * stencil.row)))
    down[minima] = ~np.arange(minima.size, dtype=down.dtype)
    share(parts, lambda first, last: compress(down, first * stencil.row, last * stencil.row))

    def touching(first: int, last: int) -> np.ndarray:
        edges = _touch(f, stencil, first, last, down)
        if len(parts) == 1:
            return edges
        # Sorting is a large part of the work on rough fields: what a thread can drop it drops itself.
        return edges[_spanning(ascending(f[edges[:, 2]], edges[:, 2]), edges, minima.size)]

    return _basins(minima, down, np.concatenate(share(parts, touching)))


def graph_basins(values: np.ndarray, edges: np.ndarray) -> Basins:
    """Return the basins of values ``(n,)`` on a graph with edges ``(e, 2)``; loops and repeated edges do no harm."""
    down = np.arange(values.size, dtype=id_type(values.size))
    _descend_edges(values, edges, down)
    minima = own_minima(down, 0, down.size)
    down[minima] = ~np.arange(minima.size, dtype=down.dtype)
    compress(down, 0, down.size)
    return _basins(minima, down, _touch_edges(values, edges, down))


def point_down(values: np.ndarray, connectivity: str, threads: int = 1) -> np.ndarray:
    """Return the least neighbour of each vertex, itself for a minimum, flat; parameters as :func:`grid_basins`."""
    f, stencil = values.reshape(-1), make_stencil(values.shape, connectivity)
    down = np.empty(f.size, id_type(f.size))
    lane = np.int32 if f.itemsize == 4 and f.size < 2**31 else np.int64  # as wide as a value, for vector instructions
    share(
        row_parts(f.size // stencil.row, threads),
        lambda first, last: _descend(f, stencil, first, last, np.empty(stencil.row, lane), down),
    )
    return down


def row_parts(rows: int, threads: int) -> list[tuple[int, int]]:
    """Return ``(first, last)`` of the rows of each thread, at least one part."""
    threads = max(1, min(threads, rows))
    return [(rows * i // threads, rows * (i + 1) // threads) for i in range(threads)]


def make_stencil(shape: tuple[int, ...], connectivity: str) -> Stencil:
    """Return the neighbours of a vertex in a box of ``shape``; ValueError as :func:`offsets` raises."""
    around = offsets(connectivity, len(shape))
    strides = np.append(np.cumprod(shape[:0:-1], dtype=np.int64)[::-1], 1)
    walls = np.zeros(len(around), np.int64)
    for axis in range(len(shape) - 1):
        walls |= (around[:, axis] < 0) * (1 << 2 * axis) | (around[:, axis] > 0) * (2 << 2 * axis)
    # Lexicographic order is the order of indices in a box of any shape, as a tie of steps needs an axis of length 1.
    outer = np.array(shape[:-1], dtype=np.int64)
    return Stencil(outer, shape[-1], around @ strides, np.ascontiguousarray(around[:, -1]), walls)


def id_type(size: int) -> type[np.signedinteger]:
    """Return the integer type for the vertices of a block: 32 bits where they suffice."""
    return np.int32 if size < 2**31 else np.int64


def share(parts: list[tuple[int, int]], work: Callable[[int, int], T]) -> list[T]:
    """Return ``work(first, last)`` of every part, each in a thread of its own."""
    if len(parts) == 1:
        return [work(*parts[0])]
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(lambda part: work(*part), parts))


def ascending(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return the indices that sort by (value, id), int64; among equal pairs in any order."""
    sorted_already = bool((values[1:] >= values[:-1]).all())
    order = np.arange(len(values)) if sorted_already else np.argsort(values)  # NumPy's vectorised sort, not stable
    _settle_ties(values, ids, order)
    return order


def _basins(minima: np.ndarray, label: np.ndarray, edges: np.ndarray) -> Basins:
    return Basins(minima, label, np.ascontiguousarray(edges[:, :2].T), np.ascontiguousarray(edges[:, 2]))


@njit(cache=True, nogil=True, inline="always")
def _precedes(f, u, v):  # type: ignore[no-untyped-def]
    return f[u] < f[v] or (f[u] == f[v] and u < v)


@njit(cache=True, nogil=True)
def _settle_ties(values, ids, order):  # type: ignore[no-untyped-def]
    """Sort runs of equal values by id."""
    first = 0
    while first < order.size:
        last = first + 1
        while last < order.size and values[order[last]] == values[order[first]]:
            last += 1
        if last - first > 16:
            run = order[first:last].copy()
            order[first:last] = run[np.argsort(ids[run])]
        for i in range(first + 1, last):
            e, k = order[i], i
            while k > first and ids[order[k - 1]] > ids[e]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = e
        first = last


@njit(cache=True, nogil=True)
def label_counts(label, count):  # type: ignore[no-untyped-def]
    """Return the number of vertices of each of ``count`` basins, int64."""
    counts = np.zeros(count, np.int64)
    for i in label:
        counts[~i] += 1
    return counts


@njit(cache=True, nogil=True)
def _sides(row, outer):  # type: ignore[no-untyped-def]
    """Return the sides of the box that a row lies on, as bits of ``Stencil.walls``."""
    bits = 0
    for axis in range(outer.size - 1, -1, -1):
        at = row % outer[axis]
        row //= outer[axis]
        bits |= (at == 0) << 2 * axis | (at == outer[axis] - 1) << 2 * axis + 1
    return bits


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
        sides, start = _sides(r, outer), r * row
        best[:] = f[start : start + row]
        step[:] = 0
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
        if _precedes(f, v, u):
            u, v = v, u
        if _precedes(f, u, down[v]):
            down[v] = u


@njit(cache=True, nogil=True)
def own_minima(down, first, last):  # type: ignore[no-untyped-def]
    """Return the vertices of ``first:last`` that point to themselves."""
    count = 0
    for v in range(first, last):
        count += down[v] == v
    minima, count = np.empty(count, np.int64), 0
    for v in range(first, last):
        if down[v] == v:
            minima[count] = v
            count += 1
    return minima


@njit(cache=True, nogil=True)
def compress(down, first, last):  # type: ignore[no-untyped-def]
    """Give each vertex the label, a negative number, that its pointers end in.

    Threads may work on one array: each writes what any other would, and an entry is a pointer or its label.
    """
    for v in range(first, last):
        label = down[v]
        while label >= 0:
            label = down[label]
        end = down[v]
        while end >= 0:
            down[v] = label
            v, end = end, down[end]


@njit(cache=True, nogil=True)
def _mark_different(mark, here, there):  # type: ignore[no-untyped-def]
    for i in range(mark.size):
        mark[i] |= here[i] ^ there[i]


@njit(cache=True, nogil=True)
def _append(edges, count, pair, upper):  # type: ignore[no-untyped-def]
    if count == len(edges):
        longer = np.empty((2 * count, 3), edges.dtype)
        longer[:count] = edges
        edges = longer
    edges[count, 0], edges[count, 1], edges[count, 2] = pair >> 32, pair & 0xFFFFFFFF, upper
    return edges, count + 1


@njit(cache=True, nogil=True)
def _slot(pair):  # type: ignore[no-untyped-def]
    return (pair * np.int64(-7046029254386353131)) >> (64 - CACHE_BITS) & ((1 << CACHE_BITS) - 1)


@njit(cache=True, nogil=True)
def _lowered(f, pairs, uppers, slot, pair, upper):  # type: ignore[no-untyped-def]
    """Keep the least upper vertex of a pair of basins in its slot; return False where another pair has it."""
    if pairs[slot] != pair:
        return False
    if _precedes(f, upper, uppers[slot]):
        uppers[slot] = upper
    return True


@njit(cache=True, nogil=True)
def _flush(pairs, uppers, edges, count):  # type: ignore[no-untyped-def]
    for slot in range(pairs.size):
        if pairs[slot] >= 0:
            edges, count = _append(edges, count, pairs[slot], uppers[slot])
    return edges[:count].copy()


@njit(cache=True, nogil=True)
def _touch(f, stencil, first, last, label):  # type: ignore[no-untyped-def]
    """Return the edges (basin, basin, upper vertex) of rows ``first:last`` and of them to later rows.

    One record per grid edge would cost most in the sort that follows. A pair of basins recurs within a few rows, so a
    small cache without collision handling keeps the least vertex of nearly all; repetitions do no harm.
    """
    outer, row, steps, shift, walls = stencil
    pairs, uppers = np.full(1 << CACHE_BITS, -1, np.int64), np.empty(1 << CACHE_BITS, label.dtype)
    edges, count = np.empty((1024, 3), label.dtype), 0
    mark = np.empty(row, label.dtype)
    for r in range(first, last):
        sides, start = _sides(r, outer), r * row
        mark[:] = 0
        for k in range(steps.size // 2, steps.size):
            a, b = max(0, -shift[k]), row - max(0, shift[k])
            if not walls[k] & sides and a < b:
                i, j = start + a, start + a + steps[k]
                _mark_different(mark[a:b], label[i : i + b - a], label[j : j + b - a])
        for x in range(row):
            if mark[x] == 0:
                continue
            v = start + x
            own, level = label[v], f[v]
            for k in range(steps.size // 2, steps.size):
                if walls[k] & sides or not 0 <= x + shift[k] < row:
                    continue
                u = v + steps[k]
                there = label[u]
                if there == own:
                    continue
                upper = u if f[u] >= level else v
                pair = np.int64(~max(own, there)) << 32 | np.int64(~min(own, there))
                slot = _slot(pair)
                if not _lowered(f, pairs, uppers, slot, pair, upper):
                    if pairs[slot] >= 0:
                        edges, count = _append(edges, count, pairs[slot], uppers[slot])
                    pairs[slot], uppers[slot] = pair, upper
    return _flush(pairs, uppers, edges, count)


@njit(cache=True, nogil=True)
def _touch_edges(f, edges_in, label):  # type: ignore[no-untyped-def]
    pairs, uppers = np.full(1 << CACHE_BITS, -1, np.int64), np.empty(1 << CACHE_BITS, label.dtype)
    edges, count = np.empty((1024, 3), label.dtype), 0
    for u, v in edges_in:
        if label[u] == label[v]:
            continue
        upper = v if _precedes(f, u, v) else u
        pair = np.int64(~max(label[u], label[v])) << 32 | np.int64(~min(label[u], label[v]))
        slot = _slot(pair)
        if not _lowered(f, pairs, uppers, slot, pair, upper):
            if pairs[slot] >= 0:
                edges, count = _append(edges, count, pairs[slot], uppers[slot])
            pairs[slot], uppers[slot] = pair, upper
    return _flush(pairs, uppers, edges, count)


@njit(cache=True, nogil=True)
def find(parent, i):  # type: ignore[no-untyped-def]
    """Return the representative of i, halving its path."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def _spanning(order, edges, nodes):  # type: ignore[no-untyped-def]
    """Return the edges of a minimum spanning forest, given the order of all."""
    parent = np.arange(nodes)
    kept, count = np.empty(nodes, np.int64), 0
    for e in order:
        a, b = find(parent, edges[e, 0]), find(parent, edges[e, 1])
        if a != b:
            parent[a] = b
            kept[count] = e
            count += 1
    return kept[:count]
