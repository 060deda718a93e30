"""Columns of the table over an axis of the sweep, a panel each: figure 6 of Xie et al. 2024 (arXiv:2411.09807)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from landsweep.figures.composites.columns import Versions, beside, over
from landsweep.study.study import SPECIAL_AXES

COLUMNS = 3
"""A row has so many panels."""


def joined(axis: str, table: pd.DataFrame) -> bool:
    """Return whether the values of an axis have an order: numbers that are no names, and checkpoints."""
    return axis == "checkpoint" or (axis not in SPECIAL_AXES and table[axis].dtype.kind in "fiu")


def trends(
    panels: Mapping[str, Versions],
    axis: str,
    *,
    title: str = "",
    merit: tuple[pd.DataFrame, str] | None = None,
) -> Any:
    """Draw columns of the table over an axis, as :func:`landsweep.figures.composites.columns.over` does.

    Parameters
    ----------
    panels
        By each column the rows that are drawn, by their names, which the legend has; one without a name has none.
    axis
        The axis along x.
    title
        What stands above all.
    merit
        A table, and its column that each panel shows as well, on an axis of its own at the right.

    Returns
    -------
    Figure
        The figure.
    """
    from matplotlib.figure import Figure

    rows = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(12, 3.4 * rows + 0.3), layout="constrained")
    axes = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    for panel, (column, versions) in zip(axes, panels.items(), strict=False):
        lines = joined(axis, next(iter(versions.values())))
        over(panel, versions, axis, column, joined=lines)
        handles, names = panel.get_legend_handles_labels()
        if merit is not None:
            twin = beside(panel, merit[0], axis, merit[1], joined=lines)
            handles, names = (a + b for a, b in zip((handles, names), twin.get_legend_handles_labels(), strict=True))
        if names:
            panel.legend(handles, names, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2)
    for panel in axes[len(panels) :]:
        panel.set_axis_off()
    figure.suptitle(title, fontsize=10)
    return figure
