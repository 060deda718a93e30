"""From rows of the table to units: landscapes of one kind, averaged over directions and draws, one row a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from landsweep.kernels.statistics.permutation import whole_ranks
from landsweep.kernels.statistics.resamples import Resamples
from landsweep.kernels.statistics.variance import Components, components
from landsweep.relations.columns import PAIRED_AXIS, Columns

STRATA = ("subspace", "representation", PAIRED_AXIS)
"""No number mixes values of these columns."""


@dataclass
class Stratum:
    """The landscapes of one subspace, representation and split, and the models behind them.

    Parameters
    ----------
    place
        The values of :data:`STRATA` that the table has.
    name
        Those of them of which there are several, for people.
    rows
        The rows of the table, one a landscape.
    columns
        What its columns describe.
    among
        How many such parts the table has, those without numbers included.
    """

    place: Mapping[str, str]
    name: str
    rows: pd.DataFrame
    columns: Columns
    among: int = 1
    _samples: dict[tuple[bytes, bytes], Resamples] = field(default_factory=dict, init=False, repr=False)
    _ranks: dict[tuple[str, bytes], np.ndarray] = field(default_factory=dict, init=False, repr=False)
    _labels: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Average every number over the landscapes of each model; NaN are left out, and all NaN stay NaN."""
        grouped = self.rows.groupby("model", sort=True)
        with np.errstate(invalid="ignore"):  # of infinite numbers of both signs there is no mean
            means = grouped[list(self.columns.numbers)].mean()
        axes = [name for name in self.columns.axes if name in self.rows]
        self.models = grouped[axes].first().join(means)

    def values(self, name: str) -> np.ndarray:
        """Return a column of numbers, one a model ``(n,)``."""
        return self.models[name].to_numpy(float)

    def labels(self, axes: tuple[str, ...]) -> np.ndarray:
        """Return which combination of values of ``axes`` each model has, as whole numbers from 0 ``(n,)``."""
        if not axes:
            return np.zeros(len(self.models), np.int64)
        if axes not in self._labels:
            self._labels[axes] = self.models.groupby(list(axes), sort=False).ngroup().to_numpy()
        return self._labels[axes]

    def resamples(self, known: np.ndarray, groups: np.ndarray | None = None) -> Resamples:
        """Return the resamples of the models that are ``known`` ``(n,)``, the same for all columns that know them."""
        key = known.tobytes(), b"" if groups is None else groups.tobytes()
        if key not in self._samples:
            self._samples[key] = Resamples(int(known.sum()), None if groups is None else groups[known])
        return self._samples[key]

    def ranks(self, name: str, known: np.ndarray) -> np.ndarray:
        """Return twice the mean ranks of a column over the models that are ``known`` ``(n,)``."""
        key = name, known.tobytes()
        if key not in self._ranks:
            self._ranks[key] = whole_ranks(self.values(name)[known])
        return self._ranks[key]

    def components(self, name: str) -> Components:
        """Return the variance of a column between landscapes of one model, and between models.

        Both are NaN where a stratum holds several splits: they are no repetitions of one measurement.
        """
        if PAIRED_AXIS in self.rows and self.rows[PAIRED_AXIS].nunique() > 1:
            return Components(float("nan"), float("nan"))
        return components(self.rows[name].to_numpy(float), self.rows["model"].to_numpy())


def strata(
    table: pd.DataFrame, columns: Columns, *, splits: bool = True, whole: pd.DataFrame | None = None
) -> Iterator[Stratum]:
    """Yield the parts of a table that no number mixes, in the order of the table, without those that have no numbers.

    ``splits`` says whether splits of the data are among them; else a stratum holds all of them.
    ``whole`` is the table that these rows are taken from, by default they alone: strata are named where it has several.
    """
    whole = table if whole is None else whole
    keys = [name for name in STRATA if name in table and (splits or name != PAIRED_AXIS)]
    several = [name for name in keys if whole[name].nunique() > 1]
    among = whole.groupby(keys, sort=False).ngroups
    own = [name for name in columns.landscape if name in table]
    for place, rows in table.groupby(keys, sort=False):
        if own and rows[own].notna().to_numpy().any():
            at = dict(zip(keys, map(str, place), strict=True))
            name = ", ".join(f"{PAIRED_AXIS} {at[k]}" if k == PAIRED_AXIS else at[k] for k in several)
            yield Stratum(at, name, rows, columns, among)
