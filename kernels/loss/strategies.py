"""Strategies to compute the loss at many points of parameter space: one by one, many at once, or many at once compiled.

A strategy belongs to one model, and serves every landscape around it. It maps rows of parameters ``(w, P)`` to fields
``(w,)``. Each value is a weighted mean over the batches, ``sum(weight * value) / sum(weight)``, summed in float64.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any, Literal, Protocol

import torch
from landsweep.kernels.loss.batchnorm import Statistics, normalisation_layers
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.theta import ThetaLayout
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

# torch tells its own developers of operations that it vectorises one by one; the choice of a strategy measures that.
warnings.filterwarnings(
    "ignore", message="There is a performance drop because we have not yet implemented the batching"
)

StrategyName = Literal["inplace", "batched", "compiled"]
"""A strategy evaluates one point after another, many at once, or many at once with compiled code."""
BatchNorm = Literal["frozen", "recomputed"]
"""Layers normalise by their trained statistics (``frozen``), or by those of the data at each point (``recomputed``)."""
ALIASED = "the network keeps its parameters also elsewhere than as those of its modules (in a list, for example)"
"""What is said of a network that reads its own parameters where others are in their place."""
Fields = dict[str, Tensor]
"""A dictionary of this type holds the values of every field by its name."""


class Strategy(Protocol):
    """A strategy evaluates the fields at rows of parameters."""

    fields: tuple[str, ...]
    channels_last: bool

    def __call__(self, points: Tensor, data: Data) -> Fields:
        """Return every field at ``points`` ``(w, P)``, as ``(w,)`` float64."""


def make_strategy(
    name: StrategyName,
    problem: Problem,
    model: nn.Module,
    fields: Sequence[str],
    device: torch.device,
    dtype: torch.dtype,
    batchnorm: BatchNorm = "frozen",
    width: int = 1,
) -> Strategy:
    """Return a strategy on a copy of ``model`` in evaluation mode, in which dropout is off.

    Parameters
    ----------
    fields
        The names of the fields to evaluate, among those that ``problem.loss`` returns.
    width
        The number of rows that the strategy will be given at once.
    batchnorm
        ``frozen``: layers normalise by their trained statistics; ``recomputed``: by statistics of the data at each
        point.
    """
    working = copied(model, device, dtype).eval()
    recompute = batchnorm == "recomputed" and bool(normalisation_layers(working))
    if name == "inplace":
        return Inplace(problem, working, fields, recompute)
    return Batched(problem, working, fields, recompute, compiled=name == "compiled", width=width)


class Inplace:
    """The strategy that evaluates one point after another, with its parameters copied into the model; it runs any loss.

    The loss runs without an autograd graph, unless it differentiates: then the graph leads through the parameters only
    if the loss needs that too. To find that out, the first point is computed in each way.
    """

    def __init__(self, problem: Problem, model: nn.Module, fields: Sequence[str], recompute: bool) -> None:
        self._loss, self._model, self.fields = ModuleLoss(problem, model), model, tuple(fields)
        self._layout, self._own = ThetaLayout(model), [p for _, p in trainable_parameters(model)]
        self._statistics = Statistics(model) if recompute else None
        self._mode: Callable[[], Any] | None = None
        self._views = False
        self.channels_last = _convolves(model)
        self._lay_out(torch.channels_last)

    def __call__(self, points: Tensor, data: Data) -> Fields:
        """Evaluate row after row."""
        rows = [self._row(row, data) for row in points]
        return {name: torch.stack([row[name] for row in rows]) for name in self.fields}

    def _row(self, row: Tensor, data: Data) -> Fields:
        self._layout.write(self._own, row)
        if self._mode is None:
            self._settle(next(iter(data)))
        mode = self._mode or torch.enable_grad
        if self._statistics is not None:
            with self._statistics.updating(data) as batches:
                for batch in batches:
                    self._under(mode, batch, statistics=True)
        total = Mean(self.fields, data.weight)
        for batch in data:
            total.add(self._under(mode, batch), batch.weight)
        return total.values()

    def _lay_out(self, layout: torch.memory_format) -> None:
        for p in self._model.parameters():
            if p.ndim == 4:
                p.data = p.data.contiguous(memory_format=layout)

    def _settle(self, batch: Batch) -> None:
        """Find out by one batch what of an autograd graph the loss needs, and which memory layout it needs."""
        try:
            expected = self._under(torch.enable_grad, batch)
        except RuntimeError as error:
            if not (self.channels_last and needs_other_layout(error)):
                raise
            self._views = True  # a network that takes views of its activations
            self._lay_out(torch.contiguous_format)
            expected = self._under(torch.enable_grad, batch)

        def agrees(mode: Callable[[], Any], tolerance: float) -> bool:
            with suppress(RuntimeError):
                found = self._under(mode, batch)
                return all(_close(found[name], value, tolerance) for name, value in expected.items())
            return False

        # Some derivatives are zero without a graph instead of an error.
        if agrees(torch.inference_mode, 1e-3):
            self._mode = torch.inference_mode
            return
        # A loss that differentiates its inputs alone needs no graph through the parameters.
        self._loss.require(self._own, False)
        # A loss may also sum over the parameters that require gradients, and a small part of it must not be lost.
        if not agrees(torch.enable_grad, torch.finfo(self._own[0].dtype).eps ** 0.75):
            self._loss.require(self._own, True)
        self._mode = torch.enable_grad

    def _under(self, mode: Callable[[], Any], batch: Batch, statistics: bool = False) -> Fields:
        batch = batch.map(Tensor.contiguous) if self._views else batch
        with mode():
            values = select(self._loss(batch, statistics=statistics), self.fields)
            return {name: value.detach().clone() for name, value in values.items()}


class Batched:
    """The strategy that evaluates many points at once: the loss is vectorised, and compiled if ``compiled`` is true."""

    def __init__(
        self, problem: Problem, model: nn.Module, fields: Sequence[str], recompute: bool, *, compiled: bool, width: int
    ) -> None:
        self._loss, self.fields = ModuleLoss(problem, model), tuple(fields)
        self._layout = ThetaLayout(model)
        self._statistics = Statistics(model) if recompute else None
        self._features_first, self._checked = True, False
        self._run: Callable[[Tensor, dict[str, Tensor], Batch], Fields] = self._vectorised
        # Under vmap a convolution becomes one in groups, for which the layout is no help.
        self.channels_last = width == 1 and _convolves(model)
        if compiled:
            torch.compiler.reset()  # what earlier models left: the number of versions of one function is limited
            self._run = torch.compile(self._vectorised, dynamic=False)

    def __call__(self, points: Tensor, data: Data) -> Fields:
        """Evaluate all rows at once."""
        statistics: dict[str, Tensor] = {}
        with torch.no_grad():
            if not self._checked and not points.is_meta:
                self._check(points[0], next(iter(data)))
            if self._statistics is not None:
                statistics = self._statistics.copies(len(points))
                with self._statistics.updating(data) as batches:
                    for batch in batches:
                        self._loss.run(partial(self._vectorised, points, statistics, batch), statistics=True)
            total = Mean(self.fields, data.weight)
            for batch in data:
                total.add(self._values(points, statistics, batch), batch.weight)
        return total.values()

    def _check(self, row: Tensor, batch: Batch) -> None:
        """Refuse what cannot be told under vmap by its values.

        There no parameter seems to require gradients, and a network that reads its parameters by other ways than as
        those of its modules finds its own.
        """
        found, own = [], [p for _, p in trainable_parameters(self._loss.network)]
        self._layout.assign(self._loss.network, row)
        for flag in (False, True):
            parameters = {k: v.detach().requires_grad_(flag) for k, v in self._layout.split(row).items()}
            with suppress(RuntimeError):
                values = self._loss.run(partial(self._with_copies, parameters, batch))
                found.append(select(values, self.fields))
            self._loss.hide(own)
        if len(found) == 2:
            if any(found[1][k].isnan() and not v.isnan() for k, v in found[0].items()):
                raise ValueError(f"{ALIASED}, which cannot be replaced")
            if not all(_close(v, found[1][k], 8 * torch.finfo(v.dtype).eps) for k, v in found[0].items()):
                raise ValueError("the loss depends on requires_grad of the parameters, which is lost under vmap")
        self._checked = len(found) == 2  # a point at which the loss raises an error says nothing about others

    def _with_copies(self, parameters: dict[str, Tensor], batch: Batch) -> Fields:
        return self._loss.at(parameters | self._loss.copies(), batch)

    def _values(self, points: Tensor, statistics: dict[str, Tensor], batch: Batch) -> Fields:
        def work() -> Fields:
            return self._run(points, self._loss.copies(len(points)) | statistics, batch)

        try:
            return self._loss.run(work)
        except RuntimeError as error:
            if not (self._features_first and needs_other_layout(error)):
                raise
            self._features_first = False  # a network that takes views of what a linear layer gives
            return self._loss.run(work)

    def _vectorised(self, points: Tensor, buffers: dict[str, Tensor], batch: Batch) -> Fields:
        def one(parameters: dict[str, Tensor], buffers: dict[str, Tensor]) -> Fields:
            return select(self._loss.at(parameters | buffers, batch), self.fields)

        if len(points) == 1:
            first = {name: copies[0] for name, copies in buffers.items()}
            return {name: value[None] for name, value in one(self._layout.split(points[0]), first).items()}
        with FeaturesFirst() if self._features_first else nullcontext():
            return torch.func.vmap(one)(self._layout.split(points), buffers)


class FeaturesFirst(TorchFunctionMode):
    """A mode in which linear layers are computed as ``weight @ input``, so that features come before samples in memory.

    Vectorised over weights, ``input @ weight.T`` is slower, most of all where all weights see the same input. Outputs
    have the dtype of the weights: autocast rounds the products, but what a loss computes from the outputs must not be
    rounded, as it would be under vmap.
    """

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Replace ``torch.nn.functional.linear``."""
        if function is nn.functional.linear and len(args) > 1 and args[0].ndim > 1 and args[1].ndim == 2:
            return _linear(*args, **(kwargs or {})).to(args[1].dtype)
        return function(*args, **(kwargs or {}))


def _linear(inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    y = torch.matmul(weight, inputs.mT)
    return (y if bias is None else y + bias[:, None]).mT


class Mean:
    """The weighted mean of fields over batches, summed in float64."""

    def __init__(self, fields: Sequence[str], weight: float) -> None:
        self._totals = {name: torch.zeros((), dtype=torch.float64) for name in fields}
        self._weight = weight

    def add(self, values: Fields, weight: float) -> None:
        """Add the values of a batch with this weight."""
        for name in self._totals:
            self._totals[name] = self._totals[name] + values[name].double() * weight

    def values(self) -> Fields:
        """Return the mean of each field."""
        return {name: total / self._weight for name, total in self._totals.items()}


def select(values: dict[str, Tensor], fields: Sequence[str]) -> Fields:
    """Return the named fields among the values that a loss returned.

    Raises
    ------
    KeyError, ValueError
        Where a field is missing (KeyError), or is not a 0-d tensor, so no mean over the batch (ValueError).
    """
    missing = [name for name in fields if name not in values]
    if missing:
        raise KeyError(f"loss returned {', '.join(values)}, expected also {', '.join(missing)} (fields of the study)")
    shapes = {name: tuple(values[name].shape) for name in fields if values[name].ndim}
    if shapes:
        raise ValueError(f"loss returned shapes {shapes}, expected 0-d tensors: batch means")
    return {name: values[name] for name in fields}


def needs_other_layout(error: RuntimeError) -> bool:
    """Return whether a network took a view of activations whose order in memory is not the one that it expects."""
    return "view size" in str(error)


def _close(value: Tensor, other: Tensor, tolerance: float) -> bool:
    return torch.allclose(value, other, rtol=tolerance, equal_nan=True)


def _convolves(model: nn.Module) -> bool:
    return any(p.ndim == 4 for p in model.parameters())
