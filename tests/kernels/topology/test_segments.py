"""Which saddles lie on the border of the grid, by the definition: sublevel sets as sets of vertices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from landsweep.kernels import MergeTree, graph_merge_tree, merge_tree
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, MIN_PERIOD, offsets
from landsweep.kernels.geometry.graphs import grid_edges
from landsweep.kernels.topology import merge_trees
from landsweep.kernels.topology.metrics import topology_metrics


@st.composite
def tied(draw):
    """A field of few levels, perhaps with points that are not finite, and perhaps axes that are periodic."""
    ndim = draw(st.integers(1, 3))
    shape = tuple(draw(st.lists(st.integers(1, [16, 7, 4][ndim - 1]), min_size=ndim, max_size=ndim)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    field = rng.integers(draw(st.integers(2, 7)), size=shape).astype(float)
    field[rng.random(shape) < draw(st.sampled_from([0, 0, 0.2]))] = np.nan
    assume(np.isfinite(field).any())
    periodic = tuple(k for k, n in enumerate(shape) if n >= MIN_PERIOD and draw(st.integers(0, 3)) == 0)
    return field, periodic


def neighbours(shape, connectivity, periodic=()):
    """The neighbours of each vertex of a grid, as sets."""
    near = {}
    for v in np.ndindex(shape):
        around = v + offsets(connectivity, len(shape))
        for axis in periodic:
            around[:, axis] %= shape[axis]
        near[v] = {u for u in map(tuple, around.tolist()) if all(0 <= i < n for i, n in zip(u, shape, strict=True))}
    return near


def parts(vertices, near):
    """The connected components of a set of vertices."""
    left, found = set(vertices), []
    while left:
        part, fresh = set(), {left.pop()}
        while fresh:
            part |= fresh
            left -= fresh
            fresh = set().union(*(near[v] for v in fresh)) & left
        found.append(part)
    return found


def joins(field, near, periodic=(), least=0):
    """How many components of {f <= s}, at any s, hold two of {f < s} that last; and of these, on the border how many.

    They are on the border if two that last are one part already when only the border's vertices of value s are added.
    """
    f = {v: field[v] if np.isfinite(field[v]) else np.inf for v in near}
    ends = [axis for axis, n in enumerate(field.shape) if n > 1 and axis not in periodic]
    border = {v for v in near if any(v[axis] in (0, field.shape[axis] - 1) for axis in ends)}
    count = on_border = 0
    for s in set(f.values()):
        low = {v for v in near if f[v] < s}
        lasting = [part for part in parts(low, near) if s - min(map(f.get, part)) >= least]
        with_border = parts(low | {v for v in border if f[v] == s}, near)
        for whole in parts({v for v in near if f[v] <= s}, near):
            meet = [part for part in lasting if part <= whole]
            count += len(meet) > 1
            on_border += len(meet) > 1 and any(sum(one <= part for one in meet) > 1 for part in with_border)
    return count, on_border


def counted(tree, least=0):
    found = topology_metrics(tree, min_persistence=least)
    assert found["n_saddles_boundary"] + found["n_saddles_interior"] == found["n_saddles"]
    return found["n_saddles"], found["n_saddles_boundary"]


@given(tied(), st.sampled_from(CONNECTIVITIES), st.booleans(), st.integers(0, 4))
def test_border_saddles_by_the_definition(cut, connectivity, negate, least):
    field, periodic = cut
    near = neighbours(field.shape, connectivity, periodic)
    tree = merge_tree(field, connectivity, negate=negate, periodic=periodic)
    assert counted(tree, least) == joins(-field if negate else field, near, periodic, least)
    assert tree.simplify(1).simplify(2) == tree.simplify(2)


@given(st.integers(0, 2**32 - 1), st.integers(3, 8), st.booleans(), st.sampled_from([0, 2]))
def test_border_saddles_of_a_graph_over_a_grid(seed, k, mutual, least):
    rng = np.random.default_rng(seed)
    field = rng.integers(6, size=rng.integers(3, 8, size=2)).astype(float)
    edges = grid_edges("knn", field.shape, k=k, mutual=mutual)
    near = {v: set() for v in np.ndindex(field.shape)}
    for ends in edges:
        u, v = (tuple(map(int, np.unravel_index(end, field.shape))) for end in ends)
        near[u].add(v)
        near[v].add(u)
    tree = graph_merge_tree(field.reshape(-1), edges, shape=tuple(np.array(field.shape)))
    assert counted(tree, least) == joins(field, near, least=least)


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_without_ties_it_is_the_saddle_s_own_place(connectivity):
    field = np.random.default_rng(10).permutation(300).reshape(12, 25) / 60
    for periodic in ((), (0,)):
        tree = merge_tree(field, connectivity, periodic=periodic)
        earlier = MergeTree.from_arrays({k: v for k, v in tree.to_arrays().items() if k != "border_class"})
        assert earlier == replace(tree, border_class=np.empty(0, np.int64))
        for least in (0, 0.2, 0.5):
            less = tree.simplify(least)
            np.testing.assert_array_equal(less.border_joins, earlier.simplify(least).border_joins)
            row, column = np.unravel_index(less.saddles, field.shape)
            expected = np.isin(column, [0, 24]) | (np.isin(row, [0, 11]) & (0 not in periodic))
            assert counted(tree, least) == (len(less.saddles), expected.sum())
            assert 0 < expected.sum() < len(less.saddles)


def test_without_ties_no_arc_is_looked_up(monkeypatch):
    """Which would take a fifth of the time of a tree of white noise."""
    field = np.random.default_rng(10).permutation(300).reshape(12, 25) / 60
    expected = merge_tree(field)
    monkeypatch.setattr(merge_trees, "ladder", lambda tree: pytest.fail("the arcs were put in order"))
    assert merge_tree(field) == expected
    assert len(expected.border_joins) > 0


def test_which_arcs_meet_on_the_border():
    #         0     1     2     3     4     5     6
    field = [
        [9.0, 0.0, 9.0, 9.0, 9.0, 1.0, 9.0],
        [9.0, 5.0, 5.0, 5.0, 5.0, 5.0, 9.0],
        [9.0, 9.0, 2.0, 9.0, 9.0, 9.0, 9.0],
    ]
    # All three meet at 5, which lies off the border.
    assert counted(merge_tree(np.array(field), "face")) == (1, 0)
    # So does 2, but 0 and 1 meet on the border too, in a point later in the order of indices, or earlier.
    field[0] = [9.0, 0.0, 5.0, 5.0, 5.0, 1.0, 9.0]
    for turned in (np.array(field), np.array(field)[::-1], np.array(field)[:, ::-1], np.array(field).T):
        tree = merge_tree(turned, "face").simplify(1e-9)
        classes = {}
        for k in np.flatnonzero((tree.lower_values < tree.upper_values) & (tree.upper_values == 5)):
            classes.setdefault(tree.border_class[k], set()).add(tree.node_values[tree.arc_branch[k]])
        assert sorted(classes.values(), key=len) == [{2}, {0, 1}]
        assert counted(tree) == counted(tree, 3.5) == (1, 1)
        assert counted(tree, 4.5) == (0, 0)


def test_branches_that_meet_on_the_border_through_one_that_is_dropped():
    # 0 and 1 meet 4 on the border at 5; without 4 they still do, and without 1 nothing meets at 5.
    field = np.full((3, 7), 9.0)
    field[0] = [0, 5, 4, 5, 1, 9, 9]
    tree = merge_tree(field, "face")
    assert counted(tree) == counted(tree, 2) == (1, 1)
    assert counted(tree, 4.5) == (0, 0)


def test_a_graph_over_no_grid_has_no_border():
    values, edges = np.array([0.0, 3.0, 1.0]), np.array([[0, 1], [1, 2]])
    found = topology_metrics(graph_merge_tree(values, edges))
    left = {name: value for name, value in found.items() if "boundary" in name or "interior" in name}
    assert len(left) == 5
    assert all(map(np.isnan, left.values())), left
    assert topology_metrics(graph_merge_tree(values, edges, shape=(3,)))["boundary_fraction"] == 1


def test_what_others_asked_for():
    # topology-tool-kit/ttk issue 1009: four minima in the corners meet at 0 in the middle of each side, in one point.
    x = np.cos(np.linspace(-np.pi, np.pi, 9))
    for connectivity in CONNECTIVITIES:
        tree = merge_tree(x[:, None] + x, connectivity)
        assert counted(tree) == (1, 1)
        assert tree.lifetimes.tolist() == [2, 2, 2]
    # maljovec/topopy issue 10: three minima merge at one level; whichever two do so first, they meet in one saddle.
    for top, middle, on_border in (([1, 5, 0, 5, 9], 9, 1), ([9, 1, 9, 0, 9], [9, 5, 5, 5, 9], 0)):
        field = np.full((3, 5), 9.0)
        field[0], field[1, :] = top, middle
        field[1, 2], field[2, 2] = 5, 2
        for turned in (field, field[::-1], field[:, ::-1], field.T):
            assert counted(merge_tree(turned, "face")) == (1, on_border)
    # clEsperanto/clij-opencl-kernels issue 23: a constant has one minimum, which reaches the border, and no saddle.
    assert counted(merge_tree(np.zeros((3, 3)), "moore")) == (0, 0)
