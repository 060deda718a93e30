"""Minima and the saddles between them: which of the passes that a grid suggests there are, found in rounds.

Candidates are the places where basins of the grid touch. In each round those are looked at that a minimum spanning
tree over candidates and known saddles needs, all at once. What becomes known changes the tree, so that in the end it
consists of saddles, and of paths where no saddle could be found. Before that end, straight ways between neighbouring
minima are looked at, and what derivatives say of candidates that the grid may show too high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from landsweep.kernels.critical.descent import UNRESOLVED, Descents
from landsweep.kernels.critical.kinks import level_crease
from landsweep.kernels.critical.pool import Pool
from landsweep.kernels.critical.resolved import BORDER, BOUND, DEGENERATE, INTERIOR, KINK
from landsweep.kernels.critical.saddles import Found, follow
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.ways.lines import neighbours, straight
from landsweep.kernels.critical.ways.outlook import saddle_heights
from landsweep.kernels.critical.ways.patches import DIMENSIONS, lowered
from landsweep.kernels.critical.ways.strings import (
    FINE,
    SPACING,
    ZOOM,
    Path,
    along,
    highest,
    level_floor,
    relax,
    sampled,
)

SAME = 1e-5
"""Saddles that are no further apart than this, in steps of the grid, are one."""
BESIDE = 1.0
"""A saddle further than this from where the search for it began, in steps of the grid, is not the one of that place."""
ROUNDS = 60
"""The search for passes ends after this many rounds."""
PEAKS = 3
"""From so many of the peaks of a path saddles are looked for."""
SPLITS = 4
"""A path is cut at minima that lie on it, its parts again; for parts of parts so deep no saddle is looked for."""
STAGES = CROSSING, LINE, PATCH, STRING, CLOSER, GIVEN_UP = range(6)
"""A pass is looked for from where basins touch, then from the peaks of the way over the grid, then from those of a way
over finer grids around its highest point, then from those of this way relaxed there, then once more closer to it; then
the highest point of the path stands for it."""
PATCHES = (1 / 3, 1 / 12)
"""The steps of the finer grids on which a lower way is looked for, in steps of the grid."""
SPAN = 4.0
"""A path is relaxed so far to both sides of its highest point, in steps of the grid."""


@dataclass
class Saddle:
    """A saddle, or the highest point of a path, and the minima that monotone paths lead to from it."""

    x: np.ndarray
    value: float
    kind: int
    curvature: float
    ends: set[int]
    reason: str = ""
    """Why no saddle was found, of a highest point."""


@dataclass
class Candidate:
    """A place where two minima may be joined."""

    level: float
    """The highest value on the way, as far as it is known."""
    ends: tuple[int, int]
    """The numbers of the two minima."""
    way: np.ndarray
    """``(k, d)`` points from the first minimum to the second, without the minima."""
    at: int = 0
    """The index in ``way`` of the highest point."""
    splits: int = 0
    stage: int = CROSSING
    expected: float = np.nan
    """What derivatives at the highest point say of the height of the pass, where they were looked at."""
    done: bool = False
    path: Path | None = None
    saddles: list[Saddle] = field(default_factory=list)
    """What was found from here."""
    begun: list[tuple[np.ndarray, float]] = field(default_factory=list)
    """The points from which searches for a saddle began, and f there."""
    reason: str = ""

    @property
    def height(self) -> float:
        """The height by which candidates are ordered: what is expected, until a saddle has been looked for."""
        return self.level if self.begun else float(np.fmin(self.level, self.expected))


class Network:
    """The saddles between the minima of a pool.

    Attributes
    ----------
    saddles
        All saddles and bounds, in the order in which they were found.
    """

    def __init__(self, grid: Grid, pool: Pool, descents: Descents, stop: Callable[[], None]) -> None:
        self._grid, self._pool, self._descents, self._stop = grid, pool, descents, stop
        self.saddles: list[Saddle] = []
        self._tried: set[tuple[int, int]] = set()

    @property
    def reasons(self) -> list[str]:
        """Why some pairs of minima have no saddle."""
        return [s.reason for s in self.saddles if s.reason]

    def connect(self, candidates: list[Candidate]) -> None:
        """Look for the saddles that join the minima which the candidates join."""
        self._connect(candidates)
        components, needed = _Components(self._pool.find), []
        for s in sorted(self.saddles, key=lambda s: (s.value, s.kind == BOUND)):
            if components.join(s.ends) or s.kind != BOUND:  # a bound is of no use where a lower way was found later
                needed.append(s)
        self.saddles = needed

    def _connect(self, candidates: list[Candidate]) -> None:
        candidates = list(candidates)
        for _ in range(ROUNDS):
            wanted = self._wanted(candidates)
            if not wanted:
                lower = self._straight()
                candidates += lower
                if not lower and not self._look_at(candidates):
                    return
                continue
            self._stop()
            by_stage = {stage: [c for c in wanted if c.stage == stage] for stage in STAGES}
            for c in wanted:
                c.stage += 1
            self._search([(c.way[c.at], _direction(c.way, c.at), c.level, c) for c in by_stage[CROSSING]])
            candidates += self._by_lines(by_stage[LINE])
            candidates += self._patched(by_stage[PATCH])
            candidates += self._relaxed(by_stage[STRING], SPAN, SPACING)
            candidates += self._relaxed(by_stage[CLOSER], SPAN * ZOOM / SPACING, ZOOM)
            for c in by_stage[GIVEN_UP]:
                self._bound(c)
        for c in self._wanted(candidates):
            c.reason = c.reason or f"the search had not ended after {ROUNDS} rounds"
            self._bound(c)

    def _wanted(self, candidates: list[Candidate]) -> list[Candidate]:
        """Return the candidates that a minimum spanning tree over them and the saddles needs."""
        for c in candidates:
            c.done = c.done or self._led_to(c)
        events = sorted(
            [(s.value, 0, k) for k, s in enumerate(self.saddles)]
            + [(c.height, 1, k) for k, c in enumerate(candidates) if not c.done]
        )
        components = _Components(self._pool.find)
        found = []
        for _, what, k in events:
            if not what:
                components.join(self.saddles[k].ends)
            elif components.join(candidates[k].ends):
                found.append(candidates[k])
        return found

    def _look_at(self, candidates: list[Candidate]) -> bool:
        """Return whether a candidate may be lower than it is on the grid, and than all that is known between its ends.

        Heights on the grid are too great, by a part of what f changes within a step.
        """
        asked = [c for c in candidates if not (c.done or c.begun) and np.isnan(c.expected)]
        expected = saddle_heights(self._grid, np.array([c.way[c.at] for c in asked]).reshape(-1, len(self._grid.top)))
        for c, height in zip(asked, expected, strict=True):
            c.expected = float(height)
        levels = self._levels([c.ends for c in asked])
        return bool((expected < levels).any())

    def _straight(self) -> list[Candidate]:
        """Return the straight ways between neighbouring minima that are lower than all ways that are known.

        A grid that is too coarse for its minima shows not all of the basins that touch.
        """
        own = self._pool.own
        near = neighbours(np.array([self._pool.x[k] for k in own]).reshape(len(own), len(self._grid.top)))
        pairs = [pair for a, b in near if (pair := (own[a], own[b])) not in self._tried]
        self._tried.update(pairs)
        levels = self._levels(pairs)
        ends = [(self._pool.x[a], self._pool.x[b]) for a, b in pairs]
        found = []
        for pair, way in zip(pairs, straight(self._grid, ends, levels), strict=True):
            if way is not None:
                top = max(float(way[1].max()), *(self._pool.value[k] for k in pair))
                found.append(Candidate(top, pair, way[0], int(way[1].argmax())))
        return found

    def _levels(self, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
        """Return for each two minima what is below the lowest way between them by more than rounding."""
        components = _Components(self._pool.find)
        levels = np.full(len(pairs), np.inf)
        for saddle in sorted(self.saddles, key=lambda s: s.value):
            if components.join(saddle.ends):
                for k, (one, other) in enumerate(pairs):
                    if levels[k] == np.inf and components.of(one) == components.of(other):
                        levels[k] = saddle.value - self._pool.level(one, other)
        return levels

    def _led_to(self, c: Candidate) -> bool:
        """Return whether the ends of a candidate are joined by what was found from it.

        That is a saddle between the two, or one that is the saddle of the place where the search began, which may be
        found to join other minima; from these, saddles that are no higher lead on to the ends.
        """
        ends = {self._pool.find(k) for k in c.ends}
        if any(ends <= {self._pool.find(k) for k in s.ends} for s in c.saddles):
            return True
        over = [s.value for s in c.saddles if any(_is_of(s, x, height) for x, height in c.begun)]
        components = _Components(self._pool.find)
        for saddle in self.saddles:
            if over and saddle.value <= max(over):
                components.join(saddle.ends)
        return len({components.of(k) for k in ends}) == 1

    def _search(self, begins: list[tuple[np.ndarray, np.ndarray, float, Candidate]]) -> None:
        """Look for saddles from some points."""
        if not begins:
            return
        starts, towards, heights, owners = zip(*begins, strict=True)
        for start, height, owner in zip(starts, heights, owners, strict=True):
            owner.begun.append((start, height))
        self._take(follow(self._grid, np.array(starts), np.array(towards), self._stop), owners)

    def _take(self, results: list[Found | str], owners: Sequence[Candidate]) -> None:
        """Descend from the sides of saddles that were found, and keep those that join different minima."""
        new: list[tuple[Found, list[Candidate]]] = []
        for result, owner in zip(results, owners, strict=True):
            if isinstance(result, str):
                owner.reason = result
                continue
            known = [s for s in self.saddles if s.kind != BOUND and np.abs(s.x - result.x).max() <= SAME]
            same = [others for found, others in new if np.abs(found.x - result.x).max() <= SAME]
            owner.saddles += known
            owner.reason = "a saddle was found, from which descents lead elsewhere"
            if same:
                same[0].append(owner)
            elif not known:
                new.append((result, [owner]))
        sides = _points([found.sides for found, _ in new], self._grid)
        hessians = [np.repeat(found.hessian[None], len(found.sides), axis=0) for found, _ in new]
        outside = _points([found.outside for found, _ in new], self._grid)
        ends = self._descents(sides, np.concatenate(hessians) if new else None, outside)
        numbers = self._pool.add(ends)
        first = 0
        for found, others in new:
            part = slice(first, first + len(found.sides))
            first = part.stop
            own = {self._pool.find(int(k)) for k in numbers[part] if k >= 0}
            if len(own) > 1:
                kind = DEGENERATE if found.degenerate else BORDER if found.at_face else INTERIOR
                saddle = Saddle(found.x, found.value, kind, found.curvature, own)
                self.saddles.append(saddle)
                for c in others:
                    c.saddles.append(saddle)
            elif (ends.kind[part] == UNRESOLVED).any():
                for c in others:
                    c.reason = "a descent from the saddle has no end"

    def _by_lines(self, candidates: list[Candidate]) -> list[Candidate]:
        """Look at the ways of candidates as they are, and relaxed where they may lie on the floor of a valley."""
        flat = [c for c in candidates if not self._isolated(c)]
        others = [c for c in candidates if self._isolated(c)]
        parts = self._by_paths(others, along(self._grid, [self._way(c) for c in others]))
        return parts + self._by_paths(flat, relax(self._grid, [self._way(c) for c in flat], self._stop))

    def _isolated(self, c: Candidate) -> bool:
        return all(self._pool.isolated(self._end(c, k)) for k in (0, 1))

    def _way(self, c: Candidate) -> np.ndarray:
        """Return the way of a candidate with the minima at its ends."""
        return np.concatenate([[self._pool.x[self._end(c, 0)]], c.way, [self._pool.x[self._end(c, 1)]]])

    def _patched(self, candidates: list[Candidate]) -> list[Candidate]:
        """Look for lower ways on finer and finer grids around the highest points of paths; go on as by a path."""
        if len(self._grid.top) > DIMENSIONS:
            return []
        candidates = [c for c in candidates if c.path is not None]
        paths = [c.path for c in candidates if c.path is not None]
        for step in PATCHES:
            paths = lowered(self._grid, paths, step)
        return self._by_paths(candidates, paths)

    def _relaxed(self, candidates: list[Candidate], reach: float, spacing: float) -> list[Candidate]:
        """Relax the path of each candidate around its highest point, and do with it as :meth:`_by_paths`."""
        candidates = [c for c in candidates if c.path is not None]
        paths = [c.path for c in candidates if c.path is not None]
        where = [path.around(reach) for path in paths]
        ways = [path.x[part] for path, part in zip(paths, where, strict=True)]
        parts = relax(self._grid, ways, self._stop, spacing)
        return self._by_paths(candidates, [p.replaced(w, part) for p, w, part in zip(paths, where, parts, strict=True)])

    def _by_paths(self, candidates: list[Candidate], paths: list[Path]) -> list[Candidate]:
        """Cut the paths of candidates at minima on them, and look for saddles from the peaks of the rest.

        Returns the parts of those that were cut.
        """
        for c, path in zip(candidates, paths, strict=True):
            self._measure(c, path)
        deep = [self._valleys(c, path) for c, path in zip(candidates, paths, strict=True)]
        valleys = _points([path.x[at] for path, at in zip(paths, deep, strict=True)], self._grid)
        numbers = self._pool.add(self._descents(valleys))
        parts: list[Candidate] = []
        begins = []
        first = 0
        for c, path, at in zip(candidates, paths, deep, strict=True):
            found = [self._end(c, 0), *numbers[first : first + len(at)].tolist(), self._end(c, 1)]
            first += len(at)
            stations = [(0, found[0])]
            for k, number in zip([*at, len(path.x) - 1], found[1:], strict=True):
                if number >= 0 and self._pool.find(number) != self._pool.find(stations[-1][1]):
                    stations.append((int(k), self._pool.find(number)))
            if len(stations) > 2:
                c.done = True
                parts += [self._part(c, path, one, other) for one, other in pairwise(stations)]
            elif not c.done and c.path is not None:
                begins += [(path.x[k], _direction(path.x, k), float(path.value[k]), c) for k in self._high(c, path)]
        self._search(begins)
        return parts

    def _valleys(self, c: Candidate, path: Path) -> list[int]:
        """Return the points of a path that are lower than what lies on both sides by more than rounding."""
        if c.done:
            return []
        level = self._pool.level(self._end(c, 0), self._end(c, 1))
        return [int(k) for k in path.valleys if min(path.value[:k].max(), path.value[k:].max()) > path.value[k] + level]

    def _high(self, c: Candidate, path: Path) -> list[int]:
        """Return the highest peaks of a path, of those above its ends."""
        floor = max(self._pool.value[self._end(c, k)] for k in (0, 1))
        peaks = [int(k) for k in path.peaks if path.value[k] > floor]
        return sorted(peaks, key=lambda k: -path.value[k])[:PEAKS]

    @staticmethod
    def _part(c: Candidate, path: Path, one: tuple[int, int], other: tuple[int, int]) -> Candidate:
        way, value = path.x[one[0] : other[0] + 1], path.value[one[0] : other[0] + 1]
        at = int(np.argmax(value))
        stage = CROSSING if c.splits < SPLITS else GIVEN_UP
        return Candidate(float(value[at]), (one[1], other[1]), way, at, c.splits + 1, stage)

    def _measure(self, c: Candidate, path: Path) -> None:
        """Keep a candidate's path; where it is no higher than its ends, or can be made so, they are one minimum."""
        one, other = self._end(c, 0), self._end(c, 1)
        if one == other:
            c.done = True
        elif not np.isfinite(path.value).all():
            c.reason = "the path meets values that are not finite"
        else:
            floor = max(self._pool.value[one], self._pool.value[other]) + self._pool.level(one, other)
            if not self._isolated(c) and (path.value.max() <= floor or self._level(one, other, path, floor)):
                self._pool.merge(one, other)
                c.done = True
            else:
                c.path = path

    def _level(self, one: int, other: int, path: Path, floor: float) -> bool:
        """Return whether two minima that are not isolated lie on one floor: of a valley, or along a crease."""
        values, kinds = self._pool.value, {self._pool.kind[one], self._pool.kind[other]}
        if KINK in kinds:
            return kinds == {KINK} and level_crease(self._grid, path.x, (values[one], values[other]), self._stop)
        return abs(values[one] - values[other]) <= self._pool.level(one, other) and level_floor(
            self._grid, path, floor, self._stop
        )

    def _bound(self, c: Candidate) -> None:
        """Join the ends of a candidate at the highest point of its path: the true pass is at most so high."""
        c.done = True
        ends = {self._end(c, 0), self._end(c, 1)}
        if len(ends) < 2:
            return
        path = c.path or sampled(self._grid, [self._way(c)], SPACING / FINE)[0]
        finite = bool(np.isfinite(path.value).all())
        value, x = highest(self._grid, path) if finite else (c.level, c.way[c.at])
        at = ", ".join(f"{a:.6g}" for a in self._grid.alpha(x[None])[0])
        what = "pass at most" if finite else "pass known on the grid alone, about"
        reason = f"{what} {value:.6g} high at ({at}): {c.reason or 'no saddle was found'}"
        value = max(value, *(self._pool.value[k] for k in ends))
        self.saddles.append(Saddle(x, value, BOUND, np.nan, ends, reason))

    def _end(self, c: Candidate, k: int) -> int:
        return self._pool.find(c.ends[k])


class _Components:
    """Sets of minima that are joined."""

    def __init__(self, find: Callable[[int], int]) -> None:
        self._find, self._parent = find, dict[int, int]()

    def of(self, k: int) -> int:
        """Return the number that stands for the set of a minimum."""
        k = self._find(k)
        while self._parent.get(k, k) != k:
            k = self._parent[k]
        return k

    def join(self, ends: Iterable[int]) -> bool:
        """Join the sets of some minima; return whether they were several."""
        first, *rest = sorted({self.of(k) for k in ends})
        for k in rest:
            self._parent[k] = first
        return bool(rest)


def _is_of(saddle: Saddle, x: np.ndarray, height: float) -> bool:
    """Return whether a point lies on the slopes of a saddle: no further below it than its curvature explains."""
    away = float(np.linalg.norm(saddle.x - x))
    return away <= BESIDE and saddle.value - height <= abs(np.nan_to_num(saddle.curvature)) * away**2


def _direction(way: np.ndarray, at: int) -> np.ndarray:
    """Return the direction of a way at one of its points."""
    step = way[min(at + 1, len(way) - 1)] - way[max(at - 1, 0)]
    return step if step.any() else np.ones_like(step)


def _points(parts: list[np.ndarray], grid: Grid) -> np.ndarray:
    return np.concatenate([np.empty((0, len(grid.top))), *parts])
