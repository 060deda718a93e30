"""``landsweep serve``: the page of runs, live on localhost."""

from __future__ import annotations

import secrets
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from landsweep.base.errors import Stopped, UserError
from landsweep.base.launch import detect


def serve(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN ...", help="Run directories.", show_default=False)],
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Listen at this address of the machine.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            help="Listen at this port  [default: the first free one from 8765].", min=0, max=65535, show_default=False
        ),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="PATH", help="Path under which a proxy shows the page.", show_default=False)
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Name under which a proxy asks for the page; repeatable.", show_default=False
        ),
    ] = None,
) -> None:
    """Show runs as a page in a browser, live while they are going.

    Prints an address with a secret token, for a browser on this machine or at the end of an ssh tunnel. It only reads.
    Ctrl-C ends it.
    """  # fmt: skip
    if detect().rank:  # one process does it
        raise typer.Exit
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise UserError(
            f"`landsweep serve` needs {' and '.join(missing)}, not installed here: pip install 'landsweep[serve]'."
        )
    from landsweep.base.stop import StopFlag
    from landsweep.serving import addresses
    from landsweep.serving.application import application
    from landsweep.serving.server import answering
    from landsweep.serving.watch import Watched

    with StopFlag(announce=False) as flag, suppress(Stopped):  # from here on a signal is the usual end
        under = addresses.prefix_of(prefix)
        names = {*addresses.names_of(host), *map(addresses.checked_name, allow_host or ())}
        once: dict[Path, Path] = {}  # a run under several names
        for path in runs:
            once.setdefault(path.resolve(), path)
        watched = [Watched(path) for path in once.values()]
        made = addresses.listening(host, port)
        number = made.getsockname()[1]
        token = secrets.token_urlsafe(32)
        served = application(watched, token, under, names, f"landsweep-{number}")
        if not addresses.is_local(host):
            print(
                f"landsweep: others on the network can reach {host}, and whoever reads along can read the token, as "
                "nothing is encrypted: prefer 127.0.0.1 and an ssh tunnel.",
                file=sys.stderr,
            )
        print(addresses.address_of(made, host, under, token), flush=True)
        answering(served, made, flag)
