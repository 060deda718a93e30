"""Sorting by (value, id): a radix sort by the leading 32 bits of the value, then a sort of the few that agree in them.

For a million numbers this is about twice as fast as NumPy's sort in float64, and three times in float32; on rough
fields sorting takes much of the time.
"""

from __future__ import annotations

import numpy as np
from landsweep.kernels.compiled import njit

SHORT = 32
"""Entries that agree in their leading bits are sorted by insertion where there are at most this many of them."""
SPARE = 2**29
"""From one number of float32 to the next there are at least this many steps of float64."""


def ascending(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return the int64 indices that sort by (value, id); equal pairs come in any order.

    Parameters
    ----------
    values
        ``(n,)`` float32 or float64 without NaN; -0.0 equals 0.0.
    ids
        ``(n,)`` integers.
    """
    if _is_ascending(values, ids):
        return np.arange(len(values))
    bits = (values + values.dtype.type(0)).view(np.uint32 if values.itemsize == 4 else np.uint64)
    leading = (bits if values.itemsize == 4 else bits >> np.uint64(32)).astype(np.uint32)
    # The order of floats is that of their bits with the sign flipped, and of all bits flipped for negative ones.
    leading ^= np.where(leading >> np.uint32(31), np.uint32(0xFFFFFFFF), np.uint32(0x80000000))
    entries = _radix(leading, *np.empty((2, len(leading)), np.uint64))  # from NumPy: it asks for huge pages
    order = (entries & np.uint64(0xFFFFFFFF)).astype(np.int64)
    if _settle(values, ids, entries >> np.uint64(32), order):
        return order
    return np.lexsort((ids, values))  # many ties


def keys(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return finite numbers whose order by (number, index) is that of the values by (value, id).

    They are ranks, or for float32 the values in float64 with the id in the 29 bits that float64 has more.

    Parameters
    ----------
    values
        As of :func:`ascending`, C-contiguous, with any number of axes.
    ids
        An integer of at least 0 for each value.

    Returns
    -------
    ndarray
        Of the shape of ``values``, float32 or float64.
    """
    flat, by = values.reshape(-1), ids.reshape(-1)
    if values.dtype == np.float32 and by.max() < SPARE:
        wide = flat.astype(np.float64)
        # Between the values of float32, and not subnormal, as some programs let the processor take such for 0.
        wide[wide == 0] = 1e-60
        np.minimum(wide, 1e39, out=wide)
        _count_up(wide.view(np.int64), by)
        return wide.reshape(values.shape)
    order = ascending(flat, by) if flat.size < 2**32 else np.lexsort((by, flat))
    found = np.empty(flat.size, np.float32 if flat.size <= 2**24 else np.float64)
    found[order] = np.arange(flat.size)
    return found.reshape(values.shape)


def inverse(order: np.ndarray) -> np.ndarray:
    """Return the place of each index in an order of fewer than 2^31 indices, int32."""
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


@njit(cache=True, nogil=True)
def _count_up(bits, ids):  # type: ignore[no-untyped-def]
    """Add as many steps to the bits of each number as its id says."""
    for i in range(bits.size):
        bits[i] += ids[i] if bits[i] >= 0 else -ids[i]


@njit(cache=True, nogil=True)
def _is_ascending(values, ids):  # type: ignore[no-untyped-def]
    for i in range(1, values.size):
        if not (values[i - 1] < values[i] or (values[i - 1] == values[i] and ids[i - 1] <= ids[i])):
            return False
    return True


@njit(cache=True, nogil=True)
def _radix(keys, mine, other):  # type: ignore[no-untyped-def]
    """Return fewer than 2^32 keys of 32 bits in order, each before its index in 64 bits; 11 bits a pass."""
    starts = np.zeros((3, 2049), np.int64)
    for i in range(keys.size):
        key = keys[i]
        starts[0, (key & 2047) + 1] += 1
        starts[1, (key >> 11 & 2047) + 1] += 1
        starts[2, (key >> 22) + 1] += 1
        mine[i] = np.uint64(key) << np.uint64(32) | np.uint64(i)
    for digit in range(3):
        place, shift = np.cumsum(starts[digit]), np.uint64(32 + 11 * digit)
        for entry in mine:
            bucket = np.int64(entry >> shift & np.uint64(2047))
            other[place[bucket]] = entry
            place[bucket] += 1
        mine, other = other, mine
    return mine


@njit(cache=True, nogil=True)
def _settle(values, ids, keys, order):  # type: ignore[no-untyped-def]
    """Sort each run of equal keys, which are in order, by (value, id); return False where a run is too long."""
    first = 0
    while first < order.size:
        last = first + 1
        while last < order.size and keys[last] == keys[first]:
            last += 1
        if last - first > SHORT:
            return False
        for i in range(first + 1, last):
            e, k = order[i], i
            while k > first:
                o = order[k - 1]
                if values[o] < values[e] or (values[o] == values[e] and ids[o] <= ids[e]):
                    break
                order[k] = o
                k -= 1
            order[k] = e
        first = last
    return True
