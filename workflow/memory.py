"""Peak memory of the topology stage, before it runs."""

from __future__ import annotations

from math import prod

from landsweep.kernels.blocks import Blocks

EDGES = 64
"""Bytes per vertex for basins, and for where they touch, on white noise: what grows with the roughness of the field.

Measured 20 to 55 over connectivities and dimensions (``benchmarks/topology.py memory``); smooth fields need under 1.
"""

BASE = 32_000_000
"""Bytes that do not grow with the block: caches, compressed chunks, arrays per thread."""


def reduction_bytes(blocks: Blocks, itemsize: int, *, ranks: int = 1, segmentation: bool = False) -> int:
    """Return the bytes that a rank needs beyond the program itself, to find the tree of one member by blocks.

    Per vertex of the largest box, one layer wider on every side: the values as read and as compared, a label of 4
    bytes (8 from 2^31 vertices), a mark of 1, :data:`EDGES`, and 16 of the segmentation if it is written. The final
    tree comes on top on the root, about 150 bytes per minimum; of these a smooth field has few.

    Parameters
    ----------
    blocks
        The grid and its blocks.
    itemsize
        Bytes per value.
    ranks
        Ranks that share the blocks.
    segmentation
        Whether the basin and the arc of every vertex are written.
    """
    box = prod(min(n, b + 2) for n, b in zip(blocks.shape, blocks.block, strict=True))
    label = 4 if box < 2**31 else 8
    surface = sum(prod(blocks.block) // b * 2 for b in blocks.block) if len(blocks) > 1 else 0
    borders = -(-len(blocks) // ranks) * surface * 40
    return BASE + box * (2 * itemsize + label + 1 + EDGES + 16 * segmentation) + borders
