"""Small multiples: one scale for each group."""

import numpy as np
import pytest
from landsweep.figures.multiples import small_multiples
from pictures import field, overlapping


def test_the_panels_of_a_group_share_their_colours_and_groups_do_not():
    arrays = [field(np.outer([0, 1, 2], [1, 2, 3]) * k + 0.0) for k in (1, 2, 10, 20)]
    seen = []
    figure = small_multiples(
        arrays, list("abcd"), title="toy", groups=["train", "train", "test", "test"], mark=lambda ax, k: seen.append(k)
    )
    upper, lower = figure.subfigs
    limits = [[ax.collections[0].get_clim() for ax in part.axes[:2]] for part in (upper, lower)]
    assert limits == [[(0, 12), (0, 12)], [(0, 120), (0, 120)]]
    assert [part.axes[2].get_ylabel() for part in (upper, lower)] == ["loss", "loss"]
    assert [ax.get_title() for ax in lower.axes[:2]] == ["c", "d"]
    assert (upper.get_suptitle(), seen) == ("train", [0, 1, 2, 3])
    assert not overlapping(figure)
    one = small_multiples(arrays, list("abcd"))
    assert {ax.collections[0].get_clim() for ax in one.subfigs[0].axes[:4]} == {(0, 120)}
    curves = small_multiples([array[:, 1] for array in arrays], list("abcd"))
    assert len({ax.get_ylim() for ax in curves.subfigs[0].axes}) == 1
    with pytest.raises(ValueError, match="there is nothing to draw"):
        small_multiples([], [])


def test_a_colour_bar_is_narrow_and_stands_beside_the_last_map():
    for count in (4, 16):
        figure = small_multiples(
            [field(np.outer([0, 1, 2], [1, 2, 3]) + 0.0)] * count, list("abcdefghijklmnop")[:count]
        )
        figure.draw_without_rendering()
        *maps, bar = [ax for ax in figure.subfigs[0].axes if ax.axison]
        last, box = (ax.get_window_extent() for ax in (max(maps, key=lambda ax: ax.get_window_extent().x1), bar))
        assert 0 < (box.x0 - last.x1) / figure.dpi < 0.2
        assert 0.08 < box.width / figure.dpi < 0.2
        assert box.height < figure.dpi * 5
