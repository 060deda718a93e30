"""The runs that make a scaling study, by pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from landsweep.base.errors import UserError
from landsweep.stages import STAGES
from landsweep.study.study import Study

Mode = Literal["strong", "weak"]
"""Strong scaling keeps the study the same on more ranks; weak scaling makes it grow with them."""
GROWING = ("direction_seed", "seed", "draw")
"""These axes can be made longer, because any whole number is a value of them."""
TIMED = tuple(stage.name for stage in STAGES if not stage.brief)
"""These stages are timed; tables and figures are made by one rank and are no part of what scales."""


@dataclass(frozen=True)
class Point:
    """One run of the scaling study: the ``repeat``-th one with this number of ranks."""

    ranks: int
    repeat: int

    def folder(self, out: Path) -> Path:
        """Return the path of its run directory."""
        return out / f"ranks-{self.ranks:04d}" / f"run-{self.repeat}"


def parse_ranks(text: str) -> tuple[int, ...]:
    """Return numbers of ranks, ascending, from ``1,2,4``.

    Raises
    ------
    UserError
        Where a number is no whole number of at least 1.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdigit() and int(word) for word in words):
        raise UserError(f"--ranks is {text!r}, expected whole numbers of at least 1 such as 1,2,4.")
    return tuple(sorted({int(word) for word in words}))


def points(ranks: Sequence[int], repeats: int) -> list[Point]:
    """Return the runs in the order in which they are made; repeats are far apart, because machines change with time."""
    return [Point(n, repeat) for repeat in range(1, repeats + 1) for n in ranks]


def grown(study: Study, mode: Mode, axis: str, ranks: int, first: int) -> Study:
    """Return the study for ``ranks`` ranks: the same one, or with an axis longer in proportion to the ranks.

    Parameters
    ----------
    study
        The study for ``first`` ranks.
    mode
        ``strong``: the same work for all ranks together; ``weak``: the same work for each rank.
    axis
        The axis that grows, one of :data:`GROWING`.
    ranks, first
        The number of ranks of this point, and of the first one.

    Raises
    ------
    UserError
        Where the axis cannot grow, or not by this factor.
    """
    if mode == "strong":
        return study
    if axis not in GROWING:
        raise UserError(f"--grow is {axis!r}, expected one of {', '.join(GROWING)}, which take any whole number.")
    values = [int(v) for v in study.axes.get(axis, (0,))]
    if len(values) * ranks % first:
        raise UserError(
            f"{len(values)} values of {axis} cannot grow from {first} to {ranks} ranks, expected whole numbers of "
            f"them: let the study have a multiple of {first}."
        )
    more = len(values) * ranks // first - len(values)
    values += range(max(values) + 1, max(values) + 1 + more)
    return study.model_copy(update={"sweep": {**study.sweep, axis: tuple(values)}})
