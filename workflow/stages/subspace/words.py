"""What the stage subspace says to people: barriers between two checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape


def between(study: Study) -> list[str]:
    """Return the names of the swept subspaces that are lines between two checkpoints."""
    used = study.axes["subspace"]
    return [name for name, subspace in study.subspaces.items() if subspace.kind == "line" and name in used]


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return nothing: the plan lists every subspace itself."""
    return {}


def methods(study: Study) -> list[str]:
    """Return what a barrier is, where the study has lines between two checkpoints."""
    if not between(study):
        return []
    return [
        "The barrier between two checkpoints is the greatest difference between the loss on the line and the linear "
        "interpolation of the losses at its ends [entezari2022], and the linear instability that between the greatest "
        "loss and their mean [frankle2020], both over the points of the grid."
    ]


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence about the barriers of each line."""
    said = []
    for name in between(study):
        rows = table[table["subspace"] == name].dropna(subset=["barrier"])
        if rows.empty:
            continue
        heights, several = rows["barrier"], len(rows) > 1
        spread = f" (median of {len(rows)}, {heights.min():.3g} to {heights.max():.3g})" if several else ""
        where = "" if several else f", at {rows['barrier_position'].iloc[0]:.3g} of the way"
        said.append(f"{name}: barrier {heights.median():.3g}{spread}{where}")
    return said


def warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return the reason where a line has no barrier although its loss is known."""
    said = []
    for name in between(study):
        rows = table[table["subspace"] == name]
        if rows["n_minima"].notna().any() and rows["barrier"].isna().all():
            said.append(
                f"subspaces.{name} has no barrier, as the grid has no point at each of the two checkpoints, or their "
                "loss is not finite, expected points at coordinates 0 and 1: range [0, 1] has them with any number of "
                "points (unit: multiple)."
            )
    return said


def columns(table: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return the barrier, which stands before the numbers of the landscapes."""
    from landsweep.report import summary

    known = [c for c in ("barrier",) if c in table and summary.known(table, c)]
    return {summary.TREND_METRICS[0]: known}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: the landscapes have their own figure."""
