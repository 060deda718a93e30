"""Products with the Hessian of a loss, for any problem, over all batches of its data.

The Hessian of the mean loss, ``H = sum_i w_i H_i / sum_i w_i`` over batches i, is never formed: a product ``H v`` costs
about two gradients. The parameters are those that a landscape perturbs: frozen ones are left out, tied ones come once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Literal

import torch
from landsweep.kernels.curvature.derivatives import Kernels, Retained, kernels
from landsweep.kernels.curvature.linearised import LinearisedLoss
from landsweep.kernels.loss.batchnorm import normalisation_layers
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.theta import ThetaLayout, flatten
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

Kind = Literal["hessian", "gauss-newton"]
"""The curvature matrix is the Hessian or the Gauss-Newton matrix of the loss."""
Method = Literal["reverse", "forward"]
"""A product is differentiated in reverse mode (the gradient differentiated backwards) or in forward mode."""
_ONCE = once_differentiable(lambda _: None).__code__
"""Every function decorated with torch's ``once_differentiable`` shares this code object, by which :func:`check_twice`
finds it."""
SLICES = 64
"""The sums over the data are cut into at most this many slices, which are added up in a fixed order; no more ranks than
this can share them."""
Node = tuple[int, int, Tensor]
"""A node is a sum over slices of the data: the index of the first slice, the number of slices, and the sum."""


class NotFiniteError(ValueError):
    """The loss or its gradient is not finite at the weights."""


class CurvatureProduct:
    """The product ``v -> H v`` with the Hessian at the weights of a network.

    Parameters
    ----------
    problem, model
        The loss and the trained network, in evaluation mode; neither is changed.
    batches
        The data, on the device and in the dtype; each product iterates over them once.
    device, dtype
        The device and the dtype in which products are computed; they are summed in float64.
    field
        The field, among those that the loss returns, whose Hessian is meant.
    kind
        ``hessian``, or ``gauss-newton``, which leaves out the second derivatives of the network: this is the Hessian of
        the loss with the network replaced by its linearisation (Schraudolph 2002, Neural Computation 14:1723).
    method
        ``reverse`` differentiates the gradient in reverse mode. ``forward`` differentiates it along v (Pearlmutter
        1994, Neural Computation 6:147), which needs less memory and more time. Where one method fails, the other is
        taken.
    micro_batches
        The number of parts into which batches are split, where they can be, to save memory; the product is the same.
    share
        ``(r, n)``: the share r, out of n shares of the data, that :meth:`nodes` sums; the product needs all shares.
    theta
        ``(P,)`` the weights at which to compute, if not those of the network.

    Attributes
    ----------
    size
        P, the number of parameters.
    products
        The number of products that were computed.
    kernels
        The kernels through which the loss is differentiated: torch's own choice, or where that has no second
        derivatives, those of plain operations.
    weight, loss, gradient
        The total weight, the loss and its gradient over all data, at the weights; they are set by :meth:`settle`.

    Raises
    ------
    ValueError
        Where the network is in training mode with layers that then behave differently, there is no data, or the loss is
        not finite at the weights, does not depend on them by derivatives, says that it has no second ones, or differs
        when it is called again.
    """

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        batches: Iterable[Batch],
        device: torch.device,
        dtype: torch.dtype,
        *,
        field: str = "loss",
        kind: Kind = "hessian",
        method: Method = "reverse",
        micro_batches: int = 1,
        share: tuple[int, int] = (0, 1),
        theta: Tensor | None = None,
    ) -> None:
        check_mode(model)
        self._whole, self._field = batches, field
        self.method, self._parts = method, micro_batches
        self._layout, self.device, self.dtype = ThetaLayout(model), device, dtype
        self.theta = (flatten(model) if theta is None else theta.detach()).to(device, dtype)
        network = copied(model, device, dtype).requires_grad_(False)
        self._loss = ModuleLoss(problem, network)
        if kind == "gauss-newton":
            self._loss = LinearisedLoss(problem, network, self._layout.split(self.theta))
        self.kernels: Kernels = "default"
        self._tried, self._retains = False, False
        self.size, self.products = self.theta.numel(), 0
        self._kept: tuple[Tensor, Tensor] | None = None
        self._count = sum(1 for _ in batches)
        slices, (rank, ranks) = min(self._count, SLICES), share
        self._mine = range(rank * slices // ranks, (rank + 1) * slices // ranks)
        self.weight, self.loss, self.gradient = 0.0, 0.0, torch.zeros(self.size, dtype=torch.float64)
        if ranks == 1:
            self.settle(self.nodes())

    def __call__(self, vector: Tensor) -> Tensor:
        """Return ``H v`` of a vector ``(P,)``, float64."""
        self.products += 1
        return self.total(self.nodes(vector))

    def nodes(self, vector: Tensor | None = None) -> list[Node]:
        """Return the weighted sums of ``H_i v`` over this share's batches; of weight, loss and gradient without v."""
        if vector is not None:
            vector = vector.to(self.device, self.dtype)
        found = OrderedSum()
        slice_, total = -1, torch.zeros(0)
        for count, (at, batch) in enumerate(self._batches()):
            part = self._at_the_weights(batch, count) if vector is None else self._product(vector, batch).double()
            part = part * batch.weight
            if at == slice_:
                total += part
                continue
            if slice_ >= 0:
                found.add((slice_, 1, total))
            slice_, total = at, part
        if slice_ >= 0:
            found.add((slice_, 1, total))
        return found.nodes

    def settle(self, nodes: Sequence[Node]) -> None:
        """Take in the results of :meth:`nodes` without a vector, of all shares in their order."""
        if not nodes:
            raise ValueError("there are no batches, expected at least one")
        sums = OrderedSum(nodes).total().to(self.device)
        self.weight = float(sums[0])
        self.loss, self.gradient = float(sums[1]) / self.weight, sums[2:] / self.weight
        if not torch.isfinite(sums).all():
            raise NotFiniteError(
                f"{self._field} is {self.loss:g} at the weights, or its gradient is not finite: no curvature there"
            )

    def move(self, theta: Tensor) -> None:
        """Go to other weights ``(P,)``, whose loss and gradient are computed; for a product that has all shares."""
        self.theta, self._kept = theta.detach().to(self.device, self.dtype), None
        if isinstance(self._loss, LinearisedLoss):
            self._loss.base = self._layout.split(self.theta)
        self.settle(self.nodes())

    def total(self, nodes: Sequence[Node]) -> Tensor:
        """Return the product from the results of :meth:`nodes` of all shares in their order."""
        return OrderedSum(nodes).total().to(self.device) / self.weight

    def _batches(self) -> Iterator[tuple[int, Batch]]:
        """Yield this share's batches, with the slice that each belongs to."""
        for index, batch in enumerate(self._whole):
            at = index * min(self._count, SLICES) // self._count
            if at not in self._mine:
                continue
            if batch.split is not None and self._parts > 1:
                for part in batch.split(self._parts):  # of what the user made, not of what was moved
                    yield at, part.to(self.device, self.dtype)
            else:
                yield at, batch

    def _at_the_weights(self, batch: Batch, count: int) -> Tensor:
        """Return 1, the loss and its gradient, float64."""
        if self._tried:
            return self._first_order(batch, count)
        self._tried = True
        while True:
            try:
                found = self._first_order(batch, count)
                self._check_repeats(float(found[1]), batch)
                self._product(torch.zeros_like(self.theta), batch)
                return found
            except (RuntimeError, NotImplementedError) as error:
                self._kept = None
                if "second time" in str(error) and not self._retains:  # the loss takes derivatives itself
                    self._retains = True
                elif self.kernels == "default":
                    self.kernels, failure = "math", error
                else:
                    self.kernels = "default"
                    raise failure from None

    def _first_order(self, batch: Batch, count: int) -> Tensor:
        theta, value, gradient = self._gradient(batch)
        # Where all data are one batch, the graph of its gradient serves every product.
        self._kept = (theta, gradient) if not count and gradient.requires_grad else None
        head = torch.stack([torch.ones_like(value), value])
        return torch.cat([head, gradient.detach()]).double()

    def _gradient(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return theta, the loss, and its gradient with the graph by which it depends on theta."""

        def work() -> tuple[Tensor, Tensor, Tensor]:
            theta = self.theta.clone().requires_grad_(True)
            value = self._value(theta, batch)
            if not value.requires_grad:
                raise ValueError(
                    f"{self._field} does not depend on the weights by derivatives, expected one that does: it may be "
                    "detached, or computed under no_grad"
                )
            check_twice(value)
            (gradient,) = torch.autograd.grad(value, theta, create_graph=True)
            return theta, value.detach(), gradient

        with kernels(self.kernels):
            return self._loss.run(work)

    def _check_repeats(self, value: float, batch: Batch) -> None:
        """Refuse a loss that is another one at each call, whose second derivatives belong to no loss."""
        with kernels(self.kernels):
            theta = self.theta.clone().requires_grad_(True)
            again = float(self._loss.run(lambda: self._value(theta, batch)).detach())
        tolerance = next(p.tolerance for p in PRECISIONS.values() if p.dtype == self.dtype)
        if abs(again - value) > tolerance * abs(value):
            raise ValueError(
                f"a second call at the same weights differs by {abs(again - value):.3g} in {self._field}, expected a "
                "function of weights and batch alone: draw random numbers in batches(draw=...)"
            )

    def _value(self, theta: Tensor, batch: Batch) -> Tensor:
        with Retained() if self._retains else nullcontext():
            values = self._loss.at(self._layout.split(theta) | self._loss.copies(), batch)
        if self._field not in values:
            raise ValueError(f"loss returned {', '.join(values)}, expected also {self._field}")
        return values[self._field]

    def _product(self, vector: Tensor, batch: Batch) -> Tensor:
        ways = {"reverse": self._backwards, "forward": self._forwards}
        try:
            return ways[self.method](vector, batch)
        except (RuntimeError, NotImplementedError) as error:
            other: Method = "forward" if self.method == "reverse" else "reverse"
            try:
                product = ways[other](vector, batch)
            except (RuntimeError, NotImplementedError):
                raise error from None
            self.method = other
            return product

    def _backwards(self, vector: Tensor, batch: Batch) -> Tensor:
        theta, gradient = self._kept or self._gradient(batch)[::2]
        if not gradient.requires_grad:  # linear in the weights
            return torch.zeros_like(theta)
        with kernels(self.kernels):  # a part that is computed again, as checkpoints are
            (product,) = torch.autograd.grad(gradient, theta, vector, retain_graph=self._kept is not None)
        return product

    def _forwards(self, vector: Tensor, batch: Batch) -> Tensor:
        gradient = torch.func.grad(lambda theta: self._value(theta, batch))
        with kernels(self.kernels):
            product: Tensor = self._loss.run(lambda: torch.func.jvp(gradient, (self.theta,), (vector,))[1])
        return product


class OrderedSum:
    """A sum over slices of the data in a fixed order, so that its last bits do not depend on who summed which slice.

    Two neighbouring nodes of equal length are added to one of twice the length wherever the first starts at a multiple
    of that, as in a binary tree.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: list[Node] = []
        for node in nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        """Add the node of the slices that follow."""
        self.nodes.append(node)
        while len(self.nodes) > 1:
            (first, n, a), (_, m, b) = self.nodes[-2:]
            if n != m or first % (2 * n):
                return
            self.nodes[-2:] = [(first, 2 * n, a + b)]

    def total(self) -> Tensor:
        """Return the sum of all nodes."""
        *rest, (_, _, total) = self.nodes
        for _, _, part in reversed(rest):
            total = part + total
        return total


def check_twice(value: Tensor) -> None:
    """Raise ValueError where a part of the autograd graph of ``value`` says that it has no second derivatives.

    Otherwise torch silently takes such a part for a constant if its gradient does not depend on another one.
    """
    seen, nodes = set(), [value.grad_fn]
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        nodes += [following for following, _ in node.next_functions]
        function = getattr(node, "_forward_cls", None)
        if function is not None and getattr(function.backward, "__code__", None) is _ONCE:
            raise ValueError(
                f"the loss uses {function.__name__}, whose backward is once_differentiable, expected second "
                "derivatives: write it with operations that have them"
            )


def check_mode(model: nn.Module) -> None:
    """Raise ValueError for a network in a mode in which its loss changes from call to call."""
    dropouts = [m for m in model.modules() if isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0]
    if model.training and (normalisation_layers(model) or dropouts):
        raise ValueError(
            "the network is in training mode, in which its loss is another one at each call, expected evaluation mode: "
            "call model.eval()"
        )
