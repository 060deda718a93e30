"""The figures of merit of every model, and the seconds that its training took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from landsweep.base.errors import reading
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import read_json
from landsweep.disk.store import Landscape
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns
from landsweep.study.plan import Member
from landsweep.study.study import MEMBER_ONLY_AXES

QUALITY = "quality_"
"""The columns of a model's figures of merit begin with this prefix."""
COLUMNS: Mapping[str, str] = {}
"""No column is always there: each figure of merit that a problem reports has a column, ``quality_`` and its name."""


def table(run: OpenedRun) -> Row:
    """Return the function that gives the quality of a member's model; it gives none for a model that is not trained."""
    quality: dict[int, dict[str, Any]] = {}
    for model in run.plan.models:
        if run.directory.theta(model.index).exists():
            file = run.directory.quality(model.index)
            saved = read_json(file)
            with reading(file):
                quality[model.index] = {QUALITY + k: float(v) for k, v in saved["quality"].items()}
                quality[model.index]["train_seconds"] = float(saved["train_seconds"])

    def row(member: Member, representation: str) -> Mapping[str, Any]:
        return quality.get(member.model, {})

    return row


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the quality into the store, over the axes that tell models apart."""
    names = [c for c in table.columns if c.startswith(QUALITY) or c == "train_seconds"]
    axes = [axis for axis in run.plan.axes if axis not in MEMBER_ONLY_AXES]
    put_columns(landscape, run.plan, table, dict.fromkeys(names, ""), axes)
