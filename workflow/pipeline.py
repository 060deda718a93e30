"""One run from study to report: what is checked, written and done, in which order."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from landsweep import identity, provenance
from landsweep.context import Context
from landsweep.errors import Exit, Stopped, UserError, explain_os_error
from landsweep.events import Bus, JsonLines, Notice, Subscriber
from landsweep.executors import Executor
from landsweep.lock import RunLock
from landsweep.plan import make_plan
from landsweep.rundir import RunDir, write_json, write_text
from landsweep.stop import StopFlag
from landsweep.study import Study


@dataclass(frozen=True)
class Options:
    """What a command says beside the study; none of it is part of the results."""

    retry_failed: bool = False
    max_failures: int | None = None
    allow_mixed: bool = False
    repair: bool = False
    redo: bool = False
    topology_only: bool = False


def run_directory(study: Study, out: Path | None) -> Path:
    """Return where a study's run lives."""
    return out if out is not None else Path("runs") / study.name


def execute(
    study: Study,
    folder: Path,
    out: Path,
    executor: Executor,
    subscribers: tuple[Subscriber, ...] = (),
    options: Options = Options(),  # frozen
    stop: StopFlag | None = None,
) -> Exit:
    """Do whatever the run directory lacks; called on every rank.

    Parameters
    ----------
    study
        The study.
    folder
        Where relative paths of the study start: the study file's folder.
    out
        The run directory.
    executor
        Spreads the work.
    subscribers
        Receive the events, on the root.

    Returns
    -------
    Exit
        ``DONE``, ``FAILED_MEMBERS`` or ``STOPPED``.

    Raises
    ------
    UserError
        On every rank, for whatever the user can mend.
    """
    from landsweep.problems import check

    if not options.topology_only:
        executor.on_root(lambda: check(study, folder))
    if study.topology.engine == "ttk":
        from landsweep.representations import make_engine

        executor.on_root(lambda: make_engine("ttk") and None)
    with ExitStack() as stack:
        stop = stop or stack.enter_context(StopFlag(announce=executor.is_root))
        history = executor.on_root(lambda: _guard_io(lambda: _prepare(stack, study, folder, out, executor, options)))
        run = RunDir(out)
        log = JsonLines(run.logs / f"rank{executor.rank:05d}.jsonl")
        stack.callback(log.close)
        timings = provenance.Timings()
        bus = Bus(timings, *(subscribers if executor.is_root else ()))
        plan = make_plan(study, history)
        context = Context(
            study, folder.resolve(), plan, run, executor, bus, log, stop, options.max_failures, options.allow_mixed
        )
        begin = time.perf_counter()
        outcome = "aborted"
        try:
            _stages(context, options)
            failed = executor.on_root(lambda: len(run.failures()))
            status = Exit.FAILED_MEMBERS if failed else Exit.DONE
            outcome = status.name.lower()
        except Stopped:
            status, outcome = Exit.STOPPED, "stopped"
        except OSError as error:
            raise explain_os_error(error) or error from error
        finally:
            if executor.is_root:
                provenance.finish(run, outcome, time.perf_counter() - begin, timings)
    return status


def recompute_topology(
    out: Path,
    overrides: tuple[str, ...],
    executor: Executor,
    subscribers: tuple[Subscriber, ...] = (),
    *,
    redo: bool = False,
) -> Exit:
    """Compute the topology of an existing run as its study with ``overrides`` says; evaluates nothing.

    Called on every rank. What differs from the run's study is done again; all of it with ``redo``, or for another
    engine. Returns as :func:`execute`.

    Raises
    ------
    UserError
        Where there is no run, an override is no key of ``topology``, or the run cannot go on.
    """

    def read() -> tuple[Study, bool]:
        from landsweep.api import Run
        from landsweep.store import Landscape

        before = Run(out).study
        if not Landscape.exists(RunDir(out).landscape):
            raise UserError(f"{out} holds no landscapes, expected evaluated ones: `landsweep run` makes them.")
        study = Study.load(RunDir(out).study, overrides)
        if before.model_copy(update={"topology": study.topology}) != study:
            raise UserError(
                f"--set {' '.join(overrides)} changes more than topology, expected keys such as topology.k=10: "
                "use `landsweep run` for the others."
            )
        return study, redo or before.topology.engine != study.topology.engine

    study, redo = executor.on_root(read)
    options = Options(redo=redo, topology_only=True)
    return execute(study, out, out, executor, subscribers, options)


def _guard_io(function: Any) -> Any:
    """Call ``function``; a directory that cannot be written becomes a sentence."""
    try:
        return function()
    except OSError as error:
        raise explain_os_error(error) or UserError(
            f"Cannot write {error.filename} ({error.strerror}): expected a writable directory; `landsweep run` takes "
            "another with --out."
        ) from error


def _prepare(
    stack: ExitStack, study: Study, folder: Path, out: Path, executor: Executor, options: Options
) -> list[dict[str, Any]]:
    """Lock the run directory, check that it belongs to the study, and write down what is about to happen."""
    run = RunDir(out)
    if out.is_dir() and any(out.iterdir()) and not run.study.exists() and not run.lock.exists():
        raise UserError(
            f"{out} is not empty and holds no run, expected a run directory or a new name: choose another with --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    lock = stack.enter_context(RunLock(run.lock))
    run.sweep_partials(lock.acquired_at)
    change = identity.compare(run, study, redo=options.redo)
    if options.topology_only and options.redo:
        change = replace(change, topology=True, certify=True)
    identity.apply(run, change)
    if options.retry_failed:
        identity.forget_failures(run)
    if options.repair:
        identity.repair(run)
    history = change.history
    plan = make_plan(study, history)
    write_json(run.members, {"history": [dict(h) for h in history], **plan.to_json()})
    write_text(run.study, study.to_yaml())
    provenance.begin(run, study, None if options.topology_only else folder, executor)
    return history


def _stages(context: Context, options: Options) -> None:
    """Run every stage in turn; each does what the run directory lacks."""
    from landsweep.stages import reduce, report, topology

    os.environ.setdefault("MPLBACKEND", "Agg")
    if options.topology_only:
        topology.run(context)
        if context.study.certify.asked:
            context.bus(Notice("Certificates of the new trees need the problem: `landsweep run STUDY` makes them."))
    else:
        from landsweep.stages import certify, curvature, evaluate, subspace, train

        context.prepare_process()
        for stage in (train, curvature, subspace, evaluate, topology, certify):
            stage.run(context)
    summary = context.run.report / "summary.json"
    if context.executor.on_root(lambda: not summary.exists()):
        context.bus(Notice("Writing tables and figures."))
        reduce.run(context)
        report.run(context)
