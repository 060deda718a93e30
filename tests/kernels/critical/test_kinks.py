"""Functions with kinks: a minimum at one, level creases of many, and rounding that looks like one."""

import numpy as np
import pytest
from surfaces import (
    HIMMELBLAU,
    HIMMELBLAU_PASSES,
    ODD,
    absolute,
    deaths,
    dot,
    himmelblau,
    kinds,
    matches,
    maximum,
    moved,
    saddle_kinds,
    search,
    turn,
)


@pytest.mark.parametrize("angle", [0, *ODD[:4]])
@pytest.mark.parametrize("steep", [1.0, 10.0])
def test_a_kink_is_a_minimum(angle, steep):
    function = moved(lambda x: steep * absolute(x[0]) + absolute(x[1]), turn(angle), (0.13, -0.21))
    found = search(function, [(-1, 1)] * 2, 8, samples=4)
    assert kinds(found) == ["kink"]
    assert matches(found.alpha, [(0.13, -0.21)])
    assert found.value == pytest.approx([0], abs=1e-8 * np.ptp(found.value_range))
    assert not len(found.saddle_value)


def test_the_greatest_of_linear_functions():
    """Three planes that meet in one point, below which there is nothing: the weights of their slopes are positive."""
    slopes = np.array([(1.0, 0.3), (-0.4, 1.1), (-0.7, -0.9)])
    lowest = np.array([0.17, -0.12])

    def function(x):
        y = [u - float(o) for u, o in zip(x, lowest, strict=True)]
        a, b, c = (dot(slope, y) for slope in slopes)
        return maximum(maximum(a, b), c) + 2.0

    found = search(function, [(-1, 1)] * 2, 8, samples=4)
    assert kinds(found) == ["kink"]
    assert matches(found.alpha, [lowest])
    assert found.value == pytest.approx([2.0], rel=1e-8)


def test_two_kinks_and_the_pass_between_them():
    function = moved(lambda x: absolute(absolute(x[0]) - 0.6) + 0.5 * absolute(x[1]), turn(31))
    found = search(function, [(-1, 1)] * 2, 10, samples=8)
    assert kinds(found) == ["kink", "kink"]
    # at the pass f has no derivative either: its height, 0.6, is at most what a path reaches
    assert saddle_kinds(found) == ["bound"]
    assert 0.6 - 1e-12 <= deaths(found)[0] <= 0.6 + 0.01
    (reason,) = found.reasons
    assert reason.startswith("pass at most 0.6")
    assert reason.endswith("): the search for a saddle had not ended after 60 steps, as where f has kinks")


@pytest.mark.parametrize(
    "function",
    [
        moved(lambda x: absolute(x[0]) + 0.0 * x[1], turn(27)),
        lambda x: absolute(x[0] - 0.013) + 0.0 * x[1],
        lambda x: absolute(x[0] ** 2 + x[1] ** 2 - 1.0),
    ],
    ids=["straight", "along an axis", "circle"],
)
def test_a_level_crease_is_one_minimum(function):
    found = search(function, [(-1.3, 1.5)] * 2, 9, samples=4)
    assert kinds(found) == ["kink"]
    assert found.value == pytest.approx([0], abs=1e-8)
    assert not len(deaths(found))


@pytest.mark.parametrize("apart", [1.3, 3.1])
def test_two_kinks_of_one_height_are_no_crease(apart):
    """They are so many steps of the grid apart."""
    half = apart * 0.25 / 2
    function = lambda x: absolute(absolute(x[0] - 0.04) - half) + absolute(x[1] - 0.03)
    found = search(function, [(-1, 1)] * 2, 9, samples=8)
    assert matches(found.alpha, [(0.04 - half, 0.03), (0.04 + half, 0.03)])
    assert half - 1e-12 <= deaths(found)[0] <= half + 0.01


def test_rounding_that_is_larger_than_the_values_is_no_kink():
    """Near its minima of 0, f is the difference of numbers of 1e8, and falls in steps of 1e-8."""
    found = search(lambda x: (himmelblau(x) + 1e8) - 1e8, [(-5, 5)] * 2, 8, samples=16)
    assert matches(found.alpha, HIMMELBLAU, 1e-3)
    assert set(kinds(found)) == {"interior"}
    assert deaths(found) == pytest.approx(HIMMELBLAU_PASSES, abs=1e-6)
