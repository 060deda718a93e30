"""NetCDF files, by whichever library xarray finds for them."""

from __future__ import annotations

from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.fields.stored import Stored, choose, readable
from landsweep.kernels.geometry.blocks import Box

if TYPE_CHECKING:
    import xarray as xr

SUFFIXES = (".nc", ".nc4", ".netcdf", ".cdf")
RAW: dict[str, Any] = {
    "mask_and_scale": False,
    "decode_times": False,
    "decode_timedelta": False,
    "decode_coords": False,
    "concat_characters": False,
    "chunks": None,
    "cache": False,
}
"""Everything as it is stored; ``decode_cf=False`` would say so as well, but ``xarray.open_groups`` does not heed it."""
NEEDED = {
    b"\x89HDF": ("NetCDF-4", ("h5netcdf", "netCDF4"), "landsweep[netcdf]"),
    b"CDF\x05": ("CDF-5", ("netCDF4",), "netCDF4"),
}
"""The keys are first bytes, the values name the format, the libraries that read it, and what to install for one."""
DEFAULTS = {
    "i2": -32767,
    "u2": 65535,
    "i4": -2147483647,
    "u4": 4294967295,
    "i8": -9223372036854775806,
    "u8": 18446744073709551614,
    "f4": 9.969209968386869e36,
    "f8": 9.969209968386869e36,
}
"""What the NetCDF library leaves where nothing was written; bytes have none that could not be meant."""


def open_netcdf(path: Path, array: str | None) -> Stored:
    """Open a variable of a NetCDF file; each block is read from the file anew, so nothing stays open."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in NEEDED:
        name, libraries, install = NEEDED[magic]
        if not any(find_spec(library) for library in libraries):
            raise UserError(
                f"{path} is a {name} file, which needs {' or '.join(libraries)}, not installed here: "
                f"pip install '{install}'."
            )
    found = readable(path, lambda: variables(path))
    name = choose(path, found, array, (n for n, v in found.items() if v[0] == (n.rpartition("/")[2],)))
    _, shape, dtype, attributes = found[name]
    group, _, variable = name.rpartition("/")

    def read(box: Box) -> np.ndarray:
        return readable(path, lambda: _read(path, group, variable, box))

    default = DEFAULTS.get(dtype.str[1:])
    return Stored(
        f"{path.name}:{name}",
        shape,
        dtype.newbyteorder("="),
        read,
        attributes=attributes,
        suspects=() if default is None else ((default, "what NetCDF leaves where nothing was written"),),
    )


def _open(path: Path, group: str = "") -> xr.Dataset:
    import xarray as xr

    return xr.open_dataset(path, group=group or None, **RAW)


def _read(path: Path, group: str, variable: str, box: Box) -> np.ndarray:
    with _open(path, group) as dataset:
        return np.array(dataset.variables[variable][box].values)  # a copy: the file is closed


def variables(path: Path) -> dict[str, tuple[Any, ...]]:
    """Return dimensions, shape, dtype and attributes of each variable of numbers, also of those in groups."""
    import xarray as xr

    with path.open("rb") as file:
        hierarchical = file.read(4) == b"\x89HDF"
    with ExitStack() as opened:
        groups = {"/": opened.enter_context(_open(path))}
        if hierarchical:
            for group, dataset in xr.open_groups(path, **RAW).items():
                groups[group] = opened.enter_context(dataset)
        return {
            f"{group.strip('/')}/{name}".lstrip("/"): (v.dims, v.shape, v.dtype, dict(v.attrs))
            for group, dataset in groups.items()
            for name, v in dataset.variables.items()
            if v.dtype.kind in "biuf" and v.ndim
        }
