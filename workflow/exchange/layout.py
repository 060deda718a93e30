"""Which arrays a file holds, and the coordinates along their axes where the format has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.fields import netcdf, vtk
from landsweep.disk.fields.opening import open_field
from landsweep.disk.fields.stored import readable

SHOWN = 8
"""So many names of what a file holds are shown."""


@dataclass(frozen=True)
class Layout:
    """The arrays of a file.

    Parameters
    ----------
    arrays
        The name of each array, with what arrays over the same points have in common: their dimensions and shape.
    dims
        The names of each array's dimensions; empty where the format has none.
    axes
        The coordinates along the axes of each array, where the format has them without arrays of their own.
    x_first
        Whether the axes are z, y, x, with x the first direction.
    """

    arrays: Mapping[str, Any]
    dims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    axes: Mapping[str, tuple[np.ndarray, ...]] = field(default_factory=dict)
    x_first: bool = False

    @property
    def names(self) -> list[str]:
        """The arrays that are no coordinates."""
        return [name for name in self.arrays if self.dims.get(name) != (name.rpartition("/")[2],)]

    @property
    def only(self) -> str | None:
        """The only array that is no coordinate, if there is one."""
        return self.names[0] if len(self.names) == 1 else None

    def coordinates(self, path: Path, name: str | None) -> tuple[np.ndarray, ...] | None:
        """Return the coordinates along each axis of an array, None where one axis has none."""
        if name is None or name not in self.dims:
            return self.axes.get(name or "")
        group = name.rpartition("/")[0]
        found = [f"{group}/{dim}".lstrip("/") for dim in self.dims[name]]
        if any(self.dims.get(axis) != (axis.rpartition("/")[2],) for axis in found):
            return None
        return tuple(_whole(path, axis) for axis in found)


def listed(names: Collection[str]) -> str:
    """Return the first names, and how many more there are."""
    first, more = ", ".join(list(names)[:SHOWN]), len(names) - SHOWN
    return (first + (f" and {more} more" if more > 0 else "")) or "nothing"


def _whole(path: Path, name: str) -> np.ndarray:
    axis = open_field(path, name)
    return np.asarray(np.ma.filled(axis.read((slice(0, axis.shape[0]),)).astype(np.float64), np.nan))


def layout_of(path: Path) -> Layout:
    """Return the arrays of a file that ``open_field`` reads; none where it says itself what is wrong."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return (
            readable(path, lambda: _of_zarr(path))
            if (path / "zarr.json").exists() or (path / ".zgroup").exists()
            else Layout({})
        )
    if not path.is_file():
        return Layout({})
    if suffix == ".npz":
        return Layout(readable(path, lambda: _of_npz(path)))
    if suffix in netcdf.SUFFIXES:
        open_field_library(path)
        found = readable(path, lambda: netcdf.variables(path))
        return Layout({n: v[:2] for n, v in found.items()}, {n: tuple(v[0]) for n, v in found.items()})
    if suffix == vtk.SUFFIX:
        open_field_library(path)
        return readable(path, lambda: _of_vtk(path))
    return Layout({})


def open_field_library(path: Path) -> None:
    """Raise UserError where the library that reads a file is not installed, or the file is cut."""
    try:
        open_field(path)
    except UserError as error:
        if "--array" not in str(error):  # several arrays: one is chosen later
            raise


def _of_npz(path: Path) -> dict[str, tuple[int, ...]]:
    with np.load(path, allow_pickle=False) as data:
        return {name: _shape(data, name) for name in data.files}


def _shape(data: Any, name: str) -> tuple[int, ...]:
    """Return the shape that an array's header says, so that none is read twice."""
    with data.zip.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        return tuple(read(file)[0])


def _of_zarr(path: Path) -> Layout:
    import zarr

    found = zarr.open(path, mode="r")
    if isinstance(found, zarr.Array):
        return Layout({})
    arrays = {n: a for n, a in found.members(max_depth=None) if isinstance(a, zarr.Array)}
    arrays = {n: a for n, a in arrays.items() if a.ndim and a.dtype.kind in "biuf"}
    dims = {}
    for name, array in arrays.items():
        metadata: Any = array.metadata
        named: Any = metadata.dimension_names
        if metadata.zarr_format == 2:
            named = array.attrs.get("_ARRAY_DIMENSIONS")
        if named is not None and all(isinstance(n, str) for n in named):
            dims[name] = tuple(named)
    return Layout({n: (dims.get(n), a.shape) for n, a in arrays.items()}, dims)


def _of_vtk(path: Path) -> Layout:
    _, found = vtk.arrays(path)
    axes = {where: vtk.geometry(path, where) for where in {kind[0] for kind in found.values()}}
    return Layout(
        {name: kind[:2] for name, kind in found.items()},
        axes={n: axes[kind[0]] for n, kind in found.items()},
        x_first=True,
    )
