"""Linear layers that see only data: their outputs take the place of their weights.

On fixed inputs X such a layer gives ``X (W + alpha dW)^T = X W^T + alpha X dW^T``: its outputs are linear in alpha, as
its weights are. So the products with X are taken once for theta and for every direction, and a point costs ``d`` terms
for each output instead of one for each input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

import torch
from landsweep.kernels.directions import flatten
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from landsweep.kernels.strategies import Fields, Layout, select
from torch import Tensor, nn

INPUTS = 64
"""Inputs from which a layer is worth it: below, a product of matrices takes no longer than adding up directions."""
AGREEMENT = 1e-3
"""Relative difference at most, between losses with and without it: where inputs are differentiated it is 1."""


class Given(nn.Module):
    """A layer whose outputs are its parameters, ``(features, samples)``."""

    def __init__(self, outputs: Tensor) -> None:
        super().__init__()
        self.outputs = nn.Parameter(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the outputs, whatever the inputs."""
        return self.outputs.mT


class Lifted:
    """A network in which some linear layers are given, and what that does to directions.

    Parameters
    ----------
    model
        The network; it stays as it is.
    inputs
        ``(samples, features)`` of each of these layers, by its name.
    """

    def __init__(self, model: nn.Module, inputs: dict[str, Tensor]) -> None:
        self._layout, self._inputs = Layout(model), {name: x.double().cpu() for name, x in inputs.items()}
        self.model = deepcopy(model)
        for name in inputs:
            layer: Any = model.get_submodule(name)
            outputs = self._outputs(name, layer.weight.detach(), None if layer.bias is None else layer.bias.detach())
            self.model.set_submodule(name, Given(outputs))

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the given layers."""
        return tuple(self._inputs)

    @property
    def shapes(self) -> tuple[torch.Size, ...]:
        """Of their inputs: networks with equal ones can be evaluated by one strategy."""
        return tuple(x.shape for x in self._inputs.values())

    def vectors(self, delta: Tensor) -> Tensor:
        """Return directions ``(d, P)`` in the parameters of :attr:`model`, float64."""
        parts = self._layout.split(delta.cpu())
        lifted = {
            f"{name}.outputs": self._outputs(name, parts[f"{name}.weight"], parts.get(f"{name}.bias"))
            for name in self._inputs
        }
        found = parts | lifted
        return torch.cat([found[name].flatten(1).double() for name, _ in trainable_parameters(self.model)], dim=1)

    def _outputs(self, name: str, weight: Tensor, bias: Tensor | None) -> Tensor:
        outputs = weight.double().cpu() @ self._inputs[name].mT
        return outputs if bias is None else outputs + bias.double().cpu()[..., None]


def lift(
    problem: Problem,
    model: nn.Module,
    batches: Iterable[Batch],
    fields: Sequence[str],
    device: torch.device,
    dtype: torch.dtype,
) -> Lifted | None:
    """Return the network with every layer given that may be, or None where there is none.

    A layer may be given where it is an ``nn.Linear`` of at least 64 inputs with weights of its own, is called once on
    the one batch, on the same inputs at other weights, and the loss stays the same: it may not differentiate these
    inputs.
    """
    names = _candidates(model)
    whole = list(islice(batches, 2)) if names else []
    if len(whole) != 1:
        return None
    batch = whole[0].to(device, dtype)
    here = deepcopy(model).to(device, dtype).eval()
    there = _elsewhere(here)
    apart = (flatten(there) - flatten(here))[None]
    for m in (here, there):
        m.requires_grad_(False)
    try:
        losses, inputs = zip(*(_recorded(problem, m, names, batch, fields) for m in (here, there)), strict=True)
        constant = {
            name: x[0]
            for name, x in inputs[0].items()
            if len(x) == 1
            and x[0].ndim == 2
            and len(inputs[1].get(name, ())) == 1
            and torch.equal(x[0], inputs[1][name][0])
        }
        if not constant:
            return None
        lifted = Lifted(model, constant)
        moved = deepcopy(lifted.model).to(device, dtype).eval()
        point = (flatten(moved) + lifted.vectors(apart)[0]).to(device, dtype)
        nn.utils.vector_to_parameters(point, [p for _, p in trainable_parameters(moved)])
        moved.requires_grad_(False)
        found, _ = _recorded(problem, moved, (), batch, fields)
    except Exception:  # a loss may do anything: it runs, or fails, as it is
        return None
    same = all(torch.allclose(found[k], losses[1][k], rtol=AGREEMENT, equal_nan=True) for k in fields)
    return lifted if same else None


def _candidates(model: nn.Module) -> list[str]:
    owners: dict[int, int] = {}
    for _, p in model.named_parameters(remove_duplicate=False):
        owners[id(p)] = owners.get(id(p), 0) + 1
    return [
        name
        for name, m in model.named_modules()
        if name
        and type(m) is nn.Linear
        and m.in_features >= INPUTS
        and m._parameters.keys() == {"weight", "bias"}  # not one that is computed from others
        and m.weight.requires_grad
        and owners[id(m.weight)] == 1
        and (m.bias is None or owners[id(m.bias)] == 1)
    ]


def _elsewhere(model: nn.Module) -> nn.Module:
    """Return the network with every trainable parameter a little off."""
    moved, generator = deepcopy(model), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _, p in trainable_parameters(moved):
            noise = torch.randn(p.shape, generator=generator)
            p.add_(noise.to(p), alpha=0.1 * float(p.square().mean().sqrt() + 1e-3))
    return moved


def _recorded(
    problem: Problem, model: nn.Module, names: Iterable[str], batch: Batch, fields: Sequence[str]
) -> tuple[Fields, dict[str, list[Tensor]]]:
    """Return the loss, and what each of these layers was called with."""
    inputs: dict[str, list[Tensor]] = {}

    def record(name: str) -> Callable[..., None]:
        return lambda layer, arguments: inputs.setdefault(name, []).append(arguments[0].detach().clone())

    handles = [model.get_submodule(name).register_forward_pre_hook(record(name)) for name in names]
    try:
        with torch.enable_grad():
            values = select(problem.loss(model, batch), fields)
    finally:
        for handle in handles:
            handle.remove()
    return {name: value.detach() for name, value in values.items()}, inputs
