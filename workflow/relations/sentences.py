"""Relations as plain English sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from landsweep.base.naming import label, plural
from landsweep.kernels.statistics.groups import Estimate
from landsweep.relations.relate import Relation

KEPT = 0.5
"""A partial correlation of less than this share of the whole one has vanished, if its interval holds 0."""


NAMED = 4
"""The medians of at most this many groups are all named, of more the lowest and the highest."""


def number(value: float) -> str:
    """Return a correlation with two digits; what rounds to 0 has no minus."""
    return f"{round(value, 2) + 0.0:.2f}"


def probability(p: float) -> str:
    """Return a p value with two digits; what rounds to 0 is less than something."""
    return f"{p:.2g}" if not p < 1e-15 else "<1e-15"


def interval(found: Estimate) -> str:
    """Return ``95 % interval 0.31 to 0.84``, empty where it is not known."""
    return "" if found.low != found.low else f"95 % interval {number(found.low)} to {number(found.high)}"


def alike(relations: Sequence[Relation]) -> list[list[Relation]]:
    """Return relations in groups that say the same: each holds several metrics in the same strata, every one in all."""
    one: dict[tuple[object, ...], list[Relation]] = {}  # one metric, several strata
    for r in relations:
        numbers = tuple(np.round((*r.estimate, *r.partial, *r.within, r.between), 9).tolist())
        key = r.against, r.method, r.n_models, r.given, str(numbers), str(r.medians), str(r.left_out), str(r.why_not)
        one.setdefault((*key, r.metric), []).append(r)
    several: dict[tuple[object, ...], list[Relation]] = {}
    for (*same, _), found in one.items():
        several.setdefault((*same, *(id(r.stratum) for r in found)), []).extend(found)
    return list(several.values())


def sentences(relations: Sequence[Relation]) -> list[str]:
    """Return the sentences of relations, one for all that say the same.

    A sentence without a stratum holds in every part of the table, also in those that no relation here is of.
    """
    said = []
    for group in alike(relations):
        places = list(dict.fromkeys(r.stratum.name for r in group if r.stratum.name))
        everywhere = len({id(r.stratum) for r in group}) == group[0].stratum.among
        metrics = list(dict.fromkeys(r.metric for r in group))
        said.append(("" if everywhere or not places else f"{' and '.join(places)}: ") + body(group[0], metrics))
    return said


def sentence(relation: Relation) -> str:
    """Return one sentence, such as ``saddles rise with beta: rho = 0.62, 95 % interval 0.31 to 0.84, n = 10 models``.

    It names the stratum where there are several, and says why there is no estimate where there is none.
    """
    return (f"{relation.stratum.name}: " if relation.stratum.name else "") + body(relation)


def body(relation: Relation, metrics: Sequence[str] = ()) -> str:
    """Return the sentence without the stratum, of several metrics where they are alike."""
    subject, cause = listed([label(name) for name in metrics or [relation.metric]]), label(relation.against)
    several = len(metrics) > 1 or plural(relation.metric)
    if relation.why_not:
        return "; ".join([f"{subject} and {cause}: {relation.why_not}", *_left_out(relation)])
    tell = _trend if relation.method == "spearman" else _difference
    head = tell(relation, subject, cause, several)
    return "; ".join([head, *_left_out(relation), *_further(relation)])


def listed(words: Sequence[str]) -> str:
    """Return words as ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _left_out(relation: Relation) -> list[str]:
    """Return which groups are too small to compare."""
    small = [f"{name} ({n} model{'s' * (n != 1)})" for name, n in relation.left_out]
    return [f"left out: {listed(small)}"] if small else []


def _trend(relation: Relation, subject: str, cause: str, several: bool) -> str:
    s = "" if several else "s"
    way = "rise" if relation.estimate.value > 0 else "fall"
    said = f"{subject} {way}{s} with {cause}"
    if not relation.sure:
        said = f"whether {subject} rise{s} or fall{s} with {cause} is open"
    return f"{said}: {estimate(relation)}"


def estimate(relation: Relation) -> str:
    """Return ``rho = 0.62, 95 % interval 0.31 to 0.84, n = 10 models``."""
    symbol = {"spearman": "rho", "kruskal-wallis": "epsilon squared"}.get(relation.method, "delta")
    numbers = [
        f"{symbol} = {number(relation.estimate.value)}",
        interval(relation.estimate),
        f"n = {relation.n_models} models",
    ]
    if relation.method != "spearman" or relation.apart != (relation.p < 0.05):
        numbers.insert(2, f"p = {probability(relation.p)}")
    return ", ".join(filter(None, numbers))


def _difference(relation: Relation, subject: str, cause: str, several: bool) -> str:
    medians = ", ".join(f"{median:.3g} with {cause} = {name}" for name, median, _ in _extreme(relation.medians))
    verb = "differ" if several else "differs"
    said = f"{subject} {verb} by {cause}" if relation.sure else f"whether {subject} {verb} by {cause} is open"
    return f"{said} (medians {medians}): {estimate(relation)}"


def _extreme(medians: tuple[tuple[str, float, int], ...]) -> list[tuple[str, float, int]]:
    """Return the medians of few groups, of more the lowest and the highest."""
    ascending = sorted(medians, key=lambda m: m[1])
    return list(medians) if len(medians) <= NAMED else [ascending[0], ascending[-1]]


def _further(relation: Relation) -> list[str]:
    """Return what holds given the covariate, within and between groups, and for the number of relations."""
    found = []
    if relation.given and (said := _given(relation)):
        found.append(said)
    if relation.within.value == relation.within.value:
        inside = f"within {' and '.join(relation.within_axes)} {number(relation.within.value)}"
        if relation.within.low == relation.within.low:
            inside += f" ({number(relation.within.low)} to {number(relation.within.high)})"
        if relation.between == relation.between:
            inside += f", between {number(relation.between)}"
        found.append(inside)
    if relation.sure and relation.p_holm > 0.05:
        found.append(f"may be chance among so many relations (Holm p = {probability(relation.p_holm)})")
    return found


def _given(relation: Relation) -> str:
    part, whole, given = relation.partial, relation.estimate.value, label(relation.given)
    name = "partial rho" if relation.method == "spearman" else "delta of what is left"
    if part.value != part.value:
        return (
            f"what part {given} has in this cannot be told, as it orders the models like one of the two"
            if relation.sure
            else ""
        )
    numbers = f"given {given} ({name} = {number(part.value)}"
    numbers += f", {number(part.low)} to {number(part.high)})" if part.low == part.low else ")"
    if not relation.sure:
        return numbers
    if part.low > 0 or part.high < 0:
        return f"this {'stays' if part.value * whole > 0 else 'turns round'} {numbers}"
    return f"this {'vanishes' if abs(part.value) < KEPT * abs(whole) else 'is open'} {numbers}"
