"""What a trial compares and says of the things that it is given: batches, a problem, a network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import torch
from landsweep.kernels.containers import dense_parts
from landsweep.kernels.contract import Contract
from landsweep.kernels.parameters.structure import lazy
from landsweep.kernels.problem import Batch, Problem, reals, trainable_parameters
from torch import nn


def head(batches: Iterable[Batch], count: int) -> list[bytes]:
    """Return what tells the first batches from others."""
    return [digest(batch) for _, batch in zip(range(count), batches, strict=False)]


def digest(batch: Batch) -> bytes:
    """Return what two equal batches have in common."""
    found = hashlib.blake2b(repr(batch.weight).encode())
    for x in batch.tensors():
        found.update(f"{x.dtype} {tuple(x.shape) if not x.is_nested else ''}".encode())
        for part in dense_parts(x):
            plain = part.detach().cpu().resolve_conj().resolve_neg().contiguous()
            found.update(plain.reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.digest()


def of_user(problem: Any) -> Any:
    """Return the user's own object."""
    return problem.problem if isinstance(problem, Contract) else problem


def describe_problem(problem: Problem) -> str:
    """Return the class of a problem."""
    return type(of_user(problem)).__name__


def describe_network(network: nn.Module) -> str:
    """Return the class of a network, and how many parameters move."""
    if lazy(network):
        return f"{type(network).__name__} with lazy layers"
    named = [p for _, p in trainable_parameters(network)]
    frozen = sum(map(reals, network.parameters())) - sum(map(reals, named))
    count = f"{sum(map(reals, named)):,} parameters in {len(named)} tensors"
    return f"{type(network).__name__}, {count}" + (f", {frozen:,} frozen" if frozen else "")
