"""Stage reduce: one table of metrics, and the same numbers beside the fields in the store (on one rank)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from landsweep.disk.rundir import RunDir, atomic, read_json
from landsweep.disk.store import Landscape, drop_consolidated
from landsweep.disk.trees import read_metrics
from landsweep.kernels.topology.metrics import METRICS
from landsweep.session.context import Context
from landsweep.stages.certify import columns as certificates
from landsweep.stages.curvature import columns as spectra
from landsweep.stages.subspace import work as subspace
from landsweep.study.plan import Plan
from landsweep.study.study import MEMBER_ONLY_AXES, Study

QUALITY = "quality_"


def run(context: Context) -> None:
    """Write ``metrics.parquet`` and the scalars of the store, both from the files of the other stages."""
    if not context.executor.is_root or not Landscape.exists(context.run.landscape):
        return
    table = make_table(context.study, context.plan, context.run)
    with atomic(context.run.metrics) as partial:
        table.to_parquet(partial, index=False)
    _pack(context, table)


def make_table(study: Study, plan: Plan, run: RunDir) -> pd.DataFrame:
    """Return one row per member and representation: coordinates, quality, metrics; missing is NaN."""
    quality = {}
    for model in plan.models:
        if run.theta(model.index).exists():
            saved = read_json(run.quality(model.index))
            quality[model.index] = {QUALITY + k: v for k, v in saved["quality"].items()} | {
                "train_seconds": saved["train_seconds"]
            }
    rows = []
    for member in plan.members:
        path = run.topology(member.index)
        certified = certificates.columns(run, study, member.index)
        curvature = spectra.columns(run, plan.sites[member.index]) if study.curvature.asked else {}
        for representation in study.connectivity:
            metrics = read_metrics(path, representation) if path.exists() else {}
            rows.append(
                {
                    "member": member.index,
                    "model": member.model,
                    **member.coords,
                    "representation": representation,
                    **quality.get(member.model, {}),
                    **curvature,
                    **{name: metrics.get(name, np.nan) for name in METRICS},
                    **certified[representation],
                }
            )
    return pd.DataFrame(rows)


def _pack(context: Context, table: pd.DataFrame) -> None:
    """Put per-model and per-member numbers and the pairs of every tree into the store."""
    plan, study = context.plan, context.study
    drop_consolidated(context.run.landscape)
    landscape = Landscape(context.run.landscape, "r+")
    axes = list(plan.axes)
    landscape.put("representation", np.array(study.connectivity), ["representation"])
    shape = (len(study.connectivity), *plan.sweep_shape)
    where = {m.index: m.position for m in plan.members}
    for name, description in METRICS.items():
        data = np.full(shape, np.nan)
        for member, representation, value in zip(table["member"], table["representation"], table[name], strict=True):
            data[(study.connectivity.index(representation), *where[member])] = value
        landscape.put(name, data, ["representation", *axes], long_name=description)
    model_axes = [axis for axis in axes if axis not in MEMBER_ONLY_AXES]
    keep = [axes.index(axis) for axis in model_axes]
    for name in [c for c in table.columns if c.startswith(QUALITY) or c == "train_seconds"]:
        data = np.full([plan.sweep_shape[k] for k in keep], np.nan)
        for member, value in zip(table["member"], table[name], strict=True):
            data[tuple(where[member][k] for k in keep)] = value
        landscape.put(name, data, model_axes)
    _pack_directions(context, landscape, axes)
    spectra.pack(context, landscape)
    _pack_pairs(context, landscape)
    certificates.pack(context, landscape, table)
    landscape.consolidate()


def _pack_directions(context: Context, landscape: Landscape, axes: list[str]) -> None:
    plan = context.plan
    paths = {m.position: context.run.directions(m.index) for m in plan.members}
    stored = {position: subspace.load_geometry(path) for position, path in paths.items() if path.exists()}
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
    hessians = {name: s for name, s in context.study.subspaces.items() if s.kind == "hessian"}
    for name, (key, dims, text) in arrays.items():
        if key in subspace.EIGEN and not hessians:
            continue
        data = np.full((*plan.sweep_shape, *(context.study.grid.dims for _ in dims[len(axes) :])), np.nan)
        for position, geometry in stored.items():
            data[position] = getattr(geometry, key)
        # Which data the Hessian is of, where the eigenvectors are.
        of = {k: {"split": s.split, "draw": s.draw} for k, s in hessians.items()} if key in subspace.EIGEN else {}
        landscape.put(name, data, dims, long_name=text, **({"hessian_of": of} if of else {}))


def _arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.exists():
        return {}
    with np.load(path) as data:
        return {name: data[name] for name in data.files if name.endswith(("/pairs", "/birth_death"))}


def _pack_pairs(context: Context, landscape: Landscape) -> None:
    """Store every tree's pairs in flat arrays: those of (member, representation) k are ``offset[k]:offset[k+1]``."""
    vertices, values, offsets = [], [], [0]
    for member in context.plan.members:
        path = context.run.topology(member.index)
        archive = _arrays(path)
        for name in context.study.connectivity:
            if f"{name}/pairs" in archive:
                vertices.append(archive[f"{name}/pairs"])
                values.append(archive[f"{name}/birth_death"])
                offsets.append(offsets[-1] + len(vertices[-1]))
            else:
                offsets.append(offsets[-1])
    flat = np.concatenate(vertices) if vertices else np.empty((0, 2), np.int64)
    level = np.concatenate(values) if values else np.empty((0, 2))
    landscape.put(
        "pair_vertex",
        flat,
        ["pair", "pair_end"],
        long_name="minimum and saddle as C-order vertex of the member's grid",
    )
    landscape.put("pair_value", level, ["pair", "pair_end"], long_name="birth and death of each pair")
    count = len(context.study.connectivity)
    bounds = np.array([offsets[:-1], offsets[1:]]).T.reshape(-1, count, 2)
    landscape.put(
        "pair_range",
        bounds,
        ["member", "representation", "bound"],
        long_name="first and past-the-end pair of each member (by its index in members.json)",
    )
