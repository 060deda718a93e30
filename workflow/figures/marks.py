"""Minima and saddles on maps and curves of landscapes: those of the grid, or those of the loss itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from landsweep.disk.opened import OpenedRun
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.figures.critical import MINIMUM, SADDLE, critical, draw_critical, draw_joints, draw_points
from landsweep.figures.layout import shown
from landsweep.figures.style import JOIN, LEAF, note
from landsweep.kernels.critical.resolved import BOUND, Resolved
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

MOST_MARKS = 300
"""More minima than this are not told apart on a map."""


def words(run: OpenedRun) -> str:
    """Return what the marks on maps stand for."""
    if not run.study.resolve.enabled:
        what = "maxima" if run.study.topology.negate else "minima"
        if run.study.connectivity[0] in CONNECTIVITIES:
            return f"dots: {what}, crosses: saddles, joined to the {what} whose basins meet there"
        return f"dots: {what}, crosses: saddles, joined as the tree joins them"
    return (
        f"dots: {RESOLVED} minima, crosses: saddles, joined to the minima whose basins meet there; pluses: bounds, "
        "circles: artefacts of the grid, squares: unresolved"
    )


def lacking(run: OpenedRun, member: Member) -> str:
    """Return what a panel says where minima and saddles are asked for and are not there yet, else nothing."""
    if not run.directory.topology(member.index).exists():
        return "minima not known yet"
    asked = run.study.resolve.enabled and find_resolved(run.directory.resolved(member.index)) is None
    return f"{RESOLVED} minima not known" if asked else ""


def draw_marks(
    panel: Any,
    run: OpenedRun,
    member: Member,
    axes: Sequence[np.ndarray],
    periods: Sequence[float | None] = (None, None),
    field: np.ndarray | None = None,
) -> None:
    """Draw a member's minima and saddles on its map, joined as the tree joins them; on a curve those that are resolved.

    Resolved ones stand at their own coordinates. Beside them, open circles are minima of the grid (of the first
    representation) that stand for no minimum of the loss, and open squares those from which no descent ended in one.
    Where minima of the loss are asked for and are not there (:func:`lacking`), those of the grid do not stand in.
    ``periods`` are the lengths of periodic axes, and ``field`` the values of the grid, which say whose basins meet.
    """
    if lacking(run, member):
        return
    threshold = run.study.topology.threshold
    found = find_resolved(run.directory.resolved(member.index)) if run.study.resolve.enabled else None
    tree = find_tree(run.directory.topology(member.index), run.study.connectivity[0])
    if found is not None and len(found.value):
        _resolved(panel, found, max(POSITIVE, threshold.loss(found.tree.value_range)), len(axes), periods)
    if tree is None:  # no finite value, so the panel stays empty
        return
    if found is None:
        least = max(POSITIVE, threshold.loss(tree.value_range))  # what is counted
        less, said = shown(tree.simplify(least), MOST_MARKS)
        at = critical(less, axes) if said else critical(tree, axes, least, field=field)
        note(panel, f"marked, without lines: {said}" if said else "")
        if len(axes) > 1:
            draw_critical(panel, replace(at, joints=at.joints[:0]) if said else at, periods)
            return
        for where, height, style, colour in (
            (at.saddles, at.saddle_values, "x", JOIN),
            (at.minima, at.minimum_values, "o", LEAF),
        ):
            draw_points(panel, np.column_stack([where[:, 0], height]), style, colour)
        return
    if len(axes) == 1:
        return
    shape = tuple(map(len, axes))
    own, lost = found.start_own, found.start_end < 0
    there = np.isin(found.start, tree.minima)
    for which, style in ((there & ~own & ~lost, "o"), (there & lost, "s")):
        i, j = np.unravel_index(found.start[which], shape)
        draw_points(panel, np.column_stack([axes[0][i], axes[1][j]]), style, MINIMUM, markerfacecolor="none", **_open())


def _open() -> dict[str, Any]:
    """Return the style of open marks: a white line with black on both sides."""
    from matplotlib.patheffects import withStroke

    return {
        "markeredgecolor": MINIMUM,
        "markeredgewidth": 0.7,
        "path_effects": [withStroke(linewidth=1.5, foreground="black")],
    }


def _resolved(panel: Any, found: Resolved, threshold: float, dims: int, periods: Sequence[float | None]) -> None:
    tree, m = found.tree.simplify(threshold), len(found.value)
    saddles = tree.joins - m
    bound = found.saddle_kind[saddles] == BOUND
    if dims > 1:
        places = np.concatenate([found.alpha, found.saddle_alpha])
        joins = np.stack([m + found.joins[:, 0], found.joins[:, 1]], axis=1)
        placed = critical(found.tree, lambda vertices: places[vertices], threshold, joins=joins)
        draw_joints(panel, placed.joints, periods)
    for where, height, style, colour in (
        (found.saddle_alpha[saddles[~bound]], found.saddle_value[saddles[~bound]], "x", SADDLE if dims > 1 else JOIN),
        (found.saddle_alpha[saddles[bound]], found.saddle_value[saddles[bound]], "+", SADDLE if dims > 1 else JOIN),
        (found.alpha[tree.minima], found.value[tree.minima], "o", MINIMUM if dims > 1 else LEAF),
    ):
        at = np.column_stack([where[:, 0], where[:, 1] if dims > 1 else height])
        draw_points(panel, at, style, colour, clip_on=False)
