"""The persistence diagram of a merge tree, and its form on the scale of its own landscape."""

from __future__ import annotations

import numpy as np
from landsweep.kernels.topology.tree import MergeTree


def tree_diagram(tree: MergeTree, *, min_persistence: float = 0.0, essential: bool = True) -> np.ndarray:
    """Return the 0-dimensional persistence diagram of a merge tree, in which every class ends.

    A class that never ends, the global minimum's and that of every further component, is given the end max f, the
    greatest finite value (Tierny et al. 2018 do so as well). So is a pair that ends at a vertex which is not finite. A
    diagram of a superlevel tree is that of -f: births are -f at maxima.

    Parameters
    ----------
    tree
        The merge tree.
    min_persistence
        Pairs with death - birth below this number are left out; classes that never end stay.
    essential
        Whether the classes that never end are part of the diagram.

    Returns
    -------
    numpy.ndarray
        ``(n, 2)`` float64, birth and death in units of the field, birth < death, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
    >>> tree_diagram(tree).tolist()
    [[0.0, 5.0], [1.0, 3.0], [3.5, 4.0]]
    >>> tree_diagram(tree, min_persistence=1.0, essential=False).tolist()
    [[1.0, 3.0]]
    """
    sign = -1.0 if tree.negate else 1.0
    top = -tree.value_range[0] if tree.negate else tree.value_range[1]
    pairs = sign * tree.pair_values[tree.lifetimes >= min_persistence]
    if essential:
        births = sign * tree.node_values[: len(tree.minima)][tree.branch_end < 0]
        pairs = np.concatenate([pairs, np.stack([births, np.full(len(births), top)], axis=1)])
    return cleaned(np.minimum(pairs, top))


def cleaned(pairs: np.ndarray) -> np.ndarray:
    """Return births and deaths ``(n, 2)`` as a diagram: sorted, and without classes of persistence 0."""
    pairs = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    pairs = pairs[pairs[:, 1] > pairs[:, 0]]
    return np.ascontiguousarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def bounded(diagram: np.ndarray, top: float) -> np.ndarray:
    """Return a diagram in which classes that never end (death +inf) end at ``top``, the greatest finite value."""
    return cleaned(np.stack([diagram[:, 0], np.minimum(diagram[:, 1], top)], axis=1))


def normalised(diagram: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """Return a diagram on the scale of its own field: births and deaths are (f - min f) / (max f - min f).

    Two landscapes that differ in the level and the range of the loss alone have the same normalised diagram.

    Parameters
    ----------
    diagram
        ``(n, 2)`` births and deaths.
    value_range
        The least and the greatest finite value of the field whose diagram it is; of -f for a superlevel tree.

    Raises
    ------
    ValueError
        Where the range is 0, or no finite number.

    Examples
    --------
    >>> import numpy as np
    >>> normalised(np.array([[1.0, 5.0], [2.0, 3.0]]), (1.0, 5.0)).tolist()
    [[0.0, 1.0], [0.25, 0.5]]
    """
    low, high = value_range
    if not 0 < (width := high - low) < np.inf:
        raise ValueError(f"the range of the field is {width:g}, expected a number above 0 to divide by.")
    return (diagram - low) / width
