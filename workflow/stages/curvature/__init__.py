"""Stage curvature: eigenvalues, trace and spectral density at every model's weights.

It imports ``stages.models``, ``session`` and below.
"""

from __future__ import annotations

from pathlib import Path

from landsweep.disk.rundir import RunDir
from landsweep.stages.stage import Stage
from landsweep.stages.train import STAGE as TRAIN


def _file(run: RunDir, site: int) -> Path:
    """Return the path of a site's eigenvalues, trace and density; members with the same loss share a site."""
    return run.path / "curvature" / f"member-{site:05d}.npz"


STAGE = Stage(
    name="curvature",
    noun="Hessians",
    of="site",
    result=_file,
    asked=lambda study: study.curvature.asked,
    key=lambda study: study.curvature,
    needs=(TRAIN,),
    places=lambda run: [run.path / "curvature"],
    tabulated=True,
    worded=True,
)
"""This stage computes the curvature of the loss at the trained weights, once for each model, split and draw."""
