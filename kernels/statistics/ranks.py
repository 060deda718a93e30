"""Rank correlations of columns over units, of the units themselves and of many resamples of them at once.

After C. Spearman, American Journal of Psychology 15, 72-101 (1904). A resample is a row of multiplicities: how often
each unit is in it. Ranks of all resamples follow from one order of the units, so that nothing is sorted again.
"""

from __future__ import annotations

import numpy as np


def resampled_ranks(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the rank of each unit in each resample; ties, copies of a unit included, have their mean rank.

    Parameters
    ----------
    values
        ``(n,)`` one number a unit, none of them NaN.
    counts
        ``(b, n)`` how often each unit is in each resample.

    Returns
    -------
    numpy.ndarray
        ``(b, n)`` float64, from 1; the rank of a unit that is not in a resample means nothing.

    Examples
    --------
    >>> import numpy as np
    >>> resampled_ranks(np.array([5.0, 3.0, 9.0]), np.array([[1, 1, 1], [2, 1, 0]]))[:, :2]
    array([[2. , 1. ],
           [2.5, 1. ]])
    """
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    first = np.concatenate([[True], ascending[1:] != ascending[:-1]])
    totals = np.add.reduceat(counts[:, order], np.flatnonzero(first), axis=1, dtype=np.float64)
    ranks = np.cumsum(totals, axis=1) - (totals - 1) / 2
    out = np.empty(counts.shape)
    out[:, order] = ranks[:, np.cumsum(first) - 1]
    return out


def ranks_within(
    values: np.ndarray, counts: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rank of each unit within its group in each resample, the sizes of the groups, and where each unit is.

    Parameters
    ----------
    values, counts
        As in :func:`resampled_ranks`.
    groups
        ``(n,)`` the group of each unit, whole numbers.

    Returns
    -------
    ranks, sizes, at : numpy.ndarray
        ``(b, n)`` ranks from 1, ``(b, g)`` units in each of the g groups, ``(n,)`` which of these a unit is in.
    """
    order = np.lexsort((values, groups))
    sorted_groups, ascending = groups[order], values[order]
    opens = np.concatenate([[True], sorted_groups[1:] != sorted_groups[:-1]])
    steps = opens | np.concatenate([[True], ascending[1:] != ascending[:-1]])
    codes, at = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    codes[order] = np.cumsum(steps)  # one number for each value of each group, in their order
    at[order] = np.cumsum(opens) - 1
    sizes = np.add.reduceat(counts[:, order], np.flatnonzero(opens), axis=1, dtype=np.float64)
    before = np.cumsum(sizes, axis=1) - sizes
    return resampled_ranks(codes, counts) - before[:, at], sizes, at


def standard_ranks(values: np.ndarray, counts: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Return ranks as vectors of length 1 whose scalar products are rank correlations.

    With multiplicities w and ranks r of one resample of N units, the vector is ``sqrt(w) (r / (N + 1) - 1/2)`` divided
    by its length. Within groups, ranks, N and the mean are those of each group, so that groups of any size and level
    count alike (van Elteren 1960), and what is left is the correlation within them.

    Parameters
    ----------
    values, counts
        As in :func:`resampled_ranks`.
    groups
        ``(n,)`` the group of each unit, whole numbers from 0; all units are one group without it.

    Returns
    -------
    numpy.ndarray
        ``(b, n)`` float64; NaN for a resample in which nothing varies.
    """
    ranks, sizes, at = ranks_within(values, counts, np.zeros(len(values), np.int64) if groups is None else groups)
    out = np.sqrt(counts) * (ranks / (sizes[:, at] + 1) - 0.5)
    lengths = np.sqrt(np.einsum("bn,bn->b", out, out))
    lengths[lengths < 1e-9] = np.nan
    return out / lengths[:, None]


def partial(xy: np.ndarray, xz: np.ndarray, yz: np.ndarray) -> np.ndarray:
    """Return the partial correlation of x and y given z from the three correlations, NaN where z says all of x or y."""
    left = (1 - xz**2) * (1 - yz**2)
    return (xy - xz * yz) / np.sqrt(np.where(left > 1e-12, left, np.nan))


MIN_PAIRS = 3
"""A rank correlation of fewer pairs is not defined."""


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation of ``x`` and ``y`` ``(n,)`` over pairs without NaN; ties have their mean rank.

    It is NaN (not defined) for fewer than :data:`MIN_PAIRS` pairs, or if ``x`` or ``y`` does not vary.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.array([1.0, 2, 3, 4]), np.array([10.0, 30, 20, 40])
    >>> round(spearman(x, y), 12)  # 1 - 6 (0 + 1 + 1 + 0) / (4 * 15)
    0.8
    """
    known = ~(np.isnan(x) | np.isnan(y))
    once = np.ones((1, int(known.sum())))
    if once.shape[1] < MIN_PAIRS:
        return float("nan")
    return float((standard_ranks(x[known], once) * standard_ranks(y[known], once)).sum())
