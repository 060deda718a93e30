"""Two-sided p values of rank statistics: over all permutations where units are few, else by the usual approximation."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb, factorial, lgamma, log, prod

import numpy as np

EXACT_UNITS = 10
"""Rank correlations of at most this many units are compared with those of all permutations."""
EXACT_SUMS = 40
"""Rank sums of two groups with at most this many units together are exact."""
EXACT_GROUPS = 40_000
"""Several groups are compared over all assignments of units to them where there are at most so many."""
DRAWN = 9_999
"""Else this many random assignments are drawn, as long as there are at most :data:`DRAWN_UNITS` units."""
DRAWN_UNITS = 200


def whole_ranks(values: np.ndarray) -> np.ndarray:
    """Return twice the mean ranks ``(n,)``, which are whole numbers."""
    from scipy.stats import rankdata

    return np.rint(2 * rankdata(values)).astype(np.int64)


def spearman_p(x: np.ndarray, y: np.ndarray) -> tuple[float, bool]:
    """Return the two-sided p value of Spearman's rank correlation of ``x`` and ``y`` ``(n,)``, and whether it is exact.

    Exact is the share of all n! pairings whose correlation is as far from 0, ties included, for at most
    :data:`EXACT_UNITS` units. Beyond, Student's t with n - 2 degrees of freedom; p is at least that of a perfect
    order, 2 / n!.

    Examples
    --------
    >>> import numpy as np
    >>> spearman_p(np.arange(4.0), np.arange(4.0))  # 2 of 24 orders are perfect
    (0.08333333333333333, True)
    """
    return ranked_p(whole_ranks(x), whole_ranks(y))


def ranked_p(a: np.ndarray, b: np.ndarray) -> tuple[float, bool]:
    """Return :func:`spearman_p` of numbers from their :func:`whole_ranks`."""
    n = len(a)
    if n < 2 or (a == a[0]).all() or (b == b[0]).all():
        return float("nan"), True
    if n <= EXACT_UNITS:
        counts = _pairings(tuple(sorted(a.tolist())), tuple(sorted(b.tolist())))
        away = np.abs(n * np.arange(len(counts)) - a.sum() * b.sum())
        return float(counts[away >= abs(n * int(a @ b) - int(a.sum() * b.sum()))].sum() / counts.sum()), True
    from scipy.special import stdtr

    u, v = a - a.mean(), b - b.mean()
    rho = float(u @ v / np.sqrt((u @ u) * (v @ v)))
    t = abs(rho) * np.sqrt((n - 2) / max(1 - rho * rho, 1e-300))
    least = np.exp(log(2) - lgamma(n + 1))
    return max(float(2 * stdtr(n - 2, -t)), float(least)), False


@lru_cache(maxsize=4096)
def _pairings(a: tuple[int, ...], b: tuple[int, ...]) -> np.ndarray:
    """Return how many different pairings of ``a`` and ``b`` have each sum of products, from 0.

    Sums are added up unit by unit over what is left of ``b``, of which equal values are alike.
    """
    values = sorted(set(b))
    length = sum(p * q for p, q in zip(a, b, strict=True)) + 1  # both ascend: the greatest sum
    start = np.zeros(length, np.int64)
    start[0] = 1
    states = {tuple(b.count(v) for v in values): start}
    for factor in a:
        following: dict[tuple[int, ...], np.ndarray] = {}
        for left, sums in states.items():
            for k, value in enumerate(values):
                if left[k]:
                    then = (*left[:k], left[k] - 1, *left[k + 1 :])
                    into = following.setdefault(then, np.zeros(length, np.int64))
                    into[factor * value :] += sums[: length - factor * value]
        states = following
    (counts,) = states.values()
    return counts


def _subset_sums(values: np.ndarray) -> np.ndarray:
    """Return ``(n + 1, total + 1)`` how many subsets of ``values`` have each size and sum."""
    table = np.zeros((len(values) + 1, int(values.sum()) + 1))
    table[0, 0] = 1
    for value in values.tolist():
        table[1:, value:] += table[:-1, : table.shape[1] - value].copy()
    return table


def rank_sum_p(values: np.ndarray, first: np.ndarray) -> tuple[float, bool]:
    """Return the two-sided p value of the rank sum of two groups (Mann and Whitney 1947), and whether it is exact.

    Parameters
    ----------
    values
        ``(n,)`` one number a unit.
    first
        ``(n,)`` whether a unit is in the first group.

    Notes
    -----
    Exact is the share of all choices of as many units whose rank sum is as far from its mean, ties included, for at
    most :data:`EXACT_SUMS` units; beyond, the normal approximation with SciPy's correction for ties.

    Examples
    --------
    >>> import numpy as np
    >>> rank_sum_p(np.arange(8.0), np.arange(8) < 4)  # 2 of 70 choices keep the groups apart
    (0.02857142857142857, True)
    """
    ranks, size = whole_ranks(values), int(first.sum())
    n = len(ranks)
    if not 0 < size < n or (ranks == ranks[0]).all():
        return float("nan"), True
    if n <= EXACT_SUMS:
        counts = _subset_sums(ranks)[size]
        away = np.abs(n * np.arange(len(counts)) - size * ranks.sum())
        return float(
            counts[away >= abs(n * int(ranks[first].sum()) - size * int(ranks.sum()))].sum() / comb(n, size)
        ), True
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(values[first], values[~first], method="asymptotic").pvalue), False


def sign_p(differences: np.ndarray) -> tuple[float, bool]:
    """Return the two-sided p value of the sign test of ``(n,)`` paired differences, which is exact for any number.

    Differences of 0, and NaN, are left out; of the others, each sign is as likely as the other (W. J. Dixon and
    A. M. Mood, Journal of the American Statistical Association 41, 557-566, 1946).

    Examples
    --------
    >>> import numpy as np
    >>> sign_p(np.array([1.0, 2, 3, 4, 0]))  # 2 of 16 choices have all signs alike
    (0.125, True)
    """
    from scipy.stats import binomtest

    above, below = int((differences > 0).sum()), int((differences < 0).sum())
    if not above + below:
        return float("nan"), True
    return float(binomtest(above, above + below).pvalue), True


def groups_p(values: np.ndarray, labels: np.ndarray) -> tuple[float, float, bool]:
    """Return the statistic H of Kruskal and Wallis (1952), its p value, and whether that is exact.

    H = 12 / (n (n + 1)) sum over groups of R_g^2 / n_g - 3 (n + 1), divided by 1 - sum (t^3 - t) / (n^3 - n) over ties,
    with the rank sums R_g. Exact is the share of all assignments of units to groups of these sizes that have at least
    this H, for at most :data:`EXACT_GROUPS` assignments; then :data:`DRAWN` random ones, with the one that was found;
    for more than :data:`DRAWN_UNITS` units the chi-square distribution.

    Parameters
    ----------
    values
        ``(n,)`` one number a unit.
    labels
        ``(n,)`` the group of each unit, whole numbers from 0 without a gap.
    """
    from scipy.stats import chi2, rankdata, tiecorrect

    ranks, sizes = rankdata(values), np.bincount(labels)
    n = len(ranks)
    ties = float(tiecorrect(ranks))
    if len(sizes) < 2 or ties == 0:
        return float("nan"), float("nan"), True

    def statistic(assigned: np.ndarray) -> np.ndarray:
        sums = np.stack([(ranks * (assigned == g)).sum(axis=-1) for g in range(len(sizes))], axis=-1)
        return (12 / (n * (n + 1)) * (sums**2 / sizes).sum(axis=-1) - 3 * (n + 1)) / ties

    found = float(statistic(labels))
    if factorial(n) // prod(factorial(int(s)) for s in sizes) <= EXACT_GROUPS if n <= EXACT_SUMS else False:
        return found, float(np.mean(statistic(_assignments(tuple(sizes.tolist()))) >= found - 1e-9)), True
    if n <= DRAWN_UNITS:
        drawn = np.random.default_rng(0).permuted(np.tile(labels, (DRAWN, 1)), axis=1)
        return found, float((1 + (statistic(drawn) >= found - 1e-9).sum()) / (1 + DRAWN)), False
    return found, float(chi2.sf(found, len(sizes) - 1)), False


@lru_cache(maxsize=16)
def _assignments(sizes: tuple[int, ...]) -> np.ndarray:
    """Return ``(m, n)`` every assignment of n units to groups of these sizes."""
    n = sum(sizes)
    rows: list[np.ndarray] = [np.full(n, len(sizes) - 1)]
    for group, size in enumerate(sizes[:-1]):
        grown = []
        for row in rows:
            free = np.flatnonzero(row == len(sizes) - 1)
            for chosen in combinations(free.tolist(), size):
                grown.append(row.copy())
                grown[-1][list(chosen)] = group
        rows = grown
    return np.stack(rows)
