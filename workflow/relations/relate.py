"""The relations of metrics with axes, quality and curvature: one row each, as numbers and as a sentence.

The unit is the trained model: landscapes of one model are averaged first (`units.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from landsweep.kernels.statistics import groups as effects
from landsweep.kernels.statistics.groups import UNKNOWN, Estimate
from landsweep.kernels.statistics.multiple import holm
from landsweep.kernels.statistics.permutation import groups_p, rank_sum_p, ranked_p, sign_p, whole_ranks
from landsweep.kernels.statistics.ranks import spearman
from landsweep.kernels.statistics.resamples import MIN_UNITS, Resamples
from landsweep.relations.columns import PAIRED_AXIS, Columns, Kind
from landsweep.relations.units import Stratum, strata

MIN_IN_GROUP = 3
"""Groups of fewer models are not compared."""


@dataclass(frozen=True)
class Relation:
    """How one metric depends on one other column, over the models of one stratum.

    Parameters
    ----------
    stratum
        The landscapes that are meant.
    metric, against
        The two columns.
    kind
        Whether ``against`` is an axis, or describes quality, curvature or landscapes.
    method
        ``spearman``; of groups ``mann-whitney``, ``kruskal-wallis`` or, of splits, ``sign``.
    n_models
        How many models know both columns.
    estimate
        Spearman's rho, Cliff's delta (the last group over the first), or epsilon squared of more groups; with its 95 %
        interval, but for epsilon squared.
    tau, tau_p
        Kendall's tau-b of numbers, with its p value.
    p, exact
        The two-sided p value of the estimate, and whether it comes from all permutations.
    p_holm
        The same, adjusted for all relations of the table.
    given, partial
        The covariate, and the estimate that is left with it held fixed.
    within_axes, within, n_groups
        The axes whose combinations of values are groups, the estimate within groups, and their number.
    between
        Spearman's rho of the groups' means.
    medians
        Of groups, the value of the axis, the median of the metric and the number of models.
    left_out
        Of groups, those of fewer than :data:`MIN_IN_GROUP` models, which the estimate says nothing of: the value of the
        axis and the number of models.
    why_not
        Why there is no estimate; empty where there is one.
    """

    stratum: Stratum
    metric: str
    against: str
    kind: Kind
    method: str
    n_models: int
    estimate: Estimate = UNKNOWN
    tau: float = float("nan")
    tau_p: float = float("nan")
    p: float = float("nan")
    exact: bool = False
    p_holm: float = float("nan")
    given: str = ""
    partial: Estimate = UNKNOWN
    within_axes: tuple[str, ...] = ()
    within: Estimate = UNKNOWN
    n_groups: int = 0
    between: float = float("nan")
    medians: tuple[tuple[str, float, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    why_not: str = ""
    pattern: bytes = b""
    """Which models know both columns, and how both order them: relations of one pattern are one test."""

    @property
    def sure(self) -> bool:
        """Whether p is below 0.05, and the interval leaves out 0 where there is one."""
        return self.p < 0.05 and (self.method == "kruskal-wallis" or self.apart)

    @property
    def apart(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.estimate.low > 0 or self.estimate.high < 0


@dataclass(frozen=True)
class Question:
    """What is asked of a table: metrics, what they are related with, the covariate, and the axes that make groups."""

    metrics: Sequence[str]
    against: Sequence[str]
    given: str | None
    within: Sequence[str] | None = None


def relate(
    table: pd.DataFrame, columns: Columns, question: Question, whole: pd.DataFrame | None = None
) -> list[Relation]:
    """Return the relation of each metric with each other column, in each stratum, with p values adjusted over all.

    Metrics that have no numbers in a stratum are left out there. A relation without an estimate says why.
    ``whole`` is the table with what is not finished, whose strata tell which ones are to be named.
    """
    found: list[Relation] = []
    for stratum in strata(table, columns, whole=whole):
        for metric, against in product(question.metrics, question.against):
            if metric != against and against != PAIRED_AXIS and stratum.rows[metric].notna().any():
                found.append(_relation(stratum, metric, against, question))
    if PAIRED_AXIS in question.against:
        for stratum in strata(table, columns, splits=False, whole=whole):
            for metric in question.metrics:
                if columns.numbers[metric] not in ("quality",) and stratum.rows[metric].notna().any():
                    found += _splits(stratum, metric)
    # Metrics that order the models alike are one test: no permutation of the models tells them apart.
    tests = {r.pattern: r.p for r in found if not r.why_not}
    adjusted = dict(zip(tests, holm(np.array([*tests.values()])).tolist(), strict=True))
    return [replace(r, p_holm=adjusted.get(r.pattern, float("nan"))) for r in found]


def _pattern(known: np.ndarray, *columns: np.ndarray) -> bytes:
    return known.tobytes() + b"".join(whole_ranks(values).tobytes() for values in columns)


def _relation(stratum: Stratum, metric: str, against: str, question: Question) -> Relation:
    columns = stratum.columns
    kind: Kind = columns.numbers.get(against, "axis")
    given = question.given if question.given not in (metric, against, None) else None
    within = _group_axes(columns, against, question.within)
    if columns.is_group(against):
        return _groups(stratum, metric, against, kind, given, within)
    return _numbers(stratum, metric, against, kind, given, within)


def _group_axes(columns: Columns, against: str, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the axes that make groups: for an axis all others of models, for a number those of names, else all."""
    if asked is not None:
        return tuple(name for name in asked if name != against)
    if against in columns.axes:
        return tuple(name for name in columns.model_axes if name != against)
    names = tuple(name for name in columns.model_axes if columns.is_group(name) and name != "seed")
    return names or tuple(name for name in columns.model_axes if name != "seed")


def _numbers(
    stratum: Stratum, metric: str, against: str, kind: Kind, given: str | None, within: tuple[str, ...]
) -> Relation:
    x, y = stratum.values(against), stratum.values(metric)
    known = ~(np.isnan(x) | np.isnan(y))
    n = int(known.sum())
    relation = Relation(stratum, metric, against, kind, "spearman", n)
    if reason := _too_few(n, MIN_UNITS) or _constant({metric: y[known], against: x[known]}):
        return replace(relation, why_not=reason)
    from scipy.stats import kendalltau

    sample = stratum.resamples(known)
    a, b = stratum.ranks(against, known), stratum.ranks(metric, known)
    p, exact = ranked_p(a, b)
    tau = kendalltau(a, b)
    relation = replace(
        relation,
        estimate=sample.correlation(sample.ranks(x[known], against), sample.ranks(y[known], metric)),
        tau=float(tau.statistic),
        tau_p=float(tau.pvalue),
        p=p,
        exact=exact,
        pattern=known.tobytes() + a.tobytes() + b.tobytes(),
    )
    if given is not None and _varies(z := stratum.values(given), known):
        relation = replace(
            relation, given=given, partial=_partial(stratum, known & ~np.isnan(z), x, y, z, relation, given)
        )
    labels = stratum.labels(within)
    count = int(np.count_nonzero(np.bincount(labels[known])))
    if not within or count < 2:
        return relation
    inside = UNKNOWN
    if n - count >= MIN_UNITS - 1:
        grouped = stratum.resamples(known, labels)
        inside = grouped.correlation(grouped.ranks(x[known], against), grouped.ranks(y[known], metric))
    between = _between(x[known], y[known], labels[known]) if against not in stratum.columns.axes else float("nan")
    return replace(relation, within_axes=within, within=inside, n_groups=count, between=between)


def _partial(
    stratum: Stratum, known: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray, relation: Relation, given: str
) -> Estimate:
    if known.sum() < MIN_UNITS + 1:
        return UNKNOWN
    sample: Resamples = stratum.resamples(known)
    return sample.partial(
        sample.ranks(x[known], relation.against), sample.ranks(y[known], relation.metric), sample.ranks(z[known], given)
    )


def _between(x: np.ndarray, y: np.ndarray, labels: np.ndarray) -> float:
    """Return the rank correlation of the means of groups, NaN for too few, or for groups of one model each."""
    _, at = np.unique(labels, return_inverse=True)
    sizes = np.bincount(at)
    if len(sizes) < MIN_UNITS or sizes.max() < 2:
        return float("nan")
    return spearman(np.bincount(at, x) / sizes, np.bincount(at, y) / sizes)


def _groups(
    stratum: Stratum, metric: str, against: str, kind: Kind, given: str | None, within: tuple[str, ...]
) -> Relation:
    y = stratum.values(metric)
    known = ~np.isnan(y)
    labels = stratum.labels((against,))  # in the order of the models
    _, places = np.unique(labels, return_index=True)
    names = [stratum.models[against].iloc[place] for place in places.tolist()]
    sizes = np.bincount(labels[known], minlength=len(names))
    large = [k for k in range(len(names)) if sizes[k] >= MIN_IN_GROUP]
    method = "mann-whitney" if len(large) < 3 else "kruskal-wallis"
    relation = Relation(stratum, metric, against, kind, method, int(known.sum()))
    if len(large) < 2:
        fewest = min((int(size), str(name)) for name, size in zip(names, sizes, strict=True))
        return replace(
            relation,
            why_not=f"not enough models ({fewest[0]} with {against} = {fewest[1]}, at least {MIN_IN_GROUP} each)",
        )
    small = [k for k in range(len(names)) if k not in large]
    relation = replace(relation, left_out=tuple((str(names[k]), int(sizes[k])) for k in small))
    known &= np.isin(labels, large)
    values, at = y[known], np.searchsorted(large, labels[known])
    if reason := _constant({metric: values}):
        return replace(relation, why_not=reason)
    relation = replace(
        relation,
        n_models=len(values),
        medians=tuple((str(names[k]), float(np.median(y[known & (labels == k)])), int(sizes[k])) for k in large),
        pattern=against.encode() + _pattern(known, at, values),
    )
    blocks = stratum.labels(within)[known]
    if within and len(np.unique(blocks)) > 1:
        relation = replace(relation, within_axes=within, n_groups=len(np.unique(blocks)))
    if len(large) > 2:
        statistic, p, exact = groups_p(values, at)
        share = effects.epsilon_squared(statistic, len(values))
        return replace(relation, estimate=Estimate(share, float("nan"), float("nan")), p=p, exact=exact)
    last = at == 1
    p, exact = rank_sum_p(values, last)
    relation = replace(relation, estimate=effects.cliffs_delta(values, last), p=p, exact=exact)
    if relation.within_axes:
        inside = effects.stratified_delta(values, last, blocks)
        relation = replace(relation, within=Estimate(inside, float("nan"), float("nan")))
    if given is not None and _varies(z := stratum.values(given), known) and not np.isnan(z[known]).any():
        left = effects.without(values, z[known])
        relation = replace(relation, given=given, partial=effects.cliffs_delta(left, last))
    return relation


def _splits(stratum: Stratum, metric: str) -> list[Relation]:
    """Return the differences of a metric between the first split and each other one, model by model."""
    names = [str(value) for value in stratum.columns.axes[PAIRED_AXIS]]
    rows = stratum.rows.assign(**{PAIRED_AXIS: stratum.rows[PAIRED_AXIS].astype(str)})
    wide = rows.groupby(["model", PAIRED_AXIS])[metric].mean().unstack(PAIRED_AXIS).reindex(columns=names)
    return [_pair(stratum, metric, wide[[names[0], other]].dropna()) for other in names[1:]]


def _pair(stratum: Stratum, metric: str, pairs: pd.DataFrame) -> Relation:
    first, other = pairs.columns
    medians = tuple((name, float(pairs[name].median()), len(pairs)) for name in (first, other)) if len(pairs) else ()
    relation = Relation(stratum, metric, PAIRED_AXIS, "axis", "sign", len(pairs), medians=medians)
    a, b = (pairs[name].to_numpy(float) for name in (first, other))
    with np.errstate(invalid="ignore"):
        differences = np.where(a == b, 0.0, b - a)  # also of two that are infinite
    if reason := _too_few(len(pairs), MIN_UNITS):
        return replace(relation, why_not=reason)
    if not differences.any():
        return replace(relation, why_not=f"{metric} is the same in {first} and {other}")
    p, exact = sign_p(differences)
    pattern = f"{first}, {other}".encode() + _pattern(np.array(pairs.index), differences)
    return replace(relation, estimate=effects.paired_delta(differences), p=p, exact=exact, pattern=pattern)


def _varies(values: np.ndarray, known: np.ndarray) -> bool:
    """Return whether a covariate has two values among the models that are known."""
    found = values[known & ~np.isnan(values)]
    return len(found) > 1 and bool((found != found[0]).any())


def _too_few(n: int, least: int) -> str:
    return f"not enough models ({n}, at least {least})" if n < least else ""


def _constant(columns: dict[str, np.ndarray]) -> str:
    same = [name for name, values in columns.items() if (values == values[0]).all()]
    return f"{' and '.join(same)} {'does' if len(same) == 1 else 'do'} not vary" if same else ""
