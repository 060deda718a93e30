"""What a figure of a run is asked to show: which members, which part of them, in which scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from landsweep.base.choices import pairs_of
from landsweep.base.errors import UserError
from landsweep.base.naming import assigned
from landsweep.disk.opened import OpenedRun
from landsweep.disk.trees import check_representation
from landsweep.figures.scales import SCALES, Scale
from landsweep.study.plan import Member


@dataclass(frozen=True)
class Request:
    """One figure of a run.

    Parameters
    ----------
    run
        The run.
    members
        The members that are shown.
    representation
        Whose merge tree; by default the first of the study.
    field
        Which field of the landscapes.
    scale, clip
        As in :func:`landsweep.figures.scales.limits`; None for a logarithmic scale where it says more.
    at
        Where landscapes of more dimensions are cut, by the names of axes.
    by
        The axis or column whose values make groups.
    x, y
        The columns of a scatter plot.
    folder
        The folder that relative paths of the study start from, where a problem has to be loaded.
    """

    run: OpenedRun
    members: tuple[Member, ...]
    representation: str = ""
    field: str = "loss"
    scale: Scale | None = None
    clip: float | None = None
    at: Mapping[str, float] | None = None
    by: str | None = None
    x: str = ""
    y: str = ""
    folder: Path | None = None

    def given(self) -> list[str]:
        """Return the options, beside those that choose members, that are not at their defaults."""
        found = {
            "--representation": self.representation,
            "--field": self.field != "loss",
            "--scale": self.scale,
            "--clip": self.clip is not None,
            "--slice": self.at,
            "--by": self.by,
            "--x": self.x,
            "--y": self.y,
            "--folder": self.folder,
        }
        return [option for option, value in found.items() if value]

    def titles(self, without: Collection[str] = ()) -> list[str]:
        """Return what tells each member from the others, such as ``beta = 5, seed = 0``, but for some axes."""
        axes = [a for a in self.run.plan.axes if a not in without and len({m.coords[a] for m in self.members}) > 1]
        return [assigned(m.coords, axes) for m in self.members]

    def shared(self, without: Collection[str] = ()) -> str:
        """Return what the members have in common, of the axes that have several values in the run, but some."""
        axes = [a for a, values in self.run.plan.axes.items() if len(values) > 1 and a not in without]
        return assigned(self.members[0].coords, [a for a in axes if len({m.coords[a] for m in self.members}) == 1])

    @property
    def tree(self) -> str:
        """The representation whose merge trees are shown.

        Raises
        ------
        UserError
            For one that the run does not have.
        """
        return check_representation(self.run, self.representation)


def cuts_of(given: Sequence[str]) -> dict[str, float]:
    """Return the coordinates of a slice by the names of axes.

    Raises
    ------
    UserError
        Where a value is no number, and as :func:`landsweep.base.choices.pairs_of`.
    """
    found: dict[str, float] = {}
    for name, value in pairs_of("--slice", given).items():
        try:
            found[name] = float(value)
        except ValueError:
            raise UserError(
                f"--slice {name} is {value!r}, expected a coordinate along that axis, such as {name}=0.5."
            ) from None
    return found


def scale_of(given: str) -> Scale | None:
    """Return a scale by its name, None for ``auto``; raise UserError for another name."""
    if given == "auto":
        return None
    for scale in SCALES:
        if given == scale:
            return scale
    raise UserError(f"--scale is {given!r}, expected auto, {', '.join(SCALES[:-1])} or {SCALES[-1]}.")
