"""Paths that users give: files to write, and paths in commands that a message suggests."""

from __future__ import annotations

import shlex
from pathlib import Path

from landsweep.base.errors import UserError


def in_command(path: Path | str) -> str:
    """Return a path as it is typed in a shell, with quotes where it needs them.

    Examples
    --------
    >>> in_command("runs/demo"), in_command("run half ü")
    ('runs/demo', "'run half ü'")
    """
    return shlex.quote(str(path))


def check_file(option: str, out: Path) -> None:
    """Check that a file that an option names can be made, before anything is computed.

    Raises
    ------
    UserError
        Where there is no such folder, as a name that was mistyped makes none, where the name is that of a folder, and
        where no file can have it.
    """
    try:
        folder = out.is_dir()
    except OSError as error:  # it is too long, or the folder may not be looked into
        raise UserError(f"{option} is {out}, expected the name of a file ({error.strerror}).") from None
    if folder:
        raise UserError(f"{option} is {out}, which is a folder, expected the name of a file.")
    if not out.parent.is_dir():
        raise UserError(f"{option} is {out}, but {out.parent} is no folder, expected one that exists: make it first.")
