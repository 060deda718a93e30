"""Where the branches of a merge tree stand so that its drawing has no crossings, and which of them are drawn."""

from __future__ import annotations

import numpy as np
from landsweep.figures.style import count
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree


def places(tree: MergeTree) -> np.ndarray:
    """Return where each branch stands from left to right, ``(m,)`` int64, a permutation of 0 to m - 1.

    Every branch is a vertical line from its minimum up to the saddle where it meets its elder, and a horizontal line
    from there to the elder. A branch's younger ones stand on both sides of it, each with all that ends in it in one
    block, those that end lower nearer to it, on the side that has fewer lines so far. What lies between a branch and
    its elder has ended below the horizontal line, so no lines cross.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> places(merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0])))  # minima 0.0, 1.0 and 3.5
    array([1, 2, 0])
    """
    m = len(tree.minima)
    after = np.full(m, -1)  # lists of branches from left to right: what follows each, and the ends of each list
    first, last = np.arange(m), np.arange(m)
    left, right = np.zeros(m, np.int64), np.zeros(m, np.int64)
    parent = tree.branch_parent
    for branch in tree.pair_branch.tolist():  # by their ends, ascending: what ends in a branch came before it
        elder = int(parent[branch])
        width = left[branch] + right[branch] + 1
        if right[elder] <= left[elder]:
            after[last[elder]], last[elder] = first[branch], last[branch]
            right[elder] += width
        else:
            after[last[branch]], first[elder] = first[elder], first[branch]
            left[elder] += width
    found, place = np.empty(m, np.int64), 0
    for root in np.flatnonzero(parent < 0).tolist():
        branch = int(first[root])
        while branch >= 0:
            found[branch], place = place, place + 1
            branch = int(after[branch])
    return found


def shown(tree: MergeTree, most: int) -> tuple[MergeTree, str]:
    """Return the tree of the pairs of positive persistence, or of about ``most`` of them, and what was left out.

    Pairs of persistence 0 come from plateaus, and say nothing of the field. Where there are more than ``most`` others,
    those of the greatest persistence stay; those that tie with the last of them stay, too.
    """
    tree = tree.simplify(POSITIVE)
    if len(tree.minima) <= most:
        return tree, ""
    least = float(np.sort(tree.lifetimes)[-most + 1])
    less = tree.simplify(least)
    return (
        less,
        f"the {count(len(less.minima), 'minimum', 'minima')} of persistence ≥ {least:.3g} of {len(tree.minima):,}",
    )
