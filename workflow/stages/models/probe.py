"""The choice of how a run's points are evaluated: it is made once, by measurement at a few points, and stored."""

from __future__ import annotations

import platform
import time
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from itertools import islice
from math import prod
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import ProblemError, Stopped, users_code
from landsweep.base.events import Notice
from landsweep.disk.directions import Geometry
from landsweep.kernels.curvature.derivatives import Kernels
from landsweep.kernels.curvature.extremes import Extremes, hessian_footprint
from landsweep.kernels.loss.choice import Choice, choose
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.footprint import Footprint, footprint
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.raising import TRIED, evaluate, is_of_a_point, spread
from landsweep.kernels.loss.strategies import StrategyName
from landsweep.kernels.loss.theta import size
from landsweep.kernels.problem import Problem
from landsweep.session.context import Context
from landsweep.stages.models.hessian import other_kernels
from landsweep.stages.models.loader import Loader, network_of, part_of, problem_of
from landsweep.study.plan import UNITS_PER_RANK, Member, grid_coordinates
from landsweep.study.study import EvaluationSpec, Study
from torch import Tensor, nn

PROBE_POINTS = 4
"""Strategies are timed and compared, and the precision is compared with float64, at this many points."""
HESSIAN_BYTES = 1 << 30
"""The Hessians of a batch of points take at most this many bytes."""
PARAMETER_BYTES = 1 << 28
"""At most this many bytes of perturbed parameters are held at once."""
SHARE_OF_MEMORY = 0.25
"""A batch of points may take this share of the free memory, beside data and directions."""


def probe(context: Context, member: Member, delta: Tensor, geometry: Geometry) -> dict[str, Any]:
    """Return the choices for the whole run, measured on one member, whose vectors and geometry are given.

    The choices include everything that affects the last bits of results. A run that is resumed repeats them, because
    another measurement of time might choose differently.
    """
    study = context.study.evaluation
    precision = PRECISIONS[study.dtype]
    alpha = geometry.multiples(np.random.default_rng(0).uniform(-0.1, 0.1, (PROBE_POINTS, len(geometry.scale))))
    loader = Loader(context, study.dtype)
    lifted = None if study.strategy == "inplace" else loader.lifted(member)
    network = network_of(context, member.model) if lifted is None else lifted.model
    widest = PARAMETER_BYTES / (size(network) * precision.dtype.itemsize)
    if _chooses_width(study):
        with suppress(Exception):  # a loss may look at values, which shapes do not have
            # On real tensors first: what a problem keeps from its first call has to be of use to those that follow.
            loader.evaluator(member, delta, "inplace", 1)(alpha[:1])
            takes = predicted(context.study, problem_of(context, member.model), network, member)
            widest = min(widest, max(1.0, (SHARE_OF_MEMORY * context.memory() - takes.fixed) / takes.point))

    def make(name: StrategyName, width: int) -> Evaluator:
        if context.stop.requested:  # trying takes minutes where the loss is slow
            raise Stopped
        return loader.evaluator(member, delta, name, width)

    with users_code():
        chosen = partial(
            choose,
            make,
            tolerance=precision.tolerance,
            candidates=("inplace", "batched", "compiled") if study.strategy == "auto" else (study.strategy,),
            width=None if study.batch == "auto" else study.batch,
            widest=widest,
            points=_points_per_model(context),
            together=_points_per_call(context),
        )
        try:
            choice = chosen(alpha)
        except Exception as raised:
            found = None
            if is_of_a_point(raised):
                found = _where_it_runs(context, member, loader, delta, geometry, alpha)
            if found is None:
                raise
            alpha = found
            choice = chosen(alpha)
        error = _float64_error(context, member, delta, choice, alpha, make(choice.strategy, choice.width)(alpha))
        hessian: Choice | None = None
        kernels: Kernels = "default"
        if context.study.hessian_fields:
            hessian, kernels = _hessian(context, member, delta, alpha)
        derived, per_point = "", 0.0
        if context.study.alpha_fields:
            derived, per_point = _derivatives(context, member, delta, alpha, choice.strategy)
    for name in ("inplace", "batched", "compiled"):
        if name != choice.strategy:
            context.forget(f"strategy {name}")
    if "auto" in (study.strategy, study.batch):
        context.bus(Notice(f"Points are evaluated {choice.strategy}, {choice.width} at once: {choice.reason}."))
    if lifted is not None and choice.strategy != "inplace":
        layers = ", ".join(lifted.layers)
        context.bus(Notice(f"Outputs are added up instead of weights in layers that see only data: {layers}."))
    if error and study.dtype in ("tf32", "bf16"):
        shown = ", ".join(f"{name} {value:.2g}" for name, value in error.items())
        context.bus(Notice(f"{study.dtype} differs from float64 at {PROBE_POINTS} points, relative: {shown}."))
    if hessian is not None:
        names = " and ".join(context.study.hessian_fields)
        context.bus(Notice(f"{names} are found {hessian.strategy}, {hessian.width} at once: {hessian.reason}."))
        if said := other_kernels(kernels):
            context.bus(Notice(f"{names}: {said}."))
    if derived:
        context.bus(Notice(derived))
    return {
        **asdict(choice),
        "reason": choice.reason,
        "seconds": choice.seconds + (0.0 if hessian is None else hessian.seconds) + per_point,
        "hessian": None if hessian is None else asdict(hessian) | {"kernels": kernels},
        "float64_error": error,
        "threads": study.threads,
        "dtype": study.dtype,
        "batchnorm": study.batchnorm,
        "deterministic": study.deterministic,
        "device": device_kind(context.device()),
        "torch": torch.__version__,
        "parameters": size(network_of(context, member.model)),
        "lifted": [] if lifted is None or choice.strategy == "inplace" else lifted.layers,
    }


def _chooses_width(study: EvaluationSpec) -> bool:
    """Return whether memory bounds how many points go at once; to predict it, torch imports its compiler: seconds."""
    return study.batch == "auto" and study.strategy != "inplace"


def _where_it_runs(
    context: Context, member: Member, loader: Loader, delta: Tensor, geometry: Geometry, alpha: np.ndarray
) -> np.ndarray | None:
    """Return as many probe points at which the loss raises no error; None where those given are such, or none is found.

    Others are taken from all over the landscape.
    """
    name: StrategyName = "batched" if context.study.evaluation.strategy == "batched" else "inplace"
    evaluator = loader.evaluator(member, delta, name, 1)
    if not (raised := evaluate(evaluator, alpha)[1]):
        return None
    grid = context.study.grid
    ranges = context.study.subspaces[str(member.coords["subspace"])].ranges(grid.dims)
    axes = [np.array(axis) for axis in grid_coordinates(ranges, grid.shape)]
    found = [point for index, point in enumerate(alpha) if index not in raised]
    for point in islice(spread(axes), TRIED):
        if len(found) == len(alpha):
            break
        at = geometry.multiples(point[None])
        if not evaluate(evaluator, at)[1]:
            found.append(at[0])
    return np.resize(np.stack(found), alpha.shape) if found else None


def _hessian(context: Context, member: Member, delta: Tensor, alpha: np.ndarray) -> tuple[Choice, Kernels]:
    """Return how the extreme eigenvalues of the Hessian are found at every point, and through which kernels."""
    study = context.study.evaluation
    problem, network = problem_of(context, member.model), network_of(context, member.model)
    loader = Loader(context, study.stored)
    room = min(HESSIAN_BYTES, SHARE_OF_MEMORY * context.memory())
    widest = 1.0
    if _chooses_width(study):
        with suppress(Exception):  # a loss may look at values, which shapes do not have
            widest = room / hessian_footprint(problem, network, PRECISIONS[study.stored].dtype, *part_of(member))
    made: dict[StrategyName, Evaluator] = {}

    def make(name: StrategyName, width: int) -> Evaluator:
        made[name] = loader.extremes(member, delta, name, width)
        return made[name]

    choice = choose(
        make,
        alpha,
        10 * study.hessian_tolerance,  # each strategy's values may be so far from the truth
        candidates=("inplace", "batched") if study.strategy == "auto" else (uncompiled(study.strategy),),
        width=None if study.batch == "auto" else study.batch,
        widest=widest,
        points=_points_per_model(context),
        together=_points_per_call(context),
    )
    strategy = made[choice.strategy].strategy
    return choice, strategy.kernels if isinstance(strategy, Extremes) else "default"


def _derivatives(
    context: Context, member: Member, delta: Tensor, alpha: np.ndarray, strategy: StrategyName
) -> tuple[str, float]:
    """Return a sentence on how derivatives by the coordinates are computed, and the seconds for a point."""
    made = Loader(context, context.study.evaluation.stored).derivatives(member, delta, strategy)
    points = np.resize(alpha, (made.width, alpha.shape[1]))
    made.at_width(points)
    begin = time.perf_counter()
    made.at_width(points)
    seconds = (time.perf_counter() - begin) / made.width
    names = " and ".join(context.study.alpha_fields)
    how = f"point by point ({made.reason})" if made.reason else f"{made.width} points at once"
    return f"{names}: {how}, {1e3 * seconds:.3g} ms per point.", seconds


def device_kind(device: torch.device) -> str:
    """Return the kind of a device, which must be equal for results to be equal to the last bit."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu {platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def predicted(study: Study, problem: Problem, network: nn.Module, member: Member) -> Footprint:
    """Return the footprint of a member's landscape in a device's memory."""
    return footprint(
        problem,
        network,
        study.grid.dims,
        study.loss_fields,
        PRECISIONS[study.evaluation.dtype].dtype,
        study.evaluation.batchnorm,
        *part_of(member),
    )


def _points_per_call(context: Context) -> float:
    """Return the greatest number of points of one landscape evaluated in one call: its part of a unit."""
    plan = context.plan
    return min(prod(plan.grid_shape), plan.points / (UNITS_PER_RANK * context.executor.size))


def _points_per_model(context: Context) -> float:
    """Return the number of points around one model that this rank evaluates, if all are dealt evenly."""
    plan = context.plan
    return len(plan.members) / len(plan.models) * prod(plan.grid_shape) / context.executor.size


def _float64_error(
    context: Context, member: Member, delta: Tensor, choice: Choice, alpha: np.ndarray, values: dict[str, np.ndarray]
) -> dict[str, float]:
    """Return each field's greatest difference from float64 at the probe points, relative to its greatest value there.

    The result is empty where the problem does not run in float64, which only certificates need.
    """
    try:
        with users_code():
            exact = Loader(context, "float64").evaluator(member, delta, uncompiled(choice.strategy), 1)(alpha)
    except ProblemError:  # a loss may do anything
        return {}
    errors = {}
    for name, expected in exact.items():
        finite = np.isfinite(expected) & np.isfinite(values[name])
        expected, found = expected[finite], values[name][finite]
        greatest = np.max(np.abs(expected), initial=0.0) or 1.0
        errors[name] = float(np.max(np.abs(found - expected), initial=0.0) / greatest)
    return errors


def uncompiled(name: StrategyName) -> StrategyName:
    """Return the strategy for float64 or second derivatives beside ``name``; compiling these is not worth while."""
    return "batched" if name == "compiled" else name
