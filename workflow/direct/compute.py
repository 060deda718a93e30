"""One landscape by the work of a run's stages: trial, directions, the choice of a strategy, points."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import users_code
from landsweep.base.events import Notice, Subscriber
from landsweep.base.frames import told
from landsweep.direct.given import SPAN, SUBJECT
from landsweep.direct.memory import InMemory, threads
from landsweep.disk.directions import EIGEN, Geometry
from landsweep.disk.store import Status
from landsweep.executors.group import Alone
from landsweep.kernels.loss.directions import Directions, given_directions
from landsweep.kernels.loss.raising import evaluate, is_alive, spread
from landsweep.kernels.problem import Problem
from landsweep.kernels.sampling import restored
from landsweep.pipeline import trial
from landsweep.stages.models.hessian import with_product
from landsweep.stages.models.journal import Teller
from landsweep.stages.models.loader import Loader, network_of
from landsweep.stages.models.probe import probe
from landsweep.stages.subspace.moves import moves, sentences
from landsweep.stages.subspace.work import (
    along_eigenvectors,
    directions_of,
    eigenvectors,
    scale_of,
    subspace_of,
    warn,
)
from landsweep.study.plan import Member, grid_coordinates
from landsweep.study.problems import check_device
from landsweep.study.study import Study

PART_SECONDS = 1.0
"""Points are evaluated in parts of about this many seconds, after each of which progress is said."""


@dataclass(frozen=True)
class Computed:
    """The points of one landscape.

    Parameters
    ----------
    loss, status
        ``(n_0, ..., n_(d-1))`` the loss in the dtype that a run stores, and :class:`landsweep.disk.store.Status`.
    axes
        The coordinates along each axis, float64.
    directions, geometry
        The vectors, and what a run stores beside them.
    choices
        How points were evaluated, as a run stores it.
    """

    loss: np.ndarray
    status: np.ndarray
    axes: tuple[np.ndarray, ...]
    directions: Directions
    geometry: Geometry
    choices: dict[str, Any]


def compute(
    study: Study,
    problem: Problem,
    device: torch.device,
    vectors: np.ndarray | None,
    tell: Subscriber,
) -> Computed:
    """Return the landscape of a study with one member around the weights of ``problem.build``, and ``tell`` events.

    Generators of random numbers and numbers of threads are put back afterwards.

    Raises
    ------
    UserError
        Where the problem has a mistake that a run would refuse.
    ProblemError
        Where what was given fails later.
    """
    check_device(study)
    with restored(), threads(study.evaluation.threads):
        tried = trial.try_given(study, problem, device, SUBJECT)
        network = problem.build(0).eval()
        context = InMemory.of(study, problem, network, device, tell)
        for note in tried.notes:
            context.bus(Notice(note))
        member = context.plan.members[0]
        directions, geometry = _directions(context, member, vectors)
        for text in sentences(
            "Directions", subspace_of(context, member), moves(network, subspace_of(context, member), directions)
        ):
            context.bus(Notice(text))
        choices = probe(context, member, directions.delta, geometry)
        return _points(context, member, directions, geometry, choices)


def _directions(context: InMemory, member: Member, vectors: np.ndarray | None) -> tuple[Directions, Geometry]:
    subspace, network, dims = subspace_of(context, member), network_of(context, 0), context.study.grid.dims
    unknown = np.full(dims, np.nan)
    eigen: tuple[np.ndarray, ...] = (unknown,) * len(EIGEN)
    if subspace.kind == "hessian":
        warn(context, {SPAN})
        stored, begin = context.study.evaluation.stored, time.perf_counter()
        with context.stage("subspace", 1, "Hessians"):
            found = with_product(
                context,
                Alone(),
                (0, subspace.split, subspace.draw),
                stored,
                lambda product: eigenvectors(product, subspace, dims, stored, Teller(context, "subspace", 0)),
            )
            assert found is not None
            directions, eigen = along_eigenvectors(network, found, subspace)
            context.done("subspace", 1, time.perf_counter() - begin)
    elif vectors is not None:
        with users_code():
            directions = given_directions(network, vectors, subspace.normalisation)
    else:
        directions = directions_of(context, member, subspace)
    scale = scale_of(context, member, subspace, directions, directions.delta, None)
    values, residuals, cosines = eigen
    norms, theta_norm = directions.norms, directions.theta_norm
    return directions, Geometry(directions.gram, norms, theta_norm, scale, values, residuals, cosines, unknown)


def _points(
    context: InMemory, member: Member, directions: Directions, geometry: Geometry, choices: dict[str, Any]
) -> Computed:
    study = context.study
    subspace, shape = subspace_of(context, member), study.grid.shape
    axes = tuple(np.array(axis) for axis in grid_coordinates(subspace.ranges(study.grid.dims), shape))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    alpha, width = geometry.multiples(grid), int(choices["width"])
    part = max(1, round(PART_SECONDS / max(choices["seconds"], 1e-9) / width)) * width  # whole batches
    with users_code():
        evaluator = Loader(context, choices["dtype"]).evaluator(member, directions.delta, choices["strategy"], width)

        def check_alive(error: Exception) -> None:
            points = (geometry.multiples(point[None])[0] for point in spread(list(axes)))
            if not is_alive(evaluator, points):
                raise error

        loss = np.empty(prod(shape), study.evaluation.stored)
        raised: dict[int, Exception] = {}
        with context.stage("evaluate", len(loss), "points"):
            for low in range(0, len(loss), part):
                begin = time.perf_counter()
                found, errors = evaluate(evaluator, alpha[low : low + part], check_alive)
                loss[low : low + part] = found["loss"]
                raised |= {low + k: error for k, error in errors.items()}
                context.done("evaluate", len(found["loss"]), time.perf_counter() - begin)
    status = np.where(np.isfinite(loss), Status.FINITE, Status.NON_FINITE).astype(np.uint8)
    _say(context, grid, status, raised)
    return Computed(loss.reshape(shape), status.reshape(shape), axes, directions, geometry, choices)


def _say(context: InMemory, grid: np.ndarray, status: np.ndarray, raised: dict[int, Exception]) -> None:
    """Say at how many points there is no finite loss."""
    if raised:
        first = min(raised)
        at = tuple(round(float(x), 12) for x in grid[first])
        context.bus(
            Notice(
                f"The loss raised an error at {len(raised)} of {len(grid)} points, first at alpha = {at} "
                f"({told(raised[first])}): such points are NaN with status 2 and count as +infinity in merge trees."
            )
        )
    if bad := int((status == Status.NON_FINITE).sum()) - len(raised):
        at_weights = bool((status[~grid.any(axis=1)] == Status.NON_FINITE).any())
        way_on = "they are so at the weights, too" if at_weights else "a smaller range or dtype float64 may avoid them"
        context.bus(
            Notice(
                f"{bad} of {len(grid)} losses are not finite: they are stored as they are with status 2 and count as "
                f"+infinity in merge trees; {way_on}."
            )
        )
