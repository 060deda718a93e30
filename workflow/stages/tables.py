"""From the table of metrics to arrays of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.store import Landscape
from landsweep.study.plan import Plan


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an ``.npz`` file, none where it does not exist."""
    if not path.exists():
        return {}
    with np.load(path) as data:
        return {name: data[name] for name in data.files}


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
        One row per member and representation; rows that differ in other axes alone are to hold the same.
    columns
        Names, and what stands beside each array as ``long_name``; nothing stands where it is empty.
    axes
        Sweep axes, and ``representation`` if the numbers depend on it.
    fill
        What stands where no row is; its dtype is that of the arrays.
    attributes
        What else stands beside each array.
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
