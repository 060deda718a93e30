"""Runs the application until a signal ends it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from landsweep.base.stop import StopFlag
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    """A server that ends at once when the flag says so, with no status of a signal."""

    def __init__(self, config: uvicorn.Config, flag: StopFlag) -> None:
        super().__init__(config)
        self._flag = flag

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the flag."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Return whether to end, ten times a second."""
        if self._flag.requested:
            self.force_exit = True  # whoever still loads something gets nothing more
            return True
        return await super().on_tick(counter)


def answering(application: ASGIApp, made: socket.socket, flag: StopFlag) -> None:
    """Answer requests at a socket until the flag is raised."""
    config = uvicorn.Config(  # the application itself says what fails; at the end, requests are broken off
        application, log_level="critical", access_log=False, lifespan="off", server_header=False, date_header=False,
        ws="none", proxy_headers=False, timeout_keep_alive=30,
    )  # fmt: skip
    _Server(config, flag).run(sockets=[made])
