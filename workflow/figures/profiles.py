"""The topological landscape profile: a field of any dimensions as a curve with the same merge tree and volumes."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.figures.layout import places, shown
from landsweep.figures.scales import Scale, limits
from landsweep.figures.style import INK, PALE, count, labels, note
from landsweep.kernels.topology.tree import MergeTree

MOST_BASINS = 5000
"""Of more basins, those of the greatest persistence are drawn."""


def profile(tree: MergeTree, ax: Any, *, scale: Scale = "linear", name: str = "loss") -> Any:
    """Draw the topological landscape profile of a merge tree: a curve of one variable with the same tree and volumes.

    At each level that is a minimum or a saddle, the valleys of the curve are as wide as the components of the sublevel
    set have grid points; between two such levels the width grows linearly, as the tree does not say how it grows there.
    So the profile shows depth, width and nesting of all basins of a field of any dimensions (Oesterling, Heine, Weber,
    Morozov and Scheuermann 2013; Landscaper draws it so, arXiv:2602.07135). Basins stand in the order in which
    :func:`landsweep.figures.trees.merge_tree` draws their branches.

    Parameters
    ----------
    tree
        A merge tree with arc volumes; pairs of persistence 0 are left out.
    ax
        The axes.
    scale
        ``linear`` or ``log``, of y.
    name
        What the height is.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        For a tree without volumes, scale ``clipped``, or a logarithmic one of values that are not positive.
    """
    if scale == "clipped":
        raise ValueError("scale is clipped, expected linear or log")
    if len(tree.arc_volume) != len(tree.arcs):
        raise ValueError("the tree has no arc volumes, expected one made with volumes=True")
    drawn, less = shown(tree, MOST_BASINS)
    x, y = outline(drawn)
    limits([y], scale)
    share = 100 / max(int(np.prod(tree.shape)), 1)
    ax.plot(share * x, y, color=INK, linewidth=0.9)
    low, high = float(y.min()), float(y.max())
    room = (high / low) ** 0.05 if scale == "log" else 0.05 * (high - low)
    if high == low:
        room = 1.1 if scale == "log" else 0.05 * abs(low) or 0.5
    ax.set_yscale("log" if scale == "log" else "linear")
    bottom, top = (low / room, high * room) if scale == "log" else (low - room, high + room)
    ax.fill_between(share * x, y, top if tree.negate else bottom, color=PALE, linewidth=0)
    ax.set(ylim=(bottom, top), xlim=(0, max(share * float(x.max()), share)))
    leaf = ("maximum", "maxima") if tree.negate else ("minimum", "minima")
    labels(ax, "share of the grid's points [%]", name)
    apart = f"{len(drawn.roots)} components side by side, which no saddle joins" if len(drawn.roots) > 1 else ""
    open_ = int((~np.isfinite(drawn.pair_values[:, 1])).sum())
    above = f"{count(open_, 'pair')} without a finite saddle, drawn up to the border" if open_ else ""
    note(ax, less or count(len(drawn.minima), *leaf), apart, above)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def outline(tree: MergeTree) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a tree's profile from left to right: x in grid points, and y; both float64.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0]), volumes=True)
    >>> x, y = outline(tree)  # basins of 2 points and 1, which meet at 3.0
    >>> x.tolist()
    [0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0]
    >>> y.tolist()
    [4.0, 3.0, 0.0, 3.0, 1.0, 3.0, 4.0]
    """
    place, m = places(tree), len(tree.minima)
    branch = dict(zip(tree.minima.tolist(), range(m), strict=True))
    below: dict[int, list[int]] = {}
    for arc, upper in enumerate(tree.arcs[:, 0].tolist()):
        below.setdefault(upper, []).append(arc)
    leftmost, under = np.zeros(len(tree.arcs), np.int64), np.zeros(len(tree.arcs), np.int64)
    children: list[list[int]] = [[] for _ in range(len(tree.arcs))]
    width = tree.arc_volume.astype(np.int64)
    for arc, end in enumerate(tree.arcs[:, 1].tolist()):  # what lies below an arc comes before it
        if end in branch:
            leftmost[arc] = place[branch[end]]
            continue
        children[arc] = sorted(below[end], key=lambda a: int(leftmost[a]))
        leftmost[arc] = leftmost[children[arc][0]]
        under[arc] = sum(int(width[a]) for a in children[arc])
        width[arc] += under[arc]
    inner = {*tree.arcs[:, 1].tolist()}
    tops = sorted((a for upper, arcs in below.items() if upper not in inner for a in arcs), key=lambda a: leftmost[a])
    corners = _walk(tree, tops, children, width, under)
    joined = {*tree.arc_branch.tolist()}
    for alone in (b for b in range(m) if b not in joined):  # the only vertex of a component
        x, y = corners[-1][0] if corners else 0.0, float(tree.node_values[alone])
        corners += [(x, y), (x + 1.0, y)]
    x, y = np.array(corners).T
    return x, y


def _walk(
    tree: MergeTree, tops: list[int], children: list[list[int]], width: np.ndarray, under: np.ndarray
) -> list[tuple[float, float]]:
    """Go down and up along the arcs, from left to right, and return the corners on the way."""
    corners: list[tuple[float, float]] = []
    least, greatest = tree.value_range
    upper = np.where(np.isfinite(tree.upper_values), tree.upper_values, least if tree.negate else greatest)
    start = 0.0
    for top in tops:
        todo: list[tuple[int, float, bool]] = [(top, start, True)]
        while todo:
            arc, left, going_down = todo.pop()
            corner = (left if going_down else left + float(width[arc]), float(upper[arc]))
            if not corners or corner != corners[-1]:
                corners.append(corner)
            if not going_down:
                continue
            todo.append((arc, left, False))
            at = left + float(width[arc] - under[arc]) / 2
            if not children[arc]:
                corners.append((at, float(tree.lower_values[arc])))
            later = []
            for child in children[arc]:
                later.append((child, at, True))
                at += float(width[child])
            todo += reversed(later)
        start += float(width[top])
    return corners
