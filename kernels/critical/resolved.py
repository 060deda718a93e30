"""The minima and saddles of a function in a box, and the merge tree that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from landsweep.kernels.critical.rounding import noise
from landsweep.kernels.topology.metrics import METRICS, topology_metrics
from landsweep.kernels.topology.tree import MergeTree

INTERIOR, BORDER, FLAT, KINK, DEGENERATE, BOUND = range(6)
"""These integers are the kinds of minima (the first four) and saddles (all but the third and fourth)."""
KINDS = {
    INTERIOR: "interior",
    BORDER: "border",
    FLAT: "flat",
    KINK: "kink",
    DEGENERATE: "degenerate",
    BOUND: "bound",
}
"""Each kind has this name."""


@dataclass(frozen=True, eq=False)
class Resolved:
    """The critical points of a function f in a box that were found, of which those of its sublevel sets.

    Coordinates are those of the function; arrays are float64 unless stated.

    Parameters
    ----------
    shape
        The points per axis of the grid from which the search began.
    alpha, value
        ``(m, d)`` and ``(m,)`` the minima and f there, ascending in value.
    kind
        ``(m,)`` int8: *interior* (the gradient vanishes, the Hessian is positive definite), *border* (so along the
        faces that the minimum lies on, and f rises from them inwards), *flat* (no lower point was found, and the
        Hessian is not positive definite within rounding: the floor of a valley), *kink* (f has no derivative there,
        and no lower value around).
    faces
        ``(m, d)`` int8: -1 where the minimum lies on the lower face of an axis, 1 on the upper one, else 0.
    curvature
        ``(m,)`` the least eigenvalue of the Hessian along the faces, in loss per squared step of the grid; NaN for a
        kink or a corner.
    saddle_alpha, saddle_value, saddle_kind, saddle_faces
        The same of the saddles, ``(s, ...)``, ascending in value. Kinds are *interior* and *border* (the Hessian has
        exactly one negative eigenvalue; descents to its two sides ended in the minima that are joined), *degenerate*
        (descents around a point where all vanishes ended in them), and *bound*: no saddle was found, but a path
        between two minima, whose highest point this is. The true pass is at most so high.
    saddle_curvature
        ``(s,)`` the negative eigenvalue, in loss per squared step of the grid; NaN for a degenerate saddle or a bound.
    joins
        ``(j, 2)`` int64: a saddle and a minimum that a monotone path leads to from it, ascending.
    start, start_end
        ``(g,)`` int64: the vertices of the grid from which descents began, C-order, ascending, and the minimum in which
        each ended, -1 where none was found.
    start_own
        ``(g,)`` bool: whether the minimum of the grid stands for a minimum of the function: of several that end in
        one, the lowest. The others are artefacts of the grid.
    basin_volume
        ``(m,)`` int64: for each minimum, the vertices of the grid whose steepest descent on the grid leads to a start
        that ends in it.
    reasons
        ``(u,)`` text: why starts are without an end, and what else is not known, one sentence each.
    samples, seen
        The number of descents from further starts, and ``(m,)`` int64: how many of them ended in each minimum.
    known
        ``(m,)`` bool: whether other descents than these led to each minimum.
    n_values, n_gradients, n_derivatives
        The number of points at which f was evaluated alone, with its gradient, and with both derivatives.
    value_range, n_nonfinite
        The least and the greatest finite value of the grid, and the number of its vertices that are not finite.
    """

    shape: tuple[int, ...]
    alpha: np.ndarray
    value: np.ndarray
    kind: np.ndarray
    faces: np.ndarray
    curvature: np.ndarray
    saddle_alpha: np.ndarray
    saddle_value: np.ndarray
    saddle_kind: np.ndarray
    saddle_faces: np.ndarray
    saddle_curvature: np.ndarray
    joins: np.ndarray
    start: np.ndarray
    start_end: np.ndarray
    start_own: np.ndarray
    basin_volume: np.ndarray
    reasons: np.ndarray
    samples: int
    seen: np.ndarray
    known: np.ndarray
    n_values: int
    n_gradients: int
    n_derivatives: int
    value_range: tuple[float, float]
    n_nonfinite: int

    @cached_property
    def tree(self) -> MergeTree:
        """The merge tree of the critical points: its vertices are the minima, then the saddles, then the maximum.

        The last vertex stands for the greatest value of the grid. What lies on the border follows from ``faces``.
        Saddles whose heights rounding cannot tell apart have one height, so that it does not decide how many there are.

        Raises
        ------
        ValueError
            Where no minimum was found.
        """
        from landsweep.kernels.topology.merge_trees import graph_merge_tree  # compiled code: most who read need none

        m, s = len(self.value), len(self.saddle_value)
        if not m:
            raise ValueError(f"there is no tree: got no minimum, expected one; {'; '.join(self.reasons[:1])}")
        low, high = (
            min(self.value_range[0], self.value[0]),
            max(self.value_range[1], *self.saddle_value, self.value[-1]),
        )
        values = np.concatenate([self.value, _alike(self.saddle_value), [high]])
        edges = np.stack([m + self.joins[:, 0], self.joins[:, 1]], axis=1)
        top = [int(edges[:, 0].max()) if s else 0, m + s]
        tree = graph_merge_tree(values, np.concatenate([edges, [top]]).astype(np.int64))
        volume, border = np.zeros(m + s + 1, np.int64), np.zeros(m + s + 1, bool)
        volume[:m] = self.basin_volume
        border[:m], border[m : m + s] = self.faces.any(axis=1), self.saddle_faces.any(axis=1)
        upper = tree.arcs[:, 0]
        first = {int(vertex): k for k, vertex in reversed(list(enumerate(upper.tolist())))}
        own = np.arange(len(upper))
        meets = np.isin(upper, tree.saddles) & border[upper] & (tree.upper_values > tree.lower_values)
        classes = np.where(meets, [first[int(vertex)] for vertex in upper], own)
        return replace(
            tree,
            connectivity="resolved",
            basin_volume=volume[tree.minima],
            border_volume=border[tree.minima].astype(np.int64),
            border_class=classes,
            value_range=(float(low), float(high)),
            n_nonfinite=self.n_nonfinite,
        )

    def metrics(self, min_persistence: float = 0.0) -> dict[str, float]:
        """Return :func:`landsweep.kernels.topology.metrics.topology_metrics` of the tree; shares are of the grid.

        Where no minimum was found, all are NaN but for the number of vertices that are not finite.
        """
        if not len(self.value):
            return dict.fromkeys(METRICS, float("nan")) | {"n_nonfinite": float(self.n_nonfinite)}
        found = topology_metrics(self.tree, min_persistence=min_persistence)
        found["smad_weighted"] *= (len(self.value) + len(self.saddle_value) + 1) / np.prod(self.shape, dtype=float)
        return found

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all fields as arrays that ``np.savez`` stores without pickling."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Resolved:
        """Return what :meth:`to_arrays` wrote; further keys are ignored, a missing one raises KeyError."""
        values: dict[str, Any] = {f.name: np.asarray(arrays[f.name]) for f in fields(cls)}
        for name in ("samples", "n_values", "n_gradients", "n_derivatives", "n_nonfinite"):
            values[name] = int(values[name])
        for name in ("shape", "value_range"):
            values[name] = tuple(values[name].tolist())
        return cls(**values)


def _alike(value: np.ndarray) -> np.ndarray:
    """Return ascending values, each group of those that rounding cannot tell apart as its first one."""
    new = np.diff(value, prepend=-np.inf) > 4 * noise(value)
    found: np.ndarray = value[np.maximum.accumulate(np.where(new, np.arange(len(value)), 0))]
    return found
