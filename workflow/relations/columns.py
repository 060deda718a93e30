"""Which columns of the table of metrics can be related: numbers of landscapes, quality, curvature, and the axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.study.study import MEMBER_ONLY_AXES, SPECIAL_AXES, Scalar

MIN_VALUES = 3
"""An axis of numbers has trends if it has at least this many distinct values; fewer make groups."""
PAIRED_AXIS = "split"
"""This axis has names and leaves the weights alone: its values are compared model by model."""
NOTHING = "none"
"""In place of a column: no covariate."""

Kind = Literal["axis", "quality", "curvature", "landscape"]


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


def group_axes(axes: Mapping[str, Sequence[Scalar]]) -> list[str]:
    """Return the axes whose values are groups to compare: names, or two numbers; seeds and directions are neither."""
    trends = trend_axes(axes)
    left = ("seed", "draw", "subspace", "direction_seed")
    return [name for name, values in axes.items() if name not in (*trends, *left) and len(set(values)) > 1]


@dataclass(frozen=True)
class Columns:
    """The columns of a table of metrics by what they describe.

    Parameters
    ----------
    landscape, quality, curvature
        The numbers of landscapes, among them every metric of merge trees; of models; and of the Hessian.
    axes
        The sweep axes with the values that the table holds.
    empty
        Numbers that the run has columns for, but no values.
    """

    landscape: tuple[str, ...]
    quality: tuple[str, ...]
    curvature: tuple[str, ...]
    axes: Mapping[str, tuple[Scalar, ...]]
    empty: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: pd.DataFrame, axes: Sequence[str], measured: Mapping[str, Sequence[str]]) -> Columns:
        """Return the columns of a table that have numbers in it.

        ``measured`` has the names of columns by what has one value of them: ``member``, ``model`` and ``site``.
        """

        def known(of: str) -> tuple[str, ...]:
            there = [name for name in dict.fromkeys(measured.get(of, ())) if name in table and name not in axes]
            numeric = [name for name in there if pd.api.types.is_numeric_dtype(table[name])]
            return tuple(name for name in numeric if table[name].notna().any())

        values = {name: tuple(table[name].drop_duplicates().tolist()) for name in axes if name in table}
        parts = known("member"), known("model"), known("site")
        every = [name for names in measured.values() for name in names if name in table]
        return cls(*parts, values, tuple(name for name in every if name not in sum(parts, ()) and name not in axes))

    @cached_property
    def trends(self) -> tuple[str, ...]:
        """The axes that have an order."""
        return tuple(trend_axes(self.axes))

    @cached_property
    def numbers(self) -> dict[str, Kind]:
        """Every column of numbers that is no axis, with its kind."""
        parts: dict[Kind, tuple[str, ...]] = {
            "quality": self.quality,
            "curvature": self.curvature,
            "landscape": self.landscape,
        }
        return {name: kind for kind, names in parts.items() for name in names}

    @cached_property
    def causes(self) -> dict[str, Kind]:
        """What metrics of landscapes are related with: the axes, then quality and curvature."""
        axes: dict[str, Kind] = dict.fromkeys((*self.trends, *group_axes(self.axes)), "axis")
        return axes | {name: kind for name, kind in self.numbers.items() if kind != "landscape"}

    def is_group(self, name: str) -> bool:
        """Return whether a column is an axis whose values are groups."""
        return name in self.axes and name not in self.trends

    @cached_property
    def model_axes(self) -> list[str]:
        """The axes with several values that tell models apart."""
        return [name for name, values in self.axes.items() if name not in MEMBER_ONLY_AXES and len(values) > 1]

    def chosen(self, asked: Sequence[str] | None, option: str) -> list[str]:
        """Return the columns that are asked for by ``--metric`` or ``--against``, by default all of them.

        Raises
        ------
        UserError
            Where a name is no column that can be related.
        """
        known = list(self.numbers) if option == "--metric" else [*self.causes, *self.landscape]
        for name in asked or ():
            if name in ("seed", "direction_seed", "draw", "subspace", "representation") and name not in known:
                raise UserError(
                    f"{option} is {name!r}, whose values are names of repetitions or of separate analyses, expected an "
                    f"axis of the problem or a column of numbers: name one of {', '.join(known)}."
                )
            if name in self.empty:
                raise UserError(
                    f"{option} is {name!r}, which has no numbers in this run, expected one of {', '.join(known)}: "
                    "name another one, or enable the stage that computes it and continue the run."
                )
            if name not in known:
                raise UserError(
                    f"{option} is {name!r}, expected one of {', '.join(known)}{nearest(name, known) or '.'}"
                )
        return list(asked or (self.landscape if option == "--metric" else self.causes))

    def covariate(self, asked: str) -> str | None:
        """Return the column that is held fixed in partial correlations, None for none.

        Raises
        ------
        UserError
            Where it is no column of numbers.
        """
        known = [*self.trends, *self.numbers]
        if asked == NOTHING:
            return None
        if asked not in known:
            raise UserError(
                f"--given is {asked!r}, expected {NOTHING} or one of {', '.join(known)}{nearest(asked, known) or '.'}"
            )
        return asked

    def blocks(self, asked: Sequence[str] | None) -> list[str] | None:
        """Return the axes that ``--within`` names, None where it names none.

        Raises
        ------
        UserError
            Where a name is no axis that tells models apart.
        """
        known = self.model_axes
        for name in asked or ():
            if name not in known:
                raise UserError(
                    f"--within is {name!r}, expected an axis of several values that tells models apart"
                    f"{', one of ' + ', '.join(known) if known else ', and this run has none'}"
                    f"{nearest(name, known) or ': leave it out.'}"
                )
        return list(asked) if asked else None
