"""Maps and clusters of distances, against points whose distances are known."""

from __future__ import annotations

import numpy as np
import pytest
from landsweep.kernels.statistics.embedding import classical_scaling, hierarchical_clustering

rng = np.random.default_rng(0)


def distances(points):
    return np.linalg.norm(points[:, None] - points[None], axis=2)


@pytest.mark.parametrize("scale", [1.0, 1e-180, 1e180])
def test_points_of_a_plane_are_found_again(scale):
    given = distances(rng.normal(size=(12, 2)))
    found = classical_scaling(scale * given)
    assert np.allclose(distances(found.points / scale), given)
    assert found.share == pytest.approx(1.0)


def test_further_dimensions_and_distances_of_no_space_count_against_the_share():
    assert classical_scaling(distances(rng.normal(size=(12, 5)))).share < 0.9
    square = np.array([[0, 1, 2, 1], [1, 0, 1, 2], [2, 1, 0, 1], [1, 2, 1, 0.0]])  # along the edges of a square
    found = classical_scaling(square)
    assert found.share < 1
    assert np.isfinite(found.points).all()


def test_nothing_to_map_gives_zeros():
    found = classical_scaling(np.zeros((3, 3)))
    assert not found.points.any()
    assert np.isnan(found.share)
    two = classical_scaling(np.array([[0.0, 4.0], [4.0, 0.0]]))
    assert np.allclose(np.sort(two.points[:, 0]), [-2, 2])
    assert not two.points[:, 1].any()


def test_clusters_are_the_groups_that_were_made():
    groups = np.repeat([0, 1, 2], 6)
    found = hierarchical_clustering(distances(10 * np.eye(3)[groups] + 0.1 * rng.normal(size=(18, 3))))
    assert np.array_equal(found.cut(3), groups + 1)
    assert sorted(found.order.tolist()) == list(range(18))
    assert np.array_equal(np.sort(groups[found.order]), np.sort(groups))
    assert len(np.flatnonzero(np.diff(groups[found.order]))) == 2, "the leaves of a group stand together"
    assert found.cophenetic > 0.95
    assert found.cut(1).tolist() == [1] * 18


def test_two_items_and_equal_distances_have_no_correlation():
    assert np.isnan(hierarchical_clustering(np.array([[0.0, 1.0], [1.0, 0.0]])).cophenetic)
    assert np.isnan(hierarchical_clustering(1.0 - np.eye(4)).cophenetic)
