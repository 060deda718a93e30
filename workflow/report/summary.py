"""A summary of the table of metrics in the few numbers that matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from landsweep.study.study import DIRECTION_AXES, Study

TREND_METRICS = ("n_saddles", "average_persistence", "loss_range", "average_persistence_rel")
"""The summary shows these metrics along the swept axis."""

CURVATURE_METRICS = (
    "hessian_top_eigenvalue",
    "hessian_lowest_eigenvalue",
    "hessian_eigenvalue_ratio",
    "hessian_trace",
)
"""The summary shows these numbers of the Hessian where they are known."""

LABELS = {
    "hessian_top_eigenvalue": "top eigenvalue",
    "hessian_lowest_eigenvalue": "lowest eigenvalue",
    "hessian_trace": "trace",
    "hessian_eigenvalue_ratio": "eigenvalue ratio (lowest / top)",
    "average_persistence_rel": "average persistence / loss range",
    "n_saddles_positive": "saddles of persistence > 0",
    "n_saddles_float64": "saddles above rounding",
    "n_saddles_draws": "saddles above sampling",
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
        return f"{values.iloc[0]:+.2f}"
    return f"{values.median():+.2f} ({values.min():+.2f} to {values.max():+.2f} over {len(values)} series)"


def swept_axis(study: Study, table: pd.DataFrame) -> str | None:
    """Return the abscissa of figures: the first numeric parameter with several values, else another such axis."""
    for name in (*study.parameters, *(a for a in study.axes if a not in study.parameters)):
        if table[name].nunique() > 1 and pd.api.types.is_numeric_dtype(table[name]):
            return name
    return None


def series(table: pd.DataFrame, study: Study, axis: str) -> list[pd.DataFrame]:
    """Split a table into series along ``axis``, each sorted by it."""
    others = [name for name in (*study.axes, "representation") if name != axis]
    return [group.sort_values(axis) for _, group in table.groupby(others, sort=False)]


def versions(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Split a table into versions that no number mixes: representations, and subspaces if there are several."""
    several = table["subspace"].nunique() > 1
    grouped = table.groupby(["subspace", "representation"], sort=False)
    return {", ".join(map(str, key if several else key[1:])): part for key, part in grouped}


def sites(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each loss: landscapes around the same weights on the same data share their Hessian."""
    return table.drop_duplicates([name for name in study.axes if name not in DIRECTION_AXES])


def known(table: pd.DataFrame, column: str) -> bool:
    """Return whether a table has values of a column."""
    return column in table and bool(table[column].notna().any())


def ends(table: pd.DataFrame, axis: str, column: str) -> str:
    """Return ``top eigenvalue 4.4e+03 at beta = 1, 3.1e+04 at beta = 10``, empty where fewer than two are known."""
    medians = table.dropna(subset=[column]).groupby(axis)[column].median()
    if len(medians) < 2:
        return ""
    first, last = (f"{medians.iloc[k]:.3g} at {axis} = {medians.index[k]}" for k in (0, -1))
    return f"{label(column)} {first}, {last}"


def curvature(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence for each number of the Hessian, with its rank correlation along an axis of models or data."""
    lines, found = [], sites(study, table)
    for column in (c for c in CURVATURE_METRICS if known(table, c)):
        text = "" if axis is None or axis in DIRECTION_AXES else ends(found, axis, column)
        if not text:
            values = found[column].dropna()
            spread = f" ({values.min():.3g} to {values.max():.3g})" if values.nunique() > 1 else ""
            lines.append(f"Hessian: {label(column)} {values.median():.3g}{spread}")
            continue
        rho = _spearman(found, str(axis), column)
        lines.append(f"Hessian: {text}" + ("" if rho is None else f"; rank correlation {rho:+.2f}"))
    return lines


def _spearman(table: pd.DataFrame, axis: str, column: str) -> float | None:
    pair = table[[axis, column]].dropna()
    if len(pair) < 3 or pair[column].nunique() < 2:
        return None
    return float(pair[axis].corr(pair[column], method="spearman"))


def trends(study: Study, table: pd.DataFrame) -> list[Trend]:
    """Return the rank correlation of each trend metric with the swept axis, where there are three points or more."""
    axis = swept_axis(study, table)
    if axis is None:
        return []
    found = []
    for metric in TREND_METRICS:
        by_version = {}
        for name, part in versions(table).items():
            rhos = [_spearman(group, axis, metric) for group in series(part, study, axis)]
            if known := tuple(rho for rho in rhos if rho is not None):
                by_version[name] = known
        if by_version:
            found.append(Trend(axis, metric, by_version))
    return found


def certified_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of certificates to show beside the number of saddles; none if none was asked for."""
    found = [c for c in ("n_saddles_float64", "n_saddles_draws") if table[c].notna().any()]
    return ["n_saddles_positive", *found] if found else []


def certificates(table: pd.DataFrame) -> list[str]:
    """Return one sentence for the certificates of one representation's rows: medians over the landscapes."""
    counts = [f"{table[c].median():g} {label(c).removeprefix('saddles ')}" for c in certified_columns(table)]
    if not counts:
        return []
    line = f"saddles (median): {table['n_saddles'].median():g}, " + ", ".join(counts)
    methods = table["float64_method"].dropna()
    if len(methods):
        line += f"; float64 differs by up to {table['float64_epsilon'].max():.2g} ({'/'.join(sorted(set(methods)))})"
    return [line]


def certificate_warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return the reasons why certificates cannot be given, for one representation's rows."""
    same = int((table["draws_distinct"] < study.certify.draws).sum())
    if not same:
        return []
    return [
        f"draws do not differ in {same} of {len(table)} landscapes, so nothing is said of sampling there: let "
        "batches(split, draw) use draw, or set certify.draws to 0."
    ]


def quality_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of the models' figures of merit."""
    return [name for name in table.columns if name.startswith("quality_")]


def error_column(table: pd.DataFrame) -> str | None:
    """Return the figure of merit that figures show: the absolute error if there is one, else the first."""
    columns = quality_columns(table)
    preferred = [c for c in ("quality_absolute_error", "quality_relative_error", "quality_accuracy") if c in columns]
    return (preferred or columns or [None])[0]
