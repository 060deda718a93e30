"""The commands that compare a run's members with one another: ``landsweep distances`` and ``landsweep cka``."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from landsweep.base.errors import Stopped, guard_io
from landsweep.base.launch import detect
from landsweep.cli.ending import abort
from landsweep.cli.options import RunPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Clusters = Annotated[int, typer.Option(help="Cut the tree of clusters into so many.", min=1)]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write the matrix: .csv, .npz or .nc.", show_default=False),
]


def distances(
    run: RunPath,
    metric: Annotated[str, typer.Option(help="bottleneck or wasserstein.")] = "wasserstein",
    order: Annotated[float, typer.Option(help="Order of the Wasserstein distance, at least 1.")] = 1.0,
    representation: Annotated[
        str | None,
        typer.Option(help="Connectivity of the trees, or resolved  [default: the first].", show_default=False),
    ] = None,
    normalised: Annotated[
        bool, typer.Option("--normalised", help="Each landscape over its range: (f - min) / (max - min).")
    ] = False,
    loops: Annotated[bool, typer.Option("--loops", help="Compare loops (dimension 1), not components.")] = False,
    min_persistence: Annotated[
        str | None,
        typer.Option(
            help="Leave out pairs below, or share of the range: 1%  [default: the study's].", show_default=False
        ),
    ] = None,
    clusters: Clusters = 2,
    workers: Annotated[int | None, typer.Option(help="Workers of Dask.", min=1, show_default=False)] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler that is there.", show_default=False)
    ] = None,
    out: OutFile = None,
) -> None:
    """Compare the persistence diagrams of a run's members.

    Prints a map and the clusters of the members, and writes the matrix of distances, table and figure to RUN/distances.
    Start it under mpiexec or srun to share the work over ranks. Run the same command again to go on after an
    interruption, or after the run has got further members.
    """
    from landsweep.api import Run
    from landsweep.base.stop import StopFlag
    from landsweep.distances.diagrams import Choice
    from landsweep.distances.matrix import measure
    from landsweep.distances.report import check_out, show, write
    from landsweep.executors.choose import make_executor
    from landsweep.executors.dask.workers import Wanted

    opened = Run(run)
    check_out(out)
    choice = Choice.of(
        opened,
        metric,
        order=order,
        representation=representation,
        normalised=normalised,
        min_persistence=min_persistence,
        loops=loops,
    )
    with StopFlag(announce=detect().rank == 0) as stop:
        executor = make_executor("auto", detect(), opened.study, run, Wanted(workers, scheduler), stop)
        try:
            with _progress(executor.is_root) as progress:
                found = guard_io(
                    lambda: measure(opened, choice, executor, stop=stop, keep=True, progress=progress), run
                )
            if executor.is_root:
                show(opened, found, clusters, write(opened, found, clusters, out))
        except (Exception, Stopped) as error:
            abort(executor, error)
        executor.close()


def cka(
    run: RunPath,
    layer: Annotated[
        str | None, typer.Option(help="Submodule to compare  [default: the mean over all].", show_default=False)
    ] = None,
    clusters: Clusters = 2,
    out: OutFile = None,
) -> None:
    """Compare the hidden activations of a run's models.

    Linear centred kernel alignment of what the study's section activations stores. Prints a map and the clusters of the
    models, and writes the matrix, a table and a figure to RUN/distances.
    """
    if detect().rank:
        raise typer.Exit
    from landsweep.api import Run
    from landsweep.distances.activations import compare_activations
    from landsweep.distances.report import check_out, show, write

    check_out(out)
    opened = Run(run)
    found = compare_activations(opened, layer)
    show(opened, found, clusters, write(opened, found, clusters, out))


@contextmanager
def _progress(shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows on a terminal how many pairs are done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task("distances", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
