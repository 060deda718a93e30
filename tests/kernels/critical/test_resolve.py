"""Functions whose minima and passes are known, searched from grids so coarse that the grid's own are wrong."""

import numpy as np
import pytest
import surfaces
from landsweep.kernels.critical.resolve import resolve
from landsweep.kernels.topology.merge_trees import merge_tree
from surfaces import (
    HIMMELBLAU,
    HIMMELBLAU_PASSES,
    ODD,
    Known,
    absolute,
    axes_of,
    cos,
    deaths,
    double_well,
    exp,
    grid_minima,
    himmelblau,
    kinds,
    matches,
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

    f = lambda x: x**2 - 10 * np.cos(2 * np.pi * x) + 10
    slope = lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x)
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
    function = lambda x: -(maximum(1.0 - 4.0 * (x[0] ** 2 + x[1] ** 2), 0.0) ** 3)
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
    function = lambda x: (x[0] ** 2 - 1.0) ** 2 * (2.0 - x[1]) + 0.25 * (x[1] - 0.5) ** 2
    found = search(function, [(-1.5, 1.5), (0, 1)], 8)
    assert matches(found.alpha, [(-1, 0.5), (1, 0.5)])
    assert matches(found.saddle_alpha, [(0, 1)])
    assert found.saddle_faces.tolist() == [[0, 1]]
    assert saddle_kinds(found) == ["border"]
    assert found.saddle_value == pytest.approx([1.0625], rel=1e-8)


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
    function = lambda x: where(value(x[0]) > 0.31, x[0] * np.nan, -1.0 * x[0] + x[1] ** 2)
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
    function = lambda x: himmelblau([u * (1 / s) for u, s in zip(x, scales, strict=True)])
    box = [(-5 * scales[0], 5 * scales[0]), (-5 * scales[1], 5 * scales[1])]
    found = search(function, box, (8, 9), samples=16)
    assert matches(found.alpha / np.array(scales), HIMMELBLAU)
    assert deaths(found) == pytest.approx(HIMMELBLAU_PASSES, rel=1e-8)


def test_one_axis():
    """x^2 / 9 - cos 2 pi x, with a border that cuts a well."""
    from scipy.optimize import brentq

    function = lambda x: x[0] ** 2 * (1 / 9) - cos(2 * np.pi * x[0])
    found = search(function, [(-1.4, 1.8)], 9, samples=16)
    slope = lambda x: 2 * x / 9 + 2 * np.pi * np.sin(2 * np.pi * x)
    minima = [brentq(slope, k - 0.2, k + 0.2, xtol=1e-15) for k in (-1, 0, 1)]
    assert matches(found.alpha, np.array([*minima, 1.8])[:, None])
    assert sorted(kinds(found)) == ["border", "interior", "interior", "interior"]
    passes = [brentq(slope, k - 0.2, k + 0.2, xtol=1e-15) for k in (-0.5, 0.5, 1.5)]
    assert deaths(found) == pytest.approx(np.sort([p**2 / 9 - np.cos(2 * np.pi * p) for p in passes]), rel=1e-8)


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
