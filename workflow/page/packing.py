"""Arrays and what describes them, packed for a browser into one compressed piece of bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

ALIGNMENT = 8
"""Arrays begin at multiples of this many bytes, as JavaScript's typed arrays demand."""


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return a header and arrays as gzip'd bytes, which ``unpack`` of ``browser/src/packing.ts`` reads.

    The bytes before compression are: the length of the header in bytes as uint32, the header as JSON in UTF-8, then the
    arrays in C order, each at a multiple of 8 bytes from the beginning; all little-endian. The header's ``arrays``
    gives the ``dtype``, ``shape`` and ``offset`` in bytes of each. The same input gives the same bytes.

    Raises
    ------
    TypeError
        For an array of another type than float64, float32, int32 or uint8, and for a header with NaN or infinities.
    """
    names = {"<f8": "float64", "<f4": "float32", "<i4": "int32", "|u1": "uint8"}
    layout: dict[str, dict[str, Any]] = {}
    offset = 0
    pieces = []
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        if little.dtype.str not in names:
            raise TypeError(f"array {name} is {array.dtype}, expected one of {', '.join(names.values())}")
        layout[name] = {"dtype": names[little.dtype.str], "shape": list(array.shape), "offset": offset}
        pieces.append(little.tobytes())
        pieces.append(bytes(-len(pieces[-1]) % ALIGNMENT))
        offset += len(pieces[-2]) + len(pieces[-1])
    text = json.dumps({**header, "arrays": layout}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % ALIGNMENT)
    head = np.array([len(text)], "<u4").tobytes() + text
    return gzip.compress(b"".join([head, *pieces]), compresslevel=6, mtime=0)
