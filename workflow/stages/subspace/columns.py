"""The arrays in the store about every member's directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.kernels.spans.barrier import UNKNOWN, barrier
from landsweep.stages.stage import Row
from landsweep.stages.subspace.words import between
from landsweep.stages.tables import put_columns
from landsweep.study.plan import Member, grid_coordinates

COLUMNS: Mapping[str, str] = {
    "barrier": "greatest rise of the loss between two checkpoints above the straight line between its ends (loss)",
    "barrier_position": "where this is on the line, from 0 at the first checkpoint to 1 at the second one",
    "linear_instability": "greatest loss between two checkpoints less the mean loss of the two (loss)",
}
"""The keys are the numbers of landscapes between two checkpoints, the values say what they mean, with their unit; the
directions have only arrays in the store."""


def table(run: OpenedRun) -> Row:
    """Return a function that gives :data:`COLUMNS`, NaN for other landscapes; none if no subspace is a line."""
    study, names = run.study, between(run.study)
    if not names:
        return lambda member, representation: {}
    from landsweep.disk.directions import load_geometry

    landscape = Landscape(run.directory.landscape)

    def row(member: Member, representation: str) -> Mapping[str, float]:
        name, path = str(member.coords["subspace"]), run.directory.directions(member.index)
        found = UNKNOWN
        if name in names and path.exists():
            (at,) = grid_coordinates(study.subspaces[name].ranges(1), study.grid.shape)
            loss = landscape.read_member("loss", member.position).astype(np.float64)
            found = barrier(np.array(at) * load_geometry(path).scale, loss)
        return dict(zip(COLUMNS, astuple(found), strict=True))

    return row


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put barriers, and norms, scales and the Gram matrix of every member's directions, into the store."""
    from landsweep.disk.directions import EIGEN, load_geometry

    if between(run.study):
        put_columns(landscape, run.plan, table, COLUMNS, list(run.plan.axes))
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
        "direction_share": ("shares", along, "share of the checkpoints' variance that each direction explains"),
    }
    hessians = {name: s for name, s in run.study.subspaces.items() if s.kind == "hessian"}
    for name, (key, dims, text) in arrays.items():
        if key in EIGEN and not hessians:
            continue
        if key == "shares" and not any(s.kind == "pca" for s in run.study.subspaces.values()):
            continue
        data = np.full((*plan.sweep_shape, *(run.study.grid.dims for _ in dims[len(axes) :])), np.nan)
        for position, geometry in stored.items():
            data[position] = getattr(geometry, key)
        # Which data the Hessian is of, where the eigenvectors are.
        of = {k: {"split": s.split, "draw": s.draw} for k, s in hessians.items()} if key in EIGEN else {}
        landscape.put(name, data, dims, long_name=text, **({"hessian_of": of} if of else {}))
