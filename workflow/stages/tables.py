"""Writing the table of metrics into arrays of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.study.plan import Plan


def remove_arrays(run: OpenedRun, landscape: Landscape, names: Iterable[str]) -> None:
    """Remove arrays from the store that an earlier study asked for, where they are there.

    Fields and axes of the study stay, whatever they are called: a run may be older than the number of this name.
    """
    own = {*run.study.fields, *run.plan.axes}
    for name in [name for name in names if name in landscape.group and name not in own]:
        del landscape.group[name]


def put_columns(
    landscape: Landscape,
    plan: Plan,
    table: pd.DataFrame,
    columns: Mapping[str, str],
    axes: Sequence[str],
    fill: Any = np.nan,
    **attributes: Any,
) -> None:
    """Put columns of the table into the store as arrays over ``axes``.

    Parameters
    ----------
    landscape, plan
        The store, and the plan whose sweep it holds.
    table
        One row per member and representation; rows that differ only in other axes must hold the same values.
    columns
        The names of the columns, each with the text that the array gets as its ``long_name``; none if the text is
        empty.
    axes
        The axes of the arrays: sweep axes, and ``representation`` if the numbers depend on it.
    fill
        The value where the table has no row; its dtype is that of the arrays.
    attributes
        Further attributes of each array.
    """
    if not columns:
        return
    values: dict[str, list[Any]] = {name: list(plan.axes.get(name) or landscape.get(name)) for name in axes}
    rows = table.drop_duplicates(list(axes)).set_index(list(axes))[list(columns)]
    every: Any = pd.MultiIndex.from_product(list(values.values()), names=list(axes))
    if len(axes) == 1:
        every = pd.Index(values[axes[0]], name=axes[0])
    dataset = rows.reindex(every, fill_value=fill).to_xarray().sel(values)  # which sorts labels on its way
    for name, text in columns.items():
        data = dataset[name].transpose(*axes).to_numpy().astype(np.asarray(fill).dtype)
        landscape.put(name, data, list(axes), **({"long_name": text} if text else {}), **attributes)
