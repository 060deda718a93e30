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
from landsweep.study.study import MEMBER_ONLY_AXES

CLAIM_METRICS = ("n_saddles", "average_persistence", "average_persistence_rel", "smad", "smad_normalized")
"""Claims are made of these metrics where none is named."""
REPETITIONS = ("direction_seed", "draw")
"""Landscapes that differ on these axes alone are of one model and one kind: their metrics are averaged."""
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
        One row per specification: the columns :data:`SPECIFICATION`, ``spec_default``; ``rho`` over ``n_models``
        models, whose landscapes of other directions and draws are averaged first; ``rho_low``, ``rho_high`` and
        ``n_series``, the range and the number of the same over *series*, the landscapes of one direction seed and draw
        alone; and ``n_members``, how many landscapes have the metric. A landscape whose metric is missing is left out,
        and NaN stands where rho is not defined. With several splits rho is the median of theirs.
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
        """``rho = +0.83 (10 models); same sign in 58 of 72 specifications, median +0.60, range -0.20 to +0.90``."""
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
        models = int(self.estimates.loc[self.estimates["spec_default"], "n_models"].iloc[0])
        return f"rho = {signed(rho)} ({models} models); {sign} {len(values)} specifications{missing}, {spread}"


def claim(table: pd.DataFrame, metric: str, axis: str, axes: Sequence[str], subspace: str = "") -> Claim:
    """Return a claim from the table of all members and specifications.

    The estimate is that of ``landsweep relations``, without its interval: over trained models, whose landscapes of
    other directions and draws are averaged first.

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
    repeated = [name for name in axes if name in REPETITIONS]
    apart = [name for name in axes if name in MEMBER_ONLY_AXES and name not in repeated]
    models = [name for name in axes if name not in MEMBER_ONLY_AXES]

    def rhos(part: pd.DataFrame, by: list[str]) -> list[float]:
        """Return rho over the models of each combination of values of ``by``, where it is defined."""
        means = part.groupby([*by, *models], sort=False)[metric].mean().reset_index()
        groups = [means] if not by else [group for _, group in means.groupby(by, sort=False)]
        found = [spearman(group[axis].to_numpy(float), group[metric].to_numpy(float)) for group in groups]
        return [rho for rho in found if rho == rho]

    rows = []
    for key, part in table.groupby(list(SPECIFICATION), sort=False):
        estimates, series = rhos(part, apart), rhos(part, [*apart, *repeated])
        known = part.dropna(subset=[metric])
        rows.append(
            {
                **dict(zip(SPECIFICATION, key, strict=True)),
                "spec_default": bool(part["spec_default"].iloc[0]),
                "rho": float(np.median(estimates)) if estimates else np.nan,
                "rho_low": min(series, default=np.nan),
                "rho_high": max(series, default=np.nan),
                "n_models": len(known[models].drop_duplicates()),
                "n_series": len(series),
                "n_members": len(known),
            }
        )
    return Claim(metric, axis, pd.DataFrame(rows), subspace)
