"""Representations, blocks, segmentation, and a run's topology computed again without evaluating."""

import re
import shutil

import numpy as np
import pytest
import xarray as xr
from landsweep import open_run
from landsweep import run as api_run
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.distributed.blocking import SPLIT_POINTS, member_blocks
from landsweep.kernels import graph_merge_tree, merge_tree, segmentation
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS
from landsweep.kernels.geometry.graphs import grid_edges
from landsweep.pipeline import identity
from landsweep.study.study import Study
from ranked import ranked
from support import assert_same_run, copy_of, inside, make_study, methods, reference_run, store_arrays


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A run with every representation, and its segmentation."""
    folder = tmp_path_factory.mktemp("everything")
    study = make_study(
        folder, topology={"connectivity": list(REPRESENTATIONS), "k": 5, "segmentation": True}, report__figures=True
    )
    return api_run(study, folder / "run", progress=False)


def test_all_representations_stand_side_by_side(everything):
    data = everything.dataset
    assert data.representation.values.tolist() == list(REPRESENTATIONS)
    table = everything.metrics.pivot(index="member", columns="representation", values="n_minima")
    assert table.shape == (4, 6)
    assert table.notna().all(axis=None)
    field = data.loss.sel(beta=1.0, seed=0, direction_seed=0).values.squeeze()
    knn = graph_merge_tree(field.reshape(-1), grid_edges("knn", (7, 5), k=5), volumes=True)
    expected = {
        "knn": knn,
        "delaunay": merge_tree(field, "freudenthal", volumes=True),
        "gabriel": merge_tree(field, "face", volumes=True),
        "moore": merge_tree(field, "moore", volumes=True),
    }
    for name, tree in expected.items():
        found = everything.merge_tree(name, beta=1.0, direction_seed=0)
        assert (found.connectivity, found.shape) == (name, (7, 5))
        for key in ("pairs", "arcs", "node_values", "basin_volume", "arc_volume"):
            np.testing.assert_array_equal(getattr(found, key), getattr(tree, key), err_msg=f"{name}.{key}")


def test_methods_name_every_representation(everything):
    paragraph, *references = methods(everything.directory).split("\n\n")
    for words in (
        "axis neighbours (face) and on the Freudenthal",
        "on the graph of the 5 nearest neighbours of each grid point at unit spacing, joined where either lists the",
        "on the Delaunay triangulation of the grid points, with one diagonal",
        "on the Gabriel graph of the grid points [gabriel1969], with vertices ordered by (value, index);",
    ):
        assert words in paragraph, words
    assert [r.partition("{")[2].partition(",")[0] for r in references] == [
        *("li2018", "carr2003", "edelsbrunner2002", "xie2024", "gabriel1969")
    ]


def test_a_damaged_file_says_how_to_mend_it(everything, tmp_path):
    shutil.copytree(everything.path, tmp_path / "run")
    run = open_run(tmp_path / "run")
    path = run.directory.topology(1)
    for content in (b"", b"junk", path.read_bytes()[:500]):
        path.write_bytes(content)
        with pytest.raises(
            UserError, match=r"member-00001.npz is damaged \(it cannot be read: \w+\): `landsweep run STUDY --repair` "
        ):
            run.merge_tree(representation="face", beta=1.0, direction_seed=1)


def test_old_metrics_do_not_pass_for_new_ones(everything, tmp_path):
    """A run killed between the change of its study and its new tables has no tables."""
    shutil.copytree(everything.path, tmp_path / "run")
    run = RunDir(tmp_path / "run")
    before = Study.load(run.study)
    after = before.model_copy(update={"topology": before.topology.model_copy(update={"connectivity": ("moore",)})})
    identity.apply(run, identity.compare(run, after))
    assert not run.metrics.exists()
    assert not run.topology(0).exists()


def test_methods_say_what_is_missing(everything, tmp_path):
    shutil.copytree(everything.path, tmp_path / "run")
    run = RunDir(tmp_path / "run")
    run.topology(2).unlink()
    assert "1 of these 4 landscapes have no merge tree: they failed or are to come." in methods(run)


def test_k_is_no_change_without_knn(everything):
    topology = everything.study.topology.model_copy(update={"connectivity": ("face",), "k": 3})
    assert topology.results == topology.model_copy(update={"k": 9, "mutual": True}).results
    with_knn = topology.model_copy(update={"connectivity": ("face", "knn")})
    assert with_knn.results != with_knn.model_copy(update={"k": 9}).results


def test_topology_without_landscapes(everything, tmp_path):
    shutil.copytree(everything.path, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "landscape.zarr")
    done = inside("topology", tmp_path / "run", "--redo")
    assert done.returncode == 2
    assert "run holds no landscapes, expected evaluated ones: `landsweep run` makes them." in done.stderr


def test_plan_knows_that_knn_is_not_cut(write_study):
    sets = ["--set", "grid.points=3001", "--set", "topology.block=500000", "--set"]
    study = write_study()
    cut = inside("plan", study, *sets, "topology.connectivity=[freudenthal]").stdout
    whole = inside("plan", study, *sets, "topology.connectivity=[freudenthal, knn]").stdout
    assert re.search(r"32 blocks of \d+ x \d+ a member, shared by all ranks; up to 79.6 MB a rank", cut)
    assert re.search(r"32 blocks of \d+ x \d+ a member, shared by all ranks; up to 4.5 GB a rank", whole)


def test_methods_name_the_toolkit(everything, tmp_path):
    text = everything.directory.study.read_text()
    assert "engine: native" in text
    for engine, named in (("ttk", True), ("auto", False)):
        copy = RunDir(tmp_path / engine)
        shutil.copytree(everything.path, copy.path)
        copy.study.write_text(text.replace("engine: native", f"engine: {engine}"))
        assert ("by the Topology ToolKit [tierny2018] for each block of" in methods(copy)) == named


def test_a_failure_of_the_toolkit_is_the_members(tmp_path, monkeypatch):
    from landsweep.kernels.topology import ttk

    copy_of(reference_run(), tmp_path)
    run = RunDir(tmp_path / "run")

    def broken(values, connectivity, threads=1):
        raise ttk.EngineError("TTK gave no tree; topology.engine: native needs no TTK.")

    monkeypatch.setattr(ttk, "available", lambda: True)
    monkeypatch.setattr(ttk, "ttk_basins", broken)
    done = inside("topology", run.path, "--engine", "ttk")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "native needs no TTK" in run.failure("topology", 0).read_text()
    assert inside("topology", run.path, "--engine", "native").returncode == 0
    assert run.topology(0).exists()
    assert not run.failure("topology", 0).exists()


def test_segmentation_is_stored_beside_the_landscape(everything):
    for name in ("face", "freudenthal", "moore"):
        stored = xr.open_zarr(everything.directory.segmentation, group=name, consolidated=True)
        assert stored.basin.dims == everything.dataset.loss.dims
        for member in everything.plan.members:
            field = everything.dataset.loss.values[member.position]
            _, expected = segmentation(field, name)
            np.testing.assert_array_equal(stored.basin.values[member.position], expected.basin)
            np.testing.assert_array_equal(stored.arc.values[member.position], expected.arc)


@pytest.mark.parametrize("ranks", [0, 2, 3])
def test_blocks_and_ranks_give_the_same_run(write_study, tmp_path, everything, ranks):
    topology = {"connectivity": list(REPRESENTATIONS), "k": 5, "segmentation": True, "block": 9}
    done = ranked("run", write_study(topology=topology), "--out", tmp_path / "run", ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert_same_run(everything.path, tmp_path / "run")
    for name in REPRESENTATIONS:
        mine, theirs = (
            xr.open_zarr(path / "segmentation.zarr", group=name, consolidated=True)
            for path in (tmp_path / "run", everything.path)
        )
        xr.testing.assert_identical(mine.load(), theirs.load())


def test_members_are_cut_where_they_are_large_or_ranks_would_be_idle():
    assert len(member_blocks((41, 41), 2**24, members=40, ranks=64)) == 1
    assert len(member_blocks((2048, 2048), 2**24, members=40, ranks=4)) == 1
    assert len(member_blocks((2048, 2048), 2**24, members=1, ranks=4)) == 4
    assert member_blocks((4096, 4096), 2**20, members=40, ranks=4).block == (1024, 1024)
    assert len(member_blocks((8192, 8192), 2**24, members=40, ranks=16)) == 16
    assert SPLIT_POINTS <= 2048 * 2048


def fields_of(path):
    return {p: p.read_bytes() for p in sorted((path / "landscape.zarr").glob("loss/**/*")) if p.is_file()}


@pytest.mark.mpi
def test_topology_again_without_evaluating(tmp_path):
    copy_of(reference_run(), tmp_path)
    fields, before = fields_of(tmp_path / "run"), store_arrays(tmp_path / "run")
    (tmp_path / "toy.py").unlink()  # the problem is not needed
    done = inside(
        "topology", tmp_path / "run", "--connectivity", "face", "--connectivity", "moore", "--set", "topology.block=8"
    )
    assert done.returncode == 0, done.stderr
    assert "toy: 4 of 4 landscapes, face" in done.stdout
    assert fields_of(tmp_path / "run") == fields
    run = open_run(tmp_path / "run")
    assert set(run.metrics["representation"]) == {"face", "moore"}
    assert run.merge_tree("moore", beta=1.0, direction_seed=0).connectivity == "moore"
    assert run.dataset.sizes["representation"] == 2
    np.testing.assert_array_equal(store_arrays(tmp_path / "run")["loss"], before["loss"])
    assert ranked("topology", tmp_path / "run", "--connectivity", "freudenthal", ranks=2).returncode == 0
    after = store_arrays(tmp_path / "run")
    for name in before:
        if before[name].dtype.kind in "fiu":
            np.testing.assert_array_equal(after[name], before[name], err_msg=name)


def test_topology_does_what_is_missing_and_all_with_redo(tmp_path):
    run = RunDir(copy_of(reference_run(), tmp_path))
    files = [run.topology(i) for i in range(4)]
    stamps = [f.stat().st_mtime_ns for f in files]
    assert inside("topology", run.path).returncode == 0
    assert [f.stat().st_mtime_ns for f in files] == stamps
    files[1].unlink()
    (run.report / "summary.json").unlink()
    assert inside("topology", run.path).returncode == 0
    assert [f.stat().st_mtime_ns == s for f, s in zip(files, stamps, strict=True)] == [True, False, True, True]
    assert inside("topology", run.path, "--redo").returncode == 0
    assert not any(f.stat().st_mtime_ns == s for f, s in zip(files, stamps, strict=True))


def test_a_run_of_the_first_schema_gets_new_trees(tmp_path):
    run = RunDir(copy_of(reference_run(), tmp_path))
    run.provenance.write_text(run.provenance.read_text().replace('"schema_version": 2', '"schema_version": 1'))
    stamps = [run.topology(i).stat().st_mtime_ns for i in range(4)]
    api_run(tmp_path / "study.yaml", tmp_path / "run", progress=False)
    assert not set(stamps) & {run.topology(i).stat().st_mtime_ns for i in range(4)}
    assert run.schema == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--engine", "ttk"], "topology.engine is ttk, but the Topology ToolKit cannot be imported: install it with"),
        (["--engine", "cuda"], "\"topology.engine\" is 'cuda' (str), expected native, ttk or auto"),
        (
            ["--connectivity", "moor"],
            "\"topology.connectivity\" is 'moor' (str), expected a list of face, freudenthal,",
        ),
        (["--min-persistence", "-1"], '"topology.min_persistence" is -1'),
        (["--connectivity", "knn", "--set", "topology.k=35"], "topology.k is 35, expected fewer than the grid's 35"),
        (["--set", "sweep.beta=[1,2,3]"], "--set sweep.beta=[1,2,3] changes more than topology, expected keys such as"),
    ],
)
def test_wrong_input(tmp_path, arguments, text):
    from landsweep.kernels.topology import ttk

    if "ttk" in arguments and ttk.available():
        pytest.skip("the Topology ToolKit is installed")
    copy_of(reference_run(), tmp_path)
    before = {p: p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file()}
    done = inside("topology", tmp_path / "run", *arguments)
    assert done.returncode == 2
    assert text in done.stderr
    assert done.stderr.startswith("landsweep: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert {p: p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file()} == before


def test_no_run(tmp_path):
    done = inside("topology", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "holds no run, expected a run directory" in done.stderr


def test_auto_is_native_also_where_ttk_is_installed(monkeypatch):
    from landsweep.distributed.representations import make_engine
    from landsweep.kernels.topology import ttk
    from landsweep.kernels.topology.basins import grid_basins

    monkeypatch.setattr(ttk, "available", lambda: False)
    assert make_engine("auto") is make_engine("native") is grid_basins
    with pytest.raises(UserError, match="conda install -c conda-forge 'topologytoolkit="):
        make_engine("ttk")
    monkeypatch.setattr(ttk, "available", lambda: True)
    assert make_engine("auto") is grid_basins
    assert make_engine("ttk") is ttk.ttk_basins


def test_knn_by_ttk(monkeypatch):
    from landsweep.distributed import representations
    from landsweep.kernels.topology import ttk
    from landsweep.kernels.topology.basins import graph_basins
    from landsweep.study.study import TopologySpec

    asked = []
    monkeypatch.setattr(ttk, "available", lambda: True)
    monkeypatch.setattr(representations, "ttk_graph_basins", lambda *a: asked.append(a) or graph_basins(*a))
    field = np.random.default_rng(0).standard_normal((9, 8))
    trees = [
        representations.tree_of(lambda box: field[box], field.shape, "knn", TopologySpec(engine=engine))
        for engine in ("native", "ttk")
    ]
    assert len(asked) == 1
    assert trees[0] == trees[1]
