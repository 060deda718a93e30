"""Minima and saddles as points on a picture of a landscape, joined as the merge tree joins them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, offsets
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree

MINIMUM, SADDLE = "white", "#ff7f0e"
"""Minima and saddles have these colours on maps, with black around them."""
SIZE = 3.0
"""The least size of a mark, in points; on greater panels marks are greater."""
JOINT = {"colors": SADDLE, "linewidths": 0.7, "alpha": 0.7}
"""Lines from saddles to what they join are drawn in this style."""


@dataclass(frozen=True)
class Critical:
    """Where minima and saddles lie, and what the saddles join.

    Parameters
    ----------
    minima, saddles
        ``(m, d)`` and ``(s, d)`` coordinates.
    minimum_values, saddle_values
        ``(m,)`` and ``(s,)`` heights.
    joints
        ``(a, 2, d)`` coordinates: a saddle, and a minimum whose basin meets another one there; or, where the basins are
        not known, a minimum or saddle that an arc of the tree leads down to.
    """

    minima: np.ndarray
    saddles: np.ndarray
    minimum_values: np.ndarray
    saddle_values: np.ndarray
    joints: np.ndarray


def critical(
    tree: MergeTree,
    place: Sequence[np.ndarray] | Callable[[np.ndarray], np.ndarray],
    least: float = POSITIVE,
    *,
    field: np.ndarray | None = None,
    joins: np.ndarray | None = None,
) -> Critical:
    """Return the minima and saddles of a tree of which pairs below a persistence are dropped.

    Parameters
    ----------
    tree
        The merge tree.
    place
        The coordinates along each axis of the grid; or a function from ``(n,)`` vertices to ``(n, d)`` coordinates.
    least
        Pairs of a lower persistence are dropped, by default those of persistence 0. Saddles of one level that are
        one point of the tree have one mark, though each has its lines; those that are not finite are left out.
    field
        The values of which this is the tree, where neighbours are those of a grid: descents from each saddle find the
        minima whose basins meet there. Without it lines follow the arcs of the tree.
    joins
        In place of ``field``: ``(j, 2)`` vertices, a saddle and a minimum to which a way leads down from it.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> values = np.array([2.0, 0.0, 3.0, 1.0, 4.0])
    >>> found = critical(merge_tree(values), [np.arange(5.0)], field=values)
    >>> found.minima.ravel().tolist(), found.saddles.ravel().tolist(), found.joints[:, :, 0].tolist()
    ([1.0, 3.0], [2.0], [[2.0, 1.0], [2.0, 3.0]])
    """
    less = tree.simplify(max(least, POSITIVE))
    at = place if callable(place) else _on_grid(place)
    values = dict(zip(less.nodes.tolist(), less.node_values.tolist(), strict=True))
    one = dict(zip(less.saddles.tolist(), less.saddles[less.join_of].tolist(), strict=True))
    if joins is None and field is not None and tree.connectivity in CONNECTIVITIES:
        joins = _meeting(tree, less.saddles, -field if tree.negate else field)  # maxima are minima of -field
    if joins is not None:
        stays = _survivors(tree, less)
        ends = [(s, stays[m]) for s, m in joins.tolist() if s in one and m in stays]  # each saddle at its own place
    else:
        ends = [(one[upper], one.get(lower, lower)) for upper, lower in less.arcs.tolist() if upper in one]
    ends = [(u, v) for u, v in dict.fromkeys(ends) if u != v and np.isfinite(values[u])]
    saddles = np.array([v for v in less.joins.tolist() if np.isfinite(values[v])], dtype=np.int64)
    joints = np.array(ends, dtype=np.int64).reshape(-1, 2)
    minima = at(less.minima)
    return Critical(
        minima,
        at(saddles),
        less.node_values[: len(less.minima)],
        np.array([values[v] for v in saddles.tolist()]),
        at(joints.ravel()).reshape(len(joints), 2, minima.shape[1]),
    )


def _survivors(tree: MergeTree, less: MergeTree) -> dict[int, int]:
    """Return for each minimum of a tree the minimum of the simplified tree that its basin belongs to."""
    kept, parent = {*less.minima.tolist()}, tree.branch_parent
    found: dict[int, int] = {}
    for branch, vertex in enumerate(tree.minima.tolist()):  # parents come first: they are lower
        if vertex in kept:
            found[vertex] = vertex
        elif parent[branch] >= 0:
            found[vertex] = found[int(tree.minima[parent[branch]])]
    return found


def _meeting(tree: MergeTree, saddles: np.ndarray, field: np.ndarray) -> np.ndarray:
    """Return ``(j, 2)`` each saddle with the minima in which the steepest descents from its lower neighbours end."""
    shape, values = field.shape, np.where(np.isfinite(field), field, np.inf).ravel().tolist()
    steps, strides = (
        offsets(tree.connectivity, field.ndim).tolist(),
        [int(np.prod(shape[k + 1 :])) for k in range(field.ndim)],
    )
    ends: dict[int, int] = {}

    def near(vertex: int) -> list[int]:
        at, found = [vertex // stride % n for stride, n in zip(strides, shape, strict=True)], []
        for step in steps:
            to = [i + k for i, k in zip(at, step, strict=True)]
            to = [i % n if axis in tree.periodic else i for axis, (i, n) in enumerate(zip(to, shape, strict=True))]
            if all(0 <= i < n for i, n in zip(to, shape, strict=True)):
                found.append(sum(i * stride for i, stride in zip(to, strides, strict=True)))
        return found

    def end(vertex: int) -> int:
        way = []
        while vertex not in ends:
            way.append(vertex)
            lowest = min((vertex, *near(vertex)), key=lambda v: (values[v], v))
            if lowest == vertex:
                ends[vertex] = vertex
            vertex = lowest
        for passed in way:
            ends[passed] = ends[vertex]
        return ends[vertex]

    found = []
    for saddle in saddles.tolist():
        below = [v for v in near(saddle) if (values[v], v) < (values[saddle], saddle)]
        found += [(saddle, minimum) for minimum in dict.fromkeys(map(end, below))]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _on_grid(axes: Sequence[np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    shape = tuple(map(len, axes))

    def place(vertices: np.ndarray) -> np.ndarray:
        index = np.unravel_index(vertices.astype(np.int64), shape)
        return np.stack([np.asarray(axis)[i] for axis, i in zip(axes, index, strict=True)], axis=1)

    return place


def draw_points(ax: Any, at: np.ndarray, marker: str, colour: str, **style: Any) -> None:
    """Draw marks of one kind at ``(n, 2)`` coordinates, with black around them; nothing where there are none.

    A line without points that is not clipped would lie at the corner of the figure, and take room there.
    """
    from matplotlib.patheffects import withStroke

    if not len(at):
        return
    size = float(np.clip(1.3 * ax.get_window_extent().width / ax.figure.get_dpi(), SIZE, 4.0))
    own = {"markersize": size, "markeredgewidth": 0.33 * size, "linestyle": "none", "zorder": 3}
    if marker == "o":
        own |= {"markeredgecolor": "black", "markeredgewidth": 0.15 * size}
    else:
        own["path_effects"] = [withStroke(linewidth=0.33 * size + 0.5, foreground="black")]
    ax.plot(at[:, 0], at[:, 1], marker, color=colour, **own | style)


def draw_critical(ax: Any, found: Critical, periods: Sequence[float | None] = (None, None)) -> None:
    """Draw minima, saddles and the lines between them on a map.

    A line around a periodic axis, of the length in ``periods``, leaves the map at one side and comes in at the other.
    """
    draw_joints(ax, found.joints, periods)
    draw_points(ax, found.saddles, "x", SADDLE, clip_on=False)  # half of those on the border would be cut off
    draw_points(ax, found.minima, "o", MINIMUM, clip_on=False)


def draw_joints(ax: Any, joints: np.ndarray, periods: Sequence[float | None] = (None, None)) -> None:
    """Draw the lines from saddles to what they join, ``(a, 2, 2)`` coordinates."""
    from matplotlib.collections import LineCollection

    lines = [line for joint in joints for line in _around(joint, periods)]
    if lines:
        ax.add_collection(LineCollection(lines, zorder=2.5, **JOINT), autolim=False)


def _around(joint: np.ndarray, periods: Sequence[float | None]) -> list[np.ndarray]:
    """Return a line between two points by the short way, twice where it goes over the border of the map."""
    shift = np.array(
        [0.0 if not p else -p * np.round((end - start) / p) for start, end, p in zip(*joint, periods, strict=True)]
    )
    if not shift.any():
        return [joint]
    return [np.stack([joint[0], joint[1] + shift]), np.stack([joint[0] - shift, joint[1]])]
