"""Physics-informed networks for reaction and reaction-diffusion equations (Krishnapriyan et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.pinn import NT, NX, Pinn, number
from torch import Tensor


class Reaction(Pinn):
    """Fisher's reaction, ``u_t = rho u (1 - u)``, from a bell ``h(x) = exp(-(x - pi)^2 / (2 (pi / 4)^2))``.

    The exact solution is ``h e^(rho t) / (h e^(rho t) + 1 - h)``.

    Parameters
    ----------
    rho
        The coefficient of reaction.
    n_f, iterations
        As in :class:`Pinn`.
    others
        ``residual_weight``, ``dtype`` and ``curriculum``, as in :class:`Pinn`; ``curriculum`` raises ``rho``.
    """

    coefficient = "rho"

    def __init__(self, rho: float, n_f: int = 1000, iterations: int = 15_000, **others: Any) -> None:
        super().__init__(n_f, iterations, **others)
        self.rho = number("rho", rho)

    def initial(self, x: np.ndarray) -> np.ndarray:
        """Return the bell."""
        return np.exp(-((x - np.pi) ** 2) / (2 * (np.pi / 4) ** 2))

    def exact(self) -> np.ndarray:
        """Return the exact solution."""
        return _reacted(self.initial(self._x), self.rho * self._t[:, None])

    def inside(self, model: Callable[..., Any], points: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return values and the residual ``u_t - rho u (1 - u)``."""
        values, u_t = model(points, torch.cat([points.new_zeros(1), points.new_ones(1)]), self.n_f)
        u = values[: self.n_f]
        return values, u_t - self.rho * u * (1 - u), None


class ReactionDiffusion(Reaction):
    """Reaction and diffusion, ``u_t = nu u_xx + rho u (1 - u)``, from the bell of :class:`Reaction`.

    The boundary's loss also has ``mean (u_x(0, t) - u_x(2 pi, t))^2``. The solution to compare with is computed by
    Strang splitting: diffusion exactly by Fourier series, reaction exactly, in steps of 1e-4; halving them changes it
    by less than 1e-8 (a test).

    Parameters
    ----------
    rho, nu
        The coefficients of reaction and diffusion; ``nu`` is at least 0.
    n_f, iterations
        As in :class:`Pinn`.
    others
        As in :class:`Reaction`.
    """

    def __init__(self, rho: float, nu: float, n_f: int = 1000, iterations: int = 15_000, **others: Any) -> None:
        super().__init__(rho, n_f, iterations, **others)
        self.nu = number("nu", nu)
        if self.nu < 0:
            raise ValueError(f"nu is {nu!r}, expected a number of at least 0")

    def exact(self, steps: int = 101) -> np.ndarray:
        """Return the solution, by ``steps`` steps of the splitting between two times of the grid."""
        step = (self._t[1] - self._t[0]) / steps
        decay = np.exp(-self.nu * np.fft.rfftfreq(NX, 1 / NX) ** 2 * step / 2)
        found = [self.initial(self._x)]
        for _ in self._t[1:]:
            u = found[-1]
            for _ in range(steps):
                u = np.fft.irfft(np.fft.rfft(u) * decay, NX)
                u = np.fft.irfft(np.fft.rfft(_reacted(u, self.rho * step)) * decay, NX)
            found.append(u)
        return np.stack(found)

    def inside(self, model: Callable[..., Any], points: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return values, the residual ``u_t - nu u_xx - rho u (1 - u)``, and the loss of the slopes at the boundary."""
        values, reaction, _ = super().inside(model, points)
        along = torch.cat([points.new_ones(1), points.new_zeros(1)])
        chosen = torch.cat([points[: self.n_f], points[self.n_f + NX :]])
        _, u_x, u_xx = model(chosen, along, len(chosen), 2)
        left, right = u_x[self.n_f :].reshape(2, NT)
        return values, reaction - self.nu * u_xx[: self.n_f], (left - right).square().mean()


def _reacted(u: np.ndarray, rho_t: np.ndarray | float) -> np.ndarray:
    """Return what the reaction alone makes of u."""
    grown = u * np.exp(rho_t)
    return np.asarray(grown / (grown + 1 - u))
