"""Checkpoints drawn on the landscapes on which they are projected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from landsweep.disk import projections
from landsweep.disk.opened import OpenedRun
from landsweep.study.plan import Member

SPANNING = {"marker": "*", "color": "#ffd92f", "markersize": 8, "markeredgecolor": "black", "markeredgewidth": 0.5}
"""Checkpoints that span a landscape are drawn in this style."""
PATH = {"marker": "o", "color": "#e7298a", "markersize": 3, "linewidth": 1.0, "markeredgecolor": "white"}
"""Checkpoints of a trajectory are drawn in this style, joined in their order."""


def draw_projections(panel: Any, run: OpenedRun, member: Member, axes: Sequence[np.ndarray], field: np.ndarray) -> None:
    """Draw a member's projected checkpoints on its landscape of one or two dimensions, with a legend of residuals.

    On a curve they stand at its height. What lies outside the grid is not drawn, and is counted in the legend.
    """
    found = projections.read(run.directory, member.index)
    if found is None:
        return
    low, high = (np.array([end(axis) for axis in axes]) for end in (np.min, np.max))
    slack = 1e-9 * (high - low)
    inside = ((found.coordinates >= low - slack) & (found.coordinates <= high + slack)).all(axis=1)
    for spanning, style, what in ((True, SPANNING, "spanning"), (False, PATH, "trajectory")):
        chosen = found.spanning == spanning
        if not chosen.any():
            continue
        at = np.where(inside[:, None], found.coordinates, np.nan)[chosen]
        if len(axes) == 1:
            at = np.column_stack([at[:, 0], np.interp(at[:, 0], axes[0], field)])
        label = f"{what}: {_residuals(found.residuals[chosen], found.distances[chosen])}"
        if outside := int((chosen & ~inside).sum()):
            label += f", {outside} outside"
        panel.plot(at[:, 0], at[:, 1], label=label, clip_on=False, linestyle="none" if spanning else "-", **style)
        if not spanning:
            for k in (0, len(at) - 1):
                panel.annotate(str(k), at[k], (3, 3), textcoords="offset points", fontsize=6, color=style["color"])
    panel.legend(fontsize=6, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18), handlelength=1.2)


def _residuals(residuals: np.ndarray, distances: np.ndarray) -> str:
    """Return the residual norms in words: how far the checkpoints lie from what the figure shows."""
    if residuals.max() <= 1e-5 * max(distances.max(), np.finfo(float).tiny):
        return "on the landscape"
    low, high = residuals.min(), residuals.max()
    spread = f"{high:.2g}" if f"{low:.2g}" == f"{high:.2g}" else f"{low:.2g} to {high:.2g}"
    return f"residual {spread} (distance {distances[residuals.argmax()]:.2g})"
