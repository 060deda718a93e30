"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyFile = Annotated[
    Path,
    typer.Argument(metavar="STUDY", help="Study file (YAML), or name of one that comes along.", show_default=False),
]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run directory.", show_default=False)]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Run directory  [default: runs/NAME].", show_default=False)
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try failed models and members again.")]
Repair = Annotated[bool, typer.Option("--repair", help="Read every result; compute damaged ones again.")]
Redo = Annotated[
    bool, typer.Option("--redo", help="Evaluate again what a changed evaluation, fields or problem makes stale.")
]
AcceptChangedProblem = Annotated[
    bool, typer.Option("--accept-changed-problem", help="Go on although the problem's content has changed.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key of the study, such as sweep.beta=[5,7]; repeatable.",
    ),
]
