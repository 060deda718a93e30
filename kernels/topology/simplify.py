"""Simplification by persistence: the merge tree without its short branches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from landsweep.kernels.topology.basin_graph import BasinGraph
from landsweep.kernels.topology.grow import grow
from landsweep.kernels.topology.ladder import Ladder, climb_all, ladder


def simplify(tree: Any, min_persistence: float) -> Any:
    """Return the merge tree without the pairs whose death - birth is below ``min_persistence``; equal ones stay.

    A pair is dropped before any pair that encloses it, so what remains is the tree of the simplified field
    (Edelsbrunner, Letscher and Zomorodian 2002). The basin and the arcs of a dropped minimum count for the branch at
    which its own branch ended; roots stay.

    Raises
    ------
    ValueError
        Where ``min_persistence`` is negative or NaN.
    """
    if not min_persistence >= 0:
        raise ValueError(f"min_persistence is no loss difference: got {min_persistence}, expected at least 0.")
    lasting = tree.lifetimes >= min_persistence
    if lasting.all():
        return tree
    sign = -1.0 if tree.negate else 1.0
    stays = np.ones(len(tree.minima), bool)
    stays[tree.pair_branch[~lasting]] = False
    # What ends in a dropped branch is shorter than it, so whatever stays ends in a branch that stays.
    new_branch = np.cumsum(stays) - 1  # minima ascend in both trees
    younger = tree.pair_branch[lasting]
    merges = BasinGraph(
        tree.minima[stays],
        sign * tree.node_values[: len(stays)][stays],
        np.ones(stays.sum(), np.float32),
        new_branch[np.stack([younger, tree.branch_parent[younger]])].astype(np.int32),
        tree.pairs[lasting, 1],
        sign * tree.pair_values[lasting, 1],
    )
    greatest, level = tree.greatest
    less = grow(
        merges,
        greatest,
        sign * level,
        make=type(tree),  # this module lies below it
        shape=tree.shape,
        connectivity=tree.connectivity,
        negate=tree.negate,
        n_nonfinite=tree.n_nonfinite,
        value_range=tree.value_range,
    )
    heir = np.where(stays, np.arange(len(stays)), tree.branch_parent)
    while not stays[heir].all():
        heir = heir[heir]
    volume = np.zeros(len(less.minima), np.int64)
    np.add.at(volume, new_branch[heir], tree.basin_volume)
    less = replace(less, basin_volume=volume, periodic=tree.periodic)
    if len(tree.border_volume):
        births = tree.node_values[: len(stays)]
        level = births == births[heir]  # the lowest points of a branch are those of all that ended in it
        border = np.zeros(len(less.minima), np.int64)
        np.add.at(border, new_branch[heir[level]], tree.border_volume[level])
        less = replace(less, border_volume=border)
    steps = ladder(less)
    if len(tree.border_class):
        less = replace(less, border_class=_border_class(tree, less, stays, new_branch, steps))
    if len(tree.arc_volume):
        less = replace(less, arc_volume=_arc_volume(tree, stays, heir, new_branch, steps))
    return less


def _border_class(tree: Any, less: Any, stays: np.ndarray, new_branch: np.ndarray, steps: Ladder) -> np.ndarray:
    """Return which arcs of ``less`` meet on the border: those whose branches do so in ``tree``, at the same level."""
    sign, found = -1.0 if tree.negate else 1.0, np.arange(len(less.arcs))
    old = np.flatnonzero(np.bincount(tree.border_class, minlength=1)[tree.border_class] > 1)
    old = old[stays[tree.arc_branch[old]]]
    level = sign * tree.upper_values[old]
    # Below this level the branch has one arc that ends in it, if any other branch that meets it there stays.
    arc = climb_all(new_branch[tree.arc_branch[old]], level, np.full(len(old), -1), steps)
    upper = np.append(sign * less.upper_values, np.nan)  # of arc -1 too
    upper[len(less.pairs) + len(less.saddles) :] = np.nan  # these end in no saddle
    arc, old = arc[upper[arc] == level], old[upper[arc] == level]
    order = np.argsort(arc)
    arc, old = arc[order], old[order]
    _, first, back = np.unique(tree.border_class[old], return_index=True, return_inverse=True)
    found[arc] = arc[first][back]
    return found


def _arc_volume(tree: Any, stays: np.ndarray, heir: np.ndarray, new_branch: np.ndarray, steps: Ladder) -> np.ndarray:
    """Return the vertices per arc of what is left; arcs of a dropped branch count where its last ancestor ended."""
    sign, branch = -1.0 if tree.negate else 1.0, tree.arc_branch
    end_value = np.full(len(stays), np.nan)
    end_value[tree.pair_branch] = sign * tree.pair_values[:, 1]
    ancestor = np.arange(len(stays))  # of a dropped branch: its last dropped one, by doubling
    further = ~stays & ~stays[tree.branch_parent]
    ancestor[further] = tree.branch_parent[further]
    while not np.array_equal(ancestor, ancestor[ancestor]):
        ancestor = ancestor[ancestor]
    kept, last = stays[branch], ancestor[branch]
    value = np.where(kept, sign * tree.lower_values, end_value[last])
    vertex = np.where(kept, tree.arcs[:, 1], tree.branch_end[last])
    volume = np.zeros(len(steps.arc), np.int64)
    np.add.at(volume, climb_all(new_branch[heir[branch]], value, vertex, steps), tree.arc_volume)
    return volume
