"""A run directory with the study and the plan that it holds, for code that reads a run."""

from __future__ import annotations

from pathlib import Path

from landsweep.base.errors import LOST, RESTORE, Damaged, UserError
from landsweep.disk.rundir import RunDir
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


def read_study(run: RunDir, overrides: tuple[str, ...] = ()) -> Study:
    """Return the study that a run directory holds, with ``overrides`` such as ``topology.k=10`` applied.

    A run directory names its connectivity. Where it names none, the run began when the default was another one, and
    that is what its study gets.

    Raises
    ------
    Damaged
        Where the file is lost, or was cut: what is left may be valid, with defaults in place of what is not there.
    """
    try:
        whole = run.study.read_bytes().endswith(b"\n")
    except FileNotFoundError:
        raise Damaged(run.study, LOST, RESTORE) from None
    if not whole:
        raise Damaged(run.study, "its end is missing", RESTORE)
    study = Study.load(run.study)
    if not study.topology.connectivity:
        overrides = (f"topology.connectivity=[{'freudenthal' if study.grid.dims < 4 else 'face'}]", *overrides)
    return Study.load(run.study, overrides) if overrides else study


def last_folder(directory: RunDir) -> Path | None:
    """Return the folder that a run was last computed from, from which its study names files; None where none is known.

    Raises
    ------
    Damaged
        Where ``provenance.json`` is lost or cannot be read.
    """
    folders = [session.get("study_folder") for session in directory.read_provenance()["sessions"]]
    return next((Path(folder) for folder in reversed(folders) if folder), None)


def read_run(path: str | Path) -> OpenedRun:
    """Return the run that lies at ``path``.

    Raises
    ------
    UserError
        Where there is no run, a newer landsweep wrote it, or a file that describes it is damaged.
    """
    directory = RunDir(Path(path))
    described = (directory.study.exists(), directory.members.exists())
    if not all(described) and not (any(described) and directory.has_results):
        raise UserError(
            f"{path} holds no run, expected a run directory such as runs/NAME: start one with `landsweep run STUDY`."
        )
    directory.check_schema()
    study = read_study(directory)
    return OpenedRun(directory, study, make_plan(study, directory.read_members()["history"]))
