"""The figure that compares the values of an axis that are names: landscapes in one colour scale, metrics by group.

It is figure 5 of Xie et al. 2024 (arXiv:2411.09807) for any sweep: with and without residual connections, one optimiser
or another.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from landsweep.base.naming import assigned
from landsweep.disk.opened import OpenedRun
from landsweep.figures.composites.columns import known, of_models
from landsweep.figures.composites.groups import groups, others_of
from landsweep.figures.style import save
from landsweep.report import summary
from landsweep.report.figures import TREND_PANELS
from landsweep.study.plan import Member
from landsweep.study.study import Scalar, Study

MOST = 6
"""An axis of more values than this is not compared."""


def compared_axis(study: Study) -> str | None:
    """Return the first parameter whose values are names: texts, or yes and no (1 and 0); None where there is none.

    Examples
    --------
    >>> study = {"name": "a", "problem": {"path": "a.py:A"}, "sweep": {"beta": [1, 2], "residual": [True, False]}}
    >>> compared_axis(Study.parse(study))
    'residual'
    """
    for name in study.parameters:
        values = set(study.axes[name])
        if 2 <= len(values) <= MOST and (values == {0, 1} or any(isinstance(v, str) for v in values)):
            return name
    return None


def draw_comparison(run: OpenedRun, table: pd.DataFrame, path: Path) -> list[str]:
    """Draw a landscape of each value of the axis, then each metric with one point a model and the median of each value.

    The landscapes are those of the first models that are alike but for the axis. Returns sentences on what of it could
    not be drawn.
    """
    study, axis = run.study, compared_axis(run.study)
    if axis is None or table[axis].nunique() < 2:
        return []
    values = [v for v in study.axes[axis] if v in set(table[axis])]
    members = _alike(run, axis, table)
    first = next(iter(members.values()))
    key = tuple(first.coords[name] for name in others_of(run, axis))
    models, versions = {"": table.drop_duplicates("model")}, summary.versions(table)
    figure, said = groups(
        run,
        {(value, key): member for value, member in members.items()},
        axis,
        values,
        [key],
        {
            name: models if of_models(name) else versions
            for name in known(table, [*TREND_PANELS, summary.error_column(table)])
        },
    )
    swept = [name for name, found in run.plan.axes.items() if len(found) > 1 and name != axis]
    where = assigned(first.coords, swept)
    figure.suptitle(f"{study.name}{': ' + where if where else ''}; below: a point a model, bar: median", fontsize=10)
    save(figure, path)
    return said


def _alike(run: OpenedRun, axis: str, table: pd.DataFrame) -> dict[Scalar, Member]:
    """Return a member of each value, alike in all else if there are such."""
    there = set(table["member"])
    found: dict[tuple[Scalar, ...], dict[Scalar, Member]] = {}
    for member in run.plan.members:
        if member.index in there:
            others = tuple(value for name, value in member.coords.items() if name != axis)
            found.setdefault(others, {})[member.coords[axis]] = member
    return max(found.values(), key=len)
