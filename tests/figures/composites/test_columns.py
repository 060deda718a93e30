"""Panels of one column of the table: where values of an axis stand, which scale they have, how many are known."""

import numpy as np
import pandas as pd
import pytest
from landsweep.figures.composites.columns import over, quality, strip
from matplotlib.figure import Figure


def drawn(draw, table, *more, **options):
    panel = Figure().subplots()
    draw(panel, {"": table}, "steps", *more, **options)
    panel.figure.draw_without_rendering()
    return panel


@pytest.mark.parametrize(
    ("steps", "scale"),
    [
        ([1, 10, 100, 300, 1000], "log"),  # of training, which a linear axis puts on top of one another
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "linear"),
        ([0, 1, 10, 100], "linear"),
        ([1, 100], "linear"),
    ],
)
def test_steps_of_training_stand_on_the_axis_that_tells_them_apart(steps, scale):
    panel = drawn(over, pd.DataFrame({"steps": steps, "smad": np.geomspace(1, 1e4, len(steps))}), "smad")
    assert panel.get_xscale() == scale
    assert panel.get_yscale() == "log"
    low, high = panel.get_xlim()
    assert low < min(steps) < max(steps) < high
    assert drawn(over, pd.DataFrame({"steps": steps, "smad": np.arange(len(steps))}), "smad").get_yscale() == "linear"


def test_names_stand_in_their_order_also_where_the_first_has_no_value():
    table = pd.DataFrame({"steps": ["sgd", "adam", "sgd", "lion"], "smad": [np.nan, 2.0, np.nan, 1.0]})
    panel = drawn(over, table, "smad", joined=False)
    assert [text.get_text() for text in panel.get_xticklabels()] == ["sgd", "adam", "lion"]
    (line,) = panel.get_lines()
    np.testing.assert_array_equal(line.get_xydata(), [[1, 2.0], [2, 1.0]])
    assert line.get_linestyle() == "None"


def test_no_tick_says_another_number_than_where_it_stands():
    panel = drawn(over, pd.DataFrame({"steps": [1, 2], "quality_accuracy": [0.9640, 0.9835]}), "quality_accuracy")
    panel.set_yticks([0.9775, 0.98, 0.9825])
    panel.figure.draw_without_rendering()
    assert [text.get_text() for text in panel.get_yticklabels()] == ["0.9775", "0.98", "0.9825"]


def test_a_strip_says_how_many_models_have_a_value():
    table = pd.DataFrame({"steps": ["a", "b"] * 2, "seed": [0, 0, 1, 1], "smad": [1.0, np.nan, 3.0, 4.0]})
    panel = drawn(strip, table, ["a", "b", "c"], "smad", ["seed"])
    assert [text.get_text() for text in panel.get_xticklabels()] == ["a", "b\n1 of 2\nknown", "c\nnot there\nyet"]
    bars = [line.get_ydata()[0] for line in panel.get_lines()[2:]]
    assert bars == [2.0, 4.0]


def test_a_figure_of_merit_that_no_model_has_is_none():
    table = pd.DataFrame({"quality_absolute_error": [np.nan], "quality_accuracy": [0.5], "n_saddles": [1]})
    assert quality(table) == "quality_accuracy"
    assert quality(table.drop(columns="quality_accuracy")) is None
