"""``landsweep tree``: the merge tree of any array in a file."""

import numpy as np
import pytest
import zarr
from landsweep.kernels import merge_tree
from landsweep.kernels.tree import MergeTree
from support import landsweep


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
    np.save(folder / "complex.npy", field.astype(complex))
    np.save(folder / "nan.npy", np.full((3, 3), np.nan))
    np.save(folder / "empty.npy", np.zeros((0, 3)))
    np.save(folder / "objects.npy", np.array([{}]), allow_pickle=True)
    np.save(folder / "seven.npy", np.zeros((2,) * 7))
    (folder / "text.npy").write_text("no array")
    (folder / "field.csv").write_text("1,2")
    return folder


@pytest.mark.parametrize("ranks", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["field.npy", "one.npz", "field.zarr", "group.zarr"])
def test_every_kind_of_file(folder, tmp_path, name, ranks):
    out = tmp_path / "tree.npz"
    done = landsweep("tree", folder / name, "--block", "200", "--out", out, "--negate", ranks=ranks)
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


def test_options(folder):
    done = landsweep("tree", folder / "two.npz", "--array", "more", "--connectivity", "knn", "--top", "0")
    assert done.returncode == 0, done.stderr
    assert "two.npz:more: 5 x 41 float32 (820 B), knn, 1 block\n" in done.stdout
    done = landsweep("tree", folder / "field.npy", "--min-persistence", "2.5", "--threads", "2", "--top", "100")
    assert done.returncode == 0, done.stderr
    tree = merge_tree(np.load(folder / "field.npy")).simplify(2.5)
    assert f"{len(tree.pairs)} pairs of persistence >= 2.5" in done.stdout
    assert done.stdout.count("->") == len(tree.pairs) + 1 > 3


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
        (["field.npy", "--engine", "gpu"], "--engine is 'gpu', expected native, ttk or auto."),
    ],
)
def test_wrong_input_is_one_sentence(folder, arguments, text, ranks):
    done = landsweep("tree", folder / arguments[0], *arguments[1:], ranks=ranks)
    assert done.returncode == 2, done.stderr
    assert text in done.stderr
    assert done.stderr.count("landsweep: ") == 1
    assert "Traceback" not in done.stderr
