"""The command line: parses, prints, and turns outcomes into exit statuses. Heavy imports stay inside commands."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from landsweep.base.errors import Exit, Stopped, guard_io
from landsweep.base.launch import detect
from landsweep.cli import cluster as commands
from landsweep.cli.answers.distances import cka, distances
from landsweep.cli.answers.exchange import export, importing
from landsweep.cli.answers.figure import figure
from landsweep.cli.answers.metrics import metrics
from landsweep.cli.answers.relations import relations
from landsweep.cli.answers.report import report
from landsweep.cli.answers.serve import serve
from landsweep.cli.check import check
from landsweep.cli.ending import abort, ended, heard
from landsweep.cli.new import new
from landsweep.cli.options import AcceptChangedProblem, Out, Redo, Repair, RetryFailed, RunPath, Sets, StudyFile
from landsweep.cli.scaling import scaling

if TYPE_CHECKING:
    from collections.abc import Callable

    from landsweep.base.events import Subscriber
    from landsweep.base.stop import StopFlag
    from landsweep.disk.rundir import RunDir
    from landsweep.executors.dask.workers import Wanted
    from landsweep.executors.executor import Executor
    from landsweep.study.study import Study

app = typer.Typer(
    name="landsweep",
    help="Distributed sweeps of neural-network loss landscapes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit status: 0 done, 1 failed, 2 bad input, 3 finished with failed members, 75 stopped but resumable.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(version("landsweep"))
        raise typer.Exit


@app.callback()
def _options(
    shown: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    study: StudyFile,
    out: Out = None,
    set_: Sets = None,
    retry_failed: RetryFailed = False,
    max_failures: Annotated[
        int | None,
        typer.Option(help="Give up once more models or members failed.", show_default=False, min=0),
    ] = None,
    allow_mixed: Annotated[
        bool, typer.Option("--allow-mixed", help="Go on with another kind of device: last bits will differ.")
    ] = False,
    repair: Repair = False,
    redo: Redo = False,
    accept_changed_problem: AcceptChangedProblem = False,
    stages: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Only these stages, such as train,evaluate.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the study's relative paths begin  [default: its folder].", show_default=False),
    ] = None,
    executor: Annotated[
        str | None, typer.Option(help="auto, serial, mpi or dask, instead of the study's.", show_default=False)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Workers of Dask.", min=1, show_default=False)] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler that is there.", show_default=False)
    ] = None,
    scheduler_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The same, by its scheduler file.", show_default=False)
    ] = None,
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="Submit Dask's workers there as jobs.", show_default=False)
    ] = None,
    site_set: commands.SiteSets = None,
) -> None:
    """Run a study, or go on with it.

    Trains, evaluates, computes topology and reports: whatever the run directory lacks. Start it under mpiexec or srun
    to share the work over ranks, or name workers of Dask. Run the same command again to go on after an interruption.
    """
    from landsweep.base.stop import StopFlag
    from landsweep.executors.dask.workers import Wanted
    from landsweep.pipeline.execute import RunOptions, execute, parse_stages, run_directory

    wanted = Wanted(workers, scheduler, scheduler_file, site, tuple(site_set or ()))
    parsed = _load(study, [*(set_ or []), *([f"executor.kind={executor}"] if executor else [])])
    directory = run_directory(parsed, out)
    if detect().rank == 0 and (nodes := detect().nodes) > 1:
        from landsweep.cluster.checks import many_nodes

        if warning := many_nodes(nodes):
            print(warning, file=sys.stderr)
    options = RunOptions(
        retry_failed, max_failures, allow_mixed, repair, redo, parse_stages(stages), accept_changed_problem
    )
    with StopFlag(announce=detect().rank == 0) as stop:  # before anything that takes time: a signal may come any time
        _execute(
            directory,
            lambda executor, shown: execute(parsed, folder or study.parent, directory, executor, shown, options, stop),
            parsed,
            wanted,
            stop,
        )


def _execute(
    directory: Path,
    work: Callable[[Executor, tuple[Subscriber, ...]], Exit],
    study: Study | None = None,
    wanted: Wanted | None = None,
    stop: StopFlag | None = None,
) -> NoReturn:
    """Do ``work`` on every rank, with progress shown on the root, and end with its exit status."""
    from landsweep.executors.choose import make_executor
    from landsweep.session.progress import subscriber
    from rich.console import Console

    kind = study.executor.kind if study is not None else "auto"
    executor = make_executor(kind, detect(), study, directory, wanted, stop)
    try:
        if executor.is_root:
            with subscriber(Console(stderr=True)) as shown:
                status = work(executor, (heard(shown, stop),))
        else:
            status = work(executor, ())
    except (Exception, Stopped) as error:
        abort(executor, error)
    try:
        if executor.is_root:
            _closing(directory, status)
    finally:  # the others wait for this rank
        executor.close()
    raise typer.Exit(int(status))


@app.command()
def plan(
    study: StudyFile,
    out: Out = None,
    set_: Sets = None,
    ranks: Annotated[int, typer.Option(help="Processes the run will have.", min=1)] = 1,
    memory: Annotated[
        bool,
        typer.Option("--memory", help="Load torch and the problem; say what moves, predict memory, time Hessians."),
    ] = False,
    site: Annotated[
        str | None,
        typer.Option(metavar="SITE", help="Say which jobs it becomes there, and their cost.", show_default=False),
    ] = None,
    nodes: Annotated[int | None, typer.Option(help="Nodes of the site.", min=1, show_default=False)] = None,
    account: Annotated[str | None, typer.Option(help="Account that pays.", show_default=False)] = None,
    one_job: commands.OneJob = None,
    site_set: commands.SiteSets = None,
) -> None:
    """Say what a study would do.

    Models, members, units, points, bytes, files and time, with --site the jobs and node-hours; computes and writes
    nothing.
    """
    from landsweep.cli import show
    from landsweep.disk.rundir import RunDir
    from landsweep.pipeline.execute import run_directory
    from landsweep.pipeline.identity import as_begun
    from landsweep.predict.estimate import estimate, hessians, predict_memory
    from landsweep.study.plan import make_plan

    parsed = _load(study, set_)
    directory = run_directory(parsed, out)
    parsed, _ = as_begun(RunDir(directory), parsed)
    made = make_plan(parsed)
    overrides = commands.site_overrides(site_set, nodes, None, {"account": account})
    if site is not None:
        from landsweep.cluster.submit import ranks_of

        ranks = ranks_of(site, overrides)
    show.plan(parsed, made, estimate(parsed, made, directory, ranks), directory, ranks)
    if site is not None:
        from landsweep.cluster.submit import describe

        show.print_rows(describe(made, parsed, site, overrides, commands.chain_of(one_job), directory))
    if memory:
        from landsweep.pipeline.trial import check_study

        sys.stdout.flush()  # the problem's own import may take its time
        check_study(parsed, study.parent)
        show.moves(parsed, study.parent, made)
        print(f"memory   {predict_memory(parsed, study.parent, made)}")
        if text := hessians(parsed, study.parent, made, ranks):
            print(f"hessians {text}")
    else:
        print("moves    --memory loads the problem and lists which parameters move")


@app.command()
def status(run: RunPath) -> None:
    """Say how far a run is.

    Jobs, stages and units, points per second, and when the stage will end. Slurm is asked at most every 30 s.
    """
    from landsweep.api import Run
    from landsweep.cli import show
    from landsweep.disk.rundir import RunDir

    if RunDir(run).study.exists():
        show.status(Run(run))
    elif not RunDir(run).jobs.is_dir():
        Run(run)  # says that there is none
    commands.show_jobs(RunDir(run))


app.command()(check)
app.command()(commands.submit)
app.command()(commands.logs)
app.command()(commands.cancel)
app.command()(scaling)
app.command()(relations)
app.command()(report)
app.command()(serve)
app.command()(metrics)


@app.command()
def topology(
    run: RunPath,
    connectivity: Annotated[
        list[str] | None,
        typer.Option(help="face, freudenthal, moore, knn, delaunay or gabriel; repeatable.", show_default=False),
    ] = None,
    engine: Annotated[str | None, typer.Option(help="native, ttk, both or auto (native).", show_default=False)] = None,
    min_persistence: Annotated[
        str | None,
        typer.Option(help="Drop pairs of a smaller loss difference, or share of the range: 1%.", show_default=False),
    ] = None,
    segmentation: Annotated[
        bool | None,
        typer.Option(
            "--segmentation/--no-segmentation", help="Store basin and arc of every point.", show_default=False
        ),
    ] = None,
    negate: Annotated[
        bool | None,
        typer.Option("--negate/--no-negate", help="Maxima and superlevel sets, or minima.", show_default=False),
    ] = None,
    periodic: Annotated[
        list[str] | None,
        typer.Option(help="Periodic axis alpha_0, alpha_1, ... (repeatable), all or none.", show_default=False),
    ] = None,
    set_: Sets = None,
    redo: Annotated[bool, typer.Option("--redo", help="Compute again even what is there.")] = False,
) -> None:
    """Compute a run's merge trees again, in another way.

    Evaluates nothing. The choice is kept in the run's study.yaml, so that the next call changes only what it names.
    Start it under mpiexec or srun to share the work over ranks.
    """
    from landsweep.pipeline.execute import recompute_topology

    chosen = {
        "connectivity": json.dumps(connectivity) if connectivity else None,
        "engine": engine,
        "min_persistence": min_persistence,
        "segmentation": segmentation,
        "negate": negate,
        "periodic": {"all": "true", "none": "[]"}.get(",".join(periodic), json.dumps(periodic)) if periodic else None,
    }
    overrides = [f"topology.{name}={_plain(value)}" for name, value in chosen.items() if value is not None]
    _execute(
        run, lambda executor, shown: recompute_topology(run, (*overrides, *(set_ or [])), executor, shown, redo=redo)
    )


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@app.command()
def tree(
    field: Annotated[
        Path, typer.Argument(metavar="FIELD", help=".npy, .npz, .zarr, .nc or .vti file.", show_default=False)
    ],
    array: Annotated[str | None, typer.Option(help="Name of the array in the file.", show_default=False)] = None,
    connectivity: Annotated[
        str | None,
        typer.Option(help="face, freudenthal, moore, knn, delaunay or gabriel.", show_default=False),
    ] = None,
    negate: Annotated[bool, typer.Option("--negate", help="Maxima and superlevel sets.")] = False,
    min_persistence: Annotated[
        str, typer.Option(help="Drop pairs of a smaller difference, or share of the range: 1%.")
    ] = "0",
    periodic: Annotated[
        list[str] | None,
        typer.Option(help="Axis whose last point is followed by the first: 0, 1, ... (repeatable), or all."),
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Neighbours in knn.", min=1)] = 8,
    mutual: Annotated[bool, typer.Option("--mutual", help="In knn, join what lists each other.")] = False,
    engine: Annotated[str, typer.Option(help="native, ttk, both or auto (native).")] = "native",
    block: Annotated[int, typer.Option(help="Points read at once.", min=1)] = 2**24,
    threads: Annotated[int, typer.Option(help="Threads per rank.", min=1)] = 1,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the tree (.npz).", show_default=False)] = None,
    top: Annotated[int, typer.Option(help="Pairs to print, the most persistent first.", min=0)] = 10,
    fill_value: Annotated[
        list[str] | None,
        typer.Option(metavar="NUMBER", help="Stored number of missing points; repeatable.", show_default=False),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Do not apply scale_factor, _FillValue and their kin.")] = False,
) -> None:
    """Print the merge tree of any array.

    Reads it block by block, so that it need not fit in memory. Start it under mpiexec or srun to share the blocks.
    """
    from landsweep.cli.answers.tree import TreeOptions
    from landsweep.cli.answers.tree import tree as compute
    from landsweep.executors.choose import make_executor

    options = TreeOptions(
        *(
            array,
            connectivity,
            negate,
            min_persistence,
            tuple(periodic or ()),
            k,
            mutual,
            engine,
            block,
            threads,
            out,
            top,
        ),
        fill_values=tuple(fill_value or ()),
        raw=raw,
    )
    executor = make_executor("auto", detect())
    try:
        compute(field, options, executor)
    except (Exception, Stopped) as error:
        abort(executor, error)
    executor.close()


app.command()(new)
app.command()(distances)
app.command()(cka)
app.command()(figure)
app.command()(export)
app.command("import")(importing(_execute))


@app.command()
def methods(run: RunPath) -> None:
    """Print a methods paragraph and BibTeX."""
    _on_root_alone()
    from landsweep.report.methods import methods as text
    from landsweep.stages import words

    print(text(_run(run), [stage.methods for stage in words()]), end="")


@app.command()
def robust(
    run: RunPath,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Metric to make claims of; repeatable.", show_default=False),
    ] = None,
) -> None:
    """Say how far results depend on the analysis.

    Recomputes topology from the stored grids, without evaluating anything, for other extents, resolutions,
    representations and persistence thresholds. Says which members' counts are resolved, and in how many specifications
    a metric's rank correlation with a sweep axis keeps its sign. Writes tables and figures to RUN/robust.
    """
    _on_root_alone()
    from landsweep.api import Run
    from landsweep.robust.collect import collect
    from landsweep.robust.report import show, write
    from rich.console import Console
    from rich.progress import track

    opened, console = Run(run), Console(stderr=True)
    found = collect(
        opened,
        metric,
        lambda members: track(members, "robust", console=console, transient=True, disable=not console.is_terminal),
    )
    show(opened, found, write(opened, found))


bench = typer.Typer(no_args_is_help=True, help="Measure how fast a study runs here.")
app.add_typer(bench, name="bench")


@bench.command("evaluation")
def bench_evaluation(
    study: StudyFile,
    set_: Sets = None,
    seconds: Annotated[float, typer.Option(help="About how long to evaluate.", min=0.1)] = 10.0,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the figures (JSON).", show_default=False)] = None,
) -> None:
    """Points per second, and what bounds them.

    Trains the study's first model and evaluates points around it on one process: strategies that were tried, the share
    of the machine's matrix-product rate, and where the time goes. Keeps nothing.
    """
    _on_root_alone()
    from dataclasses import asdict

    from landsweep.base.paths import check_file
    from landsweep.cli import show
    from landsweep.disk.rundir import write_json
    from landsweep.predict.bench import bench_evaluation as measure

    if json_ is not None:
        check_file("--json", json_)
    speed = measure(_load(study, set_), study.parent, seconds)
    show.speed(speed)
    if json_ is not None:
        guard_io(lambda: write_json(json_, asdict(speed)))


def _on_root_alone() -> None:
    """End the other ranks of a command that one process does."""
    if detect().rank:
        raise typer.Exit


def _run(path: Path) -> RunDir:
    from landsweep.api import Run

    return Run(path).directory


def _load(path: Path, overrides: list[str] | None) -> Study:
    from landsweep.study.study import Study

    return Study.load(path, tuple(overrides or ()))


def _closing(directory: Path, status: Exit) -> None:
    from landsweep.api import Run
    from landsweep.cli import show
    from landsweep.page.write import renew

    if status is Exit.STOPPED:
        print(
            f"Stopped: everything finished is kept in {directory}. Run the same command again to go on.",
            file=sys.stderr,
        )
    else:
        if note := renew(run := Run(directory)):
            print(f"note: {note}", file=sys.stderr)
        show.closing(run)


def main() -> None:
    """Run the command line; every mistake of the user ends in one sentence and status 2."""
    ended(app)


if __name__ == "__main__":
    main()
