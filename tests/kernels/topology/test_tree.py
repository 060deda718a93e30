"""What follows from a merge tree, and trees of graphs, against the definitions spelled out in plain Python."""

import re
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from landsweep.kernels import MergeTree, graph_merge_tree, merge_tree, segmentation
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, offsets
from landsweep.kernels.topology.metrics import topology_metrics
from support import DATA

GOLDEN_GRAPHS = sorted(DATA.glob("graph_*.npz"))


def comb(n):
    """Wells in a row, each younger one shallower and left at a lower saddle: branches nested n deep; and slopes."""
    rows = np.empty((2, 2 * n - 1))
    rows[0, ::2], rows[0, 1::2] = np.arange(n), 3 * n - np.arange(n - 1)
    rows[1] = 4 * n + rows[0]
    return rows


def grid_edges(shape, connectivity):
    vertices = np.arange(np.prod(shape)).reshape(shape)
    inside = [
        (vertices[at], vertices[tuple(np.add(at, o))])
        for o in offsets(connectivity, len(shape))
        for at in np.ndindex(*shape)
        if all(0 <= a + b < n for a, b, n in zip(at, o, shape, strict=True))
    ]
    return np.array(inside, dtype=np.int64).reshape(-1, 2)


def sweep(values, edges):
    """Add vertices one at a time; return pairs, arcs, roots, and per vertex its basin and its arc's lower end."""
    values = np.where(np.isfinite(values), values, np.inf).tolist()
    near = {v: set() for v in range(len(values))}
    for a, b in edges.tolist():
        near[a].add(b)
        near[b].add(a)
    order = sorted(near, key=lambda v: (values[v], v))
    rank = {v: i for i, v in enumerate(order)}
    part = {}  # vertex to its component: {"oldest", "top", "members", "last"}
    pairs, arcs, parents, basin, arc = [], [], {}, {}, {}
    for v in order:
        lower = sorted((u for u in near[v] - {v} if rank[u] < rank[v]), key=rank.get)
        basin[v] = basin[lower[0]] if lower else v
        met = sorted({id(part[u]): part[u] for u in lower}.values(), key=lambda c: rank[c["oldest"]])
        born = [c for c in met if values[c["oldest"]] < np.inf]
        if len(born) > 1:
            arcs += [(v, c["top"]) for c in born]
            pairs += [(c["oldest"], v) for c in born[1:]]
            parents |= {c["oldest"]: born[0]["oldest"] for c in born[1:]}
        component = met[0] if met else {"oldest": v, "top": v, "members": set()}
        if len(born) > 1:
            component["below"] = component["top"]
            component["top"] = v
        component["members"] |= {v}.union(*(c["members"] for c in met))
        component["last"] = v
        for u in component["members"]:
            part[u] = component
        arc[v] = component["top"] if values[basin[v]] < np.inf else None
    alive = sorted({id(c): c for c in part.values()}.values(), key=lambda c: rank[c["oldest"]])
    alive = [c for c in alive if values[c["oldest"]] < np.inf]
    for c in alive:
        if c["last"] != c["top"]:
            arcs.append((c["last"], c["top"]))
        else:  # the greatest vertex is a saddle, or alone: it is part of the eldest arc below it
            arc[c["last"]] = c.get("below")
    return {
        "pairs": pairs,
        "arcs": arcs,
        "roots": [c["oldest"] for c in alive],
        "parents": parents,
        "basin": basin,
        "arc": arc,
    }


def check_all(values, edges, tree, found=None):
    expected = sweep(values.reshape(-1), edges)
    assert [tuple(p) for p in tree.pairs.tolist()] == expected["pairs"]
    assert [tuple(a) for a in tree.arcs.tolist()] == expected["arcs"]
    assert tree.roots.tolist() == expected["roots"]
    minima = tree.minima.tolist()
    assert {m: minima[p] for m, p in zip(minima, tree.branch_parent.tolist(), strict=True) if p >= 0} == expected[
        "parents"
    ]
    ends = dict(expected["pairs"])
    assert tree.branch_end.tolist() == [ends.get(m, -1) for m in minima]
    lowers = tree.arcs[:, 1].tolist()
    count = dict.fromkeys(lowers, 0)
    for lower in expected["arc"].values():
        if lower is not None:
            count[lower] = count.get(lower, 0) + 1
    assert tree.arc_volume.tolist() == [count[lower] for lower in lowers]
    branches = dict.fromkeys(minima, 0)
    for lower, branch in zip(lowers, tree.arc_branch.tolist(), strict=True):
        branches[minima[branch]] += count[lower]
    assert tree.branch_volume.tolist() == [branches[m] or 1 for m in minima]
    assert tree.leaf_volume.tolist() == [count.get(m, 1) for m in minima]
    basins = list(expected["basin"].values())
    assert tree.basin_volume.tolist() == [basins.count(m) for m in minima]
    assert tree.multiplicity.tolist() == [1 + [s for _, s in expected["pairs"]].count(s) for s in tree.saddles.tolist()]
    if found is not None:
        got = [minima[b] if b >= 0 else None for b in found.basin.reshape(-1).tolist()]
        known = set(minima)
        assert got == [m if m in known else None for _, m in sorted(expected["basin"].items())]
        got = [lowers[a] if a >= 0 else None for a in found.arc.reshape(-1).tolist()]
        assert got == [a for _, a in sorted(expected["arc"].items())]


@st.composite
def fields(draw, max_ndim=4):
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=max_ndim).filter(lambda s: np.prod(s) <= 60))
    few = [0.0, 1.0, 2.0, 3.0, np.inf, np.nan]
    value = st.sampled_from(few) if draw(st.booleans()) else st.floats(-8, 8, width=32)
    field = np.array(draw(st.lists(value, min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))))
    assume(np.isfinite(field).any())
    return field.reshape(shape)


@given(fields(), st.sampled_from(CONNECTIVITIES), st.integers(1, 3))
def test_volumes_branches_and_segmentation(field, connectivity, threads):
    tree, found = segmentation(field, connectivity, threads=threads)
    assert tree == merge_tree(field, connectivity, volumes=True)
    np.testing.assert_array_equal(tree.basin_volume, found.basin_volume)
    check_all(field, grid_edges(field.shape, connectivity), tree, found)


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 24))
    vertex = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(vertex, vertex), max_size=40))
    value = st.sampled_from([0.0, 1.0, 2.0, 3.0, np.inf]) if draw(st.booleans()) else st.floats(-8, 8, width=32)
    values = np.array(draw(st.lists(value, min_size=n, max_size=n)))
    assume(np.isfinite(values).any())
    return values, np.array(edges, dtype=np.int64).reshape(-1, 2)


@given(graphs())
def test_graphs_with_any_number_of_components(graph):
    values, edges = graph
    tree = graph_merge_tree(values, edges, volumes=True)
    check_all(values, edges, tree)


@given(fields(), st.sampled_from(CONNECTIVITIES), st.booleans())
def test_a_grid_is_a_graph(field, connectivity, negate):
    grid = merge_tree(field, connectivity, negate=negate, volumes=True)
    edges = grid_edges(field.shape, connectivity)
    graph = graph_merge_tree(field.reshape(-1), edges, negate=negate, volumes=True, shape=field.shape)
    mine, theirs = grid.to_arrays(), graph.to_arrays()
    for name in mine.keys() - {"connectivity"}:
        np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


@pytest.mark.parametrize("path", GOLDEN_GRAPHS, ids=lambda path: path.stem)
def test_same_as_ttk_on_graphs(path):
    with np.load(path) as golden:
        tree = graph_merge_tree(golden["field"], golden["edges"])
        assert sorted(map(tuple, tree.pairs.tolist())) == sorted(map(tuple, golden["min_saddle"].tolist()))
        assert len(tree.pairs) > 5
        assert golden["global_min"] in tree.roots
        found = dict(zip(tree.nodes.tolist(), tree.node_types.tolist(), strict=True))
        assert found == dict(zip(golden["node_vertex"].tolist(), golden["node_type"].tolist(), strict=True))
        arcs = np.stack([golden["arc_up"], golden["arc_down"]], axis=1)
        assert sorted(map(tuple, tree.arcs.tolist())) == sorted(map(tuple, arcs.tolist()))


def test_golden_graphs_are_here():
    assert len(GOLDEN_GRAPHS) == 3


@given(fields(), st.sampled_from(CONNECTIVITIES), st.integers(0, 6), st.booleans())
def test_simplification_keeps_what_lasts(field, connectivity, threshold, negate):
    tree = merge_tree(field, connectivity, negate=negate, volumes=True)
    less = tree.simplify(threshold)
    lasting = tree.lifetimes >= threshold
    np.testing.assert_array_equal(less.pairs, tree.pairs[lasting])
    np.testing.assert_array_equal(less.pair_values, tree.pair_values[lasting])
    assert less.roots.tolist() == tree.roots.tolist()
    assert less.basin_volume.sum() == tree.basin_volume.sum()
    assert less.arc_volume.sum() == tree.arc_volume.sum()
    assert less.simplify(threshold) == less
    assert tree.simplify(0) == tree
    assert less.greatest[0].tolist() == tree.greatest[0].tolist()
    if not lasting.any():
        assert less.arc_volume.tolist() in ([tree.arc_volume.sum()], [])
    # In steps or at once is the same.
    assert tree.simplify(threshold / 2).simplify(threshold) == less


@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_branches_nested_as_deep_as_there_are_minima(connectivity):
    field = comb(40)
    tree, found = segmentation(field, connectivity)
    check_all(field, grid_edges(field.shape, connectivity), tree, found)
    for threshold in (81, 100, 1e9):
        less = tree.simplify(threshold)
        ends = np.isin(tree.minima, less.minima).cumsum()[np.argsort(np.argsort(tree.minima))] - 1
        assert less.arc_volume.sum() == field.size
        assert len(less.minima) == ends[-1] + 1 == 1 + np.count_nonzero(tree.lifetimes >= threshold)


def test_a_hundred_thousand_nested_branches():
    """What climbs them one by one takes minutes."""
    n = 100_000
    field = np.vstack([comb(n), comb(n) + 9 * n, comb(n) + 18 * n])
    tree = merge_tree(field, "face", volumes=True)
    np.testing.assert_array_equal(tree.branch_parent, np.arange(n) - 1)
    less = tree.simplify(1e9)
    assert tree.arc_volume.sum() == less.arc_volume.sum() == field.size
    assert less.arcs.tolist() == [[tree.greatest[0][0], 0]]


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
def test_a_saddle_where_many_branches_meet(order):
    rng, n = np.random.default_rng(0), 150
    leaves = {"ascending": np.arange(n), "descending": np.arange(n)[::-1], "random": rng.permutation(n)}[order]
    values = np.append(1e3, leaves.astype(float))
    edges = np.stack([np.zeros(n, int), np.arange(1, n + 1)], axis=1)
    tree = graph_merge_tree(values, edges, volumes=True)
    check_all(values, edges, tree)
    assert tree.multiplicity.tolist() == [n]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_what_is_masked_is_not_there(dtype):
    field = np.ma.array(np.arange(6)[::-1], mask=[0, 1, 0, 0, 0, 1], dtype=dtype)
    tree = merge_tree(field)
    expected = merge_tree(np.array([5, np.nan, 3, 2, 1, np.nan]))
    assert tree.roots.tolist() == expected.roots.tolist() == [4]
    assert tree.n_nonfinite == 2
    assert tree == expected
    assert field[1] is np.ma.masked


def test_simplified_volumes_by_hand():
    # Wells of depth 0 (vertex 1), 1 (vertex 3) and 4 (vertex 5); saddles at 2 (level 2) and 4 (level 6).
    field = np.array([3.0, 0.0, 2.0, 1.0, 6.0, 2.0, 9.0])
    tree = merge_tree(field, volumes=True)
    assert tree.pairs.tolist() == [[3, 2], [5, 4]]
    assert tree.lifetimes.tolist() == [1.0, 4.0]
    assert tree.arcs.tolist() == [[2, 1], [2, 3], [4, 2], [4, 5], [6, 4]]
    assert tree.arc_volume.tolist() == [1, 1, 2, 1, 2]
    assert tree.branch_volume.tolist() == [5, 1, 1]
    assert tree.leaf_volume.tolist() == [1, 1, 1]
    less = tree.simplify(2)
    assert less.arcs.tolist() == [[4, 1], [4, 5], [6, 4]]
    assert less.arc_volume.tolist() == [4, 1, 2]
    assert less.basin_volume.tolist() == [5, 2]
    assert tree.simplify(5).arcs.tolist() == [[6, 1]]
    with pytest.raises(ValueError, match=r"^min_persistence is no loss difference: got -1, expected at least 0\.$"):
        tree.simplify(-1)


def test_networkx():
    tree = merge_tree(np.random.default_rng(0).standard_normal((12, 12)), volumes=True)
    graph = tree.to_networkx()
    assert nx.is_arborescence(graph.reverse())
    assert {n for n in graph if graph.in_degree(n) == 0} == set(tree.minima.tolist())
    assert sum(d["volume"] for _, _, d in graph.edges(data=True)) == 144
    for saddle, multiplicity in zip(tree.saddles.tolist(), tree.multiplicity.tolist(), strict=True):
        assert graph.in_degree(saddle) == multiplicity
        assert graph.nodes[saddle]["type"] == ("saddle" if multiplicity == 2 else "degenerate saddle")
    assert graph.nodes[tree.global_min] == {
        "type": "minimum",
        "value": tree.value_range[0],
        "basin_volume": tree.basin_volume[0],
    }
    bare = merge_tree(np.array([0.0, 2.0, 1.0])).to_networkx()
    assert bare.edges[0, 1] == {"branch": 0}


def test_a_tree_keeps_its_periodic_axes(tmp_path):
    field = np.random.default_rng(0).integers(9, size=(6, 7)).astype(float)
    around, plain = merge_tree(field, volumes=True, periodic=[-1]), merge_tree(field, volumes=True)
    for tree, axes in ((around, (1,)), (plain, ())):
        np.savez(tmp_path / "tree.npz", **tree.to_arrays())
        with np.load(tmp_path / "tree.npz") as data:
            assert ("periodic" in data.files) == bool(axes)  # files of trees without them are as they were
            read = MergeTree.from_arrays(data)
        assert read == tree
        assert read.periodic == read.simplify(2.0).periodic == axes
        assert tree.to_xarray().attrs.get("periodic", ()) == axes
    assert around != plain
    assert around != replace(around, periodic=(0, 1))
    assert repr(around).startswith("MergeTree(6 x 7, moore, periodic along 1: ")


def test_xarray():
    tree = merge_tree(np.random.default_rng(0).standard_normal((12, 12)), volumes=True)
    data = tree.to_xarray()
    assert data.sizes["pair"] == len(tree.pairs) == data.sizes["minimum"] - 1
    np.testing.assert_array_equal(data.death - data.birth, tree.lifetimes)
    assert int(data.arc_volume.sum()) == 144
    assert data.attrs["connectivity"] == "moore"
    assert "arc_volume" not in merge_tree(np.array([0.0, 2.0, 1.0])).to_xarray()


def test_volumes_that_were_not_asked_for():
    with pytest.raises(ValueError, match=r"^the tree has no arc volumes: expected one made with volumes=True\.$"):
        merge_tree(np.array([0.0, 2.0, 1.0])).branch_volume  # noqa: B018


@pytest.mark.parametrize(
    ("values", "edges", "text"),
    [
        (np.zeros((2, 2)), [[0, 1]], "values of a graph have one axis: got shape (2, 2), expected (n,)."),
        (np.zeros(3), [[0.0, 1.0]], "edges are no list of vertices: got float64 (1, 2), expected integers (e, 2)."),
        (np.zeros(3), [0, 1], "edges are no list of vertices: got int64 (2,), expected integers (e, 2)."),
        (np.zeros(3), [[0, 3]], "edges name vertices that do not exist: got 0 to 3, expected 0 to 2."),
        (np.zeros(3), [[-1, 0]], "edges name vertices that do not exist: got -1 to 0, expected 0 to 2."),
        (np.full(3, np.nan), [[0, 1]], "field has no merge tree: got 3 values, none finite, expected a finite value."),
        (np.zeros(3, complex), [[0, 1]], "field has no order: got dtype complex128, expected real numbers."),
        (np.zeros(0), np.zeros((0, 2), int), "field has no merge tree: got shape (0,), expected at least one vertex."),
    ],
)
def test_what_is_no_graph(values, edges, text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        graph_merge_tree(values, np.array(edges))


def test_a_graph_of_another_grid():
    with pytest.raises(
        ValueError, match=r"^values do not fill the grid: got 3 of them, expected the points of \(2, 2\)\."
    ):
        graph_merge_tree(np.zeros(3), np.array([[0, 1]]), shape=(2, 2))


def test_round_trip_without_pickle(tmp_path):
    field = np.random.default_rng(2).standard_normal((6, 7, 5))
    for connectivity, negate in product(CONNECTIVITIES, (False, True)):
        tree = merge_tree(field, connectivity, negate=negate)
        path = tmp_path / "tree.npz"
        np.savez(path, **tree.to_arrays(), birth_death=field.ravel()[tree.pairs], **{"metrics/names": np.array(["a"])})
        with np.load(path, allow_pickle=False) as data:
            back = MergeTree.from_arrays(data)
        assert back == tree
        assert type(back.global_min) is int
        assert type(back.negate) is bool
        assert type(back.connectivity) is str
        assert back.shape == (6, 7, 5)
        np.testing.assert_array_equal(back.lifetimes, tree.lifetimes)


def test_every_field_counts_for_equality():
    arrays = merge_tree(np.random.default_rng(2).standard_normal((9, 9)), volumes=True).to_arrays()
    for name, value in arrays.items():
        other = {"connectivity": "face", "negate": True}.get(name)
        changed = arrays | {name: np.asarray(value + 1 if other is None else other)}
        assert MergeTree.from_arrays(changed) != MergeTree.from_arrays(arrays), name
    assert MergeTree.from_arrays(arrays) != "tree"


def test_from_arrays_names_what_is_missing():
    arrays = merge_tree(np.zeros(3)).to_arrays()
    del arrays["arcs"]
    with pytest.raises(ValueError, match=r"^arrays hold no merge tree: got no arcs, expected shape, connectivity, "):
        MergeTree.from_arrays(arrays)


def test_lifetime_beyond_the_greatest_float():
    most = np.finfo(np.float64).max
    field = np.array([-most, most, -most])
    assert merge_tree(field).lifetimes.tolist() == [np.inf]


def test_repr():
    tree = merge_tree(np.array([[0.0, 3.0, 1.0, 4.0, 2.0]]))
    assert repr(tree) == "MergeTree(1 x 5, moore: 3 minima, 2 pairs, 2 saddles)"
    assert (
        repr(merge_tree(np.zeros(4), "face", negate=True))
        == "MergeTree(4, face, negated: 1 minima, 0 pairs, 0 saddles)"
    )


def test_trees_of_earlier_versions_are_read():
    tree = merge_tree(np.array([[1.0, 2, 0], [5, 5, 5]]), "face")
    arrays = tree.to_arrays()
    assert arrays.pop("border_volume").tolist() == [1, 1]
    old = MergeTree.from_arrays(arrays)
    assert old.border_volume.size == 0
    assert topology_metrics(old) == topology_metrics(tree)


@pytest.mark.parametrize("shape", [(7, 300), (300, 7), (2000,), (12, 13, 14), (3, 4, 5, 6, 7)])
@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_threads_change_nothing(shape, connectivity):
    field = np.random.default_rng(0).standard_normal(shape)
    expected = merge_tree(field, connectivity, volumes=True)
    for threads in (2, 3, 8):
        assert merge_tree(field, connectivity, volumes=True, threads=threads) == expected


@pytest.mark.long
def test_vertices_beyond_32_bits(monkeypatch):
    from landsweep.kernels.topology import basins

    field = np.random.default_rng(0).standard_normal((30, 30)).astype(np.float32)
    expected = merge_tree(field, volumes=True)
    monkeypatch.setattr(basins, "id_type", lambda size: np.int64)
    assert merge_tree(field, volumes=True, threads=2) == expected
