"""Runs the application until a signal ends it."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import uvicorn
from landsweep.base.stop import StopFlag
from starlette.types import ASGIApp

SLOW_SECONDS = 30.0
"""A connection that has sent no whole request after so many seconds is closed."""


class _Server(uvicorn.Server):
    """A server that ends at once when the flag says so, with no status of a signal, and waits for nobody for ever."""

    def __init__(self, config: uvicorn.Config, flag: StopFlag) -> None:
        super().__init__(config)
        self._flag = flag
        self._waiting: WeakKeyDictionary[Any, tuple[Any, float]] = WeakKeyDictionary()
        self._said = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the flag."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, with an eye on what fails outside of any request."""
        asyncio.get_running_loop().set_exception_handler(self._failed)
        await super().startup(sockets)

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say once that the system gives no more connections, of which asyncio writes thousands of tracebacks."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif not self._said:
            self._said = True
            print(
                f"landsweep: so many connections are open that the system refuses more ({error.strerror}): others "
                "wait until some of them end.",
                file=sys.stderr,
            )

    async def on_tick(self, counter: int) -> bool:
        """Return whether to end, ten times a second."""
        if self._flag.requested:
            self.force_exit = True  # whoever still loads something gets nothing more
            return True
        self._close_slow()
        return await super().on_tick(counter)

    def _close_slow(self) -> None:
        """Close connections whose next request, the first or one after an answer, does not come."""
        now = time.monotonic()
        for connection in list[Any](self.server_state.connections):
            last = connection.cycle  # a request and its answer; None before the first
            before, since = self._waiting.get(connection, (None, now))
            if last is not before or (last is not None and not last.response_complete):
                since = now
            self._waiting[connection] = last, since
            if now - since > SLOW_SECONDS:
                connection.transport.abort()


def answering(application: ASGIApp, made: socket.socket, flag: StopFlag) -> None:
    """Answer requests at a socket until the flag is raised."""
    config = uvicorn.Config(  # the application itself says what fails; at the end, requests are broken off
        application, http="h11", loop="asyncio", ws="none", lifespan="off", log_level="critical", access_log=False,
        server_header=False, date_header=False, proxy_headers=False, backlog=128, timeout_keep_alive=30,
    )  # fmt: skip
    _Server(config, flag).run(sockets=[made])
