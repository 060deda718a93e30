"""The arrays in the store about every member's directions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from landsweep.disk.directions import EIGEN, load_geometry
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.stages.stage import Row

COLUMNS: Mapping[str, str] = {}
"""The table has no number of the directions, which have only arrays in the store."""


def table(run: OpenedRun) -> Row:
    """Return a function that gives no columns."""
    return lambda member, representation: {}


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put norms, scales and the Gram matrix of every member's directions into the store."""
    plan = run.plan
    axes = list(plan.axes)
    paths = {m.position: run.directory.directions(m.index) for m in plan.members}
    stored = {position: load_geometry(path) for position, path in paths.items() if path.exists()}
    along = [*axes, "direction"]
    eigen = "eigenvector of the Hessian from which each direction was made"
    arrays = {
        "direction_norm": ("norms", along, "norm of each stored direction"),
        "direction_scale": ("scale", along, "multiples of the stored direction per unit of coordinate"),
        "direction_gram": ("gram", [*along, "direction_"], "inner products of the directions"),
        "theta_norm": ("theta_norm", axes, "norm of the trained parameters"),
        "direction_eigenvalue": ("eigenvalues", along, f"eigenvalue of the {eigen}"),
        "direction_residual": ("residuals", along, f"|H v - lambda v| of the {eigen}"),
        "direction_cosine": ("cosines", along, f"cosine with the {eigen}"),
    }
    hessians = {name: s for name, s in run.study.subspaces.items() if s.kind == "hessian"}
    for name, (key, dims, text) in arrays.items():
        if key in EIGEN and not hessians:
            continue
        data = np.full((*plan.sweep_shape, *(run.study.grid.dims for _ in dims[len(axes) :])), np.nan)
        for position, geometry in stored.items():
            data[position] = getattr(geometry, key)
        # Which data the Hessian is of, where the eigenvectors are.
        of = {k: {"split": s.split, "draw": s.draw} for k, s in hessians.items()} if key in EIGEN else {}
        landscape.put(name, data, dims, long_name=text, **({"hessian_of": of} if of else {}))
