"""The pairs of a merge tree that are real: bounds on the pairs that rounding and the sampling of the data can make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from landsweep.kernels.topology.tree import MergeTree

CONFIDENCE = 0.95
"""Intervals of persistence over draws of the data have this confidence level unless another one is given."""
ROUNDING_UNITS = 64
"""Draws whose losses differ by at most this many spacings of the greatest loss count as the same data in another
order."""


@dataclass(frozen=True)
class Counts:
    """The number of pairs that hold, of the points of the tree where they end, and of their minima with the roots."""

    pairs: int
    saddles: int
    minima: int


def count(tree: MergeTree, holds: np.ndarray) -> Counts:
    """Return the numbers of a tree's pairs, saddles and minima that hold.

    Parameters
    ----------
    tree
        The merge tree of p pairs.
    holds
        ``(p,)`` bool, which of the tree's pairs are counted.
    """
    ends = tree.join_of[tree.pair_saddle[holds]]
    return Counts(len(ends), len(np.unique(ends)), len(ends) + len(tree.roots))


def sup_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the greatest ``|one - other|`` in float64; 0 for no points.

    A merge tree takes values that are not finite for +inf. So two of them count as equal, and the difference of one of
    them and a finite value is infinite.
    """
    first, second = one.astype(np.float64), other.astype(np.float64)
    finite = np.isfinite(first)
    if (finite != np.isfinite(second)).any():
        return float("inf")
    with np.errstate(over="ignore"):  # a difference may pass the greatest float
        return float(np.abs(first[finite] - second[finite]).max(initial=0.0))


def above_rounding(lifetimes: np.ndarray, epsilon: float) -> np.ndarray:
    r"""Return bool ``(p,)``: the pairs that no change of the field by up to ``epsilon`` can remove.

    Let f be the field as evaluated, g the same field in float64 and :math:`\epsilon = \max_v |f(v) - g(v)|`. Both have
    the sublevel filtration of one graph (a vertex enters at its value, an edge with its upper end), and the bottleneck
    distance of their diagrams is at most :math:`\epsilon` (Cohen-Steiner, Edelsbrunner and Harer 2007, Stability of
    persistence diagrams, doi:10.1007/s00454-006-1276-5). A pair of f with death - birth above :math:`2 \epsilon` is
    further than :math:`\epsilon` from the diagonal, so the matching gives it a pair of g of its own, whose birth and
    death differ by at most :math:`\epsilon`. So g has at least as many pairs as hold here.

    The bound is against g: float64's own rounding, about 1e-9 of float32's, is left out. The theorem counts pairs,
    not places: in g the pair may lie at other vertices. With :math:`\epsilon` from a sample of vertices it is a lower
    bound, and nothing is proved.

    Parameters
    ----------
    lifetimes
        ``(p,)`` float64 death - birth.
    epsilon
        The greatest difference; infinite or NaN lets no pair hold.
    """
    return np.asarray(lifetimes > 2 * epsilon)


def draw_intervals(differences: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    r"""Return each pair's interval of persistence over draws of the data, float64 ``(p, 2)``.

    With :math:`f_r` the landscape on draw r, :math:`d_r = f_r(\text{saddle}) - f_r(\text{minimum})`: both ends on the
    same draw, so that what a draw does to both cancels. The two vertices were chosen by their values on the
    landscape's own draw, which is none of r = 1..R: a choice and its test on the same data would favour every pair
    (Cox 1975, data splitting, doi:10.1093/biomet/62.2.441). Given the vertices, the :math:`d_r` are independent and
    alike distributed, and their mean estimates without bias :math:`\delta = F(\text{saddle}) - F(\text{minimum})` of
    the expected landscape :math:`F = E f_r`. Returned is Student's interval for :math:`\delta`,

    .. math:: \bar d \pm t_{R-1, (1 + c) / 2} \; s / \sqrt R, \quad s^2 = \tfrac1{R-1} \sum_r (d_r - \bar d)^2,

    exact for normal :math:`d_r` (Student 1908, doi:10.1093/biomet/6.1.1) and close to it for means over many samples;
    with few draws of a skewed loss it is too short (``docs/certify.md`` has a measured case).

    Why not another one: the question is whether the pair exists beyond the sampling, which is about :math:`\delta`; a
    prediction interval (:math:`\sqrt{1 + 1/R}` for :math:`1 / \sqrt R`) says what the next draw shows; an interval of
    percentiles needs R of at least 6 to reach 95 % (the range of R draws misses the median with
    :math:`2^{1-R}`).

    What it does not say: :math:`\delta > 0` is necessary for the pair, not sufficient, as F may pass lower elsewhere.
    It is one interval per pair: of pairs with :math:`\delta = 0`, up to (1 - c) / 2 lie above 0 by chance.

    Parameters
    ----------
    differences
        ``(R, p)`` :math:`d_r`.
    confidence
        c, two-sided.

    Returns
    -------
    ndarray
        Low and high end; NaN where a difference is not finite, or where all are equal, as a spread of 0 is no
        measurement of one.

    Raises
    ------
    ValueError
        For fewer than two draws, or a confidence outside (0, 1).
    """
    from scipy.special import stdtrit

    draws = len(differences)
    if draws < 2:
        raise ValueError(f"differences hold {draws} draws, expected at least 2: one has no spread.")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1.")
    d = np.asarray(differences, dtype=np.float64)
    known = np.atleast_1d(np.isfinite(d).all(axis=0))
    known[known] = d[:, known].max(axis=0) > d[:, known].min(axis=0)
    interval = np.full((d.shape[1], 2), np.nan)
    centre = d[:, known].mean(axis=0)
    half = stdtrit(draws - 1, (1 + confidence) / 2) * d[:, known].std(axis=0, ddof=1) / np.sqrt(draws)
    interval[known] = np.stack([centre - half, centre + half], axis=1)
    return interval


def above_sampling(intervals: np.ndarray) -> np.ndarray:
    """Return bool ``(p,)``: the intervals ``(p, 2)`` that lie above 0.

    An interval below 0 excludes 0 too, but speaks against its pair, since the saddle is then the lower end. A pair
    whose interval is NaN does not hold.
    """
    return np.asarray(intervals[:, 0] > 0)


def distinct_draws(values: np.ndarray) -> int:
    """Return how many of the draws differ; 1 where all agree to rounding.

    Draws that only reorder the same data differ in last bits. So all draws count as equal if their values differ by at
    most :data:`ROUNDING_UNITS` spacings of the greatest finite one, for the dtype of ``values``. Otherwise two draws
    are equal if all their bits are. Without a point that is finite on all draws, all draws count as different.

    Parameters
    ----------
    values
        ``(R, n)`` losses of R draws at the same n points, in the dtype in which they were computed.
    """
    finite = values[:, np.isfinite(values).all(axis=0)]
    if not finite.shape[1]:
        return len(values)
    spread = (finite.max(axis=0) - finite.min(axis=0)).max()
    if spread <= ROUNDING_UNITS * np.finfo(values.dtype).eps * np.abs(finite).max():
        return 1
    return len({row.tobytes() for row in finite})
