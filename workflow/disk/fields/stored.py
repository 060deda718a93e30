"""An array as a file stores it, and what all formats have in common: choosing an array, damaged files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.kernels.geometry.blocks import Read


@dataclass(frozen=True)
class Field:
    """An array that can be read box by box.

    Parameters
    ----------
    name, shape, read
        The name to print; the shape; the function that reads the numbers of a box, NaN where they are missing.
    dtype
        The dtype as it is stored.
    notes
        Sentences that say what is done with the stored numbers.
    suspects
        Numbers that may stand for missing points although nothing says so, each with a sentence about it.
    unwritten
        A function that looks for parts that were never written or are lost, and returns a sentence about them.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Read
    notes: tuple[str, ...] = ()
    suspects: tuple[tuple[Any, str], ...] = ()
    unwritten: Callable[[], str] = str


@dataclass(frozen=True)
class Stored(Field):
    """An array as a file stores it: ``read`` returns stored numbers, and ``suspects`` are such.

    Parameters
    ----------
    attributes
        The attributes of the CF conventions that say what the stored numbers stand for.
    mask
        A sentence that says where the attribute ``_FillValue`` comes from, if not from the attributes of the file.
    """

    attributes: Mapping[str, Any] = field(default_factory=dict)
    mask: str = ""


def readable(path: Path, load: Callable[[], Any]) -> Any:
    """Call ``load``; an error that a library or a codec raises for the file becomes a UserError with a sentence."""
    try:
        return load()
    except UserError:
        raise
    except Exception as error:
        reason = "it holds Python objects" if "pickle" in str(error) else str(error).strip().partition("\n")[0]
        raise UserError(
            f"{path} cannot be read ({reason or type(error).__name__}), expected an array of numbers."
        ) from error


def alone(path: Path, array: str | None) -> None:
    """Raise UserError where an array is named in a file that holds a single one without a name."""
    if array is not None:
        raise UserError(f"--array is {array!r}, but {path} holds one array without a name: leave it out.")


def choose(path: Path, names: Iterable[str], wanted: str | None, coordinates: Iterable[str] = ()) -> str:
    """Return the name of the array that is meant: the one that is wanted, else the only one that is no coordinate.

    Raises
    ------
    UserError
        Where there is none, or more than one.
    """
    known, axes = list(names), set(coordinates)
    fields = [name for name in known if name not in axes] or known
    if not known:
        raise UserError(f"{path} holds no array of numbers, expected at least one.")
    if wanted is None and len(fields) == 1:
        return fields[0]
    if wanted not in known:
        got = "no --array was given" if wanted is None else f"it has no array {wanted!r}"
        hint = nearest(wanted, known) if wanted else ""
        raise UserError(f"{path} holds {', '.join(sorted(fields))} and {got}: name one with --array{hint or '.'}")
    return wanted
