"""``landsweep tree``: the merge tree of any array in a file."""

import gc
import os
import re
import subprocess
import sys
import warnings
from functools import partial

import numpy as np
import pytest
import xarray as xr
import zarr
from landsweep.kernels import MergeTree, graph_merge_tree, merge_tree
from landsweep.kernels.geometry.graphs import grid_edges
from landsweep.kernels.topology.metrics import topology_metrics
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
    np.save(folder / "flat.npy", np.zeros((3, 2)))
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
    assert "30 x 41 float32 (4.9 kB), moore, 8 blocks" in lines[0]
    assert lines[1].endswith("1 not finite")
    assert lines[2].startswith(f"{len(found.minima)} maxima, {len(found.saddles)} saddles, {len(found.pairs)} pairs")
    assert lines[3].split() == ["persistence", "birth", "death", "maximum", "->", "saddle"]
    best = np.argmax(np.where(np.isfinite(found.lifetimes), found.lifetimes, np.inf))
    minimum, saddle = (tuple(int(i) for i in np.unravel_index(v, (30, 41))) for v in found.pairs[best])
    assert lines[4].endswith(f"{minimum} -> {saddle}")
    assert lines[-2] == f"... and {len(found.pairs) - 10} more (--top)"


@pytest.mark.parametrize("ranks", [0, 1, 2, 3])
def test_periodic_axes(folder, tmp_path, ranks):
    out = tmp_path / "tree.npz"
    options = ["--block", "200", "--out", out, "--periodic", "1", "--periodic", "-2"]
    done = ranked("tree", folder / "field.npy", *options, ranks=ranks)
    assert done.returncode == 0, done.stderr
    with np.load(out) as data:
        found = MergeTree.from_arrays(data)
    assert found == merge_tree(np.load(folder / "field.npy"), volumes=True, periodic=True)
    assert "30 x 41 float32 (4.9 kB), moore, periodic along 0, 1, 8 blocks\n" in done.stdout
    assert len(found.pairs) < len(merge_tree(np.load(folder / "field.npy")).pairs)
    assert "repeats" not in done.stdout


def test_a_period_that_holds_its_first_layer_twice_is_told(tmp_path):
    angle = np.linspace(0, 2 * np.pi, 41)
    field = np.sin(3 * angle)[:, None] + np.cos(np.linspace(0, 2 * np.pi, 30, endpoint=False))
    np.save(tmp_path / "v.npy", field)
    np.save(tmp_path / "w.npy", field[:-1])
    told = [inside("tree", tmp_path / name, "--periodic", "all").stdout for name in ("v.npy", "w.npy")]
    assert told[0].endswith(
        "along axis 0 the last layer repeats the first: if both are the same points of the period, leave the last one "
        "out, as volumes count them twice (births and deaths do not change)\n"
    )
    assert "along axis" not in told[1]
    assert "\n3 minima, 2 saddles, 2 pairs\n" in told[1]


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
        (["none.npy"], "does not exist, expected an .npy, .npz, .zarr, .nc (NetCDF) or .vti (VTK image) file."),
        (["field.csv"], "is of no known kind, expected an .npy, .npz, .zarr, .nc (NetCDF) or .vti (VTK image)"),
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
        (["field.npy", "--periodic", "x"], "--periodic is 'x', expected the number of an axis from 0 to 1, or all."),
        (["field.npy", "--periodic", "2"], "--periodic: no such periodic axis: got 2, expected 0 to 1."),
        (
            ["two.npz", "--array", "more", "--periodic", "all", "--connectivity", "knn"],
            "--connectivity has knn, whose neighbours are looked for inside the grid alone, expected face, freudenthal",
        ),
        (
            ["field.npy", "--periodic", "0", "--engine", "ttk"],
            "--engine is ttk, which knows no periodic axes here, expected native with --periodic.",
        ),
        (
            ["flat.npy", "--periodic", "all"],
            "--periodic: axis 1 cannot be periodic: got 2 points along it, expected at",
        ),
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


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A field as xarray packs it: int16 with scale, offset and a mask, and float32 with -9999 where it is missing."""
    folder = tmp_path_factory.mktemp("packed")
    codes = np.random.default_rng(3).integers(-3000, 3000, (20, 31)).astype(np.int16)
    codes[2:5, 3:9] = -32768
    attributes = {"scale_factor": 0.01, "add_offset": 5.0, "_FillValue": np.int16(-32768)}
    field = np.where(codes == -32768, -9999, codes * 0.01 + 5).astype(np.float32)
    dataset = xr.Dataset(
        {
            "sst": (("y", "x"), codes, attributes),
            "depth": (("y", "x"), field, {"_FillValue": np.float32(-9999)}),
        },
        coords={"x": np.arange(31.0)},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for zarr_format in (2, 3):
            dataset.to_zarr(
                folder / f"{zarr_format}.zarr", zarr_format=zarr_format, encoding={"sst": {"chunks": (7, 9)}}
            )
    dataset.to_netcdf(folder / "f.nc", engine="scipy", format="NETCDF3_CLASSIC")
    np.save(folder / "codes.npy", codes)
    return folder


@pytest.mark.parametrize("ranks", [0, 1, 3])
@pytest.mark.parametrize("name", ["2.zarr", "3.zarr", "f.nc"])
@pytest.mark.parametrize("array", ["sst", "depth"])
def test_packed_fields_are_what_xarray_decodes(packed, tmp_path, name, array, ranks):
    out = tmp_path / "tree.npz"
    done = ranked("tree", packed / name, "--array", array, "--block", "100", "--out", out, ranks=ranks)
    assert done.returncode == 0, done.stderr
    options = {} if name == "f.nc" else {"engine": "zarr", "consolidated": False}
    with xr.open_dataset(packed / name, **options) as opened:
        field = opened[array].values
    with np.load(out) as data:
        assert MergeTree.from_arrays(data) == merge_tree(field, volumes=True)
    lines = done.stdout.splitlines()
    said = (
        "value = 0.01 * code + 5.0; _FillValue -32768 counts as not finite"
        if array == "sst"
        else "_FillValue -9999.0 counts"
    )
    assert any(line.startswith(said) for line in lines[1:3]), done.stdout
    assert f"values {np.nanmin(field):.6g} to {np.nanmax(field):.6g}, 18 not finite" in lines


def test_masked_points_are_neither_minima_nor_maxima(packed):
    for direction in ([], ["--negate"]):
        done = inside("tree", packed / "3.zarr", "--array", "depth", *direction, "--top", "1000")
        assert done.returncode == 0, done.stderr
        assert "-9999 " not in done.stdout
        assert "18 not finite" in done.stdout


def test_numbers_as_they_are_stored(packed):
    raw = inside("tree", packed / "3.zarr", "--array", "sst", "--raw")
    assert "\nvalues -32768 to 29" in raw.stdout
    assert "value =" not in raw.stdout
    masked = inside("tree", packed / "3.zarr", "--array", "sst", "--raw", "--fill-value", "-32768")
    assert "\n--fill-value -32768 counts as not finite\n" in masked.stdout
    plain = inside("tree", packed / "codes.npy", "--fill-value", "-32768")
    assert plain.stdout.partition("\n")[2] == masked.stdout.partition("\n")[2]
    assert ", 18 not finite" in plain.stdout


def test_what_may_stand_for_missing_points_is_named(tmp_path):
    values = np.random.default_rng(0).standard_normal((9, 9)).astype(np.float32)
    stored = zarr.create_array(tmp_path / "f.zarr", shape=(9, 9), chunks=(3, 3), dtype="f4", fill_value=-9999)
    stored[:6] = values[:6]
    done = inside("tree", tmp_path / "f.zarr")
    assert (
        "note: the lowest value -9999 is Zarr's fill_value: add --fill-value -9999.0 if it is no value" in done.stdout
    )
    assert "\nnote: 3 of 9 chunks are not stored: their points hold -9999.0\n" in done.stdout
    done = inside("tree", tmp_path / "f.zarr", "--fill-value", "-9999.0")
    assert "lowest" not in done.stdout
    assert ", 27 not finite" in done.stdout


@pytest.mark.parametrize("more", [{}, {"shards": (8, 8)}])
def test_chunks_that_are_lost_are_named(tmp_path, more):
    stored = zarr.create_array(tmp_path / "f.zarr", shape=(16, 16), chunks=(4, 4), dtype="i2", **more)
    stored[:] = np.arange(1, 257).reshape(16, 16)
    assert "note" not in inside("tree", tmp_path / "f.zarr").stdout
    (tmp_path / "f.zarr" / "c" / "1" / "1").unlink()
    done = inside("tree", tmp_path / "f.zarr")
    assert f"\nnote: {4 if more else 1} of 16 chunks are not stored: their points hold 0\n" in done.stdout


@pytest.mark.parametrize("ranks", [0, 2])
def test_fill_values_that_cannot_be_are_one_sentence(packed, ranks):
    done = ranked("tree", packed / "codes.npy", "--fill-value", "0.5", ranks=ranks)
    assert done.returncode == 2
    assert "--fill-value is 0.5, expected a whole number from -32768 to 32767" in done.stderr
    assert done.stderr.count("landsweep: ") == 1


def test_plateaus_count_once_and_stay_in_the_tree(tmp_path):
    np.save(tmp_path / "p.npy", field := np.array([[1.0, 2, 1], [1, 1, 1]]))
    done = inside("tree", tmp_path / "p.npy", "--connectivity", "face", "--out", tmp_path / "tree.npz")
    assert "\n1 minimum, 0 saddles, 0 pairs\n1 more pair of persistence 0, on plateaus\n" in done.stdout
    with np.load(tmp_path / "tree.npz") as data:
        assert MergeTree.from_arrays(data).lifetimes.tolist() == [0]
    np.save(tmp_path / "q.npy", field[::-1])  # upside down it was one minimum before
    done = inside("tree", tmp_path / "q.npy", "--connectivity", "face")
    assert "\n1 minimum, 0 saddles, 0 pairs\n" in done.stdout
    assert "persistence" not in done.stdout


def test_saddles_on_the_border_do_not_depend_on_the_orientation(tmp_path):
    field, found = np.random.default_rng(5).integers(6, size=(14, 17)).astype(float), []
    for axes, block in (((), "238"), ((0,), "238"), ((1,), "238"), ((0, 1), "80")):
        np.save(tmp_path / "field.npy", np.flip(field, axes))
        options = ("--connectivity", "face", "--block", block, "--min-persistence", "2", "--out", tmp_path / "t.npz")
        assert inside("tree", tmp_path / "field.npy", *options).returncode == 0
        with np.load(tmp_path / "t.npz") as data:
            metrics = topology_metrics(MergeTree.from_arrays(data))
        found.append((metrics["n_saddles_boundary"], metrics["n_saddles_interior"]))
    assert len(set(found)) == 1, found
    assert min(found[0]) > 0


def test_a_threshold_is_a_difference_or_a_share_of_the_range(tmp_path):
    np.save(tmp_path / "v.npy", np.array([0.0, 2, 1, 10, 3]))
    told = {
        part: inside("tree", tmp_path / "v.npy", "--min-persistence", part).stdout
        for part in ("1", "10%", "1.5", "15 %")
    }
    assert "\n3 minima, 2 saddles, 2 pairs of persistence >= 1\n" in told["1"]
    assert "\n3 minima, 2 saddles, 2 pairs of persistence >= 1 (10 % of the range)\n" in told["10%"]
    assert "\n2 minima, 1 saddle, 1 pair of persistence >= 1.5\n" in told["1.5"]
    assert "\n2 minima, 1 saddle, 1 pair of persistence >= 1.5 (15 % of the range)\n" in told["15 %"]
    for wrong in ("-1", "nan", "much", "101%"):
        done = inside("tree", tmp_path / "v.npy", f"--min-persistence={wrong}")
        assert done.returncode == 2
        assert done.stderr == (
            f"landsweep: --min-persistence is {wrong!r}, expected a difference of at least 0, such as 0.2, or a share "
            "of the range of the values, such as 1%.\n"
        )


def test_components_are_told(tmp_path):
    np.save(tmp_path / "v.npy", np.arange(40.0))
    found = graph_merge_tree(np.arange(40.0), grid_edges("knn", (40,), k=1, mutual=True))
    done = inside("tree", tmp_path / "v.npy", "--connectivity", "knn", "--k", "1", "--mutual")
    assert len(found.roots) > 1
    assert f"\n{len(found.roots)} connected components: each has a minimum that no saddle joins" in done.stdout


def test_more_simplices_than_ttk_numbers_are_refused_before_anything_is_read(tmp_path):
    np.lib.format.open_memmap(
        tmp_path / "large.npy", mode="w+", dtype=np.float32, shape=(600, 600, 600)
    )  # a sparse file
    done = inside("tree", "large.npy", "--engine", "both", "--block", "1000000000", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "landsweep: --engine is both, but a block of 600 x 600 x 600 points has 2,581,214,394 triangles, "
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

    plain = tree("--connectivity", "freudenthal").stdout
    assert "(864 B), freudenthal, " in plain
    assert "(864 B), moore, " in tree().stdout
    assert tree("--engine", "ttk").stdout == plain  # no other connectivity can be meant
    blocks = 2 if ranks else 1
    same = f"compared with TTK: the merges of {blocks} of {blocks} block{'s' * (blocks > 1)} are the same\n"
    assert tree("--engine", "both").stdout == plain + same
    assert tree("--engine", "both", "--connectivity", "face").stdout.endswith(
        "compared with TTK: nothing, as it makes no such trees\n"
    )
    done = tree("--engine", "both", "--negate", fake="other:*/108,other:*/63,other:*/54")
    assert done.returncode == 0
    assert done.stdout.startswith(tree("--negate", "--connectivity", "freudenthal").stdout)
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
            "says: .*, expected a merge tree: use --engine native, which needs no TTK.\n",
            done.stderr,
        ), done.stderr


def test_a_folder_that_is_not_there_is_refused_and_not_made(tmp_path):
    np.save(tmp_path / "v.npy", np.array([0.0, 1.0, 0.5]))
    out = tmp_path / "no" / "t.npz"
    done = inside("tree", tmp_path / "v.npy", "--out", out)
    said = f"--out is {out}, but {out.parent} is no folder, expected one that exists: make it first."
    assert (done.returncode, done.stderr) == (2, f"landsweep: {said}\n")
    assert not out.parent.exists()
