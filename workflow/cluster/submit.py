"""From a study to submitted jobs: everything a user can get wrong is found before the first one waits in the queue."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landsweep import identity, lock
from landsweep.cluster import local, records, slurm
from landsweep.cluster.checks import check_study, many_nodes, sites
from landsweep.cluster.layout import Chain, Layout, lay_out
from landsweep.cluster.script import Job, render
from landsweep.cluster.site import Site, load_site
from landsweep.errors import UserError
from landsweep.estimate import measured_rates
from landsweep.plan import Plan, make_plan
from landsweep.rundir import RunDir, write_text
from landsweep.stages import STAGES
from landsweep.study import Study


@dataclass(frozen=True)
class Request:
    """What a person asks for; ``options`` go to `landsweep run`; ``typed`` does the same again."""

    study: Path
    site: str
    out: Path | None = None
    overrides: tuple[str, ...] = ()
    site_overrides: tuple[str, ...] = ()
    chain: Chain = "auto"
    array: str | None = None
    options: tuple[str, ...] = ()
    typed: str = "landsweep submit STUDY"


@dataclass(frozen=True)
class Submission:
    """Everything that is about to be handed over: scripts and studies by file name, and notes for the user."""

    run: RunDir
    site: Site
    layout: Layout
    jobs: tuple[Job, ...]
    studies: dict[str, Study]
    number: int
    notes: tuple[str, ...]

    def script(self, index: int) -> Path:
        """Return where the script of a job lies."""
        return self.run.jobs / f"{self.number:03d}-{self.layout.parts[index].stages[0]}.sh"


def prepare(request: Request) -> Submission:
    """Return what is to be submitted, having written nothing.

    Raises
    ------
    UserError
        Where study, site and run directory do not go together.
    """
    from landsweep.pipeline import run_directory

    study = Study.load(request.study, request.overrides)
    site, cpu_site = sites(request.site, request.site_overrides)
    run = RunDir(run_directory(study, request.out).absolute())
    check_study(study, request.study.parent, site, request.site)
    if site.scheduler == "slurm" and (found := [c for c in "%\\" if c in str(run.path)]):
        raise UserError(
            f"The run directory {run.path} has {' and '.join(found)} in its path, which Slurm takes for a pattern in "
            "names of output files, expected none: choose another with --out."
        )
    run.check_free()
    history = identity.compare(run, study, redo="--redo" in request.options).history
    plan = make_plan(study, history)
    rates, _ = measured_rates(study, run.path)
    number = 1 + max((job.submission for job in records.read(run)), default=0)
    if request.array is not None:
        layout = lay_out(study, plan, site, request.site, None, rates)
        studies = _array(study, request.array, site, request.site, number)
    else:
        layout = lay_out(study, plan, site, request.site, cpu_site, rates, request.chain)
        studies = {f"{number:03d}-study.yaml": study}
    jobs = []
    for index, part in enumerate(layout.parts):
        options = request.options if index == 0 else ()
        stages = () if len(layout.parts) == 1 else ("--stages", ",".join(_stages(part.stages, layout, index)))
        outs = [run.path / f"task-{k:05d}" if request.array else run.path for k in range(len(studies))]
        jobs.append(
            Job(
                name=f"{study.name}-{part.stages[0]}" if len(layout.parts) > 1 else study.name,
                title=_title(study, layout, index),
                site=part.site,
                commands=tuple(
                    _command(part.site, run.jobs / file, out, request.study.parent.absolute(), (*stages, *options))
                    for file, out in zip(studies, outs, strict=True)
                ),
                path=() if part.site.python else (str(Path(sys.executable).parent),),
                resume=request.typed,
                last=index == len(layout.parts) - 1,
                array=request.array is not None,
            )
        )
    warning = None if site.python is not None else many_nodes(site.nodes, site.software)
    return Submission(run, site, layout, tuple(jobs), studies, number, () if warning is None else (warning,))


def _stages(stages: tuple[str, ...], layout: Layout, index: int) -> tuple[str, ...]:
    """Return a job's stages with those before its first that nobody asked for: a run may want them by now."""
    first = 0 if index == 0 else STAGES.index(layout.parts[index].stages[0])
    return tuple(s for k, s in enumerate(STAGES) if first <= k <= STAGES.index(stages[-1]))


def _title(study: Study, layout: Layout, index: int) -> str:
    part = layout.parts[index]
    which = "" if len(layout.parts) == 1 else f"job {index + 1} of {len(layout.parts)}, "
    stages = ", ".join(part.stages) if len(layout.parts) > 1 else "every stage"
    after = "" if index == 0 else "; starts when the one before has succeeded"
    return f"{study.name}, {which}{stages}, on {Path(part.site_name).name if part.site_name else 'site'}{after}"


def _command(site: Site, study: Path, out: Path, folder: Path, options: tuple[str, ...]) -> tuple[str, ...]:
    python = site.python or sys.executable
    return (python, "-m", "landsweep", "run", str(study), "--out", str(out), "--folder", str(folder), *options)


def _array(study: Study, axis: str, site: Site, name: str, number: int) -> dict[str, Study]:
    """Return one study for each value of an axis."""
    if site.scheduler != "slurm":
        raise UserError(f"--array needs a batch system, expected a site with Slurm, got {name}: leave --array out.")
    if axis not in study.axes:
        raise UserError(f"--array names {axis!r}, expected one of the sweep's axes {', '.join(study.axes)}.")
    values = study.axes[axis]
    if len(values) > site.max_array:
        raise UserError(
            f"--array {axis} has {len(values)} values, expected at most {site.max_array} tasks on {name}: leave "
            "--array out, as one job takes all of them."
        )
    return {
        f"{number:03d}-study-{k:05d}.yaml": study.model_copy(update={"sweep": {**study.sweep, axis: (value,)}})
        for k, value in enumerate(values)
    }


def submit(submission: Submission) -> list[str]:
    """Write the scripts and hand them over; return the jobs' ids.

    Raises
    ------
    UserError
        Where a job of this run lives already, or one is refused; then none of them is left.
    """
    run = submission.run
    run.jobs.mkdir(parents=True, exist_ok=True)
    with lock.RunLock(run.jobs / "submit.lock", patience=60.0):
        _check_alone(run)
        if records.read(run) and max(job.submission for job in records.read(run)) >= submission.number:
            raise UserError(
                f"{run.path} was submitted by somebody else just now: look with `landsweep status {run.path}`."
            )
        for name, study in submission.studies.items():
            write_text(run.jobs / name, study.to_yaml())
        ids: list[str] = []
        for index, (part, job) in enumerate(zip(submission.layout.parts, submission.jobs, strict=True)):
            script = submission.script(index)
            write_text(script, render(job))
            after = ids[-1] if ids else None
            try:
                born: dict[str, Any] = {}
                if job.site.scheduler == "slurm":
                    id_ = slurm.submit(script, after)
                else:
                    id_ = local.submit(script, job.name, after)
                    born = {"born": local.birth(id_)}
            except UserError:
                if ids:
                    slurm.cancel(ids)
                    records.drop(run, ids)
                raise
            ids.append(id_)
            records.add(
                run,
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
                    **born,
                ),
            )
        return ids


def _check_alone(run: RunDir) -> None:
    """Refuse a run that somebody works on, or is going to."""
    jobs = records.states(run, fresh=True)
    if jobs.problem is not None and (jobs.alive or not jobs.states):
        raise UserError(
            f"Slurm cannot be reached ({jobs.problem}), so that jobs of this run may live: try again later."
        )
    if jobs.alive:
        first = jobs.alive[0]
        raise UserError(
            f"{run.path} is already submitted as job {first.id} ({records.grouped(jobs, first)}): wait for it, end it "
            f"with `landsweep cancel {shlex.quote(str(run.path))}`, or name another run directory with --out."
        )
    if (owner := lock.owner(run.lock)) is not None:
        raise UserError(
            f"{run.path} is in use by {owner}: wait for it, stop it, or name another run directory with --out."
        )


def ranks_of(name: str, overrides: tuple[str, ...]) -> int:
    """Return the processes of a job on a site."""
    site = load_site(name, overrides)
    return site.nodes * site.ranks_per_node


def describe(
    plan: Plan, study: Study, name: str, overrides: tuple[str, ...], chain: Chain, out: Path
) -> dict[str, str]:
    """Return rows for `plan --site`: which jobs, why, and what they cost."""
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
