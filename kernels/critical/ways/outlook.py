"""What the derivatives at a point say of a saddle close by, before it is looked for."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.critical.quadratic import held, modes
from landsweep.kernels.critical.surface import Grid

REACH = 1.0
"""A saddle is expected no further away than this, in steps of the grid."""


def saddle_heights(grid: Grid, x: np.ndarray) -> np.ndarray:
    """Return the heights ``(n,)`` of the saddles that the quadratic model of each point ``(n, d)`` has close by.

    That is the value of the model up along its lowest mode, where that is negative, and down along all others, no
    further than it may hold. Where derivatives are not finite it is infinite.
    """
    value, gradient, hessian = grid.local(x)
    return np.array([_height(value[k], gradient[k], hessian[k], x[k], grid.top) for k in range(len(x))], np.float64)


def _height(value: float, gradient: np.ndarray, hessian: np.ndarray, x: np.ndarray, top: np.ndarray) -> float:
    if not (np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        return np.inf
    found = modes(gradient, hessian, ~held(x, gradient, top))
    if not len(found.curvature):
        return float(value)
    size = np.maximum(np.abs(found.curvature), np.abs(found.slope) / REACH)
    step = -np.divide(found.slope, size, out=np.zeros_like(size), where=size > 0)
    step[0] *= -1 if found.curvature[0] < 0 else 0
    return float(value + found.slope @ step + 0.5 * found.curvature @ step**2)
