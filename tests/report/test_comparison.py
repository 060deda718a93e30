"""The figure that compares the values of an axis that are names, of a run through the command line."""

from pathlib import Path

import numpy as np
import pytest
from landsweep import open_run
from landsweep.figures import landscapes
from landsweep.report import figures
from landsweep.report.comparison import compared_axis
from landsweep.study.study import Study
from matplotlib.figure import Figure
from support import inside, make_study, study_data


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Run a changed toy study with figures, which are not rendered; return the run, what it said, and the figures."""

    def run(**changes):
        made = {}
        monkeypatch.setattr(
            Figure, "savefig", lambda self, path, **_: (made.setdefault(Path(path), self), Path(path).touch())
        )
        for other in ("draw_trend", "draw_landscapes"):  # which take a second and are looked at elsewhere
            monkeypatch.setattr(figures, other, lambda *_: None)
        study = make_study(tmp_path, report__figures=True, **changes)
        done = inside("run", study, "--out", tmp_path / "run")
        assert done.returncode == 0, done.stderr
        named = {path.name.lstrip(".").partition(".png")[0]: figure for path, figure in made.items()}
        return open_run(tmp_path / "run"), done.stdout + done.stderr, named

    return run


SWEEP = {"raise_in": ["sgd", "adam"], "seed": [0, 1], "direction_seed": [0, 1]}
"""A parameter of the toy that takes any text."""


def test_groups_share_one_scale_and_each_model_is_a_point(drawn):
    run, said, made = drawn(sweep=SWEEP, grid__points=[5, 5], problem__params={"steps": 3})
    assert f"\n  compared {run.path}/report/comparison.png\n" in said
    upper, lower = made["comparison"].subfigs
    maps = [next(c for c in panel.collections if c.get_array() is not None) for panel in upper.axes[:2]]
    assert [panel.get_title() for panel in upper.axes[:2]] == ["raise in = sgd", "raise in = adam"]
    first = run.dataset.loss.isel(subspace=0, seed=0, direction_seed=0, drop=True)
    assert len(maps) == 2
    for drawn_map in maps:
        assert drawn_map.get_clim() == pytest.approx((float(first.min()), float(first.max())))
    panel = next(panel for panel in lower.axes if panel.get_ylabel() == "average persistence / loss range")
    table = run.metrics[run.metrics.representation == run.study.connectivity[0]]
    models = table.groupby(["seed", "raise_in"]).average_persistence_rel.median().unstack()[["sgd", "adam"]]
    points = [line.get_ydata() for line in panel.get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(points[:2], models.values)
    bars = [line.get_ydata()[0] for line in panel.get_lines() if line.get_marker() in ("None", "")]
    np.testing.assert_allclose(bars[:2], models.median().values)
    assert [text.get_text().partition("\n")[0] for text in panel.get_xticklabels()] == ["sgd", "adam"]


def test_a_landscape_that_cannot_be_drawn_costs_its_panel_alone_and_the_run_says_so(drawn, monkeypatch):
    own = landscapes.field_of

    def huge(run, landscape, member, *more):
        field = own(run, landscape, member, *more)
        return 0 * field + 1e308 if member.coords["raise_in"] == "sgd" else field

    monkeypatch.setattr(landscapes, "field_of", huge)
    sweep = {"raise_in": ["sgd", "adam"], "direction_seed": [0]}
    _, said, made = drawn(sweep=sweep, grid__points=[3, 3], problem__params={"steps": 1})
    why = "values from 1e+308 to 1e+308 are too large to draw, expected numbers up to 8e+307, or a clip"
    assert f"In the figure of comparison landscape 0 is not drawn: {why}." in " ".join(said.split())
    assert "In the figure of comparison the landscapes have a colour scale each, as none fits all: values" in said
    upper, lower = made["comparison"].subfigs
    lost, other, *bars = upper.axes
    assert lost.get_xlabel().replace("\n", " ") == f"not drawn: {why}"
    assert len(bars) == 1
    assert other.collections
    assert any(panel.get_ylabel() == "saddles" for panel in lower.axes)


@pytest.mark.parametrize(
    ("sweep", "axis"),
    [
        ({"residual": [True, False]}, "residual"),
        ({"residual": [0, 1], "beta": [1, 2, 3]}, "residual"),
        ({"optimiser": ["sgd", "adam", "lbfgs"]}, "optimiser"),
        ({"optimiser": ["sgd"]}, None),
        ({"beta": [1.0, 2.0]}, None),
        ({"file": list("abcdefg")}, None),
        ({"seed": [0, 1], "split": ["train", "test"]}, None),
    ],
)
def test_few_names_are_compared_and_numbers_are_not(sweep, axis):
    assert compared_axis(Study.parse(study_data(sweep=sweep))) == axis
