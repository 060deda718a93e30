"""What holds for any smooth function: sums of wells whose minima are known from a dense search, and symmetries."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from landsweep.kernels.topology.merge_trees import merge_tree
from scipy.optimize import minimize
from surfaces import Known, axes_of, deaths, gaussians, kinds, relu_network, search, waves

BOX = [(-1.5, 1.4), (-1.3, 1.6)]
FEW = settings(
    max_examples=settings().max_examples // 8,
    derandomize="LANDSWEEP_SOAK" not in os.environ,
    suppress_health_check=[HealthCheck.filter_too_much],
)
"""Examples cost tens of milliseconds. They are the same ones each time, but in `make soak`."""


def number(low, high):
    return st.integers(0, 1000).map(lambda k: low + (high - low) * k / 1000)


@st.composite
def wells(draw):
    """A sum of up to five wells, with what a dense search finds of it: its minima, and at which heights basins meet."""
    n = draw(st.integers(2, 5))
    centres = np.array([[draw(number(-1.2, 1.2)) for _ in range(2)] for _ in range(n)])
    widths = np.array([draw(number(0.25, 0.5)) for _ in range(n)])
    depths = np.array([draw(number(0.5, 2.0)) for _ in range(n)])
    function = gaussians(centres, widths, depths)
    minima, heights = dense(function)
    assume(minima is not None)
    return function, minima, heights


def dense(function):
    """Return the minima that scipy finds from those of a grid of 81 x 81 points, and the heights of the grid's passes.

    None where minima are hard to tell apart, by the eye as by a search.
    """
    surface, axes = Known(function), axes_of(BOX, 81)
    tree = merge_tree(surface.field(axes), "moore")
    if (tree.lifetimes < 0.02).any():
        return None, None
    minima = []
    for vertex in tree.minima:
        start = np.array([axis[i] for axis, i in zip(axes, np.unravel_index(vertex, tree.shape), strict=True)])
        end = minimize(
            lambda x: (surface.values(x[None])[0], surface.derivatives(x[None]).gradient[0]),
            start,
            jac=True,
            bounds=BOX,
            options={"ftol": 1e-15, "gtol": 1e-10},
        )
        minima.append(end.x)
        free = (end.x > [low for low, _ in BOX]) & (end.x < [high for _, high in BOX])
        hessian = surface.derivatives(end.x[None]).hessian[0][np.ix_(free, free)]
        if free.any() and np.linalg.eigvalsh(hessian)[0] < 0.05:
            return None, None
    return np.array(minima), np.sort(tree.pair_values[:, 1])


def same(found, minima, heights, tolerance=1e-5, height=1e-8):
    """Assert that a search found these minima, and passes of these heights."""
    assert len(found.value) == len(minima), (found.alpha, minima)
    distance = abs(found.alpha[:, None] - minima[None]).max(-1)
    assert distance.min(0).max() < tolerance
    assert np.allclose(deaths(found), heights, rtol=height, atol=height)


@FEW
@given(wells())
def test_a_search_finds_the_minima_of_a_sum_of_wells(given):
    function, minima, heights = given
    same(search(function, BOX, 15, samples=32), minima, heights, height=6e-3)  # the dense grid's passes are a bit high


@pytest.mark.parametrize("seed", [2, 15, 26])
def test_heights_are_not_the_grid_s(seed):
    """Waves of which the grid of 21 points shows minima, but passes 10 % of their height too high, and others first."""
    function, box = waves(seed), [(-1.3, 1.5)] * 2
    field = Known(function).field(axes_of(box, 401))
    dense = merge_tree(field, "moore")
    persistent = 1e-3 * np.ptp(field)
    found = search(function, box, 21).tree
    expected = np.sort(dense.pair_values[dense.lifetimes > persistent, 1])
    heights = np.sort(found.pair_values[found.lifetimes > persistent, 1])
    assert len(heights) == len(expected)
    assert abs(heights - expected).max() < 2e-3 * np.ptp(field)


@pytest.mark.parametrize(("seed", "count"), [(2, 2), (6, 3), (10, 2)])
def test_networks_with_kinks_have_the_minima_that_a_dense_grid_shows(seed, count):
    """The loss of a small ReLU network over a plane through its weights."""
    function, box = relu_network(seed), [(-1.5, 1.5)] * 2
    field = Known(function).field(axes_of(box, 201))
    dense, found = merge_tree(field, "moore"), search(function, box, 21)
    persistent = 2e-3 * np.ptp(field)
    expected = np.sort(dense.pair_values[dense.lifetimes > persistent, 1])
    assert len(expected) == count - 1
    heights = np.sort(found.tree.pair_values[found.tree.lifetimes > persistent, 1])
    assert heights == pytest.approx(expected, abs=2e-3 * np.ptp(field))
    assert "kink" in kinds(found) or seed == 6


@settings(FEW, max_examples=max(3, FEW.max_examples // 4))
@given(wells())
def test_grids_of_any_step_agree(given):
    function, _, _ = given
    first, *others = (search(function, BOX, points, samples=32) for points in (11, 21, 41))
    for other in others:
        same(other, first.alpha, deaths(first))


@FEW
@given(wells(), st.permutations([0, 1]), st.tuples(st.booleans(), st.booleans()))
def test_axes_may_be_exchanged_and_turned_round(given, order, flips):
    function, _, _ = given
    signs = np.where(flips, -1.0, 1.0)
    first = search(function, BOX, 15)

    def changed(x):
        y = [None, None]
        for k, axis in enumerate(order):
            y[axis] = x[k] * float(signs[axis])
        return function(y)

    box = [tuple(sorted((signs[axis] * BOX[axis][0], signs[axis] * BOX[axis][1]))) for axis in order]
    same(search(changed, box, 15), (first.alpha * signs)[:, order], deaths(first))


@FEW
@given(wells(), st.sampled_from([1e-6, 0.3, 1e8]), st.sampled_from([0.0, -3.0, 40.0]), st.sampled_from([1e-3, 7.0]))
def test_values_and_axes_may_be_scaled(given, factor, shift, scale):
    function, _, _ = given
    first = search(function, BOX, 15)
    found = search(
        lambda x: factor * (function([u * (1 / scale) for u in x]) + shift),
        [(low * scale, high * scale) for low, high in BOX],
        15,
    )
    assert np.allclose(found.alpha / scale, first.alpha, atol=1e-5)
    assert found.kind.tolist() == first.kind.tolist()
    assert np.allclose(found.value / factor - shift, first.value, atol=1e-8)
    assert np.allclose(deaths(found) / factor - shift, deaths(first), atol=1e-8)
    assert np.allclose(found.curvature / factor, first.curvature, rtol=1e-4, equal_nan=True)
