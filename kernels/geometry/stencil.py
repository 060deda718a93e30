"""The neighbours of a vertex in a box, and sharing the rows of the box over threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.connectivity import offsets

T = TypeVar("T")


class Stencil(NamedTuple):
    """Neighbours of a vertex in a C-ordered box, ascending in their index.

    Bit 2 k of ``walls`` says that the neighbour lies below along axis k, bit 2 k + 1 that it lies above; for the last
    axis ``shift`` says the same.
    """

    outer: np.ndarray
    row: int
    steps: np.ndarray
    shift: np.ndarray
    walls: np.ndarray


def row_parts(rows: int, threads: int) -> list[tuple[int, int]]:
    """Return ``(first, last)`` for the rows of each thread; there is at least one part."""
    threads = max(1, min(threads, rows))
    return [(rows * i // threads, rows * (i + 1) // threads) for i in range(threads)]


def make_stencil(shape: tuple[int, ...], connectivity: str) -> Stencil:
    """Return the neighbours of a vertex in a box of ``shape``; raise ValueError as :func:`offsets` does."""
    around = offsets(connectivity, len(shape))
    strides = np.append(np.cumprod(shape[:0:-1], dtype=np.int64)[::-1], 1)
    walls = np.zeros(len(around), np.int64)
    for axis in range(len(shape) - 1):
        walls |= (around[:, axis] < 0) * (1 << 2 * axis) | (around[:, axis] > 0) * (2 << 2 * axis)
    # Lexicographic order is the order of indices in a box of any shape, as a tie of steps needs an axis of length 1.
    outer = np.array(shape[:-1], dtype=np.int64)
    return Stencil(outer, shape[-1], around @ strides, np.ascontiguousarray(around[:, -1]), walls)


def id_type(size: int) -> type[np.signedinteger]:
    """Return the integer type for the vertices of a block: 32 bits where they suffice."""
    return np.int32 if size < 2**31 else np.int64


def lanes(values: np.ndarray, size: int) -> np.ndarray:
    """Return an empty array for steps between vertices, as wide as a value for the sake of vector instructions."""
    return np.empty(size, np.int32 if values.itemsize == 4 and values.size < 2**31 else np.int64)


def share(parts: list[tuple[int, int]], work: Callable[[int, int], T]) -> list[T]:
    """Return ``work(first, last)`` of every part; the first part runs here, each other one in a thread of its own.

    Threads are kept between calls: on smooth fields two threads were 1.9 times as fast as one, but 1.5 times with new
    threads at each call.
    """
    if len(parts) == 1:
        return [work(*parts[0])]
    rest = [_pool(len(parts) - 1).submit(work, *part) for part in parts[1:]]
    try:
        first = work(*parts[0])
    finally:
        others = [future.result() for future in rest]
    return [first, *others]


@lru_cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="landsweep")


os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork


@njit(cache=True, nogil=True, inline="always")
def precedes(f, u, v):  # type: ignore[no-untyped-def]
    """Return whether vertex u comes before vertex v in the order of (value, index)."""
    return f[u] < f[v] or (f[u] == f[v] and u < v)


@njit(cache=True, nogil=True)
def row_sides(row, outer):  # type: ignore[no-untyped-def]
    """Return the sides of the box that a row lies on, as bits of ``Stencil.walls``."""
    bits = 0
    for axis in range(outer.size - 1, -1, -1):
        at = row % outer[axis]
        row //= outer[axis]
        bits |= (at == 0) << 2 * axis | (at == outer[axis] - 1) << 2 * axis + 1
    return bits


@njit(cache=True, nogil=True)
def later(stencil, sides):  # type: ignore[no-untyped-def]
    """Return the numbers of the later neighbours of the vertices in a row that lies on ``sides`` of the box."""
    half, count = stencil.steps.size // 2, 0
    near = np.empty(stencil.steps.size - half, np.int64)
    for k in range(half, stencil.steps.size):
        if not stencil.walls[k] & sides:
            near[count] = k
            count += 1
    return near[:count]
