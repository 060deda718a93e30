"""Neighbourhoods of an N-D grid: which vertices a merge tree joins.

Sources: Freudenthal 1942 and Kuhn 1960 for the triangulation, in the orientation of the Topology ToolKit.
"""

from __future__ import annotations

from collections.abc import Sequence
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

MIN_PERIOD = 3
"""A periodic axis has at least this many points: with two the steps up and down lead to the same neighbour, and with
one to the point itself, so that the edges are no triangulation."""


def periodic_axes(axes: Sequence[int] | bool, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the periodic axes of a grid, ascending, each once.

    The n points of a periodic axis are distinct, and the last one is followed by the first: the period is n times the
    spacing. A field that repeats its first layer at the end, such as an angle from 0 to 2 pi inclusive, has to leave
    the last layer out.

    Parameters
    ----------
    axes
        The axes, negative ones counted from the last; True for all, False for none.
    shape
        The number of points along each axis.

    Raises
    ------
    ValueError
        For an axis that the grid does not have, or one of fewer than :data:`MIN_PERIOD` points.

    Examples
    --------
    >>> periodic_axes([-1], (5, 4)), periodic_axes(True, (5, 4)), periodic_axes((), (5, 4))
    ((1,), (0, 1), ())
    """
    if isinstance(axes, bool):
        axes = range(len(shape)) if axes else ()
    found = set()
    for axis in axes:
        if not -len(shape) <= axis < len(shape):
            raise ValueError(f"no such periodic axis: got {axis}, expected 0 to {len(shape) - 1}.")
        if shape[axis] < MIN_PERIOD:
            raise ValueError(
                f"axis {axis % len(shape)} cannot be periodic: got {shape[axis]} points along it, expected at least "
                f"{MIN_PERIOD}, so that the steps up and down lead to different neighbours."
            )
        found.add(int(axis) % len(shape))
    return tuple(sorted(found))


def default_connectivity(ndim: int, *, toolkit: bool = False) -> Connectivity:
    """Return the connectivity of a grid of ``ndim`` axes where none is named: ``moore`` up to 3, ``face`` from 4.

    A valley that is narrower than a step and runs oblique to the grid becomes a chain of minima wherever two of its
    points that lie diagonally to one another are no neighbours. ``moore`` has all diagonals, ``freudenthal`` those of
    one orientation, ``face`` none, and their counts are in this order far from those of the loss itself
    (docs/topology.md). From four axes on, the number of diagonal neighbours grows quickly, and so does the number of
    values that blocks exchange.

    Parameters
    ----------
    ndim
        The number of axes.
    toolkit
        Whether the Topology ToolKit is to make the tree or to be compared with: up to three axes it knows no other
        connectivity than ``freudenthal``.

    Examples
    --------
    >>> default_connectivity(2), default_connectivity(2, toolkit=True), default_connectivity(4)
    ('moore', 'freudenthal', 'face')
    """
    if ndim > 3:
        return "face"
    return "freudenthal" if toolkit else "moore"


def offsets(connectivity: str, ndim: int) -> np.ndarray:
    """Return the neighbours of a vertex as index differences, in lexicographic order.

    With d axes, the last one the fastest:

    - ``face``: the unit vectors and their negatives, 2 d neighbours;
    - ``freudenthal``: ``+-({0,1}^(d-1) x {0,-1})`` without 0, 2 (2^d - 1) neighbours, the edges of the
      triangulation of Freudenthal and Kuhn, mirrored in the fastest axis;
    - ``moore``: ``{-1,0,1}^d`` without 0, 3^d - 1 neighbours.

    Along a periodic axis of n points the differences count modulo n. As n is at least 3, no two of them lead to the
    same vertex, and Freudenthal's edges are again those of a triangulation: of a cylinder or torus.

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
