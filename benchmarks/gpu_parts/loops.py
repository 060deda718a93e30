"""Plain loops over a plane, as other tools have them: one point after another, each tensor perturbed on its own.

They get what is fair: a copy of the network and the batches on the device, no graph where the loss permits, and the
same precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.jobs.problems.resnet import Images
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.problem import Batch, trainable_parameters
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from gpu_parts.problems import Site


def usual_loss(problem: Any) -> Callable[[Any, Batch], Tensor]:
    """Return a problem's loss as its users write it: one gradient of the output for a PINN, else the cross-entropy."""
    if isinstance(problem, Convection):
        return lambda model, batch: _convection(problem, model, batch)
    if isinstance(problem, Images):
        return lambda model, batch: nn.functional.cross_entropy(model(batch.data["inputs"]), batch.data["labels"])
    return lambda model, batch: problem.loss(model, batch)["loss"]


def _convection(problem: Convection, model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    points, n = batch.data["points"], problem.n_f
    with torch.enable_grad():
        inside = points[:n].clone().requires_grad_(True)
        u = model(inside)
        (gradient,) = torch.autograd.grad(u, inside, torch.ones_like(u), create_graph=True)
        residual = gradient[:, 1] + problem.beta * gradient[:, 0]
        initial = model(points[n : n + 256]) - batch.data["u_initial"]
        boundary = model(points[n + 256 : n + 356]) - model(points[n + 356 :])
        return initial.square().mean() + boundary.square().mean() + residual.square().mean()


class PlainLoops:
    """The loops of one site in one precision."""

    def __init__(self, site: Site, dtype: str) -> None:
        self._precision, self._device = PRECISIONS[dtype], site.device
        self._model = deepcopy(site.model).to(site.device, self._precision.dtype)
        self._loss, self._batches = usual_loss(site.problem), list(site.data(self._precision.dtype))
        self._parameters = [p for _, p in trainable_parameters(self._model)]
        sizes = [p.numel() for p in self._parameters]
        self._directions: list[Sequence[Tensor]] = [
            [part.view_as(p) for part, p in zip(row.split(sizes), self._parameters, strict=True)]
            for row in site.delta.to(site.device, self._precision.dtype)
        ]

    def from_copies(self, alpha: np.ndarray) -> np.ndarray:
        """Evaluate any points: ``w + a d_0 + b d_1`` tensor by tensor, as Landscaper and Goldstein's code do."""
        weights = [p.detach().clone() for p in self._parameters]
        values = []
        with torch.no_grad():
            for a, b in alpha.tolist():
                for p, w, d, e in zip(self._parameters, weights, *self._directions, strict=True):
                    p.copy_(w + a * d + b * e)
                values.append(self._value())
            for p, w in zip(self._parameters, weights, strict=True):
                p.copy_(w)
        return np.array(values)

    def in_steps(self, steps: int) -> np.ndarray:
        """Evaluate a plane by one addition per tensor and point, to and fro along its rows, as loss-landscapes does."""
        weights = [p.detach().clone() for p in self._parameters]
        values = np.empty((steps, steps))
        step = 2 / (steps - 1)
        with torch.no_grad():
            self._move(0, -1.0)
            self._move(1, -1.0)
            for i in range(steps):
                for j in range(steps):
                    values[i, j if i % 2 == 0 else steps - 1 - j] = self._value()
                    if j < steps - 1:
                        self._move(1, step if i % 2 == 0 else -step)
                self._move(0, step)
            for p, w in zip(self._parameters, weights, strict=True):
                p.copy_(w)
        return values.ravel()

    def _move(self, direction: int, by: float) -> None:
        for p, d in zip(self._parameters, self._directions[direction], strict=True):
            p.add_(d, alpha=by)

    def _value(self) -> float:
        # Autocast around the whole loop would go on with the weights that it rounded first.
        with self._precision.active(self._device):
            total = sum(self._loss(self._model, batch).item() * batch.weight for batch in self._batches)
        return total / sum(batch.weight for batch in self._batches)


class PlainHessian:
    """Products with the Hessian by differentiating the gradient's product with a vector, in float32.

    ``twice`` makes gradient and product anew for every vector, as loops over batches do; ``kept`` differentiates one
    gradient again and again, as is done where all data are one batch.
    """

    def __init__(self, site: Site) -> None:
        self._model = deepcopy(site.model).to(site.device, torch.float32)
        self._parameters = [p for _, p in trainable_parameters(self._model)]
        self._loss, self._batches = usual_loss(site.problem), list(site.data(torch.float32))
        self._weight = sum(batch.weight for batch in self._batches)
        self._gradient: Sequence[Tensor] | None = None

    def parts(self, vector: Tensor) -> list[Tensor]:
        parts = vector.split([p.numel() for p in self._parameters])
        return [part.view_as(p) for part, p in zip(parts, self._parameters, strict=True)]

    def twice(self, parts: list[Tensor]) -> Tensor:
        total = torch.zeros(sum(p.numel() for p in parts), device=parts[0].device)
        for batch in self._batches:
            total += self._times(self._gradient_of(batch), parts, keep=False) * (batch.weight / self._weight)
        return total

    def kept(self, parts: list[Tensor]) -> Tensor:
        if self._gradient is None:
            (batch,) = self._batches
            self._gradient = self._gradient_of(batch)
        return self._times(self._gradient, parts, keep=True)

    def _gradient_of(self, batch: Batch) -> Sequence[Tensor]:
        with sdpa_kernel(SDPBackend.MATH):  # fused attention has no second derivatives
            return torch.autograd.grad(self._loss(self._model, batch), self._parameters, create_graph=True)

    def _times(self, gradient: Sequence[Tensor], parts: list[Tensor], keep: bool) -> Tensor:
        # A parameter on which the gradient does not depend has a product of zeros: the last bias of a PINN, for one.
        found = torch.autograd.grad(
            gradient, self._parameters, parts, retain_graph=keep, allow_unused=True, materialize_grads=True
        )
        return torch.cat([x.flatten() for x in found])
