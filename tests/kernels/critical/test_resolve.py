"""Functions whose minima and passes are known, searched from grids so coarse that the grid's own are wrong."""

import numpy as np
import pytest
import surfaces
from landsweep.kernels.critical.resolve import resolve
from landsweep.kernels.topology.merge_trees import merge_tree
from surfaces import (
    Known,
    absolute,
    axes_of,
    cos,
    deaths,
    dot,
    double_well,
    exp,
    grid_minima,
    himmelblau,
    kinds,
    maximum,
    moved,
    mueller_brown,
    rastrigin,
    rosenbrock,
    saddle_kinds,
    search,
    turn,
    turned,
    value,
    where,
)

ODD = (3, 14, 27, 31, 38, 44, 59, 67, 73, 86)
"""Angles in degrees that no grid has."""


def matches(found, expected, tolerance=1e-6):
    """Whether the points found are those expected, in any order."""
    expected = np.asarray(expected, float)
    distance = abs(found[:, None] - expected[None]).max(-1)
    return len(found) == len(expected) and (distance.min(1) < tolerance).all() and (distance.min(0) < tolerance).all()


@pytest.mark.parametrize("function", [himmelblau, mueller_brown, rastrigin, rosenbrock, double_well, surfaces.gaussians(
    np.array([[0.1, 0.2], [0.8, -0.4]]), np.array([0.3, 0.5]), np.array([1.0, 2.0])
)], ids=lambda f: f.__name__)  # fmt: skip
def test_the_known_functions_have_exact_derivatives(function):
    surface, h = Known(function), 1e-6
    x = np.random.default_rng(0).uniform(-1, 1, (5, 2))
    local = surface.derivatives(x)
    assert np.array_equal(local.value, surface.values(x))
    for i, unit in enumerate(np.eye(2) * h):
        slope = (surface.values(x + unit) - surface.values(x - unit)) / (2 * h)
        assert local.gradient[:, i] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        bend = (surface.derivatives(x + unit).gradient - surface.derivatives(x - unit).gradient) / (2 * h)
        assert np.allclose(local.hessian[:, i], bend, rtol=1e-5, atol=1e-5)


# Himmelblau's four minima, and those three of its four saddles at which basins meet; the fourth closes the ring around
# the maximum
HIMMELBLAU = [(3, 2), (-2.805118086953, 3.131312518250), (-3.779310253378, -3.283185991286)]
HIMMELBLAU += [(3.584428340330, -1.848126526964)]
HIMMELBLAU_PASSES = [13.311926270405587, 67.71915008752613, 104.01516291755811]
"""The heights of the passes."""


@pytest.mark.parametrize("points", [5, 6, 8])
def test_himmelblau(points):
    assert grid_minima(himmelblau, [(-5, 5)] * 2, points) == 3
    found = search(himmelblau, [(-5, 5)] * 2, points, samples=16)
    assert matches(found.alpha, HIMMELBLAU)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert set(kinds(found)) == {"interior"}
    assert deaths(found) == pytest.approx(HIMMELBLAU_PASSES, rel=1e-8)
    assert found.metrics()["n_saddles"] == 3
    assert set(saddle_kinds(found)) == {"interior"}


# Müller and Brown 1979, table 1: three minima of -146.700, -108.167 and -80.768, saddles of -40.665 and -72.249
BROWN = [(-0.55822363463302, 1.4417258418047), (0.62349940493088, 0.028037758528686)]
BROWN += [(-0.050010822998206, 0.46669410487197)]
BROWN_VALUES = [-146.69951720995, -108.16672411685, -80.767818129659]
BROWN_PASSES = [(-0.82200155873273, 0.62431280281487), (0.21248658200066, 0.29298832510737)]
BROWN_HEIGHTS = [-72.248940112325, -40.664843508657]


@pytest.mark.parametrize("points", [6, 9])
def test_mueller_brown(points):
    box = [(-1.5, 1.2), (-0.2, 2.0)]
    assert grid_minima(mueller_brown, box, points) == 2
    found = search(mueller_brown, box, points, samples=16)
    assert matches(found.alpha, BROWN)
    assert found.value == pytest.approx(BROWN_VALUES, rel=1e-10)
    assert matches(found.saddle_alpha, BROWN_PASSES)
    assert found.saddle_value == pytest.approx(BROWN_HEIGHTS, rel=1e-10)
    assert [sorted(found.joins[found.joins[:, 0] == k, 1].tolist()) for k in (0, 1)] == [[1, 2], [0, 2]]
    assert found.metrics()["n_saddles"] == 2


def test_minima_of_the_grid_that_are_none_are_artefacts():
    """Freudenthal's grid has beads on the valley of Müller and Brown."""
    box = [(-1.5, 1.0), (-0.5, 2.0)]
    grid = merge_tree(Known(mueller_brown).field(axes_of(box, 11)), "freudenthal")
    assert len(grid.minima) == 6
    found = search(mueller_brown, box, 11, starts=grid.minima.tolist())
    assert matches(found.alpha, BROWN)
    assert set(grid.minima.tolist()) <= set(found.start.tolist())
    assert found.start_own.sum() == 3
    assert found.basin_volume.sum() == 121


def rastrigin_line(reach):
    """Return the minima of one coordinate within the reach, and the heights of the minima and of the passes between."""
    from scipy.optimize import brentq

    f = lambda x: x**2 - 10 * np.cos(2 * np.pi * x) + 10  # noqa: E731
    slope = lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x)  # noqa: E731
    minima = [brentq(slope, k - 0.25, k + 0.25, xtol=1e-15) for k in range(-int(reach), int(reach) + 1)]
    passes = [brentq(slope, k + 0.25, k + 0.75, xtol=1e-15) for k in range(-int(reach), int(reach))]
    return np.array(minima), f(np.array(minima)), f(np.array(passes))


def spanning_heights(low, high, d):
    """Return the heights at which the basins of a separable function meet: Kruskal on the lattice of its minima."""
    n = len(low)
    levels = {i: sum(low[k] for k in i) for i in np.ndindex(*[n] * d)}
    edges = []
    for i, level in levels.items():
        for axis in range(d):
            if i[axis] + 1 < n:
                j = (*i[:axis], i[axis] + 1, *i[axis + 1 :])
                edges.append((level - low[i[axis]] + high[i[axis]], i, j))
    root = {i: i for i in levels}

    def top(i):
        while root[i] != i:
            i = root[i]
        return i

    heights = []
    for height, i, j in sorted(edges):
        if top(i) != top(j):
            root[top(i)] = top(j)
            heights.append(height)
    return heights


@pytest.mark.parametrize(
    ("d", "reach", "points", "samples", "grid"), [(1, 3.25, 5, 64, 1), (2, 2.25, 8, 128, 16), (3, 1.25, 4, 256, 8)]
)
def test_rastrigin(d, reach, points, samples, grid):
    box = [(-reach, reach)] * d
    minima, low, high = rastrigin_line(reach)
    assert grid_minima(rastrigin, box, points) == grid
    found = search(rastrigin, box, points, samples=samples)
    assert matches(found.alpha, np.stack(np.meshgrid(*[minima] * d), -1).reshape(-1, d))
    assert set(kinds(found)) == {"interior"}
    assert deaths(found) == pytest.approx(spanning_heights(low, high, d), rel=1e-8)
    assert set(saddle_kinds(found)) == {"interior"}


def test_rastrigin_in_four_dimensions():
    """The grid's count is right by chance; its heights are not."""
    box = [(-1.25, 1.25)] * 4
    minima, low, high = rastrigin_line(1.25)
    expected = spanning_heights(low, high, 4)
    grid = merge_tree(Known(rastrigin).field(axes_of(box, 5)), "moore")
    assert np.sort(grid.pair_values[:, 1]) != pytest.approx(expected, rel=0.2)
    found = search(rastrigin, box, 5)
    assert matches(found.alpha, np.stack(np.meshgrid(*[minima] * 4), -1).reshape(-1, 4))
    assert deaths(found) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("angle", ODD)
def test_a_curved_valley_is_one_minimum_at_any_angle(angle):
    """Rosenbrock's valley, of which the grid makes chains."""
    function, box = moved(rosenbrock, turn(angle)), [(-1.5, 1.5)] * 2
    grid = merge_tree(Known(function).field(axes_of(box, 15)), "freudenthal")
    assert len(grid.minima) >= 3
    found = search(function, box, 15, starts=grid.minima.tolist())
    assert matches(found.alpha, [np.linalg.solve(turn(angle), [1, 1])])
    assert kinds(found) == ["interior"]
    assert found.value == pytest.approx([0], abs=1e-16)
    assert not len(found.saddle_value)
    assert found.start_own.sum() == 1


@pytest.mark.parametrize("d", range(1, 7))
def test_a_double_well_in_any_direction(d):
    matrix = turned(d, d)
    function, box = moved(double_well, matrix), [(-1.6, 1.6)] * d
    assert grid_minima(function, box, 4) == 1
    found = search(function, box, 4, samples=8)
    assert matches(found.alpha, [matrix[0], -matrix[0]])
    assert kinds(found) == ["interior"] * 2
    assert found.value == pytest.approx([0, 0], abs=1e-15)
    assert found.saddle_value == pytest.approx([1], rel=1e-8)
    assert saddle_kinds(found) == ["interior"]
    assert np.allclose(found.saddle_alpha, 0, atol=1e-6)
    step = 3.2 / 3
    assert found.curvature == pytest.approx([(2 if d > 1 else 8) * step**2] * 2, rel=1e-3)
    assert found.saddle_curvature == pytest.approx([-4 * step**2], rel=1e-6)


def test_a_plateau_at_the_bottom_is_one_minimum():
    found = search(lambda x: maximum(x[0] ** 2 + x[1] ** 2 - 0.5, 0.0) ** 2, [(-1.1, 1)] * 2, 9, samples=8)
    assert kinds(found) == ["flat"]
    assert found.value == pytest.approx([0], abs=1e-12)
    assert not len(found.saddle_value)


def test_two_plateaus_with_a_pass_between_them():
    """max(0, g - 1/4)^2 of a double well g, which is 1 at its pass."""
    function = moved(lambda x: maximum(double_well(x) - 0.25, 0.0) ** 2, turn(27))
    found = search(function, [(-1.6, 1.6)] * 2, 9, samples=8)
    assert kinds(found) == ["flat", "flat"]
    assert deaths(found) == pytest.approx([0.75**2], rel=1e-8)


def test_a_plateau_above_a_well_is_no_minimum():
    function = lambda x: -(maximum(1.0 - 4.0 * (x[0] ** 2 + x[1] ** 2), 0.0) ** 3)  # noqa: E731
    found = search(function, [(-1, 1.1)] * 2, 8, samples=16)
    assert found.value == pytest.approx([-1], rel=1e-8)
    assert kinds(found) == ["interior"]


@pytest.mark.parametrize(
    ("function", "alpha", "faces", "least"),
    [
        (lambda x: x[0] + 2.0 * x[1], (0, 0), (-1, -1), 0.0),
        (lambda x: -x[0] - 2.0 * x[1], (1, 1), (1, 1), -3.0),
        (lambda x: x[0] - (x[1] - 3.0) ** 3, (0, 1), (-1, 1), 8.0),
        (lambda x: x[0] + (x[1] - 0.3) ** 2, (0, 0.3), (-1, 0), 0.0),
        (lambda x: (x[0] - 0.41) ** 2 - x[1], (0.41, 1), (0, 1), -1.0),
        (lambda x: (x[0] + 0.5) ** 2 + (x[0] + 0.5) * (x[1] - 0.5) + (x[1] - 0.5) ** 2, (0, 0.25), (-1, 0), 0.1875),
        # the slope vanishes at the face
        (lambda x: x[0] ** 2 + (x[1] - 0.3) ** 2, (0, 0.3), None, 0.0),
    ],
    ids=["lower corner", "upper corner", "mixed corner", "lower face", "upper face", "a bowl beyond", "on the face"],
)
def test_minima_on_the_border(function, alpha, faces, least):
    found = search(function, [(0, 1)] * 2, 6, samples=4)
    assert matches(found.alpha, [alpha])
    assert found.value == pytest.approx([least], abs=1e-12)
    assert not len(found.saddle_value)
    if faces is not None:
        assert kinds(found) == ["border"]
        assert found.faces.tolist() == [list(faces)]
        assert np.isnan(found.curvature[0]) == all(faces)


def test_a_pass_on_the_border():
    """A ridge cuts the box from one face to the other and is lowest where it leaves the box."""
    function = lambda x: (x[0] ** 2 - 1.0) ** 2 * (2.0 - x[1]) + 0.25 * (x[1] - 0.5) ** 2  # noqa: E731
    found = search(function, [(-1.5, 1.5), (0, 1)], 8)
    assert matches(found.alpha, [(-1, 0.5), (1, 0.5)])
    assert matches(found.saddle_alpha, [(0, 1)])
    assert found.saddle_faces.tolist() == [[0, 1]]
    assert saddle_kinds(found) == ["border"]
    assert found.saddle_value == pytest.approx([1.0625], rel=1e-8)


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
    assert any("at most" in reason for reason in found.reasons)


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
    function = lambda x: absolute(absolute(x[0] - 0.04) - half) + absolute(x[1] - 0.03)  # noqa: E731
    found = search(function, [(-1, 1)] * 2, 9, samples=8)
    assert matches(found.alpha, [(0.04 - half, 0.03), (0.04 + half, 0.03)])
    assert half - 1e-12 <= deaths(found)[0] <= half + 0.01


def test_a_monkey_saddle_joins_three_minima():
    found = search(lambda x: x[0] ** 3 - 3.0 * x[0] * x[1] ** 2, [(-1, 1)] * 2, 4, samples=16)
    assert matches(found.alpha, [(-1, 0), (1, 1), (1, -1)])
    assert found.value == pytest.approx([-2, -2, -1], rel=1e-8)
    assert deaths(found) == pytest.approx([0, 0], abs=1e-8)
    assert found.metrics()["n_saddles"] == 1
    assert saddle_kinds(found) == ["degenerate"]
    assert found.joins.tolist() == [[0, 0], [0, 1], [0, 2]]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("level", [0.0, 1.5, -1e30])
def test_a_constant_is_one_floor(d, level):
    found = search(lambda x: 0.0 * x[0] + level, [(-1, 1)] * d, 4, samples=4)
    assert found.value.tolist() == [level]
    assert kinds(found) == ["flat"]
    assert not len(found.saddle_value)
    assert found.metrics()["n_minima"] == 1


@pytest.mark.parametrize("points", [5, 12, 21])
def test_a_circular_valley_is_one_floor(points):
    found = search(lambda x: (x[0] ** 2 + x[1] ** 2 - 1.0) ** 2, [(-1.5, 1.4)] * 2, points, samples=8)
    assert kinds(found) == ["flat"]
    assert found.value == pytest.approx([0], abs=1e-10)
    assert not len(deaths(found))


@pytest.mark.parametrize("angle", ODD[:3])
def test_a_straight_floor_is_one_minimum(angle):
    found = search(moved(lambda x: x[1] ** 2 + 0.0 * x[0], turn(angle), (0.1, 0.0)), [(-1, 1)] * 2, 9, samples=8)
    assert kinds(found) == ["flat"]
    assert found.value == pytest.approx([0], abs=1e-12)


@pytest.mark.parametrize(
    "along",
    [
        lambda u: 2 * u**6 - 3 * u**4,  # all derivatives below the fourth vanish at the pass
        lambda u: -(maximum(absolute(u) - 0.3, 0.0) ** 2) + 0.5 * maximum(absolute(u) - 0.8, 0.0) ** 2 * 4.0,
    ],
    ids=["fourth power", "a level stretch"],
)
def test_a_flat_pass_joins_two_minima(along):
    function = moved(lambda x: along(x[0]) + 2.0 * x[1] ** 2, turn(31))
    found = search(function, [(-1.5, 1.5)] * 2, 10, samples=8)
    assert kinds(found) == ["interior"] * 2
    assert deaths(found) == pytest.approx([0], abs=1e-8)
    assert len(found.saddle_value) == 1


@pytest.mark.parametrize("angle", [14, 31, 59, 67])
def test_a_minimum_of_the_grid_that_is_none_is_an_artefact(angle):
    """Along a narrow valley f falls all the way, most slowly at an inflection; the least value is where it ends."""
    function = moved(lambda x: x[0] ** 3 + 0.05 * x[0] + 50.0 * x[1] ** 2, turn(angle))
    grid = merge_tree(Known(function).field(axes_of([(-1, 1)] * 2, 12)), "freudenthal")
    assert len(grid.minima) >= 2
    found = search(function, [(-1, 1)] * 2, 12, starts=grid.minima.tolist())
    assert kinds(found) == ["border"]
    assert not len(found.saddle_value)


def test_what_is_not_a_number_separates():
    """A ring of what is not a number lies around one of two minima; f rises towards it from both sides."""

    def function(x):
        squares = (value(x[0]) - 1.0) ** 2 + value(x[1]) ** 2
        beside = (x[0] - 1.0) ** 2 + x[1] ** 2 - 0.36
        f = double_well(x) + 6.0 * exp(-4.0 * beside**2)
        return where((squares > 0.2) & (squares < 0.6), f * np.nan, f)

    found = search(function, [(-1.6, 2.2), (-1.2, 1.2)], 20)
    assert matches(found.alpha, [(-1, 0), (1, 1.15817826), (1, -1.15817826), (1, 0)], 1e-5)
    assert set(kinds(found) + saddle_kinds(found)) == {"interior"}
    assert found.joins.tolist() == [[0, 0], [0, 1], [1, 0], [1, 2]]
    assert len(found.tree.roots) == 2
    assert found.n_nonfinite > 0


def test_the_edge_of_what_is_not_a_number_is_said():
    """f falls towards a region where it is not a number: no minimum is certified there, and the reason is given."""
    function = lambda x: where(value(x[0]) > 0.31, x[0] * np.nan, -1.0 * x[0] + x[1] ** 2)  # noqa: E731
    found = search(function, [(-1, 1)] * 2, 9)
    assert "interior" not in kinds(found)
    assert len(found.reasons) or kinds(found) == ["kink"]


def test_nothing_finite():
    axes = axes_of([(-1, 1)] * 2, 4)
    surface = Known(lambda x: x[0] * np.nan)
    with pytest.raises(ValueError, match="finite"):
        resolve(surface, axes, surface.field(axes))


@pytest.mark.parametrize(("factor", "shift"), [(1e-30, 0.0), (1e30, 0.0), (1e3, -7.0), (1.0, 1e6), (1e-6, 1.0)])
def test_any_scale_of_values(factor, shift):
    """What is lost to rounding beside a large shift is no barrier."""
    found = search(lambda x: factor * himmelblau(x) + shift, [(-5, 5)] * 2, 8, samples=16)
    lost = 4e-16 * abs(shift)
    assert matches(found.alpha, HIMMELBLAU, 1e-4 if shift else 1e-6)
    assert found.value == pytest.approx([shift] * 4, rel=1e-12, abs=1e-12 * factor)
    expected = factor * np.array(HIMMELBLAU_PASSES) + shift
    assert deaths(found) == pytest.approx(expected, rel=1e-8, abs=100 * lost)


@pytest.mark.parametrize("scales", [(1e-6, 1.0), (1e6, 1e-6), (1e-3, 1e3)])
def test_any_scale_of_axes(scales):
    function = lambda x: himmelblau([u * (1 / s) for u, s in zip(x, scales, strict=True)])  # noqa: E731
    box = [(-5 * scales[0], 5 * scales[0]), (-5 * scales[1], 5 * scales[1])]
    found = search(function, box, (8, 9), samples=16)
    assert matches(found.alpha / np.array(scales), HIMMELBLAU)
    assert deaths(found) == pytest.approx(HIMMELBLAU_PASSES, rel=1e-8)


def test_one_axis():
    """x^2 / 9 - cos 2 pi x, with a border that cuts a well."""
    from scipy.optimize import brentq

    function = lambda x: x[0] ** 2 * (1 / 9) - cos(2 * np.pi * x[0])  # noqa: E731
    found = search(function, [(-1.4, 1.8)], 9, samples=16)
    slope = lambda x: 2 * x / 9 + 2 * np.pi * np.sin(2 * np.pi * x)  # noqa: E731
    minima = [brentq(slope, k - 0.2, k + 0.2, xtol=1e-15) for k in (-1, 0, 1)]
    assert matches(found.alpha, np.array([*minima, 1.8])[:, None])
    assert sorted(kinds(found)) == ["border", "interior", "interior", "interior"]
    passes = [brentq(slope, k - 0.2, k + 0.2, xtol=1e-15) for k in (-0.5, 0.5, 1.5)]
    assert deaths(found) == pytest.approx(np.sort([p**2 / 9 - np.cos(2 * np.pi * p) for p in passes]), rel=1e-8)


def test_a_well_beside_a_long_way_around():
    """Two wells at the ends of a horseshoe: the pass is on the ring, not on the line between them."""

    def function(x):
        radius = x[0] ** 2 + x[1] ** 2
        return 10.0 * (radius - 1.0) ** 2 + 0.5 * x[0] - 0.6 * exp(-8.0 * ((x[0] - 0.8) ** 2 + (x[1] - 0.6) ** 2))

    coarse = search(function, [(-1.5, 1.5)] * 2, 9, samples=16)
    fine = search(function, [(-1.5, 1.5)] * 2, 33)
    assert len(fine.value) == 2
    assert matches(coarse.alpha, fine.alpha)
    assert deaths(coarse) == pytest.approx(deaths(fine), rel=1e-8)


@pytest.mark.parametrize(
    ("function", "box"), [(himmelblau, [(-5, 5)] * 2), (mueller_brown, [(-1.5, 1.2), (-0.2, 2.0)])]
)
def test_what_a_saddle_joins_is_where_steepest_descent_leads(function, box):
    """One negative eigenvalue does not say which minima are joined: small steps along the gradient do."""
    found = search(function, box, 9, samples=16)
    surface = Known(function)
    assert len(found.saddle_value)
    for k, alpha in enumerate(found.saddle_alpha):
        _, vectors = np.linalg.eigh(surface.derivatives(alpha[None]).hessian[0])
        x = alpha + 1e-3 * np.array([vectors[:, 0], -vectors[:, 0]])
        for _ in range(700):
            gradient = surface.derivatives(x).gradient
            x = x - 0.01 * gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        ends = abs(x[:, None] - found.alpha[None]).max(-1).argmin(1)
        assert sorted(ends.tolist()) == found.joins[found.joins[:, 0] == k, 1].tolist()


@pytest.mark.parametrize("angle", ODD[:3])
def test_a_minimum_on_the_way_that_the_grid_does_not_show(angle):
    """Between two wells there is a third, narrower than a step: the way from one to the other leads through it."""

    def function(x):
        along = (x[0] ** 2 - 1.0) ** 2 - 0.5 * exp(-60.0 * (x[0] - 0.07) ** 2)
        return along + 2.0 * x[1] ** 2

    turned_ = moved(function, turn(angle))
    assert grid_minima(turned_, [(-1.6, 1.6)] * 2, 7) == 2
    found = search(turned_, [(-1.6, 1.6)] * 2, 7)
    assert len(found.value) == 3
    assert kinds(found) == ["interior"] * 3
    heights = deaths(found)
    line = np.linspace(-1, 1, 200001)
    along = (line**2 - 1) ** 2 - 0.5 * np.exp(-60 * (line - 0.07) ** 2)
    middle = int(abs(line - 0.07).argmin())
    assert heights == pytest.approx(sorted([along[:middle].max(), along[middle:].max()]), rel=1e-8)


@pytest.mark.parametrize("points", [6, 9, 14])
def test_of_two_passes_the_lower_one_counts(points):
    """A ridge has two gaps, side by side, of heights 0.7 and 0.66."""

    def function(x):
        ridge = 1.0 - 0.3 * exp(-12.0 * (x[1] - 0.5) ** 2) - 0.34 * exp(-12.0 * (x[1] + 0.4) ** 2)
        return ridge * exp(-6.0 * x[0] ** 2) + 0.3 * (x[0] ** 2 - 1.0) ** 2 + 0.05 * x[1] ** 2

    box = [(-1.5, 1.4), (-1.1, 1.2)]
    found = search(function, box, points, samples=8)
    line = np.linspace(-1.1, 1.2, 200001)
    on_ridge = Known(function).values(np.stack([0 * line, line], 1))  # f is even in x_0: its passes lie at 0
    assert len(found.value) == 2
    assert deaths(found) == pytest.approx([on_ridge.min()], rel=1e-8)


def test_rounding_that_is_larger_than_the_values_is_no_kink():
    """Near its minima of 0, f is the difference of numbers of 1e8, and falls in steps of 1e-8."""
    found = search(lambda x: (himmelblau(x) + 1e8) - 1e8, [(-5, 5)] * 2, 8, samples=16)
    assert matches(found.alpha, HIMMELBLAU, 1e-3)
    assert set(kinds(found)) == {"interior"}
    assert deaths(found) == pytest.approx(HIMMELBLAU_PASSES, abs=1e-6)


class Underived(Known):
    """A function whose derivatives are not numbers where a test of the coordinates says so."""

    def __init__(self, function, where_not):
        super().__init__(function)
        self.where_not = where_not

    def derivatives(self, alpha):
        local = super().derivatives(alpha)
        bad = self.where_not(alpha)
        local.gradient[bad], local.hessian[bad] = np.nan, np.nan
        return local


def test_points_without_derivatives_are_said():
    surface, axes = Underived(himmelblau, lambda alpha: alpha[:, 0] > 0), axes_of([(-5, 5)] * 2, 9)
    found = resolve(surface, axes, surface.field(axes))
    assert matches(found.alpha, HIMMELBLAU[1:3])
    assert (found.start_end < 0).any()
    assert any("not finite" in reason for reason in found.reasons)


def test_no_derivatives_at_all():
    """There is nothing then, and the reasons say why: no tree is made up."""
    surface, axes = Underived(himmelblau, lambda alpha: alpha[:, 0] < 9), axes_of([(-5, 5)] * 2, 8)
    found = resolve(surface, axes, surface.field(axes))
    assert not len(found.value)
    assert (found.start_end == -1).all()
    assert len(found.reasons) == len(found.start)


def test_the_same_call_finds_the_same_bits():
    one, other = (search(himmelblau, [(-5, 5)] * 2, 8, samples=8, seed=3).to_arrays() for _ in range(2))
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert np.array_equal(array, other[name], equal_nan=array.dtype.kind == "f"), name


def test_a_search_can_be_stopped():
    from landsweep.kernels.critical.resolve import Interrupted

    surface, axes = Known(himmelblau), axes_of([(-5, 5)] * 2, 8)
    with pytest.raises(Interrupted):
        resolve(surface, axes, surface.field(axes), stop=lambda: True)
