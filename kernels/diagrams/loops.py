"""Loops of sublevel sets: persistent homology of dimension 1 of scalar fields on grids.

The space between the points is that of the neighbourhood, so that components are those of its merge tree: ``face`` has
the unit cubes whose corners all lie below a level (gudhi's and cripser's V-construction), ``moore`` a cell around each
point (the T-construction), ``freudenthal`` the simplices of the triangulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from landsweep.kernels.diagrams.diagram import cleaned
from landsweep.kernels.diagrams.library import gudhi
from landsweep.kernels.geometry.connectivity import periodic_axes

DUAL = {
    "face": "moore",
    "gabriel": "moore",
    "moore": "face",
    "freudenthal": "freudenthal",
    "delaunay": "freudenthal",
}
"""The keys are the neighbourhoods of sublevel sets that have loops, the values those of what lies outside them."""
LOOP_METRICS: dict[str, str] = {
    "n_loops": "loops of sublevel sets, persistent homology of dimension 1 (count)",
    "n_infinite_loops": "loops that no finite level fills, left out of all means (count)",
    "average_loop_persistence": "mean distance of the finite loops to the diagonal, (death - birth) / sqrt 2 (loss)",
    "max_loop_persistence": "greatest (death - birth) / sqrt 2 of the finite loops (loss)",
    "average_loop_persistence_rel": "average loop persistence over the range of the loss (ratio)",
}
"""The keys are the names of the metrics of :func:`loop_metrics`, the values say what each of them means, with its
unit."""


def needs_gudhi(shape: Sequence[int], periodic: Sequence[int] = ()) -> bool:
    """Return whether the loops of such a grid are gudhi's: those of two axes with ends are computed here."""
    return bool(periodic) or sum(n > 1 for n in shape) > 2


def loop_diagram(
    field: Any, connectivity: str = "moore", *, negate: bool = False, periodic: Sequence[int] | bool = ()
) -> np.ndarray:
    """Return the persistence diagram of dimension 1 of a field on a grid.

    A loop is born at the level where it closes around higher values, and dies at the level where they are filled. On
    two axes with ends a loop is a component of what lies outside the sublevel set, other than the one that holds the
    outside of the grid (Alexander duality): the merge tree of the superlevel sets, in the dual neighbourhood and within
    a frame above all values, has a pair (maximum, saddle) for each loop. Elsewhere gudhi computes the homology over
    Z/2.

    Parameters
    ----------
    field
        1 to 6 axes, float32 or float64; what is not finite, or masked, is never reached, so that it is a hole.
    connectivity
        A key of :data:`DUAL`. ``knn`` is a graph: nothing fills its loops.
    negate
        Whether to take superlevel sets: the result is the diagram of -f.
    periodic
        The axes whose last point is followed by the first, as of
        :func:`landsweep.kernels.geometry.connectivity.periodic_axes`.

    Returns
    -------
    numpy.ndarray
        ``(n, 2)`` float64, births and deaths, sorted; death is +inf where no finite level fills the loop.

    Raises
    ------
    ValueError
        For a neighbourhood that has no loops, or a periodic axis of fewer than 3 points.
    ImportError
        Where gudhi is needed (:func:`needs_gudhi`) and missing.

    Examples
    --------
    >>> import numpy as np
    >>> ring = np.array([[1.0, 2.0, 1.0], [3.0, 9.0, 1.0], [1.0, 1.0, 1.0]])
    >>> loop_diagram(ring, "face").tolist()  # it closes at 3, and the middle is filled at 9
    [[3.0, 9.0]]
    """
    if connectivity not in DUAL:
        raise ValueError(f"connectivity is {connectivity}, expected {', '.join(DUAL)}: a graph has no loops that end.")
    values = np.ma.filled(np.ma.asarray(field).astype(np.float64), np.inf)
    values = np.where(np.isfinite(values), -values if negate else values, np.inf)
    long = [axis for axis, n in enumerate(values.shape) if n > 1]
    around = [long.index(axis) for axis in periodic_axes(periodic, values.shape)]
    values = values.reshape([values.shape[axis] for axis in long])
    if not np.isfinite(values).any() or (values.ndim < 2 and not around):
        return np.empty((0, 2))
    if not needs_gudhi(values.shape, around):
        return _by_duality(values, DUAL[connectivity])
    if connectivity in ("freudenthal", "delaunay"):
        return _by_simplices(values, around)
    return _by_cubes(values, "vertices" if connectivity in ("face", "gabriel") else "top_dimensional_cells", around)


def _by_duality(values: np.ndarray, outside: str) -> np.ndarray:
    """Return the loops of a field of two axes, as pairs of the superlevel sets of its ranks within a frame."""
    from landsweep.kernels.topology.merge_trees import merge_tree  # it compiles, and who reads loops need not

    levels, ranks = np.unique(values, return_inverse=True)  # +inf is the last one, and as high as the frame
    if np.isfinite(levels[-1]):
        levels = np.append(levels, np.inf)
    framed = np.pad(ranks.reshape(values.shape), 1, constant_values=len(levels) - 1).astype(np.float64)
    tree = merge_tree(framed, outside, negate=True, volumes=False)  # its root is the frame's component
    return cleaned(levels[tree.pair_values[:, ::-1].astype(np.int64)])


def _by_cubes(values: np.ndarray, construction: str, periodic: Sequence[int]) -> np.ndarray:
    """Return the loops of a cubical complex; ``construction`` says which of its cells get the values."""
    given: dict[str, Any] = {construction: values}
    if periodic:
        wraps = [axis in periodic for axis in range(values.ndim)]
        complex_ = gudhi().PeriodicCubicalComplex(**given, periodic_dimensions=wraps)
    else:
        complex_ = gudhi().CubicalComplex(**given)
    complex_.compute_persistence(homology_coeff_field=2)
    return _finite_births(complex_.persistence_intervals_in_dimension(1))


def _by_simplices(values: np.ndarray, periodic: Sequence[int]) -> np.ndarray:
    """Return the loops of Freudenthal's triangulation, from its vertices, edges and triangles."""
    tree = gudhi().SimplexTree()
    flat = values.reshape(-1)
    for simplices in _simplices(values.shape, periodic):
        level = flat[simplices].max(axis=0)
        kept = np.isfinite(level)
        tree.insert_batch(simplices[:, kept].astype(np.int32), level[kept])
    tree.compute_persistence(homology_coeff_field=2)
    return _finite_births(tree.persistence_intervals_in_dimension(1))


def _simplices(shape: Sequence[int], periodic: Sequence[int]) -> Iterator[np.ndarray]:
    """Yield vertices ``(1, n)``, then edges ``(2, n)`` and triangles ``(3, n)`` of one shape at a time.

    A simplex is a chain of corners of a unit cube, each above the one before along some axes; of the last axis above
    means towards lower indices, as in the Topology ToolKit's triangulation.
    """
    dims = len(shape)
    vertices = np.arange(np.prod(shape)).reshape(shape)
    yield vertices.reshape(1, -1)
    steps = [np.array(step) for step in product((0, 1), repeat=dims) if any(step)]
    chains = [[step] for step in steps]
    chains += [[step, step + more] for step in steps for more in steps if not (step & more).any()]
    at = np.stack(np.unravel_index(vertices.reshape(-1), shape))
    size = np.array(shape)[:, None]
    upwards = np.array([1] * (dims - 1) + [-1])
    wraps = np.array([axis in periodic for axis in range(dims)])[:, None]
    for chain in chains:
        ends = [at + (corner * upwards)[:, None] for corner in chain]
        inside = np.all([(wraps | ((end >= 0) & (end < size))).all(axis=0) for end in ends], axis=0)
        yield np.stack([np.ravel_multi_index(tuple(corner[:, inside] % size), shape) for corner in (at, *ends)])


def _finite_births(intervals: Any) -> np.ndarray:
    pairs = np.asarray(intervals, dtype=np.float64).reshape(-1, 2)
    return cleaned(pairs[np.isfinite(pairs[:, 0])])


def loop_metrics(
    diagram: np.ndarray, value_range: tuple[float, float], *, min_persistence: float = 0.0
) -> dict[str, float]:
    """Return the metrics that :data:`LOOP_METRICS` names; a mean over no loop is NaN (missing), never 0.

    Parameters
    ----------
    diagram
        ``(n, 2)`` births and deaths of :func:`loop_diagram`.
    value_range
        The least and the greatest finite value of the field.
    min_persistence
        Loops with death - birth below this number are left out.

    Examples
    --------
    >>> import numpy as np
    >>> found = loop_metrics(np.array([[3.0, 9.0], [1.0, 2.0]]), (0.0, 10.0))
    >>> found["n_loops"], round(found["average_loop_persistence_rel"], 6)
    (2.0, 0.247487)
    """
    lifetimes = diagram[:, 1] - diagram[:, 0]
    lifetimes = lifetimes[lifetimes >= min_persistence]
    finite = lifetimes[np.isfinite(lifetimes)] / np.sqrt(2)
    average = finite.mean() if len(finite) else np.nan
    width = value_range[1] - value_range[0]
    found = {
        "n_loops": len(lifetimes),
        "n_infinite_loops": len(lifetimes) - len(finite),
        "average_loop_persistence": average,
        "max_loop_persistence": finite.max() if len(finite) else np.nan,
        "average_loop_persistence_rel": average / width if width > 0 else np.nan,
    }
    return {name: float(found[name]) for name in LOOP_METRICS}
