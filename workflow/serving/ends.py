"""The least and the greatest finite value of an array, found box by box."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from landsweep.study.plan import Shape


@dataclass(frozen=True)
class Ends:
    """The least and the greatest finite value of a part of a grid, and the vertices where these are.

    Of equal values it is the first vertex in C order. Without a finite value, vertices are -1.
    """

    least: float = inf
    least_at: int = -1
    most: float = -inf
    most_at: int = -1

    @classmethod
    def of(cls, values: np.ndarray, low: Shape, grid: Shape) -> Ends:
        """Return the ends of a box of a grid, whose first point is ``low``."""
        finite = np.isfinite(values)
        if not finite.any():
            return cls()
        least, most = int(np.where(finite, values, inf).argmin()), int(np.where(finite, values, -inf).argmax())
        inside = np.unravel_index([least, most], values.shape)
        at = np.ravel_multi_index([i + a for i, a in zip(inside, low, strict=True)], grid)
        return cls(float(values.flat[least]), int(at[0]), float(values.flat[most]), int(at[1]))

    def __or__(self, other: Ends) -> Ends:
        """Return the ends of two parts together."""
        least, least_at = min((self.least, self.least_at), (other.least, other.least_at))
        most, most_at = min((-self.most, self.most_at), (-other.most, other.most_at))
        return Ends(least, least_at, -most, most_at)

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the greatest value, None where there is none."""
        return (self.least, self.most) if self.least_at >= 0 else None
