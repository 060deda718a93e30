"""The hidden units of a network that can be permuted, found by following channels through its graph.

Channels that a layer makes form a group, and whatever reads them has an axis that goes with the group. Channels that
are added up are one group. What is not known to treat channels alike, and what the network returns, keeps its groups in
order: then less is permuted, and never anything wrong.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

ELEMENTWISE: frozenset[Any] = frozenset(
    {torch.relu, torch.tanh, torch.sigmoid, torch.sin, torch.cos, torch.exp, torch.abs, torch.neg, torch.square}
    | {F.relu, F.relu6, F.tanh, F.sigmoid, F.gelu, F.silu, F.elu, F.selu, F.leaky_relu, F.softplus, F.hardtanh, F.mish}
    | {F.dropout, F.hardswish, F.hardsigmoid, operator.neg, operator.pow, torch.pow}
    | {"relu", "relu_", "tanh", "sigmoid", "sin", "cos", "exp", "abs", "neg", "square", "pow", "contiguous", "clone"}
    | {nn.ReLU, nn.ReLU6, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.ELU, nn.SELU, nn.LeakyReLU, nn.Softplus, nn.Mish}
    | {nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Identity, nn.Dropout, nn.Softsign, nn.LogSigmoid}
)
"""These functions, methods and modules treat every number by itself."""
COMBINING: frozenset[Any] = frozenset(
    {operator.add, operator.iadd, operator.sub, operator.mul, operator.imul, operator.truediv, torch.add, torch.sub}
    | {torch.mul, torch.div, "add", "add_", "sub", "mul", "mul_", "div"}
)
"""These functions and methods combine numbers at the same place."""
POOLING: frozenset[Any] = frozenset(
    {F.max_pool1d, F.max_pool2d, F.avg_pool1d, F.avg_pool2d, F.adaptive_avg_pool1d, F.adaptive_avg_pool2d}
    | {F.adaptive_max_pool2d, nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d}
    | {nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.Dropout2d, nn.Dropout1d}
)
"""These functions and modules treat every channel, along axis 1, by itself."""
RESHAPING: frozenset[Any] = frozenset({torch.flatten, torch.reshape, "flatten", "view", "reshape", nn.Flatten})
"""These functions, methods and modules keep the order of numbers."""
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
"""Normalisation layers of these classes treat every channel by itself."""
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""Convolutions of these classes are followed."""


class Channels(NamedTuple):
    """The axis of a tensor along which its channels lie, their group, and how many entries each channel has there."""

    axis: int
    group: int
    block: int


@dataclass
class Symmetry:
    """The groups of hidden units of a network, and where they stand in its tensors.

    Parameters
    ----------
    axes
        For each tensor, the axes that go with a group: ``{name: {axis: (group, entries per unit)}}``.
    sizes
        The number of units of each group.
    """

    axes: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)

    def permuted(self, name: str, tensor: Tensor, order: Mapping[int, Tensor], skip: int | None = None) -> Tensor:
        """Return a tensor with its units in another ``order``, but for the axis ``skip``."""
        for axis, (group, block) in self.axes.get(name, {}).items():
            if axis != skip:
                index = (order[group][:, None] * block + torch.arange(block)).reshape(-1)
                tensor = tensor.index_select(axis, index.to(tensor.device))
        return tensor


def find_symmetry(model: nn.Module, arguments: tuple[Any, ...]) -> Symmetry:
    """Return the hidden units of a network that can be permuted.

    Parameters
    ----------
    model
        The network, in evaluation mode.
    arguments
        What its ``forward`` is called with, in the order of its parameters; shapes come from them.

    Raises
    ------
    ValueError
        Where the graph cannot be traced, or no hidden unit can be moved.
    """
    try:
        graph = fx.Tracer().trace(model)
        follower = _Follower(fx.GraphModule(model, graph), model)
        with torch.no_grad():
            follower.run(*arguments)
    except Exception as error:  # tracing runs the user's code on stand-ins
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"align cannot follow the network ({type(error).__name__}: {first}), expected one that torch.fx can trace, "
            "such as an MLP or a convolutional network: use align: false."
        ) from error
    found = follower.symmetry()
    if not found.sizes:
        raise ValueError(
            "align finds no hidden units that can be permuted, expected layers such as Linear, Conv2d and BatchNorm2d "
            "in a row: use align: false."
        )
    return found


class _Follower(fx.Interpreter):
    """It runs a graph, and notes for each value where its channels are."""

    def __init__(self, module: fx.GraphModule, model: nn.Module) -> None:
        super().__init__(module)
        named = [*model.named_parameters(), *model.named_buffers()]
        self._names = {id(tensor): name for name, tensor in reversed(named)}
        self._channels: dict[fx.Node, Channels | None] = {}
        self._parent: list[int] = []
        self._sizes: list[int] = []
        self._fixed: list[bool] = []
        self._axes: dict[str, dict[int, tuple[int, int]]] = {}

    def symmetry(self) -> Symmetry:
        """Return what was found, without the groups that keep their order."""
        found = Symmetry()
        for name, axes in self._axes.items():
            free = {axis: (self._root(g), block) for axis, (g, block) in axes.items() if not self._is_fixed(g)}
            if free:
                found.axes[name] = free
                found.sizes |= {g: self._sizes[g] for g, _ in free.values()}
        return found

    def run_node(self, n: fx.Node) -> Any:
        """Run a node, and follow its channels."""
        result = super().run_node(n)
        self._channels[n] = self._follow(n, result)
        return result

    def _follow(self, n: fx.Node, result: Any) -> Channels | None:
        inputs = [node for node in n.all_input_nodes if isinstance(self.env.get(node), Tensor)]
        if n.op in ("placeholder", "get_attr"):
            return None
        target: Any = n.target
        module = self.fetch_attr(n.target) if n.op == "call_module" else None  # type: ignore[arg-type]
        if module is not None:
            target = type(module)
        if n.op == "output" or not inputs or not isinstance(result, Tensor):
            if n.op == "output" or _holds_tensors(result):
                self._keep(n)
            return None
        first, x = self._channels.get(inputs[0]), self.env[inputs[0]]
        if len(inputs) == 1 and module is not None:
            made = self._layer(module, first, x, result)
            if made is not NotImplemented:
                return made
        if target in COMBINING:
            return self._combined(inputs, result)
        if len(inputs) == 1 and first is not None:
            if target in ELEMENTWISE and result.shape == x.shape:
                return first
            if target in POOLING and first.axis == 1 and result.ndim == x.ndim:
                return first
            if target in RESHAPING and first.axis == 1 and _flat(x, result):
                return first if result.shape == x.shape else first._replace(block=first.block * prod(x.shape[2:]))
            if target in (torch.mean, "mean") and first.axis == 1 and _over_space(n, x, result):
                return first
        self._keep(n)
        return None

    def _layer(self, module: Any, at: Channels | None, x: Tensor, result: Tensor) -> Any:
        """Follow channels through a layer with parameters; NotImplemented for what is none of those known here."""
        own = {name for name, _ in module.named_parameters(recurse=False)}
        if type(module) in (nn.Linear, *CONVOLUTIONS) and own <= {"weight", "bias"} and "weight" in own:
            axis = x.ndim - 1 if type(module) is nn.Linear else 1
            if type(module) is not nn.Linear and module.groups != 1:
                return NotImplemented
            if at is not None and at.axis != axis:
                return NotImplemented
            if at is not None:
                self._tie(module.weight, 1, at.group, at.block)
            group = self._new(module.weight.shape[0])
            self._tie(module.weight, 0, group, 1)
            if module.bias is not None:
                self._tie(module.bias, 0, group, 1)
            return Channels(result.ndim - 1 if type(module) is nn.Linear else 1, group, 1)
        per_channel = type(module) in NORMS
        whole = (type(module) is nn.LayerNorm and len(module.normalized_shape) == 1) or (
            type(module) is nn.GroupNorm and module.num_groups == 1
        )
        if at is not None and (per_channel or whole):
            if at.axis != (x.ndim - 1 if type(module) is nn.LayerNorm else 1):
                return NotImplemented
            for name in ("weight", "bias", "running_mean", "running_var"):
                if (tensor := getattr(module, name, None)) is not None:
                    self._tie(tensor, 0, at.group, at.block)
            return at
        return NotImplemented

    def _combined(self, inputs: list[fx.Node], result: Tensor) -> Channels | None:
        """Channels of what is added or multiplied are one group; what has none keeps the others in order."""
        found = [self._channels.get(node) for node in inputs]
        shapes = {self.env[node].ndim for node in inputs}
        first = found[0]
        alike = all(
            c is not None and first is not None and (c.axis, c.block) == (first.axis, first.block) for c in found
        )
        if first is None or not alike or shapes != {result.ndim}:
            for c in found:
                if c is not None:
                    self._fix(c.group)
            return None
        for c in found[1:]:
            assert c is not None
            self._join(first.group, c.group)
        return first

    def _keep(self, n: fx.Node) -> None:
        for node in n.all_input_nodes:
            if (c := self._channels.get(node)) is not None:
                self._fix(c.group)

    def _new(self, size: int) -> int:
        self._parent.append(len(self._parent))
        self._sizes.append(size)
        self._fixed.append(False)
        return len(self._parent) - 1

    def _root(self, group: int) -> int:
        while self._parent[group] != group:
            group = self._parent[group]
        return group

    def _is_fixed(self, group: int) -> bool:
        return self._fixed[self._root(group)]

    def _fix(self, group: int) -> None:
        self._fixed[self._root(group)] = True

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        if one != other:
            self._parent[other] = one
            self._fixed[one] |= self._fixed[other] or self._sizes[one] != self._sizes[other]

    def _tie(self, tensor: Tensor, axis: int, group: int, block: int) -> None:
        """Note that an axis of a tensor goes with a group; a tensor that is used twice joins the groups."""
        name = self._names[id(tensor)]
        before = self._axes.setdefault(name, {}).setdefault(axis, (group, block))
        if before[1] != block:
            self._fix(group)
            self._fix(before[0])
        self._join(before[0], group)


def _holds_tensors(value: Any) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, list | tuple) and any(map(_holds_tensors, value)))


def _flat(x: Tensor, result: Tensor) -> bool:
    return result.shape == x.shape or (result.ndim == 2 and result.shape == (x.shape[0], prod(x.shape[1:])))


def _over_space(n: fx.Node, x: Tensor, result: Tensor) -> bool:
    """Return whether a mean is taken over axes behind the channels."""
    dims = n.kwargs.get("dim", n.args[1] if len(n.args) > 1 else None)
    over = dims if isinstance(dims, list | tuple) else [dims]
    return all(isinstance(d, int) and d % x.ndim > 1 for d in over)
