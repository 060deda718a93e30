"""A search that goes on, where its result is in doubt, until it stands: fewer points than a finer grid has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.resolve import resolve
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.critical.starts.hints import apart, hinted
from landsweep.kernels.critical.surface import Grid, Local, Surface

ROUNDS = 4
"""The search goes on for at most so many rounds, each on patches of half the step of the one before."""
POINTS, MANY = 2, 3
"""A patch reaches so many of its own steps to each side of its centre; in more than so many dimensions one only."""
DOUBT = 1.5
"""A gradient by differences is in doubt where it is at most so many times its error."""
BESIDE = 0.25
"""A start is no new one where it is no further than this from a minimum or another start, in steps of the grid."""


@dataclass(frozen=True, eq=False)
class Refined:
    """What a search found that went on until its result stood, or its budget was spent.

    Parameters
    ----------
    resolved
        The minima and saddles.
    alpha, value
        ``(n, d)`` and ``(n,)`` float64: all points that were evaluated beside those of the grid, in the order in which
        they were, and the function there.
    settled
        Whether a last round changed nothing.
    spent
        Whether the budget did not allow for a round that was needed.
    rounds
        The number of searches.
    """

    resolved: Resolved
    alpha: np.ndarray
    value: np.ndarray
    settled: bool
    spent: bool
    rounds: int


def refine(
    surface: Surface,
    axes: Sequence[np.ndarray],
    field: np.ndarray,
    budget: int,
    *,
    starts: Sequence[int] | np.ndarray = (),
    samples: int = 0,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Refined:
    """Search for minima and saddles as :func:`landsweep.kernels.critical.resolve.resolve`, and again where in doubt.

    After each search f is evaluated on patches of a finer grid around its saddles, around the minima of the grid that
    stand for none of f, and where the grid may hide a minimum (:func:`doubtful`). From what these patches hint at,
    further descents begin, and the search is made again; points that are known are not evaluated again. It ends where a
    round finds no minimum and changes no height.

    Parameters
    ----------
    surface, axes, field, starts, samples, seed, stop
        As for :func:`landsweep.kernels.critical.resolve.resolve`.
    budget
        The number of points that may be evaluated beside the grid. The first search is always completed; a round that
        would need more is not begun, or dropped where it does.

    Raises
    ------
    ValueError
        As :func:`landsweep.kernels.critical.resolve.resolve` does.
    """
    known = Remembered(surface)
    grid = Grid(known, axes)

    def search(points: np.ndarray) -> Resolved:
        return resolve(known, axes, field, starts=starts, samples=samples, seed=seed, stop=stop, points=points)

    points = np.empty((0, len(axes)))
    found, rounds, settled, spent = search(points), 1, False, False
    known.budget = budget
    try:
        for k in range(1, ROUNDS + 1):
            new = _starts(grid, found, field, points, 0.5**k)
            points = np.concatenate([points, new])
            after = search(grid.alpha(points)) if len(new) else found
            rounds += int(len(new) > 0)
            settled = _same(found, after)
            found = after
            if settled:
                break
    except Spent:
        settled, spent = False, True
    return Refined(found, *known.seen(), settled, spent, rounds)


class Spent(Exception):
    """A surface was asked for more points than it may evaluate."""


class Remembered:
    """A surface that evaluates each point once: values and derivatives that are known are not asked for again.

    Parameters
    ----------
    surface
        The surface.

    Attributes
    ----------
    budget
        The number of points that may be evaluated; for the next ones :class:`Spent` is raised. None is no bound.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._values: dict[bytes, float] = {}
        self._slopes: dict[bytes, tuple[float, np.ndarray]] = {}
        self._locals: dict[bytes, tuple[float, np.ndarray, np.ndarray]] = {}
        self._points: dict[bytes, np.ndarray] = {}
        self.budget: int | None = None

    def values(self, alpha: np.ndarray) -> np.ndarray:
        """Return f ``(n,)`` at points ``(n, d)``."""
        keys = [row.tobytes() for row in alpha]
        new = self._new(alpha, keys, self._values)
        if len(new):
            for k, value in zip(new, self._surface.values(alpha[new]), strict=True):
                self._values[keys[k]] = float(value)
        return np.array([self._values[key] for key in keys], np.float64)

    def gradients(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return f and its gradient at points ``(n, d)``."""
        keys = [row.tobytes() for row in alpha]
        new = self._new(alpha, keys, self._slopes)
        if len(new):
            for k, value, gradient in zip(new, *self._surface.gradients(alpha[new]), strict=True):
                self._slopes[keys[k]] = (float(value), gradient)
        value, gradient = zip(*(self._slopes[key] for key in keys), strict=True)
        return np.array(value), np.array(gradient)

    def derivatives(self, alpha: np.ndarray) -> Local:
        """Return f and its derivatives at points ``(n, d)``."""
        keys = [row.tobytes() for row in alpha]
        new = self._new(alpha, keys, self._locals)
        if len(new):
            value, gradient, hessian = self._surface.derivatives(alpha[new])
            for j, k in enumerate(new):
                self._locals[keys[k]] = (float(value[j]), gradient[j], hessian[j])
        value, gradient, hessian = zip(*(self._locals[key] for key in keys), strict=True)
        return Local(np.array(value), np.array(gradient), np.array(hessian))

    def seen(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the points ``(n, d)`` that were evaluated, in this order, and f there."""
        alpha = np.array(list(self._points.values())).reshape(len(self._points), -1)
        firsts = [{key: part[0] for key, part in known.items()} for known in (self._locals, self._slopes)]
        value = firsts[0] | firsts[1] | self._values
        return alpha, np.array([value[key] for key in self._points], np.float64)

    def _new(self, alpha: np.ndarray, keys: list[bytes], known: Mapping[bytes, object]) -> list[int]:
        """Return the rows that are not known, each point once."""
        new = list({key: k for k, key in reversed(list(enumerate(keys))) if key not in known}.values())[::-1]
        if self.budget is not None and len(self._points.keys() | {keys[k] for k in new}) > self.budget:
            raise Spent
        self._points.update({keys[k]: alpha[k].copy() for k in new})
        return new


def _starts(grid: Grid, found: Resolved, field: np.ndarray, before: np.ndarray, step: float) -> np.ndarray:
    """Return starts of further descents ``(n, d)`` in steps of the grid, from patches where the result is in doubt."""
    d, known = len(grid.top), grid.x(found.alpha)
    count = POINTS if d <= MANY else 1
    lost = np.stack(np.unravel_index(found.start[~found.start_own], field.shape), axis=-1).astype(np.float64)
    centres = np.concatenate([grid.x(found.saddle_alpha), lost, apart(doubtful(field), known)])
    reach = np.minimum(count * step, grid.top / 2)
    centres = np.unique(np.rint(np.clip(centres, reach, grid.top - reach) / step) * step, axis=0)
    sides = np.arange(-count, count + 1) * step
    cube = np.stack(np.meshgrid(*[sides] * d, indexing="ij"), axis=-1)
    points = [np.clip(centre + cube, 0.0, grid.top) for centre in centres]
    values = grid.value(np.concatenate([np.empty((0, d)), *[x.reshape(-1, d) for x in points]]))
    starts = [np.empty((0, d))]
    for k, centre in enumerate(centres):
        patch = values[k * sides.size**d : (k + 1) * sides.size**d].reshape(cube.shape[:-1])
        starts += [centre + (model - count) * step for model in _models(patch, centre, count * step, grid.top)]
    return apart(np.clip(np.concatenate(starts), 0.0, grid.top), np.concatenate([known, before]), BESIDE)


def _models(patch: np.ndarray, centre: np.ndarray, reach: float, top: np.ndarray) -> list[np.ndarray]:
    """Return the minima that a patch hints at, and those along the faces of the box on which it has a side."""
    found = [hinted(patch)]
    for axis in range(patch.ndim):
        for side, at_face in ((0, centre[axis] <= reach), (-1, centre[axis] >= top[axis] - reach)):
            if at_face and patch.ndim > 1:
                models = hinted(np.take(patch, side, axis=axis))
                found.append(np.insert(models, axis, float(side % patch.shape[axis]), axis=1))
    return found


def doubtful(field: np.ndarray) -> np.ndarray:
    """Return the points of a field, ``(n, d)`` float64, beside which it may have a minimum that it does not show.

    There the gradient by differences is hardly greater than its error, that is, than its difference from the gradient
    by differences over twice the distance. At the ends of an axis values go on as odd reflections.
    """
    inner = [slice(2, 2 + n) for n in field.shape]
    padded = np.pad(np.asarray(field, np.float64), 2, mode="reflect", reflect_type="odd")

    def moved(axis: int, by: int) -> np.ndarray:
        return padded[tuple(slice(s.start + by * (k == axis), s.stop + by * (k == axis)) for k, s in enumerate(inner))]

    size, error = np.zeros(field.shape), np.zeros(field.shape)
    with np.errstate(invalid="ignore", over="ignore"):
        for axis in range(field.ndim):
            slope, wider = (moved(axis, 1) - moved(axis, -1)) / 2, (moved(axis, 2) - moved(axis, -2)) / 4
            size, error = size + slope**2, error + (slope - wider) ** 2
        return np.argwhere(size < DOUBT**2 * error).astype(np.float64)


def _same(one: Resolved, other: Resolved) -> bool:
    """Return whether two searches found the same minima, and the same heights of the passes between them."""
    if len(one.value) != len(other.value):
        return False
    if not len(one.value):  # no tree, and so no heights
        return True
    heights = [np.sort(found.tree.pair_values, axis=0) for found in (one, other)]
    size = max(abs(one.value_range[0]), abs(one.value_range[1]))
    return len(heights[0]) == len(heights[1]) and bool((np.abs(heights[0] - heights[1]) <= 1e-9 * size).all())
