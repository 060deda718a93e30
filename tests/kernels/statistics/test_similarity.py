"""Linear CKA, against the formula of its paper and the invariances that it proves."""

from __future__ import annotations

import numpy as np
import pytest
from landsweep.kernels.statistics import similarity
from landsweep.kernels.statistics.similarity import cka_matrix, factor, linear_cka

rng = np.random.default_rng(0)


def by_the_paper(x, y):
    """HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) with linear kernels, Kornblith et al. 2019, equations 3 and 4."""
    n = len(x)
    centring = np.eye(n) - 1 / n

    def hsic(k, m):
        return np.trace(k @ centring @ m @ centring) / (n - 1) ** 2

    k, m = x @ x.T, y @ y.T
    return hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))


@pytest.mark.parametrize(("p", "q"), [(3, 5), (40, 4), (60, 90)])
def test_it_is_the_paper_s_for_narrow_and_wide_layers(p, q):
    x, y = rng.normal(size=(20, p)), rng.normal(size=(20, q))
    y[:, 0] += x[:, 0]
    assert linear_cka(factor(x), factor(y)) == pytest.approx(by_the_paper(x, y), rel=1e-9)
    assert factor(x).shape == (20, min(20, p))


def test_it_ignores_rotations_scalings_and_shifts_but_not_other_maps():
    x = rng.normal(size=(30, 6))
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    assert linear_cka(factor(x), factor(1e6 * x @ rotation + 3)) == pytest.approx(1.0)
    assert linear_cka(factor(x), factor(x * [1, 1, 1, 1, 1, 30])) < 0.9


def test_the_matrix_is_that_of_each_pair_in_any_blocks(monkeypatch):
    factors = [factor(rng.normal(size=(15, p))) for p in (2, 5, 30, 1, 4)]
    factors.append(factor(np.full((15, 3), 0.1)))  # a dead layer
    expected = np.array([[linear_cka(a, b) for b in factors] for a in factors])
    monkeypatch.setattr(similarity, "BLOCK", 2)
    assert np.allclose(cka_matrix(factors), expected, equal_nan=True)
    assert np.isnan(expected[-1]).all()


def test_other_numbers_of_samples_are_refused():
    with pytest.raises(ValueError, match="of 4 and 5 samples, expected the same samples"):
        linear_cka(factor(rng.normal(size=(4, 2))), factor(rng.normal(size=(5, 2))))
    with pytest.raises(ValueError, match="activations 0 and 1 are of 4 and 5 samples"):
        cka_matrix([factor(rng.normal(size=(4, 2))), factor(rng.normal(size=(5, 2)))])
