"""A grid cut into blocks that overlap in one layer: the vertices that a block holds, and which others hold them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

Box = tuple["slice[int, int, None]", ...]
"""A box is a part of a grid, given by one slice per axis."""
Read = Callable[[Box], np.ndarray]
"""A function of this type returns the field on a box."""
Write = Callable[[Box, np.ndarray, np.ndarray], None]
"""A function of this type stores the basin and the arc of every vertex of a box."""


@dataclass(frozen=True)
class Blocks:
    """A grid of ``shape`` cut into boxes of at most ``block`` vertices per axis, numbered along a Morton curve.

    A run of consecutive blocks on this curve is compact, and shares fewer vertices with other blocks than a run of rows
    would (Morton 1966).

    A block *owns* the vertices of its box. It also *holds* one more layer above along each axis, where the grid
    continues, so that every edge of the grid lies in a block. A vertex is held by 2^k blocks, where k counts the axes
    along which it is in the first layer of a block other than the first.
    """

    shape: tuple[int, ...]
    block: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.block) or min(self.block, default=0) < 1 or min(self.shape) < 1:
            raise ValueError(
                f"blocks do not fit the grid: got blocks of {self.block} in a grid of {self.shape}, expected as many "
                "axes, and lengths of at least 1."
            )

    @classmethod
    def of(cls, shape: tuple[int, ...], points: int) -> Blocks:
        """Return blocks of at most ``points`` vertices: the longest axis is halved until they are small enough."""
        block = list(shape)
        while prod(block) > max(1, points):
            axis = block.index(max(block))
            block[axis] = -(-block[axis] // 2)
        return cls(shape, tuple(block))

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
            beside = beside[(beside[:, axis] >= 0) & (beside[:, axis] < self.counts[axis])]
            numbers = self._numbers[np.ravel_multi_index(tuple(beside.T), self.counts)]
            sides = int(np.count_nonzero((numbers < first) | (numbers >= last)))
            total += sides * (prod(self.block) // self.block[axis])
        return total

    def _box(self, index: int, before: int, after: int) -> Box:
        starts = [int(i) * b for i, b in zip(self._places[index], self.block, strict=True)]
        return tuple(
            slice(max(0, s - before), min(n, s + b + after))
            for s, b, n in zip(starts, self.block, self.shape, strict=True)
        )

    def owned(self, index: int) -> Box:
        """Return the box of vertices that a block owns."""
        return self._box(index, 0, 0)

    def held(self, index: int) -> Box:
        """Return the box of vertices that a block holds: the owned box with one more layer above along each axis."""
        return self._box(index, 0, 1)

    def around(self, index: int) -> Box:
        """Return the owned box with one more layer on every side, which holds all neighbours of the owned vertices."""
        return self._box(index, 1, 1)

    def owner(self, vertices: np.ndarray) -> np.ndarray:
        """Return the block that owns each vertex, given as C-order indices, int64."""
        at = np.unravel_index(vertices, self.shape)
        place = tuple(a // b for a, b in zip(at, self.block, strict=True))
        return self._numbers[np.ravel_multi_index(place, self.counts)]

    def vertices(self, box: Box, local: np.ndarray) -> np.ndarray:
        """Return the vertices of the grid, int64, at the C-order indices ``local`` of a box."""
        shape = box_shape(box)
        if shape == self.shape:
            return local.astype(np.int64, copy=False)
        at = np.unravel_index(local, shape)
        return np.ravel_multi_index([a + s.start for a, s in zip(at, box, strict=True)], self.shape).astype(np.int64)

    def layers(self, index: int) -> Iterator[tuple[Box, list[np.ndarray]]]:
        """Yield the parts of a held box that other blocks hold too: each as a local box, and a mask per axis.

        Each part is fixed at a shared layer along some axes. Along the other axes it spans everything that the blocks
        that hold it have in common; the mask is false at further shared layers, which are parts of their own.
        """
        held = self.held(index)
        per_axis = []
        for s, o, n in zip(held, self.owned(index), self.shape, strict=True):
            shared = ([0] if s.start > 0 else []) + ([o.stop - s.start] if o.stop < n else [])
            free = np.ones(s.stop - s.start, bool)
            free[shared] = False
            per_axis.append([(slice(0, len(free)), free), *((slice(k, k + 1), np.ones(1, bool)) for k in shared)])
        for part in list(product(*per_axis))[1:]:
            yield tuple(s for s, _ in part), [mask for _, mask in part]

    def holders(self, vertices: np.ndarray) -> np.ndarray:
        """Return how many blocks hold each vertex, int64."""
        at = np.unravel_index(vertices, self.shape)
        shared = [(a > 0) & (a % b == 0) for a, b in zip(at, self.block, strict=True)]
        return np.left_shift(1, np.sum(shared, axis=0, dtype=np.int64))


def box_shape(box: Box) -> tuple[int, ...]:
    """Return the number of vertices of a box along each axis."""
    return tuple(s.stop - s.start for s in box)


def inside(box: Box, outer: Box) -> Box:
    """Return a box of the grid as slices of the array that holds the larger box ``outer``."""
    return tuple(slice(s.start - o.start, s.stop - o.start) for s, o in zip(box, outer, strict=True))
