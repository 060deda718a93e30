"""The progress of a run, read from its directory without torch or MPI."""

from __future__ import annotations

import os
from dataclasses import dataclass

from landsweep.base.errors import RESTORE, reading
from landsweep.disk.rundir import RunDir
from landsweep.stages import STAGES
from landsweep.study.plan import Plan
from landsweep.study.study import Study


@dataclass(frozen=True)
class StageCount:
    """The number of a stage's items that are done and have failed, and the number of all."""

    stage: str
    noun: str
    done: int
    failed: int
    total: int
    seconds: float


def stage_counts(run: RunDir, study: Study, plan: Plan) -> list[StageCount]:
    """Return one count for each stage that the study asks for: models trained, directions made, units evaluated, ..."""
    seconds, found = _seconds(run), []
    for stage in STAGES:
        if stage.asked(study):
            done, total = stage.progress(run, plan)
            failed = len(run.failures(stage.name))
            found.append(StageCount(stage.name, stage.noun, done, failed, total, seconds.get(stage.name, 0.0)))
    return found


def _seconds(run: RunDir) -> dict[str, float]:
    """Return the seconds spent in each stage, summed over ranks and sessions."""
    found: dict[str, float] = {}
    with reading(run.provenance, RESTORE):
        for session in run.read_provenance()["sessions"]:
            for stage, timing in session.get("stages", {}).items():
                found[stage] = found.get(stage, 0.0) + timing["busy_seconds"]
    return found


def disk_use(run: RunDir) -> tuple[int, int]:
    """Return the bytes and the number of files of the run directory."""
    size = files = 0
    for folder, _, names in os.walk(run.path):
        for name in names:
            try:
                size += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118  # many files
            except FileNotFoundError:
                continue
            files += 1
    return size, files
