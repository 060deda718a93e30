"""The drawing of a merge tree: heights, clips, marks."""

import numpy as np
import pytest
from landsweep.figures.trees import merge_tree as draw
from landsweep.kernels import merge_tree
from matplotlib.figure import Figure
from pictures import overlapping

VALUES = np.array([2.0, 0.5, 3.0, 1.0, 4.0, 3.5, 90.0])


def drawn(values=VALUES, negate=False, **options):
    return draw(
        merge_tree(np.asarray(values, float), negate=negate), Figure(layout="constrained").subplots(), **options
    )


def marks(ax, marker):
    (line,) = (line for line in ax.get_lines() if line.get_marker() == marker)
    return np.column_stack(line.get_data()).tolist()


def test_minima_and_saddles_stand_at_their_heights():
    ax = drawn()
    assert marks(ax, "o") == [[1, 0.5], [2, 1.0], [0, 3.5]]
    assert marks(ax, "x") == [[1, 3.0], [1, 4.0]]
    lines = [path.vertices.tolist() for path in ax.collections[0].get_paths()]
    assert [[1, 0.5], [1, 90.0]] in lines, "the oldest branch goes up to the greatest value"
    assert [[2, 1.0], [2, 3.0]] in lines
    assert [[0, 4.0], [1, 4.0]] in lines
    assert ax.get_xlabel() == "3 minima, 2 saddles"
    assert not overlapping(ax.figure)


def test_scales():
    assert drawn(scale="log").get_yscale() == "log"
    clipped = drawn(scale="clipped")
    assert clipped.get_ylim()[1] == pytest.approx(4.0 + 0.08 * 3.5)
    assert clipped.get_ylabel() == "loss, above 4.28 not shown"
    assert drawn(scale="clipped", clip=3.2).get_ylim()[1] == 3.2
    assert drawn(-VALUES, negate=True, scale="clipped").get_ylabel() == "loss, below -4.28 not shown"
    assert drawn([1.0, 1.0, 1.0], scale="clipped").get_ylabel() == "loss"
    with pytest.raises(ValueError, match=r"clip is 0\.5 and the least value is 0\.5, expected a clip above it"):
        drawn(scale="clipped", clip=0.5)
    with pytest.raises(ValueError, match="scale is log and the least value is -1, expected values above 0"):
        drawn([-1.0, 3.0, 0.0], scale="log")
    with pytest.raises(ValueError, match="clip is 3 with scale linear"):
        drawn(clip=3.0)


def test_what_is_not_finite_and_what_nothing_joins_is_said():
    ax = drawn([0, 1, np.inf, -1, 2, np.inf, 3.0])
    assert "2 pairs without a finite saddle" in ax.get_xlabel().replace("\n", " ")
    assert not [line for line in ax.get_lines() if line.get_marker() == "x" and len(line.get_xdata())]
    flat = drawn([0.37] * 4)
    assert flat.get_xlabel() == "1 minimum, 0 saddles"
