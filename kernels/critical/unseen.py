r"""How many minima a search has not seen, from how often it came upon those that it has seen.

A descent from a random start ends in minimum i with a probability p_i, the share of its basin in the box. Of S such
descents, f_1 end in minima in which no other ends, and f_2 minima are the ends of exactly two. Ecologists count species
in the same way: how many were met only once says how many were not met.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, floor, inf, log, nan, sqrt

import numpy as np

OVERLOOKED = 0.05
"""Intervals and bounds may fail with this probability."""
NORMAL = 1.959963984540054
"""The quantile of the normal distribution for a two-sided interval of 95 %."""


@dataclass(frozen=True)
class Unseen:
    """What a sample of descents says of the minima that nothing has led to yet.

    All five are NaN where no descent of the sample ended in a minimum.

    Parameters
    ----------
    probability, probability_high
        The probability that one further descent ends in such a minimum, and what it is at most, with 95 % confidence.
    count
        An estimate of their number, from below: minima with much smaller basins than those seen are not in it.
    low, high
        The 95 % interval of that estimate, whole numbers; ``high`` is infinite where every descent ended in a minimum
        of its own, as such a sample bounds nothing.
    """

    probability: float
    probability_high: float
    count: float
    low: float
    high: float


def unseen(seen: np.ndarray, found: np.ndarray | None = None) -> Unseen:
    r"""Estimate whether a further descent ends in a minimum that is not known yet, and how many of these there are.

    Let S be the number of descents of the sample that ended in a minimum, and f_k the number of the minima in which k
    of them ended, without those that were found in another way too. With q = (S - 1) / S:

    - Good's and Turing's estimate of the probability is f_1 / S (Good 1953, doi:10.1093/biomet/40.3-4.237). Its upper
      end is that of the interval of Esty (1983, doi:10.1214/aos/1176346256), with one descent more under the root, and
      at least 1 - 0.05^(1/S), about 3 / S: what S descents did not come upon may be as likely as that.
    - The number is Chao1 in its bias-corrected form, :math:`T = q f_1 (f_1 - 1) / (2 (f_2 + 1))` (Chao 1984,
      jstor:4615964; the form of Colwell et al. 2012, doi:10.1093/jpe/rtr044). Its mean is at most about the number.
    - Its interval (Chao 1987, doi:10.2307/2531532) takes log T for normal: T / K to T K with
      :math:`K = \exp(z \sqrt{\log(1 + v / T^2)})` and
      :math:`v = T + q^2 f_1 (2 f_1 - 1)^2 / (4 (f_2 + 1)^2) + q^2 f_1^2 f_2 (f_1 - 1)^2 / (4 (f_2 + 1)^4)`, rounded
      down. That has no width where T = 0, and too little near it. So it ends no earlier than at log(20) / c,
      with c the least number of descents that ended in any minimum seen: of minima with basins as small as that one's,
      as many are all overlooked with a probability of 5 %, exp(-c) each.

    Parameters
    ----------
    seen
        ``(m,)`` whole numbers: how many descents of the sample ended in each minimum, 0 where none did.
    found
        ``(m,)`` bool: the minima that were found without the sample, as from the minima of a grid. The estimates are
        then of minima that neither has found. None stands for none.

    Raises
    ------
    ValueError
        Where a number is negative, or there are not as many of ``found`` as of ``seen``.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels.critical.unseen import unseen
    >>> few = unseen(np.array([31, 20, 6, 2, 1, 1, 1, 1, 1]))  # of 64 descents, five ended in a minimum of their own
    >>> few.probability, few.count, few.low, few.high
    (0.078125, 4.921875, 0.0, 31.0)
    """
    seen = np.asarray(seen)
    other = np.zeros(len(seen), bool) if found is None else np.asarray(found, bool)
    if len(other) != len(seen) or (seen < 0).any():
        raise ValueError(f"got {seen.tolist()} descents and {len(other)} minima, expected as many, at least 0 each")
    total = int(seen.sum())
    if not total:
        return Unseen(nan, nan, nan, nan, nan)
    once, twice = (int(((seen == k) & ~other).sum()) for k in (1, 2))
    share = once / total
    rare = share + NORMAL * sqrt(once * (1 - share) + 2 * twice + 1) / total
    rare = min(1.0, max(rare, 1 - OVERLOOKED ** (1 / total)))
    q = (total - 1) / total
    count = q * once * max(once - 1, 0) / (2 * (twice + 1))
    low, high = 0.0, -log(OVERLOOKED) / int(seen[seen > 0].min())
    if count > 0:
        steep, flat = (2 * once - 1) / (2 * (twice + 1)), (once - 1) / (2 * (twice + 1) ** 2)
        variance = count + q**2 * once * steep**2 + q**2 * once**2 * twice * flat**2
        width = exp(NORMAL * sqrt(log(1 + variance / count**2)))
        low, high = count / width, max(high, count * width)
    return Unseen(share, rare, count, float(floor(low)), inf if once == total else float(floor(high)))


def sobol(n: int, d: int, seed: int) -> np.ndarray:
    """Return n points of low discrepancy in the unit box, ``(n, d)`` float64, at least 0 and below 1.

    They are the first points of Sobol's sequence, scrambled by the seed (Owen 1998, doi:10.1006/jcom.1998.0487): each
    point alone is uniform, a longer sample begins with a shorter one, and other seeds give other samples.
    """
    if not n:
        return np.empty((0, d))
    from scipy.stats.qmc import Sobol  # it takes a second to import

    points = Sobol(d, scramble=True, seed=np.random.default_rng(seed)).random_base2((n - 1).bit_length())
    return points[:n]
