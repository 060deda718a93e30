"""Persistence diagrams and barcodes: every pair once, essential classes apart."""

import numpy as np
import pytest
from landsweep.figures.diagrams import barcode, persistence_diagram
from landsweep.kernels import merge_tree
from matplotlib.figure import Figure
from pictures import overlapping, pixel

VALUES = np.array([2.0, 0.5, 3.0, 1.0, 4.0, 3.5, 9.0])


def drawn(draw, values=VALUES, negate=False, **options):
    return draw(
        merge_tree(np.asarray(values, float), negate=negate), Figure(layout="constrained").subplots(), **options
    )


def points(ax, marker):
    return [np.column_stack(line.get_data()).tolist() for line in ax.get_lines() if line.get_marker() == marker]


def test_a_diagram_has_every_pair_and_the_essential_class():
    ax = drawn(persistence_diagram)
    assert points(ax, "o") == [[[1.0, 3.0], [3.5, 4.0]]]
    assert points(ax, "^") == [[[0.5, 9.0]]]
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim()
    assert not overlapping(ax.figure)
    below = drawn(persistence_diagram, negate=True)
    assert points(below, "v") == [[[9.0, 0.5]]]


def test_bars_go_from_birth_to_death_the_longest_on_top():
    ax = drawn(barcode)
    bars = [path.vertices[:, 0].tolist() for path in ax.collections[0].get_paths()]
    assert bars == [[3.5, 4.0], [1.0, 3.0], [0.5, 9.0]]
    assert ax.get_ylabel() == "2 pairs, blue: never ends"


def test_a_bar_far_shorter_than_a_pixel_is_seen():
    values = np.array([2.0, 0.5, 3.0, 1.0, 4.0, 6.0, 6.0 + 1e-6, 6.0 - 1e-6, 9.0])
    ax = drawn(barcode, values)
    assert ax.get_ylabel() == "2 pairs, blue: never ends"
    ax.spines["bottom"].set_visible(False)
    assert max(pixel(ax, 6.0, 0)) < 0.75, "the pair of persistence 1e-6"
    assert min(pixel(ax, 5.0, 0)) > 0.95


@pytest.mark.parametrize("draw", [persistence_diagram, barcode])
def test_no_pairs_and_no_finite_saddle_are_said(draw):
    assert "no pairs: there is one basin" in drawn(draw, [3.0, 3.0, 3.0]).get_xlabel()
    walled = drawn(draw, [0, np.inf, 1.0])
    texts = [
        walled.get_xlabel(),
        *(t.get_text() for t in (walled.get_legend().get_texts() if walled.get_legend() else ())),
    ]
    assert "1 pair whose saddle is not finite" in "\n".join(texts).replace("grey: ", "")
    with pytest.raises(ValueError, match="scale is clipped, expected linear or log"):
        drawn(draw, scale="clipped")
    with pytest.raises(ValueError, match="scale is log and the least value is -1"):
        drawn(draw, [0, 3, -1.0], scale="log")
    assert drawn(draw, scale="log").get_xscale() == "log"
