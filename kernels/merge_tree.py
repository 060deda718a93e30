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
    global_min, roots
        The least vertex; ``(r,)`` minima that never die, one per connected component: on a grid ``[global_min]``.
    minima
        ``(m,)`` minima born at a finite value, ascending.
    first_saddle, basin_volume
        ``(m,)`` per minimum: upper end of its leaf arc, -1 where that is no saddle; number of vertices whose steepest
        descent ends in it.
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
        """Return death - birth per pair, ``(p,)`` float64, +inf for an infinite saddle; ValueError on a wrong shape."""
        return self.climbs(field, self.pairs)

    def climbs(self, field: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return value differences, as :meth:`lifetimes` does, for any ``(k, 2)`` finite lower and upper vertices."""
        if np.shape(field) != self.shape:
            raise ValueError(f"field is not the tree's: got shape {np.shape(field)}, expected {self.shape}.")
        low, high = np.asarray(field).reshape(-1)[ends.T].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # a difference may pass the greatest float
            return np.where(np.isfinite(high), low - high if self.negate else high - low, np.inf)

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
        return all(map(np.array_equal, self.to_arrays().values(), other.to_arrays().values()))

    def __repr__(self) -> str:
        kind = f"{' x '.join(map(str, self.shape))}, {self.connectivity}{', negated' if self.negate else ''}"
        return f"MergeTree({kind}: {len(self.minima)} minima, {len(self.pairs)} pairs, {len(self.saddles)} saddles)"


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
    values, steps = padded(-field if negate else field, connectivity)
    n_nonfinite = field.size - int(np.count_nonzero(np.isfinite(field)))
    if n_nonfinite == field.size:
        raise ValueError(f"field has no merge tree: got {field.size} values, none finite, expected a finite value.")
    inside = np.flatnonzero(~np.isnan(values))
    down = _descend(values, steps, inside)
    minima = inside[down[inside] == inside]
    minima = minima[np.argsort(values[minima], kind="stable")]  # stable: ties stay in index order
    volume, candidates = _label(values, steps, inside, down, minima)
    candidates = candidates[np.argsort(values[candidates], kind="stable")]
    finite = int(np.count_nonzero(values[minima] < np.inf))
    arcs, branch = _sweep(values, steps, down, candidates, minima, finite)

    down[inside] = np.arange(inside.size)  # vertex of each place in the padded copy
    minima, arcs = down[minima], down[arcs]
    # The arcs of one saddle follow each other, the eldest branch first: it alone goes on.
    eldest = np.diff(arcs[:, 0], prepend=-1) != 0
    saddles = arcs[eldest, 0]
    types = np.where(np.diff(np.flatnonzero(eldest), append=len(arcs)) == 2, SADDLE, DEGENERATE)
    first = np.full(finite, -1, dtype=np.int64)
    first[branch[::-1]] = arcs[::-1, 0]  # the last assignment stays: the lowest saddle
    top = np.append(minima[:1], saddles)[-1:]
    root = np.setdiff1d(np.flatnonzero(values[inside] == values[inside].max())[-1:], top)
    return MergeTree(
        shape=field.shape,
        connectivity=connectivity,
        negate=negate,
        pairs=np.stack([minima[branch[~eldest]], arcs[~eldest, 0]], axis=1),
        global_min=int(minima[0]),
        roots=minima[:1].copy(),  # a grid is connected
        minima=minima[:finite].copy(),
        first_saddle=first,
        basin_volume=volume[:finite].copy(),
        saddles=saddles,
        arcs=np.concatenate([arcs, np.stack([root, top[: len(root)]], axis=1)]),
        nodes=np.concatenate([minima[:finite], saddles, root]),
        node_types=np.concatenate([np.zeros(finite), types, np.full(len(root), ROOT)]).astype(np.int8),
        n_nonfinite=n_nonfinite,
    )


@njit(cache=True, nogil=True)
def _precedes(f, u, v):  # type: ignore[no-untyped-def]
    return f[u] < f[v] or (f[u] == f[v] and u < v)  # false where u is the border


@njit(cache=True, nogil=True)
def _find(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]  # path halving
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def _descend(f, steps, inside):  # type: ignore[no-untyped-def]
    """Return the least neighbour of each vertex, itself where that is a minimum."""
    down = np.full(f.size, -1, np.int64)
    for v in inside:
        down[v] = v
        for s in steps:
            if _precedes(f, v + s, down[v]):
                down[v] = v + s
    return down


@njit(cache=True, nogil=True)
def _label(f, steps, inside, down, minima):  # type: ignore[no-untyped-def]
    """Overwrite ``down`` by ``~basin``; return basin volumes, and vertices with a lower neighbour in another basin."""
    for i in range(minima.size):
        down[minima[i]] = ~i
    volume = np.zeros(minima.size, np.int64)
    for v in inside:
        end = v
        while down[end] >= 0:
            end = down[end]
        basin = down[end]
        volume[~basin] += 1
        while down[v] >= 0:
            down[v], v = basin, down[v]
    candidates, count = np.empty(inside.size, np.int64), 0
    for v in inside:
        for s in steps:
            if down[v + s] != down[v] and _precedes(f, v + s, v):
                candidates[count] = v
                count += 1
                break
    return volume, candidates[:count].copy()  # frees the rest


@njit(cache=True, nogil=True)
def _sweep(f, steps, down, candidates, minima, finite):  # type: ignore[no-untyped-def]
    """Join basins at ascending candidates; return arcs (saddle, lower node) and the basin each one's branch began in.

    Basins are numbered in ascending order of their minima, so the elder of two is the smaller number, and those born
    at +inf come last.
    """
    parent, top = np.arange(minima.size), minima.copy()
    arcs, branch, count = np.empty((2 * finite, 2), np.int64), np.empty(2 * finite, np.int64), 0
    met = np.empty(steps.size + 1, np.int64)  # the basins that meet in v, ascending
    for v in candidates:
        met[0], n = _find(parent, ~down[v]), 1
        for s in steps:
            if down[v + s] == down[v] or not _precedes(f, v + s, v):
                continue
            basin, k = _find(parent, ~down[v + s]), n
            while k > 0 and met[k - 1] > basin:
                k -= 1
            if k == 0 or met[k - 1] != basin:
                for i in range(n, k, -1):
                    met[i] = met[i - 1]
                met[k] = basin
                n += 1
        for b in met[:n]:
            parent[b] = met[0]
        if n == 1 or met[1] >= finite:
            continue
        for b in met[:n]:
            if b < finite:
                arcs[count, 0], arcs[count, 1], branch[count] = v, top[b], b
                count += 1
        top[met[0]] = v
    return arcs[:count], branch[:count]
