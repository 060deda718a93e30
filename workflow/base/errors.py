"""The errors that can end a run, and its exit statuses."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

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


REPAIR = "`landsweep run STUDY --repair` computes it again"
"""The way on for a file whose content follows from the rest of its run."""
RESTORE = "nothing computes it again, so put it back from a copy, or begin another run directory"
"""The way on for a file whose content stands nowhere else."""
LOST = "it is lost"
"""The reason for a file that is not there, although what is there says that it was written."""


class Damaged(UserError):
    """A file of a run directory is lost, cannot be read, or holds something else; ``cure`` says what to do."""

    def __init__(self, path: Path, reason: str, cure: str = REPAIR) -> None:
        super().__init__(f"{path} is damaged ({reason}): {cure}.")
        self.path, self.reason, self.cure = path, reason, cure

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with what it was made from."""
        return type(self), (self.path, self.reason, self.cure)


class DamagedShard(Damaged):
    """A shard of the store cannot be read, so its unit must be evaluated again."""

    def __init__(
        self, path: Path, reason: str, cure: str = "`landsweep run STUDY --repair` evaluates its unit again"
    ) -> None:
        super().__init__(path, reason, cure)


@contextmanager
def reading(path: Path, cure: str = REPAIR) -> Iterator[None]:
    """Turn whatever the block raises, which decodes the file at ``path``, into :class:`Damaged`.

    Decoders raise what they like on damaged bytes. A file that may not be read, or a disk that fails, is no damage.
    """
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError as error:
        raise Damaged(path, LOST, cure) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Damaged(path, _reason(error), cure) from error
    except Exception as error:
        raise Damaged(path, _reason(error), cure) from error


def _reason(error: Exception) -> str:
    """Return why a file is no good: messages of decoders tell of offsets, or guess at what the file may be instead."""
    return f"it lacks {error}" if isinstance(error, KeyError) else f"it cannot be read: {type(error).__name__}"


class ProblemError(Exception):
    """The user's problem raised an error; the member or model is marked as failed, and the sweep continues."""


class ProblemChanged(UserError):
    """The user's problem is no longer the one that a session, or a process, began with."""


@contextmanager
def users_code() -> Iterator[None]:
    """Turn any error in the block, which runs the user's code, into :class:`ProblemError`; others are our own fault.

    Neither a damaged file of the run nor an edited problem is a failure of the model or member in hand.
    """
    try:
        yield
    except (ProblemError, Damaged, ProblemChanged):
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
