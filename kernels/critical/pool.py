"""The minima that descents have ended in, each once."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.critical.descent import DEFINITE, UNRESOLVED, Ends
from landsweep.kernels.critical.resolved import BORDER
from landsweep.kernels.critical.rounding import nothing
from landsweep.kernels.critical.surface import Grid

SAME = 1e-5
"""Ends that are no further apart than this, in steps of the grid, are one minimum."""
NEAR = 1.5
"""Ends that are no further apart than this are one minimum where no barrier lies between them; of minima with a
positive definite Hessian, which are isolated, only where they are closer than :data:`CLOSE`."""
CLOSE = 0.02
"""Between two isolated minima that are no further apart than this a barrier is looked for."""


class Pool:
    """Minima by number; a number stays that of a minimum when others turn out to be the same.

    Attributes
    ----------
    x, value, kind, curvature, stiffest
        As of :class:`landsweep.kernels.critical.descent.Ends`, one of each a number.
    reached
        The numbers to which other descents than sampled ones have led.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.reached: set[int] = set()
        self.x: list[np.ndarray] = []
        self.value: list[float] = []
        self.kind: list[int] = []
        self.curvature: list[float] = []
        self.stiffest: list[float] = []
        self._parent: list[int] = []

    def __len__(self) -> int:
        return len(self.x)

    def find(self, number: int) -> int:
        """Return the number of the minimum that this one is the same as."""
        while self._parent[number] != number:
            number = self._parent[number]
        return number

    @property
    def own(self) -> list[int]:
        """The numbers of distinct minima."""
        return [k for k in range(len(self)) if self._parent[k] == k]

    def isolated(self, number: int) -> bool:
        """Return whether no other minimum can be close to this one."""
        return _isolated(self.kind[number], self.curvature[number], self.stiffest[number])

    def level(self, *numbers: int) -> float:
        """Return what counts as no difference of values at some minima."""
        found = [nothing(self.value[k], np.nan_to_num(self.stiffest[k])) for k in numbers]
        return float(np.max(found))

    def merge(self, one: int, other: int) -> None:
        """Take two minima for one: the lower of them."""
        one, other = self.find(one), self.find(other)
        if one != other:
            keep, drop = sorted((one, other), key=lambda k: (self.value[k], k))
            self._parent[drop] = keep

    def add(self, ends: Ends, *, sampled: bool = False) -> np.ndarray:
        """Take in the ends of descents; return the number of the minimum of each, -1 for an unresolved one.

        Ends of sampled descents are not ``reached``.
        """
        numbers = np.full(len(ends.value), -1, np.int64)
        for k in range(len(numbers)):
            if ends.kind[k] != UNRESOLVED:
                numbers[k] = self._number(ends, k)
                if not sampled:
                    self.reached.add(int(numbers[k]))
        return numbers

    def _number(self, ends: Ends, k: int) -> int:
        x, isolated = ends.x[k], _isolated(ends.kind[k], ends.curvature[k], ends.stiffest[k])
        own = self.own
        distance = np.array([np.linalg.norm(self.x[j] - x) for j in own])
        for at in np.argsort(distance, kind="stable").tolist():
            j = own[at]
            both = isolated and self.isolated(j)
            if distance[at] > (CLOSE if both else NEAR):
                break
            if distance[at] <= SAME or self._level_between(j, ends, k):
                if ends.value[k] < self.value[j]:
                    self._put(j, ends, k)
                return j
        self._parent.append(len(self))
        self.x.append(x)
        for column in (self.value, self.curvature, self.stiffest):
            column.append(np.nan)
        self.kind.append(UNRESOLVED)
        self._put(len(self) - 1, ends, k)
        return len(self) - 1

    def _put(self, j: int, ends: Ends, k: int) -> None:
        self.x[j], self.value[j], self.kind[j] = ends.x[k], float(ends.value[k]), int(ends.kind[k])
        self.curvature[j], self.stiffest[j] = float(ends.curvature[k]), float(ends.stiffest[k])

    def _level_between(self, j: int, ends: Ends, k: int) -> bool:
        t = np.linspace(0, 1, 10)[1:-1, None]
        values = self._grid.value(self.x[j] * (1 - t) + ends.x[k] * t)
        level = max(float(nothing(ends.value[k], np.nan_to_num(ends.stiffest[k]))), self.level(j))
        return bool((values <= max(self.value[j], ends.value[k]) + level).all())


def _isolated(kind: int, curvature: float, stiffest: float) -> bool:
    """Return whether the Hessian is positive definite, or there is none as f rises along all axes: in a corner."""
    return bool(curvature > DEFINITE * stiffest or (kind == BORDER and np.isnan(curvature)))
