"""Runs whose trees the Topology ToolKit makes or is compared on: a stand-in for it, which ends its process at will."""

import json
import re

import numpy as np
import pytest
import zarr
from landsweep import open_run
from landsweep.disk.rundir import RunDir
from landsweep.distributed import toolkit
from landsweep.kernels import merge_tree
from landsweep.kernels.geometry.blocks import Blocks, box_shape
from landsweep.kernels.geometry.triangulation import can_do
from ranked import ranked
from support import HELPERS, assert_same_run, copy_of, inside, methods, once, reference_run, sessions

pytest.importorskip("vtkmodules.util.numpy_support", reason="VTK is not installed")
pytestmark = pytest.mark.processes


@pytest.fixture
def run(tmp_path):
    return RunDir(copy_of(reference_run(), tmp_path))


def fake(*words):
    """The environment in which the stand-in does what the words say."""
    return {"PYTHONPATH": str(HELPERS / "toolkit"), "FAKE_TTK": ",".join(words)}


def word(what, run, member, more=0):
    """What the stand-in does on one member: named by the rank of its first vertex, which its process is given."""
    order = np.argsort(field_of(run, member).reshape(-1), kind="stable").tolist()
    return f"{what}:{order.index(0)}/{len(order) + more}"


def field_of(run, member):
    opened = open_run(run.path)
    return opened.dataset.loss.values[opened.plan.members[member].position]


def trees(run):
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in run.path.glob("topology/*.npz")}


def test_a_crash_is_the_members_and_its_old_trees_stay(run):
    before = trees(run)
    done = inside("topology", run.path, "--engine", "ttk", **fake(word("kill", run, 1)))
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert toolkit._kept.__dict__ == {}, "the process ends with the command"
    failures = run.failures()
    assert list(failures) == [("topology", 1)]
    error = json.loads(failures["topology", 1].read_text())["error"]
    assert error.startswith(
        "TTK crashed: its process ended by SIGSEGV while it had 35 vertices; it says: [MergeTree] 35"
    )
    assert error.endswith("use topology.engine: native, which needs no TTK; the trees that it had are kept.")
    after = trees(run)
    assert [after[name] == before[name] for name in sorted(before)] == [False, True, False, False]
    assert_same_run(reference_run(), run.path)
    paragraph = methods(run)
    assert "The Topology ToolKit [tierny2018] of unknown version with VTK 9" in paragraph
    assert "gave the join tree and segmentation of 3 of 3 blocks of 3 of the 4 landscapes" in paragraph
    assert "merging blocks, pairing and volumes are landsweep's." in paragraph
    assert sessions(run.path)[-1]["versions"]["ttk"] == "of unknown version"
    assert "vtk" in sessions(run.path)[-1]["versions"]
    run.engines(2).unlink()  # as if the command had been interrupted before this member; the failed one is not tried
    assert inside("topology", run.path, **fake("kill:*/35")).returncode == 3
    assert list(run.failures()) == [("topology", 1), ("topology", 2)]
    assert trees(run) == after
    done = inside("topology", run.path, "--engine", "native")
    assert done.returncode == 0, done.stderr
    assert [new == after[name] for name, new in sorted(trees(run).items())] == [False, True, True, False]
    assert not run.failures()
    assert not list(run.path.glob("topology/engines-*"))
    assert "ToolKit" not in methods(run)


def test_an_installation_that_does_not_work_leaves_the_run_as_it_was(run):
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    for words, text in [
        ("missing", "the Topology ToolKit cannot be imported on "),
        ("import", "TTK crashed: its process ended by SIGSEGV while it was imported"),
    ]:
        done = inside("topology", run.path, "--engine", "ttk", "--connectivity", "freudenthal", **fake(words))
        assert done.returncode == 2
        assert done.stderr.startswith(f"landsweep: topology.engine is ttk, but {text}")
        assert done.stderr.count("\n") == 1
        assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before


def test_a_line_says_where_the_toolkit_has_nothing_to_do(run):
    done = inside("topology", run.path, "--engine", "both", "--connectivity", "moore", **fake())
    assert done.returncode == 0, done.stderr
    assert (
        "topology.engine is both, but of moore on a grid of 7 x 5 TTK makes no trees, so all are the native engine's: "
        "it makes those of freudenthal in 2-D and 3-D (topology.connectivity=freudenthal) and of knn."
    ) in " ".join(done.stderr.split())
    done = inside("topology", run.path, "--connectivity", "freudenthal", **fake())
    assert "makes no trees" not in done.stderr
    assert "the merges of 4 of 4 blocks of 4 of the 4 landscapes" in methods(run)


@pytest.fixture
def rough(tmp_path):
    """A run whose landscapes are noise: on smooth ones the diagonal of the cells makes no difference."""

    def make(folder):
        path = copy_of(reference_run(), folder)
        array = zarr.open_group(path / "landscape.zarr", mode="r+")["loss"]
        array[...] = np.random.default_rng(0).permutation(array.size).reshape(array.shape)
        assert inside("topology", path, "--redo").returncode == 0

    return RunDir(copy_of(once("rough", make) / "run", tmp_path))


def native(values):
    """Where each minimum ends, -1 where it does not."""
    tree = merge_tree(values, "freudenthal")
    return dict.fromkeys(tree.minima.tolist(), -1) | dict(tree.pairs.tolist())


def mirrored(values):
    """The same by a tree of the other diagonal, which the stand-in makes if it is told to."""
    at = [*np.arange(values.size).reshape(values.shape)[:, ::-1].reshape(-1).tolist(), -1]
    return {at[m]: at[s] for m, s in native(values[:, ::-1]).items()}


def wrong(values):
    """The minima that end elsewhere, the lowest merge first."""
    ours, theirs, flat = native(values), mirrored(values), values.reshape(-1)
    found = [m for m in {*ours, *theirs} if ours.get(m, -2) != theirs.get(m, -2)]
    return sorted(found, key=lambda m: min(flat[e] for e in (ours.get(m, -1), theirs.get(m, -1)) if e >= 0))


def test_both_keep_the_native_trees_and_say_where_they_differ(rough):
    run = rough
    before = {name: content for name, (_, content) in trees(run).items()}
    done = inside("topology", run.path, "--engine", "both", **fake(word("other", run, 2), word("kill", run, 1)))
    assert done.returncode == 0, done.stderr
    assert {name: content for name, (_, content) in trees(run).items()} == before
    field = field_of(run, 2)
    differ = wrong(field)
    notes = [line for line in done.stdout.splitlines() if line.startswith("  note: engines of member")]
    assert len(notes) == 2
    assert (
        "member 1 (beta=1.0, seed=0, subspace=random, direction_seed=1), freudenthal: TTK failed on 1 of 1 block: "
        in notes[0]
    )
    assert (
        f"freudenthal: {len(differ)} merges in 1 of 1 block differ: the minimum at {point(field, differ[0])} "
        in notes[1]
    )
    said = [
        {-1: "does not end", -2: "is none"}.get(end) or f"ends at {point(field, end)}"
        for end in (ends(field).get(differ[0], -2) for ends in (native, mirrored))
    ]
    assert notes[1].endswith(f"{said[0]} by native and {said[1]} by TTK.")
    status = inside("status", run.path)
    assert [line.partition("note: ")[2] for line in status.stdout.splitlines() if "note: " in line] == [
        note.partition("note: ")[2] for note in notes
    ]
    assert "computed by the Topology ToolKit [tierny2018] of unknown version with VTK" in methods(run)
    assert "too: those of 2 of these blocks are the same." in methods(run)


def point(field, vertex):
    at = tuple(int(i) for i in np.unravel_index(vertex, field.shape))
    return f"{at} (level {field.reshape(-1)[vertex]:.6g})"


@pytest.mark.parametrize("ranks", [0, 2])
def test_both_compare_block_by_block(rough, ranks):
    run = rough
    before = {name: content for name, (_, content) in trees(run).items()}
    blocks = Blocks.of((7, 5), 9)
    held = [blocks.held(index) for index in range(len(blocks))]
    sizes = {int(np.prod(box_shape(box))) for box in held}
    assert 30 not in sizes, "the field on which the installation is tried must not be among them"
    words = [f"other:*/{size}" for size in sizes]
    done = ranked(*("topology", run.path, "--engine", "both", "--set", "topology.block=9"), ranks=ranks, **fake(*words))
    assert done.returncode == 0, done.stderr
    assert {name: content for name, (_, content) in trees(run).items()} == before
    for member in range(4):
        field = field_of(run, member)
        parts = [(i, field[box]) for i, box in enumerate(held) if can_do(box_shape(box), "freudenthal")]
        differ = {i: len(wrong(np.ascontiguousarray(part))) for i, part in parts}
        first = next(i for i, count in differ.items() if count)
        found = json.loads(run.engines(member).read_text())["trees"]["freudenthal"]
        assert (found["blocks"], found["asked"]) == (len(blocks), len(parts))
        # Equal merges do not make equal segmentations, which are refused where blocks are joined.
        stray = re.search(r"; TTK failed on (\d+) of \d+ blocks: TTK gave another field's segmentation", found["text"])
        count = sum(not count for count in differ.values())
        assert found["same"] == count - (int(stray[1]) if stray else 0)
        where = f"{len(parts) - count} of {len(parts)} blocks differ: block {first}, the minimum at "
        assert found["text"].startswith(f"{sum(differ.values())} merges in {where}")


def test_every_rank_learns_of_a_failure_of_the_root(run):
    """knn is the root's alone: the others waited for it at the next tree for ever."""
    done = ranked(
        *("topology", run.path, "--engine", "ttk", "--set", "topology.block=9"),
        *("--connectivity", "knn", "--connectivity", "freudenthal"),
        ranks=2,
        **fake(word("kill", run, 1, more=2)),
    )
    assert done.returncode == 3, done.stderr
    assert list(run.failures()) == [("topology", 1)]
    assert "by SIGSEGV while it had 37 vertices" in run.failure("topology", 1).read_text()
    assert len(trees(run)) == 3
    found = json.loads(run.engines(0).read_text())
    assert found["trees"]["knn"] == {"blocks": 1, "asked": 1}
    assert 1 < found["trees"]["freudenthal"]["asked"] < found["trees"]["freudenthal"]["blocks"]
    tree = open_run(run.path).merge_tree("freudenthal", beta=2.0, direction_seed=0)
    assert tree.pairs.tolist() == merge_tree(field_of(run, 2), "freudenthal").pairs.tolist()
