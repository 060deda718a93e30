"""The figure of a matrix of distances: the matrix in the order of its clusters, and the map of the members."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.disk.rundir import atomic

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun
    from landsweep.distances.comparison import Comparison

NAMED = 40
"""Rows and points carry the indices of their members where there are at most so many."""
LETTER, DOT = 7, 3.5
"""The size of the names of points, and about the radius of a point, in points of 1/72 inch."""


def draw(run: OpenedRun, found: Comparison, path: Path) -> None:
    """Draw the matrix under its tree of clusters, and the map, coloured by the first axis with several values."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
    from scipy.cluster.hierarchy import dendrogram

    indices = np.array(found.indices)
    order = found.clustering.order
    figure = Figure(figsize=(12, 6.6), layout="constrained")
    panels = figure.subplot_mosaic([["tree", "map"], ["matrix", "map"]], height_ratios=[1, 4], width_ratios=[1, 1])
    figure.suptitle(f"{run.study.name}: {found.text}")
    tree = panels["tree"]
    if found.distances.any():
        dendrogram(found.clustering.merges, ax=tree, no_labels=True, color_threshold=0, above_threshold_color="0.3")
    tree.set_axis_off()
    matrix = panels["matrix"]
    image = matrix.imshow(found.matrix[np.ix_(order, order)], cmap="viridis", aspect="auto")
    matrix.set(xlabel=f"{found.noun}, in the order of clusters", ylabel=found.noun)
    if len(indices) <= NAMED:
        letters = 9 if len(indices) <= NAMED // 2 else 6
        matrix.set_xticks(range(len(order)), indices[order], rotation=90, fontsize=letters)
        matrix.set_yticks(range(len(order)), indices[order], fontsize=letters)
    figure.colorbar(image, ax=matrix, label=found.quantity, location="bottom", shrink=0.8, ticks=MaxNLocator(4))
    _map(run, found, indices, panels["map"], figure)
    with atomic(path) as partial:
        figure.savefig(partial, dpi=120, format="png")


def _map(run: OpenedRun, found: Comparison, indices: np.ndarray, panel: Any, figure: Any) -> None:
    """Draw the members as points of a plane."""
    points = found.embedding.points
    axes = [name for name in found.axes(list(run.plan.axes)) if len({item.coords[name] for item in found.items}) > 1]
    axis = axes[0] if axes else None
    values = [item.coords[axis] for item in found.items] if axis else [0] * len(indices)
    share = "" if np.isnan(found.embedding.share) else f" ({found.embedding.share:.0%} of the squared distances)"
    panel.set(title=f"map by classical scaling{share}", xlabel="first coordinate", ylabel="second coordinate")
    panel.set_aspect("equal", adjustable="datalim")
    if axis and not any(isinstance(value, str) for value in values):
        dots = panel.scatter(*points.T, c=values, cmap="cividis")
        figure.colorbar(dots, ax=panel, label=axis)
    else:
        names = list(dict.fromkeys(values))
        for name in names:
            of_name = np.array([value == name for value in values])
            panel.scatter(*points[of_name].T, label=str(name))
        if axis and len(names) <= 10:
            panel.legend(title=axis)
    if len(indices) <= NAMED:
        _name(panel, points, [str(index) for index in indices])


def _name(panel: Any, points: np.ndarray, names: list[str]) -> None:
    """Write its name beside each point, as near as it covers no other name and no point; a line leads to far ones."""
    panel.figure.draw_without_rendering()  # before, nobody knows where the points lie
    scale = 72 / panel.figure.dpi  # all lengths below are in points of 1/72 inch
    inside = panel.get_window_extent().extents * scale
    places = panel.transData.transform(points) * scale
    taken = np.concatenate([places - DOT, places + DOT], axis=1)
    for name, at, place in zip(names, points, places, strict=True):
        half = np.array([0.33 * LETTER * len(name), 0.45 * LETTER])
        for far, turn in product(range(0, 120, LETTER // 2), range(8)):
            angle = (turn + 1) * np.pi / 4
            move = (half + DOT + far) * [np.cos(angle), np.sin(angle)]
            low, high = place + move - half, place + move + half
            free = ((taken[:, :2] >= high) | (taken[:, 2:] <= low)).any(axis=1).all()
            if free and (low >= inside[:2]).all() and (high <= inside[2:]).all():
                break
        taken = np.vstack([taken, [*low, *high]])
        line = {"arrowstyle": "-", "color": "0.5", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2} if far else None
        panel.annotate(
            name, at, move, textcoords="offset points", fontsize=LETTER, ha="center", va="center", arrowprops=line
        )
