"""A search that goes on until its result stands: what it finds beside a search alone, and for how many points."""

import numpy as np
import pytest
from landsweep.kernels.critical.refine import Remembered, Spent, doubtful, refine
from landsweep.kernels.critical.surface import Local
from landsweep.kernels.topology.merge_trees import merge_tree
from surfaces import Known, audit, axes_of, deaths, gaussians, himmelblau, search, waves

BOX = [(-1.3, 1.5)] * 2


def dense(function, box, share=1e-3):
    """Return the heights of the passes of a grid of 401 x 401 points, and the persistence below which none counts."""
    field = Known(function).field(axes_of(box, 401))
    tree = merge_tree(field, "moore")
    persistent = share * np.ptp(field)
    return np.sort(tree.pair_values[tree.lifetimes > persistent, 1]), persistent


def heights(found, persistent):
    tree = found.tree
    return np.sort(tree.pair_values[tree.lifetimes > persistent, 1])


@pytest.mark.parametrize("seed", [11, 13])
def test_minima_that_the_grid_hides_are_found(seed):
    function = waves(seed)
    surface, axes = Known(function), axes_of(BOX, 21)
    expected, persistent = dense(function, BOX)
    assert len(heights(search(function, BOX, 21), persistent)) < len(expected)
    found = refine(surface, axes, surface.field(axes), 6000)
    audit(surface, axes, found.resolved)
    assert found.settled
    assert found.rounds > 1
    assert heights(found.resolved, persistent) == pytest.approx(expected, abs=2 * persistent)
    assert len(found.value) < 0.04 * 401**2


@pytest.mark.parametrize("budget", [0, 1500, 3000])
def test_a_budget_is_kept_and_what_is_known_by_then_is_returned(budget):
    surface, axes = Known(waves(13)), axes_of(BOX, 21)
    field = surface.field(axes)
    alone = refine(surface, axes, field, 0)
    found = refine(surface, axes, field, budget)
    assert not found.settled
    assert len(found.value) <= max(budget, len(alone.value))
    audit(surface, axes, found.resolved)
    assert len(found.resolved.value) >= len(alone.resolved.value)


def test_all_points_are_told_and_none_is_evaluated_twice():
    class Counted(Known):
        def __init__(self, function):
            super().__init__(function)
            self.asked = []

        def values(self, alpha):
            self.asked += [(0, *row) for row in alpha.tolist()]
            return super().values(alpha)

        def gradients(self, alpha):
            self.asked += [(1, *row) for row in alpha.tolist()]
            return Known(self.function).gradients(alpha)

        def derivatives(self, alpha):
            self.asked += [(2, *row) for row in alpha.tolist()]
            return super().derivatives(alpha)

    surface, axes = Counted(himmelblau), axes_of([(-5, 5)] * 2, 8)
    field = Known(himmelblau).field(axes)
    found = refine(surface, axes, field, 2000)
    assert found.settled
    assert len(surface.asked) == len(set(surface.asked))
    assert {row[1:] for row in surface.asked} == set(map(tuple, found.alpha.tolist()))
    assert len(found.alpha) == len(found.value)
    assert np.array_equal(found.value, Known(himmelblau).values(found.alpha))


def test_a_tenth_of_the_points_of_a_grid_whose_own_tree_is_as_good():
    """From 7 x 7 points on; of the grids with 11, 21, 41, ... points none before 161 has heights right to 1 %."""
    function = gaussians(
        np.array([[0.2, 0.31], [-0.6, 0.1], [0.5, -0.7]]), np.array([0.3, 0.25, 0.28]), np.array([1.0, 1.4, 0.8])
    )
    box = [(-1.2, 1.1)] * 2
    surface, axes = Known(function), axes_of(box, 7)
    found = refine(surface, axes, surface.field(axes), 2000)
    exact = deaths(found.resolved)
    assert found.settled
    assert len(found.resolved.value) == 3
    for points in (11, 21, 41, 81, 161, 321):
        tree = merge_tree(surface.field(axes_of(box, points)), "moore")
        own = np.sort(tree.pair_values[:, 1])
        if len(own) == len(exact) and (abs(own - exact) < 1e-4).all():
            break
    assert 49 + len(found.value) <= points**2 / 10


def test_where_differences_are_no_larger_than_their_error_is_in_doubt():
    line = np.linspace(0, 1, 11)
    assert not len(doubtful(3 * line)), "the slope of a line is known exactly"
    dip = line + 0.0
    dip[5] += 0.11
    assert doubtful(dip).tolist() == [[6.0]]
    field = np.add.outer(line, line)
    field[4, 4] = np.nan
    assert not len(doubtful(field))


def test_what_is_remembered():
    calls = []

    class Once(Known):
        def derivatives(self, alpha):
            calls.append(len(alpha))
            return super().derivatives(alpha)

    known = Remembered(Once(himmelblau))
    x = np.array([[0.0, 1.0], [2.0, 3.0], [0.0, 1.0]])
    expected = Known(himmelblau).derivatives(x)
    for _ in range(2):
        for one, other in zip(known.derivatives(x), expected, strict=True):
            assert np.array_equal(one, other)
    assert isinstance(known.derivatives(x), Local)
    assert calls == [2]
    known.budget = 3
    known.values(np.array([[5.0, 5.0]]))
    with pytest.raises(Spent):
        known.values(np.array([[6.0, 5.0]]))
    assert known.values(x).tolist() == expected.value.tolist(), "points that are known cost nothing"
    assert len(known.seen()[0]) == 3
