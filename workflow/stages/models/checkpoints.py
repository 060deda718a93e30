"""Checkpoints beside a model's own weights: their differences from it, for subspaces and trajectories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from landsweep.base.errors import users_code
from landsweep.disk.weights import load_trained, read_checkpoint, restore, state
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.problem import trainable_parameters
from landsweep.session.context import Context
from landsweep.stages.models.loader import network_of, problem_of
from landsweep.study.plan import Member
from landsweep.study.subspace_spec import SubspaceSpec, filled
from torch import nn

STATISTICS = ("running_mean", "running_var")
"""Buffers of these names are statistics of normalisation layers."""
COUNTERS = ("num_batches_tracked",)
"""Buffers of these names change nothing that a trained network computes."""


@dataclass(frozen=True)
class Checkpoints:
    """Networks beside a model's own.

    Parameters
    ----------
    names
        What they are called: their files, or that they are the model's own weights.
    differences
        ``(n, P)`` float64, their trainable parameters less the model's.
    still
        The names of their other parameters and buffers that differ from the model's, each with the first file where
        they do; they do not move on a landscape.
    """

    names: tuple[str, ...]
    differences: np.ndarray
    still: dict[str, str]


OWN = "the model's own weights"
"""What a model's trained weights are called among checkpoints."""


def corners(context: Context, member: Member, subspace: SubspaceSpec) -> Checkpoints:
    """Return the checkpoints that span a member's subspace: the model's own first, unless all are files."""
    own = len(subspace.files) == subspace.corners(context.study.grid.dims) - 1
    return read(context, member, subspace.files, own=own)


def read(context: Context, member: Member, files: tuple[str, ...], *, own: bool = False) -> Checkpoints:
    """Return the checkpoints in ``files``, after the model's own weights where these are wanted.

    Raises
    ------
    ProblemError
        Where a file cannot be read, or holds another network.
    """
    network = network_of(context, member.model)
    theta, moving = flatten(network, torch.float64), {name for name, _ in trainable_parameters(network)}
    names = [filled(name, member.coords) for name in files]
    rows = np.zeros((len(files) + own, len(theta)))
    still: dict[str, str] = {}
    with users_code():
        for row, name in zip(rows[own:], names, strict=True):
            other = _loaded(context, member.model, name)
            row[:] = (flatten(other, torch.float64) - theta).numpy()
            mine = state(network)
            for tensor, value in state(other).items():
                counts = tensor.rpartition(".")[2] not in COUNTERS
                if tensor not in moving and counts and not torch.equal(value, mine[tensor]):
                    still.setdefault(tensor, name)
    return Checkpoints((*((OWN,) if own else ()), *names), rows, still)


def _loaded(context: Context, model: int, name: str) -> nn.Module:
    """Return a network that is kept for checkpoints, with the weights of one of them."""
    seed, path = int(context.plan.models[model].coords["seed"]), context.folder / name
    made = context.kept(
        "network for checkpoints",
        model,
        lambda: load_trained(problem_of(context, model), seed, context.run.theta(model)),
    )
    return restore(made, read_checkpoint(path), path)


def notes(context: Context, key: str, found: Checkpoints) -> list[str]:
    """Return sentences about what differs between checkpoints and does not move on their landscape."""
    recomputed = context.study.evaluation.batchnorm == "recomputed"
    statistics = [name for name in found.still if name.rpartition(".")[2] in STATISTICS]
    others = [name for name in found.still if name not in statistics]
    said = []
    if statistics and not recomputed:
        said.append(
            f"{key}: running statistics of normalisation layers differ between the checkpoints, and are those of the "
            "model's own weights at every point; evaluation.batchnorm: recomputed computes those of each point."
        )
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        said.append(
            f"{key}: {others[0]}{more} in {found.still[others[0]]} differ from the model's and are no trainable "
            "parameters, so they stay the model's at every point, and the file's coordinates are not quite its network."
        )
    return said
