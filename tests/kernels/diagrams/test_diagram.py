"""Diagrams of merge trees, against components of sublevel sets that are counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from landsweep.kernels import merge_tree
from landsweep.kernels.diagrams.diagram import bounded, normalised, tree_diagram
from scipy.ndimage import label

FACE = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
rng = np.random.default_rng(0)


@pytest.mark.parametrize("negate", [False, True])
def test_the_diagram_counts_the_components_of_every_sublevel_set(negate):
    field = rng.integers(0, 12, (7, 8)).astype(float)
    field[2, 3] = np.nan
    diagram = tree_diagram(merge_tree(field, "face", negate=negate))
    values = -field if negate else field
    top = np.nanmax(values)
    for level in np.unique(values[np.isfinite(values)])[:-1]:  # at the last one, what never ends is given an end
        alive = np.count_nonzero((diagram[:, 0] <= level) & (level < diagram[:, 1]))
        assert alive == label(values <= level, FACE)[1]
    assert diagram[:, 1].max() == top
    assert (diagram[:, 0] < diagram[:, 1]).all()


def test_components_that_never_meet_all_end_at_the_greatest_value():
    field = np.array([[0.0, np.inf, 1.0, 5.0]])
    assert tree_diagram(merge_tree(field, "face")).tolist() == [[0.0, 5.0], [1.0, 5.0]]


def test_a_constant_field_and_one_vertex_have_an_empty_diagram():
    assert tree_diagram(merge_tree(np.full((3, 3), 2.0))).shape == (0, 2)
    assert tree_diagram(merge_tree(np.array([2.0]))).shape == (0, 2)


def test_a_threshold_drops_pairs_but_not_what_never_ends():
    tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
    assert tree_diagram(tree, min_persistence=100.0).tolist() == [[0.0, 5.0]]
    assert tree_diagram(tree, min_persistence=2.0, essential=False).tolist() == [[1.0, 3.0]]


def test_normalised_diagrams_of_a_scaled_and_shifted_field_are_the_same():
    field = rng.normal(size=(9, 9))
    one, other = (merge_tree(f) for f in (field, 8 * field - 3))
    assert np.allclose(*(normalised(tree_diagram(tree), tree.value_range) for tree in (one, other)), atol=1e-14)
    with pytest.raises(ValueError, match="the range of the field is 0, expected a number above 0"):
        normalised(np.empty((0, 2)), (1.0, 1.0))


def test_what_never_ends_is_given_an_end():
    assert bounded(np.array([[1.0, np.inf], [2.0, 3.0]]), 4.0).tolist() == [[1.0, 4.0], [2.0, 3.0]]
