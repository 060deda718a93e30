"""Sorting by (value, id): a radix sort by the leading 32 bits of the value, then a sort of the few that agree in them.

For a million numbers this is about twice as fast as NumPy's sort in float64, and three times in float32; on rough
fields sorting takes much of the time.
"""

from __future__ import annotations

import numpy as np
from landsweep.kernels.compiled import njit

SHORT = 32
"""Entries that agree in their leading bits are sorted by insertion where there are at most this many of them."""


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


def ranks(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return numbers whose order by (number, index) is that of the values by (value, id).

    Parameters
    ----------
    values
        As of :func:`ascending`, with any number of axes.
    ids
        An integer for each value.

    Returns
    -------
    ndarray
        Of the shape of ``values``; float32 where it holds all whole numbers up to their count, otherwise float64.
    """
    flat, by = values.reshape(-1), ids.reshape(-1)
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
