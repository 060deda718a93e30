"""The convection equation learnt by a physics-informed network (Krishnapriyan et al. 2021, arXiv:2109.01050).

``u_t + beta u_x = 0`` for x in [0, 2 pi), t in [0, 1], ``u(x, 0) = sin x``, periodic in x; exact solution
``u = sin(x - beta t)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
import torch
from landsweep.kernels.problem import Batch, OnStep, Start
from torch import Tensor, nn

NX = 256
"""The grid has this many points in x; the end of the interval is left out, as it repeats the start."""
NT = 100
"""The grid has this many points in t."""
WIDTHS = (2, 50, 50, 50, 50, 1)
"""The layers of the network have these widths, from its two inputs x and t to its one output."""
STEPS_PER_CHUNK = 50
"""Training can be resumed after every chunk of this many L-BFGS iterations."""


class TanhNetwork(nn.Sequential):
    """Linear layers with tanh between them; with a direction, also its derivative along it, by forward mode."""

    def forward(self, points: Tensor, along: Tensor | None = None, n: int = 0) -> Any:
        """Return values, or values and derivatives.

        Parameters
        ----------
        points
            ``(m, inputs)``.
        along
            ``(inputs,)``: a direction in which to differentiate.
        n
            The derivative is wanted at the first n points.

        Returns
        -------
        Tensor or tuple
            ``(m, outputs)`` values u; with ``along`` also ``(n, outputs)`` derivatives ``du/dx @ along``.
        """
        values, slopes = points, along
        for layer in self:
            if isinstance(layer, nn.Linear):
                values = layer(values)
                slopes = None if slopes is None else nn.functional.linear(slopes, layer.weight)
            else:
                # tanh z = 2 sigmoid 2z - 1: torch computes the sigmoid six times as fast on a CPU.
                values = 2 * torch.sigmoid(2 * values) - 1
                slopes = None if slopes is None else slopes * (1 - values[:n].square())
        return values if slopes is None else (values, slopes)


class Convection:
    """The convection PINN: 7 851 parameters, full-batch L-BFGS in float32.

    The loss is ``mean (u - sin x)^2 + mean (u(0, t) - u(2 pi, t))^2 + mean (u_t + beta u_x)^2`` over 256 initial
    points, 100 pairs on the boundary and ``n_f`` collocation points; all quantities are dimensionless.

    Parameters
    ----------
    beta
        Convection coefficient of the PDE.
    n_f
        Collocation points, drawn without replacement from the grid's 25 245 interior points.
    iterations
        L-BFGS iterations at most; training converges after some hundreds to a few thousand.

    Raises
    ------
    ValueError
        Where ``beta`` is no finite number, or ``n_f`` or ``iterations`` is no whole number or out of range.
    """

    def __init__(self, beta: float, n_f: int = 100, iterations: int = 15_000) -> None:
        interior = (NX - 1) * (NT - 1)
        if not isinstance(beta, SupportsFloat) or not math.isfinite(beta):
            raise ValueError(f"beta is {beta!r}, expected a finite number")
        if not isinstance(n_f, SupportsIndex) or not 1 <= n_f <= interior:
            raise ValueError(f"n_f is {n_f!r}, expected a whole number from 1 to {interior} (interior grid points)")
        if not isinstance(iterations, SupportsIndex) or iterations < 1:
            raise ValueError(f"iterations is {iterations!r}, expected a whole number of at least 1")
        self.beta, self.n_f, self.iterations = float(beta), int(n_f), int(iterations)
        self._x = np.linspace(0.0, 2 * np.pi, NX, endpoint=False)
        self._t = np.linspace(0.0, 1.0, NT)

    def build(self, seed: int) -> nn.Module:
        """Return the tanh MLP 2-50-50-50-50-1, float32: ``(n, 2)`` points (x, t) to ``(n, 1)`` values u.

        Its initialisation is PyTorch's default after ``torch.manual_seed(seed)``; the global random state stays.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for fan_in, fan_out in pairwise(WIDTHS):
                layers += [nn.Linear(fan_in, fan_out, dtype=torch.float32), nn.Tanh()]
            return TanhNetwork(*layers[:-1])

    def batches(self, split: str = "train", draw: int = 0) -> Iterator[Batch]:
        """Yield the one full batch: ``n_f`` collocation points, 256 initial points, 100 pairs on the periodic boundary.

        ``points`` holds them in this order, float64 ``(n_f + 456, 2)`` rows (x, t), ``u_initial`` is ``(256, 1)``. The
        network sees all of them in one pass. The draw seeds the choice of
        collocation points; 0 gives those of the paper's code, whatever the network's seed.

        Raises
        ------
        ValueError
            Where the split is not ``train``.
        """
        if split != "train":
            raise ValueError(f"split is {split!r}, expected train: a PINN has no other data, vary draw instead")
        x, t = np.meshgrid(self._x[1:], self._t[1:], indexing="xy")
        inner = np.stack([x.ravel(), t.ravel()], axis=1)
        chosen = np.random.RandomState(draw).choice(len(inner), self.n_f, replace=False)
        edge = np.stack([np.zeros(NT), self._t], axis=1)
        initial = np.stack([self._x, np.zeros(NX)], axis=1)
        points = np.concatenate([inner[chosen], initial, edge, edge + np.array([2 * np.pi, 0.0])])
        yield Batch({"points": _tensor(points), "u_initial": _tensor(np.sin(self._x)[:, None])})

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        """Return the mean squares of the three conditions and their sum.

        The residual ``u_t + beta u_x`` is the derivative along ``(beta, 1)`` in (x, t), by forward mode, in the pass
        that gives the values: ``model(points, along, n)``. All terms have the dtype and device of the batch, which must
        be the model's.
        """
        points = batch.data["points"]
        # Made where the points are: a GPU that is sent two numbers waits for them.
        along = torch.cat([points.new_full((1,), self.beta), points.new_ones(1)])
        values, residual = model(points, along, self.n_f)
        _, initial_values, left, right = values.split([self.n_f, NX, NT, NT])
        initial = (initial_values - batch.data["u_initial"]).square().mean()
        boundary = (left - right).square().mean()
        inside = residual.square().mean()
        return {
            "loss": initial + boundary + inside,
            "loss_initial": initial,
            "loss_boundary": boundary,
            "loss_residual": inside,
        }

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Minimise by L-BFGS: rate 1, history 50, tolerances 1e-7, strong Wolfe search.

        The optimiser runs in chunks, between which its whole state is in ``state_dict``; a chunk begins by
        computing the loss where the last one ended, so chunks change nothing but that one evaluation. What ``on_step``
        is given goes on changing: to keep it, save or copy it.
        """
        parameters = list(model.parameters())
        device, dtype = parameters[0].device, parameters[0].dtype
        (batch,) = (b.to(device, dtype) for b in self.batches())
        optimizer = torch.optim.LBFGS(
            parameters,
            lr=1.0,
            max_iter=STEPS_PER_CHUNK,
            max_eval=100 * STEPS_PER_CHUNK,
            history_size=50,
            tolerance_grad=1e-7,
            tolerance_change=1e-7,
            line_search_fn="strong_wolfe",
        )
        done = 0
        if start is not None:
            # load_state_dict takes the tensors as they are, and L-BFGS writes into them
            optimizer.load_state_dict(deepcopy(start.optimizer_state))
            done = start.step

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = self.loss(model, batch)["loss"]
            loss.backward()  # type: ignore[no-untyped-call]  # torch
            return loss

        while done < self.iterations:
            optimizer.param_groups[0]["max_iter"] = min(STEPS_PER_CHUNK, self.iterations - done)
            optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch
            now = int(optimizer.state[parameters[0]].get("n_iter", 0))
            converged = now - done < optimizer.param_groups[0]["max_iter"]
            done = now
            if on_step is not None and not converged:
                on_step(done, model, optimizer.state_dict())
            if converged:
                break
        return model

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return the errors on the whole 256 x 100 grid, and the final training loss.

        ``relative_error`` is ``||u - v|| / ||u||``, ``absolute_error`` is ``mean |u - v|``, u exact and v learnt.
        """
        parameter = next(model.parameters())
        x, t = np.meshgrid(self._x, self._t, indexing="xy")
        points = _tensor(np.stack([x.ravel(), t.ravel()], axis=1)).to(parameter)
        with torch.no_grad():
            learnt = model(points).double().cpu().numpy()[:, 0]
        exact = np.sin(x - self.beta * t).ravel()
        (batch,) = (b.to(parameter.device, parameter.dtype) for b in self.batches())
        with torch.no_grad():
            loss = float(self.loss(model, batch)["loss"])
        return {
            "relative_error": float(np.linalg.norm(exact - learnt) / np.linalg.norm(exact)),
            "absolute_error": float(np.abs(exact - learnt).mean()),
            "loss": loss,
        }


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float64))
