"""The commands ``landsweep export`` and ``landsweep import``: landscapes in the formats of other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from landsweep.base.errors import Exit, guard_io
from landsweep.base.launch import detect
from landsweep.cli.options import RunPath, Sets

if TYPE_CHECKING:
    from landsweep.base.events import Subscriber
    from landsweep.executors.executor import Executor

Command = Callable[..., None]


def export(
    run: RunPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", show_default=False)],
    format_: Annotated[
        str | None,
        typer.Option("--format", help="npz, vti, vtu, nc or csv  [default: by the name of --out].", show_default=False),
    ] = None,
    what: Annotated[
        str | None,
        typer.Option(help="landscape, tree or diagram  [default: tree for vtu, else landscape].", show_default=False),
    ] = None,
    member: Annotated[int | None, typer.Option(help="Number of the landscape.", show_default=False)] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=VALUE", help="The landscape there: beta=5; repeatable.", show_default=False),
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this field; repeatable.", show_default=False)
    ] = None,
    representation: Annotated[
        str | None, typer.Option(help="Whose merge tree  [default: the study's first].", show_default=False)
    ] = None,
) -> None:
    """Write a landscape, tree or diagram for other tools.

    Landscaper (npz), ParaView and the Topology ToolKit (vti, vtu), xarray (nc, also of the whole run), tables (csv).
    """
    if detect().rank:  # one process does it
        raise typer.Exit
    from landsweep.api import Run
    from landsweep.exchange.export import Export

    wanted = Export.of(out, format_, what, tuple(field or ()), representation)
    for line in guard_io(lambda: wanted.write(Run(run), member, tuple(at or ()), out)):
        print(line)


def importing(execute: Callable[[Path, Callable[[Executor, tuple[Subscriber, ...]], Exit]], NoReturn]) -> Command:
    """Return the command ``import``, whose work ``execute`` does on every rank, with progress shown."""

    def import_(
        files: Annotated[
            list[Path],
            typer.Argument(metavar="FILE...", help=".npz, .h5, .npy, .zarr, .nc or .vti files.", show_default=False),
        ],
        out: Annotated[Path, typer.Option("--out", "-o", help="Run directory to make.", show_default=False)],
        array: Annotated[str | None, typer.Option(help="Name of the loss in the file.", show_default=False)] = None,
        fill_value: Annotated[
            list[str] | None,
            typer.Option(metavar="NUMBER", help="Stored number of missing points; repeatable.", show_default=False),
        ] = None,
        raw: Annotated[
            bool, typer.Option("--raw", help="Do not apply scale_factor, _FillValue and their kin.")
        ] = False,
        set_: Sets = None,
    ) -> None:
        """Make a run of landscapes that are there already.

        Takes Landscaper's .npz, .h5 of tomgoldstein/loss-landscape, and what `landsweep tree` reads. Trees, metrics,
        tables and figures are made; nothing is evaluated. Several files of one shape are the axis file of the run.
        """
        from landsweep.exchange.importing import Importing, import_run

        wanted = Importing(tuple(files), array, tuple(fill_value or ()), raw)
        execute(out, lambda executor, shown: import_run(wanted, out, executor, shown, tuple(set_ or ())))

    return import_
