"""Writing the page of runs: what is read of every member, and how much of it fits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from landsweep.base.errors import UserError
from landsweep.disk.opened import OpenedRun
from landsweep.page.content import page_of
from landsweep.page.document import document
from landsweep.page.members import BUDGET, member_header_and_arrays
from landsweep.page.packing import pack


def written(runs: Sequence[OpenedRun], only: Collection[int] | None = None) -> str:
    """Return the page of runs as one HTML file.

    Members without any landscape have none on the page. One whose files are damaged is named in the answer, and the
    others are shown.

    Parameters
    ----------
    runs
        The runs.
    only
        The indices of members whose landscapes are on the page, by default all.
    """
    page = page_of(runs)
    shown = [
        (k, member)
        for k, run in enumerate(runs)
        for member, said in zip(run.plan.members, page["runs"][k]["members"], strict=True)
        if said["done"] and (only is None or member.index in only)
    ]
    packed: dict[tuple[int, int], bytes] = {}
    for k, member in shown:
        try:
            found = member_header_and_arrays(runs[k], member, BUDGET / len(shown))
            packed[k, member.index] = pack(*found)
        except UserError as error:
            _damaged(page["runs"][k], member.index, str(error))
    return document(page, packed)


def _damaged(page: dict[str, Any], index: int, why: str) -> None:
    said = page["members"][index]
    said["failure"] = said["failure"] or why
    page["answer"].append({"text": f"{said['label']} is not shown: {why}", "rank": "warning"})
