"""Pages made by hand: what no small run has, such as many members, every state of one, and names of any kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.page.packing import pack


def table(**columns: list[Any]) -> dict[str, Any]:
    """A table of a page; a column of texts has names, any other numbers."""
    named = {name: any(isinstance(v, str) for v in values) for name, values in columns.items()}
    return {
        "columns": [
            {"name": name, "label": name, "description": "", "kind": "name" if named[name] else "number"}
            for name in columns
        ],
        "rows": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def run_page(name: str, members: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The content of a finished run's page, without results but those of ``changes``."""
    nothing: dict[str, Any] = {"columns": [], "rows": []}
    return {
        "name": name,
        "path": name,
        "state": "finished",
        "progress": [],
        "live": None,
        "answer": [],
        "table": nothing,
        "relations": nothing,
        "curves": [],
        "provenance": {"facts": [], "commands": [], "methods": "", "bibtex": ""},
        "axes": {},
        "members": members,
    } | changes


def member(
    index: int, coords: dict[str, Any], state: str = "finished", done: float = 1, why: str = ""
) -> dict[str, Any]:
    label = ", ".join(f"{name} = {value}" for name, value in coords.items())
    return {"index": index, "coords": coords, "label": label, "state": state, "done": done, "failure": why}


def landscape(values: np.ndarray, name: str = "alpha_0") -> bytes:
    """A member's values on a grid, with the tree of its lowest point alone."""
    lowest = np.unravel_index(np.nanargmin(values), values.shape)
    axes = [np.linspace(-1, 1, n) for n in values.shape]
    at = np.array([[axis[i] for axis, i in zip(axes, lowest, strict=True)]])
    header = {
        "axes": [name, *(f"alpha_{k}" for k in range(1, values.ndim))],
        "fields": [{"name": "loss", "label": "loss"}],
        "representations": [{"name": "moore", "label": "moore", "total": 1, "labelled": True}],
        "strides": [1] * values.ndim,
        "ranges": {"loss": [float(np.nanmin(values)), float(np.nanmax(values))]},
        "start": [int(i) for i in lowest],
        "notes": [],
    }
    arrays = {f"axis/{k}": axis for k, axis in enumerate(axes)} | {
        "field/loss": values.astype(np.float32),
        "moore/labels": np.zeros(values.shape, np.int32),
        "moore/birth": np.array([np.nanmin(values)]),
        "moore/death": np.array([np.inf]),
        "moore/parent": np.array([-1], np.int32),
        "moore/minimum": at,
        "moore/saddle": np.full_like(at, np.nan),
        "moore/volume": np.array([float(values.size)]),
        "moore/mark": np.zeros(1, np.uint8),
    }
    return pack(header, arrays)
