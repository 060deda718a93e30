"""Steepest descent across blocks: it finds where the vertices of a block drain, inside it or into a neighbour.

A vertex on the border of a block may have its least neighbour in another one, so the basins of the grid are not those
of its blocks. With one more layer on every side each owned vertex knows its least neighbour. Its path of steepest
descent ends in a minimum of the block, or leaves the block; then it ends in an *exit*, the last owned vertex on the
path. The exits of all blocks are resolved once, by pointer doubling over the vertices on the borders
(:mod:`landsweep.distributed.reduction`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from landsweep.kernels.compiled import njit
from landsweep.kernels.geometry.blocks import Blocks, inside
from landsweep.kernels.topology.basins import compress, point_down

OUTSIDE, INSIDE, BORDER = range(3)
"""Each vertex of a box has one of these marks: it is not owned by the block, or it is owned and not next to another
block, or it is owned and next to another block, which around a periodic axis may be the block itself."""


@dataclass(frozen=True)
class Drainage:
    """The minima and exits into which the vertices that a block owns drain.

    Parameters
    ----------
    label
        Flat over the box ``blocks.around(index)``: ``~i`` for an owned vertex; other entries mean nothing.
    rows, bases
        The index into ``label``, and the vertex of the grid, with which each owned row begins.
    minima, exits
        ``(m,)`` and ``(x,)`` int64 vertices of the grid: label i < m drains into ``minima[i]``, label m + j into the
        exit ``exits[j]``.
    targets
        ``(x,)`` int64 vertices of the grid, each owned by another block, into which the exits lead.
    border, drains
        ``(b,)`` int64, the owned vertices next to another block, ascending, and the label i of each.
    """

    label: np.ndarray
    rows: np.ndarray
    bases: np.ndarray
    minima: np.ndarray
    exits: np.ndarray
    targets: np.ndarray
    border: np.ndarray
    drains: np.ndarray

    def counts(self, width: int) -> np.ndarray:
        """Return how many owned vertices have each label, int64; ``width`` is the length of an owned row."""
        return _counts(self.label, self.rows, width, len(self.minima) + len(self.exits))


def drain(values: np.ndarray, blocks: Blocks, index: int, connectivity: str, threads: int = 1) -> Drainage:
    """Return where the vertices of a block drain.

    ``values`` is the field on ``blocks.around(index)``, with +inf for non-finite values, in the order of the grid:
    :func:`landsweep.kernels.topology.basin_graph.in_order`.
    """
    box, owned = blocks.around(index), blocks.owned(index)
    inner = inside(owned, box)
    place = np.zeros(values.shape, np.uint8)
    place[inner] = BORDER
    # An owned vertex lies inside where the box goes on around it, or the grid ends.
    sizes = zip(inner, values.shape, strict=True)
    place[tuple(slice(i.start + (i.start > 0), i.stop - (i.stop < n)) for i, n in sizes)] = INSIDE
    starts = np.arange(0, values.size, values.shape[-1]).reshape(values.shape[:-1])[inner[:-1]].reshape(-1)
    rows, width = starts + inner[-1].start, inner[-1].stop - inner[-1].start

    down = point_down(values, connectivity, threads)
    minima, exits, targets = _terminals(down, place.reshape(-1), rows, width)
    down[minima] = ~np.arange(len(minima), dtype=down.dtype)
    down[exits] = ~np.arange(len(minima), len(minima) + len(exits), dtype=down.dtype)
    _compress_rows(down, rows, width)
    border = np.flatnonzero(place.reshape(-1) == BORDER)
    return Drainage(
        down,
        rows,
        blocks.vertices(box, rows),
        blocks.vertices(box, minima),
        blocks.vertices(box, exits),
        blocks.vertices(box, targets),
        blocks.vertices(box, border),
        ~down[border].astype(np.int64),
    )


@njit(cache=True, nogil=True)
def _terminals(down, place, rows, width):  # type: ignore[no-untyped-def]
    """Return the minima of the owned rows, and the vertices that point out of them with what they point to."""
    n_minima, n_exits = 0, 0
    for start in rows:
        for v in range(start, start + width):
            n_minima += down[v] == v
            n_exits += place[v] == BORDER and place[down[v]] == OUTSIDE
    minima, exits, targets = np.empty(n_minima, np.int64), np.empty(n_exits, np.int64), np.empty(n_exits, np.int64)
    n_minima, n_exits = 0, 0
    for start in rows:
        for v in range(start, start + width):
            if down[v] == v:
                minima[n_minima] = v
                n_minima += 1
            elif place[v] == BORDER and place[down[v]] == OUTSIDE:
                exits[n_exits], targets[n_exits] = v, down[v]
                n_exits += 1
    return minima, exits, targets


@njit(cache=True, nogil=True)
def _compress_rows(down, rows, width):  # type: ignore[no-untyped-def]
    for start in rows:
        compress(down, start, start + width)


@njit(cache=True, nogil=True)
def _counts(label, rows, width, count):  # type: ignore[no-untyped-def]
    counts = np.zeros(count, np.int64)
    for start in rows:
        for v in range(start, start + width):
            counts[~label[v]] += 1
    return counts
