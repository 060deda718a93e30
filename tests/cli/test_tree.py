"""``landsweep tree``: the merge tree of any array in a file."""

import gc
import os
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import zarr
from landsweep.kernels import MergeTree, graph_merge_tree, merge_tree
from landsweep.kernels.geometry.graphs import grid_edges
from ranked import ranked
from support import HELPERS, environment, inside, landsweep


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fields")
    field = np.random.default_rng(0).standard_normal((30, 41)).astype(np.float32)
    field[3, 4] = np.nan
    np.save(folder / "field.npy", field)
    np.savez(folder / "one.npz", field=field)
    np.savez(folder / "two.npz", field=field, more=field[:5])
    zarr.save_array(folder / "field.zarr", field)
    group = zarr.open_group(folder / "group.zarr", mode="w")
    group.create_array("loss", data=field)
    group.create_array("scalar", data=np.array(1.0))
    zarr.open_group(folder / "nested.zarr", mode="w").create_group("sub").create_array("loss", data=field)
    np.save(folder / "complex.npy", field.astype(complex))
    np.save(folder / "nan.npy", np.full((3, 3), np.nan))
    np.save(folder / "empty.npy", np.zeros((0, 3)))
    np.save(folder / "objects.npy", np.array([{}]), allow_pickle=True)
    np.save(folder / "seven.npy", np.zeros((2,) * 7))
    np.save(folder / "scalar.npy", np.array(3.0))
    np.save(folder / "big.npy", 2**53 + np.array([0, 1, 0, 3, 1]))
    (folder / "hollow.npy").touch()
    (folder / "cut.npz").write_bytes((folder / "two.npz").read_bytes()[:1000])
    (folder / "broken.zarr").mkdir()
    (folder / "broken.zarr" / "zarr.json").write_text("{")
    np.savez(folder / "none.npz")
    (folder / "text.npy").write_text("no array")
    (folder / "field.csv").write_text("1,2")
    return folder


@pytest.mark.parametrize("ranks", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["field.npy", "one.npz", "field.zarr", "group.zarr"])
def test_every_kind_of_file(folder, tmp_path, name, ranks):
    out = tmp_path / "tree.npz"
    done = ranked("tree", folder / name, "--block", "200", "--out", out, "--negate", ranks=ranks)
    assert done.returncode == 0, done.stderr
    with np.load(out) as data:
        found = MergeTree.from_arrays(data)
    assert found == merge_tree(np.load(folder / "field.npy"), negate=True, volumes=True)
    lines = done.stdout.splitlines()
    assert "30 x 41 float32 (4.9 kB), freudenthal, 8 blocks" in lines[0]
    assert lines[1].endswith("1 not finite")
    assert lines[2].startswith(f"{len(found.minima)} maxima, {len(found.saddles)} saddles, {len(found.pairs)} pairs")
    assert lines[3].split() == ["persistence", "birth", "death", "maximum", "->", "saddle"]
    best = np.argmax(np.where(np.isfinite(found.lifetimes), found.lifetimes, np.inf))
    minimum, saddle = (tuple(int(i) for i in np.unravel_index(v, (30, 41))) for v in found.pairs[best])
    assert lines[4].endswith(f"{minimum} -> {saddle}")
    assert lines[-2] == f"... and {len(found.pairs) - 10} more (--top)"


@pytest.mark.mpi
def test_damaged_chunks_are_no_traceback(tmp_path):
    stored = zarr.create_array(tmp_path / "f.zarr", shape=(20, 20), chunks=(10, 10), dtype="f8")
    stored[:] = np.random.default_rng(0).standard_normal((20, 20))
    chunk = tmp_path / "f.zarr" / "c" / "1" / "1"
    chunk.write_bytes(chunk.read_bytes()[:40])
    for run in (inside, partial(landsweep, ranks=2)):  # the rank that reads it ends the others
        done = run("tree", tmp_path / "f.zarr", "--block", "100")
        assert done.returncode == 2, done.stderr
        assert "f.zarr cannot be read" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.processes
@pytest.mark.parametrize("name", ["NUMBA_CACHE_DIR", "HOME"])
def test_where_no_cache_can_be_written(folder, tmp_path, name):
    """As in a container: neither the code's folder nor the home can be written to."""
    program = (
        "import os; os.access = lambda path, mode: False\n"
        "import landsweep.kernels; print(os.environ['NUMBA_CACHE_DIR'])"
    )
    env = environment(**{name: str(tmp_path / "here"), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": "/nowhere"})
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    own = tmp_path / f"landsweep-{os.getuid()}"
    assert done.stdout.strip() == str(own if name == "HOME" else tmp_path / "here")
    if name == "HOME":
        assert own.stat().st_mode & 0o777 == 0o700


def test_one_of_everything(tmp_path):
    np.save(tmp_path / "v.npy", np.array([0.0, 2.0, 1.0, -0.0 + 3.0]))
    done = inside("tree", tmp_path / "v.npy")
    assert "\n2 minima, 1 saddle, 1 pair\n" in done.stdout
    assert "-0" not in inside("tree", tmp_path / "v.npy", "--negate").stdout.replace("-> ", "")


def test_a_suffix_in_upper_case(tmp_path):
    with (tmp_path / "FIELD.NPY").open("wb") as file:
        np.save(file, np.array([0.0, 2.0, 1.0]))
    done = inside("tree", tmp_path / "FIELD.NPY")
    assert "\n2 minima, 1 saddle, 1 pair\n" in done.stdout


def test_options(folder):
    done = inside("tree", folder / "nested.zarr", "--array", "sub/loss")
    assert "nested.zarr:sub/loss: 30 x 41 float32" in done.stdout
    done = inside("tree", folder / "nested.zarr", "--connectivity", "knn", "--k", "4", "--mutual", "--block", "100")
    values = np.load(folder / "field.npy").reshape(-1)
    minima = graph_merge_tree(values, grid_edges("knn", (30, 41), k=4, mutual=True)).minima
    assert "knn, 1 block\nvalues" in done.stdout
    assert f"\n{len(minima)} minima, " in done.stdout
    done = inside("tree", folder / "two.npz", "--array", "more", "--connectivity", "knn", "--top", "0")
    assert done.returncode == 0, done.stderr
    assert "two.npz:more: 5 x 41 float32 (820 B), knn, 1 block\n" in done.stdout
    done = inside("tree", folder / "field.npy", "--min-persistence", "2.5", "--threads", "2", "--top", "100")
    assert done.returncode == 0, done.stderr
    tree = merge_tree(np.load(folder / "field.npy")).simplify(2.5)
    assert f"{len(tree.pairs)} pairs of persistence >= 2.5" in done.stdout
    assert done.stdout.count("->") == len(tree.pairs) + 1 > 3


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # NumPy leaves a file open that is no archive
@pytest.mark.parametrize("ranks", [0, 2])
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["none.npy"], "does not exist, expected an .npy, .npz or .zarr file."),
        (["field.csv"], "is of no known kind, expected an .npy, .npz or .zarr file."),
        (["text.npy"], "cannot be read"),
        (["objects.npy"], "cannot be read"),
        (["two.npz"], "holds field, more and no --array was given: name one with --array."),
        (["two.npz", "--array", "fild"], "it has no array 'fild': name one with --array"),
        (["group.zarr", "--array", "acc"], "holds loss and it has no array 'acc'"),
        (["complex.npy"], "complex.npy: field has no order: got dtype complex128, expected real numbers."),
        (["nan.npy"], "nan.npy: field has no merge tree: got 9 values, none finite, expected a finite value."),
        (["empty.npy"], "got shape (0, 3), expected at least one vertex."),
        (["seven.npy"], "unsupported number of grid axes: got 7, expected 1 to 6."),
        (["field.npy", "--connectivity", "fase"], "--connectivity is 'fase', expected one of face, freudenthal, moore"),
        (["scalar.npy"], "got a single value, expected an array of 1 to 6 axes."),
        (["big.npy"], "big.npy: field cannot be ordered exactly: got int64 values that float64 rounds, expected"),
        (["hollow.npy"], "hollow.npy cannot be read"),
        (["cut.npz"], "cut.npz cannot be read"),
        (["broken.zarr"], "broken.zarr cannot be read"),
        (["none.npz"], "holds no array of numbers, expected at least one."),
        (["field.npy", "--array", "x"], "--array is 'x', but"),
        (["field.npy", "--out", "field.npy"], "--out field.npy would overwrite the field"),
        (["group.zarr", "--array", "loss", "--out", "group.zarr/tree.npz"], "would overwrite the field"),
        (["field.npy", "--out", "."], "--out is '.', expected the name of an .npz file."),
        (["field.npy", "--out", "tree.txt"], "--out is 'tree.txt', expected the name of an .npz file."),
        (["field.npy", "--connectivity", "knn", "--k", "1230"], "--k is 1230, expected fewer than the field's 1230"),
        (["field.npy", "--engine", "gpu"], "--engine is 'gpu', expected native, ttk, both or auto."),
    ],
)
def test_wrong_input_is_one_sentence(folder, arguments, text, ranks):
    before = (folder / "field.npy").read_bytes()
    done = ranked("tree", *arguments, ranks=ranks, cwd=folder)
    assert done.returncode == 2, done.stderr
    assert (folder / "field.npy").read_bytes() == before
    assert text in done.stderr
    assert done.stderr.count("landsweep: ") == 1
    assert "Traceback" not in done.stderr
    if arguments[0] == "cut.npz":
        gc.collect()  # while the warning is let pass


def test_more_simplices_than_ttk_numbers_are_refused_before_anything_is_read(tmp_path):
    np.lib.format.open_memmap(
        tmp_path / "large.npy", mode="w+", dtype=np.float32, shape=(600, 600, 600)
    )  # a sparse file
    done = inside("tree", "large.npy", "--engine", "both", "--block", "1000000000", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "landsweep: topology.engine is both, but a block of 600 x 600 x 600 points has 2,581,214,394 triangles, "
        "expected at most 2,147,483,647, which TTK numbers in 32 bits: use the engine native, or blocks of at most "
        "134,217,728 points.\n"
    )


@pytest.mark.processes
@pytest.mark.parametrize("ranks", [0, 2])
def test_ttk_and_both(tmp_path, ranks):
    """By a stand-in for the toolkit, in processes of their own."""
    pytest.importorskip("vtkmodules.util.numpy_support", reason="VTK is not installed")
    field = np.random.default_rng(1).standard_normal((12, 9)).round(1)
    np.save(tmp_path / "field.npy", field)

    def tree(*words, fake=""):
        return ranked(
            *("tree", "field.npy", *words),
            ranks=ranks,
            cwd=tmp_path,
            PYTHONPATH=str(HELPERS / "toolkit"),
            FAKE_TTK=fake,
        )

    plain = tree().stdout
    assert tree("--engine", "ttk").stdout == plain
    blocks = 2 if ranks else 1
    same = f"compared with TTK: the merges of {blocks} of {blocks} block{'s' * (blocks > 1)} are the same\n"
    assert tree("--engine", "both").stdout == plain + same
    assert tree("--engine", "both", "--connectivity", "face").stdout.endswith(
        "compared with TTK: nothing, as it makes no such trees\n"
    )
    done = tree("--engine", "both", "--negate", fake="other:*/108,other:*/63,other:*/54")
    assert done.returncode == 0
    assert done.stdout.startswith(tree("--negate").stdout)
    assert re.search(
        rf"^compared with TTK: \d+ merges in {blocks} of {blocks} blocks? differ: .* by TTK", done.stdout, re.M
    )
    level = re.search(r"the minimum at \((\d+), (\d+)\) \(level ([-.\d]+)\)", done.stdout)
    assert field[int(level[1]), int(level[2])] == float(level[3])
    for connectivity, fake, count in (
        ("freudenthal", "kill:*/108,kill:*/63,kill:*/54", "(108|63|54)"),
        ("knn", "abort:*/110", "110"),
    ):
        done = tree("--engine", "ttk", "--connectivity", connectivity, fake=fake)
        assert done.returncode == 2
        assert re.fullmatch(
            rf"landsweep: field.npy: TTK crashed: its process ended by SIG\w+ while it had {count} vertices; it "
            "says: .*, expected a merge tree: use topology.engine: native, which needs no TTK.\n",
            done.stderr,
        ), done.stderr
