"""Stage topology: the merge trees and metrics of every member.

It imports ``session`` and below.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.base.errors import Damaged
from landsweep.disk.rundir import RunDir, verify
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study


class _Topology(Stage):
    """The stage of the merge trees: a result is their file, and the member's chunks of the segmentation."""

    def damage(self, run: RunDir, study: Study, plan: Plan) -> Iterator[tuple[int, Damaged]]:
        """Read all trees, and the segmentation of members that have trees; yield an error for each damaged result."""
        broken = set()
        for index, found in super().damage(run, study, plan):
            broken.add(index)
            yield index, found
        if not study.topology.segmentation:
            return
        from landsweep.disk.segmentation import SegmentationStore
        from landsweep.disk.trees import read_pairs

        whole = False
        for member in plan.members:
            if member.index in broken:
                continue
            try:
                if names := list(read_pairs(run.topology(member.index))):
                    if not whole:  # what all members share: once
                        SegmentationStore.check_coordinates(run.segmentation, names)
                        whole = True
                    SegmentationStore.check(run.segmentation, names, member)
            except Damaged as error:
                yield member.index, error

    def verify(self, run: RunDir, index: int) -> None:
        """Read a member's trees, and the record of their engine where there is one; raise Damaged."""
        super().verify(run, index)
        if run.engines(index).exists():
            verify(run.engines(index))

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Make a member incomplete again; a segmentation whose description is damaged goes, as all members need it."""
        super().discard(run, index, file)
        if file.name == "zarr.json" and run.segmentation.exists():
            for member in (run.path / "topology").glob("member-*.npz"):  # first: none may count as complete without it
                member.unlink()
            shutil.rmtree(run.segmentation)


STAGE = _Topology(
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
