"""Branches of trees: the elder rule, their order, which are left out, and marks of what resolving has found."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from landsweep.kernels.topology.merge_trees import merge_tree, segmentation
from landsweep.page.trees import branches_of, marks_of, on_grid


def axes(field):
    return [np.linspace(-1, 1, n) for n in field.shape]


def test_the_branches_of_a_curve():
    field = np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0])
    found = branches_of(merge_tree(field), on_grid([np.arange(7.0)]))
    assert found.total == 3
    assert found.arrays["birth"].tolist() == [0.0, 1.0, 3.5]
    assert found.arrays["death"].tolist() == [np.inf, 3.0, 4.0]
    assert found.arrays["parent"].tolist() == [-1, 0, 0]
    assert found.arrays["minimum"].ravel().tolist() == [1.0, 3.0, 5.0]
    np.testing.assert_array_equal(found.arrays["saddle"].ravel(), [np.nan, 2.0, 4.0])
    assert found.arrays["volume"].tolist() == [3, 2, 2]
    assert [found.arrays[name].dtype for name in ("parent", "mark")] == [np.int32, np.uint8]


def test_of_more_branches_the_most_persistent_stay_and_take_the_basins_of_the_others():
    field = np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0])
    found = branches_of(merge_tree(field), on_grid([np.arange(7.0)]), most=2)
    assert found.total == 3
    assert found.arrays["birth"].tolist() == [0.0, 1.0]
    assert found.arrays["volume"].tolist() == [5, 2]
    assert found.of_minimum.tolist() == [0, 1, 0]


def test_superlevel_trees_have_births_above_deaths():
    field = np.array([1.0, 5.0, 2.0, 4.0, 0.0])
    found = branches_of(merge_tree(field, negate=True), on_grid([np.arange(5.0)]))
    assert found.arrays["birth"].tolist() == [5.0, 4.0]
    assert found.arrays["death"].tolist() == [-np.inf, 2.0]


@given(arrays(np.float64, (4, 5), elements=st.integers(0, 6).map(float)), st.integers(1, 6))
def test_every_tree(field, most):
    """Plateaus and ties: parents come before their children, and basins add up whatever is left out."""
    tree, parts = segmentation(field)
    whole = branches_of(tree, on_grid(axes(field)))
    assert whole.total == len(tree.simplify(np.nextafter(0, 1)).minima)
    found = branches_of(tree, on_grid(axes(field)), most=most)
    n = len(found.arrays["birth"])
    assert n == min(most, whole.total)
    lifetime = found.arrays["death"] - found.arrays["birth"]
    assert (np.diff(lifetime[1:]) <= 0).all()
    assert (found.arrays["parent"] < np.arange(n)).all()
    labels = found.of_minimum[parts.basin]
    np.testing.assert_array_equal(np.bincount(labels.ravel(), minlength=n), found.arrays["volume"])
    for k in range(1, n):  # the saddle is the lowest way out of what lies below: it joins an older branch
        parent = found.arrays["parent"][k]
        assert found.arrays["birth"][parent] <= found.arrays["birth"][k]
        assert found.arrays["death"][parent] >= found.arrays["death"][k]


@pytest.mark.parametrize("starts", [[1, 3, 5], [3, 5]])
def test_marks_are_what_became_of_the_descent_from_each_minimum(starts):
    tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
    own, end = {1: True, 3: False, 5: False}, {1: 0, 3: 0, 5: -1}
    resolved = SimpleNamespace(
        start=np.array(starts),
        start_own=np.array([own[v] for v in starts]),
        start_end=np.array([end[v] for v in starts]),
    )
    assert marks_of(tree, resolved).tolist() == [0, 1, 2]
