"""Stage certify: which pairs stand above rounding, and above the sampling of the data.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Sharing, Stage
from landsweep.stages.topology import STAGE as TOPOLOGY

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study


def _file(run: RunDir, member: int) -> Path:
    """Return the path of the certificates of one member's pairs."""
    return run.path / "certify" / f"member-{member:05d}.npz"


def _seconds(study: Study, plan: Plan, rates: Mapping[str, float], share: Sharing) -> float | None:
    """Return the time of the points in float64; how many ends of pairs the draws take is known once the trees are."""
    again = study.certify.float64_points(prod(plan.grid_shape)) * len(plan.members)
    return again * rates["evaluate"] / share.ranks if "evaluate" in rates else None


STAGE = Stage(
    name="certify",
    noun="members",
    of="member",
    result=_file,
    asked=lambda study: study.certify.asked,
    key=lambda study: study.certify,
    follows=(TOPOLOGY,),
    places=lambda run: [run.path / "certify"],
    seconds=_seconds,
    tabulated=True,
    worded=True,
)
"""This stage counts which saddles of each member are real: above rounding, and above the sampling of the data."""
