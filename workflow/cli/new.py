"""The command ``landsweep new``. Heavy imports stay inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.errors import UserError
from landsweep.base.paths import in_command


def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to make.", show_default=False)],
    module: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="Around this network: a class or function.", show_default=False),
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Its trained weights.", show_default=False)] = None,
    args: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Argument that makes it; repeatable.", show_default=False),
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="MODULE:NAME", help="A DataLoader, or what makes one.", show_default=False)
    ] = None,
    loss: Annotated[
        str | None, typer.Option(metavar="MODULE:NAME", help="loss(model, batch) or (output, y).", show_default=False)
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Entry of the checkpoint with the weights.", show_default=False)
    ] = None,
    prefix: Annotated[str | None, typer.Option(help="What their names begin with.", show_default=False)] = None,
) -> None:
    """Make a study and a problem to start from.

    With --module and --checkpoint, around a network of your own: it is made, its weights are loaded and its loss is
    computed before anything is written.
    """
    from landsweep.cli.around import Around
    from landsweep.cli.scaffold import create

    around = None
    if module is not None and checkpoint is not None:
        around = Around(module, checkpoint, tuple(args or ()), data, loss, key, prefix)
    elif module or checkpoint or args or data or loss or key or prefix:
        raise UserError(
            "--module and --checkpoint name a network and its weights, expected both or neither: without them "
            "`landsweep new NAME` writes an example that trains."
        )
    study, problem, to_do = create(folder, around)
    print(
        f"Made {study} and {problem}. Next: {f'{to_do} in {problem}, then ' if to_do else ''}"
        f"landsweep run {in_command(study)}"
    )
