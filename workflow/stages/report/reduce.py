"""The table of metrics, and the same numbers beside the fields in the store (on one rank)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import atomic
from landsweep.disk.store import Landscape, drop_consolidated, restore_arrays
from landsweep.stages.stage import Stage
from landsweep.study.study import Study


def reduce(run: OpenedRun, stages: tuple[Stage, ...]) -> None:
    """Write ``metrics.parquet`` and the numbers of the store, both from the files of ``stages``."""
    table = make_table(run, stages)
    with atomic(run.directory.metrics) as partial:
        table.to_parquet(partial, index=False)
    restore_arrays(run.directory.landscape)  # else what describes a damaged one would be in the way
    drop_consolidated(run.directory.landscape)
    landscape = Landscape(run.directory.landscape, "r+")
    landscape.put("representation", np.array(representations(run.study, stages)), ["representation"])
    for stage in stages:
        stage.pack(run, landscape, table)
    landscape.consolidate()


def representations(study: Study, stages: tuple[Stage, ...]) -> list[str]:
    """Return the representations of every member: the study's, then those that its stages add."""
    return [*study.connectivity, *(s.representation for s in stages if s.representation and s.asked(study))]


def make_table(run: OpenedRun, stages: tuple[Stage, ...]) -> pd.DataFrame:
    """Return one row per member and representation: its coordinates, and the columns of every stage; missing is NaN."""
    rows = [stage.table(run) for stage in stages]
    return pd.DataFrame(
        [
            {"member": member.index, "model": member.model, **member.coords, "representation": representation}
            | {name: value for row in rows for name, value in row(member, representation).items()}
            for member in run.plan.members
            for representation in representations(run.study, stages)
        ]
    )
