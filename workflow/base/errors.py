"""The errors that can end a run, and its exit statuses."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def explain_os_error(error: OSError) -> UserError | None:
    """Return a UserError with a plain sentence for a full disk or a directory that cannot be written, else None."""
    where = error.filename or "the run directory"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(
            f"No space left while writing {where} ({error.strerror}): free some space and run the same command "
            "again, it goes on from the last finished unit."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            f"Cannot write {where} ({error.strerror}): expected a writable directory, choose another with --out."
        )
    return None


def guard_io(function: Callable[[], T]) -> T:
    """Call ``function``; where a file cannot be written, raise a UserError with a plain sentence."""
    try:
        return function()
    except OSError as error:
        raise explain_os_error(error) or UserError(
            f"Cannot write {error.filename} ({error.strerror}): expected a writable directory, choose another with "
            "--out."
        ) from error
