"""Rank correlations against SciPy and by hand, also in resamples and within groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.kernels.statistics.ranks import partial, resampled_ranks, spearman, standard_ranks
from scipy.stats import rankdata, spearmanr

VALUES = st.lists(st.integers(0, 4), min_size=2, max_size=7)


@given(VALUES, st.data())
def test_ranks_of_a_resample_are_those_of_its_copies(values, data):
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values)))
    found = resampled_ranks(np.array(values, float), np.array([counts]))[0]
    expected = rankdata(np.repeat(values, counts))
    assert np.repeat(found, counts) == pytest.approx(expected)


def test_spearman_is_scipys_and_leaves_out_nan():
    random = np.random.default_rng(0)
    x, y = random.integers(0, 5, (2, 12)).astype(float)
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)
    assert spearman(np.append(x, np.nan), np.append(y, 3.0)) == pytest.approx(spearmanr(x, y).statistic)
    assert np.isnan(spearman(x, np.ones(12)))
    assert np.isnan(spearman(np.array([1.0, 2, 3]), np.array([3.0, np.nan, 1])))


def test_within_groups_the_levels_of_the_groups_do_not_count():
    """Between groups both fall, within each both rise in the same order: Simpson's paradox."""
    x = np.array([1.0, 2, 3, 11, 12, 13])
    y = np.array([7.0, 8, 9, 1, 2, 3])
    groups, once = np.array([0, 0, 0, 1, 1, 1]), np.ones((1, 6))
    within = float((standard_ranks(x, once, groups) * standard_ranks(y, once, groups)).sum())
    assert within == pytest.approx(1)
    assert spearman(x, y) == pytest.approx(1 - 6 * (9 + 9 + 9 + 9 + 9 + 9) / (6 * 35))


def test_a_partial_correlation_by_hand():
    # (0.8 - 0.6 * 0.5) / sqrt((1 - 0.36) (1 - 0.25))
    assert partial(np.array(0.8), np.array(0.6), np.array(0.5)) == pytest.approx(0.5 / np.sqrt(0.48))
    assert np.isnan(partial(np.array(0.8), np.array(1.0), np.array(0.8)))
