"""Monotone descents from many points at once, each to the minimum of its basin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.kinks import settle
from landsweep.kernels.critical.quadratic import ALIKE, Modes, carried, descent_step, held, modes
from landsweep.kernels.critical.resolved import BORDER, FLAT, INTERIOR, KINK
from landsweep.kernels.critical.rounding import noise, nothing
from landsweep.kernels.critical.sketch import Sketch, fallen
from landsweep.kernels.critical.surface import Grid, Local

LONGEST = 0.5
"""A step is at most this long, in steps of the grid, so that a basin of the grid is not jumped over."""
SHORTEST = 1e-7
"""A descent whose steps have become shorter than this although the gradient does not vanish stands at a kink."""
LOCATED = 1e-9
"""A minimum is found where Newton's step is at most this long, in steps of the grid."""
NEARLY = 0.01
"""Where Newton's step is at most this long, in steps of the grid, and the gradient falls as it should, values need
not fall: they may be differences of large numbers."""
FAR = 3.0
"""A descent may join another one along a straight line of this length, in steps of the grid, along which values fall
steadily: they cost less than derivatives."""
AHEAD = 1.0
"""A minimum of the sketch further than this from a start, in steps of the grid, may not be that of its basin."""
LINES = 3
"""Such lines are looked for at each so-manieth step."""
STEPS = 400
"""A descent ends unresolved after this many steps."""
DEFINITE = 1e-8
"""A Hessian is positive definite where its least eigenvalue is more than this share of its greatest entry."""
UNRESOLVED = -1


@dataclass
class Ends:
    """Where descents ended: points in steps of the grid, and what is known of them.

    Parameters
    ----------
    x, value
        ``(n, d)`` and ``(n,)``.
    kind
        ``(n,)`` int8: one of the kinds of minima, or :data:`UNRESOLVED`.
    curvature, stiffest
        ``(n,)`` the least and the greatest eigenvalue of the Hessian along the faces, NaN where there is none.
    reason
        Why a descent has no end, empty for those that have one.
    """

    x: np.ndarray
    value: np.ndarray
    kind: np.ndarray
    curvature: np.ndarray
    stiffest: np.ndarray
    reason: list[str]


class Descents:
    """Monotone descents on one surface, which know of one another.

    Each takes steps of a trust region, at most half a step of the grid long. The Hessian is exact where a descent ends,
    where a step failed, and where it begins, unless something is known of it there; between, gradients alone carry it
    on (:func:`landsweep.kernels.critical.quadratic.carried`). A step is taken where the function falls by a fair share
    of what the model says, and where the quintic polynomial that has its values and derivatives at both ends shows no
    barrier between them. A point that another descent has visited, or ended in, is such a step too, for which nothing
    has to be evaluated: from there on both are one.
    """

    def __init__(self, grid: Grid, stop: Callable[[], None], sketch: Sketch | None = None) -> None:
        self._grid, self._stop, self._visited = grid, stop, _Visited(len(grid.top))
        self._sketch = sketch if sketch is not None and sketch.usable else None

    def __call__(
        self, starts: np.ndarray, hessians: np.ndarray | None = None, outside: np.ndarray | None = None
    ) -> Ends:
        """Return the ends of descents from the points ``starts``, ``(n, d)`` in steps of the grid.

        ``hessians`` ``(n, d, d)`` are what is known of the Hessian there; where one is not finite, it is evaluated.
        ``outside`` ``(n, d)`` are points to which the function falls from the sides of saddles, of which it matters
        whether they lead to what is known: such descents join others along straight lines, and along the ways down of a
        sketch from there. From a high point these may pass by a minimum that steps of their own would find.
        """
        grid = self._grid
        starts = np.array(starts, np.float64)
        guesses = np.full((*starts.shape, starts.shape[1]), np.nan) if hessians is None else hessians
        descents = [_Descent(x, guess) for x, guess in zip(starts, guesses, strict=True)]
        if self._sketch is not None:
            self._go_ahead(self._sketch, descents, outside)
        for step in range(STEPS):
            going = [d for d in descents if d.going]
            if not going:
                break
            self._stop()
            self._evaluate(going)
            for descent in going:
                self._visited.join(descent)
            if outside is not None and step % LINES == 0:
                self._visited.join_along_lines(grid, [d for d in going if d.going])
        for descent in descents:
            if descent.going:
                descent.end(UNRESOLVED, f"it had not ended after {STEPS} steps")
            elif descent.kind == KINK:
                self._stop()
                found = settle(grid, descent.x, descent.value, self._stop)
                descent.x, descent.value, descent.curvature = found.x, found.value, np.nan
                descent.end(KINK if found.settled else UNRESOLVED, found.reason)
        ends = [d.last for d in descents]
        return Ends(
            np.array([d.x for d in ends]).reshape(-1, len(grid.top)),
            np.array([d.value for d in ends]),
            np.array([d.kind for d in ends], np.int8),
            np.array([d.curvature for d in ends]),
            np.array([d.stiffest for d in ends]),
            [d.reason for d in ends],
        )

    def _go_ahead(self, sketch: Sketch, descents: list[_Descent], outside: np.ndarray | None) -> None:
        """Let descents begin at the end of the sketch's way down, if it is close and the function falls along the way.

        On a face of the box they do not, as there the function may rise inwards where the sketch does not show it. From
        outside of a saddle, let them instead end in others that have been there, however far it is.
        """
        join = outside is not None
        starts = np.array([d.x for d in descents]).reshape(-1, len(self._grid.top)) if outside is None else outside
        ways = sketch.ways_down(starts)
        lower = [self._visited.close(way[-1]) if join else -1 for way in ways]
        ways = [np.vstack([w, self._visited.x[k]]) if k >= 0 else w for w, k in zip(ways, lower, strict=True)]
        far = np.array([float(np.linalg.norm(way[-1] - way[0])) for way in ways])
        inside = ((starts > 0) & (starts < self._grid.top)).all(axis=1)
        wanted = np.array(lower) >= 0 if join else inside & (far <= AHEAD)
        taken = np.flatnonzero((far > NEARLY) & wanted).tolist()
        falls = fallen(self._grid, [ways[k] for k in taken], sketch)
        fell = [k for k, falling in zip(taken, falls, strict=True) if falling]
        if join:
            for k in fell:
                descents[k].follows, descents[k].going = self._visited.owner(lower[k]), False
        elif fell:
            ends = np.array([ways[k][-1] for k in fell])
            for k, end, hessian in zip(fell, ends, sketch.local(ends).hessian, strict=True):
                descents[k].begin(end, hessian)

    def _evaluate(self, going: list[_Descent]) -> None:
        """Let each descent look at the function at its trial point."""
        grid = self._grid
        whole, rest = [d for d in going if d.whole], [d for d in going if not d.whole]
        local = grid.local(np.array([d.trial for d in whole]).reshape(-1, len(grid.top)))
        value, gradient = grid.slope(np.array([d.trial for d in rest]).reshape(-1, len(grid.top)))
        found = [(d, Local(local.value[k], local.gradient[k], local.hessian[k])) for k, d in enumerate(whole)]
        found += [(d, Local(value[k], gradient[k], d.carried(gradient[k]))) for k, d in enumerate(rest)]
        for descent, there in found:
            if descent.take(there, grid.top):
                self._visited.add(descent)


class _Visited:
    """The points that descents have gone to, with the function there."""

    def __init__(self, dimensions: int) -> None:
        self._x, self._value, self._count = np.empty((64, dimensions)), np.empty(64), 0
        self._local: list[Local] = []
        self._owner: list[_Descent] = []

    def add(self, descent: _Descent) -> None:
        """Take note of the point at which a descent is."""
        assert descent.local is not None
        if self._count == len(self._x):
            self._x, self._value = np.concatenate([self._x, self._x]), np.concatenate([self._value, self._value])
        self._x[self._count], self._value[self._count] = descent.x, descent.value
        self._local.append(descent.local)
        self._owner.append(descent)
        self._count += 1

    def join(self, descent: _Descent) -> None:
        """Let a descent end in another one, if the step to a point of that is one that it may take.

        Values fall along every descent, so that none can end in itself by way of others.
        """
        if not descent.going or descent.local is None:
            return
        x, value = self._x[: self._count], self._value[: self._count]
        near = np.flatnonzero(value < descent.value - noise(descent.value))
        away = np.linalg.norm(x[near] - descent.x, axis=1)
        close = away <= LONGEST
        for k in near[close][np.argsort(away[close], kind="stable")].tolist():
            if self._owner[k].last is not descent and descent.may_go(x[k], self._local[k]):
                descent.follows = self._owner[k]
                descent.going = False
                return

    @property
    def x(self) -> np.ndarray:
        """The points, ``(n, d)``."""
        return self._x[: self._count]

    def owner(self, k: int) -> _Descent:
        """Return the descent that has been at point k."""
        return self._owner[k]

    def close(self, x: np.ndarray) -> int:
        """Return the number of the visited point closest to x, -1 where all are further than half a longest step."""
        away = np.linalg.norm(self.x - x, axis=1)
        return int(away.argmin()) if len(away) and away.min() <= LONGEST / 2 else -1

    def join_along_lines(self, grid: Grid, descents: list[_Descent]) -> None:
        """Let descents end in others to which straight lines lead steadily down."""
        lines: list[tuple[_Descent, int]] = []
        for descent in descents:
            assert descent.local is not None
            x, value = self._x[: self._count], self._value[: self._count]
            away = np.linalg.norm(x - descent.x, axis=1)
            downhill = (x - descent.x) @ descent.local.gradient < 0
            near = np.flatnonzero((value < descent.value) & (away <= FAR) & downhill)
            near = near[[self._owner[k].last is not descent for k in near.tolist()]]
            lines += [(descent, k) for k in near[np.argsort(away[near], kind="stable")][:2].tolist()]
        falls = fallen(grid, [np.array([descent.x, self._x[k]]) for descent, k in lines])
        for (descent, k), falling in zip(lines, falls, strict=True):
            if descent.going and falling and self._owner[k].last is not descent:
                descent.follows, descent.going = self._owner[k], False


class _Descent:
    """One descent: the point that it has reached, and the point that it tries next."""

    def __init__(self, x: np.ndarray, hessian: np.ndarray) -> None:
        self.x, self.trial, self.radius, self._guess = x, x, LONGEST, hessian
        self.value, self.curvature, self.stiffest = np.nan, np.nan, np.nan
        self.kind, self.reason, self.going = np.int8(UNRESOLVED), "", True
        self.local: Local | None = None
        self.predicted = 0.0
        self.whole = not bool(np.isfinite(hessian).all())
        """Whether the Hessian is wanted at the trial point."""
        self._exact = np.full_like(x, np.inf)
        """Where the Hessian is exact."""
        self._left = np.inf
        """The length of Newton's step at the point before."""
        self.follows: _Descent | None = None

    @property
    def last(self) -> _Descent:
        """The descent in which this one ends: itself, unless it has joined another one."""
        found = self
        while found.follows is not None:
            found = found.follows
        return found

    def begin(self, x: np.ndarray, hessian: np.ndarray) -> None:
        """Begin at another point, where the Hessian is about the given one."""
        self.x, self.trial, self._guess, self.whole = x, x, hessian, False

    def carried(self, gradient: np.ndarray) -> np.ndarray:
        """Return the Hessian at the trial point that follows from the gradient there, the exact one if it is close."""
        if self.local is None:
            return self._guess
        if self._near(self.trial):
            return self.local.hessian
        return carried(self.local.hessian, self.trial - self.x, gradient - self.local.gradient)

    def may_go(self, x: np.ndarray, there: Local) -> bool:
        """Return whether a lower point is one to which a single step may lead: the model holds up to it."""
        here, step = self.local, x - self.x
        assert here is not None
        fell = self.value - float(there.value)
        forth = -float(here.gradient @ step) - 0.5 * float(step @ here.hessian @ step)
        back = -float(there.gradient @ step) + 0.5 * float(step @ there.hessian @ step)
        fair = bool(here.gradient @ step < 0) and all(abs(fell - p) <= 0.5 * fell for p in (forth, back))
        return fair and bool(_barrier(here, there, step) <= self.value + noise(self.value))

    def end(self, kind: int, reason: str = "") -> None:
        self.kind, self.reason, self.going = np.int8(kind), reason, False

    def take(self, there: Local, top: np.ndarray) -> bool:
        """Look at the function at the trial point, find the next trial point, and return whether it has moved."""
        finite = np.isfinite(there.value) and np.isfinite(there.gradient).all() and np.isfinite(there.hessian).all()
        if self.local is None or self.whole:
            if not finite:
                self.value = float(there.value)
                self.end(UNRESOLVED, "the function or a derivative is not finite where it begins")
                return False
            moves, self._exact, self.whole = True, self.trial if self.whole else self._exact, False
        else:
            moves = bool(finite) and self._better(there, top)
        if moves:
            self.x, self.local, self.value = self.trial, there, float(there.value)
        elif not self._known():
            self._look()
            return False
        else:
            self.radius = min(self.radius, float(np.linalg.norm(self.trial - self.x))) / 4
            if self.radius < SHORTEST:
                self.end(KINK)
                return False
        self._next(top)
        return moves

    def _near(self, x: np.ndarray) -> bool:
        """Return whether the Hessian at a point is that of the descent, within a ten-thousandth or so."""
        return float(np.abs(x - self._exact).max()) <= ALIKE

    def _known(self) -> bool:
        """Return whether the Hessian at the point is good enough: exact, or close to exact and far from singular."""
        if np.array_equal(self.x, self._exact):
            return True
        return self._near(self.x) and not abs(self.curvature) <= NEARLY * self.stiffest

    def _look(self) -> None:
        """Ask for the exact Hessian at the point that is reached."""
        self.trial, self.whole = self.x, True

    def _better(self, there: Local, top: np.ndarray) -> bool:
        """Return whether to go to the trial point; set the radius of the next step."""
        here = self.local
        assert here is not None
        step, fell = self.trial - self.x, self.value - float(there.value)
        before, after = self._projected(here, self.x, top), self._projected(there, self.trial, top)
        if self.predicted <= noise(self.value):  # rounding hides the fall of the values, but not that of the gradient
            return after <= 0.5 * before
        near = self.curvature > DEFINITE * self.stiffest and np.linalg.norm(step) <= NEARLY and after <= 0.1 * before
        if near and fell >= -nothing(self.value, self.stiffest):
            return True  # Newton's step has gone where it should, whatever larger numbers have left of the values
        ratio = fell / self.predicted
        if not (fell > 0 and ratio >= 0.1) or _barrier(here, there, step) > self.value + noise(self.value):
            return False
        if ratio < 0.25:
            self.radius = max(0.5 * float(np.linalg.norm(step)), SHORTEST)
        elif ratio > 0.75:
            self.radius = min(LONGEST, max(self.radius, 2 * float(np.linalg.norm(step))))
        return True

    @staticmethod
    def _projected(local: Local, x: np.ndarray, top: np.ndarray) -> float:
        return float(np.linalg.norm(np.where(held(x, local.gradient, top), 0.0, local.gradient)))

    def _next(self, top: np.ndarray) -> None:
        """End the descent where the point is a minimum; else find the next trial point."""
        here = self.local
        assert here is not None
        found = modes(here.gradient, here.hessian, ~held(self.x, here.gradient, top))
        self.curvature = float(found.curvature[0]) if len(found.curvature) else np.nan
        self.stiffest = float(np.abs(here.hessian).max())
        newton, before = self._newton(found), self._left
        self._left = newton
        # A minimum that stays as far away as it was is one of the Hessian that was carried on, not of the function.
        if not self._near(self.x) and (newton <= ALIKE or 0.5 * before < newton <= self.radius):
            self._look()
            return
        if newton <= LOCATED:
            self._end_at(found, top)
            return
        self.trial, self.predicted = descent_step(self.x, here.gradient, here.hessian, self.radius, top)
        level = nothing(self.value, self.stiffest)
        bent = abs(self.curvature) > DEFINITE * self.stiffest
        floor = self.predicted <= level and not bent and self.radius >= NEARLY
        rounded = self.predicted <= noise(self.value) and self.radius < SHORTEST * 10
        if np.array_equal(self.trial, self.x) or floor or rounded:
            self._end_at(found, top)

    @staticmethod
    def _newton(found: Modes) -> float:
        """Return the length of Newton's step to a minimum: 0 in a corner, infinite where it leads to none."""
        if not len(found.curvature):
            return 0.0
        return float(np.linalg.norm(found.slope / found.curvature)) if found.curvature[0] > 0 else np.inf

    def _end_at(self, found: Modes, top: np.ndarray) -> None:
        """End at a minimum, or look at its Hessian once more where its kind depends on that."""
        if not self._known():
            self._look()
            return
        at_face = (self.x <= 0) | (self.x >= top)
        flat = len(found.curvature) > 0 and found.curvature[0] <= DEFINITE * self.stiffest
        self.end(FLAT if flat else BORDER if at_face.any() else INTERIOR)


def _barrier(here: Local, there: Local, step: np.ndarray) -> float:
    """Return the greatest value between two points of the quintic polynomial with their values and derivatives."""
    t = np.linspace(0.0, 1.0, 12)[1:-1]
    p0, p1 = float(here.value), float(there.value)
    v0, v1 = float(here.gradient @ step), float(there.gradient @ step)
    a0, a1 = float(step @ here.hessian @ step), float(step @ there.hessian @ step)
    c3 = 10 * (p1 - p0) - 6 * v0 - 4 * v1 - 1.5 * a0 + 0.5 * a1
    c4 = -15 * (p1 - p0) + 8 * v0 + 7 * v1 + 1.5 * a0 - a1
    c5 = 6 * (p1 - p0) - 3 * v0 - 3 * v1 - 0.5 * a0 + 0.5 * a1
    return float((p0 + t * (v0 + t * (0.5 * a0 + t * (c3 + t * (c4 + t * c5))))).max())
