"""Stage resolve: it follows every member's loss from the minima of its grid, in float64; one file a member."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.base.errors import ProblemError, Stopped
from landsweep.disk.arrays import write_arrays
from landsweep.disk.directions import load_geometry
from landsweep.disk.store import Landscape
from landsweep.disk.trees import find_tree
from landsweep.kernels.critical.refine import refine
from landsweep.kernels.critical.resolve import Interrupted, resolve
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.session.context import Context, Outcome
from landsweep.stages.resolve import STAGE
from landsweep.stages.resolve.box import Box
from landsweep.stages.resolve.derivatives import differentiable
from landsweep.study.plan import Member, grid_coordinates

COMPARED = 32
"""The loss is compared with the landscape at about so many points of the grid, spread over it."""
TIMES = 10.0
"""It may differ by so many times the rounding of the landscape's dtype, or the difference that was measured before."""
SAME = 1e-11
"""A point that is evaluated again has the same loss within this share of it: threads of a GPU may add in any order."""
MOST = 0.25
"""More of the compared points must not differ: at single ones a loss may round as it likes."""


def run(context: Context, items: list[Member]) -> None:
    """Find the minima and saddles of the members ``items``, shared over ranks."""
    landscape = Landscape(context.run.landscape)
    context.forget("evaluator")  # of the stage before: a second copy of network and directions

    def work(member: Member) -> Outcome:
        return context.guarded(STAGE.name, member, lambda: compute_one(context, landscape, member))

    context.run_stage(
        STAGE.name,
        STAGE.noun,
        items,
        work,
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=context.telling("resolve {index}: {note}"),
        affinity=lambda member: member.model,
    )


def compute_one(context: Context, landscape: Landscape, member: Member) -> str:
    """Write one member's minima and saddles, and return a sentence on how derivatives were taken where there is one.

    Without a finite value on the grid there are none.

    Raises
    ------
    ProblemError
        Where the loss raises an error, cannot be differentiated, or is not the loss of the landscape.
    """
    study, file = context.study, STAGE.result(context.run, member.index)
    starts = starting_points(context, member)
    if not len(starts):
        write_arrays(file, {"reasons": np.array(["no point of the grid has a finite loss"])})
        return ""
    ranges = study.subspaces[str(member.coords["subspace"])].ranges(study.grid.dims)
    axes = [np.array(axis) for axis in grid_coordinates(ranges, study.grid.shape)]
    loss, note = differentiable(context, member, landscape.choices["strategy"])
    box = Box(loss, load_geometry(context.run.directions(member.index)), axes)
    field = landscape.read_member("loss", member.position).astype(np.float64).reshape(box.shape)
    _compare(context, landscape, box, field)
    options: dict[str, Any] = {
        "starts": starts,
        "samples": study.resolve.starts,
        "seed": member.index,
        "stop": lambda: context.stop.requested,
    }
    more: dict[str, Any] = {"exact": not note}
    try:
        if budget := study.grid.refine.budget:
            refined = refine(box, box.axes, field, budget, **options)
            found = refined.resolved
            more |= {"refined_alpha": box.whole(refined.alpha), "refined_value": refined.value}
            more |= {"refined_settled": refined.settled, "refined_spent": refined.spent}
        else:
            found = resolve(box, box.axes, field, **options)
    except Interrupted:
        raise Stopped from None  # a member is no unit: what it has done so far is done again
    write_arrays(file, box.on_grid(found).to_arrays() | more)
    return note


def starting_points(context: Context, member: Member) -> np.ndarray:
    """Return the minima of all merge trees of a member's grid, as C-order vertices, ascending."""
    path = context.run.topology(member.index)
    trees = (find_tree(path, name) for name in context.study.connectivity)
    minima = [tree.minima for tree in trees if tree is not None]
    return np.unique(np.concatenate(minima)) if minima else np.empty(0, np.int64)


def _compare(context: Context, landscape: Landscape, box: Box, field: np.ndarray) -> None:
    """Check that the loss in float64 is that of the landscape, but for rounding.

    Raises
    ------
    ProblemError
        Where it is not: minima of one loss must not be counted from those of another.
    """
    finite = np.flatnonzero(np.isfinite(field))
    vertices = finite[np.unique(np.linspace(0, len(finite) - 1, COMPARED).astype(np.int64))]
    index = np.unravel_index(vertices, field.shape)
    alpha = np.stack([axis[i] for axis, i in zip(box.axes, index, strict=True)], axis=-1)
    stored, exact = field.reshape(-1)[vertices], box.values(alpha)
    again = box.values(alpha)
    if not np.allclose(exact, again, rtol=SAME, atol=0, equal_nan=True):
        apart = np.nanmax(np.abs(exact - again))
        raise ProblemError(
            f"the loss changes from call to call: at {len(vertices)} points of the grid it differs by up to "
            f"{apart:.2g} when they are evaluated again, expected the same numbers, as minima of noise are none of the "
            "loss: let it draw its random numbers once, in batches()"
        )
    if not np.isfinite(exact).any():
        raise ProblemError(
            f"the loss in float64 is finite at none of {len(vertices)} points of the grid where the landscape is, "
            "expected the loss of the landscape: let the loss compute in the dtype of its data"
        )
    known = np.isfinite(exact)
    stored, exact = stored[known], exact[known]
    size = np.maximum(np.maximum(np.abs(stored), np.abs(exact)), np.finfo(np.float64).tiny)
    dtype = context.study.evaluation.dtype
    measured = dict(landscape.choices.get("float64_error") or {})
    allowed = TIMES * max(PRECISIONS[dtype].tolerance, float(measured.get("loss", 0.0)))
    differs = np.abs(stored - exact) / size
    if np.mean(differs > allowed) > MOST:
        raise ProblemError(
            f"the loss is not that of the landscape: in float64 it differs by {np.median(differs):.2g} (median of "
            f"{len(differs)} points of the grid, relative), expected at most {allowed:.2g}, which {dtype} explains: "
            "its data have changed, or it draws random numbers; `landsweep run STUDY --redo` evaluates all again"
        )
