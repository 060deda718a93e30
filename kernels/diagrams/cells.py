"""Morse-Smale cells of a field on a grid: points whose paths down and up lead to the same minimum and maximum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.kernels.topology.merge_trees import segmentation


@dataclass(frozen=True, eq=False)
class MorseSmale:
    """The cells of a field.

    Parameters
    ----------
    minima, maxima
        ``(m,)`` and ``(k,)`` the vertices, C-order indices.
    pairs, sizes
        ``(c, 2)`` the minimum and the maximum of each cell, as indices into ``minima`` and ``maxima``, ascending;
        ``(c,)`` the number of its points.
    cell
        In the shape of the field, int64: the cell of each point, -1 for points that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> found = morse_smale_cells(np.array([0.0, 2.0, 5.0, 3.0, 1.0, 4.0]))
    >>> found.minima.tolist(), found.maxima.tolist()
    ([0, 4], [2, 5])
    >>> found.cell.tolist(), found.sizes.tolist()  # from vertex 0 up to 2, down to 4, and up to 5
    ([0, 0, 0, 1, 2, 2], [3, 1, 2])
    """

    minima: np.ndarray
    maxima: np.ndarray
    pairs: np.ndarray
    sizes: np.ndarray
    cell: np.ndarray


def morse_smale_cells(field: Any, connectivity: str | None = None, *, periodic: Sequence[int] = ()) -> MorseSmale:
    """Return the cells of a field: the points of one minimum's basin, and of one maximum's.

    From each point a path leads to its least neighbour, and so on, to a minimum, and another one over greatest
    neighbours to a maximum (steepest descent and ascent, as Gerber et al. 2010 approximate the Morse-Smale complex).
    Parameters and errors are those of :func:`landsweep.kernels.merge_tree`.
    """
    (down, low), (up, high) = (
        segmentation(field, connectivity, negate=negate, periodic=periodic) for negate in (False, True)
    )
    both = np.stack([low.basin.reshape(-1), high.basin.reshape(-1)], axis=1)
    known = (both >= 0).all(axis=1) & np.isfinite(np.ma.filled(np.ma.asarray(field), np.nan)).reshape(-1)
    pairs, place, sizes = np.unique(both[known], axis=0, return_inverse=True, return_counts=True)
    cell = np.full(len(both), -1)
    cell[known] = place.reshape(-1)
    return MorseSmale(down.minima, up.minima, pairs, sizes, cell.reshape(low.basin.shape))
