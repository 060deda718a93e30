"""Stage trajectory: where checkpoints lie on the landscapes, and how far from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from landsweep.base.errors import users_code
from landsweep.base.frames import told
from landsweep.disk.directions import Projections, load_delta, load_geometry, write_projections
from landsweep.kernels.loss.raising import evaluate
from landsweep.kernels.spans.projection import project
from landsweep.session.context import Context
from landsweep.stages.models import checkpoints
from landsweep.stages.models.loader import Loader
from landsweep.stages.trajectory import STAGE
from landsweep.study.plan import Member
from torch import nn


def run(context: Context, items: list[Member]) -> None:
    """Project the checkpoints of each member's subspace on its landscape."""
    context.run_stage(
        STAGE.name,
        STAGE.noun,
        items,
        lambda member: context.guarded(STAGE.name, member, lambda: make_one(context, member)),
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=context.telling(),
        affinity=lambda member: member.model,
    )


def make_one(context: Context, member: Member) -> list[str]:
    """Write where a member's checkpoints lie, and return what has to be said about them."""
    name = str(member.coords["subspace"])
    subspace, dims = context.study.subspaces[name], context.study.grid.dims
    losses = _Losses(context, member)
    spanning = checkpoints.corners(context, member, subspace, losses)
    paths = subspace.paths
    others = checkpoints.read(context, member, tuple(file for files in paths.values() for file in files), look=losses)
    points = np.concatenate([spanning.differences, others.differences])
    with users_code():
        if not np.isfinite(points).all():
            bad = [*spanning.names, *others.names][int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])]
            raise ValueError(f"{bad} holds weights that are not finite, expected the weights of a trained network.")
    path = context.run.directions(member.index)
    geometry = load_geometry(path)
    multiples, residuals = project(points, load_delta(path).double().numpy(), geometry.terms, dims)
    found = Projections(
        np.array([*spanning.names, *others.names], dtype=str),
        np.array([*("" for _ in spanning.names), *(path for path in paths for _ in paths[path])], dtype=str),
        multiples / geometry.scale,
        residuals,
        np.linalg.norm(points, axis=1),
        np.array(losses.values),
    )
    write_projections(context.run, member.index, found)
    key = f"subspaces.{name}.trajectory" if paths else f"subspaces.{name}"
    return [*checkpoints.notes(context, key, others), *losses.notes(key, [*spanning.names, *others.names])]


class _Losses:
    """The losses of checkpoints on a member's data, each of the checkpoint's own network.

    This has its statistics of normalisation layers and its frozen parameters, which on a landscape are the model's. The
    loss is NaN where it raises an error.
    """

    def __init__(self, context: Context, member: Member) -> None:
        self._loader, self._member = Loader(context, context.study.evaluation.dtype, ("loss",)), member
        self.values: list[float] = []
        self._raised: dict[int, str] = {}

    def __call__(self, network: nn.Module) -> None:
        """Take in the loss of one more network."""
        found, raised = evaluate(self._loader.alone(self._member, network), np.zeros((1, 1)))
        if raised:
            self._raised[len(self.values)] = told(raised[0])
        self.values.append(float(found["loss"][0]))

    def notes(self, key: str, names: Sequence[str]) -> list[str]:
        """Return a sentence about the checkpoints at which the loss raised an error; ``names`` are those of all."""
        if not self._raised:
            return []
        first, error = next(iter(self._raised.items()))
        more = f" and at {len(self._raised) - 1} more" if len(self._raised) > 1 else ""
        return [
            f"{key}: the loss raised an error at {names[first]}{more} ({error}), expected a number: projected_loss is "
            "NaN there, and the other checkpoints keep theirs."
        ]
