"""Edges where basins touch, which hold a minimum spanning forest of the graph of basins, for grids and graphs."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.stencil import Stencil, lanes, later, precedes, row_sides, share

MOST = 0.9
"""After their least exits, the edges up to a level join basins; this share of the least exits does not exceed it."""
SAMPLE = 4096
"""The level for :data:`MOST` is taken from a sample of about this many least exits."""
CACHE_BITS = 14
"""A cache of 2^14 pairs of basins has slots with numbers of this many bits: pairs that meet again within a few rows
stay in the second-level cache."""


def touching(
    f: np.ndarray, stencil: Stencil, parts: list[tuple[int, int]], label: np.ndarray, count: int
) -> np.ndarray:
    """Return edges (basin, basin, upper vertex) that hold a minimum spanning forest of the basins.

    On rough fields most edges of the grid join two basins, and a list of all of them would take most of the time. So
    basins are first joined through their least exits (Boruvka 1926), then through the edges up to a level that most of
    these exits do not exceed. Above this level hardly any edge joins two components (filter-Kruskal, Osipov, Sanders
    and Singler 2009).
    """
    if count <= f.size // vertices_per_basin(1 + stencil.outer.size):
        return _listed(f, stencil, parts, label, label, np.inf)
    parent = np.arange(count, dtype=label.dtype)
    least, exits = _all_exits(f, stencil, parts, label, count)
    joined = _join(f, exits, label, parent)
    component = _components(stencil, parts, _number(parent), label)
    level = np.quantile(least[:: 1 + count // SAMPLE], MOST, method="lower")
    low = _listed(f, stencil, parts, component, label, level)
    _unite_all(parent, low)
    component = _components(stencil, parts, _number(parent), label)
    return np.concatenate([joined, low, _listed(f, stencil, parts, component, label, np.inf)])


def vertices_per_basin(ndim: int) -> int:
    """Return the mean vertices per basin from which all edges are listed; measured in 2, 3 and 5 dimensions.

    The number grows with the dimension, as the surface of basins does.
    """
    return 4**ndim


def _all_exits(
    f: np.ndarray, stencil: Stencil, parts: list[tuple[int, int]], component: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    def exits_of_rows(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        level, exits = np.full(n, np.inf, f.dtype), np.full((n, 2), -1, component.dtype)
        _least_exits(f, stencil, first, last, component, lanes(f, stencil.row), level, exits)
        return level, exits

    least, *others = share(parts, exits_of_rows)
    for other in others:
        _keep_least(f, least, other)
    return least


def _components(
    stencil: Stencil, parts: list[tuple[int, int]], component_of: np.ndarray, label: np.ndarray
) -> np.ndarray:
    component = np.empty_like(label)
    row = stencil.row
    share(parts, lambda first, last: _relabel(component_of, label, component, first * row, last * row))
    return component


def _listed(
    f: np.ndarray,
    stencil: Stencil,
    parts: list[tuple[int, int]],
    component: np.ndarray,
    label: np.ndarray,
    level: float,
) -> np.ndarray:
    """Return the edges (basin, basin, upper vertex) between components that lie at ``level`` or below."""
    level = f.dtype.type(level)
    return np.concatenate(share(parts, lambda first, last: _touch(f, stencil, first, last, component, label, level)))


@njit(cache=True, nogil=True)
def _mark_different(mark, here, there, values, most):  # type: ignore[no-untyped-def]
    for i in range(mark.size):
        mark[i] |= here[i] ^ there[i] if values[i] <= most else 0


@njit(cache=True, nogil=True)
def _unmark_above(mark, values, most):  # type: ignore[no-untyped-def]
    for i in range(mark.size):
        mark[i] = mark[i] if values[i] <= most else 0


@njit(cache=True, nogil=True)
def _keep_less_outside(best, step, candidates, s, here, there):  # type: ignore[no-untyped-def]
    for i in range(best.size):
        less = here[i] != there[i] and candidates[i] < best[i]
        best[i] = candidates[i] if less else best[i]
        step[i] = s if less else step[i]


@njit(cache=True, nogil=True)
def _least_exits(f, stencil, first, last, component, step, level, exits):  # type: ignore[no-untyped-def]
    """Write for each component the least value at which it touches another, and (own vertex, neighbour) there.

    Processors cannot predict comparisons on rough fields, so the code does not branch on them. Exits at +inf are not
    looked for.
    """
    outer, row, steps, shift, walls = stencil
    nearest = np.empty(row, f.dtype)
    for r in range(first, last):
        sides, start = row_sides(r, outer), r * row
        nearest[:] = np.inf
        for k in range(steps.size):
            a, b = max(0, -shift[k]), row - max(0, shift[k])
            if not walls[k] & sides and a < b:
                i, j = start + a, start + a + steps[k]
                there, s = slice(j, j + b - a), step.dtype.type(steps[k])
                _keep_less_outside(nearest[a:b], step[a:b], f[there], s, component[i : i + b - a], component[there])
        for x in range(row):
            v = start + x
            u, c, top = v + step[x], ~component[v], max(f[v], nearest[x])
            least, own, other = level[c], exits[c, 0], exits[c, 1]
            less = top < least
            level[c] = top if less else least
            exits[c, 0] = v if less else own
            exits[c, 1] = u if less else other
            if top == least and top < np.inf and _upper(f, v, u) < _upper(f, own, other):
                exits[c, 0], exits[c, 1] = v, u


@njit(cache=True, nogil=True, inline="always")
def _upper(f, u, v):  # type: ignore[no-untyped-def]
    return v if precedes(f, u, v) else u


@njit(cache=True, nogil=True)
def _keep_least(f, mine, other):  # type: ignore[no-untyped-def]
    """Overwrite exits by those of another thread where these are less."""
    (level, exits), (other_level, other_exits) = mine, other
    for c in range(level.size):
        if other_level[c] == np.inf:
            continue
        one, two = _upper(f, exits[c, 0], exits[c, 1]), _upper(f, other_exits[c, 0], other_exits[c, 1])
        if other_level[c] < level[c] or (other_level[c] == level[c] and two < one):
            level[c], exits[c, 0], exits[c, 1] = other_level[c], other_exits[c, 0], other_exits[c, 1]


@njit(cache=True, nogil=True)
def _join(f, exits, label, parent):  # type: ignore[no-untyped-def]
    """Return the exits of basins as edges (basin, basin, upper vertex) that join them, without circles.

    Exits of equal vertices may form a circle, whose last edge is left out.
    """
    edges, count = np.empty((parent.size, 3), parent.dtype), 0
    for c in range(parent.size):
        v, u = exits[c, 0], exits[c, 1]
        if v < 0:
            continue
        other = ~label[u]
        if _unite(parent, c, other):
            edges[count, 0], edges[count, 1], edges[count, 2] = c, other, _upper(f, u, v)
            count += 1
    return edges[:count]


@njit(cache=True, nogil=True)
def _unite_all(parent, edges):  # type: ignore[no-untyped-def]
    for e in range(len(edges)):
        _unite(parent, edges[e, 0], edges[e, 1])


@njit(cache=True, nogil=True)
def _unite(parent, a, b):  # type: ignore[no-untyped-def]
    x, y = find(parent, a), find(parent, b)
    parent[x] = y
    return x != y


@njit(cache=True, nogil=True)
def _number(parent):  # type: ignore[no-untyped-def]
    """Return the number of each basin's component, in order of appearance, which keeps neighbours close in memory."""
    number, count = np.full(parent.size, -1, parent.dtype), 0
    for c in range(parent.size):
        root = find(parent, c)
        if number[root] < 0:
            number[root] = count
            count += 1
        number[c] = number[root]
    return number


@njit(cache=True, nogil=True)
def _relabel(component_of, label, component, first, last):  # type: ignore[no-untyped-def]
    for v in range(first, last):
        component[v] = ~component_of[~label[v]]


@njit(cache=True, nogil=True)
def _mark_row(mark, f, most, component, stencil, near, start):  # type: ignore[no-untyped-def]
    """Mark the vertices of a row that have a later neighbour in another component, both at ``most`` or below."""
    _, row, steps, shift, _ = stencil
    mark[:] = 0
    for k in near:
        a, b = max(0, -shift[k]), row - max(0, shift[k])
        if a < b:
            i, j = start + a, start + a + steps[k]
            there = slice(j, j + b - a)
            _mark_different(mark[a:b], component[i : i + b - a], component[there], f[there], most)
    _unmark_above(mark, f[start : start + row], most)


@njit(cache=True, nogil=True)
def _append(edges, count, edge):  # type: ignore[no-untyped-def]
    if count == len(edges):
        longer = np.empty((2 * count, 3), edges.dtype)
        for i in range(count):
            longer[i, 0], longer[i, 1], longer[i, 2] = edges[i, 0], edges[i, 1], edges[i, 2]
        edges = longer
    edges[count, 0], edges[count, 1], edges[count, 2] = edge[0], edge[1], edge[2]  # a row at once compiles for seconds
    return edges, count + 1


@njit(cache=True, nogil=True)
def _pair(a, b):  # type: ignore[no-untyped-def]
    return np.int64(~max(a, b)) << 32 | np.int64(~min(a, b))


@njit(cache=True, nogil=True)
def _slot(pair):  # type: ignore[no-untyped-def]
    return (pair * np.int64(-7046029254386353131)) >> (64 - CACHE_BITS) & ((1 << CACHE_BITS) - 1)


@njit(cache=True, nogil=True)
def _touch(f, stencil, first, last, component, label, most):  # type: ignore[no-untyped-def]
    """Return the edges (basin, basin, upper vertex) of rows ``first:last`` and to later ones, up to the level ``most``.

    With one record per grid edge, the sort that follows would take most of the time. A pair of components recurs within
    a few rows, so a small cache without collision handling keeps the least vertex of nearly all pairs; repeated records
    do no harm.
    """
    outer, row, steps, shift, _ = stencil
    pairs, kept = np.full(1 << CACHE_BITS, -1, np.int64), np.empty((1 << CACHE_BITS, 3), label.dtype)
    edges, count = np.empty((1024, 3), label.dtype), 0
    mark = np.empty(row, label.dtype)
    for r in range(first, last):
        start, near = r * row, later(stencil, row_sides(r, outer))
        _mark_row(mark, f, most, component, stencil, near, start)
        for x in range(row):
            if mark[x] == 0:
                continue
            v = start + x
            a, here = component[v], f[v]
            for k in near:
                u = v + steps[k]
                b = component[u]
                if x + shift[k] < 0 or x + shift[k] >= row or a == b or f[u] > most:
                    continue
                upper = u if f[u] >= here else v
                pair = _pair(a, b)
                slot = _slot(pair)
                if pairs[slot] == pair:
                    if not precedes(f, upper, kept[slot, 2]):
                        continue
                elif pairs[slot] >= 0:
                    edges, count = _append(edges, count, kept[slot])
                pairs[slot] = pair
                kept[slot, 0], kept[slot, 1], kept[slot, 2] = ~label[v], ~label[u], upper
    return _flush(pairs, kept, edges, count)


@njit(cache=True, nogil=True)
def touching_edges(f, edges_in, label):  # type: ignore[no-untyped-def]
    """Return the edges (basin, basin, upper vertex) of a graph with edges ``(e, 2)``.

    The code that records an edge is repeated from :func:`_touch`, which takes half again as long with a common
    function.
    """
    pairs, kept = np.full(1 << CACHE_BITS, -1, np.int64), np.empty((1 << CACHE_BITS, 3), label.dtype)
    edges, count = np.empty((1024, 3), label.dtype), 0
    for u, v in edges_in:
        if label[u] == label[v]:
            continue
        upper = v if precedes(f, u, v) else u
        pair = _pair(label[u], label[v])
        slot = _slot(pair)
        if pairs[slot] == pair:
            if not precedes(f, upper, kept[slot, 2]):
                continue
        elif pairs[slot] >= 0:
            edges, count = _append(edges, count, kept[slot])
        pairs[slot] = pair
        kept[slot, 0], kept[slot, 1], kept[slot, 2] = ~label[u], ~label[v], upper
    return _flush(pairs, kept, edges, count)


@njit(cache=True, nogil=True)
def _flush(pairs, kept, edges, count):  # type: ignore[no-untyped-def]
    for slot in range(pairs.size):
        if pairs[slot] >= 0:
            edges, count = _append(edges, count, kept[slot])
    return edges[:count].copy()


@njit(cache=True, nogil=True)
def find(parent, i):  # type: ignore[no-untyped-def]
    """Return the representative of i, halving its path."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
