"""Numbers that describe a landscape's merge tree."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from landsweep.kernels.geometry.blocks import on_border

if TYPE_CHECKING:
    from landsweep.kernels.topology.tree import MergeTree

METRICS: dict[str, str] = {
    "n_minima": "local minima, global one included (count)",
    "n_saddles": "points of the merge tree where branches join (count)",
    "n_pairs": "minimum-saddle pairs; a saddle of k branches is in k - 1 (count)",
    "n_pairs_zero": "pairs of persistence 0 within plateaus, left out of all other numbers (count)",
    "n_components": "connected components that hold a finite value (count)",
    "n_minima_boundary": "minima with a point on the border of the grid (count)",
    "n_minima_interior": "minima without one (count)",
    "n_saddles_boundary": "saddles where branches meet on the border of the grid (count)",
    "n_saddles_interior": "saddles where they meet off the border alone (count)",
    "boundary_fraction": "share of the minima that lie on the border (0 to 1)",
    "average_persistence": "mean distance of the finite pairs to the diagonal, (death - birth) / sqrt 2 (loss)",
    "mean_lifetime": "mean death - birth of the finite pairs (loss)",
    "max_persistence": "greatest (death - birth) / sqrt 2 of the finite pairs (loss)",
    "average_persistence_essential": "average persistence with the pair of global minimum and maximum (loss)",
    "average_persistence_rel": "average persistence over the range of the loss (ratio)",
    "average_persistence_log": "average persistence on log10 of the loss, where all of it is positive (decades)",
    "smad": "saddle-minimum average distance: mean climb from a minimum to its first saddle (loss)",
    "smad_normalized": "SMAD over the range of the loss (ratio)",
    "smad_weighted": "mean climb to the first saddle times the basin's share of the grid, ties by index (loss)",
    "loss_min": "least finite value (loss)",
    "loss_max": "greatest finite value (loss)",
    "loss_range": "loss_max - loss_min (loss)",
    "n_nonfinite": "grid points that are NaN or infinite (count)",
    "n_infinite_pairs": "pairs whose saddle is not finite, left out of all means (count)",
}
"""The keys are the names of the metrics, in the order of :func:`topology_metrics`; the values say what each of them
means, with its unit."""


POSITIVE = float(np.nextafter(0, 1))
"""Pairs of at least this persistence have one above 0."""


@dataclass(frozen=True)
class Threshold:
    """A threshold of persistence: pairs with a lower death - birth are dropped.

    Parameters
    ----------
    value
        The threshold, as a loss difference or as a share of a range.
    relative
        Whether ``value`` is a share of the range of the finite values.

    Examples
    --------
    >>> Threshold.of("1%").loss((2.0, 7.0)), Threshold.of(0.2).loss((2.0, 7.0))
    (0.05, 0.2)
    """

    value: float
    relative: bool = False

    @classmethod
    def of(cls, given: float | str) -> Threshold:
        """Return the threshold that a number, or a text such as ``0.2`` or ``1%``, stands for.

        Raises
        ------
        ValueError
            Where it is neither a finite number of at least 0, nor a share of 0 to 100 %.
        """
        text = str(given).strip()
        relative = text.endswith("%")
        try:
            value = float(text.removesuffix("%"))
            value = _exact(value, 0.01) if relative else value
        except ValueError:
            value = -1.0
        if not 0 <= value <= (1 if relative else np.finfo(float).max):
            raise ValueError(f"got {given!r}, expected a number of at least 0, or a share of the range from 0% to 100%")
        return cls(value, relative)

    def loss(self, value_range: tuple[float, float]) -> float:
        """Return the threshold as a loss difference, given the least and greatest finite value.

        7 % of 100 is 7, not 7.000000000000001, as a pair of exactly this persistence stays.
        """
        return _exact(self.value, float(value_range[1] - value_range[0])) if self.relative else self.value

    def __str__(self) -> str:
        return f"{100 * self.value:g} % of loss range" if self.relative else f"{self.value:g}"


def _exact(share: float, of: float) -> float:
    """Return the product of two numbers, the first taken for the decimal number that it is written as."""
    product = share * of
    return float(Fraction(repr(float(share))) * Fraction(repr(of))) if np.isfinite(product) else product


def topology_metrics(tree: MergeTree, *, min_persistence: float = 0.0) -> dict[str, float]:
    """Return the metrics that :data:`METRICS` names; a metric that is not defined is NaN (missing), never 0.

    Only pairs of persistence above 0 count: what lies on a plateau is one minimum and one saddle, not as many as the
    order of its vertices makes. Two saddles of one level that the tree joins by an arc of length 0 are one. So the
    numbers are those of the sublevel sets, and every symmetry of the neighbourhood (``docs/topology.md``) leaves them
    as they are, also where values are tied. Only two follow the order of the vertices there: ``n_pairs_zero``, how many
    pairs were left out; and ``smad_weighted``, as steepest descent takes the first of several least neighbours.

    Let (birth b_i, death d_i), i = 1..p, be the finite pairs. For each minimum m, let s(m) be its first saddle, which
    is the upper end of its leaf arc, and w(m) the share of vertices whose steepest descent ends in m:

    - ``average_persistence`` = (1/p) sum over i of (d_i - b_i) / sqrt 2 (Xie et al. 2024); ``mean_lifetime`` is the
      same without the factor 1 / sqrt 2, ``max_persistence`` the maximum instead of the mean; all three are NaN without
      finite pairs;
    - ``average_persistence_essential`` is ``average_persistence`` with (global minimum, global maximum) as one more
      pair, as in the Topology ToolKit's diagram (Tierny et al. 2018), so that it is defined for a bowl, too;
    - ``average_persistence_rel`` is ``average_persistence`` divided by ``loss_range``, NaN where that is 0;
    - ``average_persistence_log`` is ``average_persistence`` of the same pairs with f replaced by log10 f, NaN unless
      every finite value is positive;
    - ``smad`` = mean over *all* minima of f(s(m)) - f(m), which is 0 for a minimum under no saddle: the measure of the
      Landscaper package (arXiv:2602.07135). It averages the lengths of leaf arcs, not persistences, because the branch
      that ends at s(m) may be another minimum's;
    - ``smad_normalized`` is ``smad`` divided by ``loss_range``, NaN where that is 0;
    - ``smad_weighted`` = mean over all minima of w(m) (f(s(m)) - f(m)).

    A vertex lies on the border if its index is the first or the last along an axis of length above 1 that is not
    periodic, and a minimum does if any vertex of its plateau does, or one of the same value that ends in it. A saddle
    of level s does if the vertices of value s on the border suffice to connect two of the branches that meet in it: if
    they are added to {f < s}, two of its components become one. A graph over the points of no grid has no border, and
    these metrics are NaN.

    Vertices that are not finite enter counts only: a climb to such a vertex is left out of the means, and so is its
    pair; SMAD is NaN where no climb is left. The metrics of a negated tree are those of -f, except for the minimum and
    maximum of the loss and for log10, which are those of f.

    Parameters
    ----------
    tree
        The field's merge tree.
    min_persistence
        Pairs with death - birth below this number are dropped; pairs with exactly this number stay. With a pair go its
        minimum, and its saddle unless another pair ends there; roots stay. What remains is the tree of the simplified
        field (Edelsbrunner, Letscher and Zomorodian 2002): ``smad`` climbs to the first saddle that remains, and the
        basin of a dropped minimum counts for the minimum that it merges into.

    Returns
    -------
    dict of str to float
        The keys are those of :data:`METRICS`, in their order.

    Raises
    ------
    ValueError
        Where ``min_persistence`` is negative or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
    >>> metrics = topology_metrics(tree)
    >>> metrics["n_minima"], metrics["n_saddles"], metrics["mean_lifetime"], metrics["smad_normalized"]
    (3.0, 2.0, 1.25, 0.36666666666666664)
    >>> topology_metrics(tree, min_persistence=1.0)["n_saddles"]
    1.0
    """
    n_zero = np.count_nonzero(tree.lifetimes == 0)
    tree = tree.simplify(max(min_persistence, POSITIVE) if min_persistence >= 0 else min_persistence)
    minima, saddles, lifetimes, climbs = tree.minima, tree.joins, tree.lifetimes, tree.first_climb
    finite, bounded = np.isfinite(lifetimes), np.isfinite(climbs)
    low, high = tree.value_range

    persistence = lifetimes[finite] / np.sqrt(2)
    average = _mean(persistence)
    smad = _mean(climbs[bounded])
    lowest = tree.border_volume if len(tree.border_volume) else on_border(minima, tree.shape, tree.periodic)
    border_minima, border_saddles = float(np.count_nonzero(lowest)), float(len(tree.border_joins))
    if tree.connectivity == "graph" and len(tree.shape) == 1 and not len(tree.border_volume):
        border_minima = border_saddles = np.nan  # its points are those of no grid
    metrics = {
        "n_minima": len(minima),
        "n_saddles": len(saddles),
        "n_pairs": len(tree.pairs),
        "n_pairs_zero": n_zero,
        "n_components": len(tree.roots),
        "n_minima_boundary": border_minima,
        "n_minima_interior": len(minima) - border_minima,
        "n_saddles_boundary": border_saddles,
        "n_saddles_interior": len(saddles) - border_saddles,
        "boundary_fraction": border_minima / len(minima),
        "average_persistence": average,
        "mean_lifetime": _mean(lifetimes[finite]),
        "max_persistence": persistence.max() if len(persistence) else np.nan,
        "average_persistence_essential": _mean(np.append(persistence, (high - low) / np.sqrt(2))),
        "average_persistence_rel": _over(average, high - low),
        "average_persistence_log": _log_persistence(tree.pair_values[finite]) if low > 0 else np.nan,
        "smad": smad,
        "smad_normalized": _over(smad, high - low),
        "smad_weighted": _mean(climbs[bounded] * tree.basin_volume[bounded] / np.prod(tree.shape)),
        "loss_min": low,
        "loss_max": high,
        "loss_range": high - low,
        "n_nonfinite": tree.n_nonfinite,
        "n_infinite_pairs": len(tree.pairs) - np.count_nonzero(finite),
    }
    return {name: float(metrics[name]) for name in METRICS}


def _log_persistence(values: np.ndarray) -> float:
    """Return the average persistence on log10 of births and deaths ``(p, 2)``, which are positive."""
    births, deaths = np.log10(values).T
    return _mean(np.abs(deaths - births) / np.sqrt(2))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _over(value: float, scale: float) -> float:
    return value / scale if scale > 0 else np.nan
