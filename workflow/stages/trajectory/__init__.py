"""Stage trajectory: where checkpoints lie on the landscapes, and how far from them.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.subspace import STAGE as SUBSPACE

STAGE = Stage(
    name="trajectory",
    noun="members",
    of="member",
    result=RunDir.trajectory,
    asked=lambda study: any(study.subspaces[str(name)].projected for name in study.axes["subspace"]),
    key=lambda study: {
        name: (s.trajectory, s.key, s.prefix, study.evaluation.at_a_point)
        for name, s in study.subspaces.items()
        if s.projected
    },
    follows=(SUBSPACE,),
    places=lambda run: [run.path / "trajectory"],
    seconds=lambda study, plan, rates, share: share(len(plan.members), rates.get("trajectory", 0.0)),
    tabulated=True,
    worded=True,
)
"""This stage projects checkpoints on each member's landscape: those that span it, and those of its trajectory."""
