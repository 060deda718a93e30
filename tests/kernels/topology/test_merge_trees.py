"""Merge trees against TTK's, cripser's and gudhi's results, and against the definition spelled out in plain Python."""

import re

import cripser
import gudhi
import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import assume, given
from hypothesis import strategies as st
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, MIN_PERIOD, offsets, periodic_axes
from landsweep.kernels.topology.merge_trees import merge_tree, segmentation
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from support import DATA

GOLDEN = sorted(DATA.glob("grid*.npz"))
MAX_VALUE = np.finfo(np.float64).max


def brute_force(field, connectivity, negate, periodic=()):
    """Return the arrays of a merge tree, one union per vertex and neighbour in ascending order."""
    shape = field.shape
    values = np.where(np.isfinite(field), -field if negate else field, np.inf).ravel().tolist()
    vertex = {index: i for i, index in enumerate(np.ndindex(*shape))}

    def adjacent(a, b):
        delta = [y - x for x, y in zip(a, b, strict=True)]
        for k in periodic:  # the way up or down that is one step, if there is one
            delta[k] = (delta[k] + 1) % shape[k] - 1
        if connectivity == "face":
            return sum(map(abs, delta)) == 1
        delta[-1] *= -1 if connectivity == "freudenthal" else 1
        mixed = connectivity == "freudenthal" and {1, -1} <= set(delta)
        return max(map(abs, delta)) == 1 and not mixed

    near = [[vertex[b] for b in vertex if adjacent(a, b)] for a in vertex]
    order = sorted(range(len(values)), key=lambda v: (values[v], v))
    rank = {v: i for i, v in enumerate(order)}
    component, oldest, top = {}, {}, {}  # vertex to name, and per name the least vertex and the node on top
    expected = {name: [] for name in ("minima", "pairs", "saddles", "arcs", "types")}
    first, basin = {}, {}
    for v in order:
        lower = [u for u in near[v] if rank[u] < rank[v]]
        met = sorted({component[u] for u in lower}, key=lambda name: rank[oldest[name]])
        component[v] = met[0] if met else v
        basin[v] = basin[min(lower, key=rank.get)] if lower else v
        if not met:
            oldest[v] = top[v] = v
            if values[v] < np.inf:
                expected["minima"].append(v)
        born = [name for name in met if values[oldest[name]] < np.inf]
        if len(born) > 1:
            expected["saddles"].append(v)
            expected["types"].append(1 if len(born) == 2 else 4)
            expected["arcs"] += [(v, top[name]) for name in born]
            expected["pairs"] += [(oldest[name], v) for name in born[1:]]
            for name in born:
                if top[name] == oldest[name]:
                    first[top[name]] = v
            top[met[0]] = v
        for u, name in component.items():
            component[u] = met[0] if name in met else name
    last = top[component[order[-1]]]
    root = [order[-1]] if last != order[-1] else []
    expected["arcs"] += [(v, last) for v in root]
    minima = expected["minima"]
    return {
        "pairs": np.reshape(expected["pairs"], (-1, 2)),
        "global_min": order[0],
        "roots": [order[0]],
        "minima": minima,
        "first_saddle": [first.get(m, -1) for m in minima],
        "basin_volume": [list(basin.values()).count(m) for m in minima],
        "saddles": expected["saddles"],
        "arcs": np.reshape(expected["arcs"], (-1, 2)),
        "nodes": minima + expected["saddles"] + root,
        "node_types": [0] * len(minima) + expected["types"] + [3] * len(root),
        "n_nonfinite": np.count_nonzero(~np.isfinite(field)),
    }


def rows(array):
    return sorted(map(tuple, np.asarray(array).tolist()))


def diagram(field, tree):
    """Return the sorted (birth, death) of positive lifetime, the essential one included."""
    flat = field.ravel()
    pairs = [(b, d) for b, d in flat[tree.pairs].tolist() if b < d]
    return sorted([*pairs, (float(flat[tree.global_min]), np.inf)])


@st.composite
def fields(draw, max_ndim=5, nonfinite=True):
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=max_ndim).filter(lambda s: np.prod(s) <= 80))
    few = [-1.5, -0.0, 0.0, 1.0, 2.5] + ([np.inf, -np.inf, np.nan] if nonfinite else [])
    value = st.sampled_from(few) if draw(st.booleans()) else st.floats(-8, 8, width=32)
    size = int(np.prod(shape))
    values = draw(st.lists(value, min_size=size, max_size=size))
    field = np.array(values, dtype=draw(st.sampled_from([np.float32, np.float64]))).reshape(shape)
    assume(np.isfinite(field).any())
    return field


@st.composite
def around(draw, field):
    """Return some of the axes of a field that may be periodic."""
    long = [k for k, n in enumerate(field.shape) if n >= MIN_PERIOD]
    return tuple(sorted(draw(st.sets(st.sampled_from(long), min_size=1)))) if long else ()


def test_golden_files_are_here():
    assert len(GOLDEN) == 8


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_same_as_ttk(path):
    with np.load(path) as golden:
        tree = merge_tree(golden["field"], "freudenthal")
        assert len(tree.pairs) == len(golden["min_saddle"]) > 20
        assert rows(tree.pairs) == rows(golden["min_saddle"])
        assert tree.global_min == golden["global_min"]
        found = dict(zip(tree.nodes.tolist(), tree.node_types.tolist(), strict=True))
        assert len(found) == len(tree.nodes)
        assert found == dict(zip(golden["node_vertex"].tolist(), golden["node_type"].tolist(), strict=True))
        assert rows(tree.arcs) == rows(np.stack([golden["arc_up"], golden["arc_down"]], axis=1))
        assert tree.basin_volume.sum() == golden["field"].size


@given(fields(), st.sampled_from(CONNECTIVITIES), st.booleans())
def test_same_as_brute_force(field, connectivity, negate):
    tree = merge_tree(field, connectivity, negate=negate)
    for name, expected in brute_force(field, connectivity, negate).items():
        np.testing.assert_array_equal(getattr(tree, name), expected, err_msg=name, strict=False)
    assert (tree.shape, tree.connectivity, tree.negate) == (field.shape, connectivity, negate)


@pytest.mark.parametrize("negate", [False, True])
@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
@pytest.mark.parametrize(
    "shape", [(40,), (9, 8), (1, 30), (2, 2, 9), (4, 5, 4), (3, 1, 4, 3), (2, 3, 2, 3, 2), (2,) * 6]
)
def test_same_as_brute_force_on_few_values(shape, connectivity, negate):
    rng = np.random.default_rng(len(shape))
    field = rng.choice([-1.0, -0.0, 0.0, 1.0, 2.0, 3.0, np.inf, -np.inf, np.nan], shape)
    tree = merge_tree(field, connectivity, negate=negate)
    assert len(tree.minima) > 1 or connectivity == "moore"
    for name, expected in brute_force(field, connectivity, negate).items():
        np.testing.assert_array_equal(getattr(tree, name), expected, err_msg=name)


@pytest.mark.parametrize("connectivity", ["face", "moore"])
@pytest.mark.parametrize("shape", [(60,), (15, 12), (7, 8, 9), (5, 4, 5, 6)])
def test_same_as_cripser(shape, connectivity):
    # Distinct values: cripser does not list pairs of lifetime 0.
    field = np.random.default_rng(7).permutation(np.prod(shape)).reshape(shape).astype(np.float64)
    compute = {"face": cripser.computePH, "moore": cripser.computePH_T}[connectivity]
    result = compute(field, maxdim=0)  # rows: dimension, birth, death, place of birth, place of death
    d = max(len(shape), 3)
    finite = result[result[:, 2] < MAX_VALUE]
    places = [finite[:, 3:][:, k : k + len(shape)].astype(np.int64) for k in (0, d)]
    expected = np.stack([np.ravel_multi_index(tuple(place.T), shape) for place in places], axis=1)
    tree = merge_tree(field, connectivity)
    assert len(result) == len(finite) + 1
    assert len(tree.pairs) == len(expected) > 2
    if connectivity == "face":
        assert rows(tree.pairs) == rows(expected)
    assert rows(field.ravel()[tree.pairs]) == rows(finite[:, 1:3])


@pytest.mark.parametrize("connectivity", ["face", "moore"])
@pytest.mark.parametrize("shape", [(60,), (15, 12), (7, 8, 9), (5, 4, 5, 6), (4, 4, 5, 3, 4), (3, 4, 3, 3, 4, 3)])
@pytest.mark.parametrize("levels", [30, 10**6])
def test_same_as_gudhi(shape, connectivity, levels):
    field = np.random.default_rng(11).integers(levels, size=shape).astype(np.float64)
    keyword = {"face": "vertices", "moore": "top_dimensional_cells"}[connectivity]
    complex_ = gudhi.CubicalComplex(**{keyword: field})
    complex_.compute_persistence(min_persistence=0)
    expected = rows(complex_.persistence_intervals_in_dimension(0))
    found = diagram(field, merge_tree(field, connectivity))
    assert len(expected) > 1
    assert found == expected


@given(st.data(), fields(max_ndim=4), st.sampled_from(CONNECTIVITIES), st.booleans())
def test_periodic_axes_are_those_of_brute_force(data, field, connectivity, negate):
    periodic = data.draw(around(field))
    tree = merge_tree(field, connectivity, negate=negate, periodic=periodic)
    for name, expected in brute_force(field, connectivity, negate, periodic).items():
        np.testing.assert_array_equal(getattr(tree, name), expected, err_msg=name)
    assert tree.periodic == periodic
    assert tree == merge_tree(field, connectivity, negate=negate, periodic=[k - field.ndim for k in periodic])


@pytest.mark.parametrize("connectivity", ["face", "moore"])
@pytest.mark.parametrize("shape", [(60,), (15, 12), (3, 3), (7, 8, 9), (3, 5, 4, 3)])
@pytest.mark.parametrize("periodic", [[0], [-1], True], ids=str)
def test_periodic_axes_are_those_of_gudhi(shape, connectivity, periodic):
    field = np.random.default_rng(13).integers(30, size=shape).astype(np.float64)
    keyword = {"face": "vertices", "moore": "top_dimensional_cells"}[connectivity]
    axes = periodic_axes(periodic, shape)
    complex_ = gudhi.PeriodicCubicalComplex(
        **{keyword: field}, periodic_dimensions=[k in axes for k in range(len(shape))]
    )
    complex_.compute_persistence(min_persistence=0)
    expected = rows(complex_.persistence_intervals_in_dimension(0))
    assert diagram(field, merge_tree(field, connectivity, periodic=periodic)) == expected


def components(mask, connectivity, periodic):
    """Return the number of components of a set of points; neighbours are found by shifting the grid as a whole."""
    ids, edges = np.arange(mask.size).reshape(mask.shape), []
    for offset in offsets(connectivity, mask.ndim):
        other, there = np.roll(ids, -offset, range(mask.ndim)), mask & np.roll(mask, -offset, range(mask.ndim))
        for k in set(range(mask.ndim)) - set(periodic):
            cut = [slice(None)] * mask.ndim
            cut[k] = [] if offset[k] == 0 else [-1] if offset[k] > 0 else [0]
            there[tuple(cut)] = False
        edges.append(np.stack([ids[there], other[there]]))
    one, two = np.concatenate(edges, axis=1)
    graph = coo_array((np.ones(len(one)), (one, two)), (mask.size, mask.size))
    _, label = connected_components(graph, directed=False)
    return len(np.unique(label[mask.ravel()]))


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
@pytest.mark.parametrize("periodic", [[0], [1, 2], [0, 1, 2]], ids=str)
def test_components_of_sublevel_sets_around_periodic_axes(connectivity, periodic):
    field = np.random.default_rng(4).integers(12, size=(5, 6, 4)).astype(float)
    tree = merge_tree(field, connectivity, periodic=periodic)
    births = field.ravel()[tree.minima]
    for level in range(12):
        expected = components(field <= level, connectivity, periodic)
        assert np.count_nonzero(births <= level) - np.count_nonzero(tree.pair_values[:, 1] <= level) == expected


@given(st.data(), fields(nonfinite=False, max_ndim=4), st.sampled_from(CONNECTIVITIES))
def test_a_periodic_axis_has_no_first_point(data, field, connectivity):
    """Rolling a field along its periodic axes changes no birth and no death."""
    periodic = data.draw(around(field))
    shifts = [data.draw(st.integers(-5, 5)) for _ in periodic]
    rolled = np.roll(field, shifts, periodic)
    expected = diagram(field, merge_tree(field, connectivity, periodic=periodic))
    assert diagram(rolled, merge_tree(rolled, connectivity, periodic=periodic)) == expected


@given(st.data(), fields(nonfinite=False, max_ndim=3), st.sampled_from(CONNECTIVITIES))
def test_a_repeated_first_layer_changes_no_pair(data, field, connectivity):
    """As documented for a field whose last layer is its first again, such as an angle from 0 to 2 pi inclusive."""
    periodic = data.draw(around(field))
    assume(periodic)
    axis = periodic[0]
    twice = np.concatenate([field, field.take([0], axis)], axis)
    expected = diagram(field, merge_tree(field, connectivity, periodic=periodic))
    assert diagram(twice, merge_tree(twice, connectivity, periodic=periodic)) == expected


@pytest.mark.parametrize(
    ("field", "connectivity", "periodic", "wells"),
    [
        # seung-lab/connected-components-3d issue 117: the ends of a line are one object.
        ([3, 3, 0, 3, 3], "face", [0], 1),
        ([3, 3, 0, 3, 3], "face", [], 2),
        # dask/dask-image pull request 344: opposite corners meet only where both axes wrap, and over a diagonal.
        ([[1, 0, 0], [0, 0, 0], [0, 0, 1]], "moore", [0, 1], 1),
        ([[1, 0, 0], [0, 0, 0], [0, 0, 1]], "face", [0, 1], 2),
        ([[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]], "moore", [0], 2),
        # JuliaImages/ImageMorphology.jl issue 71: these are two objects, not seven.
        ([[1, 0, 1, 0, 1], [0] * 5, [1, 0, 1, 1, 1], [0] * 5, [1, 0, 1, 1, 1]], "face", [0, 1], 2),
        ([[1, 0, 1, 0, 1], [0] * 5, [1, 0, 1, 1, 1], [0] * 5, [1, 0, 1, 1, 1]], "face", [], 7),
        # scikit-image issue 7046: the last point of a row is no neighbour of the first of the next one.
        ([[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]], "face", [1], 2),
    ],
)
def test_what_others_asked_for(field, connectivity, periodic, wells):
    tree = merge_tree(-np.array(field, float), connectivity, periodic=periodic)
    assert np.count_nonzero(tree.lifetimes > 0) + 1 == wells


@pytest.mark.parametrize(
    ("periodic", "text"),
    [
        ([2], "no such periodic axis: got 2, expected 0 to 1."),
        (
            True,
            "axis 0 cannot be periodic: got 2 points along it, expected at least 3, so that the steps up and down lead "
            "to different neighbours.",
        ),
    ],
)
def test_an_axis_that_cannot_be_periodic(periodic, text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        merge_tree(np.zeros((2, 3)), periodic=periodic)


@given(fields(nonfinite=False), st.sampled_from(CONNECTIVITIES))
def test_negating_twice_changes_nothing(field, connectivity):
    below, above = merge_tree(field, connectivity), merge_tree(-field, connectivity, negate=True)
    mine, theirs = below.to_arrays(), above.to_arrays()
    assert mine.pop("negate") != theirs.pop("negate")
    np.testing.assert_array_equal(mine.pop("node_values"), -theirs.pop("node_values"))
    np.testing.assert_array_equal(mine.pop("value_range"), -theirs.pop("value_range")[::-1])
    for name, value in mine.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)
    np.testing.assert_array_equal(below.lifetimes, above.lifetimes)


@given(fields(nonfinite=False), st.sampled_from(["face", "moore"]), st.randoms(use_true_random=False))
def test_axes_may_be_permuted(field, connectivity, random):
    # Where values tie another vertex may be the minimum, but positive lifetimes stay.
    axes = random.sample(range(field.ndim), field.ndim)
    turned = field.transpose(axes)
    expected = diagram(field, merge_tree(field, connectivity))
    assert diagram(turned, merge_tree(turned, connectivity)) == expected


@given(fields(), st.sampled_from(CONNECTIVITIES), st.integers(-1000, 1000))
def test_a_constant_may_be_added(field, connectivity, constant):
    # Steps of 1/2 stay distinct in float32 beside the constant.
    coarse = np.round(field * 2) / 2
    mine, theirs = (merge_tree(f, connectivity).to_arrays() for f in (coarse + field.dtype.type(constant), coarse))
    for name in mine.keys() - {"node_values", "value_range"}:
        np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


@given(fields(), st.sampled_from(CONNECTIVITIES), st.booleans())
def test_dtypes_agree(field, connectivity, negate):
    single = field.astype(np.float32)
    double = single.astype(np.float64)
    tree = merge_tree(single, connectivity, negate=negate)
    assert tree == merge_tree(double, connectivity, negate=negate)
    lifetimes = tree.lifetimes
    assert lifetimes.dtype == np.float64
    assert (lifetimes >= 0).all()
    np.testing.assert_array_equal(lifetimes, tree.lifetimes)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, bool, ">f4", ">f8"])
def test_other_dtypes_are_converted(dtype):
    field = np.random.default_rng(3).integers(0, 2, (7, 9)).astype(dtype)
    expected = merge_tree(field.astype(np.float64), negate=True)
    assert len(expected.pairs) > 2
    assert merge_tree(field, negate=True) == expected


def test_integers_are_converted_to_double():
    field = 2**24 + np.array([1, 2, 0])  # in single precision, 2^24 + 1 equals 2^24
    tree = merge_tree(field)
    assert tree.pairs.tolist() == [[0, 1]]
    assert tree.global_min == 2
    assert tree.lifetimes.tolist() == [1.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("negate", [False, True])
def test_input_stays_and_may_be_strided(dtype, negate):
    whole = np.random.default_rng(5).standard_normal((24, 26)).astype(dtype)
    whole[::5, ::3] = np.nan
    view = whole[::-2, 1::3].T
    before = whole.copy()
    whole.flags.writeable = False
    assert not view.flags.c_contiguous
    tree = merge_tree(view, negate=negate)
    np.testing.assert_array_equal(whole, before)
    assert len(tree.pairs) > 2
    assert tree == merge_tree(np.ascontiguousarray(view), negate=negate)


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
@pytest.mark.parametrize("shape", [(1,), (2,), (5,), (1, 1, 1), (4, 6), (2, 1, 3, 2)])
def test_constant_field(shape, connectivity):
    tree = merge_tree(np.full(shape, -3.0), connectivity)
    size = int(np.prod(shape))
    assert tree.minima.tolist() == tree.roots.tolist() == [tree.global_min] == [0]
    assert tree.pairs.shape == (0, 2)
    assert tree.basin_volume.tolist() == [size]
    assert tree.first_saddle.tolist() == [-1]
    assert tree.nodes.tolist() == ([0, size - 1] if size > 1 else [0])
    assert tree.node_types.tolist() == ([0, 3] if size > 1 else [0])
    assert tree.arcs.tolist() == ([[size - 1, 0]] if size > 1 else [])


@pytest.mark.parametrize("field", [np.full((3, 4), np.inf), np.array([np.nan, -np.inf])])
def test_no_finite_value(field):
    text = f"field has no merge tree: got {field.size} values, none finite, expected a finite value."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        merge_tree(field)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (np.zeros((0, 3)), "field has no merge tree: got shape (0, 3), expected at least one vertex."),
        (np.zeros((2, 3), complex), "field has no order: got dtype complex128, expected real numbers."),
        (np.array([["a"], [None]], object), "field has no order: got dtype object, expected real numbers."),
        (np.zeros((1,) * 7), "unsupported number of grid axes: got 7, expected 1 to 6."),
    ],
)
def test_no_field(field, text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        merge_tree(field)


def test_unknown_connectivity():
    with pytest.raises(ValueError, match=r"got 'ball', expected one of face, freudenthal, moore\.$"):
        merge_tree(np.zeros(3), "ball")


def test_saddles_at_infinity():
    # Two wells apart, and a third minimum born at infinity (vertex 6), which is no minimum of the tree.
    field = np.array([0.0, np.nan, 1.0, 2.0, np.inf, -np.inf, np.inf])
    tree = merge_tree(field, "face")
    assert tree.pairs.tolist() == [[2, 1]]
    assert tree.minima.tolist() == [0, 2]
    assert tree.lifetimes.tolist() == [np.inf]
    assert tree.first_saddle.tolist() == [1, 1]
    assert tree.arcs.tolist() == [[1, 0], [1, 2], [6, 1]]
    assert tree.node_types.tolist() == [0, 0, 1, 3]
    assert tree.n_nonfinite == 4


def test_minimum_born_at_infinity_is_left_out():
    field = np.array([[np.inf, np.inf, np.inf], [np.inf, np.inf, np.inf], [np.inf, np.inf, 0.0]])
    tree = merge_tree(field, "face")
    assert tree.minima.tolist() == [8]
    assert tree.basin_volume.tolist() == [3]  # the others descend to vertex 0
    assert tree.pairs.shape == (0, 2)
    assert tree.arcs.tolist() == [[7, 8]]


def test_branch_born_at_infinity_is_none_of_its_saddle():
    # Vertex 1 joins the wells 2 and 4, and vertex 0, a minimum born at infinity.
    tree = merge_tree(np.array([[np.inf, np.inf, 1.0], [np.inf, 2.0, np.inf]]), "face")
    assert tree.minima.tolist() == [2, 4]
    assert tree.pairs.tolist() == [[4, 1]]
    assert tree.arcs.tolist() == [[1, 2], [1, 4], [5, 1]]
    assert tree.node_types.tolist() == [0, 0, 1, 3]


def test_greatest_vertex_may_be_a_saddle():
    tree = merge_tree(np.array([0.0, 2.0, 1.0]))
    assert tree.pairs.tolist() == [[2, 1]]
    assert tree.nodes.tolist() == [0, 2, 1]
    assert tree.node_types.tolist() == [0, 0, 1]
    assert tree.arcs.tolist() == [[1, 0], [1, 2]]


def test_saddle_of_four_branches():
    field = np.array([[9.5, -4.0, 9.5], [-3.0, 9.0, -2.0], [9.5, -1.0, 9.5]])
    tree = merge_tree(field, "face")
    assert tree.pairs.tolist() == [[3, 4], [5, 4], [7, 4]]
    assert tree.saddles.tolist() == [4]
    assert tree.nodes.tolist() == [1, 3, 5, 7, 4, 8]
    assert tree.node_types.tolist() == [0, 0, 0, 0, 4, 3]
    assert tree.arcs.tolist() == [[4, 1], [4, 3], [4, 5], [4, 7], [8, 4]]
    assert tree.basin_volume.tolist() == [4, 2, 2, 1]  # the centre and both corners beside it flow to vertex 1


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_codes_and_masks_are_no_values(tmp_path, zarr_format):
    """An array of Zarr gives what is stored, whatever xarray wrote beside it; what xarray opens is decoded."""
    field = np.random.default_rng(0).standard_normal((6, 7)).astype(np.float32)
    field[2, 3] = np.nan
    packing = {"dtype": "i2", "scale_factor": 0.001, "_FillValue": -32768}
    for name, encoding in (("packed", packing), ("masked", {"_FillValue": np.float32(-9999)}), ("plain", {})):
        path = tmp_path / f"{name}.zarr"
        dataset = xr.Dataset({"f": (("y", "x"), field)})
        dataset.to_zarr(path, zarr_format=zarr_format, consolidated=False, encoding={"f": encoding})
        opened = xr.open_zarr(path, consolidated=False, chunks=None).f
        stored = zarr.open_array(path / "f", mode="r")
        assert merge_tree(opened) == merge_tree(opened.values)
        assert merge_tree(opened).n_nonfinite == 1
        if name == "plain" or (name == "masked" and zarr_format == 2):  # there fill_value is the mask, no attribute
            merge_tree(stored)
            continue
        for call in (merge_tree, segmentation):
            with pytest.raises(ValueError, match="field holds codes, not values: got an array whose attributes "):
                call(stored)
