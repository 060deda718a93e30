"""Physics-informed networks (Krishnapriyan et al. 2021): what they share, and the convection equation.

The settings are those of the paper (arXiv:2109.01050): x in [0, 2 pi) is periodic, t in [0, 1], all quantities are
dimensionless.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from copy import copy, deepcopy
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

    def forward(self, points: Tensor, along: Tensor | None = None, n: int = 0, order: int = 1) -> Any:
        """Return values, or values and derivatives.

        Parameters
        ----------
        points
            ``(m, inputs)``.
        along
            ``(inputs,)``: a direction in which to differentiate.
        n
            The derivative is wanted at the first n points.
        order
            2 asks for the second derivative along the direction, too.

        Returns
        -------
        Tensor or tuple
            ``(m, outputs)`` values u; with ``along`` also ``(n, outputs)`` derivatives ``du/dx @ along``, and with
            ``order`` 2 those of these.
        """
        if order == 2:
            assert along is not None
            return self._twice(points, along, n)
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

    def _twice(self, points: Tensor, along: Tensor, n: int) -> tuple[Tensor, Tensor, Tensor]:
        values, slopes, bends = points, along.expand(n, len(along)), torch.zeros_like(points[:n])
        for layer in self:
            if isinstance(layer, nn.Linear):
                values = layer(values)
                slopes, bends = (nn.functional.linear(x, layer.weight) for x in (slopes, bends))
            else:
                values = 2 * torch.sigmoid(2 * values) - 1
                rise = 1 - values[:n].square()
                bends = rise * (bends - 2 * values[:n] * slopes.square())
                slopes = slopes * rise
        return values, slopes, bends


class Pinn(ABC):
    """What the three equations share: network, points, training and errors.

    The loss is ``mean (u - u_0)^2 + mean (u(0, t) - u(2 pi, t))^2 + residual_weight * mean r^2`` over 256 initial
    points, 100 pairs on the boundary and ``n_f`` collocation points, where r is the equation's residual.

    Parameters
    ----------
    n_f
        Collocation points, drawn without replacement from the grid's 25 245 interior points.
    iterations
        L-BFGS iterations at most; training converges after some hundreds to a few thousand.
    residual_weight
        The weight of the residual in the loss, lambda in the papers.
    dtype
        ``float32`` or ``float64``, of the weights and of training.
    curriculum
        A step: training begins at this coefficient, and raises it by as much each time that it has converged, until
        it reaches the problem's own (curriculum regularisation, section 4.1 of the paper). None for none.

    Raises
    ------
    ValueError
        Where a coefficient, the weight or the step is no finite number, or ``n_f`` or ``iterations`` is no whole
        number or out of range.
    """

    coefficient: str
    """The name of the argument that ``curriculum`` raises."""

    def __init__(
        self,
        n_f: int = 100,
        iterations: int = 15_000,
        residual_weight: float = 1.0,
        dtype: str = "float32",
        curriculum: float | None = None,
    ) -> None:
        interior = (NX - 1) * (NT - 1)
        if not isinstance(n_f, SupportsIndex) or not 1 <= n_f <= interior:
            raise ValueError(f"n_f is {n_f!r}, expected a whole number from 1 to {interior} (interior grid points)")
        if not isinstance(iterations, SupportsIndex) or iterations < 1:
            raise ValueError(f"iterations is {iterations!r}, expected a whole number of at least 1")
        if dtype not in ("float32", "float64"):
            raise ValueError(f"dtype is {dtype!r}, expected float32 or float64")
        self.residual_weight = number("residual_weight", residual_weight)
        self.curriculum = None if curriculum is None else number("curriculum", curriculum)
        if self.residual_weight < 0 or (self.curriculum is not None and self.curriculum <= 0):
            raise ValueError(
                f"residual_weight is {residual_weight!r} and curriculum {curriculum!r}, expected a weight of at least "
                "0 and a step above 0"
            )
        self.n_f, self.iterations, self.dtype = int(n_f), int(iterations), getattr(torch, dtype)
        self._x = np.linspace(0.0, 2 * np.pi, NX, endpoint=False)
        self._t = np.linspace(0.0, 1.0, NT)

    @abstractmethod
    def initial(self, x: np.ndarray) -> np.ndarray:
        """Return u at t = 0."""

    @abstractmethod
    def exact(self) -> np.ndarray:
        """Return the solution on the grid, float64 ``(NT, NX)``: exact, or computed to more digits than are learnt."""

    @abstractmethod
    def inside(self, model: Callable[..., Any], points: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return values at all points, the residual at the first ``n_f``, and a loss of the boundary or None."""

    def build(self, seed: int) -> nn.Module:
        """Return the tanh MLP 2-50-50-50-50-1 of 7 851 parameters: ``(n, 2)`` points (x, t) to ``(n, 1)`` values u.

        Its initialisation is PyTorch's default after ``torch.manual_seed(seed)``; the global random state stays.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for fan_in, fan_out in pairwise(WIDTHS):
                layers += [nn.Linear(fan_in, fan_out, dtype=torch.float32).to(self.dtype), nn.Tanh()]
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
        yield Batch({"points": _tensor(points), "u_initial": _tensor(self.initial(self._x)[:, None])})

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        """Return the mean squares of the three conditions, the last without its weight, and the weighted sum.

        All terms have the dtype and device of the batch, which must be the model's.
        """
        values, residual, slopes = self.inside(model, batch.data["points"])
        _, initial_values, left, right = torch.split(values, [self.n_f, NX, NT, NT])
        initial = (initial_values - batch.data["u_initial"]).square().mean()
        boundary = (left - right).square().mean()
        if slopes is not None:
            boundary = boundary + slopes
        inside = residual.square().mean()
        weighted = inside if self.residual_weight == 1 else self.residual_weight * inside
        return {
            "loss": initial + boundary + weighted,
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
        is given goes on changing: to keep it, save or copy it. Each step of a curriculum has an optimiser of its own.
        """
        state: dict[str, Any] = {} if start is None else start.optimizer_state
        before, done = int(state.get("before", 0)), 0 if start is None else start.step - int(state.get("before", 0))
        lessons = self._lessons()
        first = int(state.get("lesson", 0))
        for lesson in range(first, len(lessons)):
            ended = _minimise(lessons[lesson], model, state, done, before, lesson, on_step)
            before, done, state = before + ended, 0, {}
        return model

    def _lessons(self) -> list[Pinn]:
        """Return the problems to train on, one after another; the last one is this."""
        value = getattr(self, self.coefficient)
        if self.curriculum is None:
            return [self]
        sign, lessons = math.copysign(1.0, value), []
        for k in range(1, math.ceil(abs(value) / self.curriculum)):
            easier = copy(self)
            setattr(easier, self.coefficient, sign * k * self.curriculum)
            lessons.append(easier)
        return [*lessons, self]

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return the errors on the whole 256 x 100 grid, and the final training loss.

        ``relative_error`` is ``||u - v|| / ||u||``, ``absolute_error`` is ``mean |u - v|``, u exact and v learnt.
        """
        parameter = next(model.parameters())
        x, t = np.meshgrid(self._x, self._t, indexing="xy")
        points = _tensor(np.stack([x.ravel(), t.ravel()], axis=1)).to(parameter)
        with torch.no_grad():
            learnt = model(points).double().cpu().numpy()[:, 0]
        exact = self.exact().ravel()
        (batch,) = (b.to(parameter.device, parameter.dtype) for b in self.batches())
        with torch.no_grad():
            loss = float(self.loss(model, batch)["loss"])
        return {
            "relative_error": float(np.linalg.norm(exact - learnt) / np.linalg.norm(exact)),
            "absolute_error": float(np.abs(exact - learnt).mean()),
            "loss": loss,
        }


class Convection(Pinn):
    """Convection, ``u_t + beta u_x = 0`` with ``u(x, 0) = sin x``; the exact solution is ``sin(x - beta t)``.

    Parameters
    ----------
    beta
        The coefficient of convection.
    n_f, iterations
        As in :class:`Pinn`.
    others
        ``residual_weight``, ``dtype`` and ``curriculum``, as in :class:`Pinn`.
    """

    coefficient = "beta"

    def __init__(self, beta: float, n_f: int = 100, iterations: int = 15_000, **others: Any) -> None:
        super().__init__(n_f, iterations, **others)
        self.beta = number("beta", beta)

    def initial(self, x: np.ndarray) -> np.ndarray:
        """Return sin x."""
        return np.sin(x)

    def exact(self) -> np.ndarray:
        """Return sin(x - beta t)."""
        return np.sin(self._x - self.beta * self._t[:, None])

    def inside(self, model: Callable[..., Any], points: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return values and residual in one pass.

        The residual ``u_t + beta u_x`` is the derivative along ``(beta, 1)`` in (x, t), by forward mode, in the pass
        that gives the values: ``model(points, along, n)``.
        """
        # Made where the points are: a GPU that is sent two numbers waits for them.
        along = torch.cat([points.new_full((1,), self.beta), points.new_ones(1)])
        values, residual = model(points, along, self.n_f)
        return values, residual, None


def number(name: str, value: object) -> float:
    """Return an argument as a float; raise ValueError where it is no finite number."""
    if isinstance(value, str) or not isinstance(value, SupportsFloat) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}, expected a finite number")
    return float(value)


def _minimise(
    problem: Pinn,
    model: nn.Module,
    state: dict[str, Any],
    done: int,
    before: int,
    lesson: int,
    on_step: OnStep | None,
) -> int:
    """Minimise one problem's loss from iteration ``done`` on; return the iterations at its end."""
    parameters = list(model.parameters())
    device, dtype = parameters[0].device, parameters[0].dtype
    (batch,) = (b.to(device, dtype) for b in problem.batches())
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
    if state:
        # load_state_dict takes the tensors as they are, and L-BFGS writes into them
        optimizer.load_state_dict(deepcopy({name: state[name] for name in ("state", "param_groups")}))

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = problem.loss(model, batch)["loss"]
        loss.backward()  # type: ignore[no-untyped-call]  # torch
        return loss

    while done < problem.iterations:
        optimizer.param_groups[0]["max_iter"] = min(STEPS_PER_CHUNK, problem.iterations - done)
        optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch
        now = int(optimizer.state[parameters[0]].get("n_iter", 0))
        converged = now - done < optimizer.param_groups[0]["max_iter"]
        done = now
        if on_step is not None and not converged:
            reached = {"before": before, "lesson": lesson} if lesson else {}
            on_step(before + done, model, optimizer.state_dict() | reached)
        if converged:
            break
    return done


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float64))
