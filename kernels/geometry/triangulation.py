"""Freudenthal's triangulation of a grid: how many simplices it has, and of which grids the Topology ToolKit takes it.

It imports nothing that takes time, as planning needs it.
"""

from __future__ import annotations

from itertools import combinations
from math import comb, prod

MOST_SIMPLICES = 2**31 - 1
"""The toolkit numbers the simplices of each dimension in 32 bits (``SimplexId`` in its source, as conda builds it)."""

KINDS = ("vertices", "edges", "triangles", "tetrahedra")
"""Simplices of dimension 0 to 3 have these names."""


def can_do(shape: tuple[int, ...], connectivity: str) -> bool:
    """Return whether the toolkit can make the tree of a block, so that it is asked at all.

    It can for Freudenthal's triangulation of 2-D and 3-D grids. In one dimension the greatest vertex may be a saddle,
    which its FTM does not survive, and on a grid one point thick along its last axis it mirrors the other diagonal.
    """
    thick = sum(n > 1 for n in shape) in (2, 3) and shape[-1] > 1
    return connectivity == "freudenthal" and thick and len(shape) <= 3


def simplices(shape: tuple[int, ...]) -> list[int]:
    """Return how many simplices of each dimension, from vertices up, Freudenthal's triangulation of a grid has.

    A simplex of dimension k steps k times upwards, each time along one axis or several that it has not gone along yet:
    for every set of axes, as many steps as there are ordered partitions of the set into k parts, at every vertex from
    which there is room.
    """
    counts = []
    for k in range(len(shape) + 1):
        total = 0
        for size in range(k, len(shape) + 1):
            partitions = sum((-1) ** j * comb(k, j) * (k - j) ** size for j in range(k + 1))
            for axes in combinations(range(len(shape)), size):
                total += partitions * prod(n - (axis in axes) for axis, n in enumerate(shape))
        counts.append(total)
    return counts


def too_many(shape: tuple[int, ...]) -> str:
    """Return what of a grid is more than the toolkit can number, such as ``3,000 edges``; empty where nothing is."""
    found = [(n, kind) for n, kind in zip(simplices(shape), KINDS, strict=False) if n > MOST_SIMPLICES]
    return f"{found[0][0]:,} {found[0][1]}" if found else ""
