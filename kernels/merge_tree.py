"""Merge tree and 0-dimensional persistence of the sublevel sets of a scalar field on an N-D grid, exact and serial.

Vertices are ordered by (value, C-order index), so plateaus and ties need no perturbation. Each vertex points to its
least neighbour; the minima reached so are the basins (Lukasczyk et al. 2023, ExTreeM). Only a vertex with lower
neighbours in two basins can be a saddle, so only those are sorted and swept with a union-find over the minima
(Carr, Snoeyink and Axen 2003; elder rule: Edelsbrunner and Harer 2010, VII.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from landsweep.kernels.connectivity import padded
from numba import njit

SADDLE, ROOT, DEGENERATE = 1, 3, 4  # the Topology ToolKit's CriticalType, 0 for a minimum


@dataclass(frozen=True, eq=False, repr=False)
class MergeTree:
    """The merge tree of a field: all arrays hold vertices, as C-order indices, int64 unless stated.

    "Ascending" is the order (value, index). A vertex that is not finite counts as +inf; minima born there are left
    out, and with them what they alone would add.

    Parameters
    ----------
    shape, connectivity, negate
        Grid points per axis, and how :func:`merge_tree` was called.
    pairs
        ``(p, 2)`` minimum, and saddle where it meets an older one; ascending in (saddle, minimum). A saddle of k
        branches is in k - 1 pairs, and may lie at +inf; plateaus give pairs of lifetime 0.
    global_min
        The least vertex.
    roots
        ``(r,)`` minima that never die, one per connected component, ascending: on a grid ``[global_min]``.
    minima
        ``(m,)`` minima born at a finite value, ascending.
    first_saddle
        ``(m,)`` the upper end of each minimum's leaf arc, -1 where that is no saddle.
    basin_volume
        ``(m,)`` number of vertices whose steepest descent ends in each minimum.
    saddles
        ``(s,)`` distinct saddles of ``pairs``, ascending.
    arcs
        ``(a, 2)`` upper and lower vertex, ascending in the upper one, then in the least vertex below the arc. The last
        one ends in the root node, the greatest vertex, unless that is itself a saddle or the only vertex.
    nodes, node_types
        ``(n,)`` minima, saddles, root node; int8: 0 minimum, 1 saddle of two branches, 4 of more, 3 root node.
    n_nonfinite
        Number of vertices that are not finite.
    """

    shape: tuple[int, ...]
    connectivity: str
    negate: bool
    pairs: np.ndarray
    global_min: int
    roots: np.ndarray
    minima: np.ndarray
    first_saddle: np.ndarray
    basin_volume: np.ndarray
    saddles: np.ndarray
    arcs: np.ndarray
    nodes: np.ndarray
    node_types: np.ndarray
    n_nonfinite: int

    def lifetimes(self, field: np.ndarray) -> np.ndarray:
        """Return death - birth per pair: ``(p,)`` float64, at least 0, +inf where the saddle is not finite.

        Expects the field that the tree was made of, with its own sign, and raises ValueError on another shape.
        """
        return self.heights(field, *self.pairs.T)

    def heights(self, field: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return the climbs from finite vertices ``low`` to ``high``, float64, as :meth:`lifetimes` does."""
        if np.shape(field) != self.shape:
            raise ValueError(f"field is not the tree's: got shape {np.shape(field)}, expected {self.shape}.")
        flat = np.asarray(field).reshape(-1)
        bottom, top = flat[low].astype(np.float64), flat[high].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # a difference may pass the greatest float
            return np.where(np.isfinite(top), (bottom - top) if self.negate else (top - bottom), np.inf)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all fields as arrays that ``np.savez`` stores without pickling."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> MergeTree:
        """Return the tree that :meth:`to_arrays` wrote; further keys are ignored, a missing one raises ValueError."""
        names = [f.name for f in fields(cls)]
        if missing := [name for name in names if name not in arrays]:
            raise ValueError(f"arrays hold no merge tree: got no {', '.join(missing)}, expected {', '.join(names)}.")
        values = {name: np.asarray(arrays[name]) for name in names}
        scalars = {name: values[name].item() for name in ("connectivity", "negate", "global_min", "n_nonfinite")}
        return cls(**(values | scalars | {"shape": tuple(values["shape"].tolist())}))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MergeTree):
            return NotImplemented
        mine, theirs = self.to_arrays(), other.to_arrays()
        return all(np.array_equal(mine[name], theirs[name]) for name in mine)

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.shape))
        kind = f"{self.connectivity}, negated" if self.negate else self.connectivity
        counts = f"{len(self.minima)} minima, {len(self.pairs)} pairs, {len(self.saddles)} saddles"
        return f"MergeTree({size}, {kind}: {counts})"


def merge_tree(field: np.ndarray, connectivity: str = "freudenthal", *, negate: bool = False) -> MergeTree:
    """Return the merge tree of the sublevel sets {f <= t} of a field on a grid.

    NaN and infinities of either sign count as +inf, after negation; -0.0 equals 0.0. Results depend on the order of
    the values alone, so that float32 and float64 agree on the same numbers.

    Parameters
    ----------
    field
        Values, 1 to 6 axes, any strides; float32 or float64, anything else is converted to float64. Not modified.
    connectivity
        ``face``, ``freudenthal`` or ``moore``.
    negate
        Take the superlevel sets {f >= t}: the tree of -f, whose minima are the maxima of f.

    Raises
    ------
    ValueError
        For an unknown connectivity, another number of axes, or a field without a finite value.
    """
    field = np.asarray(field)
    if field.dtype not in (np.float32, np.float64):
        field = field.astype(np.float64)
    values, steps, shape = padded(-field if negate else field, connectivity)
    n_nonfinite = field.size - int(np.count_nonzero(np.isfinite(field)))
    if n_nonfinite == field.size:
        raise ValueError(f"field has no merge tree: got {field.size} values, none finite, expected a finite value.")
    down, greatest = _descend(values, steps)
    minima = np.flatnonzero(down == np.arange(down.size))
    minima = minima[np.argsort(values[minima], kind="stable")]  # stable: ties stay in index order
    volume, candidates = _label(values, steps, down, minima)
    candidates = candidates[np.argsort(values[candidates], kind="stable")]
    finite = int(np.count_nonzero(values[minima] < np.inf))
    first, pairs, arcs, nodes, types = _sweep(values, steps, down, candidates, minima, finite, greatest)

    def vertices(index: np.ndarray) -> np.ndarray:
        axes = np.unravel_index(index + steps.min(initial=0), shape)
        return np.asarray(np.ravel_multi_index(axes, field.shape), dtype=np.int64)

    first[first >= 0] = vertices(first[first >= 0])
    nodes = vertices(nodes)
    return MergeTree(
        shape=field.shape,
        connectivity=connectivity,
        negate=negate,
        pairs=vertices(pairs),
        global_min=int(nodes[0]),
        roots=nodes[:1].copy(),  # a grid is connected
        minima=nodes[:finite].copy(),
        first_saddle=first,
        basin_volume=volume[:finite].copy(),
        saddles=nodes[(types == SADDLE) | (types == DEGENERATE)],
        arcs=vertices(arcs),
        nodes=nodes,
        node_types=types,
        n_nonfinite=n_nonfinite,
    )


@njit(cache=True, nogil=True)
def _precedes(f, u, v):  # type: ignore[no-untyped-def]
    return f[u] < f[v] or (f[u] == f[v] and u < v)  # false where u is the border


@njit(cache=True, nogil=True)
def _find(parent, i):  # type: ignore[no-untyped-def]
    """Return the root of ``i``, halving the path to it."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def _descend(f, steps):  # type: ignore[no-untyped-def]
    """Return the least neighbour of each vertex, itself where it is a minimum, and the greatest vertex."""
    down = np.full(f.size, -1, np.int64)
    greatest = -1
    for v in range(f.size):
        if np.isnan(f[v]):
            continue
        least = v
        for s in steps:
            u = v + s
            if _precedes(f, u, least):
                least = u
        down[v] = least
        if greatest < 0 or f[v] >= f[greatest]:
            greatest = v
    return down, greatest


@njit(cache=True, nogil=True)
def _label(f, steps, down, minima):  # type: ignore[no-untyped-def]
    """Overwrite ``down`` by ``~basin``; return basin volumes, and vertices with a lower neighbour in another basin."""
    for i in range(minima.size):
        down[minima[i]] = ~i
    volume = np.zeros(minima.size, np.int64)
    candidates = np.empty(f.size, np.int64)
    for v in range(f.size):
        if np.isnan(f[v]):
            continue
        end = v
        while down[end] >= 0:
            end = down[end]
        basin, u = down[end], v
        while down[u] >= 0:
            down[u], u = basin, down[u]
        volume[~basin] += 1
    count = 0
    for v in range(f.size):
        if np.isnan(f[v]):
            continue
        for s in steps:
            u = v + s
            if down[u] != down[v] and _precedes(f, u, v):
                candidates[count] = v
                count += 1
                break
    return volume, candidates[:count].copy()  # frees the rest


@njit(cache=True, nogil=True)
def _sweep(f, steps, down, candidates, minima, finite, greatest):  # type: ignore[no-untyped-def]
    """Join basins at ascending candidates; return first saddles, pairs, arcs, nodes and their types.

    Basins are numbered in ascending order of their minima, so the elder of two is the smaller number, and those born
    at +inf come last.
    """
    parent, top = np.arange(minima.size), minima.copy()
    first = np.full(finite, -1, np.int64)
    pairs, arcs = np.empty((finite, 2), np.int64), np.empty((2 * finite, 2), np.int64)
    nodes, types = np.empty(2 * finite, np.int64), np.zeros(2 * finite, np.int8)
    nodes[:finite] = minima[:finite]
    n_pairs, n_arcs, n_nodes = 0, 0, finite
    met = np.empty(steps.size + 1, np.int64)  # the basins that meet in v, ascending
    for v in candidates:
        met[0], n = _find(parent, ~down[v]), 1
        for s in steps:
            u = v + s
            if down[u] != down[v] and _precedes(f, u, v):
                basin, k = _find(parent, ~down[u]), n
                while k > 0 and met[k - 1] > basin:
                    k -= 1
                if k == 0 or met[k - 1] != basin:
                    for i in range(n, k, -1):
                        met[i] = met[i - 1]
                    met[k] = basin
                    n += 1
        kept = 0
        for i in range(n):
            parent[met[i]] = met[0]
            kept += met[i] < finite
        if kept < 2:
            continue
        for i in range(kept):
            arcs[n_arcs, 0], arcs[n_arcs, 1] = v, top[met[i]]
            n_arcs += 1
            if first[met[i]] < 0:
                first[met[i]] = v
            if i > 0:
                pairs[n_pairs, 0], pairs[n_pairs, 1] = minima[met[i]], v
                n_pairs += 1
        top[met[0]] = v
        nodes[n_nodes], types[n_nodes] = v, SADDLE if kept == 2 else DEGENERATE
        n_nodes += 1
    if top[0] != greatest:
        arcs[n_arcs, 0], arcs[n_arcs, 1] = greatest, top[0]
        n_arcs += 1
        nodes[n_nodes], types[n_nodes] = greatest, ROOT
        n_nodes += 1
    return first, pairs[:n_pairs], arcs[:n_arcs], nodes[:n_nodes], types[:n_nodes]
