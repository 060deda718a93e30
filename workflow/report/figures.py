"""The figures of a run: trends over the swept axis, landscapes, spectra."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from landsweep.base.naming import assigned
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures.composites.columns import known, of_models
from landsweep.figures.composites.trends import joined, trends
from landsweep.figures.curves import density
from landsweep.figures.landscapes import RATIO, draw_landscape, field_of
from landsweep.figures.marks import lacking, words
from landsweep.figures.multiples import MAX_PANELS, sheet
from landsweep.figures.planes import plane
from landsweep.figures.scales import best_scale
from landsweep.figures.style import note, save
from landsweep.report import summary
from landsweep.study.plan import Member
from landsweep.study.study import DIRECTION_AXES, HESSIAN_FIELDS, Study

TREND_PANELS = (
    "n_saddles",
    "average_persistence",
    "average_persistence_rel",
    "hessian_top_eigenvalue",
    "hessian_trace",
    "hessian_eigenvalue_ratio",
)
"""The columns that the trend shows, in the order of its panels."""


def draw_trend(study: Study, table: pd.DataFrame, path: Path) -> None:
    """Draw the trends along the swept axis, with the models' error, as in figure 6 of Xie et al. 2024.

    The panels show the saddles and the average persistence of landscapes, and its share of the loss range. If the study
    asks for them, they also show the top eigenvalue and the trace of the models' Hessians. Lines are medians over the
    series, bands their range; over seeds and other names they are dots, with bars.
    """
    axis = summary.swept_axis(study, table)
    if axis is None:
        return
    panels, error = known(table, TREND_PANELS), summary.error_column(table)
    if axis in DIRECTION_AXES:  # which leaves the models alone
        panels, error = [name for name in panels if not of_models(name)], None
    versions = summary.versions(table)
    models = {"median over models": summary.sites(study, table)}
    counts = sorted({len(summary.series(part, study, axis)) for part in versions.values()})
    several = (
        f"{'line' if joined(axis, table) else 'dot'} = median, band = range over {' or '.join(map(str, counts))} series"
    )
    figure = trends(
        {name: models if of_models(name) else versions for name in panels},
        axis,
        title=f"{study.name}: {several if counts[-1] > 1 else 'one series'}",
        merit=None if error is None else (table, error),
    )
    save(figure, path)


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
        own = assigned(member.coords, axes) or run.study.name
        panel.set_title(f"{own}\n{missing}" if missing else own, fontsize=9)
    save(figure, path)


def _title(run: OpenedRun, model: int | None, field: str, marked: bool) -> str:
    """Return what a figure of landscapes shows, in one line."""
    d = run.study.grid.dims
    what = "loss" if field == "loss" else "|smallest / largest| eigenvalue of the Hessian"
    slices = f", central slice of {d} dimensions" if d > 2 else ""
    own = assigned(run.plan.models[model].coords, _model_axes(run)) if model is not None else ""
    marks = f"; {words(run)}" if marked and d == 2 and field == "loss" else ""
    return f"{run.study.name}{': ' + own if own else ''} ({what}{slices}{marks})"
