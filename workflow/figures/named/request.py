"""What a figure of a run is asked to show: which members, which part of them, in which scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.disk.opened import OpenedRun
from landsweep.figures.scales import SCALES, Scale
from landsweep.study.plan import Member
from landsweep.study.study import Scalar


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
        return [", ".join(f"{a.replace('_', ' ')} = {m.coords[a]}" for a in axes) for m in self.members]

    def shared(self, without: Collection[str] = ()) -> str:
        """Return what the members have in common, of the axes that have several values in the run, but some."""
        axes = [a for a, values in self.run.plan.axes.items() if len(values) > 1 and a not in without]
        same = [a for a in axes if len({m.coords[a] for m in self.members}) == 1]
        return ", ".join(f"{a.replace('_', ' ')} = {self.members[0].coords[a]}" for a in same)


def pairs_of(option: str, given: Sequence[str]) -> dict[str, object]:
    """Return ``NAME=VALUE`` texts as a mapping, with values as YAML reads them.

    Raises
    ------
    UserError
        For a text of another form, and a name that comes twice.
    """
    found: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not (name and equals and value.strip()):
            raise UserError(f"{option} is {text!r}, expected AXIS=VALUE.")
        if name in found:
            raise UserError(f"{option} names {name} twice, expected it once: list several values as {name}=[1,2].")
        try:
            found[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            found[name] = value.strip()
    return found


def cuts_of(given: Sequence[str]) -> dict[str, float]:
    """Return the coordinates of a slice by the names of axes.

    Raises
    ------
    UserError
        Where a value is no number, and as :func:`pairs_of`.
    """
    found: dict[str, float] = {}
    for name, value in pairs_of("--slice", given).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UserError(f"--slice {name} is {value!r}, expected a coordinate along that axis, such as {name}=0.5.")
        found[name] = float(value)
    return found


def scale_of(given: str) -> Scale | None:
    """Return a scale by its name, None for ``auto``; raise UserError for another name."""
    if given == "auto":
        return None
    for scale in SCALES:
        if given == scale:
            return scale
    raise UserError(f"--scale is {given!r}, expected auto, {', '.join(SCALES[:-1])} or {SCALES[-1]}.")


def choose(run: OpenedRun, members: Sequence[int], at: Sequence[str]) -> tuple[Member, ...]:
    """Return the members with these indices, or those with these values on sweep axes; without both all members.

    Raises
    ------
    UserError
        For an index or an axis that is not there, a value that the axis does not have, and both ways at once.
    """
    plan = run.plan
    if members and at:
        raise UserError("--member and --at are both given, expected one of them.")
    for index in members:
        if not 0 <= index < len(plan.members):
            raise UserError(f"--member is {index}, expected a number from 0 to {len(plan.members) - 1}.")
    if members:
        return tuple(plan.members[index] for index in dict.fromkeys(members))
    chosen: dict[str, list[Scalar]] = {}
    for name, value in pairs_of("--at", at).items():
        if name not in plan.axes:
            raise UserError(
                f"--at names {name!r}, expected an axis of the sweep: {', '.join(plan.axes)}"
                f"{nearest(name, list(plan.axes)) or '.'}"
            )
        wanted = value if isinstance(value, list) else [value]
        for one in wanted:
            if not any(one == v or str(one) == str(v) for v in plan.axes[name]):
                had = ", ".join(map(str, plan.axes[name]))
                raise UserError(f"--at {name} is {one!r}, expected one of {had}.")
        chosen[name] = [v for v in plan.axes[name] if any(one == v or str(one) == str(v) for one in wanted)]
    found = tuple(m for m in plan.members if all(m.coords[name] in values for name, values in chosen.items()))
    if not found:
        raise UserError(
            f"--at {' '.join(at)} fits no landscape, expected values that one has: directions that no seed changes "
            "have landscapes at the first direction_seed alone."
        )
    return found
