"""Checkpoints beside a model's own weights: their differences from it, for subspaces and trajectories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import users_code
from landsweep.disk.checkpoints.loading import load
from landsweep.disk.directions import OWN
from landsweep.disk.weights import load_trained, restore, state
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.functional import copied
from landsweep.kernels.problem import Batch, trainable_parameters
from landsweep.kernels.spans.matching import match
from landsweep.kernels.spans.symmetry import Symmetry, find_symmetry
from landsweep.session.context import Context
from landsweep.stages.models.loader import Loader, network_of, part_of, problem_of
from landsweep.study.patterns import filled
from landsweep.study.plan import Member
from landsweep.study.subspace_spec import SubspaceSpec
from torch import Tensor, nn

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
    said: tuple[str, ...] = ()
    """What has to be said about how they were aligned."""


def corners(
    context: Context, member: Member, subspace: SubspaceSpec, look: Callable[[nn.Module], None] | None = None
) -> Checkpoints:
    """Return the checkpoints that span a member's subspace: the model's own first, unless all are files.

    ``look`` is as in :func:`read`.
    """
    own = len(subspace.files) == subspace.corners(context.study.grid.dims) - 1
    return read(context, member, subspace.files, own=own, align=subspace.align, look=look)


def read(
    context: Context,
    member: Member,
    files: tuple[str, ...],
    *,
    own: bool = False,
    align: bool = False,
    look: Callable[[nn.Module], None] | None = None,
) -> Checkpoints:
    """Return the checkpoints in ``files``, after the model's own weights where these are wanted.

    With ``align``, the hidden units of all but the first are permuted so that they match the first. Each network is
    shown to ``look`` as it was loaded; it is not kept, and must not be changed.

    Raises
    ------
    ProblemError
        Where a file cannot be read, or holds another network, or networks cannot be aligned.
    """
    network = network_of(context, member.model)
    theta, moving = flatten(network, torch.float64), {name for name, _ in trainable_parameters(network)}
    names = [filled(name, member.coords) for name in files]
    rows = np.zeros((len(files) + own, len(theta)))
    still: dict[str, str] = {}
    said: list[str] = []
    reference = (OWN, state(network)) if own else None
    with users_code():
        if own and look is not None:
            look(network)
        for row, name in zip(rows[own:], names, strict=True):
            other = _loaded(context, member, name)
            if look is not None:
                look(other)
            if align and reference is None:
                reference = (name, state(other))
            elif align and reference is not None:
                said.append(_aligned(context, member, other, name, reference))
            row[:] = (flatten(other, torch.float64) - theta).numpy()
            mine = state(network)
            for tensor, value in state(other).items():
                counts = tensor.rpartition(".")[2] not in COUNTERS
                if tensor not in moving and counts and not torch.equal(value, mine[tensor]):
                    still.setdefault(tensor, name)
    return Checkpoints((*((OWN,) if own else ()), *names), rows, still, tuple(said))


def _loaded(context: Context, member: Member, name: str) -> nn.Module:
    """Return a network that is kept for checkpoints, with the weights of one of those of a member's subspace."""
    model, of = member.model, str(member.coords["subspace"])
    seed, path = int(context.plan.models[model].coords["seed"]), context.folder / name
    made = context.kept(
        "network for checkpoints",
        model,
        lambda: load_trained(problem_of(context, model), seed, context.run.theta(model)),
    )
    restore(made, state(network_of(context, model)), path)  # nothing of the file before may stay
    where = context.study.subspaces[of]
    load(made, path, where.key, where.prefix, f"subspaces.{of}")
    return made


def _aligned(
    context: Context, member: Member, other: nn.Module, name: str, reference: tuple[str, dict[str, Tensor]]
) -> str:
    """Permute the hidden units of ``other`` in place, and return how much closer it is to the reference then."""
    first, target = reference
    symmetry, follow, arguments = context.kept("symmetry", member.model, lambda: _symmetry(context, member))
    tensors, moving = state(other), dict(trainable_parameters(other))
    order = match(symmetry, *({k: t for k, t in x.items() if k in moving} for x in (target, tensors)))
    permuted = {k: symmetry.permuted(k, t, order) for k, t in tensors.items()}
    with torch.no_grad():
        before = restore(follow, tensors, context.folder / name)(*arguments)
        after = restore(follow, permuted, context.folder / name)(*arguments)
    if not same_values(before, after):
        raise ValueError(
            f"{name} computes something else after its hidden units were permuted, expected the same outputs: its "
            "forward uses them in a way that align does not see, so use align: false."
        )
    restore(other, permuted, context.folder / name)
    far, near = (
        sum(float((x[k] - target[k]).abs().double().square().sum()) for k in moving) ** 0.5 for x in (tensors, permuted)
    )
    return f"the hidden units of {name} are permuted to match {first}, which brings it from {far:.3g} to {near:.3g}."


def _symmetry(context: Context, member: Member) -> tuple[Symmetry, nn.Module, tuple[Any, ...]]:
    """Return the hidden units of a model's network that can be permuted, a copy of it, and what the loss calls it with.

    Raises
    ------
    ValueError
        Where its loss does not call it, or its graph cannot be followed.
    """
    problem, study = problem_of(context, member.model), context.study.evaluation
    seed, path = int(context.plan.models[member.model].coords["seed"]), context.run.theta(member.model)
    copy = copied(load_trained(problem, seed, path), context.device(), getattr(torch, study.stored))
    batch = next(iter(Loader(context, study.stored).data(member.model, *part_of(member))))
    calls: list[tuple[Any, ...]] = []

    def note(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        bound = signature(module.forward).bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise ValueError("align cannot follow a network that is called with keyword arguments alone")
        calls.append(bound.args)

    handle = copy.register_forward_pre_hook(note, with_kwargs=True)
    try:
        problem.loss(copy, batch)
    finally:
        handle.remove()
    if not calls:
        raise ValueError(
            "align finds no call of the network in loss(model, batch), expected model(...): use align: false."
        )
    return find_symmetry(copy, calls[0]), copy, calls[0]


def same_values(one: Any, other: Any) -> bool:
    """Return whether two outputs of a network are the same but for rounding."""
    found = Batch(one).tensors(), Batch(other).tensors()
    return len(found[0]) == len(found[1]) and all(map(_close, *found))


def _close(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    share = 1e-9 if one.dtype == torch.float64 else 1e-3
    size = float(one.abs().max()) if one.numel() else 0.0
    return torch.allclose(one, other, rtol=0.0, atol=share * size, equal_nan=True)


def notes(context: Context, key: str, found: Checkpoints) -> list[str]:
    """Return sentences about what differs between checkpoints and does not move on their landscape."""
    recomputed = context.study.evaluation.batchnorm == "recomputed"
    statistics = [name for name in found.still if name.rpartition(".")[2] in STATISTICS]
    others = [name for name in found.still if name not in statistics]
    said = [f"{key}: {text}" for text in found.said]
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
