"""A summary of the table of metrics in the few numbers that matter."""

from __future__ import annotations

import pandas as pd
from landsweep.base.naming import label as label
from landsweep.base.naming import merit
from landsweep.relations.columns import group_axes, trend_axes
from landsweep.relations.relate import Relation
from landsweep.relations.sentences import estimate, sentences
from landsweep.relations.table import brief
from landsweep.study.resolve_spec import RESOLVED
from landsweep.study.study import DIRECTION_AXES, SPECIAL_AXES, Study

TREND_METRICS = ("n_saddles", "average_persistence", "loss_range", "average_persistence_rel")
"""The summary shows these metrics along the swept axis."""


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
    more = f" ({other}: {', '.join(f'{n:,}' for n in _sums(grid))})" if len(grid) else ""
    return f"{RESOLVED}: {counted(resolved)}{more}"


def counted(table: pd.DataFrame, leaf: str = "minimum", leaves: str = "minima", between: str = ", ") -> str:
    """Return ``381 minima, 1 saddle``: the sums of rows that have both counts."""
    minima, saddles = _sums(table)
    return f"{minima:,} {leaf if minima == 1 else leaves}{between}{saddles:,} saddle{'s' * (saddles != 1)}"


def _sums(table: pd.DataFrame) -> list[int]:
    return [int(table[name].sum()) for name in ("n_minima", "n_saddles")]


def sites(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each loss: landscapes around the same weights on the same data share their Hessian."""
    return table.drop_duplicates([name for name in study.axes if name not in DIRECTION_AXES])


def known(table: pd.DataFrame, column: str) -> bool:
    """Return whether a table has values of a column."""
    return column in table and bool(table[column].notna().any())


def ends(table: pd.DataFrame, axis: str, column: str) -> str:
    """Return ``Hessian trace 4.4e+03 at beta = 1, 3.1e+04 at beta = 10``, empty for names or fewer than two values."""
    if axis in SPECIAL_AXES:  # its values are names
        return ""
    medians = table.dropna(subset=[column]).groupby(axis)[column].median()
    if len(medians) < 2:
        return ""
    first, last = (f"{medians.iloc[k]:.3g} at {axis} = {medians.index[k]}" for k in (0, -1))
    return f"{label(column)} {first}, {last}"


def site_relation(study: Study, table: pd.DataFrame, axis: str, column: str) -> str:
    """Return ``rho = 0.62, 95 % interval 0.31 to 0.84, n = 10 models`` of a number of models or losses; else empty.

    It is empty for an axis without trends, and where there are too few models.
    """
    if axis not in trend_axes(study.axes):
        return ""
    found = [r for r in brief(table, list(study.axes), [column], [axis]) if not r.why_not]
    texts = {r.stratum.name: estimate(r) for r in found}
    if not found or (len(set(texts.values())) < 2 and len(found) == found[0].stratum.among):
        return next(iter(texts.values()), "")
    return "; ".join(f"{name} {text}" for name, text in texts.items())


def trends(study: Study, table: pd.DataFrame) -> list[str]:
    """Return a sentence for each trend metric with the swept axis or first axis of groups, and with the error if sure.

    They are those of ``landsweep relations``: over trained models, whose landscapes are averaged first.
    """
    axis = swept_axis(study, table)
    ordered = [axis] if axis in trend_axes(study.axes) else group_axes(study.axes)
    against = [str(name) for name in (*ordered[:1], error_column(table)) if name]
    found = brief(table, list(study.axes), TREND_METRICS, against, "loss_range")
    said = sentences([r for r in found if not r.why_not and (r.sure or r.kind == "axis")])
    return said + _too_few([r for r in found if r.kind == "axis"])


def _too_few(relations: list[Relation]) -> list[str]:
    """Return where there are not enough models: one line an axis, or which of its relations lack them, if not all."""
    said = []
    for name in dict.fromkeys(r.against for r in relations):
        every = [r for r in relations if r.against == name]
        few = [r for r in every if r.why_not.startswith("not enough")]
        if few and len(few) == len(every):
            said.append(f"relations with {label(name)}: {max(few, key=lambda r: r.n_models).why_not}")
        else:
            said += sentences(few)
    return said


def quality_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of the models' figures of merit."""
    return [name for name in table.columns if name.startswith("quality_")]


def error_column(table: pd.DataFrame) -> str | None:
    """Return the figure of merit that figures show, None where no model has one."""
    return merit(name for name in quality_columns(table) if known(table, name))
