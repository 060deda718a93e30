"""TTK's recorded output turned into basins; the filter itself where the toolkit can be imported."""

from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.geometry.connectivity import offsets
from landsweep.kernels.topology import ttk
from landsweep.kernels.topology.basin_graph import BasinGraph, block_graph, contract, union
from landsweep.kernels.topology.merge_trees import graph_merge_tree, merge_tree, segmentation
from scipy.ndimage import label
from support import DATA

RAW = sorted((DATA / "ttk_raw").glob("*.npz"))


def pairs_of(merges):
    pairs = np.stack([merges.vertex[merges.ends[0]], merges.upper], axis=1)
    return sorted(map(tuple, pairs[pairs[:, 0] != pairs[:, 1]].tolist()))


def recorded(data, part):
    return {name.removeprefix(f"{part}/"): data[name] for name in data.files if name.startswith(f"{part}/")}


def whole_graph(field, basins):
    return block_graph(field, basins, Blocks(field.shape, field.shape), 0, "freudenthal")


def test_recorded_files_are_here():
    assert len(RAW) == 4


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_whole_fields(path):
    with np.load(path) as data:
        field, basins = data["field"], ttk.basins_of_tree(recorded(data, "whole"))
    tree = merge_tree(field, "freudenthal")
    np.testing.assert_array_equal(basins.minima, np.sort(tree.minima))
    _, merges = contract(whole_graph(field, basins))
    assert pairs_of(merges) == sorted(map(tuple, tree.pairs.tolist()))
    assert len(tree.pairs) > 30


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_blocks_and_the_edges_between_them(path):
    """The recorded blocks tile the field without a shared layer: cross edges join their border vertices."""
    with np.load(path) as data:
        field, boxes = data["field"], data["blocks"]
        vertices = np.arange(field.size).reshape(field.shape)
        home = np.empty(field.shape, np.int64)
        parts = []
        for index, box in enumerate(boxes):
            where = tuple(slice(a, b) for a, b in box)
            home[where] = index
            parts.append((vertices[where].reshape(-1), ttk.basins_of_tree(recorded(data, f"block{index}"))))
    flat, home = field.reshape(-1), home.reshape(-1)
    cross = []
    for offset in offsets("freudenthal", field.ndim):
        for at in np.ndindex(field.shape):
            to = tuple(np.add(at, offset))
            if all(0 <= t < n for t, n in zip(to, field.shape, strict=True)) and at < to:
                cross.append((vertices[at], vertices[to]))
    cross = np.array(cross)
    cross = cross[home[cross[:, 0]] != home[cross[:, 1]]]
    graphs = []
    for ids, basins in parts:
        mine = np.intersect1d(cross, ids)
        late = np.setdiff1d(mine, ids[basins.minima])
        at = np.searchsorted(ids, late)
        links = np.stack([ids[basins.minima[basins.of(at)]], late])
        ends = np.concatenate([ids[basins.minima[basins.ends]], links], axis=1)
        graphs.append(as_graph(flat, ends, np.concatenate([ids[basins.upper], late])))
    later = flat[cross[:, 1]] >= flat[cross[:, 0]]
    graphs.append(as_graph(flat, cross.T, np.where(later, cross[:, 1], cross[:, 0])))
    _, merges = contract(union(graphs))
    assert pairs_of(merges) == sorted(map(tuple, merge_tree(field, "freudenthal").pairs.tolist()))


def as_graph(flat, ends, upper):
    vertex = np.unique(ends)
    return BasinGraph(
        vertex, flat[vertex], np.ones(len(vertex), np.float32), np.searchsorted(vertex, ends), upper, flat[upper]
    )


def as_ttk(values, basins_tree, arcs_of_vertices):
    """Put a tree of ours into the arrays of the filter, in another order of nodes and arcs."""
    tree, rng = basins_tree, np.random.default_rng(0)
    node, arc = rng.permutation(len(tree.nodes)), rng.permutation(len(tree.arcs))
    ids = rng.permutation(len(tree.nodes)).astype(np.int32)
    of = dict(zip(tree.nodes[node].tolist(), ids.tolist(), strict=True))
    return {
        "node_id": ids,
        "node_vertex_id": tree.nodes[node].astype(np.int32),
        "node_critical_type": tree.node_types[node],
        "arc_up_node_id": np.array([of[v] for v in tree.arcs[arc, 0].tolist()]),
        "arc_down_node_id": np.array([of[v] for v in tree.arcs[arc, 1].tolist()]),
        "arc_segmentation_id": arc,
        "vertex_segmentation_id": arcs_of_vertices.reshape(-1),
    }


@pytest.mark.parametrize("shape", [(13, 17), (6, 7, 8), (2, 9), (1, 6, 7)])
def test_the_filter_is_given_ranks_and_its_tree_is_used(shape):
    field = np.random.default_rng(4).integers(0, 9, shape).astype(np.float32)
    field[..., 0] = np.inf
    seen = []

    def filter_(ranks, grid):
        assert grid == shape
        seen.append(ranks.reshape(shape))
        tree, found = segmentation(seen[-1], "freudenthal")
        return as_ttk(seen[-1], tree, found.arc)

    _, merges = contract(whole_graph(field, ttk.ttk_basins(field, "freudenthal", run=filter_)))
    tree = merge_tree(field, "freudenthal")
    finite = np.isfinite(field.reshape(-1)[[m for m, _ in pairs_of(merges)]])
    assert [p for p, f in zip(pairs_of(merges), finite, strict=True) if f] == sorted(map(tuple, tree.pairs.tolist()))
    assert sorted(seen[0].reshape(-1).tolist()) == list(range(field.size)), "no ties, no infinity, in double precision"
    assert seen[0].dtype == np.float64


@pytest.mark.parametrize(
    ("shape", "connectivity"),
    [
        ((30,), "freudenthal"),
        ((1, 30), "freudenthal"),
        ((7, 6, 1), "freudenthal"),
        ((5, 6), "face"),
        ((3, 3, 3, 3), "moore"),
    ],
)
def test_what_ttk_cannot_do_is_done_natively(shape, connectivity):
    field = np.random.default_rng(4).standard_normal(shape)
    asked = partial(ttk.ttk_basins, run=lambda *a: pytest.fail("TTK was asked"))
    _, merges = contract(whole_graph(field, asked(field, connectivity)))
    assert pairs_of(merges) == sorted(map(tuple, merge_tree(field, connectivity).pairs.tolist()))


def test_graphs_get_two_vertices_above_all():
    values = np.array([0.0, 5.0, 1.0, 0.5, 4.0, 2.0, 7.0])
    edges = np.array([[0, 1], [1, 2], [3, 4], [4, 5]])  # three components; the greatest of two is a saddle

    def filter_(ranks, lines):
        whole = graph_merge_tree(ranks, lines)
        assert len(whole.roots) == 1
        assert whole.node_types[whole.nodes == len(values)].tolist() == [4]  # the first joins all three
        greatest = np.flatnonzero(ranks == ranks.max())
        assert greatest not in whole.saddles, "TTK's FTM ends the process where the greatest vertex is a saddle"
        arc = np.full(len(ranks), -1)
        for i, (up, down) in reversed(list(enumerate(whole.arcs.tolist()))):
            arc[[up, down]] = i
        return as_ttk(ranks, whole, arc)

    engine = partial(ttk.ttk_graph_basins, run=filter_)
    basins = engine(values, edges)
    _, merges = contract(whole_graph(values, basins))
    assert pairs_of(merges) == sorted(map(tuple, graph_merge_tree(values, edges).pairs.tolist())) == [(2, 1), (5, 4)]
    expected = graph_merge_tree(values, edges, volumes=True)
    assert graph_merge_tree(values, edges, volumes=True, engine=engine) == expected
    assert ttk.compare_graph(values, edges, run=filter_) is None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"arc_up_node_id": np.array([], int)}, "TTK gave no tree: got 3 nodes, 0 arcs, expected one arc fewer than"),
        ({"vertex_segmentation_id": np.array([0, 1, 7])}, "TTK gave an incomplete tree: got vertices in no arc"),
        ({"node_vertex_id": np.array([0, 2, 9])}, "TTK gave nodes at no vertex: got 0 to 9, expected 0 to 2"),
    ],
)
def test_broken_output_is_an_error(change, text):
    tree, found = segmentation(np.array([0.0, 2.0, 1.0]))
    raw = as_ttk(None, tree, found.arc) | change
    with pytest.raises(ValueError, match=f"^{text}"):
        ttk.basins_of_tree(raw)
    with pytest.raises(ttk.EngineError, match=rf"^{text}.*: use topology\.engine: native, which needs no TTK\.$"):
        ttk.ttk_basins(np.zeros((3, 3)), "freudenthal", run=lambda *a: raw)


def test_another_fields_tree_is_an_error():
    tree, found = segmentation(np.random.default_rng(0).standard_normal((8, 8)), "freudenthal")
    with pytest.raises(
        ttk.EngineError,
        match=r"^TTK gave another field's tree: got \d+ merges that differ .* of the block, expected none: use to",
    ):
        ttk.ttk_basins(
            np.random.default_rng(1).standard_normal((8, 8)),
            "freudenthal",
            run=lambda *a: as_ttk(None, tree, found.arc),
        )


def test_a_tree_of_the_other_diagonal_with_the_same_minima_is_an_error():
    """TTK gave it, and a comparison of minima alone let it pass; the comparison says where it differs."""
    rng = np.random.default_rng(3)
    silent = 0
    for _ in range(300):
        field = rng.permutation(np.arange(12.0)).reshape(3, 4)
        mirrored = merge_tree(field[:, ::-1], "freudenthal")
        other = np.arange(12).reshape(3, 4)[:, ::-1].reshape(-1)
        tree = merge_tree(field, "freudenthal")
        same = set(other[mirrored.minima].tolist()) == set(tree.minima.tolist())
        if same and {tuple(other[p]) for p in mirrored.pairs} != set(map(tuple, tree.pairs.tolist())):
            silent += 1
            found, parts = segmentation(field[:, ::-1], "freudenthal")
            raw = as_ttk(None, found, parts.arc)
            raw["node_vertex_id"] = other[raw["node_vertex_id"]]
            raw["vertex_segmentation_id"] = raw["vertex_segmentation_id"][other]

            def run(*call, raw=raw):
                return raw

            with pytest.raises(ttk.EngineError, match=r"got [1-9]\d* merges that differ"):
                ttk.ttk_basins(field, "freudenthal", run=run)
            ours, theirs = dict(tree.pairs.tolist()), {other[m]: other[s] for m, s in mirrored.pairs.tolist()}
            wrong = [m for m in {*ours, *theirs} if ours.get(m, -1) != theirs.get(m, -1)]
            flat = field.reshape(-1)
            ends = {m: (ours.get(m, -1), theirs.get(m, -1)) for m in wrong}
            lowest = min(wrong, key=lambda m: (min(flat[s] for s in ends[m] if s >= 0), flat[m]))
            assert ttk.compare(field, "freudenthal", run=run) == ttk.Difference(len(wrong), lowest, *ends[lowest])
    assert silent > 3


def test_vertices_of_the_border_in_another_arc_are_an_error():
    """Blocks are joined by them: with the merges alone the tree of the whole would be wrong without a word."""
    field = np.random.default_rng(5).standard_normal((6, 5))
    neighbours = [[0, 1, 1], [1, 1, 1], [1, 1, 0]]
    tree, parts = segmentation(field, "freudenthal")
    seen = {True: 0, False: 0}
    for at in np.ndindex(field.shape):
        vertex = int(np.ravel_multi_index(at, field.shape))
        if vertex in tree.nodes or (at[0] in range(1, 5) and at[1] in range(1, 4)):
            continue
        components = label(field <= field[at], neighbours)[0].reshape(-1)
        for arc in range(len(tree.arcs)):
            owner = parts.arc.reshape(-1).copy()
            owner[vertex] = arc
            raw = as_ttk(None, tree, owner)
            basins = ttk.basins_of_tree(raw)
            right = bool(components[basins.minima[basins.of(np.array([vertex]))]] == components[vertex])
            seen[right] += 1
            with (
                nullcontext() if right else pytest.raises(ttk.EngineError, match="segmentation: got 1 vertices on the")
            ):
                assert ttk.compare(field, "freudenthal", run=lambda *a, raw=raw: raw) is None
    assert min(seen.values()) > 10


@pytest.mark.processes
@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_the_real_filter(path):
    from landsweep.distributed import toolkit

    with toolkit.kept(), np.load(path) as data:
        if not toolkit.available():
            pytest.skip("the Topology ToolKit is not installed (conda only)")
        field = data["field"]
        basins = ttk.ttk_basins(field, "freudenthal", run=toolkit.run)
    _, merges = contract(whole_graph(field, basins))
    assert pairs_of(merges) == sorted(map(tuple, merge_tree(field, "freudenthal").pairs.tolist()))
