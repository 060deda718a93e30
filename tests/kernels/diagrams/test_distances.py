"""Distances of diagrams, by hand, against all matchings, gudhi's other implementation, and their stability."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from landsweep.kernels import merge_tree
from landsweep.kernels.diagrams import distances as module
from landsweep.kernels.diagrams.diagram import tree_diagram
from landsweep.kernels.diagrams.distances import bottleneck_distance, wasserstein_distance

rng = np.random.default_rng(1)


def diagram(size):
    births = rng.normal(size=size)
    return np.stack([births, births + rng.exponential(size=size)], axis=1)


def by_all_matchings(one, other, order):
    """The least cost over all matchings: each diagram is given a place on the diagonal for each point of the other."""
    n, m = len(one), len(other)
    cost = np.zeros((n + m, n + m))
    cost[:n, :m] = np.abs(one[:, None] - other[None]).max(axis=2)
    cost[:n, m:] = ((one[:, 1] - one[:, 0]) / 2)[:, None]
    cost[n:, :m] = ((other[:, 1] - other[:, 0]) / 2)[None]
    matchings = (cost[range(n + m), list(p)] for p in permutations(range(n + m)))
    if order == np.inf:
        return min(c.max(initial=0) for c in matchings)
    return min((c**order).sum() for c in matchings) ** (1 / order)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 2), (1, 1), (2, 3), (3, 3)])
def test_distances_are_the_least_over_all_matchings(sizes):
    one, other = map(diagram, sizes)
    assert np.isclose(bottleneck_distance(one, other), by_all_matchings(one, other, np.inf), rtol=1e-12)
    for order in (1, 2, 3.5):
        assert np.isclose(wasserstein_distance(one, other, order), by_all_matchings(one, other, order), rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
def test_wasserstein_is_that_of_hera(order):
    from gudhi.hera import wasserstein_distance as hera

    one, other = diagram(60), diagram(45)
    assert np.isclose(wasserstein_distance(one, other, order), hera(one, other, order=order, delta=1e-6), rtol=1e-5)


def test_distances_are_a_metric_and_zero_for_the_same():
    a, b, c = diagram(20), diagram(25), diagram(15)
    for distance in (bottleneck_distance, wasserstein_distance, lambda x, y: wasserstein_distance(x, y, 2)):
        assert distance(a, a) == 0
        assert distance(a, b[::-1].copy()) == pytest.approx(distance(b, a), rel=1e-12)
        assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12


def test_distances_scale_with_the_values_even_where_their_powers_leave_the_floats():
    one, other = diagram(6), diagram(5)
    for scale in (1e-200, 1e200):
        assert np.isclose(
            wasserstein_distance(scale * one, scale * other, 3), scale * wasserstein_distance(one, other, 3)
        )


def test_the_bottleneck_distance_of_two_fields_is_at_most_their_greatest_difference():
    field = rng.normal(size=(12, 12))
    other = field + 0.1 * rng.uniform(-1, 1, field.shape)
    apart = bottleneck_distance(*(tree_diagram(merge_tree(f, "moore")) for f in (field, other)))
    assert 0 < apart <= np.abs(field - other).max()


def test_what_cannot_be_computed_is_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"order is 0\.5, expected a number of at least 1"):
        wasserstein_distance(diagram(2), diagram(2), 0.5)
    monkeypatch.setattr(module, "LARGEST", 3)
    with pytest.raises(ValueError, match="the diagrams have 2 and 2 points, expected at most 3 possible matches"):
        wasserstein_distance(diagram(2), diagram(2))


@pytest.mark.parametrize(
    ("one", "other", "order", "expected"),
    [
        # a point so far away that optimal transport in floating point loses the others (GUDHI/gudhi-devel 465)
        (
            [[2.23201301, 2.30992361], [2.79212053, 3.53268734], [0.942383758, 4.08248747], [0.522799989, 1e16]],
            [[5.72533791, 18.1300169], [3.67182222, 21.6658844], [14.9374957, 51.4375875], [2.81675603, 1e16]],
            2,
            21.455667863335233,
        ),
        ([[2.7, 4.11], [9.6, 14.0], [34.2, 34.974]], [[2.8, 4.45], [9.5, 14.1]], 1, 0.827),  # jeanfeydy/geomloss 71
        ([[0, 1], [0, 1]], [[0, 1]], np.inf, 0.5),  # the same point twice (scikit-tda/persim 44)
        ([[0, 1], [0, 1]], [[0, 1]], 1, 0.5),
        ([[0.11371516, 4.45734882]], [[0.11371516, 4.45734882]], np.inf, 0.0),  # scikit-tda/persim 28
        ([[0, 10]], [[5, 5]], np.inf, 5.0),  # a point on the diagonal (scikit-tda/persim 70, GUDHI/gudhi-devel 477)
        ([[0, 0], [0, 1]], [[0, 1]], 2, 0.0),
    ],
)
def test_numbers_that_others_reported(one, other, order, expected):
    one, other = np.array(one, dtype=float), np.array(other, dtype=float)
    found = bottleneck_distance(one, other) if order == np.inf else wasserstein_distance(one, other, order)
    assert found == pytest.approx(expected, rel=1e-9)
