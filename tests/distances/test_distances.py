"""Distances between the members of a run, and similarities of its models, through the command line."""

from __future__ import annotations

import sys
from dataclasses import replace

import landsweep
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from landsweep import UserError
from landsweep.base.errors import Stopped
from landsweep.base.stop import StopFlag
from landsweep.disk.arrays import read_arrays, write_arrays
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.disk.trees import metrics_arrays, tree_arrays
from landsweep.distances import matrix as module
from landsweep.distances.diagrams import Choice
from landsweep.distances.figure import _name as named
from landsweep.distances.matrix import file_of, measure
from landsweep.kernels import merge_tree
from landsweep.kernels.diagrams.diagram import tree_diagram
from landsweep.kernels.diagrams.distances import bottleneck_distance, wasserstein_distance
from matplotlib.figure import Figure
from pictures import overlapping
from ranked import ranked
from support import copy_of, inside, reference_run

COMPARED = {"activations__layers": [0, 2], "homology__loops": True}


@pytest.fixture(scope="module")
def run():
    return reference_run(**COMPARED)


@pytest.fixture
def mine(run, tmp_path):
    return copy_of(run, tmp_path)


def fields(run):
    opened = landsweep.open_run(run)
    landscape = Landscape(opened.directory.landscape)
    return [landscape.read_member("loss", member.position) for member in opened.plan.members]


def test_the_matrix_is_the_distance_of_the_stored_landscapes(mine):
    done = inside("distances", mine, "--out", mine / "matrix.csv")
    assert done.returncode == 0, done.stderr
    assert "members of one model: median" in done.stdout
    assert "1-Wasserstein distance of components (freudenthal), in units of the loss" in done.stdout
    assert "4 of 4 members, 6 pairs" in done.stdout
    assert "beta=1.0 direction_seed=0: cluster 1, nearest" in done.stdout
    diagrams = [tree_diagram(merge_tree(field, "freudenthal")) for field in fields(mine)]
    expected = [[wasserstein_distance(a, b) for b in diagrams] for a in diagrams]
    table = pd.read_csv(mine / "matrix.csv", index_col="member")
    assert np.allclose(table, expected, rtol=1e-12)
    assert table.index[1] == "1 beta=1.0 direction_seed=1"
    assert sorted(p.name for p in (mine / "distances").iterdir()) == [
        f"wasserstein-1-freudenthal{end}" for end in ("-members.csv", ".csv", ".npz", ".png")
    ]
    members = pd.read_csv(mine / "distances" / "wasserstein-1-freudenthal-members.csv")
    apart = np.linalg.norm(
        members[["map_0", "map_1"]].to_numpy()[:, None] - members[["map_0", "map_1"]].to_numpy(), axis=2
    )
    assert np.corrcoef(apart.ravel(), np.ravel(expected))[0, 1] > 0.9


@pytest.mark.mpi
def test_ranks_share_the_pairs_and_give_the_same_bytes(mine, tmp_path):
    one = copy_of(mine, tmp_path / "one")
    assert inside("distances", one).returncode == 0
    done = ranked("distances", mine, ranks=2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("4 of 4 members, 6 pairs") == 1
    for name in ("wasserstein-1-freudenthal.csv", "wasserstein-1-freudenthal-members.csv"):
        assert (mine / "distances" / name).read_bytes() == (one / "distances" / name).read_bytes()
    done = ranked("distances", mine, "--representation", "knn", ranks=2)
    assert done.returncode == 2
    assert done.stderr.count("has no knn merge trees") == 1


@pytest.mark.dask
def test_workers_of_dask_share_the_pairs_and_give_the_same_bytes(mine, tmp_path):
    from distributed import LocalCluster

    one = copy_of(mine, tmp_path / "one")
    assert inside("distances", one).returncode == 0
    options = {"threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None}
    with LocalCluster(n_workers=1, host="127.0.0.1", **options) as cluster:
        done = inside("distances", mine, "--scheduler", cluster.scheduler_address)
    assert done.returncode == 0, done.stderr
    name = "wasserstein-1-freudenthal.csv"
    assert (mine / "distances" / name).read_bytes() == (one / "distances" / name).read_bytes()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--metric", "bottleneck"], "bottleneck-freudenthal"),
        (["--order", "2", "--normalised"], "wasserstein-2-freudenthal-normalised"),
        (["--loops"], "wasserstein-1-freudenthal-loops"),
        (["--min-persistence", "50%"], "wasserstein-1-freudenthal-above-50pc"),
    ],
)
def test_every_choice_has_files_of_its_own(mine, options, name):
    done = inside("distances", mine, *options)
    assert done.returncode == 0, done.stderr
    assert (mine / "distances" / f"{name}.csv").exists()


def test_normalised_distances_do_not_see_level_and_range(run):
    found = landsweep.open_run(run).distances("bottleneck", normalised=True)
    scaled = [(f - f.min()) / (f.max() - f.min()) for f in np.float64(fields(run))]
    diagrams = [tree_diagram(merge_tree(field, "freudenthal")) for field in scaled]
    assert found.distance.dims == ("member", "other")
    assert found.beta.values.tolist() == [1, 1, 2, 2]
    assert found.distance[0, 3] == pytest.approx(bottleneck_distance(diagrams[0], diagrams[3]), rel=1e-6)
    assert not (run / "distances").exists(), "Run.distances() writes nothing"


def test_another_file_is_xarray_s_or_numpy_s_and_others_are_refused_first(mine):
    assert inside("distances", mine, "--out", mine / "matrix.nc").returncode == 0
    assert inside("distances", mine, "--out", mine / "matrix.npz").returncode == 0
    with xr.open_dataset(mine / "matrix.nc", engine="scipy") as dataset, np.load(mine / "matrix.npz") as arrays:
        assert np.array_equal(dataset.distance, arrays["distance"])
    done = inside("distances", mine, "--out", "matrix.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out is matrix.txt, expected a name that ends in .csv, .npz or .nc." in done.stderr
    done = inside("distances", mine, "--out", mine / "no" / "matrix.csv")
    assert f"but {mine / 'no'} is no folder, expected one that exists: make it first." in done.stderr


def test_what_is_known_is_not_computed_again_and_an_interruption_keeps_what_was_done(mine, monkeypatch):
    opened, counted = landsweep.open_run(mine), []
    choice = Choice.of(opened)
    monkeypatch.setattr(module, "PAIRS", 2)
    compute, stop = module.wasserstein_distance, StopFlag(announce=False)

    def counting(one, other, order):
        counted.append(order)
        stop.requested = len(counted) == 2
        return compute(one, other, order)

    monkeypatch.setattr(module, "wasserstein_distance", counting)
    with pytest.raises(Stopped):
        measure(opened, choice, stop=stop, keep=True)
    assert len(counted) == 2
    stored = read_arrays(file_of(opened, choice))
    assert np.isnan(stored["distance"]).sum() == 2 * 4
    whole = measure(opened, choice, stop=StopFlag(announce=False), keep=True)
    assert len(counted) == 6, "a pair was computed twice"
    measure(opened, choice)
    assert len(counted) == 6
    # another diagram under the same index, a lost member, a damaged file: only what is not known is computed
    stored = read_arrays(file_of(opened, choice))
    stored["digest"][1] = "another"
    write_arrays(file_of(opened, choice), stored)
    assert np.array_equal(measure(opened, choice).matrix, whole.matrix)
    assert len(counted) == 9
    file_of(opened, choice).write_bytes(b"damaged")
    assert np.array_equal(measure(opened, choice).matrix, whole.matrix)


def test_members_without_a_tree_are_left_out_with_the_reason(mine):
    (mine / "topology" / "member-00002.npz").unlink()
    (mine / "failures").mkdir(exist_ok=True)
    (mine / "topology" / "member-00003.npz").unlink()
    (mine / "failures" / "evaluate-00003.json").write_text("{}")
    done = inside("distances", mine)
    assert done.returncode == 0, done.stderr
    assert "2 of 4 members, 1 pair:" in done.stdout
    assert "left out: 1 (no merge tree yet)\nleft out: 1 (failed)" in done.stdout
    (mine / "topology" / "member-00001.npz").unlink()
    done = inside("distances", mine)
    assert done.returncode == 2
    assert (
        f"landsweep: {mine} has 1 of the landscapes that a distance is between, expected at least two: got 4 members "
        f"(no merge tree yet: 2, failed: 1); `landsweep status {mine}` says what is missing"
    ) in done.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--metric", "botleneck"], "'botleneck' is no distance, expected bottleneck or wasserstein; did you mean"),
        (["--order", "0.5"], "--order is 0.5, expected a number of at least 1"),
        (["--representation", "knn"], "has no knn merge trees, expected one of freudenthal: `landsweep topology"),
        (["--min-persistence", "-1"], "--min-persistence: got '-1', expected a number of at least 0"),
    ],
)
def test_mistakes_are_one_sentence(run, options, text):
    done = inside("distances", run, *options)
    assert done.returncode == 2
    assert text in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_gudhi_a_sentence_says_what_to_install_or_to_take(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "gudhi", None)
    done = inside("distances", run, "--metric", "bottleneck")
    assert done.returncode == 2
    assert "pip install 'landsweep[diagrams]', or --metric wasserstein, which needs no other package." in done.stderr
    assert landsweep.open_run(run).distances().sizes["member"] == 4


def test_diagrams_that_are_too_large_are_refused_before_anything_is_computed(run, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 0)
    with pytest.raises(
        UserError, match=r"has \d+ points and another one \d+, expected at most 0 .* --metric bottleneck"
    ):
        landsweep.open_run(run).distances()


def test_on_a_line_and_without_a_pair_what_never_ends_is_compared():
    run = reference_run(grid__dims=1, grid__points=5, topology__min_persistence="100%", sweep__direction_seed=[0])
    found = landsweep.open_run(run).distances("bottleneck")
    ranges = [(f.min(), f.max()) for f in np.float64(fields(run))]
    assert found.distance[0, 1] == pytest.approx(bottleneck_distance(np.array(ranges[:1]), np.array(ranges[1:])))


def test_one_member_has_no_distance(run):
    opened = landsweep.open_run(run)
    alone = OpenedRun(opened.directory, opened.study, replace(opened.plan, members=opened.plan.members[:1]))
    with pytest.raises(
        UserError, match="has 1 of the landscapes that a distance is between, expected at least two: "
    ) as e:
        measure(alone, Choice.of(alone))
    assert "got 1 member; values appended to an axis of sweep add members." in str(e.value)
    assert "values appended to an axis of sweep add members." in str(e.value)


def test_a_constant_landscape_has_no_range_to_divide_by(mine):
    path = mine / "topology" / "member-00001.npz"
    write_arrays(path, tree_arrays("freudenthal", merge_tree(np.full((7, 5), 3.0), "freudenthal"), {}))
    assert landsweep.open_run(mine).distances().sizes["member"] == 4
    done = inside("distances", mine, "--normalised")
    assert "3 of 4 members" in done.stdout
    assert "left out: 1 (constant, so that it has no range to divide by)" in done.stdout


def test_landscapes_without_a_finite_value_are_left_out(mine):
    for path in (mine / "topology").glob("member-*.npz"):
        write_arrays(path, metrics_arrays("freudenthal", {"n_nonfinite": 35.0}))
    done = inside("distances", mine)
    assert done.returncode == 2
    assert (
        "has 0 of the landscapes that a distance is between, expected at least two: got 4 members (no finite value: 4)"
        in (done.stderr)
    )


# CKA


def activations(run, layer):
    """What a layer of the toy gives on its data, from the weights alone."""
    import torch
    from safetensors.torch import load_file
    from toy import Toy

    found = []
    for folder in sorted((run / "weights").iterdir()):
        network = Toy().build(0)
        network.load_state_dict(load_file(folder / "theta.safetensors"))
        with torch.no_grad():
            found.append(torch.cat([network[: layer + 1](b.data[0]) for b in Toy().batches()]).double().numpy())
    return found


def test_cka_is_that_of_the_networks_activations(mine):
    done = inside("cka", mine, "--layer", "0", "--out", mine / "matrix.npz")
    assert done.returncode == 0, done.stderr
    assert "toy: linear CKA of hidden activations (layer 0)\n2 of 2 models, 1 pair:" in done.stdout
    x, y = (a - a.mean(axis=0) for a in activations(mine, 0))
    expected = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    with np.load(mine / "matrix.npz") as arrays:
        assert arrays["cka"] == pytest.approx(np.array([[1, expected], [expected, 1]]), rel=1e-5)
    assert (mine / "distances" / "cka-0.png").exists()
    whole = landsweep.open_run(mine).cka()
    second = landsweep.open_run(mine).cka("2")
    assert whole.cka[0, 1] == pytest.approx((expected + float(second.cka[0, 1])) / 2, rel=1e-5)
    assert whole.beta.values.tolist() == [1.0, 2.0]


def test_cka_of_what_is_not_stored_is_a_sentence(mine):
    done = inside("cka", reference_run())
    assert done.returncode == 2
    assert (
        "holds no activations, as its study does not ask for them: `landsweep run STUDY --set activations"
        in done.stderr
    )
    done = inside("cka", mine, "--layer", "1")
    assert f"--layer is '1', of which {mine} holds no activations, expected one of 0, 2" in done.stderr
    (mine / "activations" / "model-00001.npz").unlink()
    done = inside("cka", mine)
    assert done.returncode == 2
    assert f"{mine} has activations of 1 of its 2 models (no activations yet: 1), expected at least two" in done.stderr


def test_models_that_saw_other_numbers_of_samples_are_not_compared(mine):
    path = mine / "activations" / "model-00001.npz"
    arrays = read_arrays(path)
    write_arrays(path, arrays | {"factor/0": arrays["factor/0"][:-1]})
    done = inside("cka", mine)
    assert done.returncode == 2
    assert "layer 0 of models 0 and 1 was stored for 24 and 23 samples, expected the same samples" in done.stderr


def test_models_of_other_depths_are_compared_by_the_layers_that_both_have(mine):
    path = mine / "activations" / "model-00001.npz"
    arrays = read_arrays(path)
    write_arrays(path, arrays | {"layers": np.array(["0", "4"]), "factor/4": arrays["factor/2"]})
    assert "(mean over layers 0)\n" in inside("cka", mine).stdout
    done = inside("cka", mine, "--layer", "4")
    assert "has activations of 1 of its 2 models (no layer 4: 1), expected at least two" in done.stderr
    write_arrays(path, arrays | {"layers": np.array(["4"]), "factor/4": arrays["factor/2"]})
    assert "has no layer that all of its models have, expected one" in inside("cka", mine).stderr


def test_a_folder_that_cannot_be_written_is_a_sentence(mine):
    (mine / "distances").write_text("")
    for name in ("distances", "cka"):
        done = inside(name, mine)
        assert done.returncode == 2
        assert "landsweep: Cannot write " in done.stderr
        assert "Traceback" not in done.stderr
    assert "Run.cka() in Python returns the same numbers and writes nothing." in done.stderr


def test_a_layer_that_does_not_vary_is_left_out(mine):
    path = mine / "activations" / "model-00001.npz"
    arrays = read_arrays(path)
    write_arrays(path, arrays | {"factor/2": 0 * arrays["factor/2"]})
    done = inside("cka", mine)
    assert "has activations of 1 of its 2 models (layer 2 gives the same for all samples: 1)" in done.stderr
    assert inside("cka", mine, "--layer", "0").returncode == 0


def test_names_on_the_map_cover_neither_each_other_nor_points():
    figure = Figure(figsize=(6, 6), layout="constrained")
    panel = figure.subplots()
    points = np.array([[0, 0], [0, 0], [0.01, 0], [0.5, 0.5], [0.505, 0.5], [1, 1], [1, 0.99], [0, 1]])
    panel.scatter(*points.T)
    named(panel, points, [str(100 + k) for k in range(len(points))])
    assert not overlapping(figure)
    boxes = [text.get_window_extent().padded(-1) for text in panel.texts]
    assert not [at for at in panel.transData.transform(points) for box in boxes if box.contains(*at)]
    assert len(boxes) == len(points)


def test_a_path_in_a_suggested_command_is_quoted(tmp_path, run):
    mine = copy_of(run, tmp_path / "run half ü")
    for path in (mine / "topology").iterdir():
        path.unlink()
    assert f"`landsweep status '{mine}'` says what is missing" in inside("distances", mine).stderr
