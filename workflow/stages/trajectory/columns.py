"""The arrays in the store about the checkpoints that are projected on landscapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.stages.stage import Row
from landsweep.stages.tables import remove_arrays
from landsweep.study.plan import Member

COLUMNS: Mapping[str, str] = {
    "trajectory_residual": "greatest distance of a checkpoint of the trajectory from the landscape (weights)",
}
"""The keys are the numbers of projected checkpoints, the values say what they mean, with their unit."""
PREFIX = "projected"
"""The names of the store's arrays begin with this word."""


def table(run: OpenedRun) -> Row:
    """Return a function that gives :data:`COLUMNS`, NaN without a trajectory; none if no subspace has one."""
    used = {str(name) for name in run.study.axes["subspace"]}
    if not any(run.study.subspaces[name].trajectory for name in used):
        return lambda member, representation: {}

    from landsweep.disk.directions import read_projections

    def row(member: Member, representation: str) -> Mapping[str, float]:
        found = read_projections(run.directory, member.index)
        along = np.zeros(0) if found is None else found.residuals[found.paths != ""]
        return {"trajectory_residual": float(along.max()) if len(along) else np.nan}

    return row


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put coordinates, residuals and distances of all projected checkpoints into the store."""
    from landsweep.disk.directions import read_projections

    remove_arrays(run, landscape, [name for name in landscape.group if name.startswith(f"{PREFIX}_")])
    plan, axes = run.plan, list(run.plan.axes)
    stored = {m.position: found for m in plan.members if (found := read_projections(run.directory, m.index))}
    if not stored:
        return
    most, dims = max(len(found.names) for found in stored.values()), run.study.grid.dims
    names, paths = (
        np.full((*plan.sweep_shape, most), "", dtype=max(getattr(x, key).dtype for x in stored.values()))
        for key in ("names", "paths")
    )
    coordinates = np.full((*plan.sweep_shape, most, dims), np.nan)
    residuals, distances, losses = np.full((3, *plan.sweep_shape, most), np.nan)
    for position, found in stored.items():
        at: tuple[Any, ...] = (*position, slice(len(found.names)))
        names[at], paths[at], coordinates[at] = found.names, found.paths, found.coordinates
        residuals[at], distances[at], losses[at] = found.residuals, found.distances, found.losses
    along = [*axes, PREFIX]
    put = landscape.put
    put(f"{PREFIX}_file", names, along, long_name="checkpoint that is projected on the landscape")
    put(f"{PREFIX}_path", paths, along, long_name="name of its trajectory, empty if it spans the landscape")
    put(f"{PREFIX}_coordinate", coordinates, [*along, "direction"], long_name="coordinates of the nearest point")
    put(f"{PREFIX}_residual", residuals, along, long_name="distance of the checkpoint from that point (weights)")
    put(f"{PREFIX}_loss", losses, along, long_name="loss of the checkpoint's own network")
    put(f"{PREFIX}_distance", distances, along, long_name="distance of the checkpoint from the trained weights")
