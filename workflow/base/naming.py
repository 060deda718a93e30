"""The names of columns for people, and which of them stand in the plural."""

from __future__ import annotations

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


def label(column: str) -> str:
    """Return the name of a column for people."""
    if column in LABELS:
        return LABELS[column]
    return column.removeprefix("quality_").removeprefix("n_").replace("_", " ")


def plural(column: str) -> bool:
    """Return whether a column counts something, so that its name is a plural."""
    return column.startswith("n_")
