"""Value, gradient and Hessian of a loss along a few directions, at rows of parameters: ways to compute them.

At a row theta of parameters the function is ``g(a) = L(theta + a @ Delta)`` with d directions ``Delta``. Its gradient
``Delta grad L`` and its Hessian ``Delta H Delta^T`` are taken at ``a = 0``, over all batches of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from copy import copy
from functools import partial
from typing import Any, Literal, Protocol, Self

import torch
from landsweep.kernels.curvature.derivatives import Kernels, Undisturbed, kernels
from landsweep.kernels.curvature.hessian import CurvatureProduct, NotFiniteError, parted
from landsweep.kernels.loss.functional import ModuleLoss, Values, copied
from landsweep.kernels.loss.strategies import FeaturesFirst, needs_other_layout, select
from landsweep.kernels.loss.theta import ThetaLayout, as_reals
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from torch import Tensor, nn
from torch._C._functorch import maybe_current_level
from torch.overrides import TorchFunctionMode

Order = Literal[1, 2]
"""An expansion has the gradient, or the gradient and the Hessian."""
Expansion = tuple[Tensor, ...]
"""At w rows: values ``(w,)``, gradients ``(w, d)``, and of order 2 Hessians ``(w, d, d)``; float64, on the CPU."""


class Way(Protocol):
    """A way to compute derivatives."""

    def __call__(self, rows: Tensor, order: Order) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``."""

    def along(self, delta: Tensor) -> Way:
        """Return the same way along other directions ``(d, P)``, on any device."""


class Slice:
    """A loss along a few directions, as a function of the numbers ``a`` at rows of parameters.

    Parameters
    ----------
    problem, model
        The loss, and the network in evaluation mode; neither is changed.
    delta
        ``(d, P)`` directions, on any device.
    batches
        The data, on the device and in the dtype; each call iterates over them once.
    device, dtype
        The device and the dtype in which to compute.
    field
        The field of the loss.
    micro_batches
        The number of parts into which batches are split, where they can be.
    """

    resident = False
    """Whether directions are kept on the device."""

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        delta: Tensor,
        batches: Iterable[Batch],
        device: torch.device,
        dtype: torch.dtype,
        *,
        field: str,
        micro_batches: int = 1,
    ) -> None:
        self._batches, self._parts, self._field = batches, micro_batches, field
        self._device, self._dtype = device, dtype
        self._delta, self._layout = self._held(delta), ThetaLayout(model)
        network = copied(model, device, dtype)
        own = [p for _, p in trainable_parameters(network)]
        for p in network.parameters():
            p.requires_grad_(False)
        self._loss = ModuleLoss(problem, network)
        self._loss.hide(own)

    def along(self, delta: Tensor) -> Self:
        """Return the same way along other directions ``(d, P)``, on any device."""
        made = copy(self)
        made._delta = self._held(delta)
        return made

    def _held(self, delta: Tensor) -> Tensor:
        """Return directions as they are kept: where and in the dtype in which the loss is computed, or as they are."""
        return delta.to(self._device, self._dtype) if self.resident else delta

    def mean(self, work: Callable[[Batch], Sequence[Tensor]]) -> Expansion:
        """Return the weighted mean over all batches of what ``work`` returns for each, summed in float64."""
        weight, total = 0.0, None
        for batch in parted(self._batches, self._parts, self._device, self._dtype):
            weighted = [part.detach().double() * batch.weight for part in work(batch)]
            total = weighted if total is None else [a + b for a, b in zip(total, weighted, strict=True)]
            weight += batch.weight
        assert total is not None
        return tuple((part / weight).cpu() for part in total)


class Together(Slice):
    """The derivatives at many rows at once: backwards through a loss that is vectorised, and backwards again d times.

    On the shipped PINN (7 851 parameters, 556 points, d = 2, one thread) a point takes as long as 28 losses in float32,
    and a gradient as long as 7. With the second derivative in forward mode it would be 38, with both 64; by
    :class:`Products` it is 45. On digits (2 410 parameters, 1 437 images) these are 12, 4, 15, 29 and 15. Nested
    derivatives of ``torch.func`` can also end the process (torch 2.13, of recurrent networks).

    Parameters
    ----------
    args, options
        As for :class:`Slice`.
    kernel
        The kernels through which to differentiate.
    """

    resident = True

    def __init__(self, *args: Any, kernel: Kernels = "default", **options: Any) -> None:
        super().__init__(*args, **options)
        self._kernel, self._features_first = kernel, True

    def __call__(self, rows: Tensor, order: Order) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``."""
        return self.mean(lambda batch: self._batch(rows, order, batch))

    def _batch(self, rows: Tensor, order: Order, batch: Batch) -> Sequence[Tensor]:
        def work() -> Sequence[Tensor]:
            with FeaturesFirst() if self._features_first else nullcontext(), kernels(self._kernel):
                return self._many(rows, order, self._loss.copies(len(rows)), batch)

        try:
            return self._loss.run(work)
        except RuntimeError as error:
            if not (self._features_first and needs_other_layout(error)):
                raise
            self._features_first = False
            return self._loss.run(work)

    def _value(self, row: Tensor, a: Tensor, buffers: Values, batch: Batch) -> Tensor:
        own = {name: buffer.clone() for name, buffer in buffers.items()}  # no others may be changed in here
        # Not as a product of matrices, whose last bits depend on where among the rows a point is.
        theta = self._layout.split(row + (a[:, None] * self._delta).sum(dim=0))
        with WithoutAutograd():
            return select(self._loss.at(theta | own, batch), (self._field,))[self._field]

    def _many(self, rows: Tensor, order: Order, buffers: Values, batch: Batch) -> Sequence[Tensor]:
        a = rows.new_zeros(len(rows), len(self._delta), requires_grad=True)
        value = torch.func.vmap(partial(self._value, batch=batch))(rows, a, buffers)
        gradient = _gradient(value.sum(), a, order == 2)  # of each point by its own a
        if order == 1:
            return value, gradient
        columns = [_gradient(column.sum(), a, True) for column in gradient.unbind(1)]
        return value, gradient, torch.stack(columns, dim=1)


_AUTOGRAD = (torch.autograd.grad, torch.autograd.backward, Tensor.backward)


class WithoutAutograd(TorchFunctionMode):
    """A mode in which a loss that differentiates by autograd raises an error; under vmap it may end the process.

    Derivatives of ``torch.func`` themselves call ``autograd.grad``, but at a deeper level.
    """

    def __init__(self) -> None:
        super().__init__()
        self._level = maybe_current_level()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Refuse ``autograd.grad`` and ``backward``."""
        if function in _AUTOGRAD and maybe_current_level() == self._level:
            raise RuntimeError("the loss differentiates by torch.autograd, which many points at once cannot")
        return function(*args, **(kwargs or {}))


class Products:
    """The derivatives at one row after another: d products with the Hessian of all parameters.

    Parameters
    ----------
    product
        The product with the Hessian, which is moved from row to row.
    delta
        ``(d, P)`` directions, on any device.
    """

    def __init__(self, product: CurvatureProduct, delta: Tensor) -> None:
        self._product, self._delta = product, delta

    def __call__(self, rows: Tensor, order: Order) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``."""
        found = [self._row(row, order) for row in rows]
        return tuple(torch.stack(part) for part in zip(*found, strict=True))

    def along(self, delta: Tensor) -> Products:
        """Return the same way along other directions ``(d, P)``, on any device."""
        return Products(self._product, delta)

    def _row(self, row: Tensor, order: Order) -> Expansion:
        d = len(self._delta)
        try:
            self._product.move(row)
        except NotFiniteError:
            value = torch.tensor(self._product.loss, dtype=torch.float64)
            return value, *(value.new_full((d,) * k, torch.nan) for k in range(1, order + 1))
        images = [self._product(direction) for direction in self._delta] if order == 2 else []
        vectors = [self._product.gradient, *images]
        dots = torch.stack([torch.stack([_dot(direction, v) for direction in self._delta]) for v in vectors]).cpu()
        value = torch.tensor(self._product.loss, dtype=torch.float64)
        return (value, dots[0]) if order == 1 else (value, dots[0], dots[1:])


class Gradients(Slice):
    """Value and gradient at one row after another, backwards, of a loss that need not have second derivatives.

    Parameters
    ----------
    args, options
        As for :class:`Slice`.

    Attributes
    ----------
    leaves
        Whether derivatives are taken by the network's own parameters, instead of by others in their place.

    Raises
    ------
    ValueError
        By a call, where the loss does not depend on the parameters by derivatives.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._own = [p for name, p in self._loss.network.named_parameters() if name in set(self._layout.names)]
        self._takes, self.leaves = False, False

    def __call__(self, rows: Tensor, order: Order = 1) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``, of first order."""
        assert order == 1
        found = [self._row(row) for row in rows]
        return tuple(torch.stack(part) for part in zip(*found, strict=True))

    def by_own_parameters(self) -> None:
        """Differentiate by the network's own parameters from now on.

        What a network computes again during its derivatives, as checkpoints are, finds only these.
        """
        self.leaves = True
        self._loss.require(self._own, True)

    def _row(self, row: Tensor) -> Expansion:
        if self.leaves:
            self._layout.write(self._own, row)
        return self.mean(lambda batch: self._batch(row, batch))

    def _batch(self, row: Tensor, batch: Batch) -> Sequence[Tensor]:
        def work() -> Sequence[Tensor]:
            inputs = self._own if self.leaves else [row.clone().requires_grad_(True)]
            with Undisturbed() if self._takes or self.leaves else nullcontext():
                if self.leaves:
                    values = self._loss(batch)
                else:
                    values = self._loss.at(self._layout.split(inputs[0]) | self._loss.copies(), batch)
            value = select(values, (self._field,))[self._field]
            if not value.requires_grad:
                raise ValueError(
                    f"{self._field} does not depend on the weights by derivatives, expected one that does: it may be "
                    "detached, or computed under no_grad"
                )
            found = torch.autograd.grad(value, inputs, allow_unused=self.leaves)
            parts = [torch.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True)]
            gradient = torch.cat([as_reals(part) for part in parts])
            return value.detach(), torch.stack([_dot(direction, gradient) for direction in self._delta])

        try:
            return self._loss.run(work)
        except RuntimeError as error:
            if self._takes or not ("second time" in str(error) or "change requires_grad flags" in str(error)):
                raise
            self._takes = True  # the loss takes derivatives itself, and frees or cuts its graph
            return self._loss.run(work)


def _gradient(value: Tensor, by: Tensor, again: bool) -> Tensor:
    """Return a gradient, with its graph where it is to be differentiated again; zeros where nothing depends on it."""
    if not value.requires_grad:
        return torch.zeros_like(by)
    (found,) = torch.autograd.grad(value, by, create_graph=again, allow_unused=True)
    return torch.zeros_like(by) if found is None else found


def _dot(direction: Tensor, vector: Tensor) -> Tensor:
    return direction.to(vector.device, torch.float64) @ vector.detach().double()
