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
class Stored:
    """An array as a file stores it.

    Parameters
    ----------
    name, shape, dtype, read
        The name to print; the shape; the dtype as it is stored; the function that reads a box as it is stored.
    attributes
        The attributes of the CF conventions that say what the stored numbers stand for.
    notes
        Sentences about the array for whoever reads it.
    mask
        A sentence that says where the attribute ``_FillValue`` comes from, if not from the attributes of the file.
    suspects
        Stored numbers that may stand for missing points although no attribute says so, and what each of them is.
    unwritten
        A function that looks for parts that were never written or are lost, and returns a sentence about them.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Read
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    mask: str = ""
    suspects: tuple[tuple[Any, str], ...] = ()
    unwritten: Callable[[], str] = str


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
