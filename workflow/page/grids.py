"""Reading the grid of a member in slabs: what it holds, and the points that a page keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, prod

import numpy as np
from landsweep.disk.store import Landscape, Status
from landsweep.study.plan import Member

SLAB = 2**22
"""About so many points are read at a time."""
ALONG = 512
"""A plane of more points along an axis shows no more on a screen, and takes a browser long to draw."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A field on a member's grid.

    Parameters
    ----------
    values
        The points that are kept, in the dtype of the store.
    range
        The least and the greatest finite value of the whole grid, None where no value is finite.
    least, most
        Where these are, as indices of the whole grid; the first of equal ones.
    """

    values: np.ndarray
    range: tuple[float, float] | None
    least: tuple[int, ...]
    most: tuple[int, ...]


def slabs(landscape: Landscape) -> Iterator[tuple[slice, ...]]:
    """Yield boxes that make up a grid, each some layers of its first axis; no chunk of the store is in two of them."""
    shape, chunk = (size[landscape.sweep_ndim :] for size in (landscape.status.shape, landscape.status.chunks))
    layers = max(1, SLAB // prod(shape[1:]) // chunk[0]) * chunk[0]
    for low in range(0, shape[0], layers):
        yield (slice(low, min(low + layers, shape[0])), *(slice(0, n) for n in shape[1:]))


def read_grid(landscape: Landscape, name: str, member: Member, strides: tuple[int, ...]) -> Grid:
    """Return a field of a member, of each axis of which every ``strides``-th point is kept.

    Raises
    ------
    Damaged
        Where a shard cannot be read.
    """
    shape = landscape.status.shape[landscape.sweep_ndim :]
    kept, ends = [], []
    for box in slabs(landscape):
        values = landscape.read_box(name, member.position, box)
        first = -box[0].start % strides[0]
        inner = (slice(None, None, stride) for stride in strides[1:])
        kept.append(values[(slice(first, None, strides[0]), *inner)].copy())
        finite = np.isfinite(values)
        if finite.any():
            before = box[0].start * prod(shape[1:])
            low = int(np.argmin(np.where(finite, values, np.inf)))
            high = int(np.argmax(np.where(finite, values, -np.inf)))
            flat = values.reshape(-1)
            ends.append((float(flat[low]), before + low, float(flat[high]), before + high))
    if not ends:
        middle = tuple(n // 2 for n in shape)
        return Grid(np.concatenate(kept), None, middle, middle)
    low_value, low_at = min((value, at) for value, at, _, _ in ends)
    high_value, back = max((value, -at) for _, _, value, at in ends)
    least, most = (tuple(int(i) for i in np.unravel_index(at, shape)) for at in (low_at, -back))
    return Grid(np.concatenate(kept), (low_value, high_value), least, most)


def counts_of(landscape: Landscape, member: Member) -> np.ndarray:
    """Return how many points of a member's landscape have each :class:`~landsweep.disk.store.Status`."""
    counts = np.zeros(len(Status), np.int64)
    for box in slabs(landscape):
        status = landscape.read_box("status", member.position, box)
        counts += np.bincount(status.reshape(-1), minlength=len(Status))
    return counts


def lacking(counts: np.ndarray) -> list[str]:
    """Return how many points of a landscape have no value, and why, from how many have each status."""
    words = {
        Status.NOT_EVALUATED: "not evaluated yet",
        Status.NON_FINITE: "not finite",
        Status.FAILED: "without a value, as the loss raised an error there",
    }
    return [f"{counts[s]:,} of {counts.sum():,} points are {text}." for s, text in words.items() if counts[s]]


def strides_of(shape: tuple[int, ...], bytes_per_point: float, budget: float) -> tuple[int, ...]:
    """Return every how many-th point of each axis is kept, so that a grid takes at most ``budget`` bytes.

    The axis that has most points left is thinned first. Planes have at most :data:`ALONG` points along an axis.
    """
    strides = [ceil(n / ALONG) if len(shape) > 1 else 1 for n in shape]

    def held() -> list[int]:
        return [ceil(n / s) for n, s in zip(shape, strides, strict=True)]

    while prod(held()) * bytes_per_point > budget and max(held()) > 2:
        strides[int(np.argmax(held()))] += 1
    return tuple(strides)
