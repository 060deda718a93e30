"""Steps on a quadratic model of a function, within a trust region and a box.

A coordinate is *held* at a face of the box where the function falls outwards: there the box ends the descent. The
others are free, and all that is said of gradient and Hessian is said of the free ones (Nocedal and Wright 2006,
Numerical Optimization, chapters 4 and 16).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

ALIKE = 1e-4
"""The Hessian is taken for the same at points that are no further apart than this, in steps of the grid."""


class Modes(NamedTuple):
    """The Hessian of a point along the free coordinates, by its eigenvectors."""

    free: np.ndarray
    """``(d,)`` bool."""
    curvature: np.ndarray
    """``(k,)`` the eigenvalues, ascending; k is the number of free coordinates."""
    vectors: np.ndarray
    """``(d, k)`` the eigenvectors as columns, 0 along the coordinates that are held."""
    slope: np.ndarray
    """``(k,)`` the gradient along each eigenvector."""

    @property
    def gradient(self) -> float:
        """The norm of the projected gradient."""
        return float(np.linalg.norm(self.slope))


def held(x: np.ndarray, gradient: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return which coordinates of points ``(..., d)`` of the box ``[0, top]`` are held at a face, bool."""
    return ((x <= 0) & (gradient > 0)) | ((x >= top) & (gradient < 0))


def modes(gradient: np.ndarray, hessian: np.ndarray, free: np.ndarray) -> Modes:
    """Return the modes of one point; eigenvectors have the sign with which their greatest component is positive."""
    d, index = len(gradient), np.flatnonzero(free)
    curvature, inner = np.linalg.eigh(hessian[np.ix_(index, index)])
    vectors = np.zeros((d, len(index)))
    vectors[index] = inner
    if len(index):
        greatest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(index))]
        vectors *= np.where(greatest < 0, -1.0, 1.0)
    return Modes(free, curvature, vectors, vectors.T @ gradient)


def carried(hessian: np.ndarray, step: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return the Hessian after a step ``(d,)`` over which the gradient changed by ``change``, from the one before it.

    This is Powell's symmetric update (Nocedal and Wright 2006, chapter 6), which may be indefinite, as at a saddle.
    """
    square = float(step @ step)
    rest = change - hessian @ step
    both = np.outer(rest, step) + np.outer(step, rest)
    found: np.ndarray = hessian + (both - (rest @ step) * np.outer(step, step) / square) / square
    return found


def descent_step(
    x: np.ndarray, gradient: np.ndarray, hessian: np.ndarray, radius: float, top: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the point of the box to which the quadratic model falls most within ``radius``, and by how much.

    It is exact where no face is met; at the first face that the step meets, it ends. Where nothing is free the point
    is ``x`` itself.
    """
    keep = held(x, gradient, top)
    step = np.zeros_like(x)
    while not keep.all():
        step = _trust_region(modes(gradient, hessian, ~keep), radius)
        out = ~keep & (((x <= 0) & (step < 0)) | ((x >= top) & (step > 0)))
        if not out.any():
            break
        keep |= out
        step[:] = 0
    else:
        # All were held one after the other: along the gradient there is a way still, if there is a gradient.
        slope = np.where(held(x, gradient, top), 0.0, -gradient)
        step = slope * (radius / norm if (norm := np.linalg.norm(slope)) else 0.0)
    new = within(x, step, top)
    step = new - x
    return new, float(-(gradient @ step) - 0.5 * step @ hessian @ step)


def within(x: np.ndarray, step: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return ``x + step``, or where this leaves the box the point of the step on the first face that it meets."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step > 0, (top - x) / step, np.where(step < 0, -x / step, np.inf))
    share = min(1.0, float(room.min()))
    new = x + share * step
    if share < 1:
        new = np.where(room <= share, np.where(step > 0, top, 0.0), new)
    return np.clip(new, 0.0, top)


def _trust_region(found: Modes, radius: float) -> np.ndarray:
    """Return the step of at most ``radius`` to the least value of the model along the free coordinates."""
    curvature, slope = found.curvature, found.slope
    least = curvature[0]
    if least > 0 and np.linalg.norm(slope / curvature) <= radius:
        return -found.vectors @ (slope / curvature)
    scale = max(np.abs(curvature).max(), np.linalg.norm(slope) / radius)
    if scale == 0:
        return np.zeros(len(found.vectors))
    low = max(0.0, -least)
    high = low + np.linalg.norm(slope) / radius + 1e-12 * scale
    shifted = curvature + low + 1e-12 * scale
    if np.linalg.norm(slope / shifted) <= radius:  # the hard case: nothing pulls along the lowest mode
        step = -slope / shifted
        rest = radius**2 - float(step @ step)
        step[0] += np.copysign(np.sqrt(max(rest, 0.0)), step[0] if step[0] else 1.0)
        return found.vectors @ step
    for _ in range(60):
        middle = 0.5 * (low + high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            length = np.linalg.norm(slope / (curvature + middle))
        low, high = (middle, high) if not length <= radius else (low, middle)
    return -found.vectors @ (slope / (curvature + high))
