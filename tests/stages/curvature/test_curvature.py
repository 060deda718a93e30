"""The stage curvature, subspaces of eigenvectors and fields of eigenvalues, in whole runs on the toy problem."""

from __future__ import annotations

import json
import re
import sys

import numpy as np
import pytest
import torch
import yaml
from landsweep import UserError, open_run
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.weights import restore
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.problem import Batch
from landsweep.predict.bench import bench_evaluation
from landsweep.study.study import Study
from safetensors.torch import load_file
from support import assert_same_run, copy_of, inside, reference_run, store_arrays
from toy import Toy

pytestmark = pytest.mark.long  # whole runs

ALL = {"largest": 3, "smallest": 2, "magnitude": 2, "trace": "hutch++", "density": True, "dtype": "float64"}
HESSIAN = {
    "sweep__subspace": ["random", "hessian"],
    "subspaces__hessian": {"kind": "hessian", "range": [-0.5, 0.5], "unit": "l2"},
}


def dense(run, model, beta, split="train", draw=0, theta=None):
    """The Hessian of a trained toy model, row by row."""
    problem = Toy(beta=beta)
    path = run.path / f"weights/model-{model:05d}/theta.safetensors"
    network = restore(problem.build(0), load_file(path), path).eval()
    batches = [Batch(tuple(x.double() for x in b.data), b.weight) for b in problem.batches(split, draw)]
    product = CurvatureProduct(problem, network, batches, torch.device("cpu"), torch.float64, theta=theta)
    return np.stack([product(row).numpy() for row in torch.eye(product.size).double()]), flatten(network)


def done_in(run, stage):
    """Indices of a stage's items, in the order of the log."""
    events = [json.loads(line) for log in run.path.glob("logs/*.jsonl") for line in log.read_text().splitlines()]
    return [e["index"] for e in events if e["event"] == "ItemDone" and e["stage"] == stage]


def test_numbers_of_the_dense_hessian_are_in_the_store_and_in_the_table(run):
    result = run(curvature=ALL, report__figures=True)
    data = result.dataset.isel(seed=0)
    for model, beta in enumerate((1.0, 2.0)):
        hessian, _ = dense(result, model, beta)
        values = np.linalg.eigvalsh(hessian)
        here = data.sel(beta=beta)
        np.testing.assert_allclose(here.hessian_largest_eigenvalue, values[::-1][:3], rtol=1e-5)
        np.testing.assert_allclose(here.hessian_smallest_eigenvalue, values[:2], rtol=1e-5)
        strongest = values[np.argsort(-np.abs(values))][:2]
        np.testing.assert_allclose(here.hessian_magnitude_eigenvalue, strongest, rtol=1e-5)
        assert (here.hessian_largest_residual <= 1e-3 * values[-1]).all()
        assert float(here.hessian_top_eigenvalue) == pytest.approx(values[-1], rel=1e-5)
        assert float(here.hessian_eigenvalue_ratio) == pytest.approx(abs(values[0] / values[-1]), rel=1e-4)
        trace = float(here.hessian_trace)
        assert abs(trace - np.trace(hessian)) <= 3 * float(here.hessian_trace_error) + 1e-9
        assert here.hessian_layer.values.tolist() == ["0.weight", "0.bias", "2.weight", "2.bias"]
        assert float(here.hessian_layer_trace.sum()) == pytest.approx(trace)
        last = here.sel(hessian_layer="2.bias")
        assert (
            abs(float(last.hessian_layer_trace) - hessian[-1, -1]) <= 6 * float(last.hessian_layer_trace_error) + 1e-9
        )
        assert float(here.hessian_density.integrate("hessian_x")) == pytest.approx(1, abs=1e-3)
        assert float(here.hessian_density_weight.sum("hessian_step").mean()) == pytest.approx(1)
    table = result.metrics
    assert (table.groupby("beta")["hessian_trace"].nunique() == 1).all()
    assert table.loc[table["beta"] == 2, "hessian_top_eigenvalue"].iloc[0] == float(
        data.sel(beta=2.0).hessian_top_eigenvalue
    )
    assert (result.path / "report/hessian-density.png").exists()
    text = (result.path / "report/summary.md").read_text()
    assert "Hessian: top eigenvalue " in text
    header = " | top Hessian eigenvalue | lowest Hessian eigenvalue | Hessian eigenvalue ratio (lowest / top) | "
    assert header + "Hessian trace | " in text


def test_every_split_and_draw_has_its_own_hessian(run):
    result = run(sweep__split=["train", "test"], sweep__draw=[0, 3], sweep__beta=[1.0], curvature=ALL)
    found = result.dataset.hessian_top_eigenvalue.isel(beta=0, seed=0)
    assert found.dims == ("split", "draw")
    for split in ("train", "test"):
        for draw in (0, 3):
            hessian, _ = dense(result, 0, 1.0, split, draw)
            assert float(found.sel(split=split, draw=draw)) == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-5)
    assert len(list((result.path / "curvature").iterdir())) == 4  # not one for each direction seed


@pytest.mark.long
def test_only_what_is_missing_or_changed_is_computed_again(run):
    result = run(curvature=ALL)
    files = sorted((result.path / "curvature").iterdir())
    before = [f.read_bytes() for f in files]
    assert done_in(result, "curvature") == [0, 2]
    files[1].unlink()
    run(curvature=ALL)
    assert done_in(result, "curvature") == [0, 2, 2]
    assert [f.read_bytes() for f in files] == before
    run(curvature=ALL, sweep__beta=[1.0, 2.0, 3.0], report__figures=True)
    assert done_in(result, "curvature") == [0, 2, 2, 4]
    assert (result.path / "report/hessian-density.png").exists()
    evaluated = len(done_in(result, "evaluate"))
    run(curvature={"largest": 1}, sweep__beta=[1.0, 2.0, 3.0], report__figures=True)
    assert sorted(done_in(result, "curvature")[4:]) == [0, 2, 4]
    assert len(done_in(result, "evaluate")) == evaluated
    assert "hessian_trace" not in result.metrics.dropna(axis=1, how="all")
    assert "hessian_layer_trace" not in result.dataset
    assert not (result.path / "report/hessian-density.png").exists()
    run(sweep__beta=[1.0, 2.0, 3.0])
    assert not [name for name in result.dataset if name.startswith("hessian_")]


def test_a_loss_that_fails_costs_its_model_its_curvature_and_no_more(write_study, tmp_path):
    file = tmp_path / "fail"
    changes = {"problem__params": {"steps": 20, "fail_file": str(file)}, "curvature": {"largest": 1}}
    done = inside("run", write_study(**changes, subspaces__random__unit="l2"), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    (tmp_path / "run/curvature/member-00002.npz").unlink()
    file.write_text("loss 2.0\n")
    done = inside("run", tmp_path / "study.yaml", "--out", tmp_path / "run")
    assert done.returncode == 3, done.stderr
    assert (
        "failed: curvature 2 (beta=2.0, seed=0, subspace=random, direction_seed=0): RuntimeError: the loss"
        in done.stdout
    )
    file.unlink()
    done = inside("run", tmp_path / "study.yaml", "--out", tmp_path / "run", "--retry-failed")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^curvature +2 +2 +- ", inside("status", tmp_path / "run").stdout, re.MULTILINE)


def test_more_eigenvalues_than_parameters_is_one_sentence(run):
    result = run(curvature={"largest": 30})
    text = "30 eigenpairs were asked for, expected 1 to 21, the number of parameters"
    assert all(text in json.loads(p.read_text())["error"] for p in result.directory.failures("curvature").values())
    assert len(result.failures) == 2
    assert len(result.metrics.dropna(subset=["n_minima"])) == 4
    result = run("other", sweep__subspace=["h"], subspaces={"h": {"kind": "hessian", "skip": 20}})
    assert "22 eigenpairs were asked for, expected 1 to 21" in next(iter(result.failures.values()))


def test_a_trace_that_does_not_settle_is_said(write_study, tmp_path):
    study = write_study(curvature={"trace": "hutchinson", "trace_error": 1e-4, "trace_vectors": 50})
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "after 50 vectors, more than curvature.trace_error asks for" in done.stdout + done.stderr


SADDLE = """
import torch
from landsweep.kernels.problem import Batch

class Saddle:
    def build(self, seed):
        torch.manual_seed(seed)
        return torch.nn.Linear(8, 1, bias=False)

    def batches(self, split="train", draw=0):
        yield Batch((torch.eye(8),), weight=1.0)

    def loss(self, model, batch):  # eigenvalues of both signs, whose sum is 0
        output = model(batch.data[0])[:, 0]
        return {"loss": (output[:4] * output[4:]).sum()}

    def train(self, model, seed, *, start=None, on_step=None):
        return model
"""


def test_a_trace_near_0_ends_early_and_says_that_its_error_cannot_be_reached(write_study, tmp_path):
    """An error relative to a trace that is 0 is never reached: all random vectors were drawn for nothing."""
    study = write_study(
        problem={"path": "saddle.py:Saddle"},
        sweep__beta=[],
        curvature={"trace": "hutchinson"},
        subspaces__random__ignore=[],
    )
    data = yaml.safe_load(study.read_text())
    del data["sweep"]["beta"]
    study.write_text(yaml.safe_dump(data))
    (tmp_path / "saddle.py").write_text(SADDLE)
    done = inside("run", study, "--out", tmp_path / "run", "--stages", "train,curvature")
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "run/curvature/member-00000.npz") as stored:
        assert stored["trace_vectors"] <= 200
        assert abs(stored["trace"]) <= 3 * stored["trace_error"]
        assert not stored["trace_converged"]
    said = done.stdout + done.stderr
    assert re.search(
        r"curvature 0: the trace is \S+ with a standard error of \S+ after \d+ vectors, and more would not tell it "
        r"from 0: curvature.trace_error 0.05 of it takes at least [\d,]+ vectors, more than "
        r"curvature.trace_vectors 1000; allow more of them, or a larger trace_error",
        said,
    ), said


def test_pyhessian_finds_the_same(run):
    pytest.importorskip("pyhessian")
    asked = {"magnitude": 1, "trace": "hutchinson", "trace_vectors": 400}
    theirs = run("theirs", curvature={"engine": "pyhessian", "tolerance": 1e-6, **asked}).dataset
    ours = run("ours", curvature=asked).dataset
    np.testing.assert_allclose(theirs.hessian_magnitude_eigenvalue, ours.hessian_magnitude_eigenvalue, rtol=1e-3)
    np.testing.assert_allclose(theirs.hessian_top_eigenvalue, ours.hessian_top_eigenvalue, rtol=1e-3)
    error = np.hypot(theirs.hessian_trace_error, ours.hessian_trace_error)
    assert (np.abs(theirs.hessian_trace - ours.hessian_trace) <= 3 * error).all()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"density": True},
            "curvature.density is true but curvature.engine is pyhessian, whose density calls",
        ),
        (
            {"largest": 2},
            "curvature.largest is 2 but curvature.engine is pyhessian, which finds eigenvalues",
        ),
        ({"trace": "hutch++"}, "expected trace: hutchinson, or engine: lanczos"),
        ({"dtype": "float64"}, "expected dtype: float32, or engine: lanczos"),
    ],
)
def test_what_pyhessian_cannot_do(run, changes, text):
    with pytest.raises(UserError, match=text):
        run(curvature={"engine": "pyhessian", **changes})


def test_an_engine_that_is_not_installed(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhessian", None)
    with pytest.raises(UserError, match="engine is pyhessian, which is not installed, expected lanczos"):
        run(curvature={"engine": "pyhessian", "magnitude": 1})


# Subspaces of eigenvectors


def test_eigenvectors_stand_beside_random_directions(run):
    result = run(**HESSIAN)
    assert len(result.plan.members) == 6  # eigenvectors depend on no seed
    data = result.dataset.isel(seed=0)
    assert data.coordinate_0.sel(subspace="hessian").values[[0, -1]].tolist() == [-0.5, 0.5]
    assert data.coordinate_0.sel(subspace="random").values[[0, -1]].tolist() == [-1, 1]
    assert (data.status.sel(subspace="hessian", direction_seed=1) == 4).all()
    assert data.loss.sel(subspace="hessian", direction_seed=1).isnull().all()
    assert data.loss.sel(subspace="hessian", direction_seed=0).notnull().all()
    for model, beta in enumerate((1.0, 2.0)):
        hessian, _ = dense(result, model, beta)
        values, vectors = np.linalg.eigh(hessian)
        index = result.member(beta=beta, subspace="hessian")
        delta = load_delta(result.directory.directions(index)).double().numpy()
        np.testing.assert_allclose(delta @ delta.T, np.eye(2), atol=1e-6)
        for k, row in enumerate(delta):
            expected = vectors[:, -1 - k] * np.sign(vectors[np.abs(vectors[:, -1 - k]).argmax(), -1 - k])
            np.testing.assert_allclose(row, expected, atol=5e-3)
            assert row[np.abs(row).argmax()] > 0
        here = data.sel(beta=beta, subspace="hessian", direction_seed=0)
        np.testing.assert_allclose(here.direction_eigenvalue, values[::-1][:2], rtol=1e-4)
        np.testing.assert_allclose(here.direction_cosine, 1, rtol=1e-6)
        # At the centre, along the first eigenvector, the loss curves by its eigenvalue.
        line = here.loss.sel(alpha_1=0).values
        step = 0.5 / 3
        assert (line[2] - 2 * line[3] + line[4]) / step**2 == pytest.approx(values[-1], rel=0.2)
    of = data.direction_eigenvalue.attrs["hessian_of"]
    assert json.loads(of) == {"hessian": {"split": "train", "draw": 0}}
    assert_same_run(result.path, reference_run(**HESSIAN))


def test_the_data_of_the_hessian_are_those_that_are_named(run):
    made = {"kind": "hessian", "split": "test", "draw": 3, "which": "smallest", "skip": 1}
    result = run(sweep__subspace=["h"], subspaces={"h": made}, sweep__split=["train", "test"], sweep__beta=[1.0])
    hessian, _ = dense(result, 0, 1.0, "test", 3)
    values = np.linalg.eigvalsh(hessian)
    stored = [load_geometry(result.directory.directions(k)) for k in range(2)]
    np.testing.assert_allclose(stored[0].eigenvalues, values[1:3], rtol=1e-3)
    assert stored[0].eigenvalues.tobytes() == stored[1].eigenvalues.tobytes()  # one Hessian for both landscapes
    assert done_in(result, "subspace") == [0]
    of = result.dataset.direction_eigenvalue.attrs["hessian_of"]
    assert json.loads(of) == {"h": {"split": "test", "draw": 3}}


def test_a_subspace_can_be_added_to_a_run(run, tmp_path):
    before = open_run(copy_of(reference_run(), tmp_path)).dataset.loss.load()
    both = run(**HESSIAN)
    assert done_in(both, "train") == [0, 1]
    assert both.dataset.loss.sel(subspace="random").values.tobytes() == before.sel(subspace="random").values.tobytes()
    fresh = open_run(reference_run(**HESSIAN)).dataset
    for name in ("loss", "alpha_0", "coordinate_0", "direction_eigenvalue"):
        assert both.dataset[name].values.tobytes() == fresh[name].values.tobytes(), name
    with pytest.raises(UserError, match=r"subspaces.random.range is \[-2.0, 2.0\], the run has"):
        run(**HESSIAN | {"subspaces__random": {"kind": "random", "range": [-2, 2]}})


def test_normalisation_bends_eigenvectors_and_says_so(write_study, tmp_path):
    changes = HESSIAN | {"subspaces__hessian": {"kind": "hessian", "normalisation": "filter"}}
    done = inside("run", write_study(**changes), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "subspaces.hessian.normalisation is filter, which bends eigenvectors" in done.stdout + done.stderr
    cosine = store_arrays(tmp_path / "run")["direction_cosine"][:, :, 1, 0]
    assert ((cosine > 0) & (cosine < 0.999)).all()


@pytest.mark.parametrize(
    ("subspaces", "text"),
    [
        ({"kind": "hessian", "ignore": ["bias"]}, r"ignore is \['bias'\] but kind is hessian, expected \[\]"),
        ({"kind": "random", "which": "smallest"}, "which is 'smallest' but kind is random, expected kind: hessian"),
        ({"kind": "random", "split": "test"}, "split is 'test' but kind is random, expected kind: hessian"),
    ],
)
def test_keys_that_belong_to_other_kinds(run, subspaces, text):
    with pytest.raises(UserError, match=text):
        run(subspaces={"random": subspaces})


def test_a_run_with_other_members_is_refused(run, tmp_path):
    result = open_run(copy_of(reference_run(**HESSIAN), tmp_path))
    file = result.directory.members
    plan = json.loads(file.read_text())
    plan["members"].insert(3, plan["members"][2] | {"direction_seed": 1})
    file.write_text(json.dumps(plan))
    with pytest.raises(UserError, match="was planned by another version of landsweep"):
        run(**HESSIAN)


# Fields of eigenvalues


def test_eigenvalues_at_every_point(run):
    result = run(
        fields=["loss", "hessian_max", "hessian_min"],
        sweep__beta=[2.0],
        evaluation__dtype="float64",
        report__figures=True,
    )
    data = result.dataset.isel(beta=0, seed=0, subspace=0, direction_seed=1)
    path = result.directory.directions(1)
    delta, scale = load_delta(path).double(), load_geometry(path).scale
    _, theta = dense(result, 0, 2.0)
    for at in ((0, 0), (3, 2), (6, 1)):
        alpha = torch.tensor([float(data.alpha_0[at[0]]), float(data.alpha_1[at[1]])]).double() * torch.from_numpy(
            scale
        )
        hessian, _ = dense(result, 0, 2.0, theta=theta.double() + alpha @ delta)
        values = np.linalg.eigvalsh(hessian)
        assert float(data.hessian_max[at]) == pytest.approx(values[-1], rel=1e-2)
        assert float(data.hessian_min[at]) == pytest.approx(values[0], rel=1e-2)
    assert (result.path / "report/curvature.png").exists()
    with pytest.raises(UserError, match=r"evaluation.hessian_tolerance is 0.5, the run has 0.01"):
        run(
            fields=["loss", "hessian_max", "hessian_min"],
            sweep__beta=[2.0],
            evaluation={"dtype": "float64", "strategy": "batched", "batch": 8, "hessian_tolerance": 0.5},
        )


def test_they_are_nan_where_the_loss_is(run):
    result = run(
        fields=["loss", "hessian_max"],
        problem__params={"steps": 20, "explode": 0.5},
        sweep__beta=[2.0],
        report__figures=True,
    )
    data = result.dataset
    assert data.loss.isnull().any()
    assert (data.loss.isnull() == data.hessian_max.isnull()).all()


def test_fields_that_cannot_be(run):
    with pytest.raises(UserError, match=r"fields has hessian_max but evaluation.batchnorm is recomputed"):
        run(fields=["loss", "hessian_max"], evaluation__batchnorm="recomputed")
    with pytest.raises(UserError, match=r"reserved \(of the Hessian there are hessian_max and hessian_min\)"):
        run(fields=["loss", "hessian_top"])
    with pytest.raises(UserError, match=r"fields has 'n_saddles', under which the run stores .*, expected another"):
        run(fields=["loss", "n_saddles"])


def test_bench_measures_the_loss_beside_them(write_study):
    study = write_study(fields=["loss", "hessian_max"])
    assert bench_evaluation(Study.load(study), study.parent, 0.1).points_per_second > 0


def test_plan_says_what_it_takes(write_study, tmp_path):
    study = write_study(**HESSIAN, curvature=ALL, fields=["loss", "hessian_max"])
    done = inside("plan", study, "--memory", "--out", tmp_path / "none", "--ranks", "2")
    assert done.returncode == 0, done.stderr
    assert "points   210 (7 x 5 each; fields loss, hessian_max)" in done.stdout
    eigenvalues = "eigenvalues: 3 largest, 2 smallest, 2 magnitude"
    assert f"hessian  2 at trained weights ({eigenvalues}; trace by hutch++; density; by lanczos)" in done.stdout
    assert "hessians 210 points of 20 to 100 products with the Hessian, " in done.stdout
    assert done.stdout.rstrip().endswith("on 2 rank(s)")
