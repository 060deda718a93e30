"""Minima and saddles on maps and curves of landscapes: those of the grid, or those of the loss itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from landsweep.disk.opened import OpenedRun
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.kernels.critical.resolved import BOUND, Resolved
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

SIZE = {"markersize": 2.5, "markeredgewidth": 0.7, "linestyle": "none"}
"""Every mark has this size."""
MINIMUM, SADDLE = "white", "#ff7f0e"
"""Minima and saddles have these colours on maps."""


def words(run: OpenedRun) -> str:
    """Return what the marks on maps stand for."""
    if not run.study.resolve.enabled:
        return f"dots: {'maxima' if run.study.topology.negate else 'minima'}, crosses: saddles"
    return (
        f"dots: {RESOLVED} minima, crosses: saddles, pluses: bounds, circles: artefacts of the grid, "
        "squares: unresolved"
    )


def lacking(run: OpenedRun, member: Member) -> str:
    """Return what a panel says where minima and saddles of the loss are asked for and are not there, else nothing."""
    asked = run.study.resolve.enabled and find_resolved(run.directory.resolved(member.index)) is None
    return f"{RESOLVED} minima not known" if asked else ""


def draw_marks(panel: Any, run: OpenedRun, member: Member, axes: Sequence[np.ndarray]) -> None:
    """Draw a member's minima and saddles on its map, or what is resolved of them on its curve.

    Resolved ones stand at their own coordinates. Beside them, open circles are minima of the grid (of the first
    representation) that stand for no minimum of the loss, and open squares those from which no descent ended in one.
    Where minima of the loss are asked for and are not there (:func:`lacking`), those of the grid do not stand in.
    """
    if lacking(run, member):
        return
    threshold = run.study.topology.threshold
    found = find_resolved(run.directory.resolved(member.index)) if run.study.resolve.enabled else None
    tree = find_tree(run.directory.topology(member.index), run.study.connectivity[0])
    if found is not None and len(found.value):
        _resolved(panel, found, max(POSITIVE, threshold.loss(found.tree.value_range)), len(axes))
    if tree is None or len(axes) == 1:  # no finite value, so the panel stays empty
        return
    shape = tuple(map(len, axes))
    if found is None:
        tree = tree.simplify(max(POSITIVE, threshold.loss(tree.value_range)))  # what is counted
        for vertices, style, colour in ((tree.joins, "x", SADDLE), (tree.minima, "o", MINIMUM)):
            i, j = np.unravel_index(vertices, shape)
            panel.plot(axes[0][i], axes[1][j], style, color=colour, **SIZE)
        return
    own, lost = found.start_own, found.start_end < 0
    shown = np.isin(found.start, tree.minima)
    for which, style in ((shown & ~own & ~lost, "o"), (shown & lost, "s")):
        i, j = np.unravel_index(found.start[which], shape)
        panel.plot(axes[0][i], axes[1][j], style, color=MINIMUM, markerfacecolor="none", **SIZE)


def _resolved(panel: Any, found: Resolved, threshold: float, dims: int) -> None:
    tree, m = found.tree.simplify(threshold), len(found.value)
    saddles = tree.joins - m
    bound = found.saddle_kind[saddles] == BOUND
    for where, height, style, colour in (
        (found.saddle_alpha[saddles[~bound]], found.saddle_value[saddles[~bound]], "x", SADDLE),
        (found.saddle_alpha[saddles[bound]], found.saddle_value[saddles[bound]], "+", SADDLE),
        (found.alpha[tree.minima], found.value[tree.minima], "o", MINIMUM if dims > 1 else "black"),
    ):
        if len(where):  # a line without points that is not clipped would lie at the corner of the figure
            panel.plot(where[:, 0], where[:, 1] if dims > 1 else height, style, color=colour, clip_on=False, **SIZE)
