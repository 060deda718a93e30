"""Contour trees, against the components of every level set, followed from one vertex to the next."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from landsweep.kernels import merge_tree
from landsweep.kernels.diagrams import contour
from landsweep.kernels.diagrams.contour import contour_tree
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def triangles(shape):
    """The edges and triangles of Freudenthal's triangulation, mirrored along the last axis, by paths through cubes."""
    ids = np.arange(np.prod(shape)).reshape(shape)[..., ::-1]
    found = set()
    for corner in np.ndindex(*(n - 1 for n in shape)):
        for axes in permutations(range(len(shape))):
            at, path = list(corner), [int(ids[corner])]
            for axis in axes:
                at[axis] += 1
                path.append(int(ids[tuple(at)]))
            found |= {tuple(sorted(c)) for c in combinations(path, 3)}
    found = sorted(found)
    return sorted({e for t in found for e in combinations(t, 2)}), found


def by_level_sets(field):
    """The arcs of the contour tree: contours of each level between two vertices, joined where nothing happens.

    A contour is a component of the edges that cross a level, where edges of one triangle are connected.
    """
    flat = field.reshape(-1)
    order = np.argsort(flat, kind="stable")
    rank = np.argsort(order)
    edges, faces = triangles(field.shape)
    number = {e: k for k, e in enumerate(edges)}
    pairs = np.array([(number[a], number[b]) for t in faces for a, b in combinations(list(combinations(t, 2)), 2)])
    ends = np.sort(rank[np.array(edges)], axis=1)
    start, arcs = {}, set()  # the node where each contour of the level below began, by its label
    labels = np.full(len(edges), -1)
    for level, vertex in enumerate(order):
        crossing = (ends[:, 0] <= level) & (level < ends[:, 1])
        inside = pairs[crossing[pairs].all(axis=1)]
        graph = coo_array((np.ones(len(inside)), inside.T), (len(edges), len(edges)))
        new = np.where(crossing, connected_components(graph, directed=False)[1], -1)
        below = sorted({int(k) for k in labels[ends[:, 1] == level]})
        above = sorted({int(k) for k in new[ends[:, 0] == level]})
        fresh = {}
        if (len(below), len(above)) == (1, 1):
            fresh[above[0]] = start[below[0]]
        else:
            arcs |= {(int(vertex), start[k]) for k in below}
            fresh |= {k: int(vertex) for k in above}
        for one, other in zip(labels[crossing], new[crossing], strict=True):
            if one >= 0 and other not in fresh:
                fresh[int(other)] = start[int(one)]
        start, labels = fresh, new
    return arcs


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shape", [(5, 6), (4, 3, 4)])
def test_arcs_are_the_contours_that_level_sets_have(seed, shape):
    rng = np.random.default_rng(seed)
    field = rng.integers(0, 8, shape).astype(float) if seed % 3 == 0 else rng.normal(size=shape)
    tree = contour_tree(field)
    assert set(map(tuple, tree.arcs.tolist())) == by_level_sets(field)
    assert len(tree.arcs) == len(tree.nodes) - 1
    assert np.array_equal(tree.node_values, field.reshape(-1)[tree.nodes])
    assert tree.node_down.sum() == tree.node_up.sum() == len(tree.arcs)


def test_leaves_are_the_minima_and_maxima_of_the_merge_trees():
    field = np.random.default_rng(0).normal(size=(30, 20))
    tree = contour_tree(field)
    for index, negate in ((0, False), (2, True)):
        leaves = merge_tree(field, "freudenthal", negate=negate).minima
        assert set(tree.nodes[tree.topological_index == index].tolist()) == set(leaves.tolist())
    degree = tree.node_down + tree.node_up
    assert np.count_nonzero(degree == 1) == 2 + np.maximum(degree - 2, 0).sum(), "so it is a tree"
    graph = tree.to_networkx()
    assert graph.number_of_edges() == len(tree.arcs)
    assert graph.nodes[int(tree.nodes[0])] == {"value": field.min(), "index": 0}


def test_what_has_no_contour_tree_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="1 values are not finite, expected none"):
        contour_tree(np.array([[1.0, np.nan], [0.0, 2.0]]))
    with pytest.raises(ValueError, match="expected at least two axes: on a line contours are points"):
        contour_tree(np.arange(4.0))
    monkeypatch.setattr(contour, "MOST", 1)
    with pytest.raises(ValueError, match="nodes, expected at most 1"):
        contour_tree(np.random.default_rng(0).normal(size=(4, 4)))


def test_a_plane_and_a_constant_field_are_one_arc():
    for field in (np.add.outer(np.arange(4.0), np.arange(3.0)), np.zeros((4, 3))):
        tree = contour_tree(field)
        assert (len(tree.nodes), len(tree.arcs)) == (2, 1)
        assert tree.topological_index.tolist() == [0, 2]
