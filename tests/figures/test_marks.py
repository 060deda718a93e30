"""Marks on maps: resolved minima and saddles at their own coordinates, artefacts of the grid as open symbols."""

from types import SimpleNamespace

import numpy as np
import pytest
from landsweep.disk.arrays import write_arrays
from landsweep.disk.rundir import RunDir
from landsweep.disk.trees import tree_arrays
from landsweep.figures import marks
from landsweep.figures.marks import draw_marks, lacking, words
from landsweep.kernels.critical.resolved import BOUND, INTERIOR, Resolved
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.kernels.topology.metrics import Threshold
from matplotlib.figure import Figure


def resolved():
    """Three minima and two passes, of which the higher one is a bound; of four starts one has no end."""
    m, s = 3, 2
    return Resolved(
        shape=(5, 5),
        alpha=np.array([[0.1, 0.2], [0.55, 0.6], [0.93, 0.11]]),
        value=np.array([0.0, 1.0, 2.0]),
        kind=np.zeros(m, np.int8),
        faces=np.zeros((m, 2), np.int8),
        curvature=np.ones(m),
        saddle_alpha=np.array([[0.3, 0.4], [0.7, 0.3]]),
        saddle_value=np.array([3.0, 4.0]),
        saddle_kind=np.array([INTERIOR, BOUND], np.int8),
        saddle_faces=np.zeros((s, 2), np.int8),
        saddle_curvature=-np.ones(s),
        joins=np.array([[0, 0], [0, 1], [1, 1], [1, 2]]),
        start=np.array([0, 2, 12, 24]),
        start_end=np.array([0, 0, 1, -1]),
        start_own=np.array([True, False, True, False]),
        basin_volume=np.ones(m, np.int64),
        reasons=np.array(["it ended nowhere"]),
        samples=0,
        seen=np.zeros(m, np.int64),
        known=np.ones(m, bool),
        n_values=1,
        n_gradients=1,
        n_derivatives=1,
        value_range=(0.0, 9.0),
        n_nonfinite=0,
    )


@pytest.fixture
def run(tmp_path):
    """A run directory with a field that has minima at the starts of :func:`resolved`, and the study's choices."""
    field = np.full((5, 5), 5.0)
    for vertex, value in ((0, 0.5), (2, 0.6), (12, 1.5), (24, 2.5)):
        field.flat[vertex] = value
    directory = RunDir(tmp_path)
    write_arrays(directory.topology(0), tree_arrays("face", merge_tree(field, "face"), {}))
    write_arrays(directory.resolved(0), resolved().to_arrays())
    threshold = SimpleNamespace(threshold=Threshold(0.0), negate=False)
    study = SimpleNamespace(resolve=SimpleNamespace(enabled=True), connectivity=("face",), topology=threshold)
    return SimpleNamespace(directory=directory, study=study)


def drawn(run, axes=2):
    panel = Figure().subplots()
    draw_marks(panel, run, SimpleNamespace(index=0), [np.linspace(0, 1, 5)] * axes)
    return {
        (line.get_marker(), line.get_markerfacecolor() == "none"): np.column_stack(line.get_data()).tolist()
        for line in panel.get_lines()
        if len(line.get_xdata())
    }


def test_what_is_resolved_stands_where_it_is_and_artefacts_are_open(run):
    assert drawn(run) == {
        ("o", False): resolved().alpha.tolist(),
        ("x", False): [[0.3, 0.4]],
        ("+", False): [[0.7, 0.3]],
        ("o", True): [[0.0, 0.5]],  # vertex 2
        ("s", True): [[1.0, 1.0]],  # vertex 24
    }
    assert "circles: artefacts of the grid" in words(run)


def test_minima_of_the_grid_do_not_pass_for_resolved_ones(run):
    assert lacking(run, SimpleNamespace(index=0)) == ""
    run.directory.resolved(0).unlink()
    assert drawn(run) == {}
    assert lacking(run, SimpleNamespace(index=0)) == "resolved minima not known"
    run.study.resolve.enabled = False
    assert lacking(run, SimpleNamespace(index=0)) == ""


def test_what_min_persistence_drops_is_not_drawn(run):
    run.study.topology.threshold = Threshold(2.5)
    assert drawn(run)["o", False] == [[0.1, 0.2]]


def test_what_has_no_points_takes_no_room(run):
    """What is not clipped counts in the layout, at the corner of the figure where it is empty."""
    run.study.topology.threshold = Threshold(100.0)
    figure = Figure(figsize=(3, 3), layout="constrained")
    draw_marks(panel := figure.subplots(), run, SimpleNamespace(index=0), [np.linspace(0, 1, 5)] * 2)
    figure.draw_without_rendering()
    assert panel.get_position().width > 0.5
    assert not [line for line in panel.get_lines() if line.get_marker() in "x+" and not len(line.get_xdata())]


def test_a_curve_has_them_at_their_height(run):
    assert drawn(run, axes=1)["x", False] == [[0.3, 3.0]]


def test_without_resolve_marks_are_those_of_the_grid(run):
    run.study.resolve.enabled = False
    found = drawn(run)
    assert {*found} == {("o", False), ("x", False)}
    assert [0.0, 0.5] in found["o", False]
    assert words(run) == "dots: minima, crosses: saddles, joined to the minima whose basins meet there"
    run.study.connectivity = ("knn", "face")  # of which no descent on the grid says whose basins meet
    assert words(run) == "dots: minima, crosses: saddles, joined as the tree joins them"


def test_of_too_many_minima_the_most_persistent_are_marked_and_it_is_said(run, monkeypatch):
    run.study.resolve.enabled = False
    monkeypatch.setattr(marks, "MOST_MARKS", 2)
    panel = Figure().subplots()
    draw_marks(panel, run, SimpleNamespace(index=0), [np.linspace(0, 1, 5)] * 2)
    dots = next(line for line in panel.get_lines() if line.get_marker() == "o")
    assert np.column_stack(dots.get_data()).tolist() == [[0.0, 0.0], [0.0, 0.5]]
    assert panel.get_xlabel().replace("\n", " ") == "marked, without lines: the 2 minima of persistence ≥ 4.4 of 4"
