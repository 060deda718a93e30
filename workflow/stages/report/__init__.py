"""Stage report: the table of metrics, the same numbers in the store, figures and a summary.

It imports ``report``, ``session`` and below.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from landsweep.disk.rundir import RunDir
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study


def _summary(run: RunDir, index: int) -> Path:
    return run.report / "summary.json"


class _Report(Stage):
    """The stage of the report: a run has only one, which is outdated by any new or stale result."""

    def progress(self, run: RunDir, plan: Plan) -> tuple[int, int]:
        """Return 1 or 0 for whether the report exists, and 1."""
        return int(self.result(run, 0).exists()), 1

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return one item where the report does not exist, else none."""
        return [] if self.result(run, 0).exists() else [None]

    def remove(self, run: RunDir) -> None:
        """Mark the report as outdated."""
        run.outdate_report()


STAGE = _Report(
    name="report",
    noun="reports",
    of="member",
    result=_summary,
    problem=False,
    key=lambda study: study.report,
    needs=(EVALUATE,),
    brief=True,
    files=0,
)
"""This stage makes the tables, figures and texts of a run from its results."""
