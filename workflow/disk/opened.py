"""A run directory with the study and the plan that it holds, for code that reads a run."""

from __future__ import annotations

from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir, read_json
from landsweep.study.plan import Plan, make_plan
from landsweep.study.study import Study


class OpenedRun:
    """The paths, the study and the plan of one run.

    Parameters
    ----------
    directory
        The run directory with its paths.
    study, plan
        The study and the plan that the directory holds.
    """

    def __init__(self, directory: RunDir, study: Study, plan: Plan) -> None:
        self.directory, self.study, self.plan = directory, study, plan

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.directory.path


def read_run(path: str | Path) -> OpenedRun:
    """Return the run that lies at ``path``.

    Raises
    ------
    UserError
        Where there is no run, or a newer landsweep wrote it.
    """
    directory = RunDir(Path(path))
    if not directory.study.exists() or not directory.members.exists():
        raise UserError(
            f"{path} holds no run, expected a run directory such as runs/NAME: start one with `landsweep run STUDY`."
        )
    directory.check_schema()
    study = Study.load(directory.study)
    return OpenedRun(directory, study, make_plan(study, read_json(directory.members)["history"]))
