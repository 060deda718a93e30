"""How far the loss rises between two networks."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np


@dataclass(frozen=True)
class Barrier:
    """The rise of the loss along the line between two networks, at t = 0 and t = 1.

    Parameters
    ----------
    height
        ``max_t L(t) - ((1 - t) L(0) + t L(1))`` over the points with 0 <= t <= 1: how far the loss lies above the
        straight line between its ends (Entezari et al. 2022, arXiv:2110.06296); at least 0.
    position
        The t where this is reached, the least where there are several.
    instability
        ``max_t L(t) - (L(0) + L(1)) / 2``, the linear interpolation instability of Frankle et al. 2020
        (arXiv:1912.05671), for a loss.
    """

    height: float
    position: float
    instability: float


ROUNDING = 1e-9
"""Grid coordinates are this close to 0 and 1 where they are meant to be these numbers."""
UNKNOWN = Barrier(nan, nan, nan)
"""Nothing is known where an end is no point of the grid, or where its loss is not finite."""


def barrier(t: np.ndarray, loss: np.ndarray) -> Barrier:
    """Return the barrier of losses at the coordinates ``t``, both ``(n,)`` float64.

    A loss between the ends that is not finite counts as +infinity, as in merge trees.

    Examples
    --------
    >>> import numpy as np
    >>> barrier(np.array([0.0, 0.5, 1.0]), np.array([1.0, 4.0, 3.0]))
    Barrier(height=2.0, position=0.5, instability=2.0)
    """
    first, last = (np.flatnonzero(np.abs(t - end) <= ROUNDING) for end in (0.0, 1.0))
    if not len(first) or not len(last):
        return UNKNOWN
    start, end = float(loss[first[0]]), float(loss[last[0]])
    if not (np.isfinite(start) and np.isfinite(end)):
        return UNKNOWN
    inside = (t >= -ROUNDING) & (t <= 1.0 + ROUNDING)
    t, loss = t[inside], np.where(np.isfinite(loss[inside]), loss[inside], np.inf)
    above = loss - ((1.0 - t) * start + t * end)
    k = int(above.argmax())
    return Barrier(float(above[k]), float(t[k]), float(loss.max() - (start + end) / 2))
