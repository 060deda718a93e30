"""What the stage homology says to people: in the plan, the methods paragraph and the summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return what is computed of each landscape."""
    return {"homology": "persistence of dimension 1 (loops) of every landscape"} if study.homology.loops else {}


def methods(study: Study) -> Sequence[str]:
    """Return how loops were found."""
    if not study.homology.loops:
        return []
    sets = "superlevel" if study.topology.negate else "sublevel"
    return [
        "Persistent homology [edelsbrunner2002] of dimension 1, with coefficients in Z/2, gives the loops of the "
        f"{sets} sets of every landscape, in the cubical or simplicial complex that has the neighbourhoods of its "
        "merge tree."
    ]


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> Sequence[str]:
    """Return one sentence on how many loops the landscapes have."""
    if "n_loops" not in table or (known := table["n_loops"].dropna()).empty:
        return []
    return [f"loops (dimension 1): {known.median():g} a landscape (median), {known.min():g} to {known.max():g}"]


def warnings(study: Study, table: pd.DataFrame) -> Sequence[str]:
    """Return for which connectivity loops were asked for and cannot be given."""
    if study.homology.loops and "knn" in study.connectivity:
        return ["knn is a graph, whose loops nothing fills: its columns of loops are missing."]
    return []


def columns(table: pd.DataFrame) -> Mapping[str, Sequence[str]]:
    """Return no further column for the summary's table."""
    return {}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: the diagrams lie in ``homology/``."""
