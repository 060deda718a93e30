"""The blocks into which the topology stage cuts members, and the memory that they take, known before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from landsweep.base.errors import UserError
from landsweep.kernels.geometry.blocks import Blocks, box_shape
from landsweep.kernels.geometry.triangulation import MOST_SIMPLICES, can_do, too_many
from landsweep.study.study import WITH_TOOLKIT

if TYPE_CHECKING:
    from landsweep.study.study import TopologySpec

ON_A_GRID = {"delaunay": "freudenthal", "gabriel": "face"}
"""On the points of a grid each of these triangulations is this connectivity: the diagonal of the Delaunay triangulation
is fixed, and Gabriel's graph leaves it out."""

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

TOOLKIT = 530
"""The Topology ToolKit takes this many bytes per vertex on white noise, in its own process and in what is made of its
output. Measured were 167 (smooth, 2-D) to 498 in one process, up to 82 of them for what is made of the output; ranks,
nodes and arcs, which two processes hold, are 32 more. On graphs nothing was measured; it is reckoned the same per
point."""

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
    blocks: Blocks,
    itemsize: int,
    *,
    chunk: int = 2**20,
    ranks: int = 1,
    segmentation: bool = False,
    toolkit: bool = False,
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
    toolkit
        Whether the Topology ToolKit makes the tree of each block, which takes :data:`TOOLKIT` bytes per vertex.
    """
    sides = zip(blocks.shape, blocks.block, strict=True)
    box = prod(b + 2 if axis in blocks.periodic else min(n, b + 2) for axis, (n, b) in enumerate(sides))
    label = 4 if box < 2**31 else 8
    cut = len(blocks) > 1 or blocks.periodic
    surface = sum(prod(blocks.block) // b * 2 for b in blocks.block) if cut else 0
    borders = -(-len(blocks) // ranks) * surface * 40
    per_vertex = 2 * itemsize + label + 1 + EDGES + 16 * segmentation + TOOLKIT * toolkit
    if blocks.periodic:
        per_vertex += itemsize + AROUND
    return BASE + CHUNKS * min(chunk, box) * itemsize + box * per_vertex + borders


def by_toolkit(blocks: Blocks, representation: str) -> tuple[int, int]:
    """Return how many blocks a representation has, and of how many of them the Topology ToolKit can make the tree."""
    if representation == "knn":
        return 1, 1
    connectivity = ON_A_GRID.get(representation, representation)
    held = (box_shape(blocks.held(index)) for index in range(len(blocks)))
    return len(blocks), sum(can_do(shape, connectivity) for shape in held)


def idle_engine(topology: TopologySpec, names: Sequence[str], shape: tuple[int, ...]) -> str:
    """Return a sentence where the Topology ToolKit is asked for, and makes no tree of representations ``names``.

    Nothing is returned where it has something to do, or is not asked for.
    """
    if topology.engine not in WITH_TOOLKIT or any(by_toolkit(Blocks(shape, shape), name)[1] for name in names):
        return ""
    return (
        f"topology.engine is {topology.engine}, but of {', '.join(names)} on a grid of {' x '.join(map(str, shape))} "
        "TTK makes no trees, so all are the native engine's: it makes those of freudenthal in 2-D and 3-D "
        "(topology.connectivity=freudenthal) and of knn."
    )


def check_engine(topology: TopologySpec, names: Sequence[str], blocks: Blocks) -> None:
    """Check that the engine numbers all simplices of the blocks of representations ``names``; nothing is started.

    Raises
    ------
    UserError
        Where the study asks for the Topology ToolKit, which numbers them in 32 bits, and they are more.
    """
    if topology.engine not in WITH_TOOLKIT:
        return
    for name in names:
        what, expected = "", f"expected at most {MOST_SIMPLICES:,}, which TTK numbers in 32 bits"
        if name == "knn":
            points = prod(blocks.shape)
            least = 0 if topology.mutual else points * min(topology.k, points - 1) // 2
            if least + points + 1 > MOST_SIMPLICES:
                what = f"the graph of knn has at least {least + points + 1:,} edges, {expected}"
            do = "use the engine native"
        else:
            held = tuple(min(n, b + 1) for n, b in zip(blocks.shape, blocks.block, strict=True))
            if can_do(held, ON_A_GRID.get(name, name)) and (many := too_many(held)):
                what = f"a block of {' x '.join(map(str, held))} points has {many}, {expected}"
            most = 2 ** (27 if sum(n > 1 for n in held) == 3 else 29)
            do = f"use the engine native, or blocks of at most {most:,} points"
        if what:
            raise UserError(f"topology.engine is {topology.engine}, but {what}: {do}.")
