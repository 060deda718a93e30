"""The commands for batch systems: ``submit``, ``logs``, ``cancel``, and the jobs in ``status``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from landsweep.base.errors import UserError, guard_io
from landsweep.base.launch import detect
from landsweep.base.paths import in_command
from landsweep.cli.options import AcceptChangedProblem, Out, Redo, Repair, RetryFailed, RunPath, Sets, StudyFile

if TYPE_CHECKING:
    from landsweep.cluster.layout import Chain
    from landsweep.disk.rundir import RunDir

SiteName = Annotated[
    str, typer.Option("--site", metavar="SITE", help="Site profile: a name or a YAML file.", show_default=False)
]
SiteSets = Annotated[
    list[str] | None,
    typer.Option("--site-set", metavar="KEY=VALUE", help="Override a key of the site profile; repeatable."),
]
OneJob = Annotated[
    bool | None,
    typer.Option(
        "--one-job/--chain", help="Every stage in one job, or one for each kind of nodes  [default: the cheaper].",
        show_default=False,
    ),
]  # fmt: skip


def chain_of(one_job: bool | None) -> Chain:
    """Return the layout that --one-job or --chain asks for."""
    return "auto" if one_job is None else "one" if one_job else "chain"


def site_overrides(
    site_set: list[str] | None, nodes: int | None, time: str | None, named: dict[str, str | None]
) -> tuple[str, ...]:
    """Return the options for a site as ``KEY=VALUE``, the values as YAML."""
    import json

    short = {"nodes": nodes, "time": time, **named}
    return (*(site_set or ()), *(f"{k}={json.dumps(v)}" for k, v in short.items() if v is not None))


def submit(
    study: StudyFile,
    site: SiteName,
    nodes: Annotated[int | None, typer.Option(help="Nodes.", min=1, show_default=False)] = None,
    time: Annotated[str | None, typer.Option(help="Time limit of a job, HH:MM:SS.", show_default=False)] = None,
    account: Annotated[str | None, typer.Option(help="Account that pays.", show_default=False)] = None,
    partition: Annotated[str | None, typer.Option(help="Partition.", show_default=False)] = None,
    qos: Annotated[str | None, typer.Option(help="Quality of service.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the scripts; submit and write nothing.")] = False,
    one_job: OneJob = None,
    array: Annotated[
        str | None,
        typer.Option(metavar="AXIS", help="A job array: a run of its own for each value.", show_default=False),
    ] = None,
    out: Out = None,
    set_: Sets = None,
    site_set: SiteSets = None,
    retry_failed: RetryFailed = False,
    repair: Repair = False,
    redo: Redo = False,
    accept_changed_problem: AcceptChangedProblem = False,
) -> None:
    """Submit a study as batch jobs.

    One command on a login node for a finished run, through time limits, preemption and lost nodes: a job that has to
    stop is put back into the queue and goes on. The same command again continues a run that ended early.
    """
    _alone("submit")
    from landsweep.batch.script import render
    from landsweep.cluster import submit as submitting

    chosen = {
        "retry-failed": retry_failed,
        "redo": redo,
        "repair": repair,
        "accept-changed-problem": accept_changed_problem,
    }
    request = submitting.Request(
        study=study,
        site=site,
        out=out,
        overrides=tuple(set_ or ()),
        site_overrides=site_overrides(site_set, nodes, time, {"account": account, "partition": partition, "qos": qos}),
        chain=chain_of(one_job),
        array=array,
        options=tuple(f"--{name}" for name, given in chosen.items() if given),
        typed=shlex.join(["landsweep", *(word for word in sys.argv[1:] if word != "--dry-run")]),
    )
    submission = guard_io(lambda: submitting.prepare(request))
    for note in submission.notes:
        print(note, file=sys.stderr)
    if dry_run:
        print("".join(render(job) for _, job in submission.jobs), end="")
        return
    ids = guard_io(lambda: submitting.submit(submission))
    where = submission.run.path
    first = 0
    for id_, (part, job) in zip(ids, submission.jobs, strict=True):
        nodes_ = f"{part.site.nodes} node(s) x {part.site.ranks_per_node} ranks"
        print(f"Submitted job {id_}: {', '.join(part.stages)} on {nodes_} of {part.site_name}, {part.site.time} a job.")
        if job.array:
            count = len(job.commands)
            print(f"It is an array of {count} tasks, each a run of its own: {where}/task-{first:05d} and so on.")
            first += count
    print(f"Run: {where}\nNext: landsweep status, landsweep logs --follow, landsweep cancel, each with the run's path.")


def logs(
    run: RunPath,
    rank: Annotated[int | None, typer.Option(help="What one rank did.", min=0, show_default=False)] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the jobs have ended.")] = False,
) -> None:
    """Print what jobs or a rank have written.

    Without --rank: the output of the last submission's jobs, or the log of rank 0 where none was submitted.
    """
    _alone("logs")
    from landsweep.batch import logs as looking

    directory = _directory(run)
    paths = looking.sources(directory, rank)
    live = looking.Live(directory) if follow else None
    try:
        if live is not None and live():
            print(f"Following what is written until the end of {live.writers}; Ctrl-C ends this.", file=sys.stderr)
        for line in looking.lines(paths, live):
            print(line, flush=follow)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not any(path.exists() for path in paths):
        print(f"Nothing was written yet: {', '.join(path.name for path in paths)} do not exist.", file=sys.stderr)


def cancel(run: RunPath) -> None:
    """Cancel a run's jobs.

    What is finished is kept; `landsweep submit` with the same study goes on.
    """
    _alone("cancel")
    from landsweep.batch import local, records, slurm

    directory = _directory(run)
    jobs = records.states(directory, fresh=True)
    if jobs.problem is not None:
        raise UserError(f"Slurm cannot be reached ({jobs.problem}), so nothing was cancelled: try again later.")
    if not jobs.alive and not jobs.strangers:
        print(f"{run} has no job that waits or runs.")
        return
    try:
        if ids := [*(job.id for job in jobs.alive if job.scheduler == "slurm"), *jobs.strangers]:
            slurm.cancel(ids)
    except slurm.Unreachable as error:
        raise UserError(
            f"scancel failed ({error}), so jobs may live: look with `landsweep status {in_command(run)}`."
        ) from None
    for job in jobs.alive:
        if job.scheduler == "none":
            local.cancel(job.id)
        print(f"Cancelled job {job.id} ({', '.join(job.stages)}; it was {jobs.states[job.ids[0]].word.lower()}).")
    for id_ in jobs.strangers:
        print(f"Cancelled job {id_} (submitted by a command that did not end well).")
    print("Everything finished is kept; the same `landsweep submit` goes on.")


def show_jobs(directory: RunDir) -> None:
    """Print a run's jobs, with their states and the reasons for these."""
    from landsweep.base.text import duration
    from landsweep.batch import records

    jobs = records.states(directory)
    for id_ in jobs.strangers:
        print(f"Job {id_} was submitted by a command that did not end well; `landsweep cancel` ends it.")
    if not jobs.submitted:
        return
    last = max(job.submission for job in jobs.submitted)
    restarts = records.requeues(directory)
    print(f"{'job':<14} {'state':<12} {'nodes x ranks':>13} {'restarts':>8}  stages")
    for job in jobs.submitted:
        if job.submission != last:
            continue
        state = jobs.states[job.ids[0]]
        details = [", ".join(job.stages) if len(job.stages) < 5 else "every stage"]
        details += [f"on {state.nodes}"] if state.nodes else []
        details += [state.reason] if state.reason else []
        count = sum(restarts[id_] for id_ in job.ids)
        shape = f"{job.nodes} x {job.ranks // job.nodes}"
        print(
            f"{job.id:<14} {records.grouped(jobs, job).lower():<12} {shape:>13} {count or '-':>8}  {'; '.join(details)}"
        )
    if last > 1:
        print(f"{sum(job.submission != last for job in jobs.submitted)} job(s) of earlier submissions are not shown.")
    if jobs.problem is not None:
        print(f"Slurm cannot be reached ({jobs.problem}): these are the jobs' own notes.")
    elif jobs.asked is not None:
        print(f"As Slurm said {duration(records.since(jobs.asked))} ago; it is asked at most every 30 s.")


def _directory(run: Path) -> RunDir:
    """Return a run directory, or a directory for which only jobs have been submitted.

    Raises
    ------
    UserError
        Where the directory is neither.
    """
    from landsweep.api import Run
    from landsweep.disk.rundir import RunDir

    directory = RunDir(run)
    return directory if directory.jobs.is_dir() else Run(run).directory


def _alone(command: str) -> None:
    """Raise UserError where the command was started once per rank."""
    launch = detect()
    if launch.size > 1:
        if launch.rank:
            raise typer.Exit
        raise UserError(
            f"`landsweep {command}` was started by {launch.launcher} in {launch.size} processes, expected one: call it "
            "without a launcher."
        )
