"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (YAML).", show_default=False)]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run directory.", show_default=False)]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Run directory  [default: runs/NAME].", show_default=False)
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key of the study, such as sweep.beta=[5,7]; repeatable.",
    ),
]
