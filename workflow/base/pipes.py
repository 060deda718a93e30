"""Output whose reader is gone, as in ``landsweep metrics RUN | head``: an end without a word, as others have."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from typing import TextIO

STATUS = 141
"""A shell says this of a program that SIGPIPE ended, 128 + 13. The signal itself stays ignored: sockets send it too."""


def is_gone(stream: TextIO | None) -> bool:
    """Return whether a stream is a pipe or a socket that nobody reads any more."""
    try:
        descriptor = stream.fileno() if stream is not None else -1
    except (OSError, ValueError, AttributeError):  # no file, such as a notebook's; closed
        return False
    if descriptor < 0:
        return False
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def is_of_reader(error: BaseException) -> bool:
    """Return whether an error, or one that it follows from, is of output whose reader is gone.

    Typer and Rich turn ``BrokenPipeError`` into ``SystemExit(1)``. One of a socket, to a worker say, does not count.
    """
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:  # an error may be raised from itself
        chain.append(following)
        following = following.__cause__ or following.__context__
    return any(isinstance(e, BrokenPipeError) for e in chain) and (is_gone(sys.stdout) or is_gone(sys.stderr))


def silence() -> None:
    """Send what is left for a reader that is gone nowhere, so that Python's last flush does not complain."""
    for stream in (sys.stdout, sys.stderr):
        if is_gone(stream):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def flushed() -> bool:
    """Write out what is buffered; return false, and be silent from now on, where nobody reads it."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with suppress(ValueError):  # closed
                    stream.flush()
    except BrokenPipeError:
        silence()
        return False
    return True
