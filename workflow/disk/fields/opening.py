"""Opening a file as a field: which format it is, and from what is stored to numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.fields import netcdf, vtk
from landsweep.disk.fields.packed import VALID, Packing, decoded_fill
from landsweep.disk.fields.stored import Field, Stored, alone, choose, readable

KINDS = "expected an .npy, .npz, .zarr, .nc (NetCDF) or .vti (VTK image) file"


def open_field(path: Path, array: str | None = None, fill_values: Sequence[str] = (), *, raw: bool = False) -> Field:
    """Open an array without reading its values; only an ``.npz`` is read whole.

    Parameters
    ----------
    path, array
        The file, and the name of the array in it where it holds more than one.
    fill_values
        Stored numbers that stand for missing points, beside those that the file's attributes name.
    raw
        Whether to take stored numbers as they are, whatever attributes say.

    Raises
    ------
    UserError
        Where there is no such file, or no such array in it, or a library that reads it is not installed.
    """
    stored = _open(path, array)
    packing = Packing.of(stored.dtype, {} if raw else stored.attributes, fill_values)
    try:
        packing.decoded(np.empty((0,), stored.dtype))
    except Exception as error:  # xarray raises what it likes
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise UserError(
            f"{path} has attributes {', '.join(packing.attributes)} that cannot be applied ({reason}), "
            "expected those of the CF conventions: add --raw to take the stored numbers as they are."
        ) from error
    ignored = [f"{name} {_shown(stored.attributes[name])}" for name in VALID if name in stored.attributes and not raw]
    notes = [*stored.notes, "" if raw else stored.mask, packing.text()]
    if ignored:
        notes.append(f"{' and '.join(ignored)} not applied, as by xarray")
    return Field(
        stored.name,
        stored.shape,
        stored.dtype.newbyteorder("="),
        (lambda box: packing.values(stored.read(box))) if packing else stored.read,
        tuple(note for note in notes if note),
        tuple(
            (
                float(packing.decoded(np.array([code], stored.dtype))[0]),
                f"{what}: add --fill-value {code} if it is no value",
            )
            for code, what in stored.suspects
        ),
        stored.unwritten,
    )


def _shown(value: Any) -> str:
    return " to ".join(str(n) for n in np.ravel(value).tolist())


def _open(path: Path, array: str | None) -> Stored:
    if not path.exists():
        raise UserError(f"{path} does not exist, {KINDS}.")
    suffix = path.suffix.lower()
    if path.is_file():
        if suffix in (".npy", ".npz"):
            return _open_numpy(path, array)
        if suffix in netcdf.SUFFIXES:
            return netcdf.open_netcdf(path, array)
        if suffix == vtk.SUFFIX:
            return vtk.open_vtk(path, array)
    elif any((path / name).exists() for name in ("zarr.json", ".zarray", ".zgroup")):
        return _open_zarr(path, array)
    raise UserError(f"{path} is of no known kind, {KINDS}.")


def _open_numpy(path: Path, array: str | None) -> Stored:
    data = readable(path, lambda: np.load(path, mmap_mode="r", allow_pickle=False))
    if isinstance(data, np.ndarray):
        alone(path, array)
        return Stored(path.name, data.shape, data.dtype, lambda box: readable(path, lambda: np.array(data[box])))
    with data as arrays:
        name = choose(path, arrays.files, array)
        whole = readable(path, lambda: arrays[name])
    return Stored(f"{path.name}:{name}", whole.shape, whole.dtype, lambda box: whole[box])


def _open_zarr(path: Path, array: str | None) -> Stored:
    import zarr

    found, name = readable(path, lambda: zarr.open(path, mode="r")), path.name
    if isinstance(found, zarr.Group):
        members = readable(path, lambda: dict(found.members(max_depth=None)))
        arrays = {n: a for n, a in members.items() if isinstance(a, zarr.Array) and a.ndim and a.dtype.kind in "biuf"}
        chosen = choose(path, arrays, array, (n for n, a in arrays.items() if _dims(a) == (n.rpartition("/")[2],)))
        found, name = arrays[chosen], f"{name}:{chosen}"
    else:
        alone(path, array)
    return Stored(
        name,
        found.shape,
        found.dtype,
        lambda box: readable(path, lambda: np.asarray(found[box])),
        unwritten=lambda: _unwritten(found),
        **_zarr_attributes(found),
    )


def _unwritten(array: Any) -> str:
    """Return how many chunks have no file: those that are lost, and those of fill values alone, which need none."""
    missing = array.nchunks - array.nchunks_initialized
    return (
        f"{missing} of {array.nchunks} chunks are not stored: their points hold {array.fill_value}" if missing else ""
    )


def _dims(array: Any) -> tuple[str, ...] | None:
    """Return the names of the dimensions as xarray finds them; None where it does not."""
    names = array.metadata.dimension_names if array.metadata.zarr_format == 3 else array.attrs.get("_ARRAY_DIMENSIONS")
    return None if names is None else tuple(names)


def _zarr_attributes(array: Any) -> dict[str, Any]:
    """Return what :class:`Stored` has of a Zarr array's attributes; ``_FillValue`` is as ``xarray.open_zarr`` takes it.

    In Zarr 2, xarray writes ``_FillValue`` as the array's ``fill_value`` and reads it back from there. In Zarr 3, and
    in arrays that are not xarray's, ``fill_value`` is only what chunks hold that were never written.
    """
    attributes, fill = dict(array.attrs), array.fill_value
    number = None if fill is None or array.dtype.kind not in "iuf" else np.asarray(fill, array.dtype)[()]
    if array.metadata.zarr_format == 2 and (
        _dims(array) is not None or any(k.lower().startswith("_nc") for k in attributes)
    ):
        if number is None:
            return {"attributes": attributes}
        note = "_FillValue is the fill_value of Zarr 2, as xarray takes it (--raw: it is a number)"
        return {"attributes": {**attributes, "_FillValue": number}, "mask": note if np.isfinite(number) else ""}
    if "_FillValue" in attributes:
        attributes["_FillValue"] = decoded_fill(attributes["_FillValue"], array.dtype)
    if number is None or not np.isfinite(number) or number == 0:
        return {"attributes": attributes}
    return {"attributes": attributes, "suspects": ((number.item(), "Zarr's fill_value"),)}
