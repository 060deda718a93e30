"""Effect sizes of groups by hand, and their intervals by definition."""

import numpy as np
import pytest
from landsweep.kernels.statistics.groups import (
    Z95,
    cliffs_delta,
    epsilon_squared,
    paired_delta,
    stratified_delta,
    without,
)


def test_cliffs_delta_counts_pairs():
    values, first = np.array([3.0, 1, 2, 3]), np.array([True, False, True, False])
    # of the pairs (3, 1), (3, 3), (2, 1), (2, 3) two are won, one is lost
    assert cliffs_delta(values, first).value == pytest.approx(0.25)
    assert cliffs_delta(-values, first).value == pytest.approx(-0.25)


def test_the_interval_ends_where_the_score_is_the_quantile():
    values, first = np.arange(9.0), np.arange(9) % 2 == 0
    found = cliffs_delta(values + 2.0 * first, first)
    theta, k = (found.value + 1) / 2, 9 / 2 - 1
    for end in (found.low, found.high):
        t = (end + 1) / 2
        variance = t * (1 - t) * (1 + k * (1 - t) / (2 - t) + k * t / (1 + t)) / 20
        assert abs(t - theta) == pytest.approx(Z95 * np.sqrt(variance))


def test_groups_apart_are_not_certain():
    found = cliffs_delta(np.arange(8.0), np.arange(8) > 3)
    assert (found.value, found.high) == (1, 1)
    assert 0 < found.low < 0.7
    assert cliffs_delta(np.arange(8.0), np.arange(8) < 4).high == pytest.approx(-found.low)


def test_pairs_within_blocks_alone_count():
    values, blocks = np.array([1.0, 2, 11, 12]), np.array([0, 0, 1, 1])
    assert stratified_delta(values, np.array([False, True, False, True]), blocks) == 1
    assert np.isnan(stratified_delta(values, np.array([True, True, False, False]), blocks))


def test_paired_differences_have_wilsons_interval():
    found = paired_delta(np.array([1.0, 2, 3, 0, -1]))  # a share of 3.5 of 5
    assert found.value == pytest.approx(0.4)
    p, n = 0.7, 5
    centre, half = p + Z95**2 / (2 * n), Z95 * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    ends = [2 * (centre + sign * half) / (1 + Z95**2 / n) - 1 for sign in (-1, 1)]
    assert (found.low, found.high) == pytest.approx(ends)


def test_a_covariate_is_taken_out_of_ranks():
    z = np.array([1.0, 2, 3, 4])
    assert without(3 * z, z).tolist() == [0, 0, 0, 0]
    # ranks 1 3 2 4 less 2.5 and less 0.8 (-1.5, -0.5, 0.5, 1.5)
    assert without(np.array([10.0, 30, 20, 40]), z) == pytest.approx([-0.3, 0.9, -0.9, 0.3])
    assert epsilon_squared(4.5, 10) == 0.5
