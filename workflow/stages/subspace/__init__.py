"""Stage subspace: every member's directions.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from typing import Any

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.train import STAGE as TRAIN
from landsweep.study.study import Study


def _key(study: Study) -> Any:
    """Return what directions depend on beside the weights and their subspace: how losses and Hessians are computed."""
    return {
        name: study.evaluation.at_a_point if subspace.unit == "loss_rise" else study.evaluation.stored
        for name, subspace in study.subspaces.items()
        if subspace.unit == "loss_rise" or subspace.kind == "hessian"
    }


STAGE = Stage(
    name="subspace",
    noun="members",
    of="member",
    result=RunDir.directions,
    asked=lambda study: not study.imported,
    needs=(TRAIN,),
    key=_key,
    lacking="directions to make",
    places=lambda run: [run.path / "directions"],
    cost_name="directions",
    seconds=lambda study, plan, rates, share: share(len(plan.members), rates.get("subspace", 0.0)),
    tabulated=True,
    worded=True,
)
"""This stage makes the directions that span each member's landscape."""
