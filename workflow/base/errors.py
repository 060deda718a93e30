"""The errors that can end a run, and its exit statuses."""

from __future__ import annotations

import errno
import io
import re
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


IN_PYTHON = (
    (re.compile(r"--out\b"), "out=PATH"),
    (re.compile(r"--max-failures (\d+)"), r"max_failures=\1"),
    (re.compile(r"--retry-failed\b"), "retry_failed=True"),
    (re.compile(r"--allow-mixed\b"), "allow_mixed=True"),
    (re.compile(r"--accept-changed-problem\b"), "accept_changed_problem=True"),
    (re.compile(r"--(repair|redo)\b"), r"\1=True"),
    (re.compile(r"--set ([\w.]+=\S*?)(?=[.,;:]?(?:\s|$))"), r'set=["\1"]'),
    (re.compile(r"--set\b"), "set"),
)
"""Options of ``landsweep run`` and what each of them is as an argument of :func:`landsweep.run`."""


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
        other = other if elsewhere else "change its permissions or use another"
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
            f"Cannot write {error.filename or 'a file'} ({error.strerror}): expected a writable directory, change its "
            "permissions or use another."
        ) from error


def in_python(text: str) -> str:
    """Return a sentence in which options of ``landsweep run`` are the arguments of :func:`landsweep.run`.

    Commands, which stand in backticks, stay as they are.

    Examples
    --------
    >>> from landsweep.base.errors import in_python
    >>> in_python("add --redo, or name another run directory with --out; `landsweep run STUDY --repair` helps.")
    'add redo=True, or name another run directory with out=PATH; `landsweep run STUDY --repair` helps.'
    >>> in_python("expected KEY=VALUE such as --set grid.points=21.")
    'expected KEY=VALUE such as set=["grid.points=21"].'
    """
    parts = text.split("`")
    for k in range(0, len(parts), 2):
        for pattern, words in IN_PYTHON:
            parts[k] = pattern.sub(words, parts[k])
    return "`".join(parts)


@contextmanager
def said_in_python() -> Iterator[None]:
    """Let errors of the block name arguments of :func:`landsweep.run` instead of the command line's options."""
    try:
        yield
    except (UserError, TooManyFailures) as error:
        error.args = tuple(in_python(a) if isinstance(a, str) else a for a in error.args)
        raise
