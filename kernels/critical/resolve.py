"""From a field on a grid to the minima and saddles of the function that was evaluated there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.critical.surface import Surface


def resolve(
    surface: Surface,
    axes: Sequence[np.ndarray],
    field: np.ndarray,
    *,
    starts: Sequence[int] = (),
    samples: int = 0,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Resolved:
    """Return the minima of a function in a box that descents from a grid lead to, and the saddles between them.

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
    """
    raise NotImplementedError


class Interrupted(Exception):
    """The search was asked to stop."""
