"""Linear layers that see only data: their outputs take the place of their weights.

On fixed inputs X such a layer computes ``X (W + alpha dW)^T = X W^T + alpha X dW^T``: its outputs are linear in alpha,
as its weights are. So the products with X are computed only once for theta and for every direction. A point then costs
``d`` terms for each output, instead of one term for each input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.precision import Precision
from landsweep.kernels.loss.strategies import Fields, select
from landsweep.kernels.loss.theta import ThetaLayout, flatten
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

INPUTS = 64
"""A layer is lifted where it has at least this many inputs: below, a product of matrices takes no longer than adding up
directions."""


class Given(nn.Module):
    """A layer whose outputs are its parameters, ``(features, samples)``."""

    def __init__(self, outputs: Tensor) -> None:
        super().__init__()
        self.outputs = nn.Parameter(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the outputs, whatever the inputs."""
        return self.outputs.mT


class Lifted:
    """A network in which some linear layers are replaced by their outputs, and the directions of this network.

    Parameters
    ----------
    model
        The network, which is not changed.
    inputs
        ``(samples, features)`` the inputs of each of these layers, by the name of the layer.
    dtype
        The dtype of the returned tensors; products are summed in float64.
    """

    def __init__(self, model: nn.Module, inputs: dict[str, Tensor], dtype: torch.dtype) -> None:
        self._layout, self._inputs, self._dtype = ThetaLayout(model), inputs, dtype
        self.model = copied(model)
        for name in inputs:
            layer: Any = model.get_submodule(name)
            outputs = self._outputs(name, layer.weight.detach(), None if layer.bias is None else layer.bias.detach())
            parent, _, leaf = name.rpartition(".")
            setattr(self.model.get_submodule(parent), leaf, Given(outputs))

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers that are replaced."""
        return tuple(self._inputs)

    @property
    def shapes(self) -> tuple[tuple[str, torch.Size], ...]:
        """The names and input shapes of these layers; one strategy can evaluate all networks with equal ones."""
        return tuple((name, x.shape) for name, x in self._inputs.items())

    def vectors(self, delta: Tensor) -> Tensor:
        """Return directions ``(d, P)`` in the parameters of :attr:`model`."""
        parts = self._layout.split(delta.cpu())
        lifted = {
            f"{name}.outputs": self._outputs(name, parts[f"{name}.weight"], parts.get(f"{name}.bias"))
            for name in self._inputs
        }
        found = parts | lifted
        rows = (found[name] for name, _ in trainable_parameters(self.model))
        pairs = (torch.view_as_real(x) if x.is_complex() else x for x in rows)
        return torch.cat([x.flatten(1).to(self._dtype) for x in pairs], dim=1)

    def _outputs(self, name: str, weight: Tensor, bias: Tensor | None) -> Tensor:
        outputs = weight.double().cpu() @ self._inputs[name].double().cpu().mT
        return (outputs if bias is None else outputs + bias.double().cpu()[..., None]).to(self._dtype)


def lift(
    problem: Problem,
    model: nn.Module,
    data: Data,
    fields: Sequence[str],
    device: torch.device,
    precision: Precision,
    budget: float = float("inf"),
) -> Lifted | None:
    """Return the network with every layer replaced that may be, or None where no layer may be.

    A layer may be replaced by its outputs if it is an ``nn.Linear`` of at least 64 inputs with weights of its own, if
    it is called once on all data, if its inputs neither depend on the parameters nor are differentiated by the loss,
    if the losses stay the same, and if nothing reads the layer's parameters but the layer.

    Parameters
    ----------
    data
        The data on the device on which the losses will be computed; layers can be replaced only if they are one batch.
    budget
        The bytes that the outputs may take.
    """
    names = _candidates(model)
    whole = data.only if names else None
    if whole is None:
        return None
    try:
        here = copied(model, device, precision.dtype).eval()
        before, inputs = _recorded(problem, here, names, whole, fields)
        inputs = {name: x for name, x in inputs.items() if _bytes(model, name, x) <= budget}
        if not inputs:
            return None
        theta = flatten(here)
        _shift(here)
        apart = (flatten(here) - theta)[None]
        after, again = _recorded(problem, here, names, whole, fields)
        inputs = {name: x for name, x in inputs.items() if name in again and torch.equal(x, again[name])}
        # A penalty on parameters may be too small to show in what is compared below.
        hidden, _ = _recorded(problem, here, (), whole, fields, hide=inputs)
        if not all(_same(hidden[k], after[k], precision.tolerance) for k in fields):
            return None
        lifted = Lifted(model, inputs, precision.dtype)
        given = copied(lifted.model, device, precision.dtype).eval()
        for shift, expected in ((0.0, before), (1.0, after)):
            point = flatten(lifted.model) + shift * lifted.vectors(apart)[0]
            ThetaLayout(given).assign(given, point.to(device))
            found, _ = _recorded(problem, given, (), whole, fields)
            if not all(_same(found[k], expected[k], precision.tolerance) for k in fields):
                return None
    except Exception:  # a loss may do anything, and memory may end: it is evaluated as it is
        return None
    return lifted if inputs else None


def _same(found: Tensor, expected: Tensor, tolerance: float) -> bool:
    return bool(torch.isfinite(expected)) and torch.allclose(found, expected, rtol=tolerance, atol=0)


def _bytes(model: nn.Module, name: str, inputs: Tensor) -> float:
    layer: Any = model.get_submodule(name)
    return float(len(inputs) * layer.out_features * inputs.itemsize)


def _candidates(model: nn.Module) -> list[str]:
    if any(p.ndim == 4 for p in model.parameters()):  # whose data may be laid out in two ways
        return []
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
        and not (m._forward_hooks or m._forward_pre_hooks)
        and owners[id(m.weight)] == 1
        and (m.bias is None or owners[id(m.bias)] == 1)
    ]


def _shift(model: nn.Module) -> None:
    """Move every trainable parameter a little."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _, p in trainable_parameters(model):
            noise = torch.randn(p.shape, generator=generator)
            p.add_(noise.to(p), alpha=0.1 * float(p.abs().square().mean().sqrt() + 1e-3))


def _recorded(
    problem: Problem,
    model: nn.Module,
    names: Iterable[str],
    batch: Batch,
    fields: Sequence[str],
    hide: Iterable[str] = (),
) -> tuple[Fields, dict[str, Tensor]]:
    """Return the loss, and the inputs of the layers that were called once, on data alone.

    The parameters of the layers ``hide`` are NaN for whoever reads them but the layers.
    """
    inputs: dict[str, list[Tensor]] = {}

    def record(name: str) -> Callable[..., None]:
        return lambda layer, arguments: inputs.setdefault(name, []).append(arguments[0])

    handles = [model.get_submodule(name).register_forward_pre_hook(record(name)) for name in names]
    for name in hide:
        handles += _hidden(model.get_submodule(name))
    try:
        with torch.enable_grad():  # so that what follows from the parameters, or is differentiated, can be told
            values = select(ModuleLoss(problem, model)(batch), fields)
    finally:
        for handle in handles:
            handle.remove()
    alone = {name: x[0].clone() for name, x in inputs.items() if len(x) == 1 and _of_data(x[0])}
    return {name: value.detach() for name, value in values.items()}, alone


def _hidden(layer: nn.Module) -> list[RemovableHandle]:
    own = [(p, p.data, torch.full_like(p.data, torch.nan)) for p in layer.parameters()]

    def show(*_: Any) -> None:
        for p, value, _nan in own:
            p.data = value

    def hide(*_: Any) -> None:
        for p, _value, nan in own:
            p.data = nan

    hide()
    return [layer.register_forward_pre_hook(show), layer.register_forward_hook(hide)]


def _of_data(x: Tensor) -> bool:
    return x.ndim == 2 and not x.requires_grad and not torch._C._functorch.is_functorch_wrapped_tensor(x)
