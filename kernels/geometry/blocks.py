"""A grid cut into blocks that overlap in one layer: the vertices that a block holds, and which others hold them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from landsweep.kernels.geometry.connectivity import offsets, periodic_axes

Box = tuple["slice[int, int, None]", ...]
"""A box is a part of a grid, given by one slice per axis. Along a periodic axis of n points it may begin at -1 or stop
at n + 1, and then holds vertices n - 1 or 0 there, perhaps for the second time."""
Read = Callable[[Box], np.ndarray]
"""A function of this type returns the field on a box."""
Write = Callable[[Box, np.ndarray, np.ndarray], None]
"""A function of this type stores the basin and the arc of every vertex of a box."""
SPACINGS = 64
"""Layers that differ by at most this many spacings of the greatest value are the same up to rounding."""


@dataclass(frozen=True)
class Blocks:
    """A grid of ``shape`` cut into boxes of at most ``block`` vertices per axis, numbered along a Morton curve.

    A run of consecutive blocks on this curve is compact, and shares fewer vertices with other blocks than a run of rows
    would (Morton 1966).

    A block *owns* the vertices of its box. It also *holds* one more layer above along each axis, where the grid
    continues, so that every edge of the grid lies in a block. A vertex is held in 2^k places, where k counts the axes
    along which it is in the first layer of a block other than the first. Along the axes ``periodic``
    (:func:`~landsweep.kernels.geometry.connectivity.periodic_axes`) the grid continues everywhere: the last block holds
    the first layer of the first one, which may be itself, and then holds these vertices in two places.
    """

    shape: tuple[int, ...]
    block: tuple[int, ...]
    periodic: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.block) or min(self.block, default=0) < 1 or min(self.shape) < 1:
            raise ValueError(
                f"blocks do not fit the grid: got blocks of {self.block} in a grid of {self.shape}, expected as many "
                "axes, and lengths of at least 1."
            )
        object.__setattr__(self, "periodic", periodic_axes(self.periodic, self.shape))

    @classmethod
    def of(cls, shape: tuple[int, ...], points: int, periodic: tuple[int, ...] = ()) -> Blocks:
        """Return blocks of at most ``points`` vertices: the longest axis is halved until they are small enough."""
        block = list(shape)
        while prod(block) > max(1, points):
            axis = block.index(max(block))
            block[axis] = -(-block[axis] // 2)
        return cls(shape, tuple(block), periodic)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of blocks along each axis."""
        return tuple(-(-n // b) for n, b in zip(self.shape, self.block, strict=True))

    @cached_property
    def _places(self) -> np.ndarray:
        """``(n, d)`` position of each block along the axes."""
        at = np.stack(np.unravel_index(np.arange(prod(self.counts)), self.counts), axis=1)
        key = np.zeros(len(at), np.int64)
        for bit in range(max(self.counts).bit_length()):
            for axis in range(at.shape[1]):
                key |= (at[:, axis] >> bit & 1) << (bit * at.shape[1] + at.shape[1] - 1 - axis)
        return at[np.argsort(key)]

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Number of the block at each position, flat in C order."""
        numbers = np.empty(len(self), np.int64)
        numbers[np.ravel_multi_index(tuple(self._places.T), self.counts)] = np.arange(len(self))
        return numbers

    def __len__(self) -> int:
        return prod(self.counts)

    def shared_vertices(self, first: int, last: int) -> int:
        """Return how many vertices of blocks ``first .. last - 1`` lie next to another one, counted once per side."""
        total = 0
        for axis, step in product(range(len(self.shape)), (-1, 1)):
            beside = self._places[first:last].copy()
            beside[:, axis] += step
            if axis in self.periodic:
                beside[:, axis] %= self.counts[axis]
            beside = beside[(beside[:, axis] >= 0) & (beside[:, axis] < self.counts[axis])]
            numbers = self._numbers[np.ravel_multi_index(tuple(beside.T), self.counts)]
            sides = int(np.count_nonzero((numbers < first) | (numbers >= last)))
            total += sides * (prod(self.block) // self.block[axis])
        return total

    def _box(self, index: int, before: int, after: int) -> Box:
        box = []
        for axis, (place, b, n) in enumerate(zip(self._places[index].tolist(), self.block, self.shape, strict=True)):
            start, stop = place * b - before, min(n, place * b + b) + after
            box.append(slice(start, stop) if axis in self.periodic else slice(max(0, start), min(n, stop)))
        return tuple(box)

    def owned(self, index: int) -> Box:
        """Return the box of vertices that a block owns."""
        return self._box(index, 0, 0)

    def held(self, index: int) -> Box:
        """Return the box of vertices that a block holds: the owned box with one more layer above along each axis."""
        return self._box(index, 0, 1)

    def wraps(self, box: Box) -> bool:
        """Return whether a box reaches beyond an end of a periodic axis, so that its order is not the grid's."""
        return any(s.start < 0 or s.stop > n for s, n in zip(box, self.shape, strict=True))

    def read(self, read: Read, box: Box) -> np.ndarray:
        """Return the field on a box, which may wrap; ``read`` gets boxes that do not, and reads no vertex twice."""
        if not self.wraps(box):
            return read(box)
        wanted = [np.arange(s.start, s.stop) % n for s, n in zip(box, self.shape, strict=True)]
        distinct = [np.unique(at) for at in wanted]
        runs = [np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) for at in distinct]
        values = _joined(read, [[slice(int(r[0]), int(r[-1]) + 1) for r in parts] for parts in runs])
        for axis, (at, every) in enumerate(zip(wanted, distinct, strict=True)):
            if not np.array_equal(at, every):
                values = values.take(np.searchsorted(every, at), axis)
        return values

    def ids(self, box: Box) -> np.ndarray:
        """Return the vertex of the grid in each place of a box, int64, in the shape of the box."""
        ids = np.zeros((), np.int64)
        for s, n in zip(box, self.shape, strict=True):
            ids = ids[..., None] * n + np.arange(s.start, s.stop) % n
        return ids

    def border(self, box: Box) -> np.ndarray:
        """Return whether each place of a box is on the border of the grid, bool, in the shape of the box.

        These vertices are first or last along an axis of more than one point that is not periodic.
        """
        found = np.zeros(box_shape(box), bool)
        for axis, (s, n) in enumerate(zip(box, self.shape, strict=True)):
            if n > 1 and axis not in self.periodic:
                found[(slice(None),) * axis + ([at - s.start for at in (0, n - 1) if s.start <= at < s.stop],)] = True
        return found

    def neighbours(self, box: Box, places: np.ndarray, connectivity: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs of a neighbour and one of the C-order indices ``places`` of a box, both in the box, int64.

        A box of all points along a periodic axis goes on at its other end.
        """
        shape, k = np.array(box_shape(box)), np.arange(len(places))
        at = np.stack(np.unravel_index(places, tuple(shape)), axis=1)[:, None] + offsets(connectivity, len(shape))
        for axis in self.periodic:
            if shape[axis] == self.shape[axis]:
                at[..., axis] %= shape[axis]
        k, step = np.nonzero(((at >= 0) & (at < shape)).all(axis=2))
        return np.ravel_multi_index(tuple(at[k, step].T), tuple(shape)), places[k]

    def around(self, index: int) -> Box:
        """Return the owned box with one more layer on every side, which holds all neighbours of the owned vertices."""
        return self._box(index, 1, 1)

    def owner(self, vertices: np.ndarray) -> np.ndarray:
        """Return the block that owns each vertex, given as C-order indices, int64."""
        at = np.unravel_index(vertices, self.shape)
        place = tuple(a // b for a, b in zip(at, self.block, strict=True))
        return self._numbers[np.ravel_multi_index(place, self.counts)]

    def vertices(self, box: Box, local: np.ndarray) -> np.ndarray:
        """Return the vertices of the grid, int64, at the C-order indices ``local`` of a box, which may wrap."""
        shape = box_shape(box)
        if shape == self.shape and not self.wraps(box):
            return local.astype(np.int64, copy=False)
        at = [a + s.start for a, s in zip(np.unravel_index(local, shape), box, strict=True)]
        return np.ravel_multi_index(at, self.shape, mode="wrap").astype(np.int64)

    def layers(self, index: int) -> Iterator[tuple[Box, list[np.ndarray]]]:
        """Yield the parts of a held box that are held elsewhere too: each as a local box, and a mask per axis.

        Each part is fixed at a shared layer along some axes. Along the other axes it spans everything that the blocks
        that hold it have in common; the mask is false at further shared layers, which are parts of their own.
        """
        held = self.held(index)
        per_axis = []
        for axis, (s, o, n) in enumerate(zip(held, self.owned(index), self.shape, strict=True)):
            around = axis in self.periodic
            shared = ([0] if s.start > 0 or around else []) + ([o.stop - s.start] if o.stop < n or around else [])
            free = np.ones(s.stop - s.start, bool)
            free[shared] = False
            per_axis.append([(slice(0, len(free)), free), *((slice(k, k + 1), np.ones(1, bool)) for k in shared)])
        for part in list(product(*per_axis))[1:]:
            yield tuple(s for s, _ in part), [mask for _, mask in part]

    def holders(self, vertices: np.ndarray) -> np.ndarray:
        """Return in how many places of blocks each vertex is held, int64."""
        at = np.unravel_index(vertices, self.shape)
        shared = [
            (a % b == 0) & ((a > 0) | (axis in self.periodic))
            for axis, (a, b) in enumerate(zip(at, self.block, strict=True))
        ]
        return np.left_shift(1, np.sum(shared, axis=0, dtype=np.int64))


def _joined(read: Read, runs: list[list[slice[int, int, None]]], box: Box = ()) -> np.ndarray:
    """Return the field on the product of runs of indices along each axis, read one box after the other."""
    if len(box) == len(runs):
        return read(box)
    parts = [_joined(read, runs, (*box, run)) for run in runs[len(box)]]
    if len(parts) == 1:
        return parts[0]
    masked = any(isinstance(part, np.ma.MaskedArray) for part in parts)  # readers mask only boxes that lack a point
    return np.ma.concatenate(parts, len(box)) if masked else np.concatenate(parts, len(box))  # type: ignore[no-untyped-call]


def on_border(vertices: np.ndarray, shape: tuple[int, ...], periodic: tuple[int, ...] = ()) -> np.ndarray:
    """Return whether each vertex of a grid is first or last along an axis of length above 1 that is not periodic."""
    border = np.zeros(len(vertices), bool)
    for axis, (at, n) in enumerate(zip(np.unravel_index(vertices, shape), shape, strict=True)):
        if n > 1 and axis not in periodic:
            border |= (at == 0) | (at == n - 1)
    return border


def box_shape(box: Box) -> tuple[int, ...]:
    """Return the number of vertices of a box along each axis."""
    return tuple(s.stop - s.start for s in box)


def last_repeats_first(read: Read, shape: tuple[int, ...], axis: int, greatest: float) -> bool:
    """Return whether the last layer along an axis is the first one again, up to rounding of values up to ``greatest``.

    A last layer that also repeats the one before says nothing, as the field may not depend on the axis at all. Layers
    are read in pieces, up to the first difference.
    """

    def same(one: int, other: int) -> bool:
        layer = Blocks.of(tuple(1 if k == axis else n for k, n in enumerate(shape)), 2**22)
        for index in range(len(layer)):
            box = layer.owned(index)
            a, b = (read((*box[:axis], slice(at, at + 1), *box[axis + 1 :])) for at in (one, other))
            if not np.array_equal(np.ma.getmaskarray(a), np.ma.getmaskarray(b)):
                return False
            rounding = SPACINGS * np.finfo(a.dtype).eps * greatest if a.dtype.kind == "f" else 0
            close = np.isclose(np.asarray(a), np.asarray(b), rtol=0, atol=rounding, equal_nan=True)
            if not (close | np.ma.getmaskarray(a)).all():
                return False
        return True

    last = shape[axis] - 1
    return same(0, last) and not same(last - 1, last)


def inside(box: Box, outer: Box) -> Box:
    """Return a box of the grid as slices of the array that holds the larger box ``outer``."""
    return tuple(slice(s.start - o.start, s.stop - o.start) for s, o in zip(box, outer, strict=True))
