"""What the stage resolve says to people: in the plan, the methods paragraph and the summary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape

SHOWN = ("n_minima", "n_saddles_certified", "n_artefacts", "n_unresolved")
"""The summary's table of resolved landscapes has these columns beside those of every representation."""


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return what is looked for beside the landscapes."""
    if not study.resolve.enabled:
        return {}
    further = f" and {study.resolve.starts} further points" if study.resolve.starts else ""
    beside = f"; then up to {budget:,} points beside the grid" if (budget := study.grid.refine.budget) else ""
    text = f"minima and saddles of the loss itself, from the grid's minima{further} a landscape, in float64{beside}"
    return {"resolve": text}


def methods(study: Study) -> list[str]:
    """Return how minima and saddles were found, and which of them count."""
    if not study.resolve.enabled:
        return []
    sentences = [
        "Resolved minima and saddles are those of the loss itself, not of its values on the grid: from every minimum "
        "of the grid, a monotone trust-region Newton descent [nocedal2006] within the box, in float64 with derivatives "
        "by the coordinates (exact, or, of a loss that is differentiable only once, differences of exact gradients for "
        "the second ones) and in steps shorter than half a grid step, ends in a minimum; saddles are "
        "found by following the lowest mode of the Hessian uphill [cerjan1981] between basins that touch, or from the "
        "highest point of a relaxed path [e2007], and count as certified where descents to both sides end in the "
        "minima that they join; together they make a merge tree, which chemists call a disconnectivity graph "
        "[wales2003]."
    ]
    if study.grid.refine.budget:
        sentences.append(
            f"Where minima or saddles were in doubt, the search went on from finer patches of the grid until nothing "
            f"changed, for a few rounds at most, and within {study.grid.refine.budget} points a landscape beside the "
            "grid, which bound what came after the first search."
        )
    if study.resolve.starts:
        sentences.append(
            f"From {study.resolve.starts} descents that began at low-discrepancy points, the number of minima that "
            "nothing led to was estimated [chao1987]."
        )
    return sentences


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence on how many minima of the grid are artefacts, and how many saddles have a certificate."""
    known = table.dropna(subset=["n_minima"])
    if known.empty:
        return []
    starts, artefacts = known["n_starts"].sum(), known["n_artefacts"].sum()
    share = f" ({artefacts / starts:.0%})" if starts else ""
    which = "" if study.topology.threshold.value == 0 else " of any persistence"
    line = f"resolved: {artefacts:g} of the grids' {starts:g} minima{which}{share} are artefacts of the grid"
    if saddles := known["n_saddles"].sum():
        line += f"; {known['n_saddles_certified'].sum():g} of {saddles:g} saddles are certified"
    for column, what in (("n_minima_kink", "kinks"), ("n_minima_flat", "flat")):
        if total := known[column].sum():
            line += f"; {total:g} minima are {what}"
    if known["n_refined"].notna().any():
        line += f"; {known['n_refined'].median():g} points a landscape (median) beside the grid"
    if known["n_unseen"].notna().any():
        low, high = known["n_unseen_low"].median(), known["n_unseen_high"].median()
        line += f"; about {known['n_unseen'].median():g} ({low:.3g} to {high:.3g}) minima a landscape were not found"
    return [line]


def warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return in how many landscapes a number is not certain."""
    known = table["n_unresolved"].dropna() if study.resolve.enabled else ()
    some = sum(number > 0 for number in known)
    said = []
    if study.grid.refine.budget:
        left = table["refined_settled"] == 0
        spent, unsettled = (int((left & (table["refined_spent"] == k)).sum()) for k in (1, 0))
        if spent:
            said.append(
                f"grid.refine.budget of {study.grid.refine.budget} points was spent in {spent} of {len(known)} "
                "landscapes before their resolved trees stood, expected more points, or a finer grid."
            )
        if unsettled:
            said.append(
                f"the last round of grid.refine still changed the resolved trees of {unsettled} of {len(known)} "
                "landscapes within the budget, expected a finer grid."
            )
    if len(known) and (coarse := int((table["derivatives_exact"] == 0).sum())):
        said.append(
            f"second derivatives are differences of gradients in {coarse} of {len(known)} landscapes, whose resolved "
            "minima and saddles are known to fewer digits, expected a loss that torch differentiates twice."
        )
    if not some:
        return said
    return [
        *said,
        f"unresolved descents or passes: {sum(known):g}, in {some} of {len(known)} landscapes, whose resolved counts "
        "may be off by as many: the column n_unresolved says where, `reasons` in resolved/member-*.npz why.",
    ]


def columns(table: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return the counts that only resolved landscapes have."""
    from landsweep.report import summary

    found = "n_artefacts" in table and table["n_artefacts"].notna().any()
    return {summary.TREND_METRICS[1]: [*SHOWN]} if found else {}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: minima and saddles are drawn on the landscapes."""
