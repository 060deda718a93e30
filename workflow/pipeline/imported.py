"""What a run of imported landscapes checks where another one tries its problem."""

from __future__ import annotations

from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.pipeline import identity
from landsweep.stages import STAGES
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.study.plan import make_plan
from landsweep.study.study import Study


def check_asked(study: Study, stages: tuple[str, ...], every: tuple[str, ...]) -> None:
    """Raise UserError for a stage that is named and needs the model that imported landscapes do not have."""
    for stage in STAGES if study.imported and stages != every else ():
        if stage.name in stages and stage.problem and not stage.asked(study):
            able = ", ".join(s.name for s in STAGES if s.asked(study))
            raise UserError(
                f"--stages names {stage.name}, which needs a model, and the landscapes of {study.name} are imported, "
                f"without one: expected some of {able}."
            )


def try_files(study: Study, folder: Path, run: RunDir, *, again: bool, repair: bool) -> None:
    """Open the files of imported landscapes whose points are still to be read.

    These are all where ``again`` says so, or where units are damaged that a ``repair`` would discard.

    Raises
    ------
    UserError
        Where one is lost, or holds something else than the study says.
    """
    from landsweep.stages.evaluate.given import given
    from landsweep.study.problems import make_problem

    plan = make_plan(study, identity.compare(run, study, redo=True).history)
    again |= repair and any(True for _ in EVALUATE.damage(run, study, plan))
    for member in plan.members:
        if again or not (run.has_landscape and run.topology(member.index).exists()):
            given(make_problem(study, folder, plan.models[member.model].coords)).check(study)
