"""The command ``landsweep figure``: one figure of a run, into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.errors import UserError, guard_io
from landsweep.base.launch import detect
from landsweep.base.paths import check_file
from landsweep.cli.options import RunPath


def figure(
    run: RunPath,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which figure; see --list.", show_default=False)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the figures, and what the run lacks for them.")] = False,
    member: Annotated[
        list[int] | None, typer.Option(help="Number of a landscape; repeatable.", show_default=False)
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AXIS=VALUE", help="Landscapes there: beta=5, seed=[0,1]; repeatable.", show_default=False
        ),
    ] = None,
    field: Annotated[str, typer.Option(help="Field of the landscapes.")] = "loss",
    representation: Annotated[
        str | None, typer.Option(help="Whose merge trees  [default: the study's first].", show_default=False)
    ] = None,
    scale: Annotated[str, typer.Option(help="auto, linear, log or clipped.")] = "auto",
    clip: Annotated[
        float | None, typer.Option(help="Greatest value shown with --scale clipped.", show_default=False)
    ] = None,
    slice_: Annotated[
        list[str] | None,
        typer.Option("--slice", metavar="AXIS=VALUE", help="Cut there: alpha_2=0.5; repeatable.", show_default=False),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="AXIS", help="One colour scale for each value; in scatter, colours.", show_default=False),
    ] = None,
    x: Annotated[str, typer.Option("--x", metavar="COLUMN", help="Of scatter.", show_default=False)] = "",
    y: Annotated[str, typer.Option("--y", metavar="COLUMN", help="Of scatter.", show_default=False)] = "",
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the study's relative paths begin, for solution.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=".png, .svg or .pdf  [default: RUN/figures/NAME.png].", show_default=False),
    ] = None,
    dpi: Annotated[int, typer.Option(help="Pixels per inch.", min=10, max=1200)] = 150,
) -> None:
    """Draw a figure of a run.

    Several landscapes stand side by side in one colour scale.
    """
    if detect().rank:
        raise typer.Exit
    from landsweep.disk.opened import read_run

    opened = read_run(run)
    if list_ or name is None:
        from landsweep.figures.named.catalogue import listed

        print(listed(opened))
        return
    from landsweep.figures.named.request import Request, cuts_of, scale_of
    from landsweep.figures.style import KINDS
    from landsweep.study.plan import choose_members

    target = out or run / "figures" / f"{name}.png"
    if target.suffix.lower() not in KINDS or target.is_dir():
        raise UserError(
            f"--out is {str(target)!r}, expected the name of a {', '.join(KINDS[:-1])} or {KINDS[-1]} file."
        )
    if out is not None:
        check_file("--out", out)
    request = Request(
        opened,
        choose_members(opened.plan, tuple(member or ()), tuple(at or ())),
        representation or "",
        field,
        scale_of(scale),
        clip,
        cuts_of(tuple(slice_ or ())),
        by,
        x,
        y,
        folder,
    )
    import matplotlib as mpl

    mpl.use("Agg", force=False)
    from landsweep.figures.named.catalogue import draw
    from landsweep.figures.style import save

    drawn, notes = draw(name, request)
    for text in notes:
        print(f"note: {text}", file=sys.stderr)
    guard_io(lambda: save(drawn, target, dpi))
    print(target)
