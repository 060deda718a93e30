"""Stage report: the table of metrics, the same numbers in the store, figures and a summary.

It imports ``report``, ``session`` and below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landsweep.base.errors import Damaged
from landsweep.disk.rundir import RunDir, verify
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage

if TYPE_CHECKING:
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study


def _summary(run: RunDir, index: int) -> Path:
    return run.report / "summary.json"


class _Report(Stage):
    """The stage of the report: a run has only one, which is outdated by any new or stale result."""

    def _whole(self, run: RunDir) -> bool:
        return self.result(run, 0).exists() and run.metrics.exists()

    def progress(self, run: RunDir, plan: Plan) -> tuple[int, int]:
        """Return 1 or 0 for whether the report exists, and 1."""
        return int(self._whole(run)), 1

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return one item where the report does not exist, else none."""
        return [] if self._whole(run) else [None]

    def damage(self, run: RunDir, study: Study, plan: Plan) -> Iterator[tuple[int, Damaged]]:
        """Read the table, the summary and the numbers in the store; yield an error for each that is damaged."""
        from landsweep.disk.store import Landscape

        readers: list[Callable[[], Any]] = [
            partial(verify, path) for path in (self.result(run, 0), run.metrics) if path.exists()
        ]
        if run.has_landscape:
            landscape = Landscape(run.landscape)
            readers += [partial(landscape.get, name) for name in landscape.small]
        for read in readers:
            try:
                read()
            except Damaged as error:
                yield 0, error

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Mark the report as outdated."""
        run.outdate_report()

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
