"""Stage report: figures and a summary for people (on one rank)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from landsweep import summary
from landsweep.context import Context
from landsweep.plan import Member
from landsweep.rundir import atomic, write_json, write_text
from landsweep.store import Landscape
from landsweep.study import Study
from landsweep.trees import read_tree

MAX_PANELS = 16
PANEL_INCHES = 2.7


def run(context: Context) -> None:
    """Draw what the metrics say; ``summary.json`` is written last and completes the stage."""
    if not context.executor.is_root or not context.run.metrics.exists():
        return
    import matplotlib as mpl

    mpl.use("Agg", force=False)
    table = pd.read_parquet(context.run.metrics)
    folder = context.run.report
    with atomic(folder / "metrics.csv") as partial:
        table.to_csv(partial, index=False)
    done = table.dropna(subset=["n_minima"])
    if len(done):
        draw_trend(context.study, done, folder / "trend.png")
        draw_landscapes(context, folder)
    data = summarise(context, table)
    write_text(folder / "summary.md", markdown(context.study, table, data))
    write_json(folder / "summary.json", data)


def _save(figure: Any, path: Path) -> None:
    with atomic(path) as partial:
        figure.savefig(partial, dpi=120, format="png")


def draw_trend(study: Study, table: pd.DataFrame, path: Path) -> None:
    """Draw saddles, average persistence and its share of the loss range along the swept axis, with the error.

    After figure 6 of Xie et al. 2024; the lines are medians over the series (direction seeds), the bands their range.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    axis = summary.swept_axis(study, table)
    if axis is None:
        return
    error = summary.error_column(table)
    panels = [
        ("n_saddles", "saddles", "linear"),
        ("average_persistence", "average persistence", "log"),
        ("average_persistence_rel", "average persistence / loss range", "linear"),
    ]
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels))
    for panel, (metric, label, scale) in zip(axes, panels, strict=True):
        for colour, representation in enumerate(study.connectivity):
            part = table[table["representation"] == representation]
            grouped = part.groupby(axis)[metric]
            x = np.array(sorted(part[axis].unique()))
            panel.fill_between(x, grouped.min(), grouped.max(), color=f"C{colour}", alpha=0.2, linewidth=0)
            panel.plot(
                x,
                grouped.median(),
                "o-",
                color=f"C{colour}",
                markersize=4,
                label=representation,
            )
        panel.set(xlabel=axis, ylabel=label)
        if scale == "log" and (table[metric] > 0).any():
            panel.set_yscale("log")
        if all(float(v).is_integer() for v in table[axis]):
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles, labels = panel.get_legend_handles_labels()
        if error is not None:
            twin = panel.twinx()
            merit = table.groupby(axis)[error].median()
            name = summary.label(error)
            twin.plot(merit.index, merit, "s--", color="0.45", markersize=3.5, linewidth=1, label=name)
            twin.set_ylabel(name, color="0.35")
            twin.tick_params(axis="y", colors="0.35")
            more = twin.get_legend_handles_labels()
            handles, labels = handles + more[0], labels + more[1]
        panel.legend(handles, labels, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2)
    count = len(summary.series(table[table["representation"] == study.connectivity[0]], study, axis))
    figure.suptitle(f"{study.name}: line = median, band = range over {count} series", fontsize=10)
    _save(figure, path)


def draw_landscapes(context: Context, folder: Path) -> None:
    """Draw one panel per model, and per model one figure with all its landscapes."""
    landscape = Landscape(context.run.landscape)
    by_model: dict[int, list[Member]] = {}
    for member in context.plan.members:
        if context.run.topology(member.index).exists():
            by_model.setdefault(member.model, []).append(member)
    firsts = [members[0] for members in by_model.values()]
    _panels(context, landscape, firsts[:MAX_PANELS], folder / "landscapes.png", _model_axes(context))
    if len(by_model) <= MAX_PANELS:
        for model, members in by_model.items():
            own = [a for a in context.plan.axes if len({m.coords[a] for m in members}) > 1]
            _panels(
                context,
                landscape,
                members[:MAX_PANELS],
                folder / f"landscape-{model:05d}.png",
                own,
                model=model,
            )


def _model_axes(context: Context) -> list[str]:
    return [a for a, values in context.plan.axes.items() if len(values) > 1 and a in context.plan.models[0].coords]


def _label(coords: dict[str, Any], axes: list[str]) -> str:
    return ", ".join(f"{a.replace('_', ' ')} = {coords[a]}" for a in axes)


def _panels(
    context: Context,
    landscape: Landscape,
    members: list[Member],
    path: Path,
    axes: list[str],
    model: int | None = None,
) -> None:
    from matplotlib.figure import Figure

    columns = min(5, len(members))
    rows = -(-len(members) // columns)
    figure = Figure(figsize=(PANEL_INCHES * 1.2 * columns + 0.5, PANEL_INCHES * rows + 0.6), layout="constrained")
    for panel, member in zip(np.ravel(figure.subplots(rows, columns, squeeze=False)), members, strict=False):
        _panel(figure, panel, context, landscape, member)
        panel.set_title(_label(dict(member.coords), axes) or context.study.name, fontsize=9)
    for panel in figure.axes:
        if not panel.has_data():
            panel.set_axis_off()
    d = context.study.grid.dims
    what = "log10 loss" if d > 1 else "loss"
    slices = f", central slice of {d} dimensions" if d > 2 else ""
    own = _label(dict(context.plan.models[model].coords), _model_axes(context)) if model is not None else ""
    marks = "; dots: minima, crosses: saddles" if d == 2 else ""
    figure.suptitle(f"{context.study.name}{': ' + own if own else ''} ({what}{slices}{marks})", fontsize=10)
    _save(figure, path)


def _panel(figure: Any, panel: Any, context: Context, landscape: Landscape, member: Member) -> None:
    """Draw one landscape: a curve, a map with its critical points, or the central slice of more dimensions.

    The first direction runs along x and the second along y: ``field[i, j]`` lies at ``(alpha_0[i], alpha_1[j])``.
    """
    from landsweep.plan import grid_coordinates

    study = context.study
    subspace = study.subspaces[str(member.coords["subspace"])]
    x, *others = (np.array(c) for c in grid_coordinates(subspace.ranges(study.grid.dims), study.grid.shape))
    field = landscape.read_member("loss", member.position)
    panel.tick_params(labelsize=7)
    panel.set_xlabel("direction 0", fontsize=7)
    if field.ndim == 1:
        panel.plot(x, field)
        return
    panel.set_ylabel("direction 1", fontsize=7)
    plane = field[(slice(None), slice(None), *(n // 2 for n in field.shape[2:]))]
    positive = bool((plane[np.isfinite(plane)] > 0).all())
    shown = np.log10(plane) if positive else plane
    image = panel.pcolormesh(
        x, others[0], np.ma.masked_invalid(shown).T, shading="nearest", cmap="viridis", rasterized=True
    )
    bar = figure.colorbar(image, ax=panel)
    bar.ax.tick_params(labelsize=7)
    if field.ndim == 2:
        try:
            tree = read_tree(context.run, member.index, study.connectivity[0])
        except Exception:  # a landscape without finite values has no tree, and its panel stays empty
            return
        for vertices, style in ((tree.saddles, "x"), (tree.minima, "o")):
            i, j = np.unravel_index(vertices, field.shape)
            colour = "white" if style == "o" else "#ff7f0e"
            panel.plot(x[i], others[0][j], style, color=colour, markersize=2.5, markeredgewidth=0.7, linestyle="none")


def summarise(context: Context, table: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers that the command prints at its end."""
    study, representation = context.study, context.study.connectivity[0]
    trends = summary.trends(study, table)
    axis = summary.swept_axis(study, table)
    part = table[table["representation"] == representation]
    merit = []
    for column in summary.quality_columns(table):
        if axis is not None:
            ends = part.dropna(subset=[column]).groupby(axis)[column].median()
            if len(ends) > 1:
                first, last = (f"{ends.iloc[k]:.3g} at {axis} = {ends.index[k]}" for k in (0, -1))
                merit.append(f"{summary.label(column)} {first}, {last}")
    fraction = part["boundary_fraction"].median()
    warnings = []
    if fraction > 0.2:
        warnings.append(
            f"{fraction:.0%} of the minima (median) lie on the grid's border: their basins are cut off, so try a "
            "wider subspaces.*.range, or a narrower one that leaves them out."
        )
    warnings += summary.certificate_warnings(study, part)
    return {
        "members": len(context.plan.members),
        "with_topology": int(part["n_minima"].notna().sum()),
        "representation": representation,
        "trends": [{"axis": t.axis, "metric": t.metric, "rho": dict(t.rho), "text": t.text} for t in trends],
        "quality": merit,
        "certificates": summary.certificates(part),
        "non_finite_points": int(part["n_nonfinite"].fillna(0).sum()),
        "warnings": warnings,
    }


def markdown(study: Study, table: pd.DataFrame, data: dict[str, Any]) -> str:
    """Return the summary as a Markdown page with the table by swept axis."""
    axis = summary.swept_axis(study, table)
    lines = [f"# {study.name}", ""]
    lines += [f"- {line}" for line in (*data["quality"], *data["certificates"])]
    lines += [
        f"- rank correlation of {summary.label(t['metric'])} with {t['axis']}: {t['text']}" for t in data["trends"]
    ]
    lines += [f"- {line}" for line in data["warnings"]]
    if axis is not None:
        part = table[table["representation"] == data["representation"]]
        columns = [c for c in (summary.error_column(table),) if c] + list(summary.TREND_METRICS)
        beside = columns.index("n_saddles") + 1
        columns[beside:beside] = summary.certified_columns(part)
        header = [axis, *(summary.label(c) for c in columns)]
        lines += ["", f"Median (lowest to highest) over series, {data['representation']}:", ""]
        lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
        for value, group in part.groupby(axis):
            cells = [_spread(group[c]) for c in columns]
            lines.append("| " + " | ".join([str(value), *cells]) + " |")
    return "\n".join(lines) + "\n"


def _spread(values: pd.Series[float]) -> str:
    known = values.dropna()
    if known.empty:
        return "missing"
    if known.nunique() == 1:
        return f"{known.iloc[0]:.4g}"
    return f"{known.median():.4g} ({known.min():.4g} to {known.max():.4g})"
