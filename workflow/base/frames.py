"""Which code is the user's own, and the line of it at which an error was raised."""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from landsweep import kernels

INSTALLED = ("site-packages", "dist-packages")
_OWN = (Path(__file__).resolve().parents[1], Path(str(kernels.__file__)).resolve().parent)
_STANDARD = tuple({Path(sysconfig.get_path(key)).resolve() for key in ("stdlib", "platstdlib")})


def is_users(file: str, root: Path | None = None) -> bool:
    """Return whether a file is the user's: not Python's, not installed, and of ours only the ready problems.

    A problem may be installed, or lie beside Python's own files: what lies under its folder ``root``, a resolved path,
    is the user's unless it is installed within it.
    """
    if file.startswith("<"):
        return False
    path = Path(file).resolve()
    for own in filter(path.is_relative_to, _OWN):
        return path.relative_to(own).parts[0] == "jobs"
    within = root is not None and path.is_relative_to(root)
    for standard in filter(path.is_relative_to, _STANDARD):
        if not (within and root is not None and root.is_relative_to(standard)):
            return False
    parts = path.relative_to(root).parts if within and root is not None else path.parts
    return not any(part in INSTALLED for part in parts)


def in_users_call(error: BaseException) -> bool:
    """Return whether an error was raised in a call of the user's code, and not by ours that it called."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    ours = [not is_users(file) and any(map(Path(file).resolve().is_relative_to, _OWN)) for file in files[-1:]]
    return any(map(is_users, files)) and not any(ours)


def users_line(error: BaseException) -> str:
    """Return ``FILE:LINE`` of the innermost frame in the user's code, or an empty string where there is none.

    Errors that another one was raised from count as well, the first cause last.
    """
    found, seen = "", set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__) if is_users(f.filename)]
        if isinstance(error, SyntaxError) and error.filename and is_users(error.filename):
            lines.append(f"{error.filename}:{error.lineno}")
        found = lines[-1] if lines else found
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return found


def line_of(method: Callable[..., Any]) -> str:
    """Return ``FILE:LINE`` at which a method is defined, or an empty string where that is not known."""
    code = getattr(inspect.unwrap(getattr(method, "__func__", method)), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None and is_users(code.co_filename) else ""


def told(error: BaseException) -> str:
    r"""Return an error in one line: its type and the first line of its text.

    Examples
    --------
    >>> from landsweep.base.frames import told
    >>> told(ValueError("no such thing\nand more"))
    'ValueError: no such thing'
    """
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0].rstrip('.')}" if text else type(error).__name__
