"""Stage subspace: every member's directions.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.train import STAGE as TRAIN

STAGE = Stage(
    name="subspace",
    noun="members",
    of="member",
    result=RunDir.directions,
    needs=(TRAIN,),
    lacking="directions to make",
    places=lambda run: [run.path / "directions"],
    cost_name="directions",
    seconds=lambda study, plan, rates, share: share(len(plan.members), rates.get("subspace", 0.0)),
    tabulated=True,
    worded=True,
)
"""This stage makes the directions that span each member's landscape."""
