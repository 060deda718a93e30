"""The results of the loops: columns of the table of metrics, and arrays of the store."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.kernels.diagrams.loops import LOOP_METRICS, loop_metrics
from landsweep.stages.homology.loops import read_loops
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns, remove_arrays
from landsweep.study.plan import Member

COLUMNS = LOOP_METRICS
"""The keys are the metrics of loops, the values say what each of them means, with its unit."""


def table(run: OpenedRun) -> Row:
    """Return the function that gives the metrics of a member's loops, NaN where there are none to count."""
    asked, threshold = run.study.homology.loops, run.study.topology.threshold

    def row(member: Member, representation: str) -> Mapping[str, float]:
        if not asked:
            return {}
        found = read_loops(run.directory, member.index)
        if found is None or representation not in found[0]:
            return dict.fromkeys(COLUMNS, np.nan)
        return loop_metrics(found[0][representation], found[1], min_persistence=threshold.loss(found[1]))

    return row


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the metrics of loops into the store; those of an earlier study go where this one does not ask for them."""
    if not run.study.homology.loops:
        remove_arrays(run, landscape, COLUMNS)
        return
    put_columns(landscape, run.plan, table, COLUMNS, ["representation", *run.plan.axes])
