"""Surfaces of tomgoldstein/loss-landscape (Li et al. 2018): HDF5 files that ``plot_surface.py`` writes.

Its losses are stored with the shape (x, y), but the program fills them in the order of rows of y: point number i has
the coordinates ``x[i % len(x)]`` and ``y[i // len(x)]``. Where both axes have as many points, this is the shape (y, x).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.disk.fields.packed import Packing
from landsweep.disk.fields.stored import Field, readable
from landsweep.exchange.layout import listed

SUFFIXES = (".h5", ".hdf5")
LOSS = "train_loss"
UNDONE = -1.0
"""What the program leaves where it has not evaluated a point."""


@dataclass(frozen=True)
class Surface:
    """The fields of a surface by their names, ``loss`` first, its coordinates, and what is good to know."""

    fields: Mapping[str, Field]
    coordinates: tuple[np.ndarray, ...]
    notes: tuple[str, ...]


def open_surface(path: Path, array: str | None, fill_values: Sequence[str]) -> Surface:
    """Read a surface; ``array`` names the loss, by default ``train_loss``.

    Axis 0 of the fields that are returned is x, axis 1 is y, if there is one.

    Raises
    ------
    UserError
        Where it is none, or points of it were never evaluated.
    """
    if find_spec("h5py") is None:
        raise UserError(
            f"{path} is an HDF5 file, which needs h5py, not installed here: pip install 'landsweep[netcdf]'."
        )
    data = readable(path, lambda: _read(path))
    loss = array or LOSS
    if "xcoordinates" not in data:
        raise UserError(
            f"{path} holds {listed(data)} but no xcoordinates, expected a surface of "
            "plot_surface.py, not its directions: its name ends in .h5_[-1.0,1.0,51]x[-1.0,1.0,51].h5 or the like."
        )
    if loss not in data:
        names = [name for name in data if not name.endswith("coordinates")]
        what = f"--array is {array!r}" if array else f"there is no {LOSS}"
        raise UserError(
            f"{path} holds {listed(names)} and {what}: name the loss with --array{nearest(loss, names) or '.'}"
        )
    axes = [data[name].reshape(-1).astype(np.float64) for name in ("xcoordinates", "ycoordinates") if name in data]
    counts = tuple(len(axis) for axis in axes)
    if data[loss].shape not in (counts, counts[::-1]):
        raise UserError(
            f"{path}: {loss} has shape {data[loss].shape}, expected {counts}, as many points as coordinates."
        )
    names = [
        loss,
        *(n for n, a in data.items() if n != loss and a.shape == data[loss].shape and not n.endswith("coordinates")),
    ]
    _check_done(path, data, loss, fill_values)
    notes = []
    if len(set(counts)) > 1:
        x, y = counts
        notes.append(
            f"its shape {data[loss].shape} is taken as {y} rows of y with {x} points each, the order in which "
            "plot_surface.py fills it"
        )
    fields = {}
    for name in names:
        values = data[name].reshape(counts[::-1]).T
        packing = Packing.of(values.dtype, {}, fill_values)
        fields["loss" if name == loss else name] = _field(
            f"{path.name}:{name}", packing.values(values) if packing else values
        )
    return Surface(fields, tuple(axes), tuple(notes))


def _field(name: str, values: np.ndarray) -> Field:
    return Field(name, values.shape, values.dtype, lambda box: values[box])


def _read(path: Path) -> dict[str, np.ndarray]:
    """Return every array of numbers at the top of the file."""
    import h5py

    with h5py.File(path, "r") as file:
        found: dict[str, Any] = {name: file[name] for name in file}
        sets = {n: d for n, d in found.items() if isinstance(d, h5py.Dataset) and d.dtype.kind in "biuf"}
        return {n: np.asarray(d[()]) for n, d in sets.items()}


def _check_done(path: Path, data: Mapping[str, np.ndarray], loss: str, fill_values: Sequence[str]) -> None:
    undone = data[loss] == UNDONE
    accuracy = data.get(loss.replace("loss", "acc"))
    if accuracy is not None and accuracy.shape == undone.shape and accuracy is not data[loss]:
        undone &= accuracy == UNDONE
    if undone.any() and not any(float(text) == UNDONE for text in fill_values if _is_number(text)):
        raise UserError(
            f"{path}: {int(undone.sum())} of {undone.size} points of {loss} are -1, which plot_surface.py leaves where "
            "it has not been, expected a finished surface: let it finish, or add --fill-value=-1 to take them as not "
            "finite."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
