"""Figures: what the trend joins and names, its ticks."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from landsweep.report import figures
from landsweep.study.study import Study


@pytest.fixture
def drawn(write_study, monkeypatch, tmp_path):
    """Draw the trend of a made-up table, given the metrics of each (representation, value on the axis, seed)."""

    def draw(sweep, metrics, representations=("face",)):
        study = Study.load(write_study(sweep=sweep))
        rows = []
        for name, *values in product(representations, *study.axes.values()):
            coords = dict(zip(study.axes, values, strict=True))
            rows.append(coords | {"representation": name} | metrics(name, coords))
        seen = []
        monkeypatch.setattr(figures, "save", lambda figure, path: seen.append(figure))
        figures.draw_trend(study, pd.DataFrame(rows), tmp_path / "trend.png")
        (figure,) = seen
        figure.draw_without_rendering()
        return figure

    return draw


def told(panel):
    return [text.get_text() for text in panel.get_legend().get_texts()]


def ticks(axis):
    low, high = axis.get_view_interval()
    shown = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label.get_text() for at, label in shown if low <= at <= high]


def test_series_that_coincide_are_one_line_named_after_all(drawn):
    values = {"face": 1, "gabriel": 1, "moore": 2, "freudenthal": 1}

    def metrics(name, coords):
        return {"n_saddles": values[name] * coords["beta"], "average_persistence": len(name) * coords["beta"]}

    panels = drawn({"beta": [1, 2, 4], "direction_seed": [0]}, metrics, tuple(values)).axes
    assert told(panels[0]) == ["face = gabriel = freudenthal", "moore"]
    assert told(panels[1]) == list(values)
    widths = [line.get_linewidth() for line in panels[1].get_lines()]
    assert widths == sorted(widths, reverse=True)
    assert len({*widths}) == 4  # where lines meet the first still shows


def test_names_are_not_joined_and_the_models_error_is_not_over_directions(drawn):
    def metrics(name, coords):
        return {"n_saddles": coords["seed"] + coords["direction_seed"], "quality_accuracy": 0.5 + coords["seed"]}

    seeds = drawn({"beta": [1.0], "seed": [0, 1, 2, 5], "direction_seed": [0, 1]}, metrics)
    assert {line.get_linestyle() for panel in seeds.axes for line in panel.get_lines()} == {"None"}
    assert seeds.get_suptitle() == "toy: dot = median, band = range over 2 series"
    assert told(seeds.axes[0]) == ["face", "accuracy"]
    directions = drawn({"beta": [1.0], "seed": [0], "direction_seed": [0, 1, 2]}, metrics)
    assert told(directions.axes[0]) == ["face"]
    assert directions.get_suptitle() == "toy: one series"
    betas = drawn({"beta": [1.0, 2.0], "seed": [0], "direction_seed": [0]}, metrics)
    assert {line.get_linestyle() for line in betas.axes[0].get_lines()} == {"-"}


@pytest.mark.parametrize("value", [0.01163, 1234.5, 1e-7])
def test_one_known_point_has_one_tick_and_the_whole_axis(drawn, value):
    figure = drawn(
        {"beta": [1, 2, 4], "direction_seed": [0]},
        lambda name, coords: {"n_saddles": 2, "average_persistence": value if coords["beta"] == 2 else np.nan},
    )
    for panel, text in zip(figure.axes, ("2", f"{value:.3g}"), strict=False):
        assert ticks(panel.yaxis) == [text]
        low, high = panel.get_xlim()
        assert low < 1
        assert high > 4
        assert ticks(panel.xaxis) == ["1", "2", "3", "4"]


def test_no_two_ticks_are_alike_and_counts_are_whole(drawn):
    figure = drawn(
        {"beta": [1, 2, 4], "direction_seed": [0]},
        lambda name, coords: {"n_saddles": coords["beta"] // 2, "average_persistence": 1234 + coords["beta"] / 100},
    )
    assert ticks(figure.axes[0].yaxis) == ["0", "1", "2"]
    fine = ticks(figure.axes[1].yaxis)
    assert len({*fine}) == len(fine) > 2
    assert "1234" in fine[0]
