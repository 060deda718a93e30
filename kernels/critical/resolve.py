"""From a field on a grid to the minima and saddles of the function that was evaluated there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from landsweep.kernels.critical.descent import UNRESOLVED, Descents, Ends
from landsweep.kernels.critical.network import Candidate, Network
from landsweep.kernels.critical.pool import Pool
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.critical.sketch import Sketch
from landsweep.kernels.critical.starts.faces import face_starts
from landsweep.kernels.critical.starts.hints import apart, guessed, hinted
from landsweep.kernels.critical.starts.touching import GridBasins
from landsweep.kernels.critical.surface import Grid, Surface
from landsweep.kernels.critical.unseen import sobol


class Interrupted(Exception):
    """The search was asked to stop."""


def resolve(
    surface: Surface,
    axes: Sequence[np.ndarray],
    field: np.ndarray,
    *,
    starts: Sequence[int] | np.ndarray = (),
    samples: int = 0,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
    points: np.ndarray | None = None,
) -> Resolved:
    """Return the minima of a function in a box that descents from a grid lead to, and the saddles between them.

    The same call gives the same bits, as long as the surface does.

    Parameters
    ----------
    surface
        The function.
    axes
        The coordinates of the grid along each of its d axes, evenly spaced and ascending, at least 2 points each.
    field
        The function at the points of the grid, shape ``(len(axes[0]), ...)``; what is not finite is outside.
    starts
        C-order vertices from which to descend beside the minima of the field by ``moore``.
    samples, seed
        The number of further descents, from a low-discrepancy sample of the box (Sobol points scrambled by ``seed``).
    stop
        It is called between steps; where it returns True, :class:`Interrupted` is raised.
    points
        ``(n, d)`` coordinates of points from which to descend as well.

    Raises
    ------
    ValueError
        Where the field has another shape than the axes, no finite value, or an axis has fewer than 2 points.
    """
    shape = tuple(len(axis) for axis in axes)
    if np.shape(field) != shape or min(shape, default=0) < 2:
        raise ValueError(
            f"field and axes do not fit: got shape {np.shape(field)} and axes of {shape} points, expected the same "
            "numbers, each at least 2."
        )

    def look() -> None:
        if stop():
            raise Interrupted

    grid, basins = Grid(surface, axes), GridBasins(field)
    pool, descents = Pool(grid), Descents(grid, look, Sketch(field))
    vertices = np.union1d(basins.minima[basins.finite], np.asarray(starts, np.int64))
    begins = basins.points(vertices)
    ends = descents(begins, guessed(field, begins))
    numbers = pool.add(ends)
    reasons = [_why(grid, ends, k) for k in np.flatnonzero(ends.kind == UNRESOLVED).tolist()]
    hints = apart(hinted(field), np.array([pool.x[k] for k in pool.own]).reshape(-1, len(shape)))
    faces = face_starts(grid, field, vertices)
    given = np.empty((0, len(shape))) if points is None else grid.x(np.reshape(points, (-1, len(shape))))
    beside = np.concatenate([faces, hints, given])
    led = pool.add(descents(beside, guessed(field, beside)))
    drawing = _sample(samples, seed, grid)
    drawn = pool.add(descents(drawing, guessed(field, drawing)), sampled=True)
    further, led = np.concatenate([beside, drawing]), np.concatenate([led, drawn])

    network = Network(grid, pool, descents, look)
    owner = dict(zip(vertices.tolist(), numbers.tolist(), strict=True))
    basin = np.array([owner.get(int(v), -1) for v in basins.minima], np.int64)
    network.connect(_candidates(basins, pool, basin, vertices, numbers, further, led))
    return _gather(grid, basins, pool, network, vertices, numbers, basin, drawn, reasons, samples)


def _sample(count: int, seed: int, grid: Grid) -> np.ndarray:
    return sobol(count, len(grid.top), seed) * grid.top


def _why(grid: Grid, ends: Ends, k: int) -> str:
    at = ", ".join(f"{a:.6g}" for a in grid.alpha(ends.x[k][None])[0])
    return f"descent unresolved at ({at}): {ends.reason[k]}"


def _candidates(
    basins: GridBasins,
    pool: Pool,
    basin: np.ndarray,
    vertices: np.ndarray,
    numbers: np.ndarray,
    further: np.ndarray,
    led: np.ndarray,
) -> list[Candidate]:
    """Return where minima may be joined: where basins of the grid touch, and where a descent began in another's basin.

    A basin whose descent has no end is passed through: it takes the number of the minimum that it is joined to lowest.
    """
    label = _filled(basins, basin)
    lowest: dict[tuple[int, int], Candidate] = {}

    def offer(level: float, ends: tuple[int, int], way: np.ndarray, at: int) -> None:
        if ends[0] == ends[1] or min(ends) < 0:
            return
        key = (min(ends), max(ends))
        if key not in lowest or level < lowest[key].level:
            lowest[key] = Candidate(level, ends, way, at)

    for c in basins.crossings:
        one = label[basins.of(np.array(c.vertices))]
        if one[0] != one[1]:
            up, down = basins.way_down(c.vertices[0]), basins.way_down(c.vertices[1])
            offer(c.level, (int(one[0]), int(one[1])), basins.points([*reversed(up), *down]), len(up) - 1)
    for v, number in zip(vertices.tolist(), numbers.tolist(), strict=True):
        inside = int(label[basins.of(np.array([v]))[0]])
        if number >= 0 and inside != number:
            offer(float(basins.values(np.array([v]))[0]), (number, inside), basins.points(basins.way_down(v)), 0)
    for x, number in zip(further, led.tolist(), strict=True):
        v = basins.nearest(x)
        inside = int(label[basins.of(np.array([v]))[0]])
        if number >= 0 and inside != number:
            way = np.concatenate([[x], basins.points(basins.way_down(v))])
            offer(float(basins.values(np.array([v]))[0]), (number, inside), way, 0)
    return list(lowest.values())


def _filled(basins: GridBasins, basin: np.ndarray) -> np.ndarray:
    """Return the number of the minimum of each basin, for one without its own that to which it is joined lowest."""
    label = basin.copy()
    order = sorted(basins.crossings, key=lambda c: c.level)
    changed = True
    while changed and (label < 0).any():
        changed = False
        for c in order:
            one, other = label[list(c.basins)]
            if (one < 0) != (other < 0):
                label[list(c.basins)] = max(one, other)
                changed = True
                break
    return label


def _gather(
    grid: Grid,
    basins: GridBasins,
    pool: Pool,
    network: Network,
    vertices: np.ndarray,
    numbers: np.ndarray,
    basin: np.ndarray,
    drawn: np.ndarray,
    reasons: list[str],
    samples: int,
) -> Resolved:
    """Return what was found, with minima and saddles ascending in value."""
    own = sorted(pool.own, key=lambda k: (pool.value[k], *pool.x[k]))
    index = {k: i for i, k in enumerate(own)}

    def numbered(found: np.ndarray) -> np.ndarray:
        return np.array([index[pool.find(int(k))] if k >= 0 else -1 for k in found], np.int64)

    ends, of_basin, of_sample = numbered(numbers), numbered(basin), numbered(drawn)
    saddles = []
    for s in network.saddles:
        s.ends = {pool.find(k) for k in s.ends}
        if len(s.ends) > 1:
            saddles.append(s)
    saddles.sort(key=lambda s: (s.value, *s.x))
    joins = [(k, index[e]) for k, s in enumerate(saddles) for e in sorted(s.ends, key=index.__getitem__)]
    m, d = len(own), len(grid.top)
    level = basins.values(vertices)
    first: dict[int, int] = {}
    for k in np.lexsort((vertices, level)).tolist():
        if ends[k] >= 0:
            first.setdefault(int(ends[k]), k)
    start_own = np.zeros(len(vertices), bool)
    start_own[list(first.values())] = True
    volume = np.zeros(m, np.int64)
    found = of_basin >= 0
    np.add.at(volume, of_basin[found], basins.volumes()[found])
    x = np.array([pool.x[k] for k in own]).reshape(m, d)
    saddle_x = np.array([s.x for s in saddles]).reshape(len(saddles), d)
    return Resolved(
        shape=grid.shape,
        alpha=grid.alpha(x),
        value=np.array([pool.value[k] for k in own], np.float64),
        kind=np.array([pool.kind[k] for k in own], np.int8),
        faces=_faces(x, grid),
        curvature=np.array([pool.curvature[k] for k in own], np.float64),
        saddle_alpha=grid.alpha(saddle_x),
        saddle_value=np.array([s.value for s in saddles], np.float64),
        saddle_kind=np.array([s.kind for s in saddles], np.int8),
        saddle_faces=_faces(saddle_x, grid),
        saddle_curvature=np.array([s.curvature for s in saddles], np.float64),
        joins=np.array(joins, np.int64).reshape(-1, 2),
        start=vertices,
        start_end=ends,
        start_own=start_own,
        basin_volume=volume,
        reasons=np.array([*reasons, *network.reasons], np.str_),
        samples=samples,
        known=np.isin(np.arange(m), [index[pool.find(k)] for k in pool.reached]),
        seen=np.bincount(of_sample[of_sample >= 0], minlength=m),
        n_values=grid.values,
        n_gradients=grid.gradients,
        n_derivatives=grid.derivatives,
        value_range=basins.range,
        n_nonfinite=basins.n_nonfinite,
    )


def _faces(x: np.ndarray, grid: Grid) -> np.ndarray:
    return ((x >= grid.top).astype(np.int8) - (x <= 0).astype(np.int8)).reshape(x.shape)
