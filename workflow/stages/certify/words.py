"""What the stage certify says to people: in the plan, the methods paragraph and the summary."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return the cost of the certificates beside the landscapes."""
    certify, members, points = study.certify, len(plan.members), prod(plan.grid_shape)
    parts = []
    if again := members * certify.float64_points(points):
        parts.append(f"{again:,} points again in float64")
    if certify.draws:
        most = members * certify.draw_points(points)
        parts.append(f"the ends of all pairs on {certify.draws} draws, at most {most:,} evaluations")
    return {"certify": "; ".join(parts)}


def methods(study: Study) -> list[str]:
    """Return when pairs count as above rounding, and when as above the sampling of the data."""
    points, sentences = study.certify.float64, []
    if points != "none":
        where, verb = (
            ("every point", "is") if points == "all" else (f"{points} random points a landscape", "is estimated as")
        )
        sentences.append(
            f"Pairs count as above rounding where death - birth exceeds 2 epsilon [cohensteiner2007]; epsilon {verb} "
            f"the greatest difference of the loss from float64 over {where}."
        )
    if study.certify.draws:
        sentences.append(
            "Pairs count as above the sampling of the data where Student's 95 % interval [student1908] of the mean of "
            f"f(saddle) - f(minimum) over {study.certify.draws} further draws, both on the same draw, lies above 0."
        )
    return sentences


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence with the medians over the landscapes."""
    from landsweep.report import summary

    counts = [f"{table[c].median():g} {summary.label(c).removeprefix('saddles ')}" for c in _shown(table)]
    if not counts:
        return []
    line = f"saddles (median): {table['n_saddles'].median():g}, " + ", ".join(counts)
    methods = table["float64_method"].dropna()
    if len(methods):
        line += f"; float64 differs by up to {table['float64_epsilon'].max():.2g} ({'/'.join(sorted(set(methods)))})"
    return [line]


def warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return the reason why nothing is said of the sampling, where draws do not differ."""
    same = int((table["draws_distinct"] < study.certify.draws).sum())
    if not same:
        return []
    return [
        f"draws do not differ in {same} of {len(table)} landscapes, so nothing is said of sampling there: let "
        "batches(split, draw) use draw, or set certify.draws to 0."
    ]


def columns(table: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return the numbers of saddles with certificates, which stand behind the number of all saddles."""
    from landsweep.report import summary

    return {summary.TREND_METRICS[1]: _shown(table)}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: certificates are in the table."""


def _shown(table: pd.DataFrame) -> list[str]:
    """Return the columns of certificates to show beside the number of saddles; none if none was asked for."""
    found = [c for c in ("n_saddles_float64", "n_saddles_draws") if table[c].notna().any()]
    return ["n_saddles_positive", *found] if found else []
