"""The figures of Xie et al. 2024 (arXiv:2411.09807), made of any run that has what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.naming import assigned, axis_label
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures import curves, diagrams, trees
from landsweep.figures.composites.columns import known, quality
from landsweep.figures.composites.groups import INCHES, groups, others_of
from landsweep.figures.composites.trends import joined, trends
from landsweep.figures.curves import COLOURS
from landsweep.figures.landscapes import draw_together, field_of, mark, periodic_of
from landsweep.figures.named import columns
from landsweep.figures.named.drawings import Drawn, asked, head
from landsweep.figures.named.request import Request
from landsweep.figures.planes import contour, cut_words, plane, surface
from landsweep.figures.scales import best_scale, finite, limits
from landsweep.figures.style import SMALL, log_ticks, unlabel
from landsweep.study.plan import Member

TREND = ("n_saddles", "average_persistence", "loss_range", "hessian_top_eigenvalue", "hessian_trace")
"""These columns stand beside the figure of merit."""


def draw_pipeline(request: Request) -> Drawn:
    """Draw one landscape in five ways, after figure 1: surface, clipped surface, contours, merge tree, diagram."""
    from matplotlib.figure import Figure

    run, landscape = request.run, Landscape(request.run.directory.landscape)
    member, tree, notes = columns.first_tree(request)
    with asked(member):
        field = plane(field_of(run, landscape, member, "loss"), request.at)
        if field.ndim != 2:
            raise ValueError(columns.one_axis(request))
        scale = request.scale or best_scale([field])
        heights = scale if scale != "clipped" else best_scale([tree.node_values])
        figure = Figure(figsize=(12, 6.4), layout="constrained")
        upper, lower = np.ravel(figure.subfigures(2, 1, squeeze=False))
        above = upper.add_gridspec(1, 4, width_ratios=[1.0, 1.0, 0.2, 1.0])  # room for what is written beside surfaces
        axes = {key: upper.add_subplot(above[k], projection="3d") for k, key in enumerate("ab")}
        axes["c"] = upper.add_subplot(above[3])
        axes |= dict(zip("de", lower.subplots(1, 2), strict=True))
        own = request.clip if scale == "clipped" else None
        surface(field, axes["a"], scale=scale, clip=own)
        clip = limits([field], "clipped", request.clip)[1]
        surface(field, axes["b"], scale="clipped", clip=request.clip)
        contour(field, axes["c"], scale=scale, clip=own, periodic=periodic_of(run))
        if run.study.grid.dims == 2:
            mark(axes["c"], run, member, field)
        trees.merge_tree(tree, axes["d"], scale=heights)
        diagrams.persistence_diagram(tree, axes["e"], scale=heights)
    clipped = f"clipped above {clip:.3g}" if (finite([field]) > clip).any() else "nothing to clip"
    titles = ("surface", clipped, "contours", f"merge tree ({tree.connectivity})", "")
    for key, title in zip("abcde", titles, strict=True):
        axes[key].set_title(f"{title}" if title else axes[key].get_title(), fontsize=9)
    figure.suptitle(columns.titled(run, member, cut_words(field)), fontsize=10)
    return figure, notes


def lacks_columns(run: OpenedRun) -> str:
    """Return what a run lacks for :func:`draw_columns`, with the way on; nothing where it has all."""
    kinds = {run.study.subspaces[str(name)].kind: str(name) for name in run.plan.axes["subspace"]}
    swept = ",".join(map(str, run.plan.axes["subspace"]))
    if "random" not in kinds:
        return (
            f"no subspace of the sweep is random: `landsweep run STUDY --set sweep.subspace=[{swept},random]` with one"
        )
    if "hessian" not in kinds:
        return (
            "no subspace of the sweep is of kind hessian: `landsweep run STUDY --set subspaces.hessian.kind=hessian "
            f"--set sweep.subspace=[{swept},hessian]` adds it"
        )
    if not run.study.curvature.density:
        return "the study asks for no density: `landsweep run STUDY --set curvature.density=true` adds it"
    there = run.directory.has_landscape and "hessian_density" in Landscape(run.directory.landscape).group
    return "" if there else f"no spectral density is in the store yet: continue {run.path} with `landsweep run STUDY`"


def draw_columns(request: Request) -> Drawn:
    """Draw a column for each value of an axis, after figure 2.

    Its rows are the landscape along random directions, the one along eigenvectors of the Hessian, the merge tree and
    the persistence diagram of the first, the Hessian's spectral density, and what the network predicts where the
    problem can say so. Each row has one scale.
    """
    from matplotlib.figure import Figure

    run, landscape = request.run, Landscape(request.run.directory.landscape)
    axis = columns.column_axis(request)
    values, notes = columns.values_of(request, axis)
    random, hessian = (columns.alike(request, axis, values, kind) for kind in ("random", "hessian"))
    if not random or not hessian:
        lost = "random" if not random else "hessian"
        raise UserError(
            f"none of the chosen landscapes has a subspace of kind {lost}, expected one: leave out --at subspace."
        )
    found, said = _predictions(request, [random.get(v) or hessian[v] for v in values if v in random or v in hessian])
    notes += said
    kinds = [
        "random directions",
        "Hessian eigenvectors",
        "merge tree",
        "persistence diagram\n△: global minimum",
        "density of H",
    ]
    heights = [1.0, 1.0, 0.8, 1.0, 0.75] + [0.8] * bool(found)
    rows = len(heights)
    figure = Figure(figsize=(INCHES * len(values) + 1.4, 2.1 * sum(heights) + 0.4), layout="constrained")
    grid = figure.subplots(rows, len(values), squeeze=False, height_ratios=heights)
    for row, kind in ((grid[0], random), (grid[1], hessian)):
        with asked():
            notes += draw_together(
                row,
                run,
                landscape,
                [kind.get(v) for v in values],
                scale=request.scale,
                clip=request.clip,
                at=request.at,
            )
    _tree_rows(request, grid[2], grid[3], [random.get(v) for v in values])
    _density_row(run, landscape, grid[4], [random.get(v) or hessian.get(v) for v in values])
    for ax, answer in zip(grid[5] if found else [], found, strict=False):
        if answer is None:
            ax.set_axis_off()
            continue
        with asked():
            curves.solution(answer, [ax])
        ax.set_title("")
    if found:
        _one_scale(grid[5])
    for ax, value in zip(grid[0], values, strict=True):
        ax.set_title(f"{axis_label(axis)} = {value}", fontsize=9)
    for row, name in zip(grid, [*kinds, "prediction"], strict=False):
        row[0].set_ylabel(f"{name}\n{row[0].get_ylabel()}" if row[0].get_ylabel() else name, fontsize=SMALL)
        for ax in row[1:]:
            unlabel(ax, "y")
    figure.suptitle(columns.titled(run, next(iter(random.values())), without=(axis, "subspace")), fontsize=10)
    return figure, notes


def _tree_rows(request: Request, upper: Sequence[Any], lower: Sequence[Any], members: Sequence[Member | None]) -> None:
    """Draw merge trees, and persistence diagrams below them, each row with one scale."""
    found = [None if m is None else columns.find_tree(request, m) for m in members]
    there = [tree for tree in found if tree is not None]
    scale = best_scale([tree.node_values for tree in there]) if request.scale in (None, "clipped") else request.scale
    for tree, above, below in zip(found, upper, lower, strict=True):
        if tree is None:
            above.set_axis_off()
            below.set_axis_off()
            continue
        with asked():
            trees.merge_tree(tree, above, scale=scale)
            diagrams.persistence_diagram(tree, below, scale=scale)
        below.get_legend().remove()
    for row, tied in ((upper, "y"), (lower, "xy")):
        _tie(row, tied)


def _one_scale(row: Sequence[Any]) -> None:
    """Give the pictures of a row one scale of colours, with the colour bar of the last."""
    drawn = [ax.collections[0] for ax in row if ax.collections]
    limits = [mesh.get_clim() for mesh in drawn]
    for mesh in drawn:
        mesh.set_clim(min(low for low, _ in limits), max(high for _, high in limits))
    for mesh in drawn[:-1]:
        mesh.colorbar.remove()


def _tie(row: Sequence[Any], ways: str) -> None:
    """Give panels the same limits, so that what stands higher is higher."""
    drawn = [ax for ax in row if ax.has_data()]
    if not drawn:
        return
    for way in ways:
        limits = [getattr(ax, f"get_{way}lim")() for ax in drawn]
        for ax in drawn:
            getattr(ax, f"set_{way}lim")(min(low for low, _ in limits), max(high for _, high in limits))
    for ax in drawn:
        log_ticks(ax)
    if ways == "xy":  # the diagonals end at the limits of each
        for ax in drawn:
            ax.axline((ax.get_xlim()[0],) * 2, (ax.get_xlim()[1],) * 2, color="0.6", linewidth=0.8, zorder=1)


def _density_row(run: OpenedRun, landscape: Landscape, row: Sequence[Any], members: Sequence[Member | None]) -> None:
    for ax, member in zip(row, members, strict=True):
        x, y = columns.density_of(run, landscape, member) if member is not None else (np.empty(0), np.empty(0))
        if not (np.isfinite(y) & (y > 0)).any():
            ax.set_axis_off()
            continue
        curves.density(x, y, ax, colour=COLOURS[0])
        ax.locator_params(axis="x", nbins=3)
    _tie(row, "y")


def _predictions(request: Request, members: Sequence[Member]) -> tuple[list[Any], list[str]]:
    """Return what each network predicts, nothing where the problem cannot say it, and notes."""
    from landsweep.figures.named.predictions import prediction

    found, notes = [], []
    for member in members:
        try:
            answer, warning = prediction(request.run, request.run.plan.models[member.model], request.folder)
        except UserError as error:
            return [], [f"the row of predictions is left out: {error}"]
        found.append(answer)
        notes += [warning] * bool(warning)
    return found, list(dict.fromkeys(notes))


def draw_groups(request: Request) -> Drawn:
    """Draw landscapes of the values of an axis below each other, a column a seed, and metrics below, after figure 5.

    Where there is one column, the landscapes stand side by side. Each metric has one point a model.
    """
    run = request.run
    request, said = columns.one_kind(request)
    axis = columns.column_axis(request, names=True)
    values, notes = columns.values_of(request, axis)
    others = others_of(run, axis)
    seed = request.members[0].coords["direction_seed"]
    chosen = [m for m in request.members if m.coords["direction_seed"] == seed]
    keys = list(dict.fromkeys(tuple(m.coords[a] for a in others) for m in chosen))
    if len(keys) > columns.MOST_COLUMNS:
        notes.append(f"{columns.MOST_COLUMNS} of {len(keys)} columns are shown; --at chooses them")
        keys = keys[: columns.MOST_COLUMNS]
    table = columns.rows_of(request)
    metrics = known(table, [quality(table), *TREND])
    with asked():
        figure, lost = groups(
            run,
            {(m.coords[axis], tuple(m.coords[a] for a in others)): m for m in chosen},
            axis,
            values,
            keys,
            {metric: {"": table} for metric in metrics},
            scale=request.scale,
            clip=request.clip,
            at=request.at,
        )
    only = assigned(dict(zip(others, keys[0], strict=True)), others) if len(keys) == 1 else ""
    same = f"direction seed = {seed}" if len(chosen) < len(request.members) else ""
    said = ", ".join(filter(None, [said, same, only]))
    figure.suptitle(f"{run.study.name}{': ' + said if said else ''}; below: a point a model, bar: median", fontsize=10)
    return figure, notes + columns.unmeasured(request, table) + lost


def draw_trend(request: Request) -> Drawn:
    """Draw metrics over an axis, after figure 6: medians over all other axes, and their range."""
    request, _ = columns.one_kind(request)
    axis = columns.column_axis(request)
    table = columns.rows_of(request)
    found = columns.measured(request, table, [quality(table), *TREND])
    words = "line: median, band: range" if joined(axis, table) else "dot: median, bar: range"
    title = head(request, request.tree, words)
    return trends({metric: {"": table} for metric in found}, axis, title=title), columns.unmeasured(request, table)
