"""What ``landsweep relations`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import numpy as np
from landsweep.relations.relate import Relation
from landsweep.relations.sentences import alike, number, probability, sentence, sentences
from landsweep.relations.table import Answer

SHOWN = 12
"""At most this many relations are printed where nothing is asked for, those that are surest first."""
REPEATED = {"direction_seed": "directions", "draw": "draws"}
"""The axes whose values are repetitions of one model, and what these are called."""


def text(answer: Answer, *, all_: bool) -> str:
    """Return the table, the sentences, the components of variance and what is missing.

    ``all_`` prints every relation, else the :data:`SHOWN` surest.
    """
    with_estimate = [r for r in answer.relations if not r.why_not]
    without = [r for r in answer.relations if r.why_not]
    groups = alike(sorted(with_estimate, key=lambda r: (r.p, -abs(r.estimate.value))))[: None if all_ else SHOWN]
    shown = [r for group in groups for r in group]
    lines = [f"note: {line}" for line in answer.notes]
    if shown:
        lines += ["", *_table(groups), "", *sentences(shown), "", *_variances([group[0] for group in groups]), ""]
    lines += list(_reasons(without, all_=all_))
    if tests := len({r.pattern for r in with_estimate}):
        alike_ = "; metrics that order the models alike are one" if tests < len(with_estimate) else ""
        lines.append(f"p_holm is p adjusted for {tests} test{'s' * (tests > 1)} (Holm{alike_}).")
    if len(with_estimate) > len(shown):
        lines.append(
            f"{len(with_estimate) - len(shown)} more relations: --all prints them, --csv has every column; --metric "
            "and --against ask for fewer, and p is adjusted for fewer."
        )
    return "\n".join(lines).strip("\n") + "\n"


def _table(groups: list[list[Relation]]) -> list[str]:
    """Return one line for all relations that say the same, which names the first of them."""
    several = any(r.stratum.name for group in groups for r in group)
    header = [*(["of"] if several else []), "metric", "against", "n", "estimate", "95 % interval", "p", "p_holm", "tau"]
    rows = [[*header, "given", "partial", "within"]]
    for r, *others in groups:
        low, high = r.estimate.low, r.estimate.high
        places = dict.fromkeys(s.stratum.name for s in (r, *others))
        metrics = dict.fromkeys(s.metric for s in (r, *others))
        rows.append(
            [
                *([", ".join(places)] if several else []),
                r.metric + (f" (+ {len(metrics) - 1})" if len(metrics) > 1 else ""),
                r.against,
                str(r.n_models),
                number(r.estimate.value),
                "" if isnan(low) else f"{number(low)} to {number(high)}",
                probability(r.p),
                probability(r.p_holm),
                _known(r.tau),
                r.given,
                _known(r.partial.value),
                _known(r.within.value),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _known(value: float) -> str:
    return "" if isnan(value) else number(value)


def _variances(relations: list[Relation]) -> Iterator[str]:
    """Yield how much of the variance of each metric lies between landscapes of one model."""
    for r in {(id(r.stratum), r.metric): r for r in relations}.values():
        found = r.stratum.components(r.metric)
        if isnan(found.share):
            continue
        varied = [
            word for axis, word in REPEATED.items() if axis in r.stratum.rows and r.stratum.rows[axis].nunique() > 1
        ]
        within, between = np.sqrt([found.within, found.between])
        yield (
            f"{r.metric}{f' ({r.stratum.name})' if r.stratum.name else ''}: standard deviation {within:.3g} between "
            f"{' and '.join(varied) or 'landscapes'} of one model, "
            f"{between:.3g} between models ({found.share:.0%} of the variance)"
        )


def _reasons(relations: list[Relation], *, all_: bool) -> Iterator[str]:
    """Yield why relations have no estimate: one line a reason, which counts them."""
    reasons: dict[str, list[Relation]] = {}
    for r in relations:
        reasons.setdefault(r.why_not, []).append(r)
    for reason, found in reasons.items():
        if all_ or len(found) == 1:
            yield from (sentence(r) for r in found)
        else:
            yield f"{len(found)} relations: {reason}"
