"""Stage certify: it evaluates every member's landscape again, in float64 and on draws of the data; one file a member.

Draws are evaluated in the landscape's own dtype, because they are compared with it. The ends of pairs are known only
from the trees, so this stage comes after topology.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.base.errors import Stopped, users_code
from landsweep.disk.arrays import write_arrays
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.store import Landscape
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.raising import evaluate
from landsweep.kernels.topology import significance as kernel
from landsweep.session.context import Context, Outcome
from landsweep.stages.certify import STAGE
from landsweep.stages.certify.columns import METHODS, trees
from landsweep.stages.models.loader import Loader
from landsweep.stages.models.probe import uncompiled
from landsweep.study.plan import Member, grid_coordinates
from landsweep.study.study import Study

CHUNK = 1 << 16
"""This many points are evaluated between two looks at the stop flag, and held in memory beside the member."""
SEED = 2007
"""Samples of points are drawn from this seed and the member's index."""


def run(context: Context, items: list[Member]) -> None:
    """Make the certificates that the study asks for, for the members ``items``, shared over ranks."""
    landscape = Landscape(context.run.landscape)
    context.forget("evaluator")  # of the stage before: a second copy of network and directions

    def work(member: Member) -> Outcome:
        return context.guarded("certify", member, lambda: compute_one(context, landscape, member))

    context.run_stage(
        "certify",
        "members",
        items,
        work,
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=context.telling("certify {index}: {note}."),
        affinity=lambda member: member.model,
    )


def compute_one(context: Context, landscape: Landscape, member: Member) -> list[str]:
    """Write one member's certificates and return a sentence about them, if any; without a tree there are none."""
    pairs = {name: _Pairs(tree.pairs, tree.negate) for name, tree in trees(context.run, context.study, member.index)}
    points = _Points(context, landscape, member)
    arrays: dict[str, Any] = {"float64_epsilon": np.nan, "float64_method": 0, "float64_points": 0}
    notes = []
    if pairs and context.study.certify.float64 != "none":
        arrays |= _float64(context, landscape, member, points)
        if np.isinf(arrays["float64_epsilon"]):
            notes.append("some points are finite in float32 or in float64 but not in both, so no pair holds")
    if pairs and context.study.certify.draws:
        more, warning = _draws(context, landscape, member, points, pairs)
        arrays |= more
        notes += [warning] if warning else []
    write_arrays(STAGE.result(context.run, member.index), arrays)
    return notes


@dataclass(frozen=True)
class _Pairs:
    """The pairs of a merge tree, held for draws in place of the tree: ``(p, 2)`` vertices, and which is higher."""

    vertices: np.ndarray
    negate: bool


class _Points:
    """The points of one member's grid, by C-order vertex, and their evaluation in chunks."""

    def __init__(self, context: Context, landscape: Landscape, member: Member) -> None:
        study = context.study
        ranges = study.subspaces[str(member.coords["subspace"])].ranges(study.grid.dims)
        self._context, self._shape = context, study.grid.shape
        self._axes = [np.array(axis) for axis in grid_coordinates(ranges, study.grid.shape)]
        path = context.run.directions(member.index)
        self._geometry, self.delta = load_geometry(path), load_delta(path)
        self.strategy, self.width = landscape.choices["strategy"], int(landscape.choices["width"])

    def losses(self, evaluator: Evaluator, vertices: np.ndarray | range) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield the losses at ``vertices`` chunk by chunk, computed as the landscape's own points are.

        They are NaN where the loss raises an error.

        Raises
        ------
        ProblemError
            At the end, where it raises one at all of them.
        """
        lost, first = 0, None
        for start in range(0, len(vertices), CHUNK):
            if start and self._context.stop.requested:
                raise Stopped  # a large member is no unit: what it has done so far is done again
            part = slice(start, start + CHUNK)
            index = np.unravel_index(np.asarray(vertices[part]), self._shape)
            at = np.stack([axis[i] for axis, i in zip(self._axes, index, strict=True)], axis=-1)
            alpha = self._geometry.multiples(at)
            with users_code():
                values, raised = evaluate(evaluator, alpha)
            lost += len(raised)
            if raised and first is None:
                first = raised[min(raised)]
            yield part, values["loss"]
        if first is not None and lost == len(vertices):
            with users_code():
                raise first


def _float64(context: Context, landscape: Landscape, member: Member, points: _Points) -> dict[str, Any]:
    """Return the greatest difference from float64, and whether it was found at all points or at a sample of them."""
    field = landscape.read_member("loss", member.position).reshape(-1)
    asked = context.study.certify.float64_points(field.size)
    everywhere = asked == field.size
    vertices: np.ndarray | range = range(field.size)
    if not everywhere:
        rng = np.random.default_rng([SEED, member.index])
        vertices = np.sort(rng.choice(field.size, asked, replace=False, shuffle=False))
    with users_code():
        evaluator = Loader(context, "float64").evaluator(
            member, points.delta, uncompiled(points.strategy), points.width
        )
    epsilon = 0.0
    for part, losses in points.losses(evaluator, vertices):
        epsilon = max(epsilon, kernel.sup_difference(field[np.asarray(vertices[part])], losses))
    method = METHODS.index("certified" if everywhere else "estimated")
    return {"float64_epsilon": epsilon, "float64_method": method, "float64_points": asked}


def _draws(
    context: Context, landscape: Landscape, member: Member, points: _Points, pairs: dict[str, _Pairs]
) -> tuple[dict[str, Any], str]:
    """Return the losses at all ends of pairs on every draw with the pairs' intervals, and a warning or nothing."""
    draws = draws_of(context.study, member)
    vertices = np.unique(np.concatenate([found.vertices.reshape(-1) for found in pairs.values()]))
    values = np.empty((len(draws), len(vertices)), context.study.evaluation.stored)
    loader = Loader(context, context.study.evaluation.dtype)
    for r, draw in enumerate(draws) if len(vertices) else ():
        with users_code():
            evaluator = loader.evaluator(member, points.delta, points.strategy, points.width, draw)
        for part, losses in points.losses(evaluator, vertices):
            values[r, part] = losses
    distinct = kernel.distinct_draws(values)
    arrays = {"draws": np.array(draws), "draws_distinct": distinct, "draw_vertices": vertices, "draw_values": values}
    for name, found in pairs.items():
        at = np.searchsorted(vertices, found.vertices)
        with np.errstate(invalid="ignore", over="ignore"):  # of two infinite ends nothing is known
            climb = values[:, at[:, 1]].astype(np.float64) - values[:, at[:, 0]]
        interval = kernel.draw_intervals(-climb if found.negate else climb)
        arrays[f"{name}/interval"] = interval if distinct == len(draws) else np.full_like(interval, np.nan)
    warning = ""
    if distinct < len(draws):
        warning = (
            f"draws do not differ: {len(draws)} draws gave {distinct} different set(s) of losses, expected all to "
            "differ, so no interval is given: let batches(split, draw) use draw, or set certify.draws to 0"
        )
    return arrays, warning


def draws_of(study: Study, member: Member) -> list[int]:
    """Return R draws, from 1 on, without the landscape's own: its pairs were found on it, so it cannot test them."""
    own, count = int(member.coords.get("draw", 0)), study.certify.draws
    return [draw for draw in range(1, count + 2) if draw != own][:count]
