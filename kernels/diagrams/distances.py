"""Distances between persistence diagrams: bottleneck, and Wasserstein of any order, both exact up to rounding.

The distance of two points is that of their greatest coordinate, ``max(|b - b'|, |d - d'|)``, and (d - b) / 2 is that of
a point from the diagonal (Edelsbrunner and Harer 2010, VIII.2 and VIII.3).
"""

from __future__ import annotations

import numpy as np
from landsweep.kernels.diagrams.library import gudhi

LARGEST = 2**25
"""The Wasserstein distance takes at most so many possible matches, number of points times number of points: 0.8 GB."""


def bottleneck_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the bottleneck distance: the least t such that some matching moves no point further than t.

    A matching pairs each point of one diagram with a point of the other, or with the diagonal. For the diagrams of two
    fields f and g over the same grid it is at most max |f - g| (Cohen-Steiner, Edelsbrunner and Harer 2007).

    Parameters
    ----------
    one, other
        ``(n, 2)`` and ``(m, 2)`` finite births and deaths.

    Raises
    ------
    ImportError
        Where gudhi, which computes it, is missing.

    Examples
    --------
    >>> import numpy as np
    >>> float(bottleneck_distance(np.array([[0.0, 4.0], [1.0, 2.0]]), np.array([[0.0, 5.0]])))
    1.0
    """
    if np.array_equal(one, other):
        return 0.0
    return float(gudhi().bottleneck_distance(one, other))


def wasserstein_distance(one: np.ndarray, other: np.ndarray, order: float = 1.0) -> float:
    """Return the q-Wasserstein distance: the least (sum of cost^q)^(1/q) over all matchings, q = ``order``.

    A matching pairs each point of one diagram with a point of the other, or with the diagonal. The optimum is found
    exactly by an assignment: leaving all points to the diagonal costs sum_i p_i^q + sum_j p_j^q, with p = (d - b) / 2;
    matching i with j saves p_i^q + p_j^q - c_ij^q where that is above 0, and the greatest total saving is an assignment
    of n x m numbers (scipy.optimize.linear_sum_assignment).

    Parameters
    ----------
    one, other
        ``(n, 2)`` and ``(m, 2)`` finite births and deaths.
    order
        The order q, at least 1.

    Raises
    ------
    ValueError
        For an order below 1, or more than :data:`LARGEST` possible matches.

    Examples
    --------
    >>> import numpy as np
    >>> round(wasserstein_distance(np.array([[0.0, 4.0], [1.0, 2.0]]), np.array([[0.0, 5.0]])), 9)
    1.5
    """
    from scipy.optimize import linear_sum_assignment

    if not 1 <= order < np.inf:
        raise ValueError(f"order is {order:g}, expected a number of at least 1.")
    if len(one) * len(other) > LARGEST:
        raise ValueError(
            f"the diagrams have {len(one)} and {len(other)} points, expected at most {LARGEST} possible matches."
        )
    halves = (one[:, 1] - one[:, 0]) / 2, (other[:, 1] - other[:, 0]) / 2
    scale = max((half.max() for half in halves if len(half)), default=0.0)
    if not scale:
        return 0.0
    alone = [(half / scale) ** order for half in halves]
    apart = np.maximum(np.abs(one[:, None, 0] - other[None, :, 0]), np.abs(one[:, None, 1] - other[None, :, 1]))
    # What is further apart than both are from the diagonal saves nothing; powers of it could pass the greatest float.
    cost = np.minimum(apart / scale, 2.0) ** order
    saved = np.maximum(alone[0][:, None] + alone[1][None, :] - cost, 0.0)
    rows, columns = linear_sum_assignment(saved, maximize=True)
    matched = saved[rows, columns] > 0
    rows, columns = rows[matched], columns[matched]
    total = cost[rows, columns].sum() + np.delete(alone[0], rows).sum() + np.delete(alone[1], columns).sum()
    return float(scale * total ** (1 / order))
