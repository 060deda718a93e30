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
    """There is one report, of the whole run; whatever is done anew, or becomes stale, outdates it."""

    def progress(self, run: RunDir, study: Study, plan: Plan) -> tuple[int, int]:
        """Return whether there is one."""
        return int(self.result(run, 0).exists()), 1

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return one item where there is none."""
        return [] if self.result(run, 0).exists() else [None]

    def remove(self, run: RunDir) -> None:
        """Mark it as to be made again."""
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
