"""A scaling study on disk: it makes or submits the runs that it lacks, and writes the table of those that exist."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from landsweep.base.errors import Exit, UserError
from landsweep.base.launch import detect
from landsweep.disk.opened import read_study
from landsweep.disk.rundir import RunDir, write_json, write_text
from landsweep.scaling import table as tables
from landsweep.scaling.figure import draw
from landsweep.scaling.measure import Measurement, NotMeasured, measure
from landsweep.scaling.series import TIMED, Mode, Point, grown, points
from landsweep.study.study import Study

Say = Callable[[str], None]
"""A function of this type shows a line of text."""


@dataclass(frozen=True)
class Scaling:
    """The scaling study that a person asks for.

    Parameters
    ----------
    study, folder
        The study, and the folder that its relative paths start from.
    ranks, mode, repeats, grow
        The numbers of ranks, ascending; ``strong`` or ``weak``; the number of runs for each; the axis that grows with
        the ranks in weak mode.
    out
        The folder of the runs and the results.
    dask
        Whether to use workers of Dask instead of ranks of MPI.
    """

    study: Study
    folder: Path
    ranks: tuple[int, ...]
    mode: Mode
    repeats: int
    grow: str
    out: Path
    dask: bool = False

    def study_of(self, point: Point) -> Study:
        """Return the study that a run computes."""
        return grown(self.study, self.mode, self.grow, point.ranks, self.ranks[0])

    @property
    def title(self) -> str:
        """The title of the table and the figure, in one line."""
        return f"{self.study.name}: {self.mode} scaling"


def missing(scaling: Scaling) -> list[Point]:
    """Return the runs that are not measured, in the order in which they are to be made."""
    return [p for p in points(scaling.ranks, scaling.repeats) if isinstance(_result(scaling, p), NotMeasured)]


def _result(scaling: Scaling, point: Point) -> Measurement | NotMeasured:
    try:
        return measure(RunDir(point.folder(scaling.out)))
    except NotMeasured as error:
        return error


def check(scaling: Scaling) -> None:
    """Check for mistakes that would fail later, and that no results of another study are there.

    Raises
    ------
    UserError
        Where an axis cannot grow, a launcher is inside another, or the folder holds other runs.
    Damaged
        Where the study of a run there is cut.
    """
    if detect().size > 1:
        raise UserError(
            f"landsweep scaling was started by {detect().launcher} with {detect().size} processes, expected one, which "
            "starts the ranks itself: call it without."
        )
    for n in scaling.ranks:
        study = scaling.study_of(Point(n, 1))
        for repeat in range(1, scaling.repeats + 1):
            run = RunDir(Point(n, repeat).folder(scaling.out))
            if run.study.exists():
                there = read_study(run)
                if there.model_copy(update={"executor": study.executor}) != study:
                    raise UserError(
                        f"{run.path} holds a run of another study, expected the same as today: name another folder "
                        f"with --out, or remove that one."
                    )


def _cleared(scaling: Scaling, point: Point) -> tuple[Path, Path]:
    """Return the emptied folder of a run (a run in two sessions has no time), and the file of its study."""
    directory = point.folder(scaling.out)
    shutil.rmtree(directory, ignore_errors=True)
    path = directory.with_name(f"study-{point.repeat}.yaml")
    write_text(path, scaling.study_of(point).to_yaml())
    return directory, path


def run_here(scaling: Scaling, say: Say) -> None:
    """Make the runs that are missing, one after the other, by mpiexec (or workers of Dask) on this machine.

    Raises
    ------
    UserError
        Where mpiexec is not installed.
    """
    launcher = None if scaling.dask else _mpiexec()
    for point in missing(scaling):
        directory, path = _cleared(scaling, point)
        command = [sys.executable, "-m", "landsweep", "run", str(path), "--out", str(directory)]
        command += ["--folder", str(scaling.folder.resolve()), "--stages", ",".join(TIMED)]
        command += ["--executor", "dask", "--workers", str(point.ranks)] if scaling.dask else ["--executor", "mpi"]
        say(f"{point.ranks} rank{'s' * (point.ranks > 1)}, run {point.repeat} of {scaling.repeats}")
        log = directory.with_name(f"run-{point.repeat}.log")
        with log.open("w") as output:
            done = subprocess.run(
                [*([launcher, "-n", str(point.ranks)] if launcher else []), *command],
                stdout=output,
                stderr=subprocess.STDOUT,
                # In a job, MPICH's mpiexec would start them by srun, which waits for ever for what the shell has.
                env={"HYDRA_LAUNCHER": "fork", **os.environ, "PYTHONSAFEPATH": "1"},
            )
        if done.returncode not in (Exit.DONE, Exit.FAILED_MEMBERS):
            last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
            say(f"  ended with status {done.returncode}: {last} ({log})")
        if done.returncode == Exit.STOPPED:
            raise KeyboardInterrupt


def _mpiexec() -> str:
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        raise UserError(
            "There is no mpiexec beside this Python or on PATH, expected one to start ranks with: install it with `pip "
            "install 'landsweep[mpi]'`, use --dask, or submit to a --site."
        )
    return found


def submit(scaling: Scaling, site: str, overrides: tuple[str, ...], say: Say) -> None:
    """Submit a job for each run that is missing and has none.

    Raises
    ------
    UserError
        Where :func:`landsweep.cluster.submit.prepare` or ``submit`` raises it.
    """
    from landsweep.batch import records
    from landsweep.batch.site import load_site
    from landsweep.cluster import submit as submitting

    profile = load_site(site, overrides)
    for point in missing(scaling):
        directory = point.folder(scaling.out)
        states = records.states(RunDir(directory))
        if states.alive:
            say(f"{point.ranks} ranks, run {point.repeat}: job {states.alive[0].id} is not finished")
            continue
        _, path = _cleared(scaling, point)
        a_node = min(point.ranks, profile.ranks_per_node)
        if point.ranks % a_node:
            raise UserError(
                f"--ranks has {point.ranks}, expected numbers that fill nodes of {profile.ranks_per_node} ranks on "
                f"{site}."
            )
        request = submitting.Request(
            study=path,
            site=site,
            out=directory,
            site_overrides=(
                *overrides, f"nodes={point.ranks // a_node}", f"ranks_per_node={a_node}", "requeues=0", "cpu_site=null",
            ),
            chain="one",
            options=("--stages", ",".join(TIMED)),
            typed="landsweep " + shlex.join(sys.argv[1:]),
            folder=scaling.folder,
        )  # fmt: skip
        for job in submitting.submit(submitting.prepare(request)):
            say(f"Submitted job {job}: {point.ranks} ranks, run {point.repeat} of {scaling.repeats}")


def collect(scaling: Scaling) -> tuple[str, int]:
    """Write ``scaling.csv``, ``.md``, ``.json`` and ``.png``; return the table and the number of runs that it lacks."""
    found: dict[int, list[Measurement]] = {}
    why: dict[int, list[str]] = {}
    for point in points(scaling.ranks, scaling.repeats):
        result = _result(scaling, point)
        if isinstance(result, NotMeasured):
            why.setdefault(point.ranks, []).append(str(result))
        else:
            found.setdefault(point.ranks, []).append(result)
    reasons = {n: ", ".join(dict.fromkeys(each)) for n, each in why.items()}
    table = tables.rows(scaling.mode, scaling.ranks, found, reasons)
    notes = tables.notes(found)
    text = tables.to_markdown(scaling.title, scaling.mode, table, notes)
    out = scaling.out
    write_text(out / "scaling.md", text)
    write_text(out / "scaling.csv", tables.to_csv(table))
    write_json(
        out / "scaling.json",
        {
            "study": scaling.study.model_dump(mode="json"),
            "mode": scaling.mode,
            "grow": scaling.grow if scaling.mode == "weak" else None,
            "baseline": tables.baseline(table),
            "rows": [asdict(row) for row in table],
            "runs": [m.to_json() for n in scaling.ranks for m in found.get(n, [])],
            "command": sys.argv,
        },
    )
    draw(out / "scaling.png", scaling.title, scaling.mode, table)
    return text, sum(map(len, why.values()))
