"""One panel for a column of the table: over an axis of the sweep as lines, or with a point a model for each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from landsweep.base.naming import axis_label, label, merit
from landsweep.figures.curves import COLOURS
from landsweep.figures.scales import best_scale
from landsweep.figures.style import INK, TINY, labels, number
from landsweep.study.study import Scalar

Versions = Mapping[str, pd.DataFrame]
"""Rows of the table by the name of what they belong to, such as a representation: no number mixes two of them."""
WIDTH = 0.5
"""The points of a group take this share of the place between two groups."""
MARGIN = 0.05
"""Beside the first and the last value of an axis this share of it is empty."""


def known(table: pd.DataFrame, columns: Sequence[str | None]) -> list[str]:
    """Return those of the columns that the table has values of."""
    return [name for name in columns if name is not None and name in table and bool(table[name].notna().any())]


def quality(table: pd.DataFrame) -> str | None:
    """Return the column of the figure of merit that figures show, None where no model has one."""
    return merit(known(table, list(table.columns)))


def of_models(column: str) -> bool:
    """Return whether a column describes models, whose landscapes share it."""
    return column.startswith(("hessian", "quality"))


def over(panel: Any, versions: Versions, axis: str, column: str, *, joined: bool = True) -> None:
    """Draw a column over an axis: the median of each version as a line or as dots, and its range as a band or bars.

    Parameters
    ----------
    panel
        The axes.
    versions
        The rows; versions that are equal everywhere are one line, named after all.
    axis, column
        The columns of the table along x and y. Texts stand side by side, in the order in which they appear. Numbers
        such as 1, 10, 100 stand on a logarithmic axis, where they are told apart.
    joined
        Whether the values of the axis have an order that lines show.
    """
    from matplotlib.ticker import MaxNLocator

    values: list[Any] = _values(versions, axis)
    numbers = not any(isinstance(value, str) for value in values)
    at = {value: float(value) if numbers else k for k, value in enumerate(values)}
    lines = _lines(versions, axis, column, values)
    for behind, (name, (k, along)) in zip(reversed(range(len(lines))), lines.items(), strict=True):
        colour = INK if of_models(column) else COLOURS[k % len(COLOURS)]
        _line(panel, [at[value] for value in along.index], along, colour, name, joined, behind)
    _height(panel, pd.concat([rows[column] for rows in versions.values()]), column)
    if not numbers:
        panel.set_xticks(range(len(values)), [str(value) for value in values], rotation=30, ha="right")
        panel.set_xlim(-0.5, len(values) - 0.5)
    elif _geometric(values):
        panel.set_xscale("log")
        room = (values[-1] / values[0]) ** MARGIN
        panel.set_xlim(values[0] / room, values[-1] * room)
    elif len(values) > 1:
        if all(float(value).is_integer() for value in values):
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        room = MARGIN * (values[-1] - values[0])
        panel.set_xlim(values[0] - room, values[-1] + room)
    labels(panel, axis_label(axis), label(column))


def beside(panel: Any, table: pd.DataFrame, axis: str, column: str, *, joined: bool = True) -> Any:
    """Draw the median of a column that describes models on an axis of its own at the right, and return its axes."""
    twin = panel.twinx()
    medians = table.groupby(axis)[column].median()
    style = {"color": "0.45", "markersize": 3.5, "linewidth": 1, "label": label(column)}
    twin.plot(medians.index, medians, "s--" if joined else "s", **style)
    number(twin, medians)
    twin.set_ylabel(label(column), color="0.35", fontsize=panel.yaxis.label.get_fontsize())
    twin.tick_params(axis="y", colors="0.35", labelsize=TINY)
    return twin


def strip(
    panel: Any, versions: Versions, axis: str, values: Sequence[Scalar], column: str, others: Sequence[str]
) -> None:
    """Draw a column for each value of an axis: one point a model, versions beside each other, a bar as the median.

    Parameters
    ----------
    panel, versions, axis, column
        As in :func:`over`. A model with several rows stands at their median.
    values
        The values of the axis, in their order.
    others
        The other axes that tell models apart: points of models that are equal in them are joined.
    """
    counts = dict.fromkeys(values, "")
    for place, (name, rows) in enumerate(versions.items()):
        at = (place + 0.5) / len(versions) - 0.5
        colour = INK if of_models(column) else COLOURS[place % len(COLOURS)]
        groups = rows.groupby(list(others), sort=False) if others else [((), rows)]
        for k, (_, alike) in enumerate(groups):
            aside = WIDTH * (at + ((k + 0.5) / len(groups) - 0.5) / (1.3 * len(versions)))
            found = alike.groupby(axis)[column].median().reindex(list(values))
            panel.plot(
                np.arange(len(values)) + aside, found, "o-", color=colour, markersize=4, linewidth=0.5, alpha=0.6
            )
        each = rows.groupby([axis, *others], sort=False)[column].median()
        for k, value in enumerate(values):
            own = each[each.index.get_level_values(axis) == value]
            if own.notna().any():
                ends = (k + WIDTH * at + np.array([-0.45, 0.45]) * WIDTH / len(versions)).tolist()
                panel.plot(ends, [own.median()] * 2, "-", color=colour, linewidth=2.5, label=name if k == 0 else None)
            if own.empty or own.isna().any():
                counts[value] = f"\n{int(own.notna().sum())} of {len(own)}\nknown" if len(own) else "\nnot there\nyet"
    _height(panel, pd.concat([rows[column] for rows in versions.values()]), column)
    panel.set_xticks(range(len(values)), [f"{value}{counts[value]}" for value in values])
    panel.set_xlim(-0.6, len(values) - 0.4)
    labels(panel, axis_label(axis), label(column))


def _values(versions: Versions, axis: str) -> list[Scalar]:
    """Return the values of an axis in all rows: numbers in ascending order, texts as they appear."""
    values = list(dict.fromkeys(value for rows in versions.values() for value in rows[axis].tolist()))
    return values if any(isinstance(value, str) for value in values) else sorted(values)


def _geometric(values: Sequence[Any]) -> bool:
    """Return whether ascending numbers span a decade and stand clearer of one another on a logarithmic axis."""
    along = np.array(values, dtype=np.float64)
    if len(along) < 3 or best_scale([along]) != "log":
        return False
    steps = [np.diff(axis) / np.ptp(axis) for axis in (along, np.log(along))]
    return bool(steps[0].min() < steps[1].min())


def _height(panel: Any, values: pd.Series[Any], column: str) -> None:
    """Give y a logarithmic scale where that says more, else ticks that fit the numbers."""
    if best_scale([values.to_numpy(float)]) == "log":
        panel.set_yscale("log")
    else:
        number(panel, values.to_numpy(float), whole=column.startswith("n_"))


def _lines(versions: Versions, axis: str, column: str, values: Sequence[Scalar]) -> dict[str, tuple[int, pd.DataFrame]]:
    """Return the number of the colour, and the medians and ranges, of each line."""
    lines: dict[str, tuple[int, pd.DataFrame]] = {}
    for k, (name, rows) in enumerate(versions.items()):
        along = rows.dropna(subset=[column]).groupby(axis)[column].agg(["median", "min", "max"])
        along = along.reindex([value for value in values if value in along.index])
        same = next((other for other, (_, before) in lines.items() if before.equals(along)), None)
        if same is None:
            lines[name] = k, along
        else:
            lines = {f"{other} = {name}" if other == same else other: line for other, line in lines.items()}
    return lines


def _line(
    panel: Any, at: Sequence[float], along: pd.DataFrame, colour: str, name: str, joined: bool, behind: int
) -> None:
    """Draw a version; the more others (``behind``) are drawn over it, the wider, so that it shows where they meet."""
    wider = {"markersize": 4 + 2 * behind, "linewidth": 1.5 + behind}
    if joined:
        panel.fill_between(at, along["min"], along["max"], color=colour, alpha=0.2, linewidth=0)
    elif (along["min"] < along["max"]).any():
        panel.vlines(at, along["min"], along["max"], color=colour, alpha=0.3, linewidth=4 + 2 * behind)
    panel.plot(at, along["median"], "o-" if joined else "o", color=colour, label=name or None, **wider)
