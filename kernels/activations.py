"""The outputs of a network's submodules while its loss is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from landsweep.kernels.containers import tensors_in
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn


def record(
    problem: Problem, network: nn.Module, batches: Iterable[Batch], layers: Sequence[str], samples: int
) -> dict[str, Tensor]:
    """Return the outputs of ``layers`` over the first ``samples`` samples, ``(n, p)`` float64 on the CPU.

    The first dimension of an output counts samples, all others are flattened. A layer that the loss calls several times
    for a batch, as on interior and boundary points, gives all outputs, in the order of the calls. Layers within
    ``torch.func.vmap`` give their outputs for all mapped samples.

    Raises
    ------
    LookupError
        Where the network has no such layer, or the loss calls none of this name.
    ValueError
        Where a layer gives fewer than 2 samples, or outputs of several sizes.
    """
    modules = dict(network.named_modules())
    for name in layers:
        if name not in modules:
            raise LookupError(f"the network has no submodule {name!r}, expected some of {listed(network)}")
    found: dict[str, list[Tensor]] = {name: [] for name in layers}
    called: dict[str, None] = {}

    def hook(name: str) -> Any:
        def note(module: nn.Module, inputs: Any, output: Any) -> None:
            called[name] = None
            if name in found and (lacking := samples - sum(map(len, found[name]))) > 0:
                found[name].append(_samples(name, output, lacking))

        return note

    handles = [module.register_forward_hook(hook(name)) for name, module in modules.items() if name]
    try:
        for batch in batches:
            problem.loss(network, batch)
            if all(sum(map(len, parts)) >= samples for parts in found.values()):
                break
    finally:
        for handle in handles:
            handle.remove()
    for name in layers:
        if not found[name]:
            raise LookupError(
                f"layer {name} was not called by loss(), which computes without it, expected some of those that it "
                f"calls: {_shown(list(called)) or 'none'}"
            )
    return {name: _joined(name, parts) for name, parts in found.items()}


def listed(network: nn.Module) -> str:
    """Return the names of a network's submodules, as many as fit into a sentence."""
    return _shown([name for name, _ in network.named_modules() if name])


def _shown(names: list[str]) -> str:
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")


def _joined(name: str, parts: list[Tensor]) -> Tensor:
    if len(sizes := {part.shape[1] for part in parts}) > 1:
        raise ValueError(
            f"layer {name} gives {' and '.join(map(str, sorted(sizes)))} numbers a sample, expected always the same"
        )
    whole = torch.cat(parts)
    if len(whole) < 2:
        raise ValueError(f"layer {name} gives {len(whole)} sample, expected at least 2 to compare models on")
    return whole


def _samples(name: str, output: Any, count: int) -> Tensor:
    """Return the first ``count`` samples of an output, ``(n, p)``: the first tensor in it, complex numbers as pairs."""
    tensors = [output] if isinstance(output, Tensor) else tensors_in(output)
    if not tensors:
        raise ValueError(f"layer {name} gives a {type(output).__name__} without tensors, expected a tensor")
    values = _plain(tensors[0].detach())
    if values.is_nested or values.layout != torch.strided or not values.ndim:
        raise ValueError(f"layer {name} gives no dense tensor with a dimension of samples, expected another layer")
    values = values[:count]  # before it is copied: a batch may be much larger
    values = torch.view_as_real(values.resolve_conj()) if values.is_complex() else values
    return values.to(device="cpu", dtype=torch.float64, copy=True).reshape(len(values), -1)


def _plain(values: Tensor) -> Tensor:
    """Return a tensor without the wrappers of ``torch.func``; a mapped dimension comes first."""
    from torch._C import _functorch as wrapped

    while wrapped.is_functorch_wrapped_tensor(values):
        mapped = wrapped.maybe_get_bdim(values) if wrapped.is_batchedtensor(values) else -1
        values = wrapped.get_unwrapped(values)
        values = values if mapped < 0 else values.movedim(mapped, 0)
    return values
