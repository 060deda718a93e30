"""Relations as a table, and what a table of metrics lacks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from landsweep.base.errors import UserError
from landsweep.relations.columns import Columns
from landsweep.relations.relate import Question, Relation, relate
from landsweep.relations.sentences import sentence
from landsweep.relations.units import STRATA
from landsweep.study.plan import Plan

COVARIATE = "loss_range"
"""Partial correlations hold this column fixed where no other is named."""
LISTED = 5
"""At most this many models are listed; the others are counted."""


@dataclass(frozen=True)
class Answer:
    """Relations, with what is to be said of all of them.

    Parameters
    ----------
    relations
        One for each metric, column and stratum.
    notes
        Sentences on what is missing, and on columns that have no relations.
    """

    relations: list[Relation]
    notes: list[str]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a relation; its columns are those of :meth:`landsweep.Run.relations`."""
        parts = {(id(r.stratum), r.metric): r for r in self.relations}
        variance = {key: r.stratum.components(r.metric) for key, r in parts.items()}
        rows = [_row(r, variance[id(r.stratum), r.metric]) for r in self.relations]
        return pd.DataFrame(rows)


def _row(relation: Relation, variance: Any) -> dict[str, Any]:
    place: Mapping[str, str] = relation.stratum.place
    return {
        **{name: place.get(name, "") for name in STRATA},
        "metric": relation.metric,
        "against": relation.against,
        "kind": relation.kind,
        "method": relation.method,
        "n_models": relation.n_models,
        "estimate": relation.estimate.value,
        "low": relation.estimate.low,
        "high": relation.estimate.high,
        "p": relation.p,
        "exact": relation.exact,
        "p_holm": relation.p_holm,
        "tau": relation.tau,
        "tau_p": relation.tau_p,
        "given": relation.given,
        "partial": relation.partial.value,
        "partial_low": relation.partial.low,
        "partial_high": relation.partial.high,
        "within_axes": ", ".join(relation.within_axes),
        "n_groups": relation.n_groups,
        "within": relation.within.value,
        "within_low": relation.within.low,
        "within_high": relation.within.high,
        "between": relation.between,
        "medians": "; ".join(f"{name}: {median:.6g} ({n})" for name, median, n in relation.medians),
        "variance_directions": variance.within,
        "variance_models": variance.between,
        "why_not": relation.why_not,
        "sentence": sentence(relation),
    }


def answer(
    table: pd.DataFrame,
    axes: Sequence[str],
    measured: Mapping[str, Sequence[str]],
    metrics: Sequence[str] | None = None,
    against: Sequence[str] | None = None,
    given: str | None = None,
    within: Sequence[str] | None = None,
) -> Answer:
    """Return the relations that a table of metrics answers.

    Parameters
    ----------
    table
        One row a member and representation: ``member``, ``model``, the axes, and numbers.
    axes
        The sweep axes.
    measured
        The columns of numbers by what has one value of them: ``member``, ``model`` and ``site``.
    metrics, against
        The metrics, and the columns that they are related with; by default every number of landscapes with every axis,
        figure of merit and number of the Hessian.
    given
        The covariate of partial correlations, ``none`` for none; by default :data:`COVARIATE`, where it is there.
    within
        The axes whose combinations of values are groups, by default those that differ beside the column in question.

    Raises
    ------
    UserError
        Where no member is finished, a name is unknown, or nothing is left to relate.
    """
    trees = measured.get("member", ())
    shown = [name for name in trees if name in table]
    finished = table[table[shown].notna().any(axis=1)] if shown else table[:0]
    if finished.empty:
        raise UserError(
            f"none of the {table['member'].nunique()} members has metrics yet, expected landscapes of at least two "
            "models: continue the run with `landsweep run STUDY`, or see `landsweep status RUN`."
        )
    columns = Columns.of(finished, axes, measured)
    usual = COVARIATE if COVARIATE in columns.numbers else "none"
    question = Question(
        columns.chosen(metrics, "--metric"),
        columns.chosen(against, "--against"),
        columns.covariate(given or usual),
        columns.blocks(within),
    )
    notes = _missing(table, finished)
    if COVARIATE in columns.empty:
        notes.append("no landscape has a finite loss, so that there are no minima, saddles and persistences to relate.")
    relations = relate(finished, columns, question, table)
    if not relations and metrics and against:
        raise UserError(
            f"--metric {', '.join(metrics)} and --against {', '.join(against)} leave nothing to relate, expected two "
            "columns, of which the metric differs between the values of the other: name others."
        )
    if not relations:
        models = finished["model"].nunique()
        raise UserError(
            f"the run has {models} model{'s' * (models > 1)} and no axis, quality or curvature that its metrics could "
            "be related with, expected at least one: sweep a parameter, return a quality from the problem, set "
            "curvature.largest=1, or name a column with --against."
        )
    return Answer(relations, notes)


def complete(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return a table of metrics with rows, which hold no metrics, for the members that a sweep has gained since."""
    there = set(table["member"])
    names = list(dict.fromkeys(table["representation"]))
    rows = [
        {"member": member.index, "model": member.model, **member.coords, "representation": name}
        for member in plan.members
        if member.index not in there
        for name in names
    ]
    return pd.concat([table, pd.DataFrame(rows)], ignore_index=True) if rows else table


def _missing(table: pd.DataFrame, finished: pd.DataFrame) -> list[str]:
    """Return which landscapes have no metrics, and of which models."""
    every, known = set(table["member"]), set(finished["member"])
    if not (left := every - known):
        return []
    models = sorted(set(table.loc[table["member"].isin(left), "model"]))
    named = ", ".join(map(str, models[:LISTED])) + (f" and {len(models) - LISTED} more" if len(models) > LISTED else "")
    gone = set(models) - set(finished["model"])
    whole = f", {len(gone)} of them without any" if gone else ""
    return [
        f"{len(left)} of {len(every)} landscapes have no metrics (model{'s' * (len(models) > 1)} {named}{whole}): "
        "`landsweep run STUDY` makes what is missing, with --retry-failed also what failed."
    ]


def brief(
    table: pd.DataFrame, axes: Sequence[str], metrics: Sequence[str], against: Sequence[str], given: str | None = None
) -> list[Relation]:
    """Return the relations of a few columns, without p values adjusted for their number.

    They are those of :func:`answer`, which asks for more and adjusts for all of it. Columns without numbers are left
    out.
    """
    covariates = [given] if given else []
    columns = Columns.of(table, axes, {"member": [*metrics, *covariates], "model": against})
    known = [name for name in metrics if name in columns.numbers]
    there = [name for name in against if name in columns.causes]
    found = relate(table, columns, Question(known, there, given if given in columns.numbers else None))
    return [replace(r, p_holm=float("nan")) for r in found]
