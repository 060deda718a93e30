"""Neighbourhoods of an N-D grid: which vertices a merge tree joins.

Sources: Freudenthal 1942 and Kuhn 1960 for the triangulation, in the orientation of the Topology ToolKit.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import numpy as np

Connectivity = Literal["face", "freudenthal", "moore"]
"""A connectivity says which vertices of a grid are neighbours; see :func:`offsets`."""

CONNECTIVITIES: tuple[Connectivity, ...] = get_args(Connectivity)
"""These are the names of connectivities that :func:`offsets` knows."""

Representation = Literal["face", "freudenthal", "moore", "knn", "delaunay", "gabriel"]
"""A representation says which points of a landscape a merge tree joins: by a connectivity, or by a graph over the
points."""

REPRESENTATIONS: tuple[Representation, ...] = get_args(Representation)
"""These are the names of all representations."""

MAX_NDIM = 6
"""A grid has at most this many dimensions: a vertex has 3^d - 1 neighbours in the connectivity ``moore``, 728 of them
in six dimensions."""


def default_connectivity(ndim: int) -> Connectivity:
    """Return the connectivity of a grid of ``ndim`` axes: ``freudenthal`` below 4, ``face`` from 4.

    The number of diagonal neighbours grows quickly with the dimension, and so does the number of values that blocks
    exchange.
    """
    return "freudenthal" if ndim < 4 else "face"


def offsets(connectivity: str, ndim: int) -> np.ndarray:
    """Return the neighbours of a vertex as index differences, in lexicographic order.

    With d axes, the last one the fastest:

    - ``face``: the unit vectors and their negatives, 2 d neighbours;
    - ``freudenthal``: ``+-({0,1}^(d-1) x {0,-1})`` without 0, 2 (2^d - 1) neighbours, the edges of the
      triangulation of Freudenthal and Kuhn, mirrored in the fastest axis;
    - ``moore``: ``{-1,0,1}^d`` without 0, 3^d - 1 neighbours.

    Parameters
    ----------
    connectivity
        One of :data:`CONNECTIVITIES`.
    ndim
        Number of axes d, 1 to 6.

    Returns
    -------
    ndarray
        ``(k, d)`` int64 offsets; with every offset the array holds its negative.

    Raises
    ------
    ValueError
        For an unknown name or number of axes.

    Examples
    --------
    >>> offsets("freudenthal", 2).tolist()
    [[-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0]]
    """
    import numpy as np

    if connectivity not in CONNECTIVITIES:
        raise ValueError(f"unknown connectivity: got {connectivity!r}, expected one of {', '.join(CONNECTIVITIES)}.")
    if not 1 <= ndim <= MAX_NDIM:
        raise ValueError(f"unsupported number of grid axes: got {ndim}, expected 1 to {MAX_NDIM}.")
    box = [o for o in product((-1, 0, 1), repeat=ndim) if any(o)]
    if connectivity == "face":
        box = [o for o in box if sum(map(abs, o)) == 1]
    elif connectivity == "freudenthal":
        # Undo the mirror: the edges of the triangulation are then the vectors without mixed signs.
        box = [o for o in box if len({*o[:-1], -o[-1]} - {0}) == 1]
    return np.array(box, dtype=np.int64)
