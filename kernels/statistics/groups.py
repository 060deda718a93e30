"""How far groups of units differ in one number: effect sizes with intervals; ranks with a covariate taken out."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from landsweep.kernels.statistics.ranks import ranks_within

Z95 = 1.959963984540054
"""Of a normal distribution, 95 % lies within this many standard deviations of its mean."""


class Estimate(NamedTuple):
    """An estimate with the two ends of its 95 % interval, NaN where they are not known."""

    value: float
    low: float
    high: float


UNKNOWN = Estimate(float("nan"), float("nan"), float("nan"))


def cliffs_delta(values: np.ndarray, first: np.ndarray) -> Estimate:
    """Return Cliff's delta of two groups, P(first > other) - P(first < other), with a 95 % interval.

        N. Cliff, Psychological Bulletin 114, 494-509 (1993); the same as the rank-biserial correlation. With the share
        theta = (delta + 1) / 2 the interval is where |theta - estimate| = 1.96 sqrt V(theta) with

            V = theta (1 - theta) [1 + k (1 - theta) / (2 - theta) + k theta / (1 + theta)] / (n_1 n_2),
            k = (n_1 + n_2) / 2 - 1,

        method 5 of R. G. Newcombe, Statistics in Medicine 25, 559-573 (2006). It has a width where the groups do not
        overlap, which a bootstrap has not.

    Parameters
    ----------
        values
            ``(n,)`` one number a unit.
        first
            ``(n,)`` whether a unit is in the first group.

    Examples
    --------
        >>> import numpy as np
        >>> found = cliffs_delta(np.array([1.0, 2, 3, 4, 5, 6]), np.array([0, 0, 1, 0, 1, 1], bool))
        >>> round(found.value, 12)  # of nine pairs eight are won, one is lost
        0.777777777778
        >>> 0 < found.low < found.value < found.high < 1
        False
    """
    a, b = values[first], values[~first]
    if not len(a) or not len(b):
        return UNKNOWN
    delta = _won(a, b) / (len(a) * len(b))
    low, high = _share_interval((delta + 1) / 2, len(a), len(b))
    return Estimate(delta, 2 * low - 1, 2 * high - 1)


def _won(a: np.ndarray, b: np.ndarray) -> float:
    """Return in how many pairs the one of ``a`` is greater, less those in which it is less."""
    ascending = np.sort(b)
    below, upto = np.searchsorted(ascending, a, "left"), np.searchsorted(ascending, a, "right")
    return float((below + upto - len(b)).sum())


def _share_interval(theta: float, n1: int, n2: int) -> tuple[float, float]:
    from scipy.optimize import brentq

    k = (n1 + n2) / 2 - 1

    def beyond(t: float) -> float:
        spread = t * (1 - t) * (1 + k * (1 - t) / (2 - t) + k * t / (1 + t)) / (n1 * n2)
        return (t - theta) ** 2 - Z95**2 * spread

    edge = 1e-12  # at 0 and 1 there is no spread, and a root that is no end
    low = float(brentq(beyond, 0, min(theta, 1 - edge))) if theta > edge else 0.0
    high = float(brentq(beyond, max(theta, edge), 1)) if theta < 1 - edge else 1.0
    return low, high


def stratified_delta(values: np.ndarray, first: np.ndarray, blocks: np.ndarray) -> float:
    """Return Cliff's delta over those pairs alone whose two units lie in the same block, NaN without such a pair."""
    ranks, sizes, at = ranks_within(values, np.ones((1, len(values))), blocks)
    firsts = np.bincount(at, first, minlength=sizes.shape[1])
    pairs = firsts * (sizes[0] - firsts)
    # a rank sum less that of the least ranks is how many pairs are won, ties half
    won = np.bincount(at, ranks[0] * first, minlength=len(firsts)) - firsts * (firsts + 1) / 2
    return float((2 * won - pairs).sum() / pairs.sum()) if pairs.any() else float("nan")


def paired_delta(differences: np.ndarray) -> Estimate:
    """Return how much more often ``(n,)`` paired differences are above 0 than below, with a 95 % interval.

    The share of positive ones, zeros halved, has the interval of E. B. Wilson (1927) for n pairs; the estimate is twice
    the share less 1. NaN are left out.
    """
    differences = differences[~np.isnan(differences)]
    n = len(differences)
    if not n:
        return UNKNOWN
    share = float(((differences > 0) + 0.5 * (differences == 0)).mean())
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return Estimate(2 * share - 1, 2 * max(0.0, centre - half) - 1, 2 * min(1.0, centre + half) - 1)


def epsilon_squared(statistic: float, n: int) -> float:
    """Return the effect size H / (n - 1) of groups of ``n`` units in all: which share of the ranks' variance it is.

    ``statistic`` is H of Kruskal and Wallis. M. Tomczak and E. Tomczak, Trends in Sport Sciences 21, 19-25 (2014).
    """
    return statistic / (n - 1)


def without(values: np.ndarray, covariate: np.ndarray) -> np.ndarray:
    """Return what a line through the ranks of a covariate leaves of the ranks of ``values`` ``(n,)``.

    The rank analysis of covariance of D. Quade, Journal of the American Statistical Association 62, 1187-1200 (1967)
    compares groups by these. Differences below rounding are 0.
    """
    from scipy.stats import rankdata

    y, z = rankdata(values), rankdata(covariate)
    y, z = y - y.mean(), z - z.mean()
    along = float(z @ z)
    return (y - z * (z @ y) / along if along > 0 else y).round(9)
