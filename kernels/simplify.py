"""Simplification by persistence: the merge tree without its short branches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from landsweep.kernels.basin_graph import BasinGraph
from landsweep.kernels.grow import grow
from landsweep.kernels.segments import climb, ladder
from landsweep.kernels.tree import MergeTree


def simplify(tree: MergeTree, min_persistence: float) -> MergeTree:
    """Return the merge tree without the pairs of death - birth < ``min_persistence``; those equal to it stay.

    A pair is dropped before any that encloses it, so the rest is the tree of the simplified field (Edelsbrunner,
    Letscher and Zomorodian 2002). A dropped minimum's basin, and its arcs, count for the branch that it ended at; roots
    stay.

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
    less = replace(less, basin_volume=volume)
    return replace(less, arc_volume=_arc_volume(tree, less, stays, heir, new_branch)) if len(tree.arc_volume) else less


def _arc_volume(
    tree: MergeTree, less: MergeTree, stays: np.ndarray, heir: np.ndarray, new_branch: np.ndarray
) -> np.ndarray:
    """Return the vertices of each arc of ``less``: arcs of a dropped branch count where its last ancestor ended."""
    sign, steps = -1.0 if tree.negate else 1.0, ladder(less)
    volume = np.zeros(len(less.arcs), np.int64)
    lower_value = sign * tree.lower_values
    end_value = np.full(len(tree.minima), np.nan)
    end_value[tree.pair_branch] = sign * tree.pair_values[:, 1]
    for arc, branch in enumerate(tree.arc_branch.tolist()):
        vertex, value = int(tree.arcs[arc, 1]), float(lower_value[arc])
        if not stays[branch]:
            dropped = branch
            while tree.branch_parent[dropped] != heir[branch]:
                dropped = tree.branch_parent[dropped]
            vertex, value = int(tree.branch_end[dropped]), float(end_value[dropped])
        volume[climb(new_branch[heir[branch]], value, vertex, steps)[1]] += tree.arc_volume[arc]
    return volume
