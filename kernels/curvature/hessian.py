"""Products with the Hessian of a loss, for any problem, over all batches of its data.

The Hessian of the mean loss, ``H = sum_i w_i H_i / sum_i w_i`` over batches i, is never formed: a product ``H v`` costs
about two gradients. The parameters are those that a landscape perturbs: frozen ones are left out, tied ones come once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain
from math import isfinite
from typing import Literal

import torch
from landsweep.kernels.curvature.checks import check_mode, check_twice, named
from landsweep.kernels.curvature.derivatives import Kernels, Undisturbed, kernels
from landsweep.kernels.curvature.linearised import LinearisedLoss
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.theta import ThetaLayout, as_reals, flatten
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn

Kind = Literal["hessian", "gauss-newton"]
"""The curvature matrix is the Hessian or the Gauss-Newton matrix of the loss."""
Method = Literal["reverse", "forward"]
"""A product is differentiated in reverse mode (the gradient differentiated backwards) or in forward mode."""
SLICES = 64
"""The sums over the data are cut into at most this many slices, which are added up in a fixed order; no more ranks than
this can share them."""
Node = tuple[int, int, Tensor]
"""A node is a sum over slices of the data: the index of the first slice, the number of slices, and the sum."""


ASYMMETRY = {torch.float64: 1e-6, torch.float32: 1e-2}
"""An antisymmetric part of a matrix of second derivatives is noticed where it is more than about this share of it."""


DOUBT = 0.1
"""A product that differs from the difference of gradients by more than this share of it is spoken of."""


class NotFiniteError(ValueError):
    """The loss or its gradient is not finite at the weights."""


class NotSymmetricError(RuntimeError):
    """The second derivatives of the loss, as torch computes them, are not symmetric."""


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
        derivatives on some batch, those of plain operations. Shares of the same data choose the same.
    doubt
        A sentence about functions of autograd in the loss, where products are not the differences of its gradients.
    leaves
        Whether derivatives are taken by the parameters of a network of its own, instead of by others in their place.
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
        network = copied(model, device, dtype)
        for p in network.parameters():
            p.requires_grad_(False)
        self._loss = ModuleLoss(problem, network)
        self._loss.hide(self._own())
        if kind == "gauss-newton":
            self._loss = LinearisedLoss(problem, network, self._layout.split(self.theta))
        self.kernels: Kernels = "default"
        self.doubt = ""
        self._functions: set[str] = set()
        self._combination: frozenset[str] = frozenset()  # of operations, in the last graph
        self._combinations: set[frozenset[str]] = set()  # that were tested
        self._tried, self.leaves = False, False
        self._takes = False  # whether the loss takes derivatives itself, and frees or cuts its graph
        self.size, self.products = self.theta.numel(), 0
        self._kept: tuple[list[Tensor], Tensor] | None = None
        self._count = sum(1 for _ in batches)
        slices, (rank, ranks) = min(self._count, SLICES), share
        self._mine = range(rank * slices // ranks, (rank + 1) * slices // ranks)
        self.weight, self.loss, self.gradient = 0.0, 0.0, torch.zeros(self.size, dtype=torch.float64)
        self._choose()
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
            part = self._first_order(batch, count) if vector is None else self._product(vector, batch).double()
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
        if self.leaves:
            self._layout.assign(self._loss.network, self.theta)
        self.settle(self.nodes())

    def total(self, nodes: Sequence[Node]) -> Tensor:
        """Return the product from the results of :meth:`nodes` of all shares in their order."""
        return OrderedSum(nodes).total().to(self.device) / self.weight

    def _batches(self) -> Iterator[tuple[int, Batch]]:
        """Yield this share's batches, with the slice that each belongs to."""
        for index, batch in enumerate(self._whole):
            at = index * min(self._count, SLICES) // self._count
            if at in self._mine:
                yield from ((at, part) for part in parted([batch], self._parts, self.device, self.dtype))

    def _choose(self) -> None:
        """Choose the kernels, and by whose parameters derivatives are taken, that are right for all batches.

        Every share does so by itself, by the batches of all shares, and finds the same. The first batch is tested, and
        each one whose loss consists of other operations than those tested before it. To know them costs one call of the
        loss on each batch, once. Where a test fails, the next choice is tested, beginning with that batch. Where all
        fail, the last one's error is the reason: the others may lack what this one has.
        """
        failures: list[Exception] = []
        failed: list[Batch] = []
        for way in self._ways():
            self.kernels, self.leaves = way
            self._combinations, self.doubt = set(), ""
            try:
                for batch in chain(failed, parted(self._whole, self._parts, self.device, self.dtype)):
                    failed = [batch]
                    self._test(batch)
            except (RuntimeError, NotImplementedError) as error:
                failures.append(error)
            else:
                self._tried = True
                return
            finally:
                self._kept = None
        raise named(failures[-1])

    def _ways(self) -> Iterator[tuple[Kernels, bool]]:
        """Yield the kernels, and whether derivatives are taken by the network's own parameters, in order of trial.

        What a network computes again during its derivatives, as checkpoints are, finds only its own parameters.
        """
        yield "default", False
        yield "math", False
        yield "plain", False
        if not isinstance(self._loss, LinearisedLoss):
            self._loss.require(self._own(), True)
            self._layout.assign(self._loss.network, self.theta)
            yield "default", True
            yield "plain", True

    def _own(self) -> list[Tensor]:
        named = dict(self._loss.network.named_parameters())
        return [named[name] for name in self._layout.names]

    def _test(self, batch: Batch) -> None:
        try:
            if self._combinations and self._operations(batch) in self._combinations:
                return
            found = self._first_order(batch, 0)
            combination = self._combination
            if self.leaves and not torch.equal(flatten(self._loss.network), self.theta.cpu()):
                raise ValueError(
                    "the loss changes parameters of the network (as max_norm of an embedding does), expected one that "
                    "leaves them as they are: it has no second derivatives"
                )
            self._check_repeats(float(found[1]), batch)
            self._check_symmetry(found, batch)
            if self._functions and not (self.leaves or isinstance(self._loss, LinearisedLoss)):
                self._check_differences(batch)
            self._combinations.add(combination)
            self._kept = None
        except RuntimeError as error:
            if self._takes or not ("second time" in str(error) or "change requires_grad flags" in str(error)):
                raise
            self._takes = True
            self._test(batch)

    def _operations(self, batch: Batch) -> frozenset[str]:
        """Return the names of the operations that the loss of a batch consists of."""
        with kernels(self.kernels):
            self._loss.run(lambda: self._noted(batch))
        return self._combination

    def _first_order(self, batch: Batch, count: int) -> Tensor:
        inputs, value, gradient = self._gradient(batch)
        # Where all data are one batch, the graph of its gradient serves every product.
        self._kept = (inputs, gradient) if not count and gradient.requires_grad else None
        head = torch.stack([torch.ones_like(value), value])
        return torch.cat([head, gradient.detach()]).double()

    def _gradient(self, batch: Batch) -> tuple[list[Tensor], Tensor, Tensor]:
        """Return the tensors that hold theta, the loss, and its gradient with the graph by which it depends on them."""

        def work() -> tuple[list[Tensor], Tensor, Tensor]:
            inputs, value = self._noted(batch)
            found = torch.autograd.grad(value, inputs, create_graph=True, allow_unused=self.leaves)
            return inputs, value.detach(), _joined(found, inputs)

        with kernels(self.kernels):
            return self._loss.run(work)

    def _noted(self, batch: Batch) -> tuple[list[Tensor], Tensor]:
        """Return the tensors that hold theta and the loss, of whose graph note is taken."""
        inputs = self._own() if self.leaves else [self.theta.clone().requires_grad_(True)]
        value = self._value(inputs[0], batch)
        if value.isnan() and not (self._tried or self.leaves or isinstance(self._loss, LinearisedLoss)):
            raise RuntimeError("the loss is NaN, as where a network reads its own parameters, which are hidden")
        if not value.requires_grad:
            raise ValueError(
                f"{self._field} does not depend on the weights by derivatives, expected one that does: it may be "
                "detached, or computed under no_grad"
            )
        self._functions, self._combination = check_twice(value)
        return inputs, value

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

    def _check_symmetry(self, found: Tensor, batch: Batch) -> None:
        """Refuse second derivatives that are not symmetric, as those of no function are.

        For random unit vectors ``u . A v`` of an antisymmetric part A is about ``|A| / P``, where ``|H u|`` is about
        ``|H| / sqrt(P)`` (Frobenius norms). A product that is as small as rounding is not looked at.
        """
        rng = torch.Generator().manual_seed(0)
        vectors = torch.nn.functional.normalize(torch.randn(3, self.size, generator=rng, dtype=torch.float64))
        images = torch.stack([self._product(v.to(self.device, self.dtype), batch).double().cpu() for v in vectors])
        matrix, greatest = vectors @ images.T, float(images.norm(dim=1).max())
        length, eps = float(self.theta.double().norm()) or 1.0, torch.finfo(self.dtype).eps
        rounding = 1e3 * eps * (float(found[1].abs()) / length + float(found[2:].norm())) / length
        difference = float((matrix - matrix.T).abs().max())
        if greatest > rounding and difference > ASYMMETRY.get(self.dtype, 1e-2) * greatest / self.size**0.5:
            raise NotSymmetricError(
                f"the second derivatives of {self._field} are not symmetric (u H v and v H u differ by "
                f"{difference:.2g}), expected those of a function: an operation of the loss differentiates its "
                "gradient wrongly, such as an autograd.Function of yours whose backward takes for constant what is not"
            )

    def _check_differences(self, batch: Batch) -> None:
        """Take note where a product is not the difference of gradients, which symmetry does not show.

        A backward that takes what its forward computed for a constant leaves a part of the second derivatives out. A
        straight-through gradient is none of the loss, so that its differences are no products either.
        """
        rng = torch.Generator().manual_seed(1)
        vector = torch.nn.functional.normalize(torch.randn(self.size, generator=rng, dtype=torch.float64), dim=0)
        v, here, kept = vector.to(self.device, self.dtype), self.theta, self._kept
        product, shares = self._product(v, batch).double(), []
        step = torch.finfo(self.dtype).eps ** (1 / 3) * (float(here.double().norm()) or 1.0)
        try:
            for h in (step, step / 4):
                ends = []
                for sign in (1, -1):
                    self.theta = here + sign * h * v
                    ends.append(self._gradient(batch)[2].detach().double())
                difference = (ends[0] - ends[1]) / (2 * h)
                shares.append(float((product - difference).norm()) / (float(difference.norm()) or 1.0))
        except Exception:  # beside the weights the loss may have no gradient
            return
        finally:
            self.theta, self._kept = here, kept
        if all(map(isfinite, shares)) and min(shares) > DOUBT:
            self.doubt = (
                f"the second derivatives through {', '.join(sorted(self._functions))} are not the differences of its "
                f"gradients (by {100 * min(shares):.0f} % along a random direction): its backward may take for "
                "constant what forward computed, or is a surrogate on purpose"
            )

    def _value(self, theta: Tensor, batch: Batch) -> Tensor:
        with Undisturbed() if self._takes or self.leaves else nullcontext():
            if self.leaves:
                values = self._loss(batch)
            else:
                values = self._loss.at(self._layout.split(theta) | self._loss.copies(), batch)
        if self._field not in values:
            raise ValueError(f"loss returned {', '.join(values)}, expected also {self._field}")
        return values[self._field]

    def _product(self, vector: Tensor, batch: Batch) -> Tensor:
        if self.leaves:
            return self._backwards(vector, batch)
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
        inputs, gradient = self._kept or self._gradient(batch)[::2]
        if not gradient.requires_grad:  # linear in the weights
            return torch.zeros_like(self.theta)
        with kernels(self.kernels):  # a part that is computed again, as checkpoints are
            found = torch.autograd.grad(
                gradient, inputs, vector, retain_graph=self._kept is not None, allow_unused=self.leaves
            )
        return _joined(found, inputs)

    def _forwards(self, vector: Tensor, batch: Batch) -> Tensor:
        gradient = torch.func.grad(lambda theta: self._value(theta, batch))
        with kernels(self.kernels):
            product: Tensor = self._loss.run(lambda: torch.func.jvp(gradient, (self.theta,), (vector,))[1])
        return product


def parted(batches: Iterable[Batch], parts: int, device: torch.device, dtype: torch.dtype) -> Iterator[Batch]:
    """Yield batches, or where they can be split, each in this many parts, on the device and in the dtype."""
    for batch in batches:
        if batch.split is not None and parts > 1:
            for part in batch.split(parts):  # of what the user made, not of what was moved
                yield part.to(device, dtype)
        else:
            yield batch


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


def _joined(parts: Sequence[Tensor | None], inputs: Sequence[Tensor]) -> Tensor:
    """Return derivatives by some tensors as one row, with zeros for a tensor that there is no derivative by."""
    rows = [as_reals(torch.zeros_like(x) if part is None else part) for part, x in zip(parts, inputs, strict=True)]
    return rows[0] if len(rows) == 1 else torch.cat(rows)
