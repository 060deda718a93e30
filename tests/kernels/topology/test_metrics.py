"""Metrics of merge trees, by hand on small fields and by the definitions on random ones."""

import math
import re
import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product

import gudhi
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import assume, given
from hypothesis import strategies as st
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, offsets
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.kernels.topology.metrics import METRICS, Threshold, topology_metrics

NAMES = [
    "n_minima",
    "n_saddles",
    "n_pairs",
    "n_pairs_zero",
    "n_components",
    "n_minima_boundary",
    "n_minima_interior",
    "n_saddles_boundary",
    "n_saddles_interior",
    "boundary_fraction",
    "average_persistence",
    "mean_lifetime",
    "max_persistence",
    "average_persistence_essential",
    "average_persistence_rel",
    "average_persistence_log",
    "smad",
    "smad_normalized",
    "smad_weighted",
    "loss_min",
    "loss_max",
    "loss_range",
    "n_nonfinite",
    "n_infinite_pairs",
]
ROOT2 = np.sqrt(2)


def metrics_of(values, connectivity="face", *, negate=False, min_persistence=0.0):
    field = np.array(values, dtype=np.float64)
    return topology_metrics(merge_tree(field, connectivity, negate=negate), min_persistence=min_persistence)


def check(found, **expected):
    assert set(expected) <= set(found)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-14, nan_ok=True), name


def test_names_and_types():
    found = metrics_of([0, 2, 1])
    assert list(found) == list(METRICS) == NAMES
    assert {type(value) for value in found.values()} == {float}
    assert all(re.fullmatch(r"[^\n]+ \([^()]+\)", text) for text in METRICS.values())


def test_double_well():
    # Minima 1 (vertex 1) and 2 (vertex 4) under the saddle 10 (vertex 3); the ends 100 are no minima.
    found = metrics_of([100, 1, 3, 10, 2, 100])
    expected = {
        "n_minima": 2,
        "n_saddles": 1,
        "n_pairs": 1,
        "n_pairs_zero": 0,
        "n_components": 1,
        "n_minima_boundary": 0,
        "n_minima_interior": 2,
        "n_saddles_boundary": 0,
        "n_saddles_interior": 1,
        "boundary_fraction": 0,
        "average_persistence": 8 / ROOT2,
        "mean_lifetime": 8,
        "max_persistence": 8 / ROOT2,
        "average_persistence_essential": (8 + 99) / 2 / ROOT2,
        "average_persistence_rel": 8 / ROOT2 / 99,
        "average_persistence_log": np.log10(5) / ROOT2,
        "smad": (9 + 8) / 2,
        "smad_normalized": 8.5 / 99,
        "smad_weighted": (9 * 3 / 6 + 8 * 3 / 6) / 2,  # 10 descends to 2
        "loss_min": 1,
        "loss_max": 100,
        "loss_range": 99,
        "n_nonfinite": 0,
        "n_infinite_pairs": 0,
    }
    assert list(expected) == NAMES
    check(found, **expected)


def test_first_saddle_is_not_the_end_of_the_pair():
    # 0 |5| 3 |8| 1: the pairs are (3, 5) and (1, 8), but 0 climbs to 5.
    found = metrics_of([0, 5, 3, 8, 1])
    check(found, mean_lifetime=(2 + 7) / 2, max_persistence=7 / ROOT2, smad=(5 + 2 + 7) / 3)
    check(found, smad_weighted=(5 * 2 / 5 + 2 * 1 / 5 + 7 * 2 / 5) / 3, n_minima_boundary=2, boundary_fraction=2 / 3)
    assert np.isnan(found["average_persistence_log"])  # a zero


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_bowl(connectivity):
    x = np.linspace(-1, 1, 9)
    found = metrics_of(x[:, None] ** 2 + x**2, connectivity)
    check(found, n_minima=1, n_saddles=0, n_pairs=0, n_minima_interior=1, smad=0, smad_normalized=0, smad_weighted=0)
    check(found, average_persistence_essential=2 / ROOT2, loss_min=0, loss_max=2, loss_range=2)
    for name in ("average_persistence", "mean_lifetime", "max_persistence", "average_persistence_rel"):
        assert np.isnan(found[name]), name
    assert np.isnan(found["average_persistence_log"])


def test_constant_field_has_no_relative_numbers():
    found = metrics_of(np.full((4, 4), 7.0))
    check(found, n_minima=1, smad=0, average_persistence_essential=0, loss_range=0, boundary_fraction=1)
    assert np.isnan(found["smad_normalized"])
    assert np.isnan(found["average_persistence_rel"])


def test_border_ignores_axes_of_length_one():
    row = [4, 1, 3, 2, 5]
    flat, deep = metrics_of(row), metrics_of([[[v] for v in row]])
    check(flat, n_minima=2, n_minima_boundary=0, n_saddles_boundary=0)
    assert deep == flat
    check(metrics_of([[row, row]]), n_minima=2, n_minima_boundary=2, n_saddles_boundary=1)


def test_border_saddles():
    found = metrics_of([[9, 1, 5, 2, 9], [9, 9, 8, 9, 9], [9, 9, 0, 9, 9]])
    # 1 and 2 meet in 5 on the border, 0 joins them in the 8 above it.
    check(found, n_saddles=2, n_saddles_boundary=1, n_saddles_interior=1, n_minima_boundary=3, boundary_fraction=1)


def test_not_finite_values_enter_counts_only():
    found = metrics_of([1, np.nan, 3, 4, 2, np.inf, np.inf])
    # (3, NaN) lasts for ever, as 2 is older than 3: finite pair (3, 4), infinite pair (2, NaN).
    check(found, n_minima=3, n_pairs=2, n_saddles=2, n_infinite_pairs=1, n_nonfinite=3, mean_lifetime=1)
    check(found, smad=(1 + 2) / 2, loss_max=4, loss_range=3, average_persistence_log=np.log10(4 / 3) / ROOT2)
    check(found, average_persistence_essential=(1 + 3) / 2 / ROOT2, smad_weighted=(1 * 1 / 7 + 2 * 4 / 7) / 2)
    only = metrics_of([1, np.inf, 2])
    check(only, n_pairs=1, n_infinite_pairs=1, average_persistence=np.nan, max_persistence=np.nan, smad=np.nan)
    check(only, average_persistence_essential=1 / ROOT2)
    check(metrics_of([1, -np.inf, 2]), loss_min=1, n_nonfinite=1, n_infinite_pairs=1)


def test_negated_tree_measures_the_negated_field():
    values = [100, 1, 3, 10, 2, 100]
    upside_down, above = metrics_of([-v for v in values]), metrics_of(values, negate=True)
    assert above["n_minima"] == 3
    for name in set(NAMES) - {"loss_min", "loss_max", "average_persistence_log"}:
        check(above, **{name: upside_down[name]})
    # The maxima 100 and 10 end at 1 and 2.
    check(above, loss_min=1, loss_max=100, average_persistence_log=(np.log10(5) + 2) / 2 / ROOT2)


def test_min_persistence():
    values = [0, 5, 3, 8, 1]  # pairs (3, 5) and (1, 8)
    whole, cut, bare = (metrics_of(values, min_persistence=p) for p in (2, 2.5, 7.5))
    assert metrics_of(values).keys() == whole.keys()
    check(whole, n_minima=3, n_pairs=2, n_saddles=2)  # 2 is not below 2
    check(cut, n_minima=2, n_pairs=1, n_saddles=1, mean_lifetime=7, smad=(8 + 7) / 2, n_minima_interior=0)
    check(cut, smad_weighted=(8 * 3 / 5 + 7 * 2 / 5) / 2, average_persistence_essential=(7 + 8) / 2 / ROOT2)
    check(bare, n_minima=1, n_pairs=0, n_saddles=0, average_persistence=np.nan, smad=0, smad_weighted=0)
    check(metrics_of([0, np.inf, 0], min_persistence=1e300), n_infinite_pairs=1, n_minima=2)


def test_min_persistence_keeps_a_saddle_that_ends_another_pair():
    field = [[9.5, -4, 9.5], [-3, 9, 8.5], [9.5, -1, 9.5]]
    check(metrics_of(field), n_minima=4, n_pairs=3, n_saddles=1)
    check(metrics_of(field, min_persistence=1), n_minima=3, n_pairs=2, n_saddles=1, smad=(13 + 12 + 10) / 3)


@st.composite
def fields(draw):
    shape = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3).filter(lambda s: 4 <= np.prod(s) <= 60))
    size = int(np.prod(shape))
    values = draw(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, np.inf]), min_size=size, max_size=size))
    field = np.array(values, dtype=np.float64).reshape(shape)
    assume(np.isfinite(field).any())
    return field


@given(fields(), st.sampled_from(CONNECTIVITIES), st.integers(0, 6), st.booleans())
def test_min_persistence_by_the_definition(field, connectivity, threshold, negate):
    """Walk each kept minimum's branch upwards over the sweep of all pairs, a set of minima per component."""
    tree = merge_tree(field, connectivity, negate=negate)
    flat = field.ravel()
    lifetimes = tree.lifetimes
    found = topology_metrics(tree, min_persistence=threshold)
    kept = {m for (m, _), life in zip(tree.pairs.tolist(), lifetimes, strict=True) if life >= threshold and life > 0}
    alive = kept | {tree.global_min}
    # Components below each node, from the arcs; the eldest minimum is the one that goes on.
    rank = {m: i for i, m in enumerate(tree.minima.tolist())}
    below, first = {m: {m} for m in rank}, {}
    for up in dict.fromkeys(tree.arcs[:, 0].tolist()):
        parts = [below[down] for u, down in tree.arcs.tolist() if u == up]
        parts_alive = [part & alive for part in parts]
        if sum(map(bool, parts_alive)) > 1:
            for part in filter(None, parts_alive):
                first.setdefault(min(part, key=rank.get), up)
        below[up] = set.union(*parts)
    climbs = [abs(flat[first[m]] - flat[m]) if m in first else 0.0 for m in alive]
    climbs = [c for c in climbs if np.isfinite(c)]
    finite = [life for life in lifetimes if threshold <= life < np.inf and life > 0]
    check(
        found,
        n_minima=len(alive),
        n_pairs=len(kept),
        n_pairs_zero=(lifetimes == 0).sum(),
        mean_lifetime=np.mean(finite) if finite else np.nan,
        smad=np.mean(climbs) if climbs else np.nan,
    )
    assert found["n_minima_boundary"] + found["n_minima_interior"] == found["n_minima"]
    assert found["n_saddles_boundary"] + found["n_saddles_interior"] == found["n_saddles"]


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_a_threshold_drops_what_lies_below_it_only(connectivity):
    field = np.random.default_rng(1).standard_normal((30, 30))
    tree = merge_tree(field, connectivity)
    least = tree.lifetimes.min()
    assert len(tree.pairs) > 30
    assert topology_metrics(tree, min_persistence=least) == topology_metrics(tree)
    fewer = topology_metrics(tree, min_persistence=np.nextafter(least, 1))
    assert fewer["n_pairs"] == len(tree.pairs) - 1
    assert fewer["smad_weighted"] > topology_metrics(tree)["smad_weighted"]


def test_scaling():
    field = np.random.default_rng(4).uniform(1, 2, (20, 20))
    tree = merge_tree(field)
    one, eight = topology_metrics(tree), topology_metrics(merge_tree(8 * field))
    assert one["n_pairs"] > 10
    scaled = {name for name, text in METRICS.items() if text.endswith("(loss)")}
    assert len(scaled) == 9
    for name in NAMES:
        check(eight, **{name: one[name] * (8 if name in scaled else 1)})


def test_single_precision_differences_are_taken_in_double():
    field = np.array([1.0, 1.0 + 2**-23, 1.0, 1e8], dtype=np.float32)
    found = topology_metrics(merge_tree(field))
    check(found, mean_lifetime=2**-23, loss_range=1e8 - 1)


def test_input_stays():
    field = np.random.default_rng(6).standard_normal((8, 8))
    field[0, 0] = np.nan
    tree, before = merge_tree(field), field.copy()
    arrays = {name: value.copy() for name, value in tree.to_arrays().items()}
    topology_metrics(tree, min_persistence=0.5)
    np.testing.assert_array_equal(field, before)
    for name, value in tree.to_arrays().items():
        np.testing.assert_array_equal(value, arrays[name])


@pytest.mark.parametrize("threshold", [-1.0, np.nan])
def test_min_persistence_must_be_a_difference(threshold):
    text = f"min_persistence is no loss difference: got {threshold}, expected at least 0."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        metrics_of([0, 2, 1], min_persistence=threshold)


@pytest.mark.processes
def test_import_is_light():
    code = "import sys, landsweep.kernels.topology.metrics; print(sorted({'numba', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Plateaus

TIED = {"n_pairs_zero", "smad_weighted"}
"""What depends, where values are tied, on the order of the vertices, as the docstring says."""


@st.composite
def plateaus(draw, values=(1, 2, 3, 4, 5)):
    shape = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    size = int(np.prod(shape))
    found = np.array(draw(st.lists(st.sampled_from(values), min_size=size, max_size=size)), float).reshape(shape)
    assume(np.isfinite(found).any())
    return found


def structure_of(connectivity, ndim):
    found = np.zeros((3,) * ndim, bool)
    found[tuple(np.append(offsets(connectivity, ndim), [[0] * ndim], axis=0).T + 1)] = True
    return found


def regional_minima(field, structure):
    """Connected sets of one value without a lower neighbour, by SciPy: how many, and how many touch the border."""
    border = np.ones(field.shape, bool)
    border[tuple(slice(1, -1) if n > 1 else slice(None) for n in field.shape)] = False
    found = []
    for value in np.unique(field):
        labels, n = scipy.ndimage.label(field == value, structure)
        for label in range(1, n + 1):
            if field[scipy.ndimage.binary_dilation(labels == label, structure)].min() == value:
                found.append(border[labels == label].any())
    return len(found), sum(found)


def symmetries(connectivity, ndim):
    """The permutations of the axes, each with the axes to flip, that turn neighbours into neighbours."""
    near = offsets(connectivity, ndim)
    found = []
    for axes, signs in product(permutations(range(ndim)), product((1, -1), repeat=ndim)):
        if {*map(tuple, (near[:, axes] * signs).tolist())} == {*map(tuple, near.tolist())}:
            found.append((axes, tuple(k for k in range(ndim) if signs[k] < 0)))
    return found


def turn(field, axes, flipped):
    return np.ascontiguousarray(np.flip(field.transpose(axes), flipped))


def test_symmetries_of_neighbourhoods():
    """What docs/topology.md says of them."""
    for ndim in (1, 2, 3, 4):
        every = 2**ndim * math.factorial(ndim)
        counts = [len(symmetries(connectivity, ndim)) for connectivity in ("face", "moore", "freudenthal")]
        assert counts == [every, every, 2 * math.factorial(ndim)]
        found = dict.fromkeys(symmetries("freudenthal", ndim))
        same = tuple(range(ndim))
        assert [flipped for axes, flipped in found if axes == same] == [(), same]
        # Axes may change places if the last one keeps its own; if not, the two that take and leave it are flipped.
        for axes in permutations(range(ndim)):
            moved = () if axes[-1] == ndim - 1 else (axes.index(ndim - 1), ndim - 1)
            assert (axes, moved) in found


def test_a_plateau_is_one_minimum():
    for values in ([[1, 2, 1], [1, 1, 1]], [[1, 1, 1], [1, 2, 1]]):
        check(metrics_of(values), n_minima=1, n_saddles=0, n_pairs=0, average_persistence=np.nan)
    check(metrics_of([[1, 2, 1], [1, 1, 1]]), n_pairs_zero=1)
    tree = merge_tree(np.array([[1.0, 2, 1], [1, 1, 1]]), "face")
    assert tree.lifetimes.tolist() == [0]  # it stays in the tree
    assert repr(tree) == "MergeTree(2 x 3, face: 2 minima, 1 pairs, 1 saddles; 1 of the pairs have persistence 0)"


def test_a_minimum_lies_on_the_border_with_any_of_its_points():
    inside = [[9, 9, 9, 9, 9], [9, 1, 1, 9, 9], [9, 9, 9, 9, 9]]
    check(metrics_of(inside), n_minima=1, n_minima_boundary=0)
    for row in ([9, 1, 1, 1, 1], [1, 1, 1, 1, 9]):  # the first of them by index, or the last, lies on the border
        check(metrics_of([inside[0], row, inside[2]]), n_minima=1, n_minima_boundary=1, boundary_fraction=1)
    # Two of one depth, of which the threshold leaves one: which one is no matter of their order.
    for row in ([1, 2, 1, 9], [9, 1, 2, 1]):
        check(metrics_of([[9] * 4, row, [9] * 4], min_persistence=1.5), n_minima=1, n_minima_boundary=1)
    check(metrics_of([[9] * 4, [1, 2, 0, 9], [9] * 4], min_persistence=1.5), n_minima=1, n_minima_boundary=0)


@given(plateaus(), st.sampled_from(CONNECTIVITIES))
def test_minima_are_regional_minima(field, connectivity):
    n_minima, on_border = regional_minima(field, structure_of(connectivity, field.ndim))
    found = metrics_of(field, connectivity)
    check(found, n_minima=n_minima, n_pairs=n_minima - 1, n_minima_boundary=on_border)


@given(plateaus((1, 2, 3, 4, np.nan, np.inf)), st.sampled_from(CONNECTIVITIES), st.data())
def test_metrics_do_not_depend_on_the_orientation(field, connectivity, data):
    found = metrics_of(field, connectivity)
    turned = turn(field, *data.draw(st.sampled_from(symmetries(connectivity, field.ndim))))
    least = data.draw(st.sampled_from([0, 1, 2, 3]))
    for negate in (False, True):
        one = metrics_of(field, connectivity, negate=negate, min_persistence=least)
        other = metrics_of(turned, connectivity, negate=negate, min_persistence=least)
        check(other, **{name: one[name] for name in METRICS if name not in TIED})
        shifted = metrics_of(turned + 7, connectivity, negate=negate, min_persistence=least)
        moved = {"loss_min": one["loss_min"] + 7, "loss_max": one["loss_max"] + 7}
        left = TIED | {"average_persistence_log"}
        check(shifted, **{name: moved.get(name, one[name]) for name in METRICS if name not in left})
    upside_down = metrics_of(-turned, connectivity, negate=True)
    left = TIED | {"average_persistence_log", "loss_min", "loss_max"}
    check(upside_down, **{name: found[name] for name in METRICS if name not in left})


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_a_periodic_axis_has_no_border(connectivity):
    field = np.random.default_rng(8).permutation(1800).reshape(40, 45) / 90
    for periodic in ([1], [0], [0, 1]):
        tree = merge_tree(field, connectivity, periodic=periodic)
        assert (tree.lifetimes < 1.5).any(), "simplification has something to drop"
        kept, found = tree.simplify(1.5), topology_metrics(tree, min_persistence=1.5)
        ends = {1: lambda v: np.isin(v // 45, [0, 39]), 0: lambda v: np.isin(v % 45, [0, 44])}
        for name, vertices in (("minima", kept.minima), ("saddles", kept.joins)):
            border = np.zeros(len(vertices), bool)
            for axis in {0, 1} - set(periodic):
                border |= ends[1 - axis](vertices)
            assert found[f"n_{name}_boundary"] == border.sum()
            assert found[f"n_{name}_interior"] == len(vertices) - border.sum()
        bounded = topology_metrics(replace(tree, periodic=(), border_volume=np.empty(0, np.int64)), min_persistence=1.5)
        assert found["n_minima_boundary"] < bounded["n_minima_boundary"]


@given(st.integers(0, 10**6), st.sampled_from(CONNECTIVITIES), st.data())
def test_without_ties_no_metric_depends_on_the_orientation(seed, connectivity, data):
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    field = np.random.default_rng(seed).permutation(math.prod(shape)).reshape(shape).astype(float)
    turned = turn(field, *data.draw(st.sampled_from(symmetries(connectivity, field.ndim))))
    least = data.draw(st.sampled_from([0, 5, 20]))
    one = metrics_of(field, connectivity, min_persistence=least)
    check(metrics_of(turned, connectivity, min_persistence=least), **one)
    assert one["n_pairs_zero"] == 0


def elevation(n, levels):
    """A smooth relief of whole numbers, as in a model of the terrain: plateaus and ties everywhere."""
    random = np.random.default_rng(0)
    relief = sum(s * scipy.ndimage.gaussian_filter(random.standard_normal((n, n)), s) for s in (1, 2, 4, 8))
    return np.floor((relief - relief.min()) / np.ptp(relief) * levels)


@pytest.mark.parametrize("connectivity", ["face", "moore"])
def test_a_model_of_the_terrain_has_one_number_of_minima(connectivity):
    field = elevation(80, 60)
    minima, on_border = regional_minima(field, structure_of(connectivity, 2))
    flips = [metrics_of(np.flip(field, axes), connectivity) for axes in ((), (0,), (1,), (0, 1))]
    assert len({found["n_pairs_zero"] for found in flips}) > 1  # what the order of the vertices makes of plateaus
    for found in flips:
        check(found, n_minima=minima, n_pairs=minima - 1, n_minima_boundary=on_border)
        check(found, **{name: flips[0][name] for name in METRICS if name not in TIED})


def gudhi_pairs(field, connectivity):
    """Birth and death of the finite pairs of positive persistence, from the graph as a simplicial complex."""
    complex_, around = gudhi.SimplexTree(), offsets(connectivity, field.ndim)
    for v in np.ndindex(field.shape):
        complex_.insert([np.ravel_multi_index(v, field.shape)], field[v])
    for v in np.ndindex(field.shape):
        for u in map(tuple, v + around):
            if all(0 <= i < n for i, n in zip(u, field.shape, strict=True)):
                ends = [np.ravel_multi_index(w, field.shape) for w in (u, v)]
                complex_.insert(ends, max(field[u], field[v]))
    complex_.compute_persistence(min_persistence=0)
    intervals = complex_.persistence_intervals_in_dimension(0).tolist()
    return sorted(tuple(pair) for pair in intervals if pair[0] < pair[1] < np.inf)


@given(plateaus(), st.sampled_from(CONNECTIVITIES), st.sampled_from([0, 2]))
def test_pairs_of_positive_persistence_are_gudhi_s(field, connectivity, least):
    expected = [(birth, death) for birth, death in gudhi_pairs(field, connectivity) if death - birth >= least]
    tree = merge_tree(field, connectivity)
    kept = (tree.lifetimes > 0) & (tree.lifetimes >= least)
    assert sorted(map(tuple, tree.pair_values[kept].tolist())) == expected
    mean = np.mean([death - birth for birth, death in expected]) if expected else np.nan
    found = metrics_of(field, connectivity, min_persistence=least)
    check(found, n_pairs=len(expected), mean_lifetime=mean, average_persistence=mean / ROOT2)


def test_thresholds():
    assert Threshold.of("1 %") == Threshold(0.01, relative=True)
    assert Threshold.of("1%").loss((-2.0, 3.0)) == 0.05
    assert Threshold.of("0.25") == Threshold.of(0.25) == Threshold(0.25)
    for share in range(1, 101):  # a pair of just this persistence stays: 0.07 * 100 is more than 7
        assert Threshold.of(f"{share}%").loss((-40.0, 60.0)) == share
        assert Threshold.of(f"{share / 10}%").loss((0.0, 1000.0)) == share
    assert Threshold.of("5%").loss((-1e308, 1e308)) == np.inf
    for wrong in ("-1", "nan", "inf", "101%", "much", "%"):
        with pytest.raises(ValueError, match="expected a number of at least 0, or a share of the range"):
            Threshold.of(wrong)
