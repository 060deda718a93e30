"""Lines that say what a process waits for, and until when, once it has waited for a while."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SILENCE_SECONDS = 10.0
"""Who waits longer than this many seconds says for what."""


@contextmanager
def saying(text: str, after: float | None = None) -> Iterator[None]:
    """Print ``text`` to standard error, once, if the block takes more than ``after`` seconds (by default 10)."""
    timer = threading.Timer(SILENCE_SECONDS if after is None else after, _print, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def blocked(text: str, killable: bool) -> Iterator[None]:
    """Do the same for a call that holds Python's interpreter lock, when neither a thread nor a handler of ours runs.

    So a child process prints the text (nothing where it is empty). If the process is ``killable``, INT, TERM and HUP
    end it meanwhile, for which nothing may be in hand; else they take effect when the call returns.
    """
    before = {}
    if killable and threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, signal.SIG_DFL)
    child = _child(text) if text else None
    try:
        yield
    finally:
        if child is not None:
            process, end = child
            os.close(end)
            with suppress(ChildProcessError):
                os.waitpid(process, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _child(text: str) -> tuple[int, int]:
    """Start a process that prints ``text`` after a while, unless the end of the pipe that is returned closes before."""
    inside, outside = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of ours are of no use to the child
        process = os.fork()
    if process:
        os.close(inside)
        return process, outside
    try:
        os.close(outside)
        if not select.select([inside], [], [], SILENCE_SECONDS)[0]:
            os.write(2, f"{text}\n".encode())
    finally:
        os._exit(0)
