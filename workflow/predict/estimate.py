"""The estimate of what a study will cost, before anything runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import prod
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.disk import provenance
from landsweep.disk.opened import read_study
from landsweep.disk.rundir import RunDir
from landsweep.predict.costs import Costs, costs, for_grid
from landsweep.stages import STAGES
from landsweep.stages.resolve import points
from landsweep.study.plan import Plan, sizing_of
from landsweep.study.study import WITH_TOOLKIT, Study


@dataclass(frozen=True)
class Estimate:
    """The counts of a plan, and its time if an earlier run of the same problem was measured."""

    models: int
    members: int
    points: int
    units: int
    unit_bound: str
    bytes: int
    files: int
    topology: str
    costs: Costs
    source: str


def estimate(study: Study, plan: Plan, out: Path, ranks: int = 1) -> Estimate:
    """Return the estimate; its costs are modelled for ``ranks`` ranks, without draws, tables and figures."""
    rates, source = measured_rates(study, out)
    sizing = sizing_of(study, plan, ranks, rates.get("evaluate"))
    found = costs(study, plan, rates, ranks)
    count = found.units
    return Estimate(
        models=len(plan.models),
        members=len(plan.members),
        points=plan.points,
        units=count,
        unit_bound=sizing.reason,
        bytes=prod(plan.shape) * study.bytes_per_point,
        # shards of each field and of status; what stages write; the rest
        files=count * (len(study.fields) + 1)
        + sum(stage.files * len(stage.items(plan)) for stage in STAGES if stage.asked(study))
        + 120,
        topology=_topology(study, plan, ranks),
        costs=found,
        source=source,
    )


def _topology(study: Study, plan: Plan, ranks: int) -> str:
    """Return sentences on how the merge trees are made, and the memory that they take."""
    from landsweep.base.text import size
    from landsweep.distributed.blocking import (
        BASE,
        PER_MINIMUM,
        PER_POINT_KNN,
        TOOLKIT,
        by_toolkit,
        check_engine,
        member_blocks,
        reduction_bytes,
    )

    blocks = member_blocks(plan.grid_shape, study.topology.block, len(plan.members), ranks, study.periodic)
    check_engine(study.topology, study.connectivity, blocks)
    grids = [name for name in study.connectivity if name != "knn"]
    asked = study.topology.engine in WITH_TOOLKIT
    toolkit = asked and any(by_toolkit(blocks, name)[1] for name in grids)
    peak = reduction_bytes(
        blocks,
        study.evaluation.itemsize,
        ranks=ranks if len(blocks) > 1 else 1,
        segmentation=study.topology.segmentation,
        toolkit=toolkit,
    )
    if "knn" in study.connectivity:
        peak = max(peak, BASE + (PER_POINT_KNN + TOOLKIT * asked) * prod(plan.grid_shape))
    shape = " x ".join(map(str, blocks.block))
    how = "one member a rank" if len(blocks) == 1 else f"{len(blocks)} blocks of {shape} a member, shared by all ranks"
    more = f", and {PER_MINIMUM} B per minimum" if len(blocks) > 1 else ""
    around = f", periodic along {' and '.join(f'alpha_{axis}' for axis in study.periodic)}" if study.periodic else ""
    if asked and (toolkit or "knn" in study.connectivity):
        more += f", most of it for TTK (167 B a vertex where the field is smooth, {TOOLKIT} of noise)"
    return f"{', '.join(study.connectivity)}{around}; {how}; up to {size(peak)} a rank{more}"


def predict_memory(study: Study, folder: Path, plan: Plan) -> str:
    """Return the memory of a device that evaluation takes, by the shapes of the tensors of the first member.

    The function makes the problem and reads its data; the study's paths are relative to ``folder``.
    """
    from landsweep.base.text import size
    from landsweep.stages.models.probe import predicted
    from landsweep.study.problems import make_problem

    first = plan.members[0]
    try:
        problem = make_problem(study, folder, plan.models[first.model].coords)
        takes = predicted(study, problem, problem.build(int(first.coords["seed"])), first)
    except (Exception, SystemExit) as error:  # whatever the user's code raises: a plan is made all the same
        return f"not predicted ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})"
    width = 1 if study.evaluation.strategy == "inplace" else study.evaluation.batch
    parts = f"data {size(takes.data)}, weights and directions {size(takes.vectors)}, a point {size(takes.point)}"
    if width == "auto":
        return f"{size(takes.at(1))} a rank with one point at once ({parts}); the run chooses how many"
    return f"{size(takes.at(width))} a rank with {width} point{'s' * (width > 1)} at once ({parts})"


def hessians(study: Study, folder: Path, plan: Plan, ranks: int) -> str:
    """Return the time for the fields that are derivatives at every point; empty where there are none.

    One product is timed on an untrained network and the first batch of the data; ``folder`` is
    as in :func:`predict_memory`.
    """
    if not study.hessian_fields + study.alpha_fields:
        return ""
    import torch
    from landsweep.base.text import duration
    from landsweep.kernels.curvature.extremes import STEPS
    from landsweep.kernels.curvature.hessian import CurvatureProduct
    from landsweep.kernels.loss.precision import PRECISIONS
    from landsweep.stages.models.loader import part_of
    from landsweep.study.problems import make_problem

    first = plan.members[0]
    dtype = PRECISIONS[study.evaluation.stored].dtype
    try:
        torch.set_num_threads(study.evaluation.threads)
        problem = make_problem(study, folder, plan.models[first.model].coords)
        network = problem.build(int(first.coords["seed"])).eval()
        split, draw = part_of(first)
        here, *others = problem.batches(split=split, draw=draw)
        batch = here.to(torch.device("cpu"), dtype)
        product = CurvatureProduct(problem, network, [batch], torch.device("cpu"), dtype)
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            product(product.theta)
            times.append(time.perf_counter() - begin)
    except (Exception, SystemExit) as error:  # as above
        return f"not timed ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})"
    seconds = sorted(times)[1] * (1 + sum(b.weight for b in others) / here.weight)
    along = study.grid.dims + 1 if study.alpha_fields else 0  # at most: vectorised they are cheaper
    counts = [along + n for n in (STEPS // 5, STEPS)] if study.hessian_fields else [along]
    took = [duration(plan.points * n * seconds / ranks) for n in counts]
    return (
        f"{plan.points:,} points of {' to '.join(map(str, counts))} products with the Hessian, {1e3 * seconds:.3g} ms "
        f"each on this CPU ({study.evaluation.threads} thread(s)): {' to '.join(took)} on {ranks} rank(s)"
    )


def measured_rates(study: Study, out: Path) -> tuple[dict[str, float], str]:
    """Return the measured seconds per model, point and member of the latest run of the same problem beside ``out``."""
    candidates = [
        out,
        *sorted((p for p in out.parent.glob("*") if p.is_dir()), key=lambda p: -p.stat().st_mtime),
    ]
    for path in candidates:
        run = RunDir(path)
        if not run.study.exists():
            continue
        try:
            other, rates = read_study(run), provenance.rates(run)
        except UserError:  # a run of another version, or a damaged one
            continue
        if all(getattr(other, key) == getattr(study, key) for key in ("problem", "evaluation", "fields")):
            for stage in (s for s in STAGES if s.of == "site" and s.key(other) != s.key(study)):
                rates.pop(stage.name, None)
            if "resolve" in rates:  # it was measured with the starts and the budget of the other study
                rates["resolve"] *= points(study) / points(other)
            if "evaluate" in rates:
                return for_grid(rates, study.connectivity, prod(other.grid.shape), prod(study.grid.shape)), str(path)
    return {}, ""
