"""A summary of the table of metrics in the few numbers that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from landsweep.study.resolve_spec import RESOLVED
from landsweep.study.study import DIRECTION_AXES, SPECIAL_AXES, Scalar, Study

TREND_METRICS = ("n_saddles", "average_persistence", "loss_range", "average_persistence_rel")
"""The summary shows these metrics along the swept axis."""

MIN_VALUES = 3
"""A rank correlation is computed for an axis with at least this many distinct values, from series of at least this many
members."""

LABELS = {
    "hessian_top_eigenvalue": "top eigenvalue",
    "hessian_lowest_eigenvalue": "lowest eigenvalue",
    "hessian_trace": "trace",
    "hessian_eigenvalue_ratio": "eigenvalue ratio (lowest / top)",
    "average_persistence_rel": "average persistence / loss range",
    "n_saddles_positive": "saddles of persistence > 0",
    "n_saddles_float64": "saddles above rounding",
    "n_saddles_draws": "saddles above sampling",
    "n_saddles_certified": "certified saddles",
}
"""Tables and figures call these columns by these names."""


def label(column: str) -> str:
    """Return the name of a column for people."""
    if column in LABELS:
        return LABELS[column]
    return column.removeprefix("quality_").removeprefix("n_").replace("_", " ")


@dataclass(frozen=True)
class Trend:
    """Spearman's rank correlation of one metric with the swept axis: for each version, one value per landscape series.

    A series holds the landscapes along the axis with all other axes fixed, such as one direction seed and one network
    seed.
    """

    axis: str
    metric: str
    rho: Mapping[str, tuple[float, ...]]

    @property
    def text(self) -> str:
        """Return ``+0.82 (+0.73 to +0.99 over 4 series)``, for each version where they differ."""
        texts = {name: _spread(values) for name, values in self.rho.items()}
        if len(set(texts.values())) == 1:
            return next(iter(texts.values()))
        return "; ".join(f"{name} {text}" for name, text in texts.items())


def _spread(rho: tuple[float, ...]) -> str:
    values = pd.Series(rho)
    if len(values) == 1:
        return f"{values.iloc[0]:+.2f} (1 series)"
    return f"{values.median():+.2f} ({values.min():+.2f} to {values.max():+.2f} over {len(values)} series)"


def trend_axes(axes: Mapping[str, Sequence[Scalar]]) -> list[str]:
    """Return the axes that a number can rise or fall with: those with at least :data:`MIN_VALUES` distinct numbers.

    Seeds, draws, splits, checkpoints and subspaces are left out: their values are names, and have no order.
    """
    return [
        name
        for name, values in axes.items()
        if name not in SPECIAL_AXES
        and len(set(values)) >= MIN_VALUES
        and not any(isinstance(value, str) for value in values)
    ]


def swept_axis(study: Study, table: pd.DataFrame) -> str | None:
    """Return the abscissa of figures: the first axis that has trends, else a numeric one with several values."""
    for name in (*trend_axes(study.axes), *study.parameters, *(a for a in study.axes if a not in study.parameters)):
        if table[name].nunique() > 1 and pd.api.types.is_numeric_dtype(table[name]):
            return name
    return None


def series(table: pd.DataFrame, study: Study, axis: str) -> list[pd.DataFrame]:
    """Split a table into series along ``axis``, each sorted by it."""
    others = [name for name in (*study.axes, "representation") if name != axis]
    return [group.sort_values(axis) for _, group in table.groupby(others, sort=False)]


def versions(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Split a table into versions that no number mixes: representations, and subspaces if there are several.

    Resolved ones come first: they do not depend on the grid.
    """
    several = table["subspace"].nunique() > 1
    grouped = table.groupby(["subspace", "representation"], sort=False)
    parts = sorted(grouped, key=lambda part: part[0][1] != RESOLVED)
    return {", ".join(map(str, key if several else key[1:])): part for key, part in parts}


def resolved_counts(table: pd.DataFrame, other: str) -> str:
    """Return ``resolved: 381 minima, 330 saddles (freudenthal: 677, 612)``, empty where nothing was resolved.

    Both are sums over the landscapes that were resolved; ``other`` is a representation of the grid.
    """
    known = table.dropna(subset=["n_minima"])
    resolved = known[known["representation"] == RESOLVED]
    if resolved.empty:
        return ""
    grid = known[(known["representation"] == other) & known["member"].isin(resolved["member"])]
    minima, saddles = (f"{resolved[name].sum():g}" for name in ("n_minima", "n_saddles"))
    more = f" ({other}: {grid['n_minima'].sum():g}, {grid['n_saddles'].sum():g})" if len(grid) else ""
    return f"{RESOLVED}: {minima} minima, {saddles} saddles{more}"


def sites(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each loss: landscapes around the same weights on the same data share their Hessian."""
    return table.drop_duplicates([name for name in study.axes if name not in DIRECTION_AXES])


def known(table: pd.DataFrame, column: str) -> bool:
    """Return whether a table has values of a column."""
    return column in table and bool(table[column].notna().any())


def ends(table: pd.DataFrame, axis: str, column: str) -> str:
    """Return ``top eigenvalue 4.4e+03 at beta = 1, 3.1e+04 at beta = 10``, empty for names or fewer than two values."""
    if axis in SPECIAL_AXES:  # its values are names
        return ""
    medians = table.dropna(subset=[column]).groupby(axis)[column].median()
    if len(medians) < 2:
        return ""
    first, last = (f"{medians.iloc[k]:.3g} at {axis} = {medians.index[k]}" for k in (0, -1))
    return f"{label(column)} {first}, {last}"


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation of ``x`` and ``y`` ``(n,)`` over pairs without NaN; ties have their mean rank.

    It is NaN (not defined) for fewer than :data:`MIN_VALUES` pairs, or if ``x`` or ``y`` does not vary.
    """
    from scipy.stats import spearmanr

    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < MIN_VALUES or (x == x[0]).all() or (y == y[0]).all():
        return float("nan")
    return float(spearmanr(x, y).statistic)


def _by_series(parts: Sequence[pd.DataFrame], axis: str, column: str) -> tuple[float, ...]:
    """Return the rank correlation of each series in which it is defined."""
    found = [spearman(part[axis].to_numpy(float), part[column].to_numpy(float)) for part in parts]
    return tuple(rho for rho in found if rho == rho)


def site_correlation(study: Study, found: pd.DataFrame, axis: str, column: str) -> str:
    """Return ``+0.82 (+0.73 to +0.99 over 4 series)`` for one row per loss (see :func:`sites`); empty for no trend."""
    if axis not in trend_axes(study.axes):
        return ""
    others = [name for name in study.axes if name != axis and name not in DIRECTION_AXES]
    parts = [part for _, part in found.groupby(others, sort=False)] if others else [found]
    rhos = _by_series(parts, axis, column)
    return _spread(rhos) if rhos else ""


def trends(study: Study, table: pd.DataFrame) -> list[Trend]:
    """Return the rank correlation of each trend metric with the swept axis, where that axis has trends."""
    axis = swept_axis(study, table)
    if axis is None or axis not in trend_axes(study.axes):
        return []
    found = []
    for metric in TREND_METRICS:
        by_version = {}
        for name, part in versions(table).items():
            if known := _by_series(series(part, study, axis), axis, metric):
                by_version[name] = known
        if by_version:
            found.append(Trend(axis, metric, by_version))
    return found


def quality_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of the models' figures of merit."""
    return [name for name in table.columns if name.startswith("quality_")]


def error_column(table: pd.DataFrame) -> str | None:
    """Return the figure of merit that figures show: the absolute error if there is one, else the first."""
    columns = quality_columns(table)
    preferred = [c for c in ("quality_absolute_error", "quality_relative_error", "quality_accuracy") if c in columns]
    return (preferred or columns or [None])[0]
