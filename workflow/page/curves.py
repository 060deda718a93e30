"""Specification curves, where ``landsweep robust`` has written them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from landsweep.base.errors import reading
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.page.cells import cell
from landsweep.robust.claims import SPECIFICATION, Claim
from landsweep.robust.report import FOLDER

AGAIN = "`landsweep robust RUN` writes it again"
"""The way on for a damaged table of claims."""


def curves_of(run: OpenedRun) -> tuple[list[dict[str, Any]], str]:
    """Return the curves as the page reads them, and a note where there are none, or only old ones.

    Raises
    ------
    Damaged
        Where the table of claims cannot be read.
    """
    file = run.path / FOLDER / "claims.csv"
    command = f"`landsweep robust {in_command(run.path)}`"
    if not file.exists():
        return [], f"Other choices of analysis are not compared yet: {command} does that."
    with reading(file, AGAIN):
        table = pd.read_csv(file, dtype=dict.fromkeys(("representation", "spec_threshold"), str))
        table["subspace"] = ["" if pd.isna(name) else str(name) for name in table["subspace"]]  # empty: there is one
        found = [
            _curve(str(metric), str(axis), str(subspace), part)
            for (metric, axis, subspace), part in table.groupby(["metric", "axis", "subspace"], sort=False)
        ]
    if not found:
        return [], "There is no specification curve: no sweep axis holds three numbers or more."
    metrics = run.directory.metrics
    if metrics.exists() and metrics.stat().st_mtime > file.stat().st_mtime:
        return found, f"The specification curves are older than the table of metrics: {command} computes them again."
    return found, ""


def _curve(metric: str, axis: str, subspace: str, part: pd.DataFrame) -> dict[str, Any]:
    said = Claim(metric, axis, part, subspace)
    ordered = part.sort_values("rho", kind="stable", na_position="last")
    names = [name.removeprefix("spec_") for name in SPECIFICATION]
    return {
        "metric": metric,
        "axis": axis,
        "sentence": f"{said.name}: {said.text}",
        "specifications": [
            {
                "estimate": cell(row["rho"]),
                "choices": {
                    **{name: str(row[column]) for name, column in zip(names, SPECIFICATION, strict=True)},
                    "of the study": "yes" if row["spec_default"] else "no",
                },
            }
            for _, row in ordered.iterrows()
        ],
    }
