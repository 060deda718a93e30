"""Trees from blocks equal the tree of the whole, bit for bit, over block shapes, ranks, orders and engines."""

import json
import subprocess
import sys
from itertools import product
from math import prod

import numpy as np
import pytest
import zarr
from hypothesis import assume, given
from hypothesis import strategies as st
from landsweep.distributed.blocking import PER_MINIMUM, reduction_bytes
from landsweep.distributed.reduction import BlockedField, Ledger, reduced_merge_tree
from landsweep.distributed.reduction_tasks import submit_merge_tree
from landsweep.executors.group import Alone
from landsweep.kernels import MergeTree
from landsweep.kernels.geometry.blocks import Blocks, box_shape
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, MIN_PERIOD, offsets
from landsweep.kernels.topology.basin_graph import BasinGraph, block_graph, contract, in_order, union
from landsweep.kernels.topology.basins import Basins, grid_basins
from landsweep.kernels.topology.grow import grow
from landsweep.kernels.topology.merge_trees import merge_tree, segmentation
from ranked import program
from ranks import on_ranks
from scipy.ndimage import gaussian_filter
from support import BIN, HELPERS, environment

MPI_PROGRAMS = HELPERS / "programs"


@st.composite
def cut_fields(draw):
    """A field with ties, plateaus and values that are not finite, and its blocks, half the time around some axes."""
    ndim = draw(st.integers(1, 4))
    longest = [40, 12, 6, 4][ndim - 1]
    shape = tuple(draw(st.lists(st.integers(1, longest), min_size=ndim, max_size=ndim)))
    block = tuple(draw(st.integers(1, n)) for n in shape)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([1, 2, 4, 10**6]))
    field = rng.integers(levels, size=shape).astype(draw(st.sampled_from([np.float32, np.float64]))) - 1
    lost = rng.random(shape) < draw(st.sampled_from([0, 0, 0.2, 0.7]))
    field[lost] = rng.choice([np.nan, np.inf, -np.inf], np.count_nonzero(lost))
    assume(np.isfinite(field).any())
    periodic = tuple(k for k, n in enumerate(shape) if n >= MIN_PERIOD and draw(st.booleans()))
    return field, Blocks(shape, block, periodic if draw(st.booleans()) else ())


@pytest.mark.long
@given(cut_fields(), st.sampled_from(CONNECTIVITIES), st.booleans(), st.integers(1, 9))
def test_blocks_and_ranks_change_nothing(cut, connectivity, negate, ranks):
    field, blocks = cut
    expected = merge_tree(field, connectivity, negate=negate, volumes=True, periodic=blocks.periodic)

    def work(group):
        return reduced_merge_tree(
            BlockedField(field.__getitem__, blocks, connectivity, negate=negate, volumes=True), group
        )

    first, *others = on_ranks(ranks, work)
    assert first == expected
    assert others == [None] * (ranks - 1)


@pytest.mark.long
@given(cut_fields(), st.sampled_from(CONNECTIVITIES), st.booleans())
def test_a_tree_of_tasks_changes_nothing(cut, connectivity, negate):
    """Every task at once, in this process; between processes it is tested in test_dask."""
    field, blocks = cut
    written = np.full((2, *field.shape), -7)

    def write(box, basin, arc):
        written[0][box], written[1][box] = basin, arc

    whole = BlockedField(field.__getitem__, blocks, connectivity, negate, volumes=True, write=write)
    found = submit_merge_tree(lambda function, *arguments: function(*arguments), whole)
    expected, parts = segmentation(field, connectivity, negate=negate, periodic=blocks.periodic)
    assert found == expected
    np.testing.assert_array_equal(written[0], parts.basin.reshape(field.shape))
    np.testing.assert_array_equal(written[1], parts.arc.reshape(field.shape))


@pytest.mark.long
@given(cut_fields(), st.sampled_from(CONNECTIVITIES), st.randoms(use_true_random=False))
def test_any_order_of_reduction_gives_the_same_tree(cut, connectivity, random):
    field, blocks = cut
    values = np.where(np.isfinite(field), field, field.dtype.type(np.inf))
    parts, merges = [], []
    for index in range(len(blocks)):
        box = blocks.held(index)
        held = np.ascontiguousarray(blocks.read(values.__getitem__, box))
        order = in_order(held, blocks, box)
        graph = block_graph(held, grid_basins(order, connectivity), blocks, index, connectivity, order)
        left, final = contract(graph) if random.random() < 0.5 else (graph, None)  # a block may be merged as it is
        parts.append(left)
        merges += [final] if final is not None else []
    while len(parts) > 1:
        random.shuffle(parts)
        taken = random.randint(2, min(4, len(parts)))
        left, final = contract(union(parts[:taken]))
        parts[:taken] = [left]
        merges.append(final)
    left, final = contract(parts[0])
    assert not len(left.upper)
    expected = merge_tree(field, connectivity, periodic=blocks.periodic)
    flat = values.reshape(-1)
    greatest = np.flatnonzero(flat == flat.max())[-1:]
    found = grow(
        union([*merges, final]),
        greatest,
        flat[greatest],
        make=MergeTree,
        shape=field.shape,
        connectivity=connectivity,
        negate=False,
        n_nonfinite=expected.n_nonfinite,
        value_range=expected.value_range,
    )
    for name in ("pairs", "roots", "arcs", "arc_branch", "nodes", "node_types", "node_values"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def reduce_with(field, block, sweep, connectivity="face"):
    """Return the pairs when ``sweep(graph)`` stands for :func:`contract`."""
    blocks = Blocks(field.shape, block)
    merges, parts = [], []
    for index in range(len(blocks)):
        held = np.ascontiguousarray(field[blocks.held(index)])
        left, final = sweep(block_graph(held, grid_basins(held, connectivity), blocks, index, connectivity))
        parts.append(left)
        merges.append(final)
    _, final = contract(union(parts))
    merged = union([*merges, final])
    pairs = np.stack([merged.vertex[merged.ends[0]], merged.upper], axis=1)
    return sorted(map(tuple, pairs[pairs[:, 0] != pairs[:, 1]].tolist())), merged


def without_elder_check(graph):
    """The tempting mistake: an edge is final where either side is closed, whichever is younger."""
    order = np.lexsort((graph.upper, graph.level))
    parent = list(range(len(graph.vertex)))
    held = (graph.share < 1).tolist()
    final, rest = [], []

    def find(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for e in order.tolist():
        x, y = (find(int(graph.ends[k, e])) for k in (0, 1))
        if x == y:
            continue
        if held[x] and not held[y]:
            x, y = y, x  # the closed side, though it may be the elder
        parent[x] = y
        (rest if held[x] else final).append((x, y, e))
        held[y] = held[y] or held[x]

    def part(edges):
        e = np.array(edges, dtype=np.int64).reshape(-1, 3).T
        return BasinGraph(
            graph.vertex, graph.value, graph.share, e[:2].astype(np.int32), graph.upper[e[2]], graph.level[e[2]]
        )

    return part(rest), part(final)


def test_the_younger_side_must_be_the_closed_one():
    # Of the two wells in the first block the one at 1 is the elder, and closed; the one at 3 lies in the shared layer.
    field = np.array([9.0, 0.0, 5.0, 1.0, 0.5, 7.0])
    expected = [tuple(p) for p in merge_tree(field, "face").pairs.tolist()]
    assert reduce_with(field, (3,), contract)[0] == expected
    wrong, _ = reduce_with(field, (3,), without_elder_check)
    assert wrong != expected


def test_a_blocks_own_minimum_is_no_minimum_of_the_grid():
    # The slope falls through both blocks: the first ends in the shared layer, at a minimum that is the block's alone.
    field = np.array([5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
    tree = reduced_merge_tree(BlockedField(field.__getitem__, Blocks((6,), (3,)), "face"), Alone())
    assert tree.minima.tolist() == [5]
    assert tree.basin_volume.tolist() == [6]
    _, merged = reduce_with(field, (3,), contract)
    artefacts = merged.vertex[merged.ends[0]] == merged.upper
    assert artefacts.any(), "without the rule that birth and death differ there would be a pair"


@given(st.integers(0, 2**32 - 1), st.sampled_from(CONNECTIVITIES), st.booleans(), st.integers(0, 3))
def test_what_meets_on_the_border_does_so_across_blocks_and_ranks(seed, connectivity, negate, ranks):
    """Fields of few levels, whose border is a few long plateaus that several blocks share."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, [12, 9, 5][rng.integers(3)], size=rng.integers(1, 4)).tolist())
    block = tuple(rng.integers(-(-np.array(shape) // 2), np.add(shape, 1)).tolist())
    blocks = Blocks(shape, block, (0,) if shape[0] >= MIN_PERIOD and seed % 2 else ())
    field = rng.integers(4, size=shape).astype(np.float32)
    cut = BlockedField(field.__getitem__, blocks, connectivity, negate)
    expected = merge_tree(field, connectivity, negate=negate, periodic=blocks.periodic)
    if ranks:
        found, *_ = on_ranks(ranks, lambda group: reduced_merge_tree(cut, group))
    else:
        found = submit_merge_tree(lambda function, *arguments: function(*arguments), cut)
    assert found == expected


def test_two_branches_that_meet_on_the_border_only_around_the_whole_grid():
    field = np.full((12, 12), 9.0)
    field[0], field[-1], field[:, 0], field[:, -1] = 5, 5, 5, 5
    field[1, 3], field[10, 8] = 0, 1  # both beside the border, far from one another
    for turned in (field, field[::-1], field.T):
        for block in ((12, 12), (7, 4), (3, 12)):
            cut = BlockedField(turned.__getitem__, Blocks(field.shape, block), "face")
            tree, *_ = on_ranks(2, lambda group, cut=cut: reduced_merge_tree(cut, group))
            assert len(tree.simplify(1).joins) == len(tree.simplify(1).border_joins) == 1
    field[[0, -1]], field[:, [0, -1]] = 9, 9
    field[1, 1:-1], field[-2, 1:-1], field[1:-1, 1], field[1:-1, -2] = 5, 5, 5, 5  # the same one layer inside
    field[2, 3], field[9, 8] = 0, 1
    tree = reduced_merge_tree(BlockedField(field.__getitem__, Blocks(field.shape, (5, 4)), "face"), Alone())
    assert (len(tree.simplify(1).joins), len(tree.border_joins)) == (1, 0)


@pytest.mark.long
@given(cut_fields(), st.sampled_from(CONNECTIVITIES), st.integers(1, 4))
def test_segmentation_of_blocks_is_that_of_the_whole(cut, connectivity, ranks):
    field, blocks = cut
    _, expected = segmentation(field, connectivity, periodic=blocks.periodic)
    basin, arc = np.full(field.shape, -9), np.full(field.shape, -9)

    def write(box, basins, arcs):
        assert (basin[box] == -9).all(), "each vertex is written once"
        basin[box], arc[box] = basins, arcs

    def work(group):
        return reduced_merge_tree(BlockedField(field.__getitem__, blocks, connectivity, write=write), group)

    on_ranks(ranks, work)
    np.testing.assert_array_equal(basin, expected.basin)
    np.testing.assert_array_equal(arc, expected.arc)


@given(
    st.lists(st.integers(1, 7), min_size=1, max_size=3), st.lists(st.integers(1, 4), min_size=3, max_size=3), st.data()
)
def test_blocks_tile_the_grid_and_hold_every_edge(shape, block, data):
    periodic = tuple(k for k, n in enumerate(shape) if n >= MIN_PERIOD and data.draw(st.booleans()))
    blocks = Blocks(tuple(shape), tuple(block[: len(shape)]), periodic)
    owned, held = np.zeros(shape, int), np.zeros(shape, int)
    vertices = np.arange(np.prod(shape)).reshape(shape)
    for index in range(len(blocks)):
        owned[blocks.owned(index)] += 1
        ids = vertices[blocks.owned(index)].reshape(-1)
        assert (blocks.owner(ids) == index).all()
        box = blocks.held(index)
        places = vertices[np.ix_(*(np.arange(s.start, s.stop) % n for s, n in zip(box, shape, strict=True)))]
        np.add.at(held.reshape(-1), places, 1)
        local = np.arange(np.prod(box_shape(box)))
        np.testing.assert_array_equal(blocks.vertices(box, local), places.reshape(-1))
        np.testing.assert_array_equal(blocks.ids(box), places)
        np.testing.assert_array_equal(blocks.read(vertices.__getitem__, box), places)
    assert (owned == 1).all()
    np.testing.assert_array_equal(held.reshape(-1), blocks.holders(vertices.reshape(-1)))
    for offset in offsets("moore", len(shape)):
        at = data.draw(st.tuples(*(st.integers(0, n - 1) for n in shape)))
        to = tuple(np.add(at, offset))
        if all(0 <= t < n or k in periodic for k, (t, n) in enumerate(zip(to, shape, strict=True))):
            assert any(
                all(
                    any(s.start <= a + turn < s.stop and s.start <= t + turn < s.stop for turn in (-n, 0, n))
                    for s, a, t, n in zip(blocks.held(i), at, to, shape, strict=True)
                )
                for i in range(len(blocks))
            )


@pytest.mark.parametrize(("shape", "block"), [((4, 4), (2,)), ((4,), (0,)), ((4, 0), (2, 2))])
def test_blocks_that_do_not_fit(shape, block):
    with pytest.raises(ValueError, match=r"^blocks do not fit the grid: got blocks of .* expected as many axes"):
        Blocks(shape, block)


def test_another_engine_gives_the_same_tree():
    """An engine may name other basins, as long as a vertex is connected with its basin's minimum at its own level."""
    field = np.random.default_rng(3).standard_normal((20, 22))

    def engine(values, connectivity, threads=1):
        made = grid_basins(values, connectivity, threads)
        return Basins(made.minima, made.label, made.ends[::-1, ::-1].copy(), made.upper[::-1].copy())

    tree = reduced_merge_tree(BlockedField(field.__getitem__, Blocks((20, 22), (7, 9)), engine=engine), Alone())
    assert tree == merge_tree(field, "freudenthal")


def test_a_field_without_a_finite_value_is_refused_on_every_rank():
    field = np.full((6, 6), np.nan)

    def work(group):
        with pytest.raises(ValueError, match=r"^field has no merge tree: got 36 values, none finite"):
            reduced_merge_tree(BlockedField(field.__getitem__, Blocks((6, 6), (3, 3))), group)
        return "refused"

    assert on_ranks(3, work) == ["refused"] * 3


def test_little_travels():
    """Smooth fields send little; the ledger counts what they do send."""
    x, y = np.meshgrid(np.linspace(0, 20, 128), np.linspace(0, 25, 128), indexing="ij")
    field = np.sin(x) * np.cos(y) + 0.01 * x * y

    def work(group):
        ledger = Ledger()
        reduced_merge_tree(BlockedField(field.__getitem__, Blocks((128, 128), (32, 32))), group, ledger)
        return ledger

    ledgers = on_ranks(4, work)
    assert [led.vertices for led in ledgers] == [4096] * 4
    assert [led.messages for led in ledgers] == [0, 2, 2, 2]  # to its partner in the tree, and its merges to the root
    assert sum(led.edges_left for led in ledgers) < sum(led.edges for led in ledgers)
    assert sum(led.bytes_sent for led in ledgers) < field.nbytes / 4


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_over_mpi(tmp_path, ranks):
    pytest.importorskip("mpi4py")
    field = np.random.default_rng(1).integers(0, 50, (40, 33, 9)).astype(np.float32)
    field[3:9, 5:20] = np.nan
    np.save(tmp_path / "field.npy", field)
    done = program(MPI_PROGRAMS / "reduce_field.py", tmp_path, ranks=ranks)
    assert done.returncode == 0, done.stderr
    ledgers = json.loads((tmp_path / "ledgers.json").read_text())
    assert len(ledgers) == ranks
    for file, periodic in (("tree.npz", ()), ("around.npz", (0, 2))):
        expected = merge_tree(field, "moore", volumes=True, periodic=periodic)
        with np.load(tmp_path / file) as data:
            for name, value in expected.to_arrays().items():
                np.testing.assert_array_equal(data[name], value, err_msg=name)


KINDS = product(
    [("noise", "float64", ()), ("noise", "float32", ()), ("smooth", "float64", ())], [(2048, 2048), (512, 1024)], [1, 2]
)


@pytest.mark.parametrize(("kind", "block", "ranks"), [*KINDS, (("noise", "float64", (0, 1)), (512, 2048), 1)], ids=str)
def test_memory_stays_below_what_was_predicted(tmp_path, kind, block, ranks):
    """Resident memory of every rank, read from the kernel, while a field is read from Zarr and reduced."""
    pytest.importorskip("mpi4py")
    kind, dtype, periodic = kind
    shape, chunks, itemsize = (2048, 2048), (256, 256), np.dtype(dtype).itemsize
    field = np.random.default_rng(0).standard_normal(shape)
    if kind == "smooth":
        field = gaussian_filter(field, 8, mode="wrap")
    zarr.create_array(tmp_path / "f.zarr", data=field.astype(dtype), chunks=chunks)
    words = [sys.executable, MPI_PROGRAMS / "peak_memory.py", tmp_path / "f.zarr", *map(str, (*block, *periodic))]
    done = subprocess.run(
        [str(BIN / "mpiexec"), "-n", str(ranks), *words],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    predicted = reduction_bytes(Blocks(shape, block, periodic), itemsize, chunk=prod(chunks), ranks=ranks)
    tree = PER_MINIMUM * found["minima"] if block != shape else 0
    assert len(found["grown"]) == ranks
    assert prod(block) * itemsize <= max(found["grown"]) <= predicted + tree


@pytest.mark.parametrize(
    ("field", "connectivity", "message"),
    [
        (np.zeros((4, 4)), "moor", "unknown connectivity"),
        (np.zeros((1,) * 7), "face", "unsupported number of grid axes: got 7"),
        (np.zeros((4, 4), complex), "face", "field has no order: got dtype complex128"),
        (np.full((4, 4), np.nan), "face", "got 16 values, none finite"),
        (2**60 + np.arange(16).reshape(4, 4), "face", "cannot be ordered exactly: got int64"),
    ],
)
def test_ranks_without_a_block_refuse_too(field, connectivity, message):
    """Three ranks, one block: a rank that waited for one that refused would wait for ever."""
    blocks, refused = Blocks(field.shape, field.shape), []

    def work(group):
        try:
            reduced_merge_tree(BlockedField(field.__getitem__, blocks, connectivity), group)
        except ValueError as error:
            refused.append(str(error))

    on_ranks(3, work)
    assert len(refused) == 3
    assert all(message in text for text in refused), refused


MESSAGES = """
import numpy as np
from landsweep.executors.group import MpiGroup
from mpi4py import MPI

group = MpiGroup(MPI.COMM_SELF)
sent = [np.arange(11), np.array(["a", "bcd"]), np.empty((0, 3)), np.array(2.5), np.arange(12).reshape(3, 4).T]
group.send(sent, 0)
group.send(sent[:1], 0)
for got, expected in zip(group.receive(0), sent, strict=True):
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(got, expected)
assert len(group.receive(0)) == 1
group.close()
"""


@pytest.mark.mpi
def test_messages_arrive_as_they_were_sent():
    """One rank that sends to itself; in a process of its own, as importing MPI initialises it."""
    subprocess.run([sys.executable, "-c", MESSAGES], check=True, timeout=60)
