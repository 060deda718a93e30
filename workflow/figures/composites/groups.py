"""Landscapes of the values of an axis in one colour scale, and below them columns of the table with a point a model.

After figure 5 of Xie et al. 2024 (arXiv:2411.09807), for any sweep: with and without residual connections, one
optimiser or another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from landsweep.base.naming import assigned, axis_label
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures.composites.columns import Versions, strip
from landsweep.figures.landscapes import draw_together
from landsweep.figures.scales import Scale
from landsweep.figures.style import SMALL, unlabel
from landsweep.study.plan import Member
from landsweep.study.study import MEMBER_ONLY_AXES, Scalar

INCHES = 2.3
"""A landscape is so wide."""
COLUMNS = 3
"""A row of metrics has so many panels."""

Key = tuple[Scalar, ...]
"""The values of the other axes that tell models apart, in their order."""


def others_of(run: OpenedRun, axis: str) -> list[str]:
    """Return the other axes that tell models apart."""
    return [name for name in run.plan.axes if name not in (axis, *MEMBER_ONLY_AXES)]


def groups(
    run: OpenedRun,
    members: Mapping[tuple[Scalar, Key], Member],
    axis: str,
    values: Sequence[Scalar],
    keys: Sequence[Key],
    panels: Mapping[str, Versions],
    *,
    scale: Scale | None = None,
    clip: float | None = None,
    at: Mapping[str, float] | None = None,
) -> tuple[Any, list[str]]:
    """Draw a row of landscapes for each value of an axis and a column for each key, and a panel for each column.

    Landscapes of one key stand side by side. Below, each model is a point, those of one key are joined, and bars are
    medians (:func:`landsweep.figures.composites.columns.strip`).

    Parameters
    ----------
    run
        The run.
    members
        The landscapes by value and key; places without one stay empty.
    axis, values
        The axis that is compared, and its values in their order.
    keys
        Values of :func:`others_of`.
    panels
        By each column of the table its rows, by the names of what they belong to.
    scale, clip, at
        As in :func:`landsweep.figures.landscapes.draw_together`.

    Returns
    -------
    Figure, list of str
        The figure, and sentences on what could not be drawn.

    Raises
    ------
    ValueError
        As :func:`landsweep.figures.landscapes.draw_together`.
    """
    from matplotlib.figure import Figure

    others, row = others_of(run, axis), len(keys) == 1
    rows, wide = (1, len(values)) if row else (len(values), len(keys))
    below = -(-len(panels) // COLUMNS)
    high = 2.1 * rows + 0.3 * row
    figure = Figure(figsize=(max(INCHES * wide + 1.2, 7.5), high + 2.3 * below + 0.4), layout="constrained")
    upper, *lower = np.ravel(
        figure.subfigures(1 + bool(below), 1, squeeze=False, height_ratios=[high, 2.3 * below][: 1 + bool(below)])
    )
    placed = upper.subplots(rows, wide, squeeze=False)
    grid = placed.T if row else placed  # a value and a key have the panel of their numbers in both cases
    said = draw_together(
        list(np.ravel(grid)),
        run,
        Landscape(run.directory.landscape),
        [members.get((value, key)) for value in values for key in keys],
        scale=scale,
        clip=clip,
        at=at,
    )
    sides = [f"{axis_label(axis)} = {value}" for value in values]
    for ax in np.ravel(placed[:, 1:]):
        unlabel(ax, "y")
    for ax in np.ravel(placed[:-1]):
        unlabel(ax, "x")
    if row:
        for ax, side in zip(grid[:, 0], sides, strict=True):
            ax.set_title(side, fontsize=9)
    else:
        for ax, key in zip(grid[0], keys, strict=True):
            ax.set_title(assigned(dict(zip(others, key, strict=True)), others), fontsize=9)
        for ax, side in zip(grid[:, 0], sides, strict=True):
            ax.set_ylabel(f"{side}\n{ax.get_ylabel()}", fontsize=SMALL)
    strips: Any = np.ravel(lower[0].subplots(below, COLUMNS, squeeze=False)) if below else []
    for ax, (column, versions) in zip(strips, panels.items(), strict=False):
        strip(ax, versions, axis, values, column, others)
    for ax in strips[len(panels) :]:
        ax.set_axis_off()
    if len(panels) and len(strips[0].get_legend_handles_labels()[1]) > 1:
        strips[0].legend(fontsize=7, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure, said
