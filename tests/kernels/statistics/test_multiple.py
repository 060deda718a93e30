"""Holm's adjustment by hand, and how rare false alarms are."""

import numpy as np
import pytest
from landsweep.kernels.statistics.multiple import holm
from landsweep.kernels.statistics.permutation import spearman_p


def test_holm_by_hand():
    p = np.array([0.04, 0.01, np.nan, 0.03, 0.5])
    # 4 * 0.01, 3 * 0.03, then 2 * 0.04 is raised to 0.09, and 0.5
    assert holm(p) == pytest.approx([0.09, 0.04, np.nan, 0.09, 0.5], nan_ok=True)
    assert holm(np.array([0.6, 0.7])).tolist() == [1, 1]
    assert holm(np.zeros(0)).tolist() == []


def test_false_alarms_are_fewer_than_5_in_100():
    """Metrics that depend on one another, and on nothing that they are related with."""
    random, alarms, tables = np.random.default_rng(0), 0, 250
    for _ in range(tables):
        common = random.standard_normal(8)
        metrics = common + random.standard_normal((6, 8))
        p = [spearman_p(x, y)[0] for x in random.standard_normal((2, 8)) for y in metrics]
        alarms += bool((holm(np.array(p)) < 0.05).any())
    assert alarms <= 0.05 * tables
