"""One run from study to report: the order in which it is checked, written down and done."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from landsweep.base.errors import Exit, Stopped, UserError, explain_os_error, guard_io
from landsweep.base.events import Bus, Event, ItemDone, JsonLines, Notice, Subscriber, rank_started
from landsweep.base.launch import batch_job
from landsweep.base.stop import StopFlag
from landsweep.base.yamlfile import nearest
from landsweep.disk import content, provenance
from landsweep.disk.engines import read_records
from landsweep.disk.lock import RunLock
from landsweep.disk.opened import read_run, read_study
from landsweep.disk.rundir import RunDir, write_json, write_text
from landsweep.executors.executor import Executor
from landsweep.pipeline import identity, imported
from landsweep.session import attach  # noqa: F401  # how a context travels to workers
from landsweep.session.context import Context
from landsweep.session.progress import ProgressFile
from landsweep.stages import BY_NAME, NAMES, STAGES, reserved
from landsweep.stages.homology import STAGE as HOMOLOGY
from landsweep.stages.stage import Stage
from landsweep.stages.topology import STAGE as TOPOLOGY
from landsweep.study import beside
from landsweep.study.plan import Plan, make_plan
from landsweep.study.study import WITH_TOOLKIT, Study


@dataclass(frozen=True)
class RunOptions:
    """The options of a command beside the study; results do not depend on them.

    ``again`` says which trees the stage topology makes anew although they are there, each in the place of the old one:
    ``all``, or those ``lacking`` that are of another engine than the study's.
    """

    retry_failed: bool = False
    max_failures: int | None = None
    allow_mixed: bool = False
    repair: bool = False
    redo: bool = False
    stages: tuple[str, ...] = NAMES
    accept_changed_problem: bool = False
    again: Literal["", "lacking", "all"] = ""

    def now(self, run: RunDir) -> RunOptions:
        """Return the options without those that an earlier life of this batch job has already obeyed.

        Slurm starts a job that was requeued with the same command: what was forgotten, accepted or made stale in its
        first life must not be so again.
        """
        job, restart = batch_job()
        lives = [s for s in run.read_provenance()["sessions"] if job is not None and s.get("job") == job]
        if not any(int(session.get("restart") or 0) < restart for session in lives):
            return self
        again: Literal["", "lacking"] = "lacking" if self.again else ""
        return replace(self, retry_failed=False, repair=False, redo=False, accept_changed_problem=False, again=again)

    @property
    def needs_problem(self) -> bool:
        """Whether any of the stages builds networks."""
        return any(BY_NAME[name].problem for name in self.stages)


def run_directory(study: Study, out: Path | None) -> Path:
    """Return the run directory of a study: ``out``, by default ``runs/NAME``."""
    return out if out is not None else Path("runs") / study.name


def parse_stages(text: str | None) -> tuple[str, ...]:
    """Return the stages that a comma-separated list names; for None, return all stages.

    Raises
    ------
    UserError
        Where one is no stage.
    """
    names = NAMES if text is None else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in NAMES:
            raise UserError(f"--stages names {name!r}, expected some of {', '.join(NAMES)}{nearest(name, list(NAMES))}")
    return names


def execute(
    study: Study,
    folder: Path,
    out: Path,
    executor: Executor,
    subscribers: tuple[Subscriber, ...] = (),
    options: RunOptions = RunOptions(),  # frozen
    stop: StopFlag | None = None,
) -> Exit:
    """Do all work whose results the run directory lacks; every rank calls this.

    Parameters
    ----------
    study
        The study.
    folder
        The folder that relative paths of the study start from: the study file's folder.
    out
        The run directory.
    executor
        The executor that spreads the work.
    subscribers
        The functions that receive the events, on the root.

    Returns
    -------
    Exit
        ``DONE``, ``FAILED_MEMBERS`` or ``STOPPED``.

    Raises
    ------
    UserError
        On every rank, for any mistake that the user can mend.
    """
    from landsweep.distributed.blocking import idle_engine
    from landsweep.study.problems import check, check_names

    study, notes = executor.on_root(lambda: identity.as_begun(RunDir(out), study))
    executor.on_root(lambda: imported.check_asked(study, options.stages, NAMES))
    if HOMOLOGY.name in options.stages and HOMOLOGY.asked(study):
        executor.on_root(lambda: _loops(study))
    notes += filter(None, [idle_engine(study.topology, study.connectivity, study.grid.shape)])
    with ExitStack() as stack:
        stack.callback(beside.enter, None)  # what has been imported from beside the problem leaves with the run
        if options.needs_problem:
            executor.on_root(lambda: check(study, folder, reserved(), model=False))
        else:  # a run that is older than a name may go on as long as nothing is stored there
            executor.on_root(lambda: check_names(study, reserved(study)))
        stop = stop or stack.enter_context(StopFlag(announce=executor.is_root))
        try:
            if options.needs_problem:
                with stop.nothing_in_hand():
                    executor.on_root(lambda: _try(study, folder, RunDir(out), executor, subscribers, options))
            with stop.nothing_in_hand():
                engines = stack.enter_context(_toolkit(study, executor, TOPOLOGY.name in options.stages))
            prepared = executor.on_root(
                lambda: guard_io(
                    lambda: _prepare(stack, study, folder, out, executor, options, stop, engines, subscribers), out
                )
            )
        except Stopped:  # while it waited for the toolkit or for the lock
            return Exit.STOPPED
        history, session, found, options = prepared
        run = RunDir(out)
        log = JsonLines(run.log(executor.rank))
        stack.callback(log.close)
        log(rank_started(executor.rank, executor.size, executor.local_rank))
        timings = provenance.Timings()
        bus = Bus(timings)
        if executor.is_root:
            bus.subscribers += [ProgressFile(run.progress), *subscribers]

            def write_down(event: Event) -> None:
                if not (isinstance(event, ItemDone) and executor.keeps_logs):  # it has done so itself
                    log(event)

            bus.subscribers.append(write_down)
        executor.listen(bus)
        for note in notes if executor.is_root else ():
            bus(Notice(note))
        plan = make_plan(study, history)
        context = Context(
            study,
            folder.resolve(),
            plan,
            run,
            executor,
            bus,
            log,
            stop,
            options.max_failures,
            options.allow_mixed,
            content.Bound(run, study, folder.resolve(), found) if found else None,
        )
        begin = time.perf_counter()
        outcome = "aborted"
        try:
            _stages(context, options)
            failed = executor.on_root(lambda: len(run.failures()))
            status = Exit.FAILED_MEMBERS if failed else Exit.DONE
            outcome = status.name.lower()
        except Stopped as stopped:
            status, outcome = Exit.STOPPED, "stopped"
            if stopped.args:
                bus(Notice(f"{stopped}."))
        except OSError as error:
            raise explain_os_error(error, out) or error from error
        finally:
            if executor.is_root:
                provenance.finish(run, session, outcome, time.perf_counter() - begin, timings)
    return status


def _loops(study: Study) -> None:
    """Check that what computes loops is there."""
    from landsweep.stages.homology.work import check

    check(study)


def _try(
    study: Study,
    folder: Path,
    run: RunDir,
    executor: Executor,
    subscribers: tuple[Subscriber, ...],
    options: RunOptions,
) -> None:
    """Try the problem before anything is written, where anything is left to compute with it."""
    from landsweep.pipeline import trial

    forced = options.redo or options.retry_failed or options.repair
    if not trial.is_due(study, run, options.stages, forced=forced):
        return
    if study.imported:
        again = options.redo or options.retry_failed
        imported.try_files(study, folder, run, again=again, repair=options.repair)
        return
    device = trial.device_of(study) if executor.team else trial.CPU
    for note in trial.try_problem(study, folder, make_plan(study), device, executor.team or 1).notes:
        for tell in subscribers:
            tell(Notice(note))


@contextmanager
def _toolkit(study: Study, executor: Executor, used: bool) -> Iterator[dict[str, str]]:
    """Yield the versions of the Topology ToolKit and VTK on every rank, if they are ``used``; they are tried first.

    What they cannot number is refused also where only stages run that come before.
    """
    if study.topology.engine not in WITH_TOOLKIT:
        yield {}
        return
    from landsweep.distributed import toolkit
    from landsweep.distributed.blocking import check_engine, member_blocks
    from landsweep.distributed.representations import ready_toolkit

    def ready() -> dict[str, str]:
        made, topology = make_plan(study), study.topology
        blocks = member_blocks(made.grid_shape, topology.block, len(made.members), executor.size)
        check_engine(topology, study.connectivity, blocks)
        return ready_toolkit(topology.engine) if used else {}

    with toolkit.kept():
        yield executor.on_root(ready)


def recompute_topology(
    out: Path,
    overrides: tuple[str, ...],
    executor: Executor,
    subscribers: tuple[Subscriber, ...] = (),
    *,
    redo: bool = False,
) -> Exit:
    """Compute the topology of an existing run, with ``overrides`` applied to its study; nothing is evaluated.

    Every rank calls this. The function computes again what the overrides change, and everything with ``redo``. Trees of
    another engine replace those that are there one by one: where it fails, the old ones stay. It returns the same as
    :func:`execute`.

    Raises
    ------
    UserError
        Where there is no run, an override is no key of ``topology``, or the run cannot be continued.
    """

    def read() -> tuple[Study, Study]:
        from landsweep.disk.store import Landscape

        before = read_run(out).study
        if not Landscape.exists(RunDir(out).landscape):
            raise UserError(f"{out} holds no landscapes, expected evaluated ones: `landsweep run` makes them.")
        study = read_study(RunDir(out), overrides)
        if before.model_copy(update={"topology": study.topology}) != study:
            raise UserError(
                f"--set {' '.join(overrides)} changes more than topology, expected keys such as topology.k=10: "
                "use `landsweep run` for the others."
            )
        return before, study

    before, study = executor.on_root(read)
    options = RunOptions(redo=redo, stages=(TOPOLOGY.name, HOMOLOGY.name, "report"))
    if study.topology.engine in WITH_TOOLKIT:  # may fail, so nothing is removed before
        options = replace(options, redo=False, again="all" if redo else "lacking")
    elif not redo and before.topology.engine != study.topology.engine:
        options = replace(options, again="lacking")
    status = execute(study, out, out, executor, subscribers, options)
    if not executor.is_root or status is Exit.STOPPED:
        return status
    run, plan = RunDir(out), make_plan(study, RunDir(out).read_members()["history"])
    later = [s.name for s in STAGES if s.problem and TOPOLOGY in s.ancestors and s.todo(run, study, plan)]
    if later:
        command = shlex.join(["run", "STUDY", *(word for change in overrides for word in ("--set", change))])
        for tell in subscribers:
            tell(
                Notice(
                    f"Stage {' and '.join(later)} of the new trees needs the problem: `landsweep {command}` makes it; "
                    "what else the run was given by --set belongs there too."
                )
            )
    return status


def _prepare(
    stack: ExitStack,
    study: Study,
    folder: Path,
    out: Path,
    executor: Executor,
    options: RunOptions,
    stop: StopFlag,
    engines: dict[str, str],
    subscribers: tuple[Subscriber, ...],
) -> tuple[list[dict[str, Any]], dict[str, Any], tuple[content.Source, ...], RunOptions]:
    """Lock the run directory, check that it belongs to the study, and write down what is about to happen.

    Returns the history of the sweep's axes, the session's record, the content that it computes with, and its options.
    """
    from landsweep.study.problems import declared_files

    run = RunDir(out)
    run.check_free()
    if not run.members.exists():
        _check_stages(run, study, make_plan(study), options)  # before a directory is made for nothing
    out.mkdir(parents=True, exist_ok=True)
    with stop.nothing_in_hand():
        lock = stack.enter_context(RunLock(run.lock, lost=stop.request))
    if lock.alone:  # else a process of an earlier life may be writing one of these files just now
        run.sweep_partials()
    options = options.now(run)
    change = identity.compare(run, study, redo=options.redo)
    if options.repair:  # before anything reads results
        identity.repair(run)
    _check_stages(run, study, make_plan(study, change.history), options)
    if options.redo and not options.needs_problem:
        change = change.with_stale(*options.stages)
    plan = make_plan(study, change.history)
    found: tuple[content.Source, ...] = ()
    changed = None
    if options.needs_problem:
        found = content.collect(study, folder, declared_files(study, folder), content.known(run))
        forced = options.redo or options.retry_failed or options.repair or options.accept_changed_problem
        accept, computes = (
            options.accept_changed_problem,
            forced or identity.works(run, study, plan, change, options.stages),
        )
        changed = identity.bind(run, study, found, redo=options.redo and not accept, accept=accept, computes=computes)
        if changed == {}:
            found = ()  # nothing is computed with it, so the results are bound to the old one still
        elif changed and changed["way"] == "redo":
            change = change.with_stale(*NAMES)
        content.check_loaded(found)
    identity.check_sources(run, study, plan, change)
    for note in identity.switched_off(run, study, change):  # before they are
        for tell in subscribers:
            tell(Notice(note))
    identity.apply(run, change)
    if options.again == "all" or (options.again and read_study(run).topology.engine != study.topology.engine):
        TOPOLOGY.forget_failures(run)
    if options.retry_failed:
        identity.forget_failures(run)
    history = change.history
    write_json(run.members, {"history": [dict(h) for h in history], **plan.to_json()})
    write_text(run.study, study.to_yaml())
    where = folder if options.needs_problem else None
    session = provenance.begin(run, study, where, executor.size, type(executor).__name__, found, changed, engines)
    return history, session, found, options


def _check_stages(run: RunDir, study: Study, plan: Plan, options: RunOptions) -> None:
    """Raise UserError for a stage whose input neither exists nor is about to be made."""

    def lacking(stage: Stage) -> str:
        for source in stage.sources:
            if source.name in options.stages:
                continue
            if text := source.lacks(run, study, plan) or ("" if source.lacking else lacking(source)):
                return text
        return ""

    for name in options.stages:
        if text := lacking(BY_NAME[name]):
            raise UserError(
                f"--stages is {','.join(options.stages)}, but {run.path} has {text}: run the other stages first, or "
                "leave --stages out."
            )


def _stages(context: Context, options: RunOptions) -> None:
    """Run every stage in turn; each makes the results that the run directory lacks."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    if options.needs_problem:
        context.prepare_process()
    for stage in (BY_NAME[name] for name in NAMES if name in options.stages):
        if context.executor.on_root(lambda: context.stop.requested):
            raise Stopped  # a ghost must not begin to write tables
        again = options.again if stage is TOPOLOGY else ""
        items = context.executor.on_root(partial(_todo, stage, context, again))
        if items:
            stage.run(context, items)


def _todo(stage: Stage, context: Context, again: Literal["", "lacking", "all"]) -> list[Any]:
    """Return what the stage has to do, with trees that are there as ``again`` says."""
    run, study = context.run, context.study
    items = (stage.anew if again else stage.todo)(run, study, context.plan)
    if again != "lacking":
        return items
    wanted = study.topology.engine if study.topology.engine in WITH_TOOLKIT else "native"
    made = {record.member: record.engine for record in read_records(run)}
    absent = stage.absent(run, context.plan)
    return [item for item in items if item.index in absent or made.get(item.index, "native") != wanted]
