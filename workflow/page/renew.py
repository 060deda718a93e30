"""The page beside the report of a run, which is written when a run ends."""

from __future__ import annotations

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import PAGE, write_text


def renew(run: OpenedRun) -> str:
    """Write a run's page where the study asks for it and there is none, or none of the present report.

    Return why it was not written, which costs the page and nothing else of the run; empty where all is well.
    """
    target = run.directory.report / PAGE
    if not run.study.report.page or target.exists() or not (run.directory.report / "summary.json").exists():
        return ""
    from landsweep.page.write import written  # which imports much

    try:
        write_text(target, written([run]))
    except (UserError, OSError, ValueError, ArithmeticError) as error:
        reason = str(error).removesuffix(".")
        return f"{target} is not written: {reason}; `landsweep report {in_command(run.path)}` tries again."
    return ""
