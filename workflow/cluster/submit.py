"""Submitting a study as jobs: every mistake of the user is found before the first job waits in the queue."""

from __future__ import annotations

import itertools
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.batch import local, records, slurm
from landsweep.batch.script import Job, render
from landsweep.batch.site import Site, load_site
from landsweep.batch.sites import sites
from landsweep.cluster.checks import check_job, check_problem, many_nodes
from landsweep.cluster.layout import Chain, Layout, Part, lay_out
from landsweep.disk import content, lock
from landsweep.disk.rundir import RunDir, write_text
from landsweep.pipeline import identity
from landsweep.predict.estimate import measured_rates
from landsweep.stages import NAMES
from landsweep.study.plan import Plan, make_plan
from landsweep.study.study import Study


@dataclass(frozen=True)
class Request:
    """A request to submit a study: ``options`` are passed to `landsweep run`; ``typed`` is the command that repeats it.

    ``folder`` is the folder that relative paths of the study start from; None means the study's own folder.
    """

    study: Path
    site: str
    out: Path | None = None
    overrides: tuple[str, ...] = ()
    site_overrides: tuple[str, ...] = ()
    chain: Chain = "auto"
    array: str | None = None
    options: tuple[str, ...] = ()
    typed: str = "landsweep submit STUDY"
    folder: Path | None = None


@dataclass(frozen=True)
class Submission:
    """All that is about to be submitted: jobs with their parts of the layout, studies by file name, notes for the user.

    The jobs are a chain, each for its own part; or arrays, all for the same part, whose tasks are numbered on.
    """

    run: RunDir
    site: Site
    layout: Layout
    jobs: tuple[tuple[Part, Job], ...]
    studies: dict[str, Study]
    number: int
    notes: tuple[str, ...]

    def script(self, index: int) -> Path:
        """Return the path of the script of a job."""
        part, _ = self.jobs[index]
        which = f"-{index:02d}" if len(self.jobs) > len(self.layout.parts) else ""
        return self.run.jobs / f"{self.number:03d}-{part.stages[0]}{which}.sh"


def prepare(request: Request) -> Submission:
    """Return the submission for a request; nothing is written.

    Raises
    ------
    UserError
        Where study, site and run directory do not fit together.
    """
    from landsweep.pipeline.execute import run_directory

    study = Study.load(request.study, request.overrides)
    site, cpu_site = sites(request.site, request.site_overrides)
    run = RunDir(run_directory(study, request.out).absolute())
    if site.scheduler == "slurm" and (found := [c for c in "%\\" if c in str(run.path)]):
        raise UserError(
            f"The run directory {run.path} has {' and '.join(found)} in its path, which Slurm takes for a pattern in "
            "names of output files, expected none: choose another with --out."
        )
    folder = request.folder or request.study.parent
    check_problem(study, folder)
    if request.array is None:
        tasks = [(study, run)]
    else:
        tasks = [
            (part, RunDir(run.path / f"task-{k:05d}"))
            for k, part in enumerate(_array(study, request.array, site, request.site))
        ]
        run.check_free({path.path for _, path in tasks})
    for _, directory in tasks:
        directory.check_free()
    tasks = [(identity.as_begun(directory, part)[0], directory) for part, directory in tasks]
    for part, directory in tasks:
        change = identity.compare(directory, part, redo="--redo" in request.options)
        _check_content(directory, part, folder, change, request.options)
    plan = make_plan(study, () if request.array is not None else change.history)
    rates, _ = measured_rates(study, run.path)
    layout = lay_out(
        study, plan, site, request.site, None if request.array is not None else cpu_site, rates, request.chain
    )
    for job_part in layout.parts:
        check_job(study, job_part.stages, job_part.site, job_part.site_name)
    number = 1 + max((job.submission for job in records.read(run)), default=0)
    files = [f"{number:03d}-study" + (f"-{k:05d}" if request.array else "") + ".yaml" for k in range(len(tasks))]
    longest = len(tasks) if request.array is None else _longest_array(site)
    arrays = [range(first, min(first + longest, len(tasks))) for first in range(0, len(tasks), longest)]
    jobs = []
    for index, array in itertools.product(range(len(layout.parts)), arrays):
        job_part, last = layout.parts[index], index == len(layout.parts) - 1
        which = f"; tasks {array[0]} to {array[-1]}" if len(arrays) > 1 else ""
        options = ["--stages", ",".join(_stages(layout, index))] if len(layout.parts) > 1 else []
        if not index:
            options += request.options
        job = Job(
            name=f"{study.name}-{job_part.stages[0]}" if len(layout.parts) > 1 else study.name,
            title=_title(study, layout, index) + which,
            site=job_part.site,
            commands=tuple(
                _command(job_part.site, run.jobs / files[k], tasks[k][1].path, folder.absolute(), options)
                for k in array
            ),
            path=() if job_part.site.python else (str(Path(sys.executable).parent),),
            resume=request.typed,
            last=last,
            array=request.array is not None,
            elastic=study.executor.kind == "dask",
        )
        jobs.append((job_part, job))
    warning = None if site.python is not None else many_nodes(site.nodes, site.software)
    studies = {file: part for file, (part, _) in zip(files, tasks, strict=True)}
    return Submission(run, site, layout, tuple(jobs), studies, number, () if warning is None else (warning,))


def _check_content(run: RunDir, study: Study, folder: Path, change: identity.Change, options: tuple[str, ...]) -> None:
    """Raise UserError where the job would refuse to go on with a problem whose content has changed.

    Nothing of the user's is imported, so of the files that the problem declares, those are compared that it did.
    """
    before = content.recorded(run, study)
    if not before:
        return
    files = [name.removeprefix(content.FILES) for name in before if name.startswith(content.FILES)]
    identity.bind(
        run,
        study,
        content.collect(study, folder, files, content.known(run)),
        redo="--redo" in options,
        accept="--accept-changed-problem" in options,
        computes=bool(options) or identity.works(run, study, make_plan(study, change.history), change, NAMES),
    )


def _stages(layout: Layout, index: int) -> tuple[str, ...]:
    """Return a job's stages, and those between them that the study does not ask for but may by then."""
    first = NAMES.index(layout.parts[index].stages[0]) if index else 0
    return NAMES[first : NAMES.index(layout.parts[index].stages[-1]) + 1]


def _title(study: Study, layout: Layout, index: int) -> str:
    part = layout.parts[index]
    which = "" if len(layout.parts) == 1 else f"job {index + 1} of {len(layout.parts)}, "
    stages = ", ".join(part.stages) if len(layout.parts) > 1 else "every stage"
    after = "" if index == 0 else "; starts when the one before has succeeded"
    return f"{study.name}, {which}{stages}, on {Path(part.site_name).name}{after}"


def _command(site: Site, study: Path, out: Path, folder: Path, options: list[str]) -> tuple[str, ...]:
    python = site.python or sys.executable
    return (python, "-m", "landsweep", "run", str(study), "--out", str(out), "--folder", str(folder), *options)


def _array(study: Study, axis: str, site: Site, name: str) -> list[Study]:
    """Return one study for each value of an axis."""
    if site.scheduler != "slurm":
        raise UserError(f"--array needs a batch system, expected a site with Slurm, got {name}: leave --array out.")
    if axis not in study.axes:
        raise UserError(f"--array names {axis!r}, expected one of the sweep's axes {', '.join(study.axes)}.")
    return [study.model_copy(update={"sweep": {**study.sweep, axis: (value,)}}) for value in study.axes[axis]]


def _longest_array(site: Site) -> int:
    """Return how many tasks an array may have, by the profile and by Slurm itself, where this answers."""
    allowed = slurm.max_array_size()
    return site.max_array if allowed is None else max(1, min(site.max_array, allowed))


def submit(submission: Submission) -> list[str]:
    """Write the scripts and submit them; return the ids of the jobs.

    Raises
    ------
    UserError
        Where a job of this run lives already, or a job is refused; then the jobs submitted before it are cancelled.
    """
    run = submission.run
    run.jobs.mkdir(parents=True, exist_ok=True)
    with lock.RunLock(run.jobs / "submit.lock", patience=60.0) as mine:
        _check_alone(run)
        if max((job.submission for job in records.read(run)), default=0) >= submission.number:
            raise UserError(
                f"{run.path} was submitted by somebody else just now: see `landsweep status {in_command(run.path)}`."
            )
        for name, study in submission.studies.items():
            write_text(run.jobs / name, study.to_yaml())
        ids: list[str] = []
        try:
            for index in range(len(submission.jobs)):
                if not mine.held():
                    raise UserError(
                        f"Somebody else is submitting {run.path} now: see `landsweep status {in_command(run.path)}`."
                    )
                chained = index and submission.jobs[index][0] is not submission.jobs[index - 1][0]
                ids.append(_hand_over(submission, index, ids[-1] if chained else None))
        except BaseException:  # Ctrl-C, too: half a chain would be left
            _take_back(submission, ids)
            raise
        return ids


def _hand_over(submission: Submission, index: int, after: str | None) -> str:
    """Write one script, submit it and write its id down."""
    part, job = submission.jobs[index]
    script = submission.script(index)
    write_text(script, render(job))
    slurm_site = job.site.scheduler == "slurm"
    id_ = slurm.submit(script, after) if slurm_site else local.submit(script, job.name)
    records.add(
        submission.run,
        records.Submitted(
            id=id_,
            name=job.name,
            script=script.name,
            stages=part.stages,
            site=part.site_name,
            scheduler=job.site.scheduler,
            nodes=job.site.nodes,
            ranks=job.ranks,
            submission=submission.number,
            time=time.time(),
            after=after,
            tasks=len(job.commands) if job.array else 0,
            born=None if slurm_site else local.birth(id_),
        ),
    )
    return id_


def _take_back(submission: Submission, ids: list[str]) -> None:
    """Cancel the jobs of a failed submission, also one that sbatch took without answering."""
    if submission.site.scheduler != "slurm":
        return
    with suppress(slurm.Unreachable):
        found = records.states(submission.run, fresh=True)
        if mine := [*ids, *found.strangers]:
            slurm.cancel(mine)
    if ids:
        records.drop(submission.run, ids)


def _check_alone(run: RunDir) -> None:
    """Raise UserError for a run on which a process works or a job is going to work."""
    jobs = records.states(run, fresh=True)
    if jobs.problem is not None and jobs.alive:
        raise UserError(
            f"Slurm cannot be reached ({jobs.problem}), so that jobs of this run may live: try again later."
        )
    if jobs.alive or jobs.strangers:
        first = jobs.alive[0].id if jobs.alive else jobs.strangers[0]
        state = records.grouped(jobs, jobs.alive[0]) if jobs.alive else "by a command that did not end well"
        raise UserError(
            f"{run.path} is already submitted as job {first} ({state}): wait for it, end it "
            f"with `landsweep cancel {in_command(run.path)}`, or name another run directory with --out."
        )
    if (owner := lock.owner(run.lock)) is not None:
        raise UserError(
            f"{run.path} is in use by {owner}: wait for it, stop it, or name another run directory with --out."
        )


def ranks_of(name: str, overrides: tuple[str, ...]) -> int:
    """Return the number of processes of a job on a site."""
    site = load_site(name, overrides)
    return site.nodes * site.ranks_per_node


def describe(
    plan: Plan, study: Study, name: str, overrides: tuple[str, ...], chain: Chain, out: Path
) -> dict[str, str]:
    """Return the rows for `plan --site`: the jobs, the reason for them, and their cost."""
    site, cpu_site = sites(name, overrides)
    rates, source = measured_rates(study, out)
    layout = lay_out(study, plan, site, name, cpu_site, rates, chain)
    rows = {}
    for index, part in enumerate(layout.parts, 1):
        row = (
            f"{part.site.nodes} node(s) x {part.site.ranks_per_node} ranks of {part.site_name}, {part.site.time} a job"
        )
        if part.seconds is not None:
            total = part.site.start_seconds + part.seconds
            jobs = 1 + int(total // max(1, part.site.seconds - part.site.grace))
            row += f"; about {total / 60:.0f} min" + (f", {jobs - 1} requeue(s)" if jobs > 1 else "")
        rows[f"job {index}"] = f"{', '.join(part.stages)}: {row}"
    hours = layout.node_hours
    cost = "not measured: no earlier run of this problem" if hours is None else f"about {hours:.2f}, as in {source}"
    return rows | {"why": f"{'one job' if len(layout.parts) == 1 else 'a chain'}: {layout.reason}", "node-h": cost}
