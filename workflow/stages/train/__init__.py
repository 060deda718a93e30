"""Stage train: every model's weights, from training or from a checkpoint.

It imports ``session`` and below.
"""

from __future__ import annotations

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage

STAGE = Stage(
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
