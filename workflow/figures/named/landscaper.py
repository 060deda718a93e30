"""The figures of Landscaper's paper (arXiv:2602.07135), made of any run that has what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.naming import axis_label
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures import curves, diagrams, profiles, trees
from landsweep.figures.composites.columns import known, over, quality
from landsweep.figures.composites.trends import joined
from landsweep.figures.landscapes import draw_together, field_of, mark, periodic_of
from landsweep.figures.named import columns
from landsweep.figures.named.drawings import Drawn, asked, head
from landsweep.figures.named.request import Request
from landsweep.figures.planes import contour, curve, cut_words, plane
from landsweep.figures.scales import Scale, best_scale
from landsweep.figures.style import PALE, SMALL, log_ticks, unlabel
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.study import MEMBER_ONLY_AXES

COURSE = ("smad", "n_saddles", "average_persistence", "hessian_top_eigenvalue", "hessian_trace")
"""These columns stand beside the figure of merit over checkpoints."""
AGAINST = ("smad", "hessian_top_eigenvalue", "hessian_trace")
"""The figure of merit is drawn against these columns: a measure of the whole landscape, and two of one point."""


def draw_summary(request: Request) -> Drawn:
    """Draw one landscape of any dimensions: its central slice, its merge tree, its profile and its barcode."""
    from matplotlib.figure import Figure

    run = request.run
    member, tree, notes = columns.first_tree(request)
    figure = Figure(figsize=(8.2, 6.2), layout="constrained")
    (first, second), (third, fourth) = figure.subplots(2, 2)
    with asked(member):
        field = plane(field_of(run, Landscape(run.directory.landscape), member, "loss"), request.at)
        scale = request.scale or best_scale([field])
        heights = scale if scale != "clipped" else best_scale([tree.node_values])
        if field.ndim == 2:
            contour(field, first, scale=scale, clip=request.clip, periodic=periodic_of(run))
        else:
            curve(field, first, scale=scale, clip=request.clip, periodic=periodic_of(run))
        if run.study.grid.dims == field.ndim:
            mark(first, run, member, field)
        trees.merge_tree(tree, second, scale=heights)
        notes += _profile(tree, third, heights)
        diagrams.barcode(tree, fourth, scale=heights)
    titles = (cut_words(field) or "landscape", f"merge tree ({tree.connectivity})", "topological profile", "barcode")
    for ax, title in zip((first, second, third, fourth), titles, strict=True):
        ax.set_title(title if ax.axison else "", fontsize=9)
    figure.suptitle(columns.titled(run, member), fontsize=10)
    return figure, notes


def _profile(tree: MergeTree, ax: Any, scale: Scale) -> list[str]:
    """Draw a tree's profile; of one without volumes, such as that of resolved minima, there is only a note."""
    if len(tree.arc_volume) == len(tree.arcs):
        profiles.profile(tree, ax, scale=scale)
        return []
    ax.set_axis_off()
    return ["there is no profile, as this tree has no volumes; that of another --representation has"]


def draw_course(request: Request) -> Drawn:
    """Draw landscapes of checkpoints, or of the values of another axis, their profiles, and metrics over all of them.

    All landscapes have one colour scale, all profiles one scale of heights.
    """
    from matplotlib.figure import Figure

    run, landscape = request.run, Landscape(request.run.directory.landscape)
    request, _ = columns.one_kind(request)
    axis = columns.column_axis(request)
    values, notes = columns.values_of(request, axis)
    members = columns.alike(request, axis, values)
    table = columns.rows_of(request)
    metrics = columns.measured(request, table, [quality(table), *COURSE])
    rows = -(-len(metrics) // 3)
    wide = max(2.3 * len(members) + 1.2, 7.5)
    figure = Figure(figsize=(wide, 4.0 + 2.3 * rows + 0.4), layout="constrained")
    upper, lower = np.ravel(figure.subfigures(2, 1, squeeze=False, height_ratios=[4.0, 2.3 * rows]))
    grid = upper.subplots(2, len(members), squeeze=False, height_ratios=[1.0, 0.75])
    with asked():
        notes += draw_together(
            grid[0],
            run,
            landscape,
            list(members.values()),
            scale=request.scale,
            clip=request.clip,
            at=request.at,
        )
    found = {value: columns.find_tree(request, member) for value, member in members.items()}
    heights = request.scale or best_scale([tree.node_values for tree in found.values() if tree is not None])
    for ax, below, (value, tree) in zip(*grid, found.items(), strict=True):
        ax.set_title(f"{axis_label(axis)} = {_short(value)}", fontsize=9)
        if tree is None:
            below.set_axis_off()
            continue
        with asked(members[value]):
            notes += _profile(tree, below, "linear" if heights == "clipped" else heights)
    notes = list(dict.fromkeys(notes)) + columns.unmeasured(request, table)
    drawn = [ax for ax in grid[1] if ax.has_data()]
    low, high = (f((f(ax.get_ylim()) for ax in drawn), default=1.0) for f in (min, max))
    for ax in drawn:
        ax.fill_between(ax.get_xlim(), low, ax.get_ylim()[0], color=PALE, linewidth=0)  # down to the new border
        ax.set_ylim(low, high)
        log_ticks(ax)
    for ax in np.ravel(grid[:, 1:]):
        unlabel(ax, "y")
    for ax, metric in zip(panels := np.ravel(lower.subplots(rows, 3, squeeze=False)), metrics, strict=False):
        over(ax, {"": table}, axis, metric, joined=joined(axis, table))
    for ax in panels[len(metrics) :]:
        ax.set_axis_off()
    figure.suptitle(
        f"{columns.titled(run, next(iter(members.values())), without=(axis,))}; below: medians over all landscapes, "
        f"{'bands' if joined(axis, table) else 'bars'}: range",
        fontsize=10,
    )
    return figure, notes


def _short(value: Any) -> str:
    """Return the name of a checkpoint without its folders."""
    return str(value).rpartition("/")[2] if isinstance(value, str) else str(value)


def lacks_merit(run: OpenedRun) -> str:
    """Return what a run lacks for :func:`draw_merit`, with the way on; nothing where it has all."""
    if not run.directory.metrics.exists():
        return f"there is no table of metrics yet: continue {run.path} with `landsweep run STUDY`"
    table = columns.rows_of(Request(run, run.plan.members))
    if quality(table) is None:
        return "the models have no figure of merit: give the problem a method quality(model)"
    if len({m.model for m in run.plan.members}) < 2:
        return "the run has one model, expected several"
    return ""


def draw_merit(request: Request) -> Drawn:
    """Draw the figure of merit of models against SMAD, and against the curvature at their weights.

    SMAD, of one point a landscape, sums up all of it; the Hessian's top eigenvalue and trace, of one point a model, are
    those of its weights.
    """
    from matplotlib.figure import Figure

    request, _ = columns.one_kind(request)
    table = columns.rows_of(request)
    merit, found = quality(table), known(table, AGAINST)
    if merit is None or not found:
        if merit is not None:
            raise columns.none_of(request, "a metric")
        raise UserError("the chosen landscapes have no figure of merit, expected one: choose others.")
    axes = [a for a in request.run.plan.axes if a not in MEMBER_ONLY_AXES and table[a].nunique() > 1]
    by = request.by or (columns.column_axis(request) if axes else None)
    figure = Figure(figsize=(3.2 * len(found) + 0.6, 3.1), layout="constrained")
    panels = np.ravel(figure.subplots(1, len(found), squeeze=False))
    bars: list[Any] = []
    for ax, column in zip(panels, found, strict=True):
        before = len(figure.axes)
        rows = table if column == "smad" else table.drop_duplicates("model")
        with asked():
            curves.scatter(rows, column, merit, ax, by=by)
        if rows[column].nunique() == 1:
            ax.set_xticks([rows[column].iloc[0]])
        bars += figure.axes[before:]
        if ax is not panels[0]:
            ax.set_ylabel("")
            if ax.get_legend():
                ax.get_legend().remove()
        ax.xaxis.label.set_fontsize(SMALL)
    for bar in bars[:-1]:
        bar.remove()
    figure.suptitle(head(request, request.tree), fontsize=10)
    return figure, columns.unmeasured(request, table)
