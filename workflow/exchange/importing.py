"""``landsweep import``: a run directory around landscapes that others have evaluated."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import Exit, UserError
from landsweep.base.events import Notice, Subscriber
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import with_overrides
from landsweep.disk import content
from landsweep.disk.opened import last_folder, read_study
from landsweep.disk.rundir import RunDir
from landsweep.exchange.imported import Imported
from landsweep.exchange.opening import FileLandscape
from landsweep.executors.executor import Executor
from landsweep.pipeline.execute import execute
from landsweep.study.plan import grid_coordinates
from landsweep.study.problems import declared_files
from landsweep.study.study import Study
from landsweep.study.subspace_spec import FILE, IMPORTED, PROBLEM


@dataclass(frozen=True)
class Importing:
    """What is imported, and how its files are read; as of :func:`landsweep.exchange.opening.open_landscape`."""

    files: tuple[Path, ...]
    array: str | None = None
    fill_values: tuple[str, ...] = ()
    raw: bool = False

    def folder(self, out: Path) -> Path:
        """Return the folder from which files are named: the deepest one with all, or that of the run at ``out``.

        The names of a run's files stay, so the folder does where a further file lies elsewhere.
        """
        deepest = Path(os.path.commonpath([path.resolve().parent for path in self.files]))
        run = RunDir(out)
        known = {*map(str, read_study(run).axes.get(FILE, ()))} if run.study.exists() else set()
        if known <= {*self._names(deepest)}:
            return deepest
        before = last_folder(run)
        return before if before is not None and known <= {*self._names(before)} else deepest

    def _names(self, folder: Path) -> list[str]:
        return [os.path.relpath(path.resolve(), folder) for path in self.files]

    def study(self, out: Path, overrides: Sequence[str] = ()) -> tuple[Study, list[str]]:
        """Return the study of the landscapes, with ``overrides`` applied, and sentences on what is good to know.

        Raises
        ------
        UserError
            Where a file holds no landscape, or not one like the first.
        """
        named = self._names(self.folder(out))
        reading = {"array": self.array, "fill_values": list(self.fill_values), "raw": self.raw}
        problems = [Imported(str(path), **reading) for path in self.files]  # type: ignore[arg-type]  # as they are
        landscapes = [problem.landscape for problem in problems]
        first = landscapes[0]
        if odd := next((one for one in landscapes if (one.coordinates is None) != (first.coordinates is None)), None):
            has, lacks = (odd, first) if first.coordinates is None else (first, odd)
            raise UserError(
                f"{has.path} has coordinates and {lacks.path} has none, expected the same in all files of a run: "
                "import them into runs of their own."
            )
        fields = [name for name in first.fields if all(name in other.fields for other in landscapes)]
        data: dict[str, Any] = {
            "name": re.sub(r"[^A-Za-z0-9._-]+", "-", out.resolve().name).lstrip("._-") or "imported",
            "problem": {"path": PROBLEM, "params": {k: v for k, v in reading.items() if v}},
            "sweep": {FILE: named},
            "subspaces": {IMPORTED: {"kind": IMPORTED, "unit": first.unit, **_coordinates(first)}},
            "grid": {"dims": len(first.shape), "points": list(first.shape)},
            "fields": fields,
            "evaluation": {"dtype": str(np.result_type(*(one.dtype for one in landscapes)))},
        }
        study = Study.parse(with_overrides(data, tuple(overrides)), "import")
        for problem in problems:
            problem.check(study)
        notes = list(dict.fromkeys(note for one in landscapes for note in one.notes))
        if any(one.coordinates is None for one in landscapes):
            notes.append(
                "the file has no coordinates, so that they are the numbers of the points, from 0 on, unless you say "
                f"--set subspaces.{IMPORTED}.range=[-1,1]"
            )
        elif not _even(first):
            notes.append(
                "the coordinates are not evenly spaced: they are kept; trees and metrics do not depend on them"
            )
        return study, notes


def import_run(
    wanted: Importing,
    out: Path,
    executor: Executor,
    subscribers: tuple[Subscriber, ...] = (),
    overrides: Sequence[str] = (),
) -> Exit:
    """Write a run directory whose landscapes are those of files; every rank calls this.

    It goes on where an earlier call was interrupted, and adds files to the run of others; it returns the same as
    :func:`landsweep.pipeline.execute.execute`.

    Raises
    ------
    UserError
        Where a file holds no landscape, or ``out`` something else than the run of these files.
    """

    def read() -> tuple[Study, list[str], Path]:
        _check_out(out, wanted.files)
        study, notes = wanted.study(out, overrides)
        folder = wanted.folder(out)
        _check_unchanged(RunDir(out), study, folder)
        return study, notes, folder

    study, notes, folder = executor.on_root(read)
    for note in notes if executor.is_root else ():
        for tell in subscribers:
            tell(Notice(f"note: {note.rstrip('.')}."))
    return execute(study, folder, out, executor, subscribers)


def _check_out(out: Path, files: Sequence[Path]) -> None:
    run, target = RunDir(out), out.resolve()
    for path in files:
        if not path.exists():
            raise UserError(f"{path} does not exist, expected a file with a landscape: check its name and its folder.")
        if target == path.resolve() or (target in path.resolve().parents and path.is_dir()):
            raise UserError(f"--out {out} is where {path} lies, expected a new run directory such as runs/imported.")
    if out.exists() and not out.is_dir():
        raise UserError(f"--out {out} is a file, expected a new run directory such as runs/imported.")
    if out.is_dir() and any(out.iterdir()) and not run.study.exists() and not run.has_results and not run.lock.exists():
        raise UserError(
            f"--out {out} holds something else than a run, expected a new run directory such as runs/imported."
        )


def _check_unchanged(run: RunDir, study: Study, folder: Path) -> None:
    """Refuse files that a run has been made of and that hold something else now, also where nothing is left to read."""
    if not run.study.exists():
        return
    found = content.collect(study, folder, declared_files(study, folder), content.known(run))
    if changed := content.changed(run, content.recorded(run, study), found):
        raise UserError(
            f"{changed[0].path} has changed since {run.path} was made of it, expected the same file: name another run "
            f"directory with --out, or read everything again with `landsweep run {in_command(run.study)} --out "
            f"{in_command(run.path)} --folder {in_command(folder)} --redo`."
        )


def _even(landscape: FileLandscape) -> bool:
    """Return whether the points along each axis have one distance, up to rounding."""
    for axis in landscape.coordinates or ():
        steps = np.diff(axis)
        if len(steps) and np.ptp(steps) > 1e-4 * abs(steps).max():  # single precision rounds coordinates as well
            return False
    return True


def _coordinates(landscape: FileLandscape) -> dict[str, Any]:
    """Return what a subspace says of its coordinates: a range alone, where that gives those of the file bit by bit."""
    axes = landscape.coordinates
    if axes is None:
        ends = [(0.0, float(max(n - 1, 1))) for n in landscape.shape]
        return {"range": [list(pair) for pair in ends]}
    given = [axis.tolist() for axis in axes]
    ends = [(axis[0], axis[-1]) if len(axis) > 1 else (axis[0] - 1.0, axis[0] + 1.0) for axis in given]
    found: dict[str, Any] = {"range": [list(pair) for pair in ends]}
    if [list(axis) for axis in grid_coordinates(ends, landscape.shape)] != given:
        found["coordinates"] = given[:1] if all(axis == given[0] for axis in given) else given
    return found
