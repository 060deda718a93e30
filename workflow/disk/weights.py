"""Reading and writing a run's own weights by safetensors, and the networks that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from landsweep.base.errors import UserError, reading, users_code
from landsweep.disk.rundir import atomic
from landsweep.kernels.problem import Problem
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


def state(model: nn.Module) -> dict[str, Tensor]:
    """Return the parameters and persistent buffers by name; tied ones come once."""
    persistent = model.state_dict()
    named = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {name: t.detach().cpu().contiguous().clone() for name, t in named.items() if name in persistent}


def save_theta(path: Path, model: nn.Module) -> None:
    """Write a trained model; the file appears whole."""
    with atomic(path) as partial:
        save_file(state(model), partial)


def restore(model: nn.Module, tensors: Mapping[str, Tensor], source: Path) -> nn.Module:
    """Load tensors by name into ``model`` in place.

    Raises
    ------
    UserError
        Where the names or shapes do not fit the model.
    """
    own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    expected = {name: tuple(t.shape) for name, t in state(model).items()}
    given = {name: tuple(t.shape) for name, t in tensors.items() if name in expected or name not in model.state_dict()}
    if given != expected:
        wrong = sorted(k for k in expected.keys() | given.keys() if expected.get(k) != given.get(k))
        raise UserError(
            f"{source} does not fit the network: {wrong[0]} has shape {given.get(wrong[0], 'missing')}, expected "
            f"{expected.get(wrong[0], 'no such parameter')}: give weights of the network that build() makes."
        )
    with torch.no_grad():
        for name in expected:
            own[name].copy_(tensors[name])
    return model


def build(problem: Problem, seed: int) -> nn.Module:
    """Return a problem's untrained network for a seed; an error in the problem becomes a :class:`ProblemError`."""
    with users_code():
        network = problem.build(seed)
        if not isinstance(network, nn.Module):
            raise TypeError(f"build() returned {type(network).__name__}, expected a torch.nn.Module")
        if not any(p.requires_grad for p in network.parameters()):
            raise ValueError("build() returned a network without trainable parameters, expected at least one")
    return network


def load_trained(problem: Problem, seed: int, path: Path) -> nn.Module:
    """Return the network whose trained weights lie at ``path``, on the CPU and in evaluation mode."""
    with reading(path):
        tensors = load_file(path)
    return restore(build(problem, seed), tensors, path).eval()
