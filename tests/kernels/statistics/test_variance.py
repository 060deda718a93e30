"""Components of variance by hand and of simulated data."""

import numpy as np
import pytest
from landsweep.kernels.statistics.variance import components


def test_components_by_hand():
    # means 2, 6 and 4: W = (2 + 2 + 8) / 3, B = (2 (2 - 4)^2 + 2 (6 - 4)^2 + 2 (4 - 4)^2) / 2
    values, units = np.array([1.0, 3, 5, 7, 2, 6]), np.array([0, 0, 1, 1, 4, 4])
    assert components(values, units) == pytest.approx((4.0, (8 - 4) / 2))
    assert components(values, units).share == pytest.approx(1 / 3)


def test_units_with_fewer_measurements():
    # m_0 = (3 - 5 / 3) / 1 = 4 / 3, W = 2, B = 2 (2 - 4)^2 + (8 - 4)^2 = 24
    values, units = np.array([1.0, 3, 8, np.nan]), np.array([0, 0, 1, 1])
    assert components(values, units) == pytest.approx((2.0, (24 - 2) / (4 / 3)))


def test_what_is_not_known_is_nan():
    once = components(np.array([1.0, 2, 3]), np.arange(3))
    assert np.isnan(once).all()
    assert np.isnan(once.share)
    assert components(np.array([1.0, 3]), np.zeros(2, int)) == pytest.approx((2.0, np.nan), nan_ok=True)
    assert np.isnan(components(np.zeros(0), np.zeros(0, int))).all()


def test_simulated_components_are_found():
    random = np.random.default_rng(1)
    units = np.repeat(np.arange(400), 5)
    values = 3 * random.standard_normal(400)[units] + 2 * random.standard_normal(2000)
    within, between = components(values, units)
    assert within == pytest.approx(4, rel=0.1)
    assert between == pytest.approx(9, rel=0.2)
