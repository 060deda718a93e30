"""The names of columns and axes for people, and which of them stand in the plural."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LABELS = {
    "hessian_top_eigenvalue": "top Hessian eigenvalue",
    "hessian_lowest_eigenvalue": "lowest Hessian eigenvalue",
    "hessian_trace": "Hessian trace",
    "hessian_gradient_norm": "gradient norm",
    "hessian_eigenvalue_ratio": "Hessian eigenvalue ratio (lowest / top)",
    "average_persistence_rel": "average persistence / loss range",
    "smad": "SMAD",
    "smad_normalized": "SMAD / loss range",
    "smad_weighted": "weighted SMAD",
    "n_saddles_positive": "saddles of persistence > 0",
    "n_saddles_float64": "saddles above rounding",
    "n_saddles_draws": "saddles above sampling",
    "n_saddles_certified": "certified saddles",
}
"""Tables, figures and sentences call these columns by these names."""
MERITS = ("quality_absolute_error", "quality_relative_error", "quality_accuracy", "quality_test_accuracy")
"""Of several figures of merit the first of these is shown."""


def label(column: str) -> str:
    """Return the name of a column for people."""
    if column in LABELS:
        return LABELS[column]
    return column.removeprefix("quality_").removeprefix("n_").replace("_", " ")


def plural(column: str) -> bool:
    """Return whether a column counts something, so that its name is a plural."""
    return column.startswith("n_")


def axis_label(axis: str) -> str:
    """Return the name of an axis of the sweep for people.

    Examples
    --------
    >>> axis_label("direction_seed")
    'direction seed'
    """
    return axis.replace("_", " ")


def assigned(coords: Mapping[str, Any], axes: Iterable[str]) -> str:
    """Return the values of some axes, each with its name.

    Examples
    --------
    >>> assigned({"beta": 1.0, "seed": 0, "direction_seed": 2}, ["beta", "direction_seed"])
    'beta = 1.0, direction seed = 2'
    """
    return ", ".join(f"{axis_label(axis)} = {coords[axis]}" for axis in axes)


def merit(columns: Iterable[str]) -> str | None:
    """Return the column of the figure of merit that figures and sentences show, None where there is none.

    Examples
    --------
    >>> merit(["n_saddles", "quality_f1", "quality_accuracy"])
    'quality_accuracy'
    """
    every = [name for name in columns if name.startswith("quality_")]
    return next((name for name in MERITS if name in every), every[0] if every else None)
