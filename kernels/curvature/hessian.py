"""Products with the Hessian of a loss, for any problem, over all batches of its data.

The Hessian of the mean loss, ``H = sum_i w_i H_i / sum_i w_i`` over batches i, is never formed: a product ``H v`` costs
about two gradients. The parameters are those that a landscape perturbs: frozen ones are left out, tied ones come once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, Literal

import torch
from landsweep.kernels.loss.batchnorm import normalisation_layers
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.strategies import ThetaLayout, call_with
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._pytree import tree_map

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
    weight, loss, gradient
        The total weight, the loss and its gradient over all data, at the weights; they are set by :meth:`settle`.

    Raises
    ------
    ValueError
        Where the network is in training mode with layers that then behave differently, there is no data, or the loss is
        not finite at the weights, does not depend on them by derivatives, or says that it has no second ones.
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
        self._problem, self._whole, self._field = problem, batches, field
        self._kind, self.method, self._parts = kind, method, micro_batches
        self._layout, self.device, self.dtype = ThetaLayout(model), device, dtype
        self._model = deepcopy(model).to(device, dtype).requires_grad_(False)
        self.theta = (flatten(model) if theta is None else theta.detach()).to(device, dtype)
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
        theta = self.theta.clone().requires_grad_(True)
        value = self._value(theta, batch)
        if not value.requires_grad:
            raise ValueError(
                f"{self._field} does not depend on the weights by derivatives, expected one that does: it may be "
                "detached, or computed under no_grad"
            )
        if not count:
            check_twice(value)
        (gradient,) = torch.autograd.grad(value, theta, create_graph=True)
        # Where all data are one batch, the graph of its gradient serves every product.
        self._kept = (theta, gradient) if not count and gradient.requires_grad else None
        head = torch.stack([torch.ones_like(value.detach()), value.detach()])
        return torch.cat([head, gradient.detach()]).double()

    def _value(self, theta: Tensor, batch: Batch) -> Tensor:
        call: Callable[..., Any] = partial(call_with, self._model, self._layout.split(theta))
        if self._kind == "gauss-newton":
            call = partial(self._linearised, theta)
        with sdpa_kernel(SDPBackend.MATH):  # fused attention has no second derivatives
            values = self._problem.loss(call, batch)
        if self._field not in values:
            raise ValueError(f"loss returned {', '.join(values)}, expected also {self._field}")
        return values[self._field]

    def _linearised(self, theta: Tensor, *args: Any, **kwargs: Any) -> Any:
        """Return the network's output at the weights, plus its first-order change from there to ``theta``."""

        def network(flat: Tensor) -> Any:
            return call_with(self._model, self._layout.split(flat), *args, **kwargs)

        output = torch.func.jvp(network, (self.theta,), (theta - self.theta,))
        return tree_map(torch.add, output[0], output[1])

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
        if self._kept is not None:
            theta, gradient = self._kept
        else:
            theta = self.theta.clone().requires_grad_(True)
            (gradient,) = torch.autograd.grad(self._value(theta, batch), theta, create_graph=True)
            if not gradient.requires_grad:  # linear in the weights
                return torch.zeros_like(theta)
        (product,) = torch.autograd.grad(gradient, theta, vector, retain_graph=self._kept is not None)
        return product

    def _forwards(self, vector: Tensor, batch: Batch) -> Tensor:
        gradient = torch.func.grad(lambda theta: self._value(theta, batch))
        product: Tensor = torch.func.jvp(gradient, (self.theta,), (vector,))[1]
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
