"""Drawings of trees have no crossings, by brute force."""

import numpy as np
import pytest
from landsweep.figures.layout import places, shown
from landsweep.kernels import graph_merge_tree, merge_tree


@pytest.mark.parametrize("seed", range(8))
def test_no_lines_cross_and_places_are_a_permutation(seed):
    random = np.random.default_rng(seed)
    field = random.random((12, 11)).round([9, 1][seed % 2])
    tree = merge_tree(field, negate=seed % 4 > 1)
    if seed % 2:
        tree, _ = shown(tree, 10**6)  # plateaus
    x, m = places(tree), len(tree.minima)
    assert sorted(x.tolist()) == list(range(m))
    sign = -1 if tree.negate else 1
    birth = sign * tree.node_values[:m]
    death = np.full(m, np.inf)
    death[tree.pair_branch] = sign * tree.pair_values[:, 1]
    for branch in tree.pair_branch:
        elder = tree.branch_parent[branch]
        low, high = sorted((x[branch], x[elder]))
        between = (x > low) & (x < high)
        cut = between & (birth < death[branch]) & (death > death[branch])
        assert not cut.any(), "an upright line goes through a line across"
        assert birth[elder] <= birth[branch]


def test_components_that_nothing_joins_stand_side_by_side():
    edges = np.array([[0, 1], [1, 2], [3, 4], [4, 5]])
    tree = graph_merge_tree(np.array([0.0, 2.0, 1.0, 5.0, 7.0, 6.0]), edges)
    assert places(tree).tolist() == [0, 1, 2, 3]


def test_of_too_many_minima_the_most_persistent_stay_and_it_is_said():
    tree = merge_tree(np.array([0, 9, 1, 9.5, 8, 8.5, 2, 7, 6.5, 10.0]))
    less, text = shown(tree, 3)
    assert less.node_values[: len(less.minima)].tolist() == [0, 1, 2]
    assert text == "the 3 minima of persistence ≥ 7.5 of 5"
    assert shown(tree, 5)[1] == ""
