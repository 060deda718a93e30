"""A landscape in a file of another tool: its fields, its coordinates, and what is good to know of the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.fields.opening import KINDS, open_field
from landsweep.disk.fields.stored import Field
from landsweep.exchange import goldstein
from landsweep.exchange.layout import Layout, layout_of, listed
from landsweep.kernels.geometry.blocks import Box
from landsweep.stages import reserved
from landsweep.study.study import ALPHA_FIELDS, HESSIAN_FIELDS, MAX_DIMS, names_field

LOSS = "loss"
LANDSCAPER = ("loss", "coordinates")
"""The arrays of Landscaper's file; axis i of the loss belongs to row i of the coordinates."""
FURTHER = "an .h5 file of tomgoldstein/loss-landscape"
"""What can be imported beside what :func:`open_field` reads."""
MARK = "landsweep"
"""Such a file has this array as well where landsweep has written it, with coordinates that are right."""
SEARCHED = 1 << 24
"""Fields of at most so many points are searched for numbers that may stand for missing points."""


@dataclass(frozen=True)
class FileLandscape:
    """A landscape in a file; values are read when they are asked for.

    Parameters
    ----------
    path
        The file.
    fields
        The fields by their names, ``loss`` first; all have the same shape.
    coordinates
        The ascending coordinates along each axis; None where the file has none.
    unit
        The unit of the coordinates, as of a subspace; ``imported`` where it is not known.
    notes
        Sentences on what is good to know of the file.
    """

    path: Path
    fields: Mapping[str, Field]
    coordinates: tuple[np.ndarray, ...] | None
    unit: Literal["multiple", "imported"] = "imported"
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of points along each axis."""
        return self.fields[LOSS].shape

    @property
    def dtype(self) -> Literal["float32", "float64"]:
        """The dtype that holds the values of all fields exactly."""
        one = tuple(slice(0, 1) for _ in self.shape)
        kinds = [np.asarray(field.read(one)).dtype for field in self.fields.values()]
        return "float32" if all(k.kind == "f" and k.itemsize <= 4 for k in kinds) else "float64"

    def read(self, name: str, box: Box) -> np.ndarray:
        """Return a box of a field; points that are masked are NaN.

        Raises
        ------
        UserError
            Where float64 would round a value.
        """
        values = self.fields[name].read(box)
        wanted = np.dtype(self.dtype)
        if values.dtype.kind == "f" or not values.size:
            return np.ma.filled(values, np.nan).astype(wanted)
        exact = np.ma.filled(values.astype(wanted), np.nan)
        limit = 2**53
        if (
            values.dtype.itemsize == 8
            and (np.ma.filled(values > limit, False) | np.ma.filled(values < -limit, False)).any()
        ):
            raise UserError(
                f"{self.path}: {name} has {values.dtype} numbers that float64 rounds, expected numbers up to 2^53."
            )
        return exact


def open_landscape(
    path: Path, array: str | None = None, fill_values: Sequence[str] = (), *, raw: bool = False
) -> FileLandscape:
    """Open a landscape without reading its values; small files are read whole.

    Parameters
    ----------
    path, array
        The file, and the name of the array that is the loss where the format does not say it.
    fill_values, raw
        As of :func:`landsweep.disk.fields.opening.open_field`.

    Raises
    ------
    UserError
        Where the file is none, or holds no landscape.
    """
    if path.suffix.lower() in goldstein.SUFFIXES and path.is_file():
        found = goldstein.open_surface(path, array, fill_values)
        fields, left = _further(found.fields)
        opened = FileLandscape(path, fields, found.coordinates, "multiple", (*found.notes, *left))
    else:
        try:
            opened = _general(path, array, fill_values, raw)
        except UserError as error:
            error.args = tuple(
                a.replace(KINDS, f"{KINDS}, or {FURTHER}") if isinstance(a, str) else a for a in error.args
            )
            raise
    for name, field in opened.fields.items():
        _check(path, name, field)
    for axis, coordinates in enumerate(opened.coordinates or ()):
        _check_coordinates(path, axis, coordinates, opened.shape[axis])
    return opened


def _general(path: Path, array: str | None, fill_values: Sequence[str], raw: bool) -> FileLandscape:
    """Open an array that ``landsweep tree`` reads as well, with its coordinates where the format has them."""
    layout = layout_of(path)
    name = array
    if name is None and LOSS in layout.arrays:
        name = LOSS
    of_landscaper = {*layout.arrays} - {MARK} == {*LANDSCAPER} and path.suffix.lower() == ".npz"
    field = open_field(path, name, fill_values, raw=raw)
    name = name or layout.only
    fields: dict[str, Field] = {LOSS: field}
    alike: list[str] = []
    if name == LOSS and not of_landscaper:
        alike = [n for n, a in layout.arrays.items() if n != LOSS and a == layout.arrays[LOSS]]
        fields |= {n: open_field(path, n, fill_values, raw=raw) for n in alike if n != "status"}
    fields, left = _further(fields)
    taken = {*fields, *alike, name, "status", *LANDSCAPER, MARK}
    if others := [n for n in layout.names if n not in taken]:
        left.append(f"{listed(others)} left out: only what has one number at each point of the loss becomes a field")
    notes = (*_told(field, layout), *_suspicions(field), *left)
    if of_landscaper:
        more = () if MARK in layout.arrays else _said(field.shape)
        return FileLandscape(path, fields, _of_landscaper(path, field.shape), "imported", (*notes, *more))
    _check_dims(path, layout, name)
    coordinates = layout.coordinates(path, name)
    return FileLandscape(path, _turned(fields) if layout.x_first else fields, coordinates, "imported", notes)


def _told(field: Field, layout: Layout) -> list[str]:
    """Return what is done with the stored numbers; that VTK stores x fastest is of no concern here."""
    cells = ["values are those of cells"] * any("of cells" in note for note in field.notes)
    return cells if layout.x_first else list(field.notes)


def _suspicions(field: Field) -> list[str]:
    """Return sentences on numbers that may stand for missing points, and on parts that are not stored."""
    found = [text] if (text := field.unwritten()) else []
    if field.suspects and int(np.prod(field.shape)) <= SEARCHED:
        values = field.read(tuple(slice(0, n) for n in field.shape))
        found += [
            f"{(values == value).sum()} points hold {text}" for value, text in field.suspects if (values == value).any()
        ]
    return found


def _further(fields: Mapping[str, Field]) -> tuple[dict[str, Field], list[str]]:
    """Return the fields that a study can have, and a sentence about the others."""
    taken = {*reserved(), *HESSIAN_FIELDS, *ALPHA_FIELDS, "file"}
    able = {n: f for n, f in fields.items() if n == LOSS or (names_field(n) and n not in taken)}
    left = [n for n in fields if n not in able]
    return able, [f"{', '.join(left)} left out: a run stores numbers of its own under such names"] if left else []


def _turned(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return fields with their axes in the opposite order: VTK stores x fastest, and x is the first direction."""

    def turned(field: Field) -> Field:
        def read(box: Box) -> np.ndarray:
            return field.read(tuple(reversed(box))).T

        return Field(field.name, field.shape[::-1], field.dtype, read, field.notes, field.suspects, field.unwritten)

    return {name: turned(field) for name, field in fields.items()}


def _check(path: Path, name: str, field: Field) -> None:
    if field.dtype.kind not in "biuf" or (field.dtype.kind == "f" and field.dtype.itemsize > 8):
        raise UserError(f"{path}: {name} holds {field.dtype} numbers, expected real ones that float64 holds.")
    if not 1 <= len(field.shape) <= MAX_DIMS:
        raise UserError(f"{path}: {name} has {len(field.shape)} axes, expected a landscape of 1 to {MAX_DIMS}.")
    if 0 in field.shape:
        raise UserError(f"{path}: {name} has shape {field.shape}, expected at least one point.")


def _check_coordinates(path: Path, axis: int, coordinates: np.ndarray, n: int) -> None:
    if coordinates.shape != (n,):
        raise UserError(
            f"{path}: axis {axis} has {coordinates.size} coordinates, expected {n}, one for each of its points."
        )
    if not np.isfinite(coordinates).all() or (np.diff(coordinates) <= 0).any():
        raise UserError(
            f"{path}: the coordinates along axis {axis} do not ascend, expected ascending finite numbers: turn the "
            "axis round, with its values, and write the file again."
        )


def _check_dims(path: Path, layout: Layout, name: str | None) -> None:
    """Refuse the hypercube of a whole run: its sweep axes are no directions."""
    dims = (layout.dims or {}).get(name or "") or ()
    swept = [d for d in dims if not d.startswith("alpha_")]
    if swept and len(swept) < len(dims):
        raise UserError(
            f"{path} holds many landscapes, over {', '.join(swept)}, expected one: `landsweep export RUN --at "
            "AXIS=VALUE --out ONE.nc` writes one of them."
        )


def _of_landscaper(path: Path, shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Return the coordinates of Landscaper's file, whose axes all have the same number of points."""
    rows = open_field(path, "coordinates")
    wanted = (len(shape), shape[0] if shape else 0)
    if len(set(shape)) > 1 or rows.shape != wanted:
        raise UserError(
            f"{path}: loss has shape {shape} and coordinates {rows.shape}, expected coordinates of shape {wanted}, a "
            "row of as many numbers for each axis of loss, as Landscaper writes them."
        )
    return tuple(np.asarray(rows.read((slice(0, wanted[0]), slice(0, wanted[1]))), np.float64))


def _said(shape: tuple[int, ...]) -> tuple[str, ...]:
    steps = shape[0]
    middle = "" if steps % 2 else ", and the weights themselves lie one half step above the middle"
    return (
        f"Landscaper's coordinates are too wide: the points that it evaluates lie at {steps - 1}/{steps} of "
        f"them{middle}; they are kept as they are in the file",
        "Landscaper puts noise on its greatest losses, and the mean or an extreme in place of losses not finite",
    )
