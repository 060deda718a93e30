"""A tensor in a checkpoint: its shape and dtype, known before it is read, and how it is read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from landsweep.disk.checkpoints.inert import DtypeRecord, Storage, TensorRecord
from torch import Tensor

STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexDoubleStorage": torch.complex128,
    "ComplexFloatStorage": torch.complex64,
}
"""What the elements of each of torch's classes of storages are."""


DTYPES = {str(dtype): dtype for dtype in vars(torch).values() if isinstance(dtype, torch.dtype)}
"""All dtypes by name, such as ``torch.float32``."""


@dataclass(frozen=True)
class Stored:
    """One tensor of a checkpoint."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    load: Callable[[], Tensor]


Fetch = Callable[[Storage], bytes]
"""A function that returns the bytes of a storage."""


def of_record(record: TensorRecord, fetch: Fetch, order: str = sys.byteorder) -> Stored:
    """Return a tensor that a pickle describes; the bytes of its storage are in the byte order ``order``.

    Raises
    ------
    ValueError
        Where its dtype is not one that is read, or it is no part of its storage.
    """
    dtype = STORAGES.get(record.storage.kind)
    if record.dtype:
        dtype = DTYPES.get(record.dtype)
    if dtype is None:
        raise ValueError(f"a storage of the kind {record.dtype or record.storage.kind} is not read")
    size, stride = [tuple(map(int, values)) for values in (record.size, record.stride)]
    last = record.offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) + 1
    if min((record.offset, *size, *stride)) < 0:
        raise ValueError(f"a tensor of shape {size} and strides {stride} is not read")

    def load() -> Tensor:
        if prod(size) == 0:
            return torch.empty(size, dtype=dtype)
        content, width = bytearray(fetch(record.storage)), dtype.itemsize
        if last > len(content) // width:
            raise ValueError(f"a tensor of shape {size} is larger than its storage of {len(content) // width} elements")
        whole = torch.frombuffer(content, dtype=dtype, count=len(content) // width)
        if order != sys.byteorder:
            number = width // 2 if dtype.is_complex else width  # the real part comes before the imaginary one
            count = len(content) // width * width
            whole = torch.from_numpy(np.frombuffer(content, np.uint8, count).reshape(-1, number)[:, ::-1].copy())
            whole = whole.reshape(-1).view(dtype)
        values = whole.as_strided(size, stride, record.offset).clone(memory_format=torch.contiguous_format)
        values = values.conj_physical() if record.conj else values
        return values.neg() if record.neg else values

    return Stored(size, dtype, load)


def of_array(record: Any) -> Stored | None:
    """Return an array of NumPy that a pickle describes, None where it holds no numbers."""
    if not isinstance(record.dtype, DtypeRecord) or not isinstance(record.content, bytes | str):
        return None
    code = str(record.dtype.code)
    if code[:1] not in "biufc":
        return None
    kind = np.dtype(("" if record.dtype.order == "|" else record.dtype.order) + code)
    content = record.content if isinstance(record.content, bytes) else record.content.encode("latin1")
    array = np.frombuffer(content, kind).reshape(record.shape, order="F" if record.fortran else "C")
    return of_numpy(array)


def of_numpy(array: np.ndarray[Any, Any]) -> Stored:
    """Return an array of NumPy as a tensor of a checkpoint."""
    tensor = torch.from_numpy(array.astype(array.dtype.newbyteorder("="), order="C", copy=True))
    return Stored(tuple(tensor.shape), tensor.dtype, lambda: tensor)
