"""The figure that compares the values of an axis that are names: landscapes in one colour scale, metrics by group.

It is figure 5 of Xie et al. 2024 (arXiv:2411.09807) for any sweep: with and without residual connections, one optimiser
or another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures.landscapes import draw_landscape, field_of
from landsweep.figures.marks import lacking
from landsweep.figures.planes import colour_bar, label, plane
from landsweep.figures.scales import DECADE, best_scale, norm_of
from landsweep.figures.style import number, save
from landsweep.report import summary
from landsweep.report.figures import TREND_PANELS
from landsweep.study.plan import Member
from landsweep.study.study import MEMBER_ONLY_AXES, Scalar, Study

MOST = 6
"""An axis of more values than this is not compared."""
WIDTH = 0.5
"""The points of a group take this share of the place between two groups."""


def compared_axis(study: Study) -> str | None:
    """Return the first parameter whose values are names: texts, or yes and no (1 and 0); None where there is none.

    Examples
    --------
    >>> study = {"name": "a", "problem": {"path": "a.py:A"}, "sweep": {"beta": [1, 2], "residual": [True, False]}}
    >>> compared_axis(Study.parse(study))
    'residual'
    """
    for name in study.parameters:
        values = set(study.axes[name])
        if 2 <= len(values) <= MOST and (values == {0, 1} or any(isinstance(v, str) for v in values)):
            return name
    return None


def draw_comparison(run: OpenedRun, table: pd.DataFrame, path: Path) -> None:
    """Draw a landscape of each value of the axis, then each metric with one point a model and the median of each value.

    The landscapes are those of the first models that are alike but for the axis. Points of models that are so are
    joined. A model with several landscapes stands at their median.
    """
    from matplotlib.figure import Figure

    study, axis = run.study, compared_axis(run.study)
    if axis is None or table[axis].nunique() < 2:
        return
    values = [v for v in study.axes[axis] if v in set(table[axis])]
    metrics = [name for name in TREND_PANELS if summary.known(table, name)]
    if error := summary.error_column(table):
        metrics.append(error)
    columns = max(len(values), min(3, len(metrics)))
    rows = -(-len(metrics) // columns)
    figure = Figure(figsize=(3.4 * columns, 3.2 + 2.9 * rows), layout="constrained")
    upper, lower = np.ravel(figure.subfigures(2, 1, squeeze=False, height_ratios=[3.2, 2.9 * rows]))
    _landscapes(upper, run, _alike(run, axis, values, table), axis)
    panels = np.ravel(lower.subplots(rows, columns, squeeze=False))
    for panel, metric in zip(panels, metrics, strict=False):
        _points(panel, study, table, axis, values, metric)
    for panel in panels[len(metrics) :]:
        panel.set_axis_off()
    if len(panels[0].get_legend_handles_labels()[1]) > 1:
        panels[0].legend(fontsize=7, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    figure.suptitle(f"{study.name}: {axis} (one point a model, bar: median)", fontsize=10)
    save(figure, path)


def _alike(run: OpenedRun, axis: str, values: Sequence[Scalar], table: pd.DataFrame) -> list[Member]:
    """Return a member of each value, alike in all else if there are such, in the order of the values."""
    known = set(table["member"])
    groups: dict[tuple[Scalar, ...], dict[Scalar, Member]] = {}
    for member in run.plan.members:
        if member.index in known:
            others = tuple(value for name, value in member.coords.items() if name != axis)
            groups.setdefault(others, {})[member.coords[axis]] = member
    best = max(groups.values(), key=len)
    return [best[value] for value in values if value in best]


def _landscapes(figure: Any, run: OpenedRun, members: Sequence[Member], axis: str) -> None:
    """Draw landscapes side by side in one scale."""
    landscape = Landscape(run.directory.landscape)
    fields = [plane(field_of(run, landscape, member)) for member in members]
    scale = best_scale(fields) if fields[0].ndim > 1 else "linear"
    norm = norm_of(fields, scale)
    panels = np.ravel(figure.subplots(1, len(members), squeeze=False))
    for panel, member in zip(panels, members, strict=True):
        draw_landscape(panel, run, landscape, member, scale=scale, norm=norm, bar=False)
        missing = lacking(run, member) if run.study.grid.dims <= 2 else ""
        title = f"{axis.replace('_', ' ')} = {member.coords[axis]}"
        panel.set_title(f"{title}\n{missing}" if missing else title, fontsize=9)
    if fields[0].ndim > 1:
        colour_bar(figure, list(panels), norm, fields, label(fields[0]))
    swept = [name for name, found in run.plan.axes.items() if len(found) > 1 and name != axis]
    figure.supxlabel(", ".join(f"{name} = {members[0].coords[name]}" for name in swept), fontsize=8)


def _points(panel: Any, study: Study, table: pd.DataFrame, axis: str, values: Sequence[Scalar], metric: str) -> None:
    """Draw a metric of each model over the values, versions beside each other."""
    called, scale = summary.label(metric), TREND_PANELS.get(metric, "linear")
    alone = metric.startswith(("hessian", "quality"))  # which the landscapes of a model share
    versions = {"": table.drop_duplicates("model")} if alone else summary.versions(table)
    others = [name for name in study.axes if name not in (axis, *MEMBER_ONLY_AXES)]  # at least the seed
    counts = dict.fromkeys(values, "")
    for place, (name, part) in enumerate(versions.items()):
        at = (place + 0.5) / len(versions) - 0.5
        colour = "0.15" if alone else f"C{place}"
        groups = part.groupby(others, sort=False)
        for k, (_, alike) in enumerate(groups):
            beside = WIDTH * (at + ((k + 0.5) / groups.ngroups - 0.5) / (1.3 * len(versions)))
            found = alike.groupby(axis)[metric].median().reindex(list(values))
            panel.plot(
                np.arange(len(values)) + beside, found, "o-", color=colour, markersize=4, linewidth=0.5, alpha=0.6
            )
        each = part.groupby([axis, *others], sort=False)[metric].median()
        for k, value in enumerate(values):
            known = each[each.index.get_level_values(axis) == value]
            if known.notna().any():
                ends = (k + WIDTH * at + np.array([-0.45, 0.45]) * WIDTH / len(versions)).tolist()
                panel.plot(ends, [known.median()] * 2, "-", color=colour, linewidth=2.5, label=name if k == 0 else None)
            if known.isna().any() or known.empty:
                counts[value] = f"\n{int(known.notna().sum())} of {len(known)} known"
    panel.set_xticks(range(len(values)), [f"{value}{counts[value]}" for value in values], fontsize=8)
    panel.set_xlim(-0.6, len(values) - 0.4)
    panel.set_xlabel(axis, fontsize=9)
    panel.set_ylabel(called, fontsize=9)
    panel.tick_params(axis="y", labelsize=7)
    if scale == "log" and 0 < table[metric].min() <= table[metric].max() / DECADE:
        panel.set_yscale("log")
    else:
        number(panel, table[metric], whole=metric.startswith("n_"))
