"""Which axes have an order, and which are groups."""

from landsweep.relations.columns import group_axes, trend_axes


def test_trends_are_over_numbers_that_are_no_names():
    axes = {"beta": (1, 2, 3), "width": (8, 16), "twice": (1, 1.0, 2), "mode": ("a", "b", "c"), "depth": (3, 1, 2)}
    assert trend_axes(axes) == ["beta", "depth"]
    names = ("seed", "direction_seed", "draw", "split", "checkpoint", "subspace")
    assert trend_axes(dict.fromkeys(names, (0, 1, 2, 3))) == []


def test_names_and_two_numbers_are_groups_but_repetitions_are_none():
    axes = {"beta": (1, 2, 3), "width": (8, 16), "mode": ("a", "b"), "one": ("a",), "checkpoint": ("x.pt", "y.pt")}
    repeated = dict.fromkeys(("seed", "direction_seed", "draw", "subspace"), (0, 1, 2, 3))
    assert group_axes(axes | repeated | {"split": ("train", "test")}) == ["width", "mode", "checkpoint", "split"]
