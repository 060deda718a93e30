"""Stage activations: the activations of every model's hidden layers on the same samples.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from pathlib import Path

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.train import STAGE as TRAIN


def _file(run: RunDir, model: int) -> Path:
    """Return the path of a model's activations."""
    return run.path / "activations" / f"model-{model:05d}.npz"


STAGE = Stage(
    name="activations",
    noun="models",
    of="model",
    result=_file,
    asked=lambda study: study.activations.asked,
    key=lambda study: study.activations,
    needs=(TRAIN,),
    places=lambda run: [run.path / "activations"],
    worded=True,
)
"""This stage stores the activations of hidden layers, from which CKA between models is computed."""
