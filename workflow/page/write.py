"""Writing the page of runs: when, what is read of every member, and how much of it fits.

What makes a page imports much, so it is imported where one is made: a run may ask for none.
"""

from __future__ import annotations

from collections.abc import Sequence

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import PAGE, write_text
from landsweep.study.plan import Member

BUDGET = 10_500_000
"""A page may have about this many bytes of landscapes before they are written as text, which makes a third more."""


def written(runs: Sequence[OpenedRun]) -> str:
    """Return the page of runs as one HTML file.

    Members without any evaluated point have no landscape on it. One whose files are damaged is named in the answer, and
    the others are shown.
    """
    from landsweep.page.answer import damage
    from landsweep.page.content import page_of
    from landsweep.page.document import document
    from landsweep.page.members import member_header_and_arrays
    from landsweep.page.packing import pack
    from landsweep.page.trees import Damage

    page = page_of(runs)
    share = BUDGET / max(1, sum(bool(said["done"]) for content in page["runs"] for said in content["members"]))
    packed: dict[tuple[int, int], bytes] = {}
    for k, (run, content) in enumerate(zip(runs, page["runs"], strict=True)):
        damaged: list[tuple[str, str]] = []
        for member, said in zip(run.plan.members, content["members"], strict=True):
            if not said["done"]:
                continue
            try:
                header, arrays = member_header_and_arrays(run, member, share)
            except UserError as error:
                said["failure"] = said["failure"] or str(error)
                damaged.append((f"{said['label']} is not shown", str(error)))
                continue
            packed[k, member.index] = pack(header, arrays)
            damaged += [(said["label"], str(note)) for note in header["notes"] if isinstance(note, Damage)]
        content["answer"] += [{"text": text, "rank": "warning"} for text in damage(damaged)]
    return document(page, packed)


def written_member(run: OpenedRun, member: Member) -> str:
    """Return a page of one member alone as one HTML file.

    Raises
    ------
    UserError
        Where no point of the member is evaluated, or a file of it is damaged.
    """
    from landsweep.page.content import member_page
    from landsweep.page.document import document
    from landsweep.page.members import member_header_and_arrays
    from landsweep.page.packing import pack

    page = member_page(run, member)
    if not page["runs"][0]["members"][0]["done"]:
        raise UserError(
            f"member {member.index} has no landscape, expected one with evaluated points: `landsweep status "
            f"{in_command(run.path)}` says what is missing or failed, `landsweep run STUDY` goes on."
        )
    return document(page, {(0, member.index): pack(*member_header_and_arrays(run, member, BUDGET))})


def renew(run: OpenedRun) -> str:
    """Write a run's page where the study asks for it and there is none, or none of the present report.

    Return why it was not written, which costs the page and nothing else of the run; empty where all is well.
    """
    target = run.directory.report / PAGE
    if not run.study.report.page or target.exists() or not (run.directory.report / "summary.json").exists():
        return ""
    try:
        write_text(target, written([run]))
    except (UserError, OSError, ValueError, ArithmeticError) as error:
        reason = str(error).removesuffix(".")
        return f"{target} is not written: {reason}; `landsweep report {in_command(run.path)}` tries again."
    return ""
