"""Signals that become a flag, on which a process finishes the unit in hand and then stops."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from landsweep.base.errors import Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)
"""These signals ask a run to stop."""


_early: list[int] = []
"""This list holds the numbers of signals that came before anybody could act on them."""


def listen() -> None:
    """Remember USR2 and TERM from now on; otherwise a warning that comes while Python starts would end the process."""
    for number in (signal.SIGUSR2, signal.SIGTERM):
        signal.signal(number, lambda number, frame: _early.append(number))


class StopFlag:
    """A flag that turns the first INT, TERM or USR2 into a request; a second INT or TERM raises :class:`Stopped`.

    The handlers of these signals are installed while its block runs, only in the main thread, which a notebook's kernel
    thread is too.
    """

    def __init__(self, *, announce: bool = True) -> None:
        self.requested = False
        self._announce = announce
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                self._before[number] = signal.signal(number, self._handle)
            self.requested |= bool(_early)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def request(self) -> None:
        """Ask to stop, as a signal does."""
        self.requested = True

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested and number != signal.SIGUSR2:
            raise Stopped
        self.requested = True
        if self._announce:
            print("\nStopping after the unit in hand; again to stop at once.", file=sys.stderr, flush=True)
