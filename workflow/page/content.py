"""The content of a page as plain data, in the form of ``browser/src/payload.ts``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from landsweep.base.errors import Damaged, UserError, reading
from landsweep.base.naming import label
from landsweep.disk.lock import owner
from landsweep.disk.opened import OpenedRun
from landsweep.page.answer import answer_of, related, unfinished
from landsweep.page.cells import cell, table_of
from landsweep.page.curves import curves_of
from landsweep.page.provenance import provenance_of
from landsweep.page.standing import members_of
from landsweep.pipeline.status import stage_counts
from landsweep.relations.table import Answer
from landsweep.stages import STAGES, reserved
from landsweep.stages.report.reduce import make_table
from landsweep.study.plan import Member
from landsweep.study.study import Scalar

RELATION = ("metric", "against", "estimate", "low", "high", "p_holm", "n_models", "sentence")
"""The columns of the page's relations that come first; the others of ``landsweep relations --csv`` follow."""
MEANINGS = {
    "member": "the index of the landscape",
    "model": "the index of the trained network",
    "representation": "the neighbourhood of the merge tree, or resolved: minima and saddles of the loss itself",
    "train_seconds": "the time that training took (s)",
}
"""The keys are columns that no stage describes."""
NOTHING: dict[str, Any] = {"columns": [], "rows": []}
T = TypeVar("T")


def page_of(runs: Sequence[OpenedRun], live: bool = False) -> dict[str, Any]:
    """Return the content of the page of one run or several, without landscapes, as plain JSON.

    Parameters
    ----------
    runs
        The runs, in the order in which the page offers them.
    live
        Whether a server sends the page again as the runs go on.

    Raises
    ------
    UserError
        Where a file that describes a run is lost or damaged. Damaged results are sentences of the page.
    """
    return {"version": metadata.version("landsweep"), "live": live, "runs": [run_page(run) for run in runs]}


def run_page(run: OpenedRun, holder: Callable[[Path], str | None] = owner) -> dict[str, Any]:
    """Return the content of one run; ``holder`` says which live process, if any, holds the lock at a path."""
    held = holder(run.directory.lock) is not None
    members = members_of(run)
    troubles: list[str] = []
    table = _attempt(troubles, lambda: table_of_run(run, held))
    found: Answer | str = "" if troubles else "there are no metrics yet."
    if table is not None:
        found = related(run, table)
    counts = _attempt(troubles, lambda: stage_counts(run.directory, run.study, run.plan)) or []
    curves, note = _attempt(troubles, lambda: curves_of(run)) or ([], "")
    answer = answer_of(run, table, found, counts, members, held)
    answer += [{"text": text, "rank": "warning"} for text in troubles]
    answer += [{"text": note, "rank": "note"}] if note else []
    progress = [{"stage": c.stage, "done": c.done, "total": c.total or None, "failed": c.failed} for c in counts]
    more = {"progress": progress, "relations": relations_of(found), "curves": curves}
    return _content(run, held, answer, table, run.plan.axes, members) | more


def _content(
    run: OpenedRun,
    held: bool,
    answer: list[dict[str, str]],
    table: pd.DataFrame | None,
    axes: Mapping[str, Sequence[Scalar]],
    members: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the content of a run without what compares its members."""
    return {
        "name": run.study.name,
        "path": str(run.path),
        "state": state_of(run, held),
        "progress": [],
        "live": None,
        "answer": answer,
        "table": NOTHING if table is None else table_of(table, *_columns(run, table)),
        "relations": NOTHING,
        "curves": [],
        "provenance": provenance_of(run),
        "axes": {name: [cell(value) for value in values] for name, values in axes.items()},
        "members": members,
    }


def member_page(run: OpenedRun, member: Member) -> dict[str, Any]:
    """Return the content of a page of one member alone: its coordinates and its numbers, without what compares members.

    Raises
    ------
    UserError
        As :func:`page_of`.
    """
    (said,) = (m for m in members_of(run) if m["index"] == member.index)
    troubles: list[str] = []
    table = _attempt(troubles, lambda: table_of_run(run))
    own = None if table is None else table[table["member"] == member.index]
    answer = [{"text": f"landscape of {run.study.name}: {said['label']}", "rank": "first"}]
    answer += [{"text": text, "rank": "warning"} for text in troubles]
    axes = {name: (member.coords[name],) for name in run.plan.axes}
    content = _content(run, owner(run.directory.lock) is not None, answer, own, axes, [said])
    return {"version": metadata.version("landsweep"), "live": False, "runs": [content]}


def state_of(run: OpenedRun, held: bool) -> str:
    """Return whether a run is ``finished``, ``running`` (a live process holds it) or ``unfinished``."""
    if held:
        return "running"
    return "unfinished" if unfinished(run) else "finished"


def table_of_run(run: OpenedRun, held: bool = False) -> pd.DataFrame | None:
    """Return the table of metrics; of a run without one, that of what is there, None where nothing is.

    Of a run that a live process holds (``held``) only the table that it has written: results come every second.

    Raises
    ------
    UserError
        Where a file of results cannot be read.
    """
    if run.directory.metrics.exists():
        with reading(run.directory.metrics):
            table = pd.read_parquet(run.directory.metrics)
        if lacking := {"member", "model", *run.plan.axes, "representation"} - set(table):
            raise Damaged(run.directory.metrics, f"it lacks {', '.join(sorted(lacking))}")
        return table
    if held or not any(run.directory.topology(0).parent.glob("member-*.npz")):
        return None
    return make_table(run, STAGES)


def _attempt(troubles: list[str], function: Callable[[], T]) -> T | None:
    """Return what a function returns; None where results are damaged, with the sentence among the troubles."""
    try:
        return function()
    except UserError as error:
        troubles.append(str(error))
        return None


def _columns(run: OpenedRun, table: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Return what each column of a table is called, and what it means."""
    own = (*run.plan.axes, "member", "model", "representation")
    labels = {str(name): str(name) if name in own else label(str(name)) for name in table}
    return labels, reserved() | MEANINGS


def relations_of(found: Answer | str) -> dict[str, Any]:
    """Return relations as the page reads them, in the order and the columns of ``landsweep relations``."""
    if isinstance(found, str):
        return NOTHING
    frame = found.frame
    return table_of(frame[[*RELATION, *(name for name in frame if name not in RELATION)]])
