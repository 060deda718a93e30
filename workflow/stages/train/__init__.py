"""Stage train: every model's weights, from training or from a checkpoint.

It imports ``session`` and below.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.disk.rundir import RunDir, verify
from landsweep.stages.stage import Stage

if TYPE_CHECKING:
    from landsweep.study.plan import Plan


class _Train(Stage):
    """The stage of the models: a result is weights, which are written last, and the figures of merit beside them."""

    def absent(self, run: RunDir, plan: Plan) -> set[int]:
        """Return the indices of models without weights, or whose figures of merit were lost."""
        return super().absent(run, plan) | {m.index for m in plan.models if not run.quality(m.index).exists()}

    def verify(self, run: RunDir, index: int) -> None:
        """Read the figures of merit, and the places of the weights in their file."""
        verify(run.quality(index))
        verify(run.theta(index))

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Make a model incomplete again; of intact weights, the figures of merit are found again."""
        file.unlink(missing_ok=True)


STAGE = _Train(
    name="train",
    noun="models",
    of="model",
    result=RunDir.theta,
    lacking="models to train",
    places=lambda run: [run.path / "weights"],
    files=2,
    seconds=lambda study, plan, rates, share: share(
        len(plan.models), rates.get("train", 0.0 if "evaluate" in rates else None)
    ),
    tabulated=True,
)
"""This stage trains the models, or takes their weights from checkpoints."""
