"""How much each unit moves a rank correlation: the limit of the bootstrap for many units, without resamples.

The infinitesimal jackknife of L. A. Jaeckel (Bell Laboratories, 1972) and B. Efron, The Jackknife, the Bootstrap and
Other Resampling Plans (1982): with psi_i the derivative of the estimate by the weight of unit i, its standard deviation
is sqrt(sum psi_i^2) / n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Column(NamedTuple):
    """A column as ranks: ``a = r / (n + 1) - 1/2`` ``(n,)``, and what more weight of a unit does to its own square.

    ``order`` sorts the units, ``first`` and ``last`` are the ends of each unit's ties in that order, ``square`` is the
    mean of a^2, and ``moved`` ``(n,)`` its influence.
    """

    a: np.ndarray
    order: np.ndarray
    first: np.ndarray
    last: np.ndarray
    square: float
    moved: np.ndarray


def column(values: np.ndarray) -> Column:
    """Return the ranks of ``values`` ``(n,)``."""
    n, order = len(values), np.argsort(values, kind="stable")
    ascending = values[order]
    first = np.searchsorted(ascending, values, "left")
    last = np.searchsorted(ascending, values, "right")
    a = (first + last + 1) / (2 * (n + 1)) - 0.5
    square = float(a @ a / n)
    found = Column(a, order, first, last, square, np.zeros(0))
    return found._replace(moved=a * a + 2 * _above(found, a) - 3 * square)


def _above(x: Column, values: np.ndarray) -> np.ndarray:
    """Return for each unit the mean of ``values`` over all units, where those below it in x count 0 and ties half."""
    sums = np.concatenate([[0.0], np.cumsum(values[x.order])])
    return (sums[-1] - (sums[x.first] + sums[x.last]) / 2) / len(values)


def influence(x: Column, y: Column) -> tuple[float, np.ndarray]:
    """Return Spearman's rank correlation of two columns, and the influence psi of each unit ``(n,)`` on it.

    With A = mean of a_x a_y, B and C the means of a_x^2 and a_y^2, rho = A / sqrt(B C). A unit of more weight adds its
    product to A, and moves the ranks of all units above it: psi_A = a_x a_y + (mean of a_y above it in x) + (mean of
    a_x above it in y) - 3 A, and likewise for B and C.
    """
    product = float(x.a @ y.a / len(x.a))
    scale = float(np.sqrt(x.square * y.square))
    rho = product / scale
    moved = x.a * y.a + _above(x, y.a) + _above(y, x.a) - 3 * product
    return rho, moved / scale - rho / 2 * (x.moved / x.square + y.moved / y.square)


def partial_influence(
    xy: tuple[float, np.ndarray], xz: tuple[float, np.ndarray], yz: tuple[float, np.ndarray]
) -> tuple[float, np.ndarray]:
    """Return the partial rank correlation of x and y given z, and its influence, from those of the three pairs.

    It is NaN where z says all of x or y.
    """
    (r, by_xy), (s, by_xz), (t, by_yz) = xy, xz, yz
    if min(1 - s * s, 1 - t * t) < 1e-12:
        return float("nan"), np.full(len(by_xy), np.nan)
    root = float(np.sqrt((1 - s * s) * (1 - t * t)))
    found = (r - s * t) / root
    return found, by_xy / root + (found * s / (1 - s * s) - t / root) * by_xz + (
        found * t / (1 - t * t) - s / root
    ) * by_yz
