"""``landsweep export``, and back: every bit of a landscape in the formats of other tools."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from landsweep import open_run
from landsweep.disk.trees import find_resolved
from landsweep.exchange.opening import open_landscape
from landsweep.exchange.vtkxml import write_image
from landsweep.kernels import merge_tree
from landsweep.kernels.topology.nodes import ROOT
from resolving import two_himmelblaus
from support import DATA, copy_of, inside, once, reference_run

pytest.importorskip("h5netcdf")
QUIET = ("--set", "report.figures=false", "--set", "report.page=false")


def field(*axes):
    """No symmetry: which axis is which shows."""
    mesh = np.meshgrid(*axes, indexing="ij")
    return sum((k + 1) * np.sin((5 + k) * a + k) for k, a in enumerate(mesh)) + np.prod(mesh, axis=0)


def run_of(name, values, axes):
    """A run of a landscape, imported once for all tests."""
    dims = [f"alpha_{k}" for k in range(values.ndim)]
    dataset = xr.Dataset({"loss": (dims, values), "acc": (dims, 1 - values)}, dict(zip(dims, axes, strict=True)))

    def make(folder):
        dataset.to_netcdf(folder / "field.nc", engine="h5netcdf")
        done = inside("import", folder / "field.nc", "--out", folder / "run", *QUIET)
        assert done.returncode == 0, done.stderr

    return once(f"exported-{name}", make) / "run"


def grid(d, dtype="f4", lost=False):
    axes = [np.linspace(-1, 1 + k, n) for k, n in enumerate((7, 5, 4, 3)[:d])]
    if d == 1:
        axes = [np.array([0, 1, 3, 4.0])]  # not evenly spaced
    if d == 2:
        axes = [np.linspace(-0.3, 0.3, 6)] * 2  # as Landscaper's are
    values = field(*axes).astype(dtype)
    if lost:
        values.reshape(-1)[[3, 5, 9]] = np.nan, np.inf, -np.inf
    return run_of(f"{d}{dtype}{lost}", values, axes), values, axes


def table_of(path):
    return pd.read_csv(path, dtype=str).map(float)


def exported(run, out, *more):
    done = inside("export", run, "--out", out, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def vtk_grid(path):
    io = pytest.importorskip("vtkmodules.vtkIOXML")
    reader = {".vti": io.vtkXMLImageDataReader, ".vtu": io.vtkXMLUnstructuredGridReader}[path.suffix]()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def numbers(data, name):
    from vtkmodules.util.numpy_support import vtk_to_numpy

    return vtk_to_numpy(data.GetArray(name))


@pytest.mark.parametrize(("d", "dtype", "lost"), [(1, "f4", False), (2, "f4", True), (2, "f8", False), (3, "f8", True)])
@pytest.mark.parametrize("ending", ["vti", "nc", "csv"])
def test_every_format_keeps_every_bit(tmp_path, d, dtype, lost, ending):
    run, values, axes = grid(d, dtype, lost)
    out = tmp_path / f"f.{ending}"
    if ending == "vti":
        pytest.importorskip("vtkmodules")
    if (d, ending) == (1, "vti"):
        done = inside("export", run, "--out", out)
        assert "axis 0 are not evenly spaced, as those of a .vti image are, expected another format" in done.stderr
        return
    said = exported(run, out)
    assert ("6 values are not finite, and are written as they are" in said) == lost
    if ending == "csv":
        table = table_of(out)
        for name, expected in (("loss", values), ("acc", 1 - values)):
            assert table[name].to_numpy().astype(dtype).tobytes() == expected.tobytes()
        mesh = np.meshgrid(*axes, indexing="ij")
        assert all((table[f"alpha_{k}"] == a.reshape(-1)).all() for k, a in enumerate(mesh))
        return
    back = open_landscape(out)
    assert list(back.fields) == ["loss", "acc"]
    for name, expected in (("loss", values), ("acc", 1 - values)):
        found = back.read(name, tuple(slice(0, n) for n in values.shape))
        assert found.dtype == dtype
        assert np.ascontiguousarray(found).tobytes() == expected.tobytes()
    assert [a.tobytes() for a in back.coordinates] == [a.tobytes() for a in axes]


@pytest.mark.parametrize(("dtype", "lost"), [("f4", True), ("f8", False)])
def test_landscaper_gets_its_own_format_and_gives_it_back(tmp_path, dtype, lost):
    run, values, axes = grid(2, dtype, lost)
    exported(run, tmp_path / "f.npz")
    values = values.astype("f8")  # it takes no single precision
    with np.load(tmp_path / "f.npz") as data:
        assert {"coordinates", "loss"} < set(data.files)
        assert (data["loss"].dtype, data["loss"].tobytes()) == (np.float64, values.tobytes())
        assert data["coordinates"].tobytes() == np.array(axes).tobytes()
    back = open_landscape(tmp_path / "f.npz")
    assert back.read("loss", (slice(0, 6),) * 2).tobytes() == values.tobytes()
    assert back.notes == ()  # its coordinates are right, other than Landscaper's own
    exported(run, tmp_path / "acc.npz", "--field", "acc")
    with np.load(tmp_path / "acc.npz") as data:
        assert data["loss"].tobytes() == (1 - values.astype(dtype)).astype("f8").tobytes()


@pytest.mark.parametrize("d", ["2d", "3d"])
def test_numbers_are_those_that_landscaper_finds(tmp_path, d):
    done = inside(
        *("import", DATA / f"landscaper_{d}.npz", "--out", tmp_path / "run"),
        *("--set", "topology.connectivity=face", *QUIET),
    )
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "run")
    (row,), tree = run.metrics.to_dict("records"), run.merge_tree()
    with np.load(DATA / f"landscaper_{d}_recorded.npz") as recorded:
        for name in ("smad", "smad_normalized", "smad_weighted"):
            assert row[name] == pytest.approx(float(recorded[name]), rel=3e-6), name
        assert sorted(tree.minima) == recorded["minima"].tolist()
        assert sorted(tree.saddles) == recorded["branches"].tolist()
        lifetimes = dict(zip(recorded["lifetime_minima"].tolist(), recorded["lifetimes"].tolist(), strict=True))
    found = dict(zip(tree.pairs[:, 0].tolist(), tree.lifetimes.tolist(), strict=True))
    found[tree.global_min] = row["loss_range"]
    assert found == pytest.approx(lifetimes, rel=1e-5)


def test_vtk_opens_an_image(tmp_path):
    run, values, axes = grid(3, "f8", True)
    exported(run, tmp_path / "f.vti")
    image = vtk_grid(tmp_path / "f.vti")
    assert image.GetDimensions() == (7, 5, 4)
    assert image.GetOrigin() == tuple(a[0] for a in axes)
    assert image.GetSpacing() == pytest.approx([a[1] - a[0] for a in axes])
    assert numbers(image.GetPointData(), "loss").tobytes() == values.tobytes(order="F")
    at = image.GetPoint(image.ComputePointId((6, 1, 2)))
    assert at == pytest.approx((axes[0][6], axes[1][1], axes[2][2]))
    assert numbers(image.GetPointData(), "loss")[image.ComputePointId((6, 1, 2))] == values[6, 1, 2]


def test_vtk_opens_an_image_with_several_numbers_at_a_point(tmp_path):
    gradient = np.arange(24.0).reshape(4, 3, 2)
    write_image(tmp_path / "g.vti", [np.arange(4.0), np.arange(3.0)], {"gradient": gradient})
    image = vtk_grid(tmp_path / "g.vti")
    found = numbers(image.GetPointData(), "gradient")
    assert found[image.ComputePointId((3, 1, 0))].tolist() == gradient[3, 1].tolist()
    assert found.shape == (12, 2)


@pytest.mark.parametrize("d", [2, 3])
def test_vtk_opens_a_tree_as_ttk_writes_it(tmp_path, d):
    run, values, axes = grid(d, "f8", d == 3)
    exported(run, tmp_path / "t.vtu")
    made, tree = vtk_grid(tmp_path / "t.vtu"), open_run(run).merge_tree()
    points, cells = made.GetPointData(), made.GetCellData()
    vertices = numbers(points, "VertexId")
    assert vertices.tolist() == tree.nodes.tolist()
    assert numbers(points, "Scalar").tolist() == tree.node_values.tolist()
    kinds = {0: "minimum", 1: "saddle", 4: "saddle", 3: "maximum"}
    degrees = np.bincount(np.concatenate([numbers(cells, "upNodeId"), numbers(cells, "downNodeId")]))
    for node, kind in enumerate(numbers(points, "CriticalType")):  # by the number of arcs, as TTK tells them
        assert (degrees[node] == 1) == (kinds[int(kind)] != "saddle")
    assert made.GetNumberOfCells() == len(tree.arcs)
    for k, (upper, lower) in enumerate(tree.arcs):
        assert made.GetCellType(k) == 3
        ends = [made.GetCell(k).GetPointId(i) for i in (0, 1)]
        assert [int(vertices[i]) for i in ends] == [upper, lower]
        assert [numbers(cells, n)[k] for n in ("upNodeId", "downNodeId")] == ends
    assert numbers(cells, "RegionSize").tolist() == tree.arc_volume.tolist()
    index = np.unravel_index(tree.nodes, values.shape)
    for k, (axis, i) in enumerate(zip(axes, index, strict=True)):
        assert [made.GetPoint(n)[k] for n in range(len(tree.nodes))] == axis[i].tolist()
    assert (tree.node_types == ROOT).sum() == 1


def test_vtk_opens_a_diagram_as_ttk_writes_it(tmp_path):
    run, values, _ = grid(2, "f8")
    exported(run, tmp_path / "d.vtu", "--what", "diagram")
    made, tree = vtk_grid(tmp_path / "d.vtu"), open_run(run).merge_tree()
    points, cells = made.GetPointData(), made.GetCellData()
    births, finite = numbers(cells, "Birth"), numbers(cells, "IsFinite")
    pairs = [(values.min(), values.max()), *map(tuple, tree.pair_values)]
    assert made.GetNumberOfCells() == len(pairs) + 1
    for k, (birth, death) in enumerate(pairs):
        assert (births[k], numbers(cells, "Persistence")[k]) == (birth, death - birth)
        ends = [made.GetPoint(made.GetCell(k).GetPointId(i)) for i in (0, 1)]
        assert ends == [(birth, birth, 0), (birth, death, 0)]
    assert finite.tolist() == [0, *([1] * len(tree.pairs)), 0]
    assert numbers(cells, "PairIdentifier").tolist() == [*range(len(pairs)), -1]  # the diagonal comes last
    assert numbers(cells, "PairType").tolist() == [0] * len(pairs) + [-1]
    assert numbers(points, "CriticalType")[:4].tolist() == [0, 3, 0, 1]
    assert numbers(points, "ttkVertexScalarField")[2:].reshape(-1, 2).tolist() == tree.pairs.tolist()
    assert numbers(points, "Coordinates").dtype == np.float32  # TTK reads no other


def test_a_table_of_pairs(tmp_path):
    run, values, axes = grid(2, "f8")
    exported(run, tmp_path / "d.csv", "--what", "diagram", "--representation", "moore")
    table, tree = table_of(tmp_path / "d.csv"), merge_tree(values, "moore")
    assert table[["birth", "death"]].to_numpy()[1:].tolist() == tree.pair_values.tolist()
    assert table.iloc[0].tolist()[:3] == [values.min(), np.inf, np.inf]
    for column, vertices in (("minimum", tree.pairs[:, 0]), ("saddle", tree.pairs[:, 1])):
        for k, i in enumerate(np.unravel_index(vertices, values.shape)):
            assert table[f"{column}_alpha_{k}"][1:].tolist() == axes[k][i].tolist()


def test_a_member_and_the_whole_of_a_run(tmp_path):
    run = open_run(path := reference_run())
    said = exported(path, tmp_path / "whole.nc")
    assert "4 landscapes, dimensions beta, seed, subspace, direction_seed, alpha_0, alpha_1" in said
    with xr.open_dataset(tmp_path / "whole.nc", engine="h5netcdf") as whole:
        xr.testing.assert_identical(whole.loss.load().drop_attrs(), run.dataset.loss.load().drop_attrs())
        assert whole.attrs.keys() == run.dataset.attrs.keys()
        assert "n_minima" in whole
    exported(path, tmp_path / "one.nc", "--at", "beta=2", "--at", "direction_seed=1")
    exported(path, tmp_path / "three.nc", "--member", "3", "--field", "loss")
    expected = run.dataset.loss.sel(beta=2.0, direction_seed=1).squeeze().to_numpy()
    for name in ("one.nc", "three.nc"):
        with xr.open_dataset(tmp_path / name, engine="h5netcdf") as one:
            assert one.loss.to_numpy().tobytes() == expected.tobytes()
            assert (float(one.beta), int(one.direction_seed), str(one.subspace.values)) == (2.0, 1, "random")
    back = inside("import", tmp_path / "one.nc", "--out", tmp_path / "run", *QUIET)
    assert back.returncode == 0, back.stderr
    tree = open_run(tmp_path / "run").merge_tree()
    assert tree.pair_values.tolist() == merge_tree(expected, "moore").pair_values.tolist()


ONE = ("--member", "0")
SEVERAL = "4 landscapes fit, expected one: choose it with --at AXIS=VALUE, beta of 1.0, 2.0; direction_seed of 0, 1."


def test_a_tree_of_the_loss_itself(tmp_path):
    run = two_himmelblaus()
    exported(run, tmp_path / "t.vtu", "--member", "0", "--representation", "resolved")
    exported(run, tmp_path / "d.vtu", "--member", "0", "--representation", "resolved", "--what", "diagram")
    made, found = vtk_grid(tmp_path / "t.vtu"), find_resolved(open_run(run).directory.resolved(0))
    points = made.GetPointData()
    places, kinds = numbers(points, "alpha"), numbers(points, "CriticalType")
    assert places[kinds == 0].tolist() == found.alpha.tolist()
    dataset = open_run(run).dataset.isel(dict.fromkeys(open_run(run).plan.axes, 0))
    top = dataset.loss.where(dataset.loss == dataset.loss.max(), drop=True)
    assert places[kinds == 3].tolist() == [[float(top.alpha_0[0]), float(top.alpha_1[0])]]
    assert vtk_grid(tmp_path / "d.vtu").GetNumberOfCells() == len(found.tree.pairs) + 2


WRONG = {
    "f.tiff": ((), "whose ending names no format, expected one of npz, vti, vtu, nc, csv"),
    "f.nc": (("--format", "vtx"), "--format is 'vtx', expected one of npz, vti, vtu, nc, csv; did you mean"),
    "a.csv": ((), SEVERAL),
    "b.csv": (("--at", "gamma=1"), "--at names 'gamma', expected an axis of the sweep: beta, seed"),
    "c.csv": (("--at", "beta=3"), "--at beta is '3', expected one of 1.0, 2.0."),
    "d.csv": (("--member", "9"), "expected a number from 0 to 3"),
    "e.csv": ((*ONE, "--field", "los"), "--field is 'los', expected loss; did you mean"),
    "f.csv": ((*ONE, "--at", "beta=1"), "--member and --at are both given, expected one of them"),
    "g.csv": ((*ONE, "--representation", "face"), "but a landscape has none, expected --what tree or diagram"),
    "f.npz": (ONE, "one list of coordinates for all axes, got 7 x 5 points over [-1, 1] x [-1, 1]"),
    "f.vti": (("--what", "tree"), "which vti files do not hold here, expected landscape, or --format vtu"),
    "f.vtu": (("--what", "pairs"), "expected tree or diagram; there are landscape, tree, diagram"),
    "g.vtu": ((*ONE, "--field", "loss"), "a tree is that of the loss, expected --what landscape"),
    "h.vtu": (
        (*ONE, "--representation", "knn"),
        "--representation is 'knn', expected freudenthal: the run has no knn merge tree, `",
    ),
    "no/f.csv": (ONE, "is no folder, expected one that exists: make it first"),
    "here": ((*ONE, "--format", "csv"), "here, which is a folder, expected the name of a file"),
    "there.csv": (ONE, "exists already, expected the name of a new file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_exported_is_one_sentence(tmp_path, name):
    words, text = WRONG[name]
    (tmp_path / "there.csv").touch()
    (tmp_path / "here").mkdir()
    done = inside("export", reference_run(), "--out", tmp_path / name, *words)
    assert done.returncode == 2, done.stdout
    assert text in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "there.csv"]  # nothing half-written


def test_landscapes_that_a_format_cannot_hold(tmp_path):
    line, _, _ = grid(1)
    four, _, _ = grid(4)
    assert "2 and more dimensions, got 1" in inside("export", line, "--out", tmp_path / "f.npz").stderr
    assert "up to 3 dimensions, the landscape 4" in inside("export", four, "--out", tmp_path / "f.vti").stderr
    assert "nodes lie at the first 3 of their 4 coordinates" in exported(four, tmp_path / "f.vtu")
    assert numbers(vtk_grid(tmp_path / "f.vtu").GetPointData(), "alpha").shape[1] == 4


def test_what_is_not_finished_is_said(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    for shard in (run / "landscape.zarr/status/c/1").rglob("*"):
        if shard.is_file():
            shard.unlink()
    (run / "topology/member-00000.npz").unlink()
    done = inside("export", run, "--out", tmp_path / "f.csv", "--member", "3")
    assert done.returncode == 2
    assert "member 3 is not finished (35 of 35 points are not evaluated), expected a whole landscape" in done.stderr
    assert "70 points are not evaluated yet, and NaN with status 0" in exported(run, tmp_path / "whole.nc")
    done = inside("export", run, "--out", tmp_path / "f.vtu", "--member", "0")
    assert "expected the merge trees of member 0: finish the run first" in done.stderr
    assert "holds no run" in inside("export", tmp_path, "--out", tmp_path / "f.nc").stderr


def test_libraries_are_named_where_they_are_missing(tmp_path, monkeypatch):
    from landsweep.exchange import export

    monkeypatch.setattr(export, "find_spec", lambda name: None)
    done = inside("export", grid(1)[0], "--out", tmp_path / "f.nc")
    assert "NetCDF files need h5netcdf or netCDF4, not installed here: pip install 'landsweep[netcdf]'" in done.stderr
