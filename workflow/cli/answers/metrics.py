"""``landsweep metrics``: a run's table of metrics."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from landsweep.cli.options import RunPath


def metrics(
    run: RunPath,
    csv: Annotated[bool, typer.Option("--csv", help="Every column, comma-separated.")] = False,
    column: Annotated[
        list[str] | None, typer.Option("--column", metavar="NAME", help="Only this; repeatable.", show_default=False)
    ] = None,
) -> None:
    """Print a run's table of metrics."""
    from landsweep.api import Run
    from landsweep.cli import show

    opened = Run(run)
    table = opened.metrics
    print(show.metrics(opened, table, tuple(column or ()), csv=csv), end="")
    there = set(table["member"])
    if lost := sum(member.index not in there for member in opened.plan.members):
        print(
            f"note: {lost} of {len(opened.plan.members)} landscapes are not in the table yet: continue {run} with "
            "`landsweep run STUDY`.",
            file=sys.stderr,
        )
