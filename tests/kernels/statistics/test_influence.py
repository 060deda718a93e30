"""The influence of a unit is the derivative of the correlation by its weight, ties included."""

import numpy as np
import pytest
from landsweep.kernels.statistics.influence import column, influence, partial_influence
from landsweep.kernels.statistics.ranks import spearman


def correlations(weights, columns):
    """Rank correlations of weighted units: a rank is the weight of those below, and half of that of ties."""
    ranks = [[weights[x < v].sum() + weights[x == v].sum() / 2 - 0.5 for v in x] for x in columns]
    products = np.einsum("n,in,jn->ij", weights, ranks, ranks)
    return products / np.sqrt(np.outer(np.diag(products), np.diag(products)))


def partial(r):
    return (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))


@pytest.mark.parametrize("levels", [1000, 4])
def test_it_is_the_derivative_by_the_weight(levels):
    n, step = 30, 1e-6
    x, y, z = columns = np.random.default_rng(levels).integers(0, levels, (3, n)).astype(float)
    y += x // 2
    z += y // 3
    ends = [[correlations((1 - s) / n + s * (np.arange(n) == i), columns) for s in (step, -step)] for i in range(n)]
    xy, xz, yz = (influence(column(a), column(b)) for a, b in ((x, y), (x, z), (y, z)))
    assert xy[0] == pytest.approx(spearman(x, y))
    assert xy[1] == pytest.approx([(up - down)[0, 1] / (2 * step) for up, down in ends], abs=0.02)
    found, psi = partial_influence(xy, xz, yz)
    assert found == pytest.approx(partial(correlations(np.full(n, 1 / n), columns)))
    assert psi == pytest.approx([(partial(up) - partial(down)) / (2 * step) for up, down in ends], abs=0.03)


def test_nothing_is_left_given_the_same_order():
    x, y = column(np.arange(9.0)), column(np.arange(9.0) ** 2 % 7)
    found, psi = partial_influence(influence(x, y), influence(x, x), influence(y, x))
    assert np.isnan(found)
    assert np.isnan(psi).all()
