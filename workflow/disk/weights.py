"""Reading and writing a run's own weights by safetensors, and the networks that they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch
from landsweep.base.errors import UserError, reading, users_code
from landsweep.disk.rundir import atomic
from landsweep.kernels.parameters.structure import materialise, resize, saved
from landsweep.kernels.problem import Problem
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

REQUIRES_GRAD = "requires_grad"
"""Metadata of a file of weights: the parameters that required gradients after training, if not those of build()."""
DTYPE = "dtype"
"""Metadata of a file of weights: the trained network's dtype, wider than that of build(), is kept."""
PAIRS = "pairs"
"""Metadata of a file of weights: complex tensors, of precisions that the format lacks, that stand in it as real ones
with a last axis of two."""


def state(model: nn.Module) -> dict[str, Tensor]:
    """Return the parameters and persistent buffers by name, copied to the CPU; tied ones come once."""
    return {name: t.detach().cpu().contiguous().clone() for name, t in saved(model).items()}


def save_theta(path: Path, model: nn.Module, built: nn.Module | None = None) -> None:
    """Write a trained model; the file appears whole.

    Where it requires gradients of other parameters, or has a wider dtype, than the network ``built`` that ``build`` has
    returned, the file's metadata say so.
    """
    metadata = {}
    if built is not None:
        learned = _requiring(model)
        if learned != _requiring(built):
            metadata[REQUIRES_GRAD] = json.dumps(learned)
        before, after = saved(built), saved(model)
        if any(torch.promote_types(t.dtype, before[name].dtype) != before[name].dtype for name, t in after.items()):
            metadata[DTYPE] = "trained"
    tensors = state(model)
    if paired := [name for name, t in tensors.items() if t.is_complex() and not _storable(t.dtype)]:
        metadata[PAIRS] = json.dumps(paired)
        tensors |= {name: torch.view_as_real(tensors[name]).contiguous() for name in paired}
    with atomic(path) as partial:
        save_file(tensors, partial, metadata or None)


def unpaired(tensors: dict[str, Tensor], metadata: Mapping[str, str] | None) -> dict[str, Tensor]:
    """Return the tensors of a file of weights, complex ones that it holds as pairs (:data:`PAIRS`) made complex."""
    return tensors | {
        name: torch.view_as_complex(tensors[name]) for name in json.loads((metadata or {}).get(PAIRS, "[]"))
    }


@cache
def _storable(dtype: torch.dtype) -> bool:
    """Return whether a file of weights has room for this kind of number."""
    try:
        save({"": torch.empty(0, dtype=dtype)})
    except (KeyError, ValueError, RuntimeError, NotImplementedError):
        return False
    return True


def unstorable(model: nn.Module) -> str:
    """Return which tensor of a network no file of weights can hold, and why; empty where there is none."""
    for name, t in saved(model).items():
        if is_lazy(t) or (t.layout == torch.strided and not t.is_nested and (t.is_complex() or _storable(t.dtype))):
            continue
        kind = "nested" if t.is_nested else str(t.dtype if t.layout == torch.strided else t.layout)
        return f"{name} is a {kind.removeprefix('torch.')} tensor"
    return ""


def _requiring(model: nn.Module) -> list[str]:
    return [name for name, p in model.named_parameters() if p.requires_grad]


def restore(model: nn.Module, tensors: Mapping[str, Tensor], source: Path, *, trained: bool = False) -> nn.Module:
    """Load tensors by name into ``model`` in place; lazy layers get the shapes of their tensors.

    Where the network was ``trained`` here, buffers get them too, else those that held nothing or one number.

    Raises
    ------
    UserError
        Where the names or shapes do not fit the model.
    """
    materialise(model, {name: t.shape for name, t in tensors.items()})
    resize(model, tensors, trained)
    own, known = saved(model), model.state_dict(keep_vars=True)
    expected = {name: "no shape yet" if is_lazy(t) else tuple(t.shape) for name, t in own.items()}
    given = {name: tuple(t.shape) for name, t in tensors.items() if name in expected or name not in known}
    if given != expected:
        wrong = sorted(k for k in expected.keys() | given.keys() if expected.get(k) != given.get(k))
        raise UserError(
            f"{source} does not fit the network: {wrong[0]} has shape {given.get(wrong[0], 'missing')}, expected "
            f"{expected.get(wrong[0], 'no such parameter')}: give weights of the network that build() makes."
        )
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])
    return model


def build(problem: Problem, seed: int) -> nn.Module:
    """Return a problem's untrained network for a seed; an error in the problem becomes a :class:`ProblemError`."""
    with users_code():
        network = problem.build(seed)
        if not isinstance(network, nn.Module):
            raise TypeError(f"build() returned {type(network).__name__}, expected a torch.nn.Module")
        if not any(p.requires_grad for p in network.parameters()):
            raise ValueError("build() returned a network without trainable parameters, expected at least one")
        if found := unstorable(network):
            raise TypeError(
                f"build() returned a network whose {found}, which no file of weights holds, expected dense numbers: "
                "register a buffer with persistent=False, which build() makes again, or keep it dense"
            )
    return network


def load_trained(problem: Problem, seed: int, path: Path) -> nn.Module:
    """Return the network whose trained weights lie at ``path``, on the CPU and in evaluation mode.

    It requires gradients of the parameters of which it did at the end of its training.
    """
    with reading(path):
        tensors = load_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        tensors = unpaired(tensors, metadata)
        learned = set(json.loads(metadata[REQUIRES_GRAD])) if REQUIRES_GRAD in metadata else None
    network = build(problem, seed)
    materialise(network, {name: t.shape for name, t in tensors.items()})
    if DTYPE in metadata:
        for name, tensor in saved(network).items():
            if name in tensors:
                tensor.data = tensor.data.to(tensors[name].dtype)
    restore(network, tensors, path, trained=True)
    if learned is not None:
        for name, p in network.named_parameters():
            p.requires_grad_(name in learned)
    return network.eval()
