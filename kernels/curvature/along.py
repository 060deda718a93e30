"""Value, gradient and Hessian of a loss along a few directions, at rows of parameters: ways to compute them.

At a row theta of parameters the function is ``g(a) = L(theta + a @ Delta)`` with d directions ``Delta``. Its gradient
``Delta grad L`` and its Hessian ``Delta H Delta^T`` are taken at ``a = 0``, over all batches of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Literal

import torch
from landsweep.kernels.curvature.derivatives import Kernels, Undisturbed, kernels
from landsweep.kernels.curvature.hessian import CurvatureProduct, NotFiniteError, parted
from landsweep.kernels.loss.functional import ModuleLoss, Values, copied
from landsweep.kernels.loss.strategies import FeaturesFirst, needs_other_layout, select
from landsweep.kernels.loss.theta import ThetaLayout, as_reals
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from torch import Tensor, nn

Mode = Literal["forward", "reverse"]
"""The second derivative is the forward derivative of one that is taken in forward or in reverse mode."""
Expansion = tuple[Tensor, ...]
"""At w rows: values ``(w,)``, gradients ``(w, d)``, and of order 2 Hessians ``(w, d, d)``; float64, on the CPU."""


class Together:
    """The derivatives at many rows at once, vectorised by ``torch.func``.

    Parameters
    ----------
    problem, model
        The loss, and the network in evaluation mode; neither is changed.
    delta
        ``(d, P)`` directions, on the device and in the dtype.
    batches
        The data, on the device and in the dtype; each call iterates over them once.
    field
        The field of the loss.
    order
        1 for the gradient, 2 for gradient and Hessian.
    mode, kernel
        How to differentiate, and through which kernels.
    micro_batches
        The number of parts into which batches are split, where they can be.
    """

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        delta: Tensor,
        batches: Iterable[Batch],
        *,
        field: str,
        order: Literal[1, 2],
        mode: Mode,
        kernel: Kernels = "default",
        micro_batches: int = 1,
    ) -> None:
        self._delta, self._batches, self._parts = delta, batches, micro_batches
        self._field, self._order, self._mode, self._kernel = field, order, mode, kernel
        self._layout, self._loss = _hidden(problem, model, delta.device, delta.dtype)
        self._features_first = True

    def __call__(self, rows: Tensor) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``."""
        return _mean((batch.weight, self._batch(rows, batch)) for batch in self._parted())

    def _parted(self) -> Iterator[Batch]:
        return parted(self._batches, self._parts, self._delta.device, self._delta.dtype)

    def _batch(self, rows: Tensor, batch: Batch) -> Sequence[Tensor]:
        def work() -> Sequence[Tensor]:
            with FeaturesFirst() if self._features_first else nullcontext(), kernels(self._kernel):

                def one(row: Tensor, buffers: Values) -> Sequence[Tensor]:
                    return self._point(row, buffers, batch)

                found: Sequence[Tensor] = torch.func.vmap(one)(rows, self._loss.copies(len(rows)))
                return found

        try:
            return self._loss.run(work)
        except RuntimeError as error:
            if not (self._features_first and needs_other_layout(error)):
                raise
            self._features_first = False
            return self._loss.run(work)

    def _point(self, row: Tensor, buffers: Values, batch: Batch) -> Sequence[Tensor]:
        def value(a: Tensor) -> Tensor:
            own = {name: buffer.clone() for name, buffer in buffers.items()}  # no others may be changed in here
            theta = self._layout.split(row + a @ self._delta)
            return select(self._loss.at(theta | own, batch), (self._field,))[self._field]

        def slopes(a: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
            if self._mode == "reverse":
                gradient, here = torch.func.grad_and_value(value)(a)
            else:
                gradient, here = torch.func.jacfwd(lambda a: (value(a),) * 2, has_aux=True)(a)
            return gradient, (here, gradient)

        centre = row.new_zeros(len(self._delta))
        if self._order == 1:
            return slopes(centre)[1]
        hessian, (here, gradient) = torch.func.jacfwd(slopes, has_aux=True)(centre)
        return here, gradient, hessian


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

    def __call__(self, rows: Tensor) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``."""
        found = [self._row(row) for row in rows]
        return tuple(torch.stack(part) for part in zip(*found, strict=True))

    def _row(self, row: Tensor) -> Expansion:
        d = len(self._delta)
        try:
            self._product.move(row)
        except NotFiniteError:
            value = torch.tensor(self._product.loss, dtype=torch.float64)
            return value, value.new_full((d,), torch.nan), value.new_full((d, d), torch.nan)
        images = [self._product(direction) for direction in self._delta]
        vectors = [self._product.gradient, *images]
        dots = torch.stack([torch.stack([_dot(direction, v) for direction in self._delta]) for v in vectors]).cpu()
        return torch.tensor(self._product.loss, dtype=torch.float64), dots[0], dots[1:]


class Gradients:
    """Value and gradient at one row after another, backwards, of a loss that need not have second derivatives.

    Parameters
    ----------
    problem, model, delta, batches, field, micro_batches
        As in :class:`Together`; ``delta`` may be on any device.
    device, dtype
        The device and the dtype in which to compute.

    Attributes
    ----------
    leaves
        Whether derivatives are taken by the network's own parameters, instead of by others in their place.

    Raises
    ------
    ValueError
        By a call, where the loss does not depend on the parameters by derivatives.
    """

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
        self._delta, self._batches, self._parts, self._field = delta, batches, micro_batches, field
        self._device, self._dtype = device, dtype
        self._layout, self._loss = _hidden(problem, model, device, dtype)
        self._own = [p for name, p in self._loss.network.named_parameters() if name in set(self._layout.names)]
        self._takes, self.leaves = False, False

    def __call__(self, rows: Tensor) -> Expansion:
        """Return the expansion of first order at ``rows`` ``(w, P)``."""
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
        return _mean((batch.weight, self._batch(row, batch)) for batch in self._parted())

    def _parted(self) -> Iterator[Batch]:
        return parted(self._batches, self._parts, self._device, self._dtype)

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


def _hidden(
    problem: Problem, model: nn.Module, device: torch.device, dtype: torch.dtype
) -> tuple[ThetaLayout, ModuleLoss]:
    """Return the layout of theta, and the loss of a copy of the network whose own parameters are NaN."""
    network = copied(model, device, dtype)
    own = [p for _, p in trainable_parameters(network)]
    for p in network.parameters():
        p.requires_grad_(False)
    loss = ModuleLoss(problem, network)
    loss.hide(own)
    return ThetaLayout(model), loss


def _mean(parts: Iterable[tuple[float, Sequence[Tensor]]]) -> Expansion:
    """Return the weighted mean of expansions, summed in float64."""
    weight, total = 0.0, None
    for each, found in parts:
        weighted = [part.detach().double() * each for part in found]
        total = weighted if total is None else [a + b for a, b in zip(total, weighted, strict=True)]
        weight += each
    assert total is not None
    return tuple((part / weight).cpu() for part in total)


def _dot(direction: Tensor, vector: Tensor) -> Tensor:
    return direction.to(vector.device, torch.float64) @ vector.detach().double()
