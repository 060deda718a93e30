"""Minima between the points of a grid that shows none, but bends as it would beside one."""

import numpy as np
import pytest
from landsweep.kernels.critical.starts.hints import apart, hinted
from surfaces import Known, axes_of, deaths, dot, grid_minima, search, turned


@pytest.mark.parametrize("d", [1, 2, 3])
def test_models_of_a_bowl_are_the_bowl(d):
    """Differences of a quadratic function are its derivatives: all models close to its minimum have that minimum."""
    matrix, least = turned(d, 3), np.array([2.3, 1.8, 2.6])[:d]

    def bowl(x):
        y = [u - float(o) for u, o in zip(x, least, strict=True)]
        return sum((k + 1.0) * dot(row, y) ** 2 for k, row in enumerate(matrix))

    found = hinted(Known(bowl).field(axes_of([(0, 4)] * d, 5)))
    assert len(found)
    assert np.allclose(found, least)
    assert len(apart(found, np.empty((0, d)))) == 1
    assert not len(apart(found, least[None]))


def test_what_is_no_bowl_hints_at_nothing():
    axes = axes_of([(0, 4)] * 2, 5)
    for function in (lambda x: x[0] * x[1], lambda x: x[0] - 2.0 * x[1], lambda x: -1.0 * x[0] ** 2 - x[1] ** 2):
        assert not len(hinted(Known(function).field(axes)))
    field = Known(lambda x: x[0] ** 2 + x[1] ** 2).field(axes_of([(-2, 2)] * 2, 5))
    field[2, 2] = np.nan
    assert not len(hinted(field))
    assert hinted(np.zeros((2, 5))).shape == (0, 2)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_minimum_that_no_point_of_the_grid_shows(d):
    """Along one axis a cubic function rises over all points of the grid, and dips between two of them."""
    step = 0.2

    def function(x):
        u = (x[0] - 0.42) * (1 / step)
        return u**3 - 0.3 * u + 5.0 * sum((v - 0.13 * k) ** 2 for k, v in enumerate(x[1:], 1))

    box, off = [(0, 1)] * d, [0.13 * k for k in range(1, d)]
    assert grid_minima(function, box, 6) == 1
    found = search(function, box, 6)
    dip = np.sqrt(0.1)
    assert np.allclose(found.alpha, [(0, *off), (0.42 + dip * step, *off)], atol=1e-7)
    assert np.allclose(found.saddle_alpha, [(0.42 - dip * step, *off)], atol=1e-7)
    assert deaths(found) == pytest.approx([0.2 * dip], rel=1e-8)


def test_a_minimum_along_a_face_that_no_point_shows():
    """The same along a face, from which f rises: the face's own differences hint at it."""
    step = 0.2

    def function(x):
        u = (x[1] - 0.42) * (1 / step)
        return u**3 - 0.3 * u + 30.0 * x[0] - 40.0 * x[0] ** 2

    found = search(function, [(0, 1)] * 2, 6)
    dip = 0.42 + np.sqrt(0.1) * step
    at = abs(found.alpha - [0, dip]).max(1).argmin()
    assert np.allclose(found.alpha[at], [0, dip], atol=1e-7)
    assert found.faces[at].tolist() == [-1, 0]
