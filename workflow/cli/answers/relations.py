"""``landsweep relations``: what depends on what, and how surely."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.errors import guard_io
from landsweep.base.launch import detect
from landsweep.base.paths import check_file
from landsweep.cli.options import RunPath


def relations(
    run: RunPath,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Metric to relate; repeatable.", show_default=False),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Axis, quality or number of the Hessian to relate it with; repeatable.",
            show_default=False,
        ),
    ] = None,
    given: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Held fixed in partial correlations, or none  [default: loss_range].",
            show_default=False,
        ),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS", help="Axis whose values are groups; repeatable.", show_default=False),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Print every relation.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Every column, comma-separated.")] = False,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the table (JSON).", show_default=False)] = None,
) -> None:
    """Say what depends on what, and how surely.

    Rank correlations of every metric with sweep axes, quality and curvature, and differences between groups, over
    trained models: intervals, exact permutations where models are few, p values adjusted for their number, what is left
    given the range of the loss, within and between groups. Computes and writes nothing else.
    """
    if detect().rank:  # one process does it
        raise typer.Exit
    from landsweep.api import Run
    from landsweep.relations import show
    from landsweep.relations.table import answer, complete
    from landsweep.stages import measured

    if json_ is not None:
        check_file("--json", json_)
    opened = Run(run)
    table = complete(opened.metrics, opened.plan)
    found = answer(table, list(opened.plan.axes), measured(map(str, table)), metric, against, given, within)
    if json_ is not None:
        from landsweep.disk.rundir import write_text

        guard_io(lambda: write_text(json_, found.frame.to_json(orient="records", indent=1) + "\n"))
    if csv:
        print(found.frame.to_csv(index=False), end="")
    else:
        print(show.text(found, all_=all_ or bool(metric or against)), end="")
