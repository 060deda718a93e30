"""Exact p values against all permutations, one by one, and by hand."""

from itertools import permutations, product

import numpy as np
import pytest
from landsweep.kernels.statistics.permutation import (
    EXACT_UNITS,
    groups_p,
    rank_sum_p,
    sign_p,
    spearman_p,
)
from scipy.stats import kruskal, rankdata, spearmanr


@pytest.mark.parametrize("n", [4, 6])
def test_spearman_is_compared_with_every_order(n):
    random = np.random.default_rng(n)
    x, y = random.integers(0, 4, (2, n)).astype(float)
    x[0], y[1] = 9, -9  # both vary
    a, b = rankdata(x), rankdata(y)
    found = abs(np.corrcoef(a, b)[0, 1])
    every = [abs(np.corrcoef(a, order)[0, 1]) >= found - 1e-12 for order in permutations(b)]
    assert spearman_p(x, y) == (pytest.approx(np.mean(every)), True)


def test_many_units_have_students_t_and_no_p_of_zero():
    x = np.arange(EXACT_UNITS + 5.0)
    y = x.copy()
    assert spearman_p(x, y)[0] == pytest.approx(2 / np.prod(np.arange(1, 16.0)))
    y[[0, 9]] = y[[9, 0]]
    assert spearman_p(x, y) == (pytest.approx(spearmanr(x, y).pvalue), False)


def test_four_against_four_has_at_best_a_p_of_29_in_1000():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    assert rank_sum_p(values, values > 4) == (pytest.approx(2 / 70), True)
    assert rank_sum_p(values, values < 4) == (pytest.approx(2 / 56), True)
    assert np.isnan(rank_sum_p(np.ones(8), values > 4)[0])


def test_signs_have_every_choice():
    differences = np.array([1.0, -2, 2, 3, 5, 0])
    every = [abs(sum(signs)) >= 3 for signs in product((-1, 1), repeat=5)]
    assert sign_p(differences) == (pytest.approx(np.mean(every)), True)
    assert sign_p(np.ones(5))[0] == pytest.approx(2 / 32)
    assert np.isnan(sign_p(np.zeros(5))[0])


def test_recorded_p_values_with_ties():
    """Of R's coin (two groups) and of Julia's HypothesisTests (five pairs), which permute mid-ranks as well."""
    values, first = np.concatenate([np.arange(1.0, 11), np.arange(2.0, 25, 2)]), np.arange(22) < 10
    assert rank_sum_p(values, first) == (pytest.approx(0.01188904, abs=1e-8), True)
    assert spearman_p(np.array([10.0, 10, 20, 30, 30]), np.arange(5.0)) == (pytest.approx(0.0666666667), True)


def test_several_groups_have_every_assignment():
    values, labels = np.array([1.0, 5, 2, 2, 9, 7]), np.array([0, 1, 0, 2, 1, 2])
    statistic, p, exact = groups_p(values, labels)
    assert statistic == pytest.approx(kruskal(*(values[labels == k] for k in range(3))).statistic)
    every = [
        kruskal(*(values[np.array(order) == k] for k in range(3))).statistic >= statistic - 1e-9
        for order in set(permutations(labels.tolist()))
    ]
    assert (p, exact) == (pytest.approx(np.mean(every)), True)


def test_many_groups_draw_assignments():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 10)
    values = random.standard_normal(30)
    _, p, exact = groups_p(values, labels)
    assert not exact
    assert p == pytest.approx(kruskal(*(values[labels == k] for k in range(3))).pvalue, abs=0.03)
    assert groups_p(values + 9 * labels, labels)[1] == pytest.approx(1e-4)  # none of 9 999 is as far, and itself
