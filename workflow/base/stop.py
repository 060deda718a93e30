"""Signals that become a flag, on which a process finishes the unit in hand and then stops."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from landsweep.base.errors import Exit, Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2)
"""These signals ask a run to stop."""


_early: list[int] = []
"""This list holds the numbers of signals that came before anybody could act on them."""


def listen() -> None:
    """Remember USR2, TERM and HUP from now on, so that a warning that comes while Python starts does not end it.

    A second TERM or HUP ends it as it would have without.
    """
    for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _remember)


def _remember(number: int, frame: FrameType | None) -> None:
    if number != signal.SIGUSR2 and any(before != signal.SIGUSR2 for before in _early):
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    _early.append(number)


class StopFlag:
    """A flag that turns the first INT, TERM, HUP or USR2 into a request; a second one raises :class:`Stopped`.

    The handlers of these signals are installed while its block runs, only in the main thread, which a notebook's kernel
    thread is too.
    """

    def __init__(self, *, announce: bool = True) -> None:
        self.requested = self._raised = False
        self._announce = announce
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                    continue  # nohup
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
            if not self._raised:  # it may be swallowed, or wait for code that never returns to Python
                self._raised = True
                raise Stopped
            os._exit(int(Exit.STOPPED))
        self.requested = True
        if self._announce:
            print("\nStopping after the unit in hand; again to stop at once.", file=sys.stderr, flush=True)
