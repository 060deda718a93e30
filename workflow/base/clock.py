"""The time that a thread spends on files, by which the time of a run is split into computing and waiting for disks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_thread = threading.local()
"""Each thread keeps here the seconds that it has spent on files, and whether it is inside a timed block."""


@contextmanager
def on_files() -> Iterator[None]:
    """Count the time of a block, or of a decorated function, as spent on files; nested blocks count once."""
    if getattr(_thread, "inside", False):
        yield
        return
    _thread.inside, begin = True, time.perf_counter()
    try:
        yield
    finally:
        _thread.inside = False
        _thread.seconds = spent() + time.perf_counter() - begin


def spent() -> float:
    """Return the seconds that this thread has spent on files."""
    return float(getattr(_thread, "seconds", 0.0))
