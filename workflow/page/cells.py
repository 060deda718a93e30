"""Numbers and tables as plain JSON, which has no NaN and no infinities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf, isnan
from typing import Any

import pandas as pd

Cell = float | int | str | None


def cell(value: Any) -> Cell:
    """Return a number or a text of a table as the page reads it: infinities as texts, what is missing (NaN) as null."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)  # JavaScript rounds greater ones
    if isinstance(value, float):
        if isnan(value):
            return None
        return str(value) if isinf(value) else value
    return str(value)


def table_of(
    frame: pd.DataFrame, labels: Mapping[str, str] = {}, descriptions: Mapping[str, str] = {}
) -> dict[str, Any]:
    """Return a table as the page reads it: what its columns are called and mean, and its rows."""
    columns = [
        {
            "name": str(name),
            "label": labels.get(str(name), str(name)),
            "description": descriptions.get(str(name), ""),
            "kind": "number" if pd.api.types.is_numeric_dtype(frame[name]) else "name",
        }
        for name in frame
    ]
    values: Sequence[Sequence[Cell]] = [[cell(v) for v in frame[name].tolist()] for name in frame]
    return {"columns": columns, "rows": [list(row) for row in zip(*values, strict=True)]}
