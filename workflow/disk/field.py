"""Arrays in files as fields that can be read box by box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.kernels.geometry.blocks import Read


@dataclass(frozen=True)
class Field:
    """An array that can be read box by box."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Read


def open_field(path: Path, array: str | None = None) -> Field:
    """Open an array without reading its values; only an ``.npz`` is read whole.

    Raises
    ------
    UserError
        Where there is no such file, or no such array in it.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist, expected an .npy, .npz or .zarr file.")
    if path.is_file():
        if path.suffix.lower() not in (".npy", ".npz"):
            raise UserError(f"{path} is of no known kind, expected an .npy, .npz or .zarr file.")
        data = _readable(path, lambda: np.load(path, mmap_mode="r", allow_pickle=False))
        if isinstance(data, np.ndarray):
            _alone(path, array)
            return Field(path.name, data.shape, data.dtype, lambda box: _readable(path, lambda: np.array(data[box])))
        with data as arrays:
            name = _choose(path, arrays.files, array)
            whole = _readable(path, lambda: arrays[name])
        return Field(f"{path.name}:{name}", whole.shape, whole.dtype, lambda box: whole[box])
    if any((path / name).exists() for name in ("zarr.json", ".zarray", ".zgroup")):
        return _open_zarr(path, array)
    raise UserError(f"{path} is of no known kind, expected an .npy, .npz or .zarr file.")


def _readable(path: Path, load: Callable[[], Any]) -> Any:
    """Call ``load``; an error that NumPy, Zarr or a codec raises for the file becomes a UserError with a sentence."""
    try:
        return load()
    except Exception as error:
        reason = "it holds Python objects" if "pickle" in str(error) else str(error).strip().partition("\n")[0]
        raise UserError(
            f"{path} cannot be read ({reason or type(error).__name__}), expected an array of numbers."
        ) from error


def _alone(path: Path, array: str | None) -> None:
    if array is not None:
        raise UserError(f"--array is {array!r}, but {path} holds one array without a name: leave it out.")


def _choose(path: Path, names: list[str], wanted: str | None) -> str:
    if not names:
        raise UserError(f"{path} holds no array of numbers, expected at least one.")
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        got = "no --array was given" if wanted is None else f"it has no array {wanted!r}"
        hint = nearest(wanted, names) if wanted else ""
        raise UserError(f"{path} holds {', '.join(sorted(names))} and {got}: name one with --array{hint or '.'}")
    return wanted


def _open_zarr(path: Path, array: str | None) -> Field:
    import zarr

    found, name = _readable(path, lambda: zarr.open(path, mode="r")), path.name
    if isinstance(found, zarr.Group):
        arrays = _readable(path, lambda: dict(found.members(max_depth=None)))
        names = [n for n, a in arrays.items() if isinstance(a, zarr.Array) and a.ndim and a.dtype.kind in "biuf"]
        chosen = _choose(path, names, array)
        found, name = arrays[chosen], f"{name}:{chosen}"
    else:
        _alone(path, array)
    return Field(name, found.shape, found.dtype, lambda box: _readable(path, lambda: np.asarray(found[box])))
