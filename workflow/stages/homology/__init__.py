"""Stage homology: the loops of every member's sublevel sets.

It imports ``session`` and below.
"""

from __future__ import annotations

from pathlib import Path

from landsweep.disk.rundir import RunDir
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage


def _file(run: RunDir, member: int) -> Path:
    """Return the path of a member's loops, one diagram a representation."""
    return run.path / "homology" / f"member-{member:05d}.npz"


STAGE = Stage(
    name="homology",
    noun="members",
    of="member",
    result=_file,
    problem=False,
    asked=lambda study: study.homology.loops,
    key=lambda study: (study.homology, study.connectivity, study.periodic, study.topology.negate),
    follows=(EVALUATE,),
    places=lambda run: [run.path / "homology"],
    tabulated=True,
    worded=True,
)
"""This stage computes the persistence diagram of dimension 1 of each member's stored landscape."""
