"""Stage resolve: the minima and saddles of every member's loss itself, which do not depend on the grid.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from landsweep.disk.rundir import RunDir
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Sharing, Stage
from landsweep.stages.topology import STAGE as TOPOLOGY
from landsweep.study.resolve_spec import RESOLVED

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study

POINTS = 8_000.0
"""A landscape takes about as long as so many points of its grid, where no run was measured: so did landscapes of the
shipped convection study, with 4 to 36 minima each; most of it are points at which the loss is differentiated."""
PER_START = 100.0
"""Each further start takes about as long as so many."""


def points(study: Study) -> float:
    """Return about how many points of its grid a landscape is worth, which grows with what the study asks for."""
    return POINTS + PER_START * study.resolve.starts + study.grid.refine.budget


def _starting(study: Study) -> tuple[object, ...]:
    """Return what decides from where descents start: trees, but not which of their pairs are dropped."""
    topology = study.topology
    if not study.resolve.enabled:
        return ()
    return study.connectivity, (topology.k, topology.mutual) if "knn" in study.connectivity else ()


def _seconds(study: Study, plan: Plan, rates: Mapping[str, float], share: Sharing) -> float | None:
    """Return the time as it was measured, else that of about as many points as landscapes take."""
    if "resolve" in rates:
        return share(len(plan.members), rates["resolve"])
    return share(len(plan.members), points(study) * rates["evaluate"]) if "evaluate" in rates else None


STAGE = Stage(
    name="resolve",
    noun="members",
    of="member",
    result=RunDir.resolved,
    asked=lambda study: study.resolve.enabled,
    key=lambda study: (study.resolve, study.grid.refine, _starting(study)),
    follows=(EVALUATE,),
    needs=(TOPOLOGY,),
    places=lambda run: [run.path / "resolved"],
    seconds=_seconds,
    representation=RESOLVED,
    tabulated=True,
    worded=True,
)
"""This stage follows the loss from the minima of the grid down to its own, and up to the saddles between these."""
