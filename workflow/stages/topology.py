"""Stage topology: the merge trees and metrics of every member, one file a member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from landsweep.context import Context, Outcome
from landsweep.errors import UserError
from landsweep.kernels.metrics import topology_metrics
from landsweep.kernels.topology import merge_tree
from landsweep.kernels.tree import MergeTree
from landsweep.plan import Member
from landsweep.rundir import RunDir, atomic
from landsweep.store import Landscape, Status


def todo(context: Context) -> list[Member]:
    """Return the members whose landscape is complete and whose topology is missing."""
    missing = set(context.run.missing(len(context.plan.members), context.run.topology))
    if not missing or not Landscape.exists(context.run.landscape):
        return []
    failed = {index for _, index in (*context.run.failures("evaluate"), *context.run.failures("subspace"))}
    failed_models = {index for _, index in context.run.failures("train")}
    return [m for m in context.plan.members if m.index in missing - failed and m.model not in failed_models]


def run(context: Context) -> None:
    """Compute what is missing, members shared over ranks."""
    items = context.executor.on_root(lambda: todo(context))
    if not items:
        return
    landscape = Landscape(context.run.landscape)

    def work(member: Member) -> Outcome:
        return context.guarded("topology", member, lambda: compute_one(context, landscape, member))

    context.run_stage("topology", "members", items, work, done_before=len(context.plan.members) - len(items))


def compute_one(context: Context, landscape: Landscape, member: Member) -> None:
    """Compute one member's trees and metrics; without a finite value there are none: missing, not zero."""
    field = landscape.read_member("loss", member.position)
    status = landscape.read_member("status", member.position)
    arrays: dict[str, Any] = {}
    if not (status == Status.FAILED).any() and np.isfinite(field).any():
        for name in context.study.connectivity:
            tree = merge_tree(field, name, volumes=True)
            metrics = topology_metrics(tree, min_persistence=context.study.topology.min_persistence)
            arrays |= {f"{name}/{key}": value for key, value in tree.to_arrays().items()}
            arrays[f"{name}/metrics/names"] = np.array(list(metrics))
            arrays[f"{name}/metrics/values"] = np.array(list(metrics.values()), dtype=np.float64)
            arrays[f"{name}/birth_death"] = tree.pair_values
    else:
        for name in context.study.connectivity:
            arrays[f"{name}/metrics/names"] = np.array(["n_nonfinite"])
            arrays[f"{name}/metrics/values"] = np.array([float((status == Status.NON_FINITE).sum())])
    with atomic(context.run.topology(member.index)) as partial, partial.open("wb") as handle:
        np.savez_compressed(handle, **arrays)


def read_metrics(path: Path, connectivity: str) -> dict[str, float]:
    """Return a member's metrics for one connectivity; all but ``n_nonfinite`` are absent without a finite value."""
    with np.load(path) as data:
        if f"{connectivity}/metrics/names" not in data:
            return {}
        names, values = data[f"{connectivity}/metrics/names"], data[f"{connectivity}/metrics/values"]
        return dict(zip((str(n) for n in names), (float(v) for v in values), strict=True))


def read_tree(run: RunDir, member: int, connectivity: str) -> MergeTree:
    """Return a member's merge tree.

    Raises
    ------
    UserError
        Where it was not computed.
    """
    path = run.topology(member)
    if not path.exists():
        raise UserError(
            f"{path} does not exist, expected the merge trees of member {member}: finish the run first, "
            f"`landsweep status {run.path}` says what is missing."
        )
    prefix = f"{connectivity}/"
    with np.load(path) as data:
        arrays = {name.removeprefix(prefix): data[name] for name in data.files if name.startswith(prefix)}
    if "pairs" not in arrays:
        raise UserError(
            f"member {member} has no {connectivity} merge tree, expected one of the study's topology.connectivity on a "
            "landscape with finite values."
        )
    return MergeTree.from_arrays(arrays)
