"""Writing the page of runs: what is read of every member, and how much of it fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.page.content import member_page, page_of
from landsweep.page.document import document
from landsweep.page.members import BUDGET, member_header_and_arrays
from landsweep.page.packing import pack
from landsweep.page.standing import members_of
from landsweep.study.plan import Member


def written(runs: Sequence[OpenedRun]) -> str:
    """Return the page of runs as one HTML file.

    Members without any evaluated point have no landscape on it. One whose files are damaged is named in the answer, and
    the others are shown.
    """
    page = page_of(runs)
    shown = [
        (k, member)
        for k, run in enumerate(runs)
        for member, said in zip(run.plan.members, page["runs"][k]["members"], strict=True)
        if said["done"]
    ]
    packed: dict[tuple[int, int], bytes] = {}
    for k, member in shown:
        try:
            packed[k, member.index] = pack(*member_header_and_arrays(runs[k], member, BUDGET / len(shown)))
        except UserError as error:
            _damaged(page["runs"][k], member.index, str(error))
    return document(page, packed)


def written_member(run: OpenedRun, member: Member) -> str:
    """Return a page of one member alone as one HTML file.

    Raises
    ------
    UserError
        Where no point of the member is evaluated, or a file of it is damaged.
    """
    if not members_of(run)[member.index]["done"]:
        raise UserError(
            f"member {member.index} has no landscape, expected one with evaluated points: `landsweep status "
            f"{in_command(run.path)}` says what is missing or failed, `landsweep run STUDY` goes on."
        )
    packed = pack(*member_header_and_arrays(run, member, BUDGET))
    return document(member_page(run, member), {(0, member.index): packed})


def _damaged(page: dict[str, Any], index: int, why: str) -> None:
    said = page["members"][index]
    said["failure"] = said["failure"] or why
    page["answer"].append({"text": f"{said['label']} is not shown: {why}", "rank": "warning"})
