"""Saddles by eigenvector following (Cerjan and Miller 1981; Wales 2003, Energy Landscapes, chapter 6).

A step goes up along one mode of the Hessian and down along all others, and is Newton's step near the saddle. The rules
for faces of the box are those of descents: a coordinate is held where the function falls outwards. As in descents, the
Hessian is exact where a search begins and ends; between, gradients carry it on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.quadratic import ALIKE, Modes, carried, held, modes, within
from landsweep.kernels.critical.rounding import noise
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.unseen import sobol

LONGEST = 0.35
"""A step is at most this long along each mode, in steps of the grid."""
LOCATED = 1e-9
"""A saddle is found where the step is at most this long, in steps of the grid."""
FRESH = 6
"""After so many steps that carried it on, the Hessian is evaluated again."""
OUT = (0.05, 0.1, 0.2)
"""Ways down of a sketch begin at the furthest of these distances from a saddle, in grid steps, to which f falls."""
STEPS = 60
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
    outside: np.ndarray
    """Points further out on the same sides, to which the function falls on."""
    hessian: np.ndarray
    """The Hessian at the saddle, NaN where all derivatives vanish."""
    degenerate: bool
    at_face: bool


def follow(
    grid: Grid,
    starts: np.ndarray,
    towards: np.ndarray,
    stop: Callable[[], None],
) -> list[Found | str]:
    """Return for each start ``(n, d)`` the saddle that following a mode uphill leads to, or why it leads to none.

    The mode is at first the one closest to ``towards``, ``(n, d)``, where the Hessian has no negative eigenvalue, then
    the lowest one.
    """
    searches = [_Search(x, v) for x, v in zip(np.array(starts, np.float64), towards, strict=True)]
    for _ in range(STEPS):
        going = [s for s in searches if s.result is None]
        if not going:
            break
        stop()
        whole, rest = [s for s in going if s.whole], [s for s in going if not s.whole]
        for search, value, gradient, hessian in zip(whole, *grid.local(_points(whole, grid)), strict=True):
            search.take(float(value), gradient, hessian, grid.top)
        for search, value, gradient in zip(rest, *grid.slope(_points(rest, grid)), strict=True):
            search.take(float(value), gradient, None, grid.top)
    _sides(grid, [s for s in searches if isinstance(s.result, Modes)])
    endless = f"the search for a saddle had not ended after {STEPS} steps, as where f has kinks"
    return [s.found or str(s.result or endless) for s in searches]


class _Search:
    """One search: where it began, where it is, and its result: the modes of the saddle, or why there is none."""

    def __init__(self, x: np.ndarray, towards: np.ndarray) -> None:
        self.begin, self.x, self.radius = x, x, LONGEST
        self.mode = towards / (np.linalg.norm(towards) or 1.0)
        self.value, self.before = np.nan, np.inf
        self.whole = True
        """Whether the Hessian is wanted at the point."""
        self.last, self.gradient, self.hessian = x, np.empty(0), np.empty(0)
        """The point at which derivatives were last taken, and these."""
        self._exact, self._age, self._rate = np.full_like(x, np.inf), 0, 0.0
        """Where the Hessian is exact, how many steps have carried it on, and how the last changed the gradient."""
        self.result: Modes | str | None = None
        self.found: Found | None = None
        self.level = np.empty(0)
        """The function on both sides of the saddle that was found."""

    def take(self, value: float, gradient: np.ndarray, hessian: np.ndarray | None, top: np.ndarray) -> None:
        """Take in the derivatives at the point, with the Hessian where it was evaluated, and go on."""
        if hessian is not None:
            self._exact, self._age = self.x, 0
        elif self._near():
            hessian = self.hessian
        else:
            hessian, self._age = carried(self.hessian, self.x - self.last, gradient - self.gradient), self._age + 1
        if not (np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            self.result = "the search for a saddle met values that are not finite"
            return
        moved = not np.array_equal(self.x, self.last)
        self.value, self.last, self.gradient, self.hessian = value, self.x, gradient, hessian
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
        if moved:
            self._rate = here.gradient / (self.before or 1.0)
        self.before = here.gradient
        nearing = length <= self.radius and here.curvature[0] < 0
        grows = self._rate > (0.5 if nearing else 4.0)
        if not self._near() and (grows or length <= ALIKE or self._age >= FRESH):
            self.whole = True
            return
        # Where all derivatives vanish, the exact Hessian halves the distance at each step, and one carried on does not.
        self.whole = nearing and self._rate > 0.1 and not self._age
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
        if np.abs(self.x - self.begin).max() > REACH:
            self.result = f"the search for a saddle went further than {REACH:g} steps of the grid"

    def _near(self) -> bool:
        return float(np.abs(self.x - self._exact).max()) <= ALIKE

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
    for distance in (1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2):
        left = [s for s in searches if s.found is None]
        both = [np.array([within(s.x, sign * distance * s.mode, grid.top) for sign in (1, -1)]) for s in left]
        values = grid.value(np.concatenate([np.empty((0, len(grid.top))), *both])).reshape(-1, 2)
        for s, sides, level in zip(left, both, values, strict=True):
            if (level < s.value - 4 * noise(s.value)).all():
                assert isinstance(s.result, Modes)
                curvature, s.level = float(s.result.curvature[0]), level
                s.found = Found(s.x, s.value, curvature, sides, sides, s.hessian, False, _at_face(s.x, grid))
    _go_out(grid, [s for s in searches if s.found is not None])
    for s in searches:
        if s.found is None:
            s.found = _degenerate(grid, s.x, s.value)
            s.result = s.result if s.found else "the function does not fall to both sides of the point that was found"


def _go_out(grid: Grid, searches: list[_Search]) -> None:
    """Find points outside of the sides of saddles along the mode, as far as the function falls to both sides.

    Close to the saddle, a sketch of the function may show its two sides as one.
    """
    going = searches
    for distance in OUT:
        both = [np.array([within(s.x, sign * distance * s.mode, grid.top) for sign in (1, -1)]) for s in going]
        values = grid.value(np.concatenate([np.empty((0, len(grid.top))), *both])).reshape(-1, 2)
        lower = [bool((level < s.level).all()) for s, level in zip(going, values, strict=True)]
        for s, sides, level, falls in zip(going, both, values, lower, strict=True):
            if falls:
                assert s.found is not None
                s.found.outside, s.level = sides, level
        going = [s for s, falls in zip(going, lower, strict=True) if falls]


def _points(searches: list[_Search], grid: Grid) -> np.ndarray:
    return np.array([s.x for s in searches]).reshape(-1, len(grid.top))


def _at_face(x: np.ndarray, grid: Grid) -> bool:
    return bool(((x <= 0) | (x >= grid.top)).any())


def _degenerate(grid: Grid, x: np.ndarray, value: float) -> Found | None:
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
            return Found(
                x, value, np.nan, points[valleys], points[valleys], np.full((d, d), np.nan), True, _at_face(x, grid)
            )
    return None
