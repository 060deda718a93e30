"""The claims of a sweep: the rank correlation of a metric with an axis, in every specification.

After the specification curve of Simonsohn, Simmons and Nelson, Nature Human Behaviour 4, 1208-1214 (2020). This module
neither reads nor writes files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from landsweep.kernels.statistics.ranks import spearman

CLAIM_METRICS = ("n_saddles", "average_persistence", "average_persistence_rel", "smad", "smad_normalized")
"""Claims are made of these metrics where none is named."""
SPECIFICATION = ("spec_extent", "spec_stride", "representation", "spec_threshold")
"""These columns tell specifications apart; ``spec_default`` marks the study's own."""


def signed(rho: float) -> str:
    """Return a number as ``+0.73``; a number that rounds to 0 has no minus."""
    return f"{round(float(rho), 2) + 0.0:+.2f}"


@dataclass(frozen=True, eq=False)
class Claim:
    """The rank correlation of one metric with one axis, in every specification.

    Parameters
    ----------
    metric, axis
        The metric and the axis that are correlated.
    estimates
        One row per specification: the columns :data:`SPECIFICATION`, ``spec_default``; ``rho``, the median over series,
        with ``rho_low``, ``rho_high`` and ``n_series``, their range and number, and ``n_members``, how many values
        they hold in all. A *series* is what remains when all other axes are fixed; a member whose metric is missing is
        left out of its series, a series in which rho is not defined of the median, and NaN stands where none is left.
    subspace
        The subspace of these landscapes, if the run has several, which differ in ranges and directions.
    """

    metric: str
    axis: str
    estimates: pd.DataFrame
    subspace: str = ""

    @property
    def name(self) -> str:
        """The name of the claim, such as ``n_saddles over beta``, with its subspace if there are several."""
        return f"{self.metric} over {self.axis}" + (f", subspace {self.subspace}" if self.subspace else "")

    @property
    def file(self) -> str:
        """The name of the claim's figure."""
        return "-".join(["curve", self.metric, self.axis, *([self.subspace] if self.subspace else [])]) + ".png"

    @property
    def rho(self) -> float:
        """The estimate in the study's own specification, NaN where it is not defined."""
        return float(self.estimates.loc[self.estimates["spec_default"], "rho"].iloc[0])

    @property
    def defined(self) -> np.ndarray:
        """``(s,)`` the estimates that are defined, ascending."""
        return np.sort(self.estimates["rho"].dropna().to_numpy())

    @property
    def same_sign(self) -> int:
        """The number of specifications in which rho has the same sign as in the study's own; 0 has no sign."""
        rho = self.rho
        return 0 if np.isnan(rho) or rho == 0 else int((np.sign(self.defined) == np.sign(rho)).sum())

    @property
    def text(self) -> str:
        """``rho = +0.73 (4 series); same sign in 58 of 72 specifications, median +0.60, range -0.20 to +0.90``."""
        values, rho = self.defined, self.rho
        if not len(values):
            return f"rho is not defined in any of {len(self.estimates)} specifications"
        spread = f"median {signed(np.median(values))}, range {signed(values[0])} to {signed(values[-1])}"
        if np.isnan(rho):
            found = f"{len(values)} of {len(self.estimates)}"
            return f"rho is not defined in the study's own specification; where it is, in {found}: {spread}"
        left = len(self.estimates) - len(values)
        missing = f" ({left} more: not defined)" if left else ""
        sign = f"same sign in {self.same_sign} of" if rho else "no sign to compare with in"
        series = int(self.estimates.loc[self.estimates["spec_default"], "n_series"].iloc[0])
        return f"rho = {signed(rho)} ({series} series); {sign} {len(values)} specifications{missing}, {spread}"


def claim(table: pd.DataFrame, metric: str, axis: str, axes: Sequence[str], subspace: str = "") -> Claim:
    """Return a claim from the table of all members and specifications.

    Rank correlations are computed within series, and their median is the estimate, as in the run's summary. Landscapes
    of other directions or seeds differ in scale, which does not affect ranks within a series.

    Parameters
    ----------
    table
        One row per member and specification: the columns ``axes``, :data:`SPECIFICATION`, ``spec_default`` and
        ``metric``.
    metric, axis
        The metric and the axis to correlate.
    axes
        All sweep axes.
    subspace
        The subspace whose members are counted; None counts all members.
    """
    if subspace:
        table = table[table["subspace"] == subspace]
    others = [name for name in axes if name != axis]
    rows = []
    for key, part in table.groupby(list(SPECIFICATION), sort=False):
        groups = [part] if not others else [group for _, group in part.groupby(others, sort=False)]
        pairs = [(group[axis].to_numpy(float), group[metric].to_numpy(float)) for group in groups]
        by_series = np.array([spearman(x, y) for x, y in pairs])
        known = by_series[~np.isnan(by_series)]
        entered = [np.count_nonzero(~np.isnan(y)) for (_, y), rho in zip(pairs, by_series, strict=True) if rho == rho]
        rows.append(
            {
                **dict(zip(SPECIFICATION, key, strict=True)),
                "spec_default": bool(part["spec_default"].iloc[0]),
                "rho": float(np.median(known)) if len(known) else np.nan,
                "rho_low": known.min() if len(known) else np.nan,
                "rho_high": known.max() if len(known) else np.nan,
                "n_series": len(known),
                "n_members": int(sum(entered)),
            }
        )
    return Claim(metric, axis, pd.DataFrame(rows), subspace)
