"""The figures of a run: trends over the swept axis, landscapes, spectra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures.curves import density
from landsweep.figures.landscapes import RATIO, draw_landscape, field_of
from landsweep.figures.marks import lacking, words
from landsweep.figures.multiples import MAX_PANELS, sheet
from landsweep.figures.planes import plane
from landsweep.figures.scales import DECADE, best_scale
from landsweep.figures.style import note, number, save
from landsweep.report import summary
from landsweep.study.plan import Member
from landsweep.study.study import DIRECTION_AXES, HESSIAN_FIELDS, SPECIAL_AXES, Study

TREND_PANELS = {
    "n_saddles": "linear",
    "average_persistence": "log",
    "average_persistence_rel": "linear",
    "hessian_top_eigenvalue": "log",
    "hessian_trace": "log",
    "hessian_eigenvalue_ratio": "log",
}
"""The keys are the columns that the trend shows, in the order of its panels; the values are the scales of the axes."""


def draw_trend(study: Study, table: pd.DataFrame, path: Path) -> None:
    """Draw the trends along the swept axis, with the models' error, as in figure 6 of Xie et al. 2024.

    The panels show the saddles and the average persistence of landscapes, and its share of the loss range. If the study
    asks for them, they also show the top eigenvalue and the trace of the models' Hessians. Lines are medians over the
    series, bands their range; over seeds and other names they are dots, with bars.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    axis = summary.swept_axis(study, table)
    if axis is None:
        return
    panels = [name for name in TREND_PANELS if summary.known(table, name)]
    error = summary.error_column(table)
    if axis in DIRECTION_AXES:  # which leaves the models alone
        panels, error = [name for name in panels if not name.startswith("hessian")], None
    versions = summary.versions(table)
    rows = -(-len(panels) // 3)
    join = axis not in SPECIAL_AXES  # names have no order that a line could show
    margin = 0.05 * np.ptp(table[axis])
    figure = Figure(figsize=(12, 3.6 * rows), layout="constrained")
    axes = figure.subplots(rows, 3, squeeze=False).ravel()
    for panel, metric in zip(axes, panels, strict=False):
        if metric.startswith("hessian"):
            sites = summary.sites(study, table)
            _line(panel, _along(sites, axis, metric), "0.15", "median over models", join)
        else:
            lines = _lines(versions, axis, metric)
            for behind, (name, (colour, along)) in zip(reversed(range(len(lines))), lines.items(), strict=True):
                _line(panel, along, colour, name, join, behind)
        ends = table[axis].min() - margin, table[axis].max() + margin
        panel.set(xlabel=axis, ylabel=summary.label(metric), xlim=ends)
        if TREND_PANELS[metric] == "log" and 0 < table[metric].min() <= table[metric].max() / DECADE:
            panel.set_yscale("log")
        else:
            number(panel, table[metric], whole=metric.startswith("n_"))
        if all(float(v).is_integer() for v in table[axis]):
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles, labels = panel.get_legend_handles_labels()
        if error is not None:
            more = _error(panel, table, axis, error, join)
            handles, labels = handles + more[0], labels + more[1]
        panel.legend(handles, labels, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2)
    for panel in axes[len(panels) :]:
        panel.set_axis_off()
    counts = sorted({len(summary.series(part, study, axis)) for part in versions.values()})
    several = f"{'line' if join else 'dot'} = median, band = range over {' or '.join(map(str, counts))} series"
    figure.suptitle(f"{study.name}: {several if counts[-1] > 1 else 'one series'}", fontsize=10)
    save(figure, path)


def _along(part: pd.DataFrame, axis: str, metric: str) -> pd.DataFrame:
    """Return the median, least and greatest value of a metric at each value of the axis where one is known."""
    return part.dropna(subset=[metric]).groupby(axis)[metric].agg(["median", "min", "max"])


def _lines(versions: dict[str, pd.DataFrame], axis: str, metric: str) -> dict[str, tuple[str, pd.DataFrame]]:
    """Return the colour and the values of each line; versions that are equal everywhere are one, named after all."""
    lines: dict[str, tuple[str, pd.DataFrame]] = {}
    for k, (name, part) in enumerate(versions.items()):
        along = _along(part, axis, metric)
        same = next((other for other, (_, before) in lines.items() if before.equals(along)), None)
        if same is None:
            lines[name] = f"C{k}", along
        else:
            lines = {f"{other} = {name}" if other == same else other: line for other, line in lines.items()}
    return lines


def _line(panel: Any, along: pd.DataFrame, colour: str, label: str, join: bool, behind: int = 0) -> None:
    """Draw a version; the more others (``behind``) are drawn over it, the wider, so that it shows where they meet."""
    at, style = along.index, "o-" if join else "o"
    wider = {"markersize": 4 + 2 * behind, "linewidth": 1.5 + behind}
    if join:
        panel.fill_between(at, along["min"], along["max"], color=colour, alpha=0.2, linewidth=0)
    elif (along["min"] < along["max"]).any():
        panel.vlines(at, along["min"], along["max"], color=colour, alpha=0.3, linewidth=4 + 2 * behind)
    panel.plot(at, along["median"], style, color=colour, label=label, **wider)


def _error(panel: Any, table: pd.DataFrame, axis: str, error: str, join: bool) -> tuple[list[Any], list[str]]:
    """Draw the models' error on an axis of its own, and return its label in the legend."""
    twin = panel.twinx()
    merit, name = table.groupby(axis)[error].median(), summary.label(error)
    style = "s--" if join else "s"
    twin.plot(merit.index, merit, style, color="0.45", markersize=3.5, linewidth=1, label=name)
    number(twin, merit)
    twin.set_ylabel(name, color="0.35")
    twin.tick_params(axis="y", colors="0.35")
    handles, labels = twin.get_legend_handles_labels()
    return list(handles), list(labels)


def draw_density(study: Study, landscape: Landscape, path: Path) -> None:
    """Draw the spectral densities of the models' Hessians, one curve a model, along the swept axis."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    grid, curves = landscape.get("hessian_x"), landscape.get("hessian_density")
    names = [name for name in study.axes if name not in DIRECTION_AXES]
    values = {name: landscape.get(name) for name in names}
    swept = [name for name in names if len(study.axes[name]) > 1]
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    panel = figure.subplots()
    shown = [at for at in np.ndindex(curves.shape[:-1]) if np.isfinite(curves[at]).all()]
    for k, at in enumerate(shown):
        label = ", ".join(f"{name} = {values[name][i]}" for name, i in zip(names, at, strict=True) if name in swept)
        colour = colormaps["viridis"](k / max(1, len(shown) - 1))
        density(grid, curves[at], panel, colour=colour, name=label if len(shown) <= MAX_PANELS else None)
    if swept and len(shown) <= MAX_PANELS:
        panel.legend(fontsize=8, frameon=False, ncols=2)
    figure.suptitle(f"{study.name}: spectral density of the Hessian", fontsize=10)
    save(figure, path)


def draw_landscapes(run: OpenedRun, folder: Path) -> None:
    """Draw a figure with one landscape per model, and for each model a figure with all its landscapes.

    If both extreme eigenvalues of the Hessian are fields, their ratio is drawn as well (Li et al. 2018, figure 7).
    """
    landscape = Landscape(run.directory.landscape)
    by_model: dict[int, list[Member]] = {}
    for member in run.plan.members:
        if run.directory.topology(member.index).exists():
            by_model.setdefault(member.model, []).append(member)
    firsts = [members[0] for members in by_model.values()]
    axes = _model_axes(run) + ["subspace"] * (len(run.plan.axes["subspace"]) > 1)
    _panels(run, landscape, firsts[:MAX_PANELS], folder / "landscapes.png", axes)
    if set(HESSIAN_FIELDS) <= set(run.study.fields):
        _panels(run, landscape, firsts[:MAX_PANELS], folder / "curvature.png", axes, field=RATIO)
    if len(by_model) <= MAX_PANELS:
        for model, members in by_model.items():
            own = [a for a in run.plan.axes if len({m.coords[a] for m in members}) > 1]
            _panels(
                run,
                landscape,
                members[:MAX_PANELS],
                folder / f"landscape-{model:05d}.png",
                own,
                model=model,
            )


def _model_axes(run: OpenedRun) -> list[str]:
    return [a for a, values in run.plan.axes.items() if len(values) > 1 and a in run.plan.models[0].coords]


def _label(coords: dict[str, Any], axes: list[str]) -> str:
    return ", ".join(f"{a.replace('_', ' ')} = {coords[a]}" for a in axes)


def _panels(
    run: OpenedRun,
    landscape: Landscape,
    members: list[Member],
    path: Path,
    axes: list[str],
    model: int | None = None,
    field: str = "loss",
) -> None:
    """Draw members side by side, each in a scale of its own: a logarithmic one where it says more than a linear one."""
    figure, panels = sheet(len(members), _title(run, model, field, any(not lacking(run, m) for m in members)))
    for panel, member in zip(panels, members, strict=True):
        shown = plane(field_of(run, landscape, member, field))
        scale = best_scale([shown]) if shown.ndim > 1 else "linear"
        try:
            draw_landscape(panel, run, landscape, member, field=field, scale=scale)
        except ValueError as error:  # numbers that no picture can show; the other panels can
            panel.set(xticks=[], yticks=[])
            note(panel, f"not drawn: {error}")
        missing = lacking(run, member) if run.study.grid.dims <= 2 and field == "loss" else ""
        own = _label(dict(member.coords), axes) or run.study.name
        panel.set_title(f"{own}\n{missing}" if missing else own, fontsize=9)
    save(figure, path)


def _title(run: OpenedRun, model: int | None, field: str, marked: bool) -> str:
    """Return what a figure of landscapes shows, in one line."""
    d = run.study.grid.dims
    what = "loss" if field == "loss" else "|smallest / largest| eigenvalue of the Hessian"
    slices = f", central slice of {d} dimensions" if d > 2 else ""
    own = _label(dict(run.plan.models[model].coords), _model_axes(run)) if model is not None else ""
    marks = f"; {words(run)}" if marked and d == 2 and field == "loss" else ""
    return f"{run.study.name}{': ' + own if own else ''} ({what}{slices}{marks})"
