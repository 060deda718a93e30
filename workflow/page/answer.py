"""The answer of a run in sentences: counts, relations that hold, and what is missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from landsweep.base.errors import Damaged, UserError
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import read_json
from landsweep.pipeline.status import StageCount
from landsweep.relations.relate import Relation
from landsweep.relations.sentences import alike, sentences
from landsweep.relations.table import Answer, answer, complete
from landsweep.report import engines
from landsweep.report.summary import TREND_METRICS, counted, resolved_counts, trends
from landsweep.stages import STAGES, measured
from landsweep.study.resolve_spec import RESOLVED

SHOWN = 8
"""At most this many sentences of relations stand in the answer; the section on relations has all."""
CERTAIN = 0.05
"""Relations of the answer have a p value below this, adjusted for the number of relations."""
NAMED = 3
"""At most this many members that failed, or are damaged, are named; the others are counted."""
LONG = 300
"""Texts of users in a sentence are cut to so many characters; the member has the whole one."""


def related(run: OpenedRun, table: pd.DataFrame) -> Answer | str:
    """Return the relations of a run as ``landsweep relations`` gives them, or why there are none."""
    try:
        return answer(complete(table, run.plan), list(run.plan.axes), measured(map(str, table)))
    except UserError as error:
        return str(error)


def answer_of(
    run: OpenedRun,
    table: pd.DataFrame | None,
    found: Answer | str,
    counts: list[StageCount],
    members: list[dict[str, Any]],
    held: bool,
) -> list[dict[str, str]]:
    """Return the sentences of the answer, each with its rank; the most important first.

    ``held`` says whether a live process holds the run.
    """
    said = [("first", text) for text in _counts(run, table, members)]
    if table is not None and isinstance(found, Answer):
        said += [("answer", text) for text in _holding(run, table, found)]
    if left := _left(run, counts):
        going = ("note", f"The run is going on ({left}).")
        said.append(going if held else ("warning", f"The run is not finished ({left}): `landsweep run STUDY` goes on."))
    said += [("warning", text) for text in _failed(members)]
    said += _report(run)
    said += [("warning", text) for text in engines.warnings(run.directory)]
    if isinstance(found, Answer):
        said += [("note", text) for text in found.notes]
    elif found:
        said.append(("note", f"No relations: {found}"))
    return [{"text": _ended(text), "rank": rank} for rank, text in dict.fromkeys(said)]


def _ended(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _counts(run: OpenedRun, table: pd.DataFrame | None, members: list[dict[str, Any]]) -> list[str]:
    """Return how many landscapes there are, and the minima and saddles of those that have them, resolved if any is."""
    finished = sum(m["state"] == "finished" for m in members)
    every = f"{len(members)} landscapes of {' x '.join(map(str, run.plan.grid_shape))} points"
    if table is None or "n_minima" not in table:
        return [f"{finished} of {every}"]
    name, known = run.study.connectivity[0], table.dropna(subset=["n_minima"])
    resolved, own = (known[known["representation"] == r] for r in (RESOLVED, name))
    if len(resolved):
        return [f"{resolved_counts(table, name)}, in {len(resolved)} of {every}"]
    if own.empty:
        return [f"{finished} of {every}"]
    leaf = ("maximum", "maxima") if run.study.topology.negate else ("minimum", "minima")
    some = f", in {len(own)} landscapes" if len(own) != finished else ""
    return [f"{finished} of {every}: {counted(own, *leaf, ' and ')} of the grid ({name}{some})"]


def _holding(run: OpenedRun, table: pd.DataFrame, found: Answer) -> list[str]:
    """Return what is known of how metrics depend on the sweep's axes.

    The metrics of the summary come first, also where it is open how they depend; of the others, what surely holds.
    Strong relations come before weak ones.
    """
    there = [r for r in found.relations if r.kind == "axis" and not r.why_not]
    told = [r for r in there if r.metric in TREND_METRICS or _certain(r)]
    groups = alike(sorted(told, key=_place))
    said = sentences([r for group in groups[:SHOWN] for r in group])
    if len(groups) > SHOWN:
        said.append(f"{len(groups) - SHOWN} more sentences on the sweep's axes: see the section Relations")
    return said or trends(run.study, table)


def _certain(relation: Relation) -> bool:
    return relation.sure and relation.p_holm <= CERTAIN


def _place(relation: Relation) -> tuple[bool, bool, float, float]:
    return relation.metric not in TREND_METRICS, not relation.sure, -abs(relation.estimate.value), relation.p


def unfinished(run: OpenedRun) -> bool:
    """Return whether any stage has something to do, beside what failed and what needs that; damage is something."""
    try:
        return any(stage.todo(run.directory, run.study, run.plan) for stage in STAGES if stage.asked(run.study))
    except Damaged:
        return True


def _left(run: OpenedRun, counts: list[StageCount]) -> str:
    """Return which stages have not finished, and how far they are."""
    if not unfinished(run):  # what waits for something that failed is not to come
        return ""
    left = [c for c in counts if c.done + c.failed < (c.total or 1)]
    return "; ".join(f"{c.stage} {c.done} of {c.total or '?'} {c.noun}" for c in left)


def _failed(members: list[dict[str, Any]]) -> list[str]:
    """Return how many members failed, with the command that tries them again."""
    failed = [m for m in members if m["failure"]]
    if not failed:
        return []
    some = "; ".join(f"{short(m['label'])}: {short(m['failure'])}" for m in failed[:NAMED])
    more = f"; and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
    return [
        f"{len(failed)} of {len(members)} members have failures ({some}{more}): `landsweep run STUDY --retry-failed` "
        "tries them again."
    ]


def damage(found: list[tuple[str, str]]) -> list[str]:
    """Return a sentence for each of the first members and the damage of a file of theirs, and one for the others."""
    said = [f"{short(label)}: {why}" for label, why in found[:NAMED]]
    if len(found) > NAMED:
        more = len(found) - NAMED
        said.append(f"{more} more landscapes have damaged files: `landsweep run STUDY --repair` mends all.")
    return said


def short(text: str) -> str:
    """Return a text on one line that is not too long for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= LONG else f"{line[:LONG]} ..."


def _report(run: OpenedRun) -> list[tuple[str, str]]:
    """Return what the run's own summary says: figures of merit, lines of stages, warnings."""
    file = run.directory.report / "summary.json"
    if not file.exists():
        return []
    try:
        data = read_json(file)
        said = [("note", str(text)) for text in (*data["quality"], *data.get("stages", []))]
        warnings = [("warning", str(text)) for text in data["warnings"]]
        if data["non_finite_points"]:
            many = f"{data['non_finite_points']:,} point{'s are' if data['non_finite_points'] != 1 else ' is'}"
            warnings.append(("warning", f"{many} not finite"))
    except (UserError, KeyError, TypeError, ValueError) as error:
        again = f"`landsweep run STUDY --repair` writes it again; `landsweep status {in_command(run.path)}` says more"
        return [("warning", f"{file} cannot be read ({type(error).__name__}): {again}.")]
    return [*warnings, *said]
