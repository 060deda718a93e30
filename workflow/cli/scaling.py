"""`landsweep scaling`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from landsweep.cli.cluster import SiteSets, site_overrides
from landsweep.cli.options import Sets, StudyFile


def scaling(
    study: StudyFile,
    ranks: Annotated[str, typer.Option(metavar="N,N,...", help="Numbers of ranks, such as 1,2,4.")] = "1,2",
    mode: Annotated[str, typer.Option(help="strong (the same work for all) or weak (for each rank).")] = "strong",
    repeats: Annotated[int, typer.Option(help="Runs of each.", min=1)] = 3,
    grow: Annotated[str, typer.Option(metavar="AXIS", help="What grows in weak mode.")] = "direction_seed",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder  [default: scaling/NAME-MODE].", show_default=False),
    ] = None,
    dask: Annotated[bool, typer.Option("--dask", help="Workers of Dask instead of ranks of MPI.")] = False,
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="Submit the runs there as jobs.", show_default=False)
    ] = None,
    time: Annotated[str | None, typer.Option(help="Time limit of a job.", show_default=False)] = None,
    account: Annotated[str | None, typer.Option(help="Account that pays.", show_default=False)] = None,
    site_set: SiteSets = None,
    set_: Sets = None,
) -> None:
    """Measure how a study scales.

    Runs it on 1, 2, 4, ... ranks, several times each, and writes table, plot and JSON: efficiencies against a stated
    baseline, and where the time goes. The same command again makes what is missing, or collects what jobs have done.
    """
    from landsweep.base.errors import UserError
    from landsweep.scaling import study as runs
    from landsweep.scaling.series import parse_ranks
    from landsweep.study.study import Study

    if mode not in ("strong", "weak"):
        raise UserError(f"--mode is {mode!r}, expected strong or weak.")
    if dask and site is not None:
        raise UserError("--dask and --site are both given, expected one of them: on a site ranks of MPI are measured.")
    parsed = Study.load(study, tuple(set_ or ()))
    asked = runs.Scaling(
        study=parsed,
        folder=study.parent.absolute(),
        ranks=parse_ranks(ranks),
        mode="strong" if mode == "strong" else "weak",
        repeats=repeats,
        grow=grow,
        out=(out or Path("scaling") / f"{parsed.name}-{mode}").absolute(),
        dask=dask,
    )
    runs.check(asked)
    try:
        if site is not None:
            runs.submit(asked, site, site_overrides(site_set, None, time, {"account": account}), print)
        else:
            runs.run_here(asked, print)
    except KeyboardInterrupt:
        print("Stopped; the same command again makes what is missing.")
        raise typer.Exit(75) from None
    text, lacking = runs.collect(asked)
    print(f"\n{text}")
    print(f"Written to {asked.out}: scaling.md, scaling.csv, scaling.json, scaling.png")
    if lacking:
        more = "when its jobs have ended" if site is not None else "to make them"
        print(f"{lacking} of {len(asked.ranks) * repeats} runs are not measured: the same command again {more}.")
        raise typer.Exit(0 if site is not None else 1)
