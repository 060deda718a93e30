"""``landsweep report``: the page of a run for a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.errors import UserError
from landsweep.base.launch import detect
from landsweep.base.paths import check_file
from landsweep.base.text import size
from landsweep.cli.options import RunPath

SUFFIXES = (".html", ".htm")


def report(
    run: RunPath,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=".html file  [default: RUN/report/index.html].", show_default=False),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser of this machine.")] = False,
) -> None:
    """Write a run as one page for a browser.

    Answer, metrics, relations, and every landscape with its merge tree to explore, in one file that needs no network
    and no landsweep.
    """
    if detect().rank:  # one process does it
        raise typer.Exit
    from landsweep.disk.opened import read_run
    from landsweep.disk.rundir import PAGE, write_text
    from landsweep.page.write import written

    opened = read_run(run)
    target = out or opened.directory.report / PAGE
    if target.suffix.lower() not in SUFFIXES:
        raise UserError(f"--out is {str(target)!r}, expected the name of a {' or '.join(SUFFIXES)} file.")
    if out is not None:
        check_file("--out", out)
    text = written([opened])
    large = size(len(text.encode()))
    try:
        write_text(target, text)
    except OSError as error:
        raise UserError(
            f"{target} is not written ({error.strerror}): expected a folder that can be written, with {large} of free "
            "space, so make it one, or name a file elsewhere with --out."
        ) from error
    print(f"{target.resolve().as_uri()}  ({large})")
    if open_:
        import webbrowser

        if not webbrowser.open(target.resolve().as_uri()):
            print("note: no browser was found on this machine: open this address in yours.", file=sys.stderr)
