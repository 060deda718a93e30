"""Topological landscape profiles: the same merge tree, and basins as wide as brute force counts them."""

import numpy as np
import pytest
from landsweep.figures.profiles import outline, profile
from landsweep.kernels import merge_tree
from matplotlib.figure import Figure
from pictures import overlapping
from scipy.ndimage import label


@pytest.mark.parametrize("shape", [(40,), (9, 8), (5, 4, 5), (3, 4, 3, 3)])
@pytest.mark.parametrize("negate", [False, True])
def test_a_profile_has_the_tree_and_the_volumes_of_its_field(shape, negate):
    field = np.random.default_rng(sum(shape)).random(shape)
    tree = merge_tree(field, "face", volumes=True, negate=negate)
    x, y = outline(tree)
    assert (np.diff(x) >= 0).all()
    assert x[-1] == field.size
    again = merge_tree(y, "face", negate=negate)
    np.testing.assert_array_equal(np.sort(again.pair_values, axis=0), np.sort(tree.pair_values, axis=0))
    sign = -1.0 if negate else 1.0
    for (minimum, saddle), (birth, death) in zip(tree.pairs, tree.pair_values, strict=True):
        assert field.flat[saddle] == death
        below, _ = label(sign * field < sign * death)
        volume = (below == below.flat[minimum]).sum()
        (at,) = np.flatnonzero(y == birth)
        left = next(k for k in range(at, -1, -1) if sign * y[k] >= sign * death)
        right = next(k for k in range(at, len(y)) if sign * y[k] >= sign * death)
        assert x[right] - x[left] == volume


def test_what_the_axes_say():
    ax = profile(merge_tree(np.array([2.0, 0.5, 3.0, 1.0, 4.0]), volumes=True), Figure(layout="constrained").subplots())
    assert ax.get_xlim() == (0, 100)
    assert ax.get_xlabel() == "share of the grid's points [%]\n2 minima"
    assert not overlapping(ax.figure)
    with pytest.raises(ValueError, match="the tree has no arc volumes, expected one made with volumes=True"):
        profile(merge_tree(np.array([1.0, 0.0, 2.0])), ax)
    with pytest.raises(ValueError, match="scale is log and the least value is 0"):
        profile(merge_tree(np.array([1.0, 0.0, 2.0]), volumes=True), ax, scale="log")
    flat = profile(merge_tree(np.full(4, 0.37), volumes=True), Figure().subplots())
    assert "1 minimum" in flat.get_xlabel()
    alone, height = outline(merge_tree(np.array([5.0]), volumes=True))
    assert (alone.tolist(), height.tolist()) == ([0.0, 1.0], [5.0, 5.0])
