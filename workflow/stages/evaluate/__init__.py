"""Stage evaluate: every point of the hypercube, unit by unit.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landsweep.base.errors import Damaged
from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.subspace import STAGE as SUBSPACE

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study

SECTIONS = ("evaluation", "fields")
"""The sections of a study that say how points are evaluated: a change of one makes every landscape stale."""


def _shared(run: RunDir, index: int) -> Path:
    """Return the store: members share its shards, so that none has a file of its own."""
    return run.landscape / "zarr.json"


class _Evaluate(Stage):
    """The stage whose items are units of the store; these exist once the size of a unit is chosen."""

    def progress(self, run: RunDir, plan: Plan) -> tuple[int, int]:
        """Return the number of units done and of all units; (0, 0) while the store does not exist.

        Those of members that a sweep has gained count although the store has no place for them yet.
        """
        from landsweep.disk.store import Landscape
        from landsweep.study.plan import units

        if not self.there(run):
            return 0, 0
        landscape = Landscape(run.landscape)
        done = sum(1 for _ in landscape.units()) - len(landscape.pending())
        return done, sum(1 for _ in units(plan.shape, landscape.shard))

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return the units to evaluate, or all members where units have not yet been made for all of them."""
        from landsweep.disk.store import Landscape

        if not self.there(run):
            return list(plan.members)
        landscape = Landscape(run.landscape)
        return landscape.pending() if landscape.status.shape == plan.shape else list(plan.members)

    def there(self, run: RunDir) -> bool:
        """Return whether the store was created completely."""
        return run.has_landscape

    def damage(self, run: RunDir, study: Study, plan: Plan) -> Iterator[tuple[int, Damaged]]:
        """Read all complete units; yield the index and the error of each that is damaged."""
        from landsweep.disk.store import Landscape

        if self.there(run):
            yield from Landscape(run.landscape).damage()

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Make a unit incomplete again."""
        from landsweep.disk.store import Landscape

        landscape = Landscape(run.landscape, "r+")
        landscape.discard(landscape.unit(index))

    def lacks(self, run: RunDir, study: Study, plan: Plan) -> str:
        """Return the words for what a later stage would miss; empty for nothing."""
        from landsweep.disk.store import Landscape

        if not self.there(run):
            return "no landscapes"
        landscape = Landscape(run.landscape)
        if landscape.status.shape != plan.shape:
            return "no landscapes of the members that were added"
        left = len(landscape.pending())
        return f"{left} units to evaluate" if left else ""


STAGE = _Evaluate(
    name="evaluate",
    noun="units",
    of="member",
    result=_shared,
    key=lambda study: [getattr(study, name) for name in SECTIONS],
    needs=(SUBSPACE,),
    lacking="units to evaluate",
    places=lambda run: [run.landscape, run.raised],
    files=0,  # shards, of which a plan knows the number
)
"""This stage evaluates the fields at every point of the landscapes, unit by unit."""
