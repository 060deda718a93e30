"""The command ``landsweep check``: a study's problem is tried before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.launch import detect
from landsweep.cli.options import Sets, StudyFile


def check(
    study: StudyFile,
    set_: Sets = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the study's relative paths begin  [default: its folder].", show_default=False),
    ] = None,
) -> None:
    """Try a study's problem, without training or writing anything.

    Builds the network, reads the first batches twice, computes the loss at the untrained weights, or those of the
    checkpoint, and beside them, and the derivatives that the study needs. `landsweep run` does the same first. A
    mistake is one sentence and status 2.
    """
    if detect().rank:
        raise typer.Exit
    from landsweep.cli.show import print_trial
    from landsweep.pipeline.trial import check_study
    from landsweep.study.study import Study

    print_trial(check_study(Study.load(study, tuple(set_ or ())), folder or study.parent))
