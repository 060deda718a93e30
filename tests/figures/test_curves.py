"""Densities, scatter plots, solutions."""

import numpy as np
import pandas as pd
import pytest
from landsweep.figures.curves import density, scatter, solution
from matplotlib.figure import Figure
from pictures import overlapping


def panel():
    return Figure(layout="constrained").subplots()


def test_a_density_spans_seven_decades_and_refuses_nothing():
    x = np.linspace(-1, 1, 5)
    ax = density(x, [0, 1e-9, 2.0, np.nan, 1.0], panel())
    density(x, np.full(5, 8.0), ax)
    assert ax.get_yscale() == "log"
    assert ax.get_ylim() == pytest.approx((8e-7, 24))
    assert len(ax.get_lines()[0].get_xdata()) == 4
    with pytest.raises(ValueError, match="the density has no finite value above 0"):
        density(x, np.full(5, np.nan), panel())


TABLE = pd.DataFrame(
    {
        "beta": [1, 2, 10, 40],
        "error": [0.1, np.nan, 0.3, np.inf],
        "n_saddles": [3, 4, 5, 6],
        "net": ["mlp", "mlp", "cnn", "cnn"],
    }
)


def test_scatter_draws_rows_that_have_both_values_and_counts_the_others():
    ax = scatter(TABLE, "beta", "error", panel(), by="net")
    assert ax.get_xscale() == "log"
    assert ax.get_yscale() == "linear"
    assert {line.get_label(): line.get_ydata().tolist() for line in ax.get_lines()} == {
        "net = cnn": [0.3],
        "net = mlp": [0.1],
    }
    assert ax.get_xlabel() == "beta\n2 rows of 4 without a value left out"
    names = scatter(TABLE.assign(n_saddles=TABLE.n_saddles / 1.0), "net", "n_saddles", panel())
    names.figure.draw_without_rendering()
    assert {tick % 1 for tick in names.get_yticks()} == {0}
    assert [text.get_text() for text in names.get_xticklabels()] == ["mlp", "cnn"]
    assert names.get_lines()[0].get_xdata().tolist() == [0, 0, 1, 1]
    assert not overlapping(names.figure)
    many = pd.concat([TABLE.assign(beta=TABLE.beta + k, name=f"n{k}") for k in range(9)])
    coloured = scatter(many, "n_saddles", "error", panel(), by="beta")
    assert coloured.figure.axes[1].get_ylabel() == "beta"
    with pytest.raises(ValueError, match="name has 9 names, expected at most 8 colours"):
        scatter(many, "n_saddles", "error", panel(), by="name")
    with pytest.raises(ValueError, match="'eror' is no column, expected one of beta, error, n_saddles, net"):
        scatter(TABLE, "beta", "eror", panel())
    with pytest.raises(ValueError, match="no row has both beta and error"):
        scatter(TABLE[1:2], "beta", "error", panel())


def test_a_solution_stands_beside_the_exact_one_in_the_same_colours():
    x, t = np.linspace(0, 1, 4), np.linspace(0, 2, 3)
    values = x[:, None] * t
    axes = Figure(figsize=(9, 3), layout="constrained").subplots(1, 3)
    solution({"coordinates": {"x": x, "t": t}, "values": values, "exact": values + 1.0}, axes)
    meshes = [ax.collections[0] for ax in axes]
    assert meshes[0].get_clim() == meshes[1].get_clim() == (0.0, 3.0)
    np.testing.assert_allclose(np.asarray(meshes[2].get_array()), np.ones((3, 4)))
    np.testing.assert_array_equal(np.asarray(meshes[0].get_array()), values.T)
    assert (axes[0].get_xlabel(), axes[0].get_ylabel()) == ("x", "t")
    assert [bar.get_ylabel() for bar in axes[0].figure.axes[3:]] == ["u(x, t)", "u(x, t)", "error of u"]
    assert not overlapping(axes[0].figure)
    (one, two) = Figure(layout="constrained").subplots(1, 2)
    solution({"coordinates": {"x": x}, "values": x, "exact": x + 0.5, "name": "v"}, [one, two])
    assert [line.get_label() for line in one.get_lines()] == ["network", "exact"]
    np.testing.assert_allclose(two.get_lines()[0].get_ydata(), 0.5)
    with pytest.raises(ValueError, match=r"predict\(\) returned values of shape \(3, 4\), expected \(4, 3\)"):
        solution({"coordinates": {"x": x, "t": t}, "values": values.T, "exact": None}, axes)
