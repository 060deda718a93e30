"""The largest and the smallest eigenvalue of the Hessian at many points of parameter space.

Since Li et al. 2018 (arXiv:1712.09913, section 6) these eigenvalues are drawn beside landscapes: where their ratio is
not close to zero, a landscape that looks convex is not convex.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import torch
from landsweep.kernels.curvature.checks import check_mode, named
from landsweep.kernels.curvature.derivatives import NAMES, Kernels, kernels
from landsweep.kernels.curvature.hessian import CurvatureProduct, NotFiniteError
from landsweep.kernels.curvature.stopping import Stopping
from landsweep.kernels.loss import theta as layout
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.footprint import META, WIDTHS
from landsweep.kernels.loss.functional import ModuleLoss, Values, copied
from landsweep.kernels.loss.memory import PeakMemory
from landsweep.kernels.loss.strategies import FeaturesFirst, Fields, StrategyName, select
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn

HESSIAN_FIELDS = ("hessian_max", "hessian_min")
"""These fields are the largest and the smallest eigenvalue of the Hessian at each point."""
UNFINISHED = "unfinished"
"""This field is 1 at points whose residuals were still too large after the last product, else 0."""
STEPS = 100
"""Lanczos' method takes at most this many products of the Hessian with a vector for each point."""
FLOOR = 1e-3
"""The tolerance of a residual is relative to the eigenvalue, but never to less than this share of the eigenvalue of the
greatest magnitude."""
PATIENCE = 10
"""Eigenvalues whose residuals are small only beside the eigenvalue of the greatest magnitude have to stay where they
are for this many products."""
BREAKDOWN = 1e-6
"""The rest of a vector counts as rounding, and Lanczos' vectors end, where its norm is below this share of the greatest
number in the tridiagonal matrix."""
OFTEN = 20
"""Residuals are looked at after each of the first products, up to this many, and then after every fourth product."""

Products = Callable[[Tensor], Tensor]
"""A function of this type maps rows of vectors ``(w, P)`` to the product of each vector with its own Hessian."""


class Extremes:
    """A :class:`landsweep.kernels.loss.strategies.Strategy` for extreme eigenvalues of the Hessian at many points.

    All rows take their Lanczos steps together. Each row keeps the eigenvalues of the step at which its own residuals
    were small enough, so that a point's values do not depend on the other points. The values are NaN where a product is
    not finite.

    Parameters
    ----------
    name
        ``inplace`` computes one row after another and differentiates the gradient in reverse mode; other names compute
        all rows at once in forward mode.
    problem, model
        The loss and the network; neither is changed.
    fields
        ``hessian_max``, ``hessian_min``, ``unfinished``: those that an evaluator takes.
    tolerance
        The allowed residual ``|H v - lambda v|``, relative to the eigenvalue, or to a thousandth of the eigenvalue of
        the greatest magnitude where that is larger.
    steps
        The greatest number of products for each point.

    Attributes
    ----------
    kernels
        The kernels through which the loss is differentiated, as in
        :class:`landsweep.kernels.curvature.hessian.CurvatureProduct`.
    """

    channels_last = False

    def __init__(
        self,
        name: StrategyName,
        problem: Problem,
        model: nn.Module,
        fields: Sequence[str],
        device: torch.device,
        dtype: torch.dtype,
        tolerance: float,
        steps: int = STEPS,
    ) -> None:
        check_mode(model)
        self.fields = tuple(fields)
        self._problem, self._device, self._dtype = problem, device, dtype
        self._trained, self._layout = model, layout.ThetaLayout(model)
        self._loss = ModuleLoss(problem, copied(model, device, dtype))
        for p in self._loss.network.parameters():
            p.requires_grad_(False)
        named = dict(self._loss.network.named_parameters())
        self._loss.hide(named[name] for name in self._layout.names)
        self._alone, self._tolerance, self._steps = name == "inplace", tolerance, steps
        self._product: CurvatureProduct | None = None
        self._data: Data | None = None
        self._checked = False
        self.kernels: Kernels = "default"

    def __call__(self, points: Tensor, data: Data) -> Fields:
        """Return every field at ``points`` ``(w, P)``, as ``(w,)`` float64."""
        if not self._checked:  # vectorised, a loss that depends on no weights has a Hessian of zeros
            with suppress(NotFiniteError):
                if self._at(data, layout.flatten(self._trained)).leaves and not self._alone:
                    raise ValueError(
                        "the network is differentiated by its own parameters, as one with checkpoints is: many points "
                        "at once have no Hessians, expected evaluation.strategy: inplace"
                    )
            self._checked = True
        if self._alone:
            found = torch.cat([self._lanczos(self._backwards(row, data), row[None]) for row in points], dim=1)
        else:
            self._product = None  # which holds memory
            found = self._lanczos(partial(self.products, data, points), points)
        return dict(zip(("hessian_min", "hessian_max", UNFINISHED), found, strict=True))

    def products(self, data: Data, points: Tensor, vectors: Tensor) -> Tensor:
        """Return the product of each vector with the Hessian at its point, all ``(w, P)``."""
        total = torch.zeros_like(points)
        for batch in data:
            total += self._together(batch, points, vectors) * (batch.weight / data.weight)
        return total

    def _together(self, batch: Batch, points: Tensor, vectors: Tensor) -> Tensor:
        failures: list[Exception] = []
        known = self.kernels

        def work() -> Tensor:
            with FeaturesFirst(), kernels(self.kernels):
                buffers = self._loss.copies(len(points))
                found: Tensor = torch.func.vmap(partial(self._forwards, batch))(points, vectors, buffers)
                return found

        for name in NAMES[NAMES.index(known) :]:
            self.kernels = name
            try:
                return self._loss.run(work)
            except (RuntimeError, NotImplementedError) as error:
                failures.append(error)
        self.kernels = known  # points that raise an error say nothing about others
        raise named(failures[-1])  # kernels before may lack what the last ones have

    def _forwards(self, batch: Batch, theta: Tensor, vector: Tensor, buffers: Values) -> Tensor:
        def loss(theta: Tensor) -> Tensor:
            own = {name: buffer.clone() for name, buffer in buffers.items()}  # no others may be changed in here
            return select(self._loss.at(self._layout.split(theta) | own, batch), ("loss",))["loss"]

        product: Tensor = torch.func.jvp(torch.func.grad(loss), (theta,), (vector,))[1]
        return product

    def _at(self, data: Data, theta: Tensor) -> CurvatureProduct:
        """Return the product with the Hessian at a row of parameters."""
        if self._product is None or self._data is not data:
            self._product, self._data = None, data
            self._product = CurvatureProduct(self._problem, self._trained, data, self._device, self._dtype, theta=theta)
        else:
            self._product.move(theta)
        self.kernels = self._product.kernels
        return self._product

    def _backwards(self, row: Tensor, data: Data) -> Products:
        try:
            product = self._at(data, row)
        except NotFiniteError:
            return lambda vectors: torch.full_like(vectors, torch.nan)
        return lambda vectors: product(vectors[0])[None].to(self._dtype)

    def _lanczos(self, products: Products, points: Tensor) -> Tensor:
        """Return the smallest and the largest eigenvalue and :data:`UNFINISHED` at each point, ``(3, w)`` float64."""
        width, size = points.shape
        steps = min(self._steps, size)
        found = torch.full((3, width), torch.nan, dtype=torch.float64)
        found[2] = 0.0
        open_ = torch.ones(width, dtype=torch.bool)
        least = self._tolerance * FLOOR
        may_stop = Stopping((width, 2), self._tolerance, least, least, patience=PATIENCE, often=OFTEN)
        t = torch.zeros(width, steps, steps, dtype=torch.float64)
        room = points.new_empty(8, width, size)
        room[0] = _random(points, 0)
        for m in range(1, steps + 1):
            basis = room[:m]
            image = products(basis[-1])
            finite = image.isfinite().all(dim=1)
            open_ &= finite.cpu()
            image = torch.where(finite[:, None], image, 0.0)
            t[:, m - 1, m - 1] = (basis[-1] * image).sum(dim=1, dtype=torch.float64).cpu()
            image = _orthogonal(image, basis)
            left = image.norm(dim=1).double().cpu()
            left[left <= BREAKDOWN * t.abs().amax(dim=(1, 2))] = 0.0
            if may_stop.looks(m) or m == steps:
                values, vectors = torch.linalg.eigh(t[:, :m, :m])
                pair = values[:, [0, -1]]
                residuals = left[:, None] * vectors[:, -1, [0, -1]].abs()
                greatest = pair.abs().amax(dim=1)
                stop = may_stop(m, pair.numpy(), residuals.numpy(), greatest.numpy(), (left == 0).numpy())
                close = torch.from_numpy(stop) | (m == size)
                now = open_ & (close | (m == steps))
                found[2] += now & ~close
                found[:2, now] = pair[now].T
                open_ &= ~now
            if not open_.any() or m == steps:
                return found
            t[:, m, m - 1] = t[:, m - 1, m] = left
            if m == len(room):
                room = torch.cat([room, torch.empty_like(room)])
            none = left.to(image) == 0
            if none.any():
                image[none] = _orthogonal(_random(points[none], m), basis[:, none])
            room[m] = image / image.norm(dim=1, keepdim=True)
        raise AssertionError("unreachable")


def _random(like: Tensor, seed: int) -> Tensor:
    """Return one random unit vector for all rows, of their dtype and on their device."""
    vector = torch.randn(like.shape[1], generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (vector / vector.norm()).to(like).expand_as(like)


def _orthogonal(rows: Tensor, basis: Tensor) -> Tensor:
    """Return rows ``(w, P)`` without their parts along vectors ``(m, w, P)``."""
    for _ in range(2):
        rows = rows - torch.einsum("mwp,mw->wp", basis, torch.einsum("mwp,wp->mw", basis, rows))
    return rows


def hessian_footprint(
    problem: Problem, model: nn.Module, dtype: torch.dtype, split: str = "train", draw: int = 0
) -> int:
    """Return the bytes for each further point when the extreme eigenvalues at many points are computed at once.

    Raises
    ------
    Exception
        The error of a loss that cannot run without values, or for many points at once.
    """
    data = Data.of(problem, META, dtype, split, draw, budget=float("inf"))
    strategy = Extremes("batched", problem, model, HESSIAN_FIELDS, META, dtype, tolerance=1.0)
    size = layout.size(model)
    peaks = []
    for width in WIDTHS[1:]:
        points = torch.empty(width, size, device=META, dtype=dtype)
        with PeakMemory() as memory:
            strategy.products(data, points, points)
        peaks.append(memory.peak)
    return (peaks[1] - peaks[0]) // (WIDTHS[2] - WIDTHS[1]) + STEPS * size * dtype.itemsize
