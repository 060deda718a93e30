"""Stage train: every model's weights, from training or from a checkpoint.

It imports ``session`` and below.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.base.errors import Damaged
from landsweep.disk.rundir import RunDir, verify
from landsweep.stages.stage import Stage

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study


class _Train(Stage):
    """The stage of the models: a result is weights, which are written last, and the figures of merit beside them."""

    def absent(self, run: RunDir, plan: Plan) -> set[int]:
        """Return the indices of models without weights, or whose figures of merit were lost."""
        return super().absent(run, plan) | {m.index for m in plan.models if not run.quality(m.index).exists()}

    def damage(self, run: RunDir, study: Study, plan: Plan) -> Iterator[tuple[int, Damaged]]:
        """Read figures of merit, and the places of weights in their files; yield an error for each damaged file."""
        for model in plan.models:
            for file in (run.quality(model.index), run.theta(model.index)):
                try:
                    if file.exists():
                        verify(file)
                except Damaged as error:
                    yield model.index, error

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Make a model incomplete again; of intact weights, the figures of merit are found again."""
        file.unlink(missing_ok=True)


STAGE = _Train(
    name="train",
    noun="models",
    of="model",
    result=RunDir.theta,
    asked=lambda study: not study.imported,
    lacking="models to train",
    places=lambda run: [run.path / "weights"],
    files=2,
    seconds=lambda study, plan, rates, share: share(
        len(plan.models), rates.get("train", 0.0 if "evaluate" in rates else None)
    ),
    tabulated=True,
)
"""This stage trains the models, or takes their weights from checkpoints."""
