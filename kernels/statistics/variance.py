"""How much of the variance of repeated measurements lies between units, and how much within them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Components(NamedTuple):
    """The two components of variance of one number: within units and between them, NaN where they are not known."""

    within: float
    between: float

    @property
    def share(self) -> float:
        """The share of the variance that lies between units (the intraclass correlation of one measurement)."""
        total = self.within + self.between
        return self.between / total if total > 0 else float("nan")


def components(values: np.ndarray, units: np.ndarray) -> Components:
    """Return the components of variance of measurements ``(m,)`` of ``units`` ``(m,)``, whole numbers.

    By the analysis of variance of one random factor (R. A. Fisher 1925; S. R. Searle, Linear Models, 1971, for units
    with different numbers m_i of measurements): with the mean squares W within and B between k units,

        within = W,   between = max(0, (B - W) / m_0),   m_0 = (m - sum m_i^2 / m) / (k - 1).

    NaN measurements are left out. ``within`` needs a unit with two measurements, ``between`` two units as well.

    Examples
    --------
    >>> import numpy as np
    >>> components(np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1]))  # W = 2, B = 16, m_0 = 2
    Components(within=2.0, between=7.0)
    """
    known = np.isfinite(values)
    values, (_, at) = values[known], np.unique(units[known], return_inverse=True)
    sizes = np.bincount(at) if len(at) else np.zeros(0, np.int64)
    m, k = len(values), len(sizes)
    if m <= k:
        return Components(float("nan"), float("nan"))
    means = np.bincount(at, values) / sizes
    within = float(((values - means[at]) ** 2).sum() / (m - k))
    if k < 2:
        return Components(within, float("nan"))
    mean_square = float((sizes * (means - values.mean()) ** 2).sum() / (k - 1))
    usual = float((m - (sizes**2).sum() / m) / (k - 1))
    return Components(within, max(0.0, (mean_square - within) / usual))
