"""Contours, curves, surfaces and slices: colours at known values, gaps, constants, periodic axes."""

import numpy as np
import pytest
from landsweep.figures.critical import critical
from landsweep.figures.planes import HATCH, contour, curve, plane, surface
from landsweep.figures.scales import norm_of
from landsweep.kernels import merge_tree
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from pictures import field, overlapping, pixel


def panel(projection=None, size=(3.0, 2.6)):
    return Figure(figsize=size, dpi=80, layout="constrained").subplots(subplot_kw={"projection": projection})


RAMP = field(np.repeat(np.linspace(0, 1, 11)[:, None], 6, axis=1), np.linspace(0, 1, 11), np.linspace(0, 1, 6))


@pytest.mark.parametrize("repeats", [1, 40], ids=["lines", "pixels"])
def test_the_colour_is_that_of_the_value_and_the_first_direction_runs_along_x(repeats):
    values = field(
        np.repeat(np.linspace(0, 1, 10 * repeats + 1)[:, None], 6, axis=1),
        np.linspace(0, 1, 10 * repeats + 1),
        np.linspace(0, 1, 6),
    )
    ax = contour(values, panel(), levels=10)
    for x in (0.15, 0.55, 0.85):  # the middles of bands
        for y in (0.2, 0.7):
            np.testing.assert_allclose(pixel(ax, x, y), colormaps["viridis"](x)[:3], atol=0.03)


def test_a_clipped_scale_has_one_colour_above_the_clip_and_its_bar_says_so():
    ax = contour(RAMP, panel(), scale="clipped", clip=0.5)
    np.testing.assert_allclose(pixel(ax, 0.77, 0.5), colormaps["viridis"](1.0)[:3], atol=0.02)
    assert ax.figure.axes[1].get_ylabel() == "loss, above 0.5 clipped"
    assert ax.figure.axes[1].get_ylim() == (0.0, 0.5)
    ax = contour(RAMP, panel(), scale="clipped")
    assert ax.figure.axes[1].get_ylim() == (0.0, 0.5), "by default the clip is the median"


def test_a_logarithmic_scale_refuses_values_that_are_not_positive():
    with pytest.raises(ValueError, match="scale is log and the least value is 0, expected values above 0"):
        contour(RAMP, panel(), scale="log")
    with pytest.raises(ValueError, match=r"clip is 0\.5 with scale linear, expected scale clipped"):
        contour(RAMP, panel(), clip=0.5)
    with pytest.raises(ValueError, match="clip is 0 and the least value is 0, expected a clip above it"):
        contour(RAMP, panel(), scale="clipped", clip=0.0)
    with pytest.raises(ValueError, match="scale is 'square', expected linear, log or clipped"):
        contour(RAMP, panel(), scale="square")
    with pytest.raises(ValueError, match=r"contour draws two axes of at least two points, got 11: cut the array"):
        contour(RAMP[:, 0], panel())


def test_what_is_not_finite_is_hatched_and_counted_and_what_lies_beside_it_is_not():
    values = RAMP.copy(deep=True)
    values[3:5, 2] = np.nan
    values[8, 5] = np.inf
    ax = contour(values, panel(), levels=10)
    assert ax.get_xlabel() == "direction 0\nhatched: 3 of 66\npoints not finite"
    grey = [to_rgb(HATCH[name]) for name in ("facecolor", "edgecolor")]
    colour = pixel(ax, 0.35, 0.4)
    assert np.ptp(colour) < 0.02, "between two points without a value there is no colour"
    assert grey[1][0] - 0.05 <= colour[0] <= grey[0][0] + 0.05
    np.testing.assert_allclose(pixel(ax, 0.35, 0.95), colormaps["viridis"](0.35)[:3], atol=0.06)
    nothing = contour(RAMP * np.nan, panel())
    assert nothing.get_xlabel() == "direction 0\nhatched: 66 of 66\npoints not finite"
    assert len(nothing.figure.axes) == 1, "a bar of no value"


def test_points_that_are_not_evaluated_yet_are_counted_apart():
    values = RAMP.where(RAMP < 0.95).assign_coords(pending=(RAMP.dims, (RAMP > 0.95).values))
    assert "hatched: 6 of 66 points not evaluated yet" in contour(values, panel()).get_xlabel().replace("\n", " ")
    values[0, 0] = np.inf
    said = contour(values, panel(size=(9.0, 3.0))).get_xlabel().split("\n")
    assert said[1] == "hatched: 6 of 66 points not evaluated yet, 1 not finite"


def test_a_constant_says_what_it_is():
    ax = contour(RAMP * 0 + 0.37, panel())
    assert ax.get_xlabel() == "direction 0\nconstant: 0.37"
    low, high = ax.figure.axes[1].get_ylim()
    assert low < 0.37 < high
    assert curve(RAMP[:, 0] * 0, panel()).get_xlabel() == "direction 0\nconstant: 0"
    for value in (0.0, 1e-270, -5.0, 1e30):
        norm = norm_of([[value, value]])
        assert norm.vmin < value < norm.vmax


def test_around_a_periodic_axis_the_first_layer_comes_again_and_lines_go_over_the_border():
    x = np.linspace(0, 1, 8, endpoint=False)
    values = field(np.cos(2 * np.pi * (x[:, None] - 0.625)) + 0 * x[:5] + [0, 1, 2, 1, 0.1], x, np.arange(5.0))
    values[4, 0] = -0.9  # a second minimum, whose basin meets the other's around the border alone
    tree = merge_tree(values.values, periodic=(0,))
    found = critical(tree, [x, np.arange(5.0)], field=values.values)
    ax = contour(values, panel(), periodic=["alpha_0"], critical=found)
    assert ax.get_xlim() == (0.0, 1.0)
    open_ = contour(values, panel(), critical=found)
    assert open_.get_xlim() == (0.0, x[-1])
    lines = [np.array(path.vertices) for path in ax.collections[-1].get_paths()]
    assert all(abs(line[0, 0] - line[1, 0]) <= 0.5 for line in lines), "the long way round"


def test_a_curve_is_broken_where_it_has_no_value():
    values = RAMP[:, 0].copy(deep=True)
    values[4:6] = np.nan
    ax = curve(values, panel())
    assert ax.get_xlabel() == "direction 0\nhatched: 2 of 11\npoints not finite"
    assert np.isnan(ax.get_lines()[0].get_ydata()).tolist() == np.isnan(values.values).tolist()
    bands = [patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches]
    assert [round(b.x0, 2) for b in bands] == [0.35, 0.45]
    alone = curve(RAMP[:1, 0], panel())
    assert alone.get_lines()[0].get_marker() == ".", "one point is no line"


def test_a_surface_has_holes_and_heights_in_its_scale():
    values = RAMP.copy(deep=True) + 1
    values[3, 2] = np.nan
    ax = surface(values, panel("3d"), scale="log")
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["height: log10 loss", "holes: 1 of 66 points not finite"]
    assert ax.get_zlim()[1] == pytest.approx(np.log10(2), abs=0.02)
    clipped = surface(values, panel("3d"), scale="clipped", clip=1.5)
    assert clipped.get_zlim()[1] == pytest.approx(1.5, abs=0.02)


def test_facets_of_a_surface_have_the_colour_of_their_mean_height():
    values = field(np.array([[1.0, 100.0, 1.0], [1.0, 1.0, 100.0], [1.0, 1.0, np.nan]]))
    for scale in ("log", "linear"):
        faces = surface(values, panel("3d"), scale=scale).collections[0].get_facecolors()
        drawn = sorted(faces[faces[:, 3] > 0].tolist())  # beside the point without a value there is a hole
        np.testing.assert_allclose(drawn, sorted(colormaps["viridis"]([0.0, 0.25, 0.5]).tolist()), atol=0.02)


CUBE = field(np.arange(60.0).reshape(3, 4, 5))


def test_a_slice_goes_through_any_point():
    cut = plane(CUBE, {"alpha_1": 0.4})  # nearest to 1/3, the third point
    np.testing.assert_array_equal(cut.values, CUBE.values[:, 2, :])
    assert cut.dims == ("alpha_0", "alpha_2")
    np.testing.assert_array_equal(plane(CUBE).values, CUBE.values[:, :, 2])
    np.testing.assert_array_equal(plane(CUBE, {"alpha_0": -1, "alpha_2": 1}).values, CUBE.values[0, :, 4])
    np.testing.assert_array_equal(plane(CUBE[:, :1]).values, CUBE.values[:, 0]), "an axis of one point is none"
    for at, text in (
        ({"beta": 1.0}, "the slice names 'beta', expected alpha_0, alpha_1, alpha_2"),
        ({"alpha_0": 1.5}, "the slice is at alpha_0 = 1.5, expected -1 to 1"),
        ({"alpha_0": 0, "alpha_1": 0, "alpha_2": 0}, "the slice leaves no axis"),
    ):
        with pytest.raises(ValueError, match=text):
            plane(CUBE, at)


def test_no_label_covers_another():
    values = RAMP.copy(deep=True)
    values[3:5, 2] = np.nan
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    for ax, scale in zip(figure.subplots(1, 2), ("linear", "clipped"), strict=True):
        contour(values + 0.01, ax, scale=scale)
    assert not overlapping(figure)


def test_reports_of_other_tools():
    """Zeros beside NaN, tiny differences, levels with a logarithmic norm, masks and uneven levels, great numbers."""
    zeros = np.zeros((6, 6))
    zeros[1:3, 2] = np.nan
    assert contour(field(zeros), panel()).get_xlabel().endswith("constant: 0")
    tiny = np.repeat([[5.5e-14], [2e-13], [2.2e-13], [0.0]], 4, axis=1).T
    ax = contour(field(tiny, np.arange(4.0), np.arange(4.0)), panel())
    assert not any(np.allclose(pixel(ax, 1.5, y), 1) for y in (0.2, 0.8, 1.5, 1.9, 2.5)), "a band without a colour"
    wide = field(np.exp(np.linspace(-9, 9, 121)).reshape(11, 11))
    wide[3:6, 3:6] = np.nan
    for levels, expected in ((4, 5), (40, 41), ([1e-4, 1e-3, 0.1, 7, 1e4], 5)):
        ax = contour(wide, panel(), scale="log", levels=levels)
        assert next(len(part.levels) for part in ax.collections if hasattr(part, "levels")) == expected
        assert np.ptp(pixel(ax, -0.2, -0.2)) < 0.02, "colour where there is no value"
    for size in (1e300, 1e38, 1e-38):
        ax = contour(RAMP * size, panel(), levels=5)
        np.testing.assert_allclose(pixel(ax, 0.7, 0.5), colormaps["viridis"](0.7)[:3], atol=0.03)
    with pytest.raises(
        ValueError,
        match=r"values from -1.7e\+308 to 1.7e\+308 are too large to draw, expected numbers up to 8e\+307, or a clip",
    ):
        contour((2 * RAMP - 1) * 1.7e308, panel())
    with pytest.raises(ValueError, match="are too small to draw, expected some above 1e-280"):
        contour(RAMP * 1e-300, panel())
