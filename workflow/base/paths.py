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


def check_folder(option: str, out: Path) -> None:
    """Check that the folder of a file that an option names is there, before anything is computed.

    Raises
    ------
    UserError
        Where there is no such folder: a name that was mistyped makes none.
    """
    if not out.parent.is_dir():
        raise UserError(f"{option} is {out}, but {out.parent} is no folder, expected one that exists: make it first.")
