"""Stage report: tables, figures and a summary for people (on one rank)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
from landsweep.base.events import Notice
from landsweep.disk.rundir import PAGE, atomic, write_json, write_text
from landsweep.disk.store import Landscape
from landsweep.kernels.geometry.blocks import last_repeats_first
from landsweep.report import engines, figures, summary
from landsweep.report.comparison import draw_comparison
from landsweep.session.context import Context
from landsweep.stages import STAGES, words
from landsweep.stages.report.reduce import reduce
from landsweep.study.periodic import REPEATED
from landsweep.study.resolve_spec import RESOLVED
from landsweep.study.study import Study


def run(context: Context, todo: list[Any]) -> None:
    """Write the tables, the figures and the summary."""
    context.bus(Notice(f"Writing tables{' and figures' * context.study.report.figures}."))
    if not context.executor.is_root or not Landscape.exists(context.run.landscape):
        return
    for stage in STAGES:  # what a later run of all stages makes; what failed is told of elsewhere
        left, every = len(stage.todo(context.run, context.study, context.plan)), len(stage.items(context.plan))
        if stage.tabulated and 0 < left < every:
            context.bus(
                Notice(
                    f"{left} of {every} {stage.noun} of stage {stage.name} are not there, so that their numbers are "
                    "missing in the tables: `landsweep run STUDY` makes them."
                )
            )
    reduce(context.opened, STAGES)
    present(context)


def present(context: Context) -> None:
    """Draw figures and write the summary; ``summary.json`` is written last and completes the stage."""
    try:
        table = pd.read_parquet(context.run.metrics)
    except FileNotFoundError:  # another session has taken the run over, and has made what there was stale
        return
    folder = context.run.report
    for old in (*folder.glob("*.png"), folder / PAGE):  # what an earlier study asked for must not pass for this one's
        old.unlink(missing_ok=True)  # a session that has taken the run over may remove it too
    with atomic(folder / "metrics.csv") as partial:
        table.to_csv(partial, index=False)
    if context.study.report.figures:
        draw(context, table)
    data = summarise(context, table)
    write_text(folder / "summary.md", markdown(context.study, table, data))
    write_json(folder / "summary.json", data)


def draw(context: Context, table: pd.DataFrame) -> None:
    """Draw the figures of a run into ``report/``."""
    import matplotlib as mpl

    mpl.use("Agg", force=False)
    folder = context.run.report
    done = table.dropna(subset=["n_minima"])
    if len(done):
        _attempt(context, "trends", partial(figures.draw_trend, context.study, done, folder / "trend.png"))
        _attempt(context, "landscapes", partial(figures.draw_landscapes, context.opened, folder))
        _attempt(context, "comparison", partial(draw_comparison, context.opened, done, folder / "comparison.png"))
    landscape = Landscape(context.run.landscape)
    for stage in STAGES:
        if (said := stage.words) is not None:
            _attempt(context, stage.name, partial(said.draw, context.study, landscape, folder))


def _attempt(context: Context, name: str, draw: Callable[[], Sequence[str] | None]) -> None:
    """Draw a figure, and say what of it could not be drawn.

    Numbers that no picture can show cost that one, not the tables and the summary.
    """
    try:
        lost = draw()
    except (ValueError, ArithmeticError) as error:
        reason = str(error).removesuffix(".")
        context.bus(Notice(f"The figure of {name} is not drawn: {reason}."))
        return
    for text in lost or ():
        context.bus(Notice(f"In the figure of {name} {text.removesuffix('.')}."))


def summarise(context: Context, table: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers that the command prints when a run ends."""
    study, representation = context.study, context.study.connectivity[0]
    axis = summary.swept_axis(study, table)
    part = table[table["representation"] == representation]
    merit = []
    if axis is not None:
        merit = [text for c in summary.quality_columns(table) if (text := summary.ends(part, axis, c))]
    fraction = part["boundary_fraction"].median()
    warnings = []
    if fraction > 0.2:
        leaves = "maxima" if study.topology.negate else "minima"
        way_on = (
            "." if study.imported else ", so try a wider subspaces.*.range, or a narrower one that leaves them out."
        )
        warnings.append(
            f"{fraction:.0%} of the {leaves} (median) lie on the grid's border: their basins are cut off{way_on}"
        )
    parts = part["n_components"].max()
    if parts > 1:
        warnings.append(
            f"the graph {representation} has up to {parts:g} connected components, whose minima no saddle joins: a "
            "greater topology.k, or another connectivity, joins them."
        )
    warnings += _repeated(context, part)
    warnings += engines.warnings(context.run)
    own = {stage: table[table["representation"] == stage.representation] for stage in STAGES if stage.representation}
    speaking = [(said, own.get(stage, part)) for stage in STAGES if (said := stage.words) is not None]
    warnings += [text for said, rows in speaking for text in said.warnings(study, rows)]
    return {
        "members": len(context.plan.members),
        "with_topology": int(part["n_minima"].notna().sum()),
        "representation": representation,
        "trends": summary.trends(study, table),
        "resolved": summary.resolved_counts(table, representation),
        "quality": merit,
        "stages": [
            *(["superlevel trees: what tables call minima are maxima"] if study.topology.negate else []),
            *(line for said, rows in speaking for line in said.lines(study, rows, axis)),
        ],
        "non_finite_points": int(part["n_nonfinite"].fillna(0).sum()),
        "warnings": warnings,
    }


def _repeated(context: Context, table: pd.DataFrame) -> list[str]:
    """Return a sentence for each periodic axis whose first layer comes again, on a landscape of each subspace."""
    study, plan, found = context.study, context.plan, set()
    for _, row in table.dropna(subset=["n_minima"]).drop_duplicates("subspace").iterrows() if study.periodic else ():
        read = partial(Landscape(context.run.landscape).read_box, "loss", plan.members[row["member"]].position)
        greatest = max(abs(row["loss_min"]), abs(row["loss_max"]))
        found |= {axis for axis in study.periodic if last_repeats_first(read, plan.grid_shape, axis, greatest)}
    return [f"along alpha_{axis} {REPEATED}." for axis in sorted(found)]


def markdown(study: Study, table: pd.DataFrame, data: dict[str, Any]) -> str:
    """Return the summary as a Markdown page with the table by swept axis."""
    axis = summary.swept_axis(study, table)
    lines = [f"# {study.name}", ""]
    first = [data["resolved"]] if data["resolved"] else []
    lines += [f"- {line}" for line in (*first, *data["quality"], *data["stages"])]
    lines += [f"- {line}" for line in (*data["trends"], *data["warnings"])]
    if data["trends"]:
        lines += ["", "`landsweep relations RUN` has all metrics, and says how these numbers come about."]
    for name, part in summary.versions(table).items():
        if axis is None or not part["representation"].isin([data["representation"], RESOLVED]).all():
            continue
        columns: list[str] = [c for c in (summary.error_column(table),) if c]
        columns += summary.TREND_METRICS
        for before, more in (place for stage in words() for place in stage.columns(part).items()):
            columns[columns.index(before) : columns.index(before)] = more
        header = [axis, *(summary.label(c) for c in columns)]
        lines += ["", f"Median (lowest to highest) over series, {name}:", ""]
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
