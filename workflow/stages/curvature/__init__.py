"""Stage curvature: eigenvalues, trace and spectral density at every model's weights.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.train import STAGE as TRAIN

STAGE = Stage(
    name="curvature",
    noun="Hessians",
    of="site",
    result=RunDir.curvature,
    asked=lambda study: study.curvature.asked,
    key=lambda study: study.curvature,
    needs=(TRAIN,),
    places=lambda run: [run.path / "curvature"],
    tabulated=True,
)
"""This stage computes the curvature of the loss at the trained weights, once for each model, split and draw."""
