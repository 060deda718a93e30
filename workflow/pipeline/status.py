"""How far a run is, read from its directory: neither torch nor MPI."""

from __future__ import annotations

import os
from dataclasses import dataclass

from landsweep.disk.rundir import RunDir, read_json
from landsweep.study.plan import Plan
from landsweep.study.study import Study


@dataclass(frozen=True)
class StageCount:
    """How many of a stage's items are done."""

    stage: str
    noun: str
    done: int
    failed: int
    total: int
    seconds: float


def stage_counts(run: RunDir, study: Study, plan: Plan) -> list[StageCount]:
    """Return one count per stage: models trained, directions made, units evaluated, trees and tables made.

    Curvature and certificates are among them where the study asks for any.
    """
    seconds = _seconds(run)
    models, members = len(plan.models), len(plan.members)

    def count(stage: str, noun: str, done: int, total: int) -> StageCount:
        return StageCount(stage, noun, done, len(run.failures(stage)), total, seconds.get(stage, 0.0))

    units_done, units_total = _units(run)
    sites = set(plan.sites.values())
    there = sum(run.curvature(site).exists() for site in sites)
    curvature = [count("curvature", "Hessians", there, len(sites))]
    certify = [count("certify", "members", members - len(run.missing(members, run.certify)), members)]
    return [
        count("train", "models", sum(run.theta(i).exists() for i in range(models)), models),
        *(curvature if study.curvature.asked else []),
        count("subspace", "members", members - len(run.missing(members, run.directions)), members),
        count("evaluate", "units", units_done, units_total),
        count("topology", "members", members - len(run.missing(members, run.topology)), members),
        *(certify if study.certify.asked else []),
        count("report", "reports", int((run.report / "summary.json").exists()), 1),
    ]


def _units(run: RunDir) -> tuple[int, int]:
    """Return the units done and in all, (0, 0) while the store does not exist."""
    from landsweep.disk.store import Landscape

    if not Landscape.exists(run.landscape):
        return 0, 0
    landscape = Landscape(run.landscape)
    total = sum(1 for _ in landscape.units())
    return total - len(landscape.pending()), total


def _seconds(run: RunDir) -> dict[str, float]:
    """Return the time spent per stage, summed over ranks and sessions."""
    found: dict[str, float] = {}
    if run.provenance.exists():
        for session in read_json(run.provenance)["sessions"]:
            for stage, timing in session.get("stages", {}).items():
                found[stage] = found.get(stage, 0.0) + timing["busy_seconds"]
    return found


def disk_use(run: RunDir) -> tuple[int, int]:
    """Return bytes and files of the run directory."""
    size = files = 0
    for folder, _, names in os.walk(run.path):
        for name in names:
            try:
                size += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118  # many files
            except FileNotFoundError:
                continue
            files += 1
    return size, files
