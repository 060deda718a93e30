"""The errors that can end a run, and its exit statuses."""

from __future__ import annotations

import errno
import io
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Exit(IntEnum):
    """Exit statuses of the command line."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    FAILED_MEMBERS = 3
    STOPPED = 75  # EX_TEMPFAIL: batch scripts requeue on it


class UserError(Exception):
    """A mistake that the user can mend; its text is one sentence that says what, got, expected and what to do."""

    collective = False
    """This is true where every rank raises the error, so that the job can end without being aborted."""


class DamagedShard(UserError):
    """A shard of the store cannot be read, so its unit must be evaluated again."""

    def __init__(self, shard: Path, reason: str) -> None:
        super().__init__(f"{shard} is damaged ({reason}): `landsweep run STUDY --repair` evaluates its unit again.")
        self.shard = shard


class ProblemError(Exception):
    """The user's problem raised an error; the member or model is marked as failed, and the sweep continues."""


@contextmanager
def users_code() -> Iterator[None]:
    """Turn any error in the block, which runs the user's code, into :class:`ProblemError`; others are our own fault."""
    try:
        yield
    except ProblemError:
        raise
    except Exception as error:
        raise ProblemError(f"{type(error).__name__}: {error}") from error


class TooManyFailures(Exception):
    """More models or members failed than ``--max-failures`` allows."""


class Stopped(BaseException):
    """The run stops because of a signal, or for the reason in the text; everything finished is kept.

    A ``BaseException``, so that a problem's ``except Exception`` cannot swallow it.
    """


CACHES = {
    "numba": "NUMBA_CACHE_DIR",
    "torchinductor": "TORCHINDUCTOR_CACHE_DIR",
    "triton": "TRITON_CACHE_DIR",
    "matplotlib": "MPLCONFIGDIR",
}
"""The keys are parts of paths of caches that libraries have, the values the variables that name another folder."""


def explain_os_error(error: OSError, run: Path | None = None) -> UserError | None:
    """Return a UserError with a plain sentence for a full disk or a directory that cannot be written, else None.

    ``run`` is the run directory: what lies elsewhere, such as a library's cache in the home directory, is not helped by
    another one.
    """
    path = error.filename or _open_file(error)
    where = path or "a file"
    elsewhere = run is not None and path is not None and not _belongs(Path(str(path)), run)
    variable = _variable(str(path)) if elsewhere else None
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        there = " there" * elsewhere + (f", or set {variable} to another folder," if variable else "")
        return UserError(
            f"No space left while writing {where} ({error.strerror}): free some space{there} and run the same command "
            "again, it goes on from the last finished unit."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        other = f"set {variable} to one" if variable else "make it one"
        other = other if elsewhere else "choose another with --out"
        return UserError(f"Cannot write {where} ({error.strerror}): expected a writable directory, {other}.")
    return None


def _open_file(error: OSError) -> str | None:
    """Return the name of the file that was open where an error without a file name was raised, None for none.

    What fails in writing, not in opening, knows only the number of the file.
    """
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if isinstance(value, io.IOBase) and str(getattr(value, "mode", "w")) not in ("r", "rb"):
                name = getattr(value, "name", None)
                found = name if isinstance(name, str) else found
    return found


def _variable(path: str) -> str | None:
    """Return the environment variable that sends a library's cache or a temporary file elsewhere, if there is one."""
    temporary = None
    with suppress(OSError):  # no temporary folder can be written
        temporary = "TMPDIR" if path.startswith(tempfile.gettempdir()) else None
    return next((name for part, name in CACHES.items() if part in path.lower()), temporary)


def _belongs(path: Path, run: Path) -> bool:
    """Return whether a path lies in a run directory, or is one of the folders that it lies in."""
    path, run = path.absolute(), run.absolute()
    return path == run or run in path.parents or path in run.parents


def guard_io(function: Callable[[], T], run: Path | None = None) -> T:
    """Call ``function``; where a file cannot be written, raise a UserError with a plain sentence."""
    try:
        return function()
    except OSError as error:
        raise explain_os_error(error, run) or UserError(
            f"Cannot write {error.filename or 'a file'} ({error.strerror}): expected a writable directory, choose "
            "another with --out."
        ) from error
