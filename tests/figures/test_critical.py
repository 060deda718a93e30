"""Which minima a saddle is joined to: those of the components that meet there, by brute force."""

import numpy as np
import pytest
from landsweep.figures.critical import critical, draw_critical
from landsweep.kernels import merge_tree
from matplotlib.figure import Figure
from scipy.ndimage import label


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("least", [0.0, 0.25])
def test_every_saddle_is_joined_to_minima_of_different_components(seed, least):
    shape = (9, 7)
    field = np.random.default_rng(seed).random(shape).round(2 if seed % 2 else 9)  # with ties and without
    tree = merge_tree(field, "face")
    axes = [np.arange(n, dtype=float) for n in shape]
    found = critical(tree, axes, least, field=field)
    assert len(found.minima) == len(tree.simplify(max(least, 5e-324)).minima)
    ends = {}
    for saddle, minimum in found.joints:
        ends.setdefault(tuple(saddle), []).append(tuple(minimum.astype(int)))
    saddles = {tuple(at) for at in found.saddles}
    assert ends.keys() >= saddles  # and others of their level, which are the same points of the tree
    assert {field[tuple(np.array(at, int))] for at in ends} == {field[tuple(np.array(at, int))] for at in saddles}
    minima = {tuple(at.astype(int)) for at in found.minima}
    for saddle, joined in ends.items():
        assert set(joined) <= minima
        below, _ = label(field < field[tuple(np.array(saddle, int))])
        assert len({below[at] for at in joined} - {0}) >= 2


@pytest.mark.parametrize("connectivity", ["face", "moore"])
def test_maxima_are_joined_as_the_minima_of_the_negated_field_are(connectivity):
    field = np.random.default_rng(3).random((6, 5)).round(1)
    axes = [np.arange(n, dtype=float) for n in field.shape]
    upper = critical(merge_tree(field, connectivity, negate=True), axes, 0.1, field=field)
    lower = critical(merge_tree(-field, connectivity), axes, 0.1, field=-field)
    assert len(upper.joints) > 1
    assert (upper.joints.tolist(), upper.minima.tolist()) == (lower.joints.tolist(), lower.minima.tolist())


def test_marks_on_the_border_are_whole():
    field = np.array([[0.0, 3.0, 1.0], [4.0, 5.0, 6.0]])
    axes = [np.arange(n, dtype=float) for n in field.shape]
    panel = Figure().subplots()
    draw_critical(panel, critical(merge_tree(field), axes, field=field))
    assert len(panel.get_lines()) == 2
    assert not any(line.get_clip_on() for line in panel.get_lines())


def test_without_a_field_lines_are_the_arcs_between_saddles_and_what_lies_below():
    values = np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0])
    found = critical(merge_tree(values), [np.arange(7.0)])
    assert found.joints[:, :, 0].tolist() == [[2, 1], [2, 3], [4, 2], [4, 5]]
    assert found.saddle_values.tolist() == [3, 4]


def test_saddles_that_are_not_finite_are_left_out():
    values = np.array([0.0, np.inf, 1.0, 3.0, 2.0])
    found = critical(merge_tree(values), [np.arange(5.0)], field=values)
    assert found.saddles.ravel().tolist() == [3]
    assert found.joints[:, :, 0].tolist() == [[3, 2], [3, 4]]
