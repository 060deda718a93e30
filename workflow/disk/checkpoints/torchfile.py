"""What ``torch.save``, ``torch.jit.save`` and ``torch.export.save`` write, of any version since torch 0.4, and pickles.

Files have this form: an archive (zip) with ``data.pkl`` and one entry for each storage; or, before torch 1.6, five
pickles one after another and then the bytes of all storages. Whole modules and TorchScript are pickles too.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import struct
import sys
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import IO, Any

import torch
from landsweep.disk.checkpoints import inert, stored
from landsweep.disk.checkpoints.inert import ArrayRecord, Described, Storage, TensorRecord
from landsweep.disk.checkpoints.stored import Stored

MAGIC = 0x1950A86A20F9469CFC6C
"""The number that a file of torch before 1.6 begins with."""
EXPORTED = (
    *(None, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32),
    *(torch.float64, torch.complex32, torch.complex64, torch.complex128, torch.bool, torch.bfloat16),
)
"""The dtypes of ``torch.export`` by their numbers."""
MAX_DEPTH = 50
"""Objects are looked into as deep as this; modules are not nested as deep."""
MAX_ENTRIES = 2_000_000
"""More objects are not looked at."""
MAX_LIST = 64
"""Longer lists hold no networks."""

Tree = dict[str, Stored | str]
"""Dotted names and tensors, or the class of what is none."""


def read_archive(source: Path | io.BytesIO) -> Tree:
    """Return the tensors of an archive of torch: a saved object, TorchScript, or what torch 2.8 or later has exported.

    Raises
    ------
    Exception
        Of any kind, where the archive cannot be read.
    """
    archive = torch._C.PyTorchFileReader(str(source) if isinstance(source, Path) else source)
    records = set(archive.get_all_records())
    if "data/weights/model_weights_config.json" in records:
        return _exported(archive)
    order = archive.get_record("byteorder").decode() if "byteorder" in records else "little"
    found = inert.read(io.BytesIO(archive.get_record("data.pkl")))
    record = lru_cache(maxsize=1)(lambda key: archive.get_record(f"data/{key}"))  # parameters may share a storage
    return flat(found, lambda storage: record(storage.key), order)


def _exported(archive: Any) -> Tree:
    found: Tree = {}
    for name, entry in json.loads(archive.get_record("data/weights/model_weights_config.json"))["config"].items():
        content = f"data/weights/{entry['path_name']}"
        if entry["use_pickle"]:
            (found[name],) = read_archive(io.BytesIO(archive.get_record(content))).values()
            continue
        meta = entry["tensor_meta"]
        dtype = EXPORTED[meta["dtype"]] if 0 < meta["dtype"] < len(EXPORTED) else None
        if dtype is None:
            found[name] = f"tensor of the dtype number {meta['dtype']}"
            continue
        sizes, strides = (tuple(n["as_int"] for n in meta[key]) for key in ("sizes", "strides"))
        storage = Storage("", content, 0)
        record = TensorRecord(storage, meta["storage_offset"]["as_int"], sizes, strides, str(dtype))
        found[name] = stored.of_record(record, lambda storage: archive.get_record(storage.key))
    return found


def read_pickles(file: IO[bytes]) -> Tree:
    """Return the tensors of a file of torch before 1.6, or of a plain pickle.

    Raises
    ------
    Exception
        Of any kind, where the file cannot be read.
    """
    found, content = _legacy(file)
    return flat(found, lambda storage: content[storage.key], sys.byteorder)


def _legacy(file: IO[bytes]) -> tuple[Any, dict[str, bytes]]:
    """Return what the pickles of a file say, and the bytes of each storage by its key."""
    first = inert.read(file)
    if first != MAGIC:
        return first, {}
    for _ in range(2):  # the version of the format, and what the machine was like
        inert.read(file)
    storages: dict[str, Storage] = {}
    found, content = inert.read(file, storages), {}
    for key in map(str, inert.read(file)):
        (count,) = struct.unpack("<q", file.read(8))
        content[key] = file.read(count * stored.STORAGES[storages[key].kind].itemsize)
    return found, content


def flat(value: Any, fetch: stored.Fetch, order: str) -> Tree:
    """Return all tensors in nested dictionaries, lists and modules, under names joined by dots.

    The entry of a module is that of its ``state_dict``: parameters and buffers by name, modules in modules. What cannot
    be a tensor of a network (numbers, texts, long lists) is left out; objects of other classes are given by the names
    of these.
    """
    found: Tree = {}
    seen = itertools.count()

    def walk(value: Any, name: str, depth: int) -> None:
        if next(seen) > MAX_ENTRIES:  # a small pickle may hold a list of itself many times
            raise ValueError(f"it holds more than {MAX_ENTRIES} objects")
        if depth > MAX_DEPTH:
            return
        if isinstance(value, TensorRecord):
            source = fetch
            if isinstance(value.storage, Storage) and value.storage.saved is not None:  # of a plain pickle
                own, content = _legacy(io.BytesIO(value.storage.saved))
                value, source = dataclasses.replace(value, storage=own), lambda storage: content[storage.key]
            try:
                found[name] = stored.of_record(value, source, order)
            except (ValueError, TypeError, AttributeError) as error:
                found[name] = f"tensor that cannot be read ({error})"
        elif isinstance(value, ArrayRecord):
            array = stored.of_array(value)
            if array is not None:
                found[name] = array
        elif isinstance(value, Described):
            parts = _parts(value)
            if parts is None:
                found[name] = type(value).of
            for key, part in parts or ():
                walk(part, _join(name, key), depth + 1)
        elif isinstance(value, dict | list | tuple) and len(value) <= (
            MAX_LIST if not isinstance(value, dict) else inf
        ):
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for key, part in entries:
                walk(part, _join(name, key), depth + 1)

    walk(value, "", 0)
    return found


def _join(name: str, key: Any) -> str:
    return f"{name}.{key}" if name else str(key)


def _parts(value: Described) -> list[tuple[Any, Any]] | None:
    """Return what an object holds by name, None where its class is all that is known."""
    state = value.state[0] if isinstance(value.state, tuple) and value.state else value.state
    if isinstance(state, dict) and isinstance(state.get("_modules"), dict):
        groups = (state.get(key) for key in ("_parameters", "_buffers", "_modules"))
        passing = state.get("_non_persistent_buffers_set")
        if isinstance(passing, Described):  # a set, of old protocols
            passing = passing.arguments[0] if passing.arguments else ()
        return [
            (key, value)
            for group in groups
            if isinstance(group, dict)
            for key, value in group.items()
            if not isinstance(passing, set | list | tuple) or key not in passing
        ]
    if isinstance(state, dict):
        return list(state.items())
    pairs = [item for item in value.items if isinstance(item, tuple) and len(item) == 2]
    return pairs or None
