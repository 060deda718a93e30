"""Saddles by eigenvector following (Cerjan and Miller 1981; Wales 2003, Energy Landscapes, chapter 6).

A step goes up along one mode of the Hessian and down along all others, and is Newton's step near the saddle. The rules
for faces of the box are those of descents: a coordinate is held where the function falls outwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.quadratic import Modes, held, modes, within
from landsweep.kernels.critical.rounding import noise
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.unseen import sobol

LONGEST = 0.35
"""A step is at most this long along each mode, in steps of the grid."""
LOCATED = 1e-9
"""A saddle is found where the step is at most this long, in steps of the grid."""
STEPS = 40
"""The search ends after this many steps."""
REACH = 3.0
"""The search ends where it has gone further than this from where it began along any axis, in steps of the grid."""


@dataclass
class Found:
    """A saddle: its point and value, and points lower than it on each of its sides, from which to descend."""

    x: np.ndarray
    value: float
    curvature: float
    sides: np.ndarray
    degenerate: bool
    at_face: bool


def follow(
    grid: Grid, starts: np.ndarray, towards: np.ndarray, stop: Callable[[], None], reach: float = REACH
) -> list[Found | str]:
    """Return for each start ``(n, d)`` the saddle that following a mode uphill leads to, or why it leads to none.

    The mode is at first the one closest to ``towards``, ``(n, d)``, where the Hessian has no negative eigenvalue, then
    the lowest one.
    """
    searches = [_Search(x, v, reach) for x, v in zip(np.array(starts, np.float64), towards, strict=True)]
    for _ in range(STEPS):
        going = [s for s in searches if s.result is None]
        if not going:
            break
        stop()
        local = grid.local(np.array([s.x for s in going]))
        for k, search in enumerate(going):
            search.take(float(local.value[k]), local.gradient[k], local.hessian[k], grid.top)
    found = [s for s in searches if isinstance(s.result, Modes)]
    _sides(grid, found)
    return [s.found or str(s.result or f"the search for a saddle had not ended after {STEPS} steps") for s in searches]


class _Search:
    """One search: where it began, where it is, and its result: the modes of the saddle, or why there is none."""

    def __init__(self, x: np.ndarray, towards: np.ndarray, reach: float) -> None:
        self.begin, self.x, self.reach, self.radius = x, x, reach, LONGEST
        self.mode = towards / (np.linalg.norm(towards) or 1.0)
        self.value, self.before = np.nan, np.inf
        self.result: Modes | str | None = None
        self.found: Found | None = None

    def take(self, value: float, gradient: np.ndarray, hessian: np.ndarray, top: np.ndarray) -> None:
        """Take in the derivatives at the point, and go on."""
        if not (np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            self.result = "the search for a saddle met values that are not finite"
            return
        self.value = value
        free = ~held(self.x, gradient, top)
        pressed = np.zeros_like(free)
        while True:
            here = modes(gradient, hessian, free & ~pressed)
            if not len(here.curvature):
                self.result = "the search for a saddle ended in a corner"
                return
            step, length = self._step(here)
            out = ((self.x <= 0) & (step < 0)) | ((self.x >= top) & (step > 0))
            if not out.any():
                break
            pressed |= out  # the saddle may lie on the face, further along it, where the function falls outwards
        if here.gradient > 4 * self.before:
            self.radius = max(self.radius / 2, 0.02)
        self.before = here.gradient
        if length <= LOCATED:
            negative = np.count_nonzero(here.curvature < 0)
            if pressed.any():
                self.result = "the search for a saddle ended at a face from which the function falls inwards"
            elif negative == 1:
                self.result = here
            else:
                self.result = f"the search ended at a point with {negative} negative eigenvalues, expected one"
            return
        self.x = within(self.x, step, top)
        if np.abs(self.x - self.begin).max() > self.reach:
            self.result = f"the search for a saddle went further than {self.reach:g} steps of the grid"

    def _step(self, here: Modes) -> tuple[np.ndarray, float]:
        """Return the step ``(d,)`` from a point, within the bounds, and how long it would be without them."""
        k = 0 if here.curvature[0] < 0 else int(np.abs(here.vectors.T @ self.mode).argmax())
        self.mode = here.vectors[:, k]
        stiffest = np.abs(here.curvature).max()
        size = np.maximum(np.abs(here.curvature), 1e-12 * stiffest) if stiffest else np.ones_like(here.curvature)
        step = -here.slope / size
        step[k] *= -1
        length = float(np.linalg.norm(step))
        # Each mode has a bound of its own: in a narrow valley the way up along it must not shorten that to its floor.
        step = np.clip(step, -self.radius, self.radius)
        across = float(np.linalg.norm(np.delete(step, k)))
        step[k] *= 1 / (1 + 4 * across / self.radius) if here.curvature[k] > 0 else 1.0
        return here.vectors @ step, length


def _sides(grid: Grid, searches: list[_Search]) -> None:
    """Find points on both sides of each saddle that are lower than it, or around it where it is degenerate."""
    distances = np.array([1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2])
    points = [
        np.array([within(s.x, sign * r * s.mode, grid.top) for r in distances for sign in (1, -1)]) for s in searches
    ]
    if not points:
        return
    values = grid.value(np.concatenate(points)).reshape(len(searches), len(distances), 2)
    for s, around, level in zip(searches, points, values, strict=True):
        here = s.result
        assert isinstance(here, Modes)
        both = (level < s.value - 4 * noise(s.value)).all(axis=1)
        at_face = bool(((s.x <= 0) | (s.x >= grid.top)).any())
        if both.any():
            at = int(both.argmax())
            sides = around.reshape(len(distances), 2, -1)[at]
            s.found = Found(s.x, s.value, float(here.curvature[0]), sides, False, at_face)
        else:
            s.found = _degenerate(grid, s.x, s.value, at_face)
            s.result = s.result if s.found else "the function does not fall to both sides of the point that was found"


def _degenerate(grid: Grid, x: np.ndarray, value: float, at_face: bool) -> Found | None:
    """Return the saddle at a point where all derivatives vanish, with points lower than it in several directions.

    Of samples on spheres around the point those count that are lower than their neighbours on the sphere.
    """
    d = len(x)
    if d == 2:
        angles = 2 * np.pi * np.arange(48) / 48
        sphere = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    else:
        cube = 2 * sobol(64 * 2 ** min(d, 4), d, 0) - 1
        norms = np.linalg.norm(cube, axis=1, keepdims=True)
        sphere = np.concatenate([np.eye(d), -np.eye(d), cube[norms[:, 0] > 0.1] / norms[norms[:, 0] > 0.1]])
    closest = np.cos(2 * np.pi / 24) if d == 2 else np.cos(np.pi / 4)
    near = sphere @ sphere.T > closest
    for radius in (0.03, 0.1, 0.3):
        points = np.clip(x + radius * sphere, 0.0, grid.top)
        values = grid.value(points)
        low = np.where(np.isfinite(values), values, np.inf)
        valleys = (low < value - 4 * noise(value)) & (low <= np.where(near, low, np.inf).min(axis=1))
        if np.count_nonzero(valleys) > 1:
            return Found(x, value, np.nan, points[valleys], True, at_face)
    return None
