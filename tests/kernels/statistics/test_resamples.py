"""Intervals of rank correlations hold the truth as often as they say, and repeat themselves."""

import numpy as np
import pytest
from landsweep.kernels.statistics.resamples import FEW_UNITS, Resamples


def correlation(x, y, **options):
    sample = Resamples(len(x), **options)
    return sample.correlation(sample.ranks(x), sample.ranks(y))


@pytest.mark.long
@pytest.mark.parametrize("n", [8, 10, 20])
def test_19_of_20_intervals_hold_the_truth(n):
    """Of two normal numbers with correlation r, Spearman's rho is 6 / pi arcsin(r / 2)."""
    random, r, tries = np.random.default_rng(n), 0.6, 1000
    truth, held, width, sample = 6 / np.pi * np.arcsin(r / 2), 0, 0.0, Resamples(n)
    for _ in range(tries):
        x = random.standard_normal(n)
        y = r * x + np.sqrt(1 - r * r) * random.standard_normal(n)
        _, low, high = sample.correlation(sample.ranks(x), sample.ranks(y))
        held += low <= truth <= high
        width += (high - low) / tries
    assert 0.92 <= held / tries <= 0.98
    assert width < {8: 1.25, 10: 1.1, 20: 0.75}[n]


def test_a_perfect_order_of_few_models_is_not_certain():
    value, low, high = correlation(np.arange(8.0), np.arange(8.0))
    assert value == pytest.approx(1)
    assert 0.8 < low < high < 1


def test_the_interval_turns_with_the_sign_and_repeats_itself():
    random = np.random.default_rng(0)
    x, y = random.standard_normal((2, 12))
    one, other = correlation(x, y), correlation(x, -y)
    assert one == pytest.approx((-other.value, -other.high, -other.low))
    assert one == correlation(x, y)


def test_a_covariate_and_groups_cost_units():
    random = np.random.default_rng(0)
    x, y = random.standard_normal((2, 8))
    sample = Resamples(8)
    a, b, c = (sample.ranks(values) for values in (x, y, random.standard_normal(8)))
    plain, partial = sample.correlation(a, b), sample.partial(a, b, c)
    assert partial.high - partial.low > 0
    assert plain.value != partial.value
    assert np.isnan(sample.partial(a, b, a).low)  # nothing of x is left
    grouped = correlation(x, y, groups=np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    assert np.isfinite(grouped).all()
    few = correlation(x[:6], y[:6], groups=np.array([0, 0, 1, 1, 2, 3]))
    assert np.isfinite(few.value)
    assert np.isnan(few.low)  # 6 units less 3 groups are too few for an interval


def test_many_units_take_the_same_way():
    random = np.random.default_rng(0)
    x = random.standard_normal(FEW_UNITS + 300)
    y = 0.5 * x + random.standard_normal(len(x))
    value, low, high = correlation(x, y)
    assert low < value < high
    assert high - low == pytest.approx(2 * 1.96 * (1 - value**2) / np.sqrt(len(x)), rel=0.25)
