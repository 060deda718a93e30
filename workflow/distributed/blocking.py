"""The blocks into which the topology stage cuts members, and the memory that they take, known before it runs."""

from __future__ import annotations

from math import prod

from landsweep.kernels.geometry.blocks import Blocks

SPLIT_POINTS = 2**20
"""A member with fewer points than this is not cut for more ranks: its tree takes milliseconds, and messages would cost
more."""

EDGES = 64
"""Basins, and the edges where they touch, are reckoned to take this many bytes per vertex on white noise; they grow
with the roughness of the field.

Measured were 23 to 51 bytes over connectivities and dimensions (``benchmarks/topology.py memory``); smooth fields need
under 1.
"""

PER_MINIMUM = 400
"""A member that is cut takes this many bytes per minimum, since the root grows the tree from all merges and every rank
gets the tree."""

PER_POINT_KNN = 500
"""The representation ``knn``, whose graph is made and kept whole, takes this many bytes per point of a landscape:
measured were 360 to 450."""

BASE = 32_000_000
"""Caches and the buffers of threads and messages take this many bytes, which do not grow with the block."""

CHUNKS = 20
"""Zarr holds this many chunks while it reads: ten at a time, each as stored and as decoded."""


AROUND = 8 + 8
"""Where a box wraps around a periodic axis, the vertex of each of its places and its key take this many bytes."""


def member_blocks(
    shape: tuple[int, ...], limit: int, members: int, ranks: int, periodic: tuple[int, ...] = ()
) -> Blocks:
    """Return the blocks of a member: one, unless the member has more than ``limit`` points or ranks would be idle.

    All ranks work together on a member that is cut, so it has a block for each of them.
    """
    points = prod(shape)
    if points > limit or (members < ranks and points >= SPLIT_POINTS):
        limit = min(limit, -(-points // ranks))
    return Blocks.of(shape, limit, periodic)


def reduction_bytes(
    blocks: Blocks, itemsize: int, *, chunk: int = 2**20, ranks: int = 1, segmentation: bool = False
) -> int:
    """Return the bytes that a rank needs, beside the program itself, to find the tree of one member by blocks.

    For each vertex of the largest box, which is one layer wider on every side, a rank holds the values twice (as read,
    and without the layers below), a label of 4 bytes (8 from 2^31 vertices), a mark of 1 byte, :data:`EDGES` bytes, and
    16 bytes of the segmentation if it is written. With periodic axes there are :data:`AROUND` bytes more, and the
    values once more. Once per rank come the chunks in hand, and 40 bytes for each vertex on a border of its blocks.
    With several blocks there are further :data:`PER_MINIMUM` bytes for each minimum, whose number only the field can
    tell.

    Parameters
    ----------
    blocks
        The grid, its periodic axes and its blocks.
    itemsize
        Bytes per value.
    chunk
        Points of a stored chunk.
    ranks
        Ranks that share the blocks.
    segmentation
        Whether the basin and the arc of every vertex are written.
    """
    sides = zip(blocks.shape, blocks.block, strict=True)
    box = prod(b + 2 if axis in blocks.periodic else min(n, b + 2) for axis, (n, b) in enumerate(sides))
    label = 4 if box < 2**31 else 8
    cut = len(blocks) > 1 or blocks.periodic
    surface = sum(prod(blocks.block) // b * 2 for b in blocks.block) if cut else 0
    borders = -(-len(blocks) // ranks) * surface * 40
    per_vertex = 2 * itemsize + label + 1 + EDGES + 16 * segmentation
    if blocks.periodic:
        per_vertex += itemsize + AROUND
    return BASE + CHUNKS * min(chunk, box) * itemsize + box * per_vertex + borders
