"""What rounding leaves of a function's values in float64, and of barriers between them."""

from __future__ import annotations

import numpy as np

EPSILON = float(np.finfo(np.float64).eps)


def noise(value: np.ndarray | float) -> np.ndarray:
    """Return how far values may be off by rounding: 64 units in the last place, as they are sums of many terms."""
    return 64 * EPSILON * np.abs(value)


def nothing(value: np.ndarray | float, stiffest: np.ndarray | float) -> np.ndarray:
    """Return the greatest difference of values that counts as none.

    It is that of rounding, and 1e-10 of the rise over half a step of the grid along the stiffest direction, so that the
    floor of a valley is found to be level though no point lies on it exactly.
    """
    return noise(value) + 1e-10 * np.abs(stiffest) / 8
