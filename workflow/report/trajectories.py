"""Checkpoints drawn on the landscapes on which they are projected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from landsweep.disk.directions import load_geometry, read_projections
from landsweep.disk.opened import OpenedRun
from landsweep.study.plan import Member

SPANNING = {"marker": "*", "color": "#ffd92f", "markersize": 8, "markeredgecolor": "black", "markeredgewidth": 0.5}
"""Checkpoints that span a landscape are drawn in this style."""
PATH = {
    "marker": "o",
    "markersize": 3.5,
    "linewidth": 1.2,
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}
"""Checkpoints of a trajectory are drawn in this style, joined in their order."""
COLOURS = ("#e7298a", "#66c2ff", "#ff7f0e", "#b3de69", "#ffffff")
"""Trajectories of one landscape are drawn in these colours."""


def draw_projections(panel: Any, run: OpenedRun, member: Member, axes: Sequence[np.ndarray]) -> None:
    """Draw a member's projected checkpoints on its landscape of one or two dimensions, with a legend of residuals.

    Beside a curve they stand at their own loss. What lies outside the grid is not drawn, and is counted in the legend.
    """
    found = read_projections(run.directory, member.index)
    if found is None:
        return
    low, high = (np.array([end(axis) for axis in axes]) for end in (np.min, np.max))
    slack = 1e-3 * (high - low)  # corners lie on the border, but for rounding
    inside = ((found.coordinates >= low - slack) & (found.coordinates <= high + slack)).all(axis=1)
    for number, path in enumerate(dict.fromkeys(found.paths.tolist())):
        chosen, spanning = found.paths == path, not path
        what = "spanning it" if spanning else path
        style = SPANNING if spanning else PATH | {"color": COLOURS[(number - int(found.paths[0] == "")) % len(COLOURS)]}
        at = np.where(inside[:, None], found.coordinates, np.nan)[chosen]
        if len(axes) == 1:
            at = np.column_stack([at[:, 0], found.losses[chosen]])
        label = f"{what}: {_residuals(found.residuals[chosen], found.distances[chosen])}"
        if outside := int((chosen & ~inside).sum()):
            label += f", {outside} outside"
        join = not spanning and len(axes) > 1  # along a curve, a chord would pass for the loss
        panel.plot(at[:, 0], at[:, 1], label=label, clip_on=False, linestyle="-" if join else "none", **style)
        shown = np.flatnonzero(np.isfinite(at).all(axis=1))
        for k in () if spanning or not len(shown) else {shown[0], shown[-1]}:
            panel.annotate(str(k), at[k], (3, 3), textcoords="offset points", fontsize=6, color=style["color"])
    shares = load_geometry(run.directory.directions(member.index)).shares
    for axis, share in zip((panel.xaxis, panel.yaxis), shares[: len(axes)], strict=False):
        if np.isfinite(share):
            axis.set_label_text(f"{axis.get_label_text()} ({share:.1%} of the variance)")
    panel.legend(fontsize=6, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18), handlelength=1.2)


def _residuals(residuals: np.ndarray, distances: np.ndarray) -> str:
    """Return the residual norms in words: how far the checkpoints lie from what the figure shows."""
    if residuals.max() <= 1e-5 * max(distances.max(), np.finfo(float).tiny):
        return "on the landscape"
    low, high = residuals.min(), residuals.max()
    low = low if low > 1e-5 * high else 0.0
    spread = f"{high:.2g}" if f"{low:.2g}" == f"{high:.2g}" else f"{low:.2g} to {high:.2g}"
    return f"residual {spread} (distance {distances[residuals.argmax()]:.2g})"
