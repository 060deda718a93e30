"""What is in a checkpoint, whatever its format: tensors by dotted names, found by content, not by the name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import UserError
from landsweep.disk.checkpoints import inert, places, stored, torchfile
from landsweep.disk.checkpoints.stored import Stored
from landsweep.disk.checkpoints.torchfile import Tree
from landsweep.disk.weights import PAIRS
from safetensors import safe_open
from torch import Tensor

EXPORTED = ("serialized_state_dict.pt", "serialized_state_dict.json")
"""The weights have one of these names in what ``torch.export.save`` of torch before 2.8 writes."""
HDF5 = b"\x89HDF\r\n\x1a\n"
"""Files of Keras begin with these bytes."""


def read(path: Path) -> Tree:
    """Return the tensors of a checkpoint by dotted names, the numbers not yet read, or the class of what is no tensor.

    Raises
    ------
    UserError
        Where the file is missing, is no checkpoint, or has none of the formats that are read.
    """
    with _safely(path):
        files = places.files(path)
        if path.is_dir() and files[0].name == places.METADATA:
            found = _distributed(path)
        else:
            found = {}
            for file in files:
                if file.suffix != ".json":
                    found |= _file(file)
    guarded = {n: v if isinstance(v, str) else replace(v, load=partial(_load, path, v)) for n, v in found.items()}
    return {inert.shown(name): entry for name, entry in guarded.items()}


def _load(path: Path, entry: Stored) -> Tensor:
    with _safely(path):
        return entry.load()


@contextmanager
def _safely(path: Path) -> Iterator[None]:
    """Turn whatever decoders raise into one sentence: they raise what they like on what they do not know."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(
            f"{error.filename or path} does not exist, expected a checkpoint (.safetensors or .pt)."
        ) from None
    except UserError:
        raise
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise UserError(
            f"{path} is no checkpoint that can be read safely ({first}): expected .safetensors, or a state_dict saved "
            "with torch.save."
        ) from None


def _file(path: Path) -> Tree:
    with path.open("rb") as file:
        begin = file.read(16)
        if begin[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                for name in EXPORTED:
                    if name in names:
                        return torchfile.read_archive(io.BytesIO(archive.read(name)))
            if all(name.endswith(".npy") for name in names):
                with np.load(path, allow_pickle=False) as arrays:
                    return {name: stored.of_numpy(arrays[name]) for name in arrays.files}
            return torchfile.read_archive(path)
        if begin[8:9] == b"{":
            return _safetensors(path)
        if begin.startswith(HDF5):
            raise ValueError("it is HDF5, which Keras writes")
        if begin.startswith(b"version https://"):
            raise ValueError("it only points to the file, which Git LFS has not fetched: run git lfs pull")
        file.seek(0)
        try:
            return torchfile.read_pickles(file)
        except Exception:
            if begin.startswith(b"\x80"):
                raise
            raise ValueError("its content has none of the formats that are read") from None


def _safetensors(path: Path) -> Tree:
    found: Tree = {}
    with safe_open(path, framework="pt") as file:
        pairs = json.loads((file.metadata() or {}).get(PAIRS, "[]"))
        for name in file.keys():  # noqa: SIM118 (it is no mapping)
            part = file.get_slice(name)
            dtype, shape = file.get_tensor(name).dtype if not part.get_shape() else part[:0].dtype, part.get_shape()

            def load(name: str = name) -> Tensor:
                with safe_open(path, framework="pt") as again:
                    tensor = again.get_tensor(name)
                return torch.view_as_complex(tensor) if name in pairs else tensor

            found[name] = Stored(
                *((tuple(shape[:-1]), dtype.to_complex()) if name in pairs else (tuple(shape), dtype)), load
            )
    return found


def _distributed(folder: Path) -> Tree:
    """Return the tensors of a folder of ``torch.distributed.checkpoint``, put together from the parts of all ranks."""
    with (folder / places.METADATA).open("rb") as file:
        metadata = inert.read(file).state
    parts: dict[str, list[tuple[tuple[int, ...], Any]]] = {}
    for index, where in metadata["storage_data"].items():
        offset = index.state.get("offset")
        parts.setdefault(index.state["fqn"], []).append((tuple(offset) if offset is not None else (), where.state))
    found: Tree = {}
    for name, about in metadata["state_dict_metadata"].items():
        if "size" not in (about.state or ()) or not parts.get(name):
            continue  # no tensor, but bytes
        size = tuple(map(int, about.state["size"]))
        first = _part(folder, parts[name][0][1])
        found[name] = Stored(size, first.dtype, partial(_whole, folder, size, parts[name]))
    return found


def _part(folder: Path, where: dict[str, Any]) -> Stored:
    with (folder / Path(str(where["relative_path"])).name).open("rb") as file:
        file.seek(int(where["offset"]))
        content = file.read(int(where["length"]))
    (part,) = torchfile.read_archive(io.BytesIO(content)).values()
    if isinstance(part, str):
        raise ValueError(f"it holds a {part}")
    return part


def _whole(folder: Path, size: tuple[int, ...], parts: list[tuple[tuple[int, ...], Any]]) -> Tensor:
    whole: Tensor | None = None
    covered = 0
    for offset, where in parts:
        part = _part(folder, where).load()
        if whole is None:
            whole = part.new_empty(size)
        at = offset or (0,) * len(size)
        whole[tuple(slice(a, a + n) for a, n in zip(at, part.shape, strict=True))] = part
        covered += part.numel()
    assert whole is not None
    if covered < whole.numel():
        raise ValueError("parts of a tensor are missing: it was saved by more ranks than have left files")
    return whole
