"""Stage topology: the merge trees and metrics of every member.

It imports ``session`` and below.
"""

from __future__ import annotations

from landsweep.disk.rundir import RunDir
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage

STAGE = Stage(
    name="topology",
    noun="members",
    of="member",
    result=RunDir.topology,
    problem=False,
    key=lambda study: (study.topology.results, study.periodic),
    follows=(EVALUATE,),
    places=lambda run: [run.path / "topology", run.segmentation],
    schema=2,
    tabulated=True,
)
"""This stage computes the merge trees of each member, and its segmentation where the study asks for it."""
