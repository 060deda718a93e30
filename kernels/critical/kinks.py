"""Descents where a function has no gradient: gradients sampled around a point (Burke, Lewis and Overton 2005).

The least element of the convex hull of the gradients around a point is the direction of steepest descent of the worst
of them. Where it vanishes however small the neighbourhood, the point is stationary in Clarke's sense; whether it is a
minimum is confirmed by values around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.quadratic import within
from landsweep.kernels.critical.rounding import noise
from landsweep.kernels.critical.surface import Grid
from scipy.optimize import nnls

LARGEST, SMALLEST = 0.1, 1e-9
"""Gradients are sampled within these radii, in steps of the grid."""
APART = 0.8
"""Images on a crease are about this far apart, in steps of the grid."""
LEVEL = 1e-7
"""A crease is level where the function changes by no more than over this distance across it, in steps of the grid."""
ROUNDS = 200
"""A descent by sampled gradients ends unresolved after this many rounds."""
VANISHES = 1e-4
"""The least element of the hull vanishes where it is at most this share of the greatest gradient."""


@dataclass
class Settled:
    """Where a descent by sampled gradients ended, whether at a kink, and why not."""

    x: np.ndarray
    value: float
    settled: bool
    reason: str = ""


def settle(grid: Grid, x: np.ndarray, value: float, stop: Callable[[], None]) -> Settled:
    """Descend from a point where steps by one gradient have stalled, until it is a minimum at a kink.

    The same call makes the same samples.
    """
    d, rng, radius = len(x), np.random.default_rng(1234), LARGEST
    for _ in range(ROUNDS):
        stop()
        around = np.clip(x + radius * _ball(rng, 3 * d + 3, d), 0.0, grid.top)
        gradients = grid.slope(np.concatenate([x[None], around]))[1]
        gradients = gradients[np.isfinite(gradients).all(axis=1)]
        if not len(gradients):
            return Settled(x, value, False, "no gradient around the point where it stalled is finite")
        direction = -_least(gradients, x, grid.top)
        length = float(np.linalg.norm(direction))
        moved = length > VANISHES * np.linalg.norm(gradients, axis=1).max() and _search(grid, x, value, direction)
        if moved:
            x, value = moved
        else:
            radius /= 4
            if radius < SMALLEST:
                return _confirm(grid, x, value, rng)
    return Settled(x, value, False, f"it had not ended at a kink after {ROUNDS} rounds")


def level_crease(grid: Grid, way: np.ndarray, values: tuple[float, float], stop: Callable[[], None]) -> bool:
    """Return whether a way ``(n, d)`` from one kink to another can be moved onto a crease that is level.

    Its images are moved down, each on its own. On a crease they stay beside one another and end at one height; between
    two minima they go to the one or the other.
    """
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    count = max(5, int(np.ceil(lengths[-1] / APART)) + 1)
    at = np.linspace(0.0, lengths[-1], count)
    images = np.stack([np.interp(at, lengths, column) for column in way.T], axis=1)
    value, gradient = grid.slope(images[1:-1])
    level = LEVEL * float(np.linalg.norm(gradient, axis=1).max())
    if not np.isfinite(level) or abs(values[0] - values[1]) > level:
        return False
    for k in range(1, count - 1):
        found = settle(grid, images[k], float(value[k - 1]), stop)
        if not found.settled or found.value > max(values) + level:
            return False
        images[k] = found.x
    return bool(np.linalg.norm(np.diff(images, axis=0), axis=1).max() <= 2 * at[1])


def _search(grid: Grid, x: np.ndarray, value: float, direction: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Return the lowest of the points along a direction at which the function falls steadily, and its value."""
    length = np.linalg.norm(direction)
    steps = 0.5 * 0.5 ** np.arange(30)
    points = np.array([within(x, direction * (step / length), grid.top) for step in steps])
    values = grid.value(points)
    fall = np.linalg.norm(points - x, axis=1) * length
    good = (values < value - np.maximum(1e-4 * fall, noise(value))) & np.isfinite(values)
    # From the shortest step on, as long as each is lower than the one before: no barrier is jumped.
    best, last = None, value
    for k in range(len(steps) - 1, -1, -1):
        if good[k] and values[k] < last:
            best, last = k, values[k]
        elif best is not None:
            break
    return None if best is None else (points[best], float(values[best]))


def _confirm(grid: Grid, x: np.ndarray, value: float, rng: np.random.Generator) -> Settled:
    """Say whether no value around a stationary point is lower."""
    d = len(x)
    sides = np.concatenate([np.eye(d), -np.eye(d), _sphere(rng, 8 * d, d)])
    around = np.concatenate([np.clip(x + r * sides, 0.0, grid.top) for r in (1e-5, 1e-4, 1e-3)])
    values = grid.value(around)
    if np.nanmin(values, initial=value) < value - noise(value) - 1e-9 * abs(np.nanmax(values, initial=value) - value):
        return Settled(x, value, False, "it stalled at a point around which there are lower ones")
    return Settled(x, value, True)


def _least(gradients: np.ndarray, x: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return the least element of the hull of gradients ``(n, d)``, up to what the faces of the box hold back."""
    n, d = gradients.shape
    normals = np.concatenate([-np.eye(d)[x <= 0], np.eye(d)[x >= top]])
    scale = np.linalg.norm(gradients, axis=1).max() or 1.0
    matrix = np.zeros((d + 1, n + len(normals)))
    matrix[:d, :n], matrix[:d, n:], matrix[d, :n] = gradients.T / scale, normals.T, 1e3
    weights, _ = nnls(matrix, np.append(np.zeros(d), 1e3))
    return scale * (matrix[:d] @ weights)


def _sphere(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    points = rng.standard_normal((n, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _ball(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _sphere(rng, n, d) * rng.random((n, 1)) ** (1 / d)
