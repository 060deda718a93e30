"""Representations, blocks, segmentation, and a run's topology computed again without evaluating."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr
from landsweep import open_run
from landsweep import run as api_run
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.distributed.blocking import SPLIT_POINTS, member_blocks
from landsweep.kernels import graph_merge_tree, merge_tree, segmentation
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS
from landsweep.kernels.geometry.graphs import grid_edges
from landsweep.kernels.topology.metrics import METRICS, POSITIVE, topology_metrics
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


def test_a_threshold_may_be_a_share_of_each_landscape_s_range(tmp_path):
    copy_of(reference_run(), tmp_path)
    done = inside("topology", tmp_path / "run", "--connectivity", "face", "--min-persistence", "20 %")
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "run")
    assert run.study.topology.min_persistence == "20%"
    dropped = 0
    for row in run.metrics.itertuples():
        field = run.dataset.loss.values[run.plan.members[row.member].position]
        tree = merge_tree(field, "face")
        expected = topology_metrics(tree, min_persistence=0.2 * np.ptp(field.astype(float)))
        assert (row.n_minima, row.n_saddles, row.smad) == tuple(expected[k] for k in ("n_minima", "n_saddles", "smad"))
        dropped += len(tree.minima) - row.n_minima
    assert dropped
    assert "persistence below 20 % of loss range were dropped" in methods(run.directory)
    made = run.directory.topology(0).stat().st_mtime_ns
    assert inside("topology", run.path, "--min-persistence", "20%").returncode == 0
    assert run.directory.topology(0).stat().st_mtime_ns == made  # the same, however it is spelled


@pytest.mark.parametrize("wrong", ["-1", "101%", "much", "nan", "true"])
def test_a_wrong_threshold_is_one_sentence(write_study, tmp_path, wrong):
    study = write_study()
    done = inside("run", study, "--set", f"topology.min_persistence={wrong}", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert not (tmp_path / "run").exists()
    assert done.stderr.count("\n") == 1
    assert 'topology.min_persistence" is ' in done.stderr
    assert "expected a loss difference of at least 0, or a share of the loss range such as 1%" in done.stderr


def test_plan_knows_the_memory_of_the_toolkit_and_what_it_cannot_number(write_study):
    study = write_study(grid__points=3001)
    native, ttk, both, four = (
        inside("plan", study, "--set", f"topology.engine={engine}", *more).stdout
        for engine, more in (
            ("native", ()),
            ("ttk", ()),
            ("both", ()),
            ("ttk", ("--set", "topology.connectivity=[face]")),
        )
    )
    assert "freudenthal; one member a rank; up to 809.3 MB a rank\n" in native
    assert "one member a rank; up to 5.6 GB a rank, most of it for TTK (167 B a vertex where the field is smooth" in ttk
    assert both == ttk
    assert "face; one member a rank; up to 809.3 MB a rank\n" in four
    large = ["--set", "topology.engine=ttk", "--set", "grid.dims=3", "--set", "topology.block=1000000000"]
    text = (
        "landsweep: topology.engine is ttk, but a block of 600 x 600 x 600 points has 2,581,214,394 triangles, expected"
    )
    for command in ("plan", "run"):
        done = inside(command, write_study(grid__points=600), *large)
        assert done.returncode == 2
        assert done.stderr.startswith(text)
        assert done.stderr.count("\n") == 1
    assert inside("plan", write_study(grid__points=600), *large[:-1], "topology.block=100000000").returncode == 0
    knn = inside("plan", write_study(grid__points=24000), *large[:2], "--set", "topology.connectivity=[knn]")
    assert "the graph of knn has at least 2,880,000,001 edges, expected at most 2,147,483,647, which TTK" in knn.stderr


def test_segmentation_is_stored_beside_the_landscape(everything):
    for name in ("face", "freudenthal", "moore"):
        stored = xr.open_zarr(everything.directory.segmentation, group=name, consolidated=True)
        assert stored.basin.dims == everything.dataset.loss.dims
        landscape = everything.dataset
        assert set(stored.coords) == set(landscape.loss.coords)
        for coordinate in stored.coords:
            found, expected = (dataset[coordinate].reset_coords(drop=True) for dataset in (stored, landscape))
            xr.testing.assert_identical(found, expected)
        assert stored.basin.attrs["long_name"].startswith("the minimum in which steepest descent ends: index into")
        assert stored.attrs["representation"] == name
        assert "A label k of basin is the k-th entry of minima" in stored.attrs["description"]
        at = {"beta": 2.0, "direction_seed": 1}
        labels = stored.basin.sel(at, drop=True).squeeze()
        tree = everything.merge_tree(name, **at)
        assert labels.values.ravel()[tree.minima].tolist() == list(range(len(tree.minima)))
        for member in everything.plan.members:
            field = everything.dataset.loss.values[member.position]
            _, expected = segmentation(field, name)
            np.testing.assert_array_equal(stored.basin.values[member.position], expected.basin)
            np.testing.assert_array_equal(stored.arc.values[member.position], expected.arc)


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize("ranks", [0, 2, 3])
def test_periodic_axes(tmp_path, ranks):
    run = RunDir(copy_of(reference_run(), tmp_path))
    before = {i: dict(np.load(run.topology(i))) for i in range(4)}
    sets = ["--segmentation", "--connectivity", "freudenthal", "--connectivity", "face", "--set", "topology.block=9"]
    done = ranked("topology", run.path, "--periodic", "alpha_1", *sets, ranks=ranks)
    assert done.returncode == 0, done.stderr
    opened = open_run(run.path)
    stored = xr.open_zarr(run.segmentation, group="face", consolidated=True)
    for member in opened.plan.members:
        field = opened.dataset.loss.values[member.position]
        for name in ("freudenthal", "face"):
            tree = merge_tree(field, name, volumes=True, periodic=[1])
            assert opened.merge_tree(name, **member.coords) == tree
        _, expected = segmentation(field, "face", periodic=[1])
        np.testing.assert_array_equal(stored.basin.values[member.position], expected.basin)
        np.testing.assert_array_equal(stored.arc.values[member.position], expected.arc)
        rows = opened.metrics[opened.metrics["member"] == member.index].set_index("representation")
        minima = tree.simplify(POSITIVE).minima
        assert rows.loc["face", "n_minima"] == len(minima)
        assert rows.loc["face", "n_minima_boundary"] == np.isin(minima // 5, [0, 6]).sum()  # the ends of alpha_0 alone
    assert "axis neighbours (face), around the periodic axis alpha_1, with vertices" in methods(run)
    if ranks == 0:
        found = opened.robust(["n_saddles"]).table
        own = found[found["spec_default"]].set_index("member").sort_index()
        first = opened.metrics[opened.metrics["representation"] == "freudenthal"].set_index("member").sort_index()
        pd.testing.assert_frame_equal(own[list(METRICS)], first[list(METRICS)])
        stamps = [run.topology(i).stat().st_mtime_ns for i in range(4)]
        assert inside("topology", run.path, "--set", "topology.periodic=alpha_1").returncode == 0  # the same
        assert [run.topology(i).stat().st_mtime_ns for i in range(4)] == stamps
        done = inside("topology", run.path, "--periodic", "none", "--connectivity", "freudenthal", "--no-segmentation")
        assert done.returncode == 0, done.stderr
        for i, old in before.items():
            with np.load(run.topology(i)) as new:
                assert new.files == list(old)
                for name in old:
                    np.testing.assert_array_equal(new[name], old[name], err_msg=name)
        assert "periodic" not in methods(run)


def test_a_grid_that_repeats_its_first_layer_is_told(tmp_path):
    """The toy's loss has no period, so its store gets a field that has one, and the end of the period once more."""
    run = RunDir(copy_of(reference_run(), tmp_path))
    loss = zarr.open_group(run.landscape, mode="r+")["loss"]
    angle = np.linspace(0, 2 * np.pi, 7)
    loss[...] = np.broadcast_to(np.sin(angle)[:, None] + np.arange(5) ** 2, loss.shape).astype(np.float32)
    done = inside("topology", run.path, "--periodic", "all")
    assert done.returncode == 0, done.stderr
    assert "along alpha_0 the last layer repeats the first: if both are the same points" in done.stdout
    assert "along alpha_1" not in done.stdout
    assert "along alpha_0 the last layer repeats the first" in (run.report / "summary.md").read_text()


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


def test_another_engine_keeps_what_was_made_of_the_trees(tmp_path):
    """Its trees are the same, and certificates would need the problem again."""
    run = RunDir(copy_of(reference_run(certify__float64="all"), tmp_path))
    stamps = {p: p.stat().st_mtime_ns for p in run.path.glob("certify/*")}
    done = inside("topology", run.path, "--engine", "auto")
    assert done.returncode == 0, done.stderr
    assert "needs the problem" not in done.stderr
    assert {p: p.stat().st_mtime_ns for p in run.path.glob("certify/*")} == stamps != {}
    done = inside("topology", run.path, "--connectivity", "face")
    hint = "`landsweep run STUDY --set 'topology.connectivity=[\"face\"]'` makes it"
    assert f"Stage certify of the new trees needs the problem: {hint}" in done.stderr


def test_a_run_of_the_first_schema_gets_new_trees(tmp_path):
    run = RunDir(copy_of(reference_run(), tmp_path))
    run.provenance.write_text(run.provenance.read_text().replace('"schema_version": 2', '"schema_version": 1'))
    stamps = [run.topology(i).stat().st_mtime_ns for i in range(4)]
    api_run(tmp_path / "study.yaml", tmp_path / "run", progress=False)
    assert not set(stamps) & {run.topology(i).stat().st_mtime_ns for i in range(4)}
    assert run.schema == 2


def test_superlevel_trees_are_a_choice_of_the_study(tmp_path):
    """Of an existing run by `topology`, kept in its study; every number is that of the negated landscape."""
    path = copy_of(reference_run(), tmp_path)
    assert inside("topology", path, "--negate").returncode == 0
    run = open_run(path)
    assert run.study.topology.negate
    for member in run.plan.members:
        field = run.dataset.loss.values[member.position]
        tree = run.merge_tree(**member.coords)
        assert tree == merge_tree(field, "freudenthal", negate=True, volumes=True)
        upside = topology_metrics(merge_tree(-field, "freudenthal", volumes=True))
        row = run.metrics.set_index("member").loc[member.index]
        for name in ("n_minima", "n_saddles", "average_persistence", "smad", "smad_weighted", "loss_range"):
            assert row[name] == pytest.approx(upside[name], nan_ok=True), name
    assert "Superlevel-set merge trees" in methods(run.directory)
    assert "superlevel trees: what tables call minima are maxima" in (run.directory.report / "summary.md").read_text()
    table = run.robust().table
    own = table[table.spec_default].set_index("member").n_minima
    assert (own == run.metrics.set_index("member").n_minima).all()
    assert inside("topology", path, "--no-negate").returncode == 0
    assert open_run(path).merge_tree(beta=1.0, direction_seed=0) == open_run(reference_run()).merge_tree(
        beta=1.0, direction_seed=0
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["--engine", "cuda"],
            "\"topology.engine\" is 'cuda' (str), expected native, ttk, both (native, compared with",
        ),
        (
            ["--connectivity", "moor"],
            "\"topology.connectivity\" is 'moor' (str), expected a list of face, freudenthal,",
        ),
        (["--min-persistence", "-1"], '"topology.min_persistence" is -1'),
        (["--connectivity", "knn", "--set", "topology.k=35"], "topology.k is 35, expected fewer than the grid's 35"),
        (["--periodic", "beta"], "topology.periodic names 'beta', expected true, or some of alpha_0, alpha_1."),
        (
            ["--set", "topology.periodic=3"],
            '"topology.periodic" is 3 (int), expected true for all grid axes, or a list',
        ),
        (
            ["--periodic", "all", "--engine", "ttk"],
            "topology.engine is ttk, which knows no periodic axes here, expected native with topology.periodic.",
        ),
        (
            ["--periodic", "alpha_0", "--connectivity", "knn"],
            "topology.connectivity has knn, whose neighbours are looked for inside the grid alone, expected face, "
            "freudenthal, moore, delaunay or gabriel with topology.periodic.",
        ),
        (["--set", "sweep.beta=[1,2,3]"], "--set sweep.beta=[1,2,3] changes more than topology, expected keys such as"),
    ],
)
def test_wrong_input(tmp_path, arguments, text):
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
