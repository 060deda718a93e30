"""Losses and Hessians of users' modules in whole runs: their methods, complex weights, attention, randomness."""

import json

import numpy as np
import pytest
import torch
import yaml
from contracts import CPU, Contract, Plain, problem_file
from landsweep import open_run
from landsweep.disk.directions import load_delta
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.stages.curvature.work import _imprecise
from landsweep.study.curvature_spec import CurvatureSpec
from support import inside


def run(folder, kind, **changes):
    problem_file(folder, kind)
    study = {
        "name": kind.replace(" ", "_"),
        "problem": {"path": "problem.py:Mine"},
        "sweep": {"seed": [0], "direction_seed": [0]},
        "subspaces": {"random": {"kind": "random", "range": [-1, 1]}},
        "grid": {"dims": 2, "points": 3},
        "evaluation": {"dtype": "float64"},
        "report": {"figures": False, "page": False},
        **changes,
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    return inside("run", path, "--out", folder / "run")


def eigenvalues(kind):
    problem = Contract(kind)
    batches = [b.to(CPU, torch.float64) for b in problem.batches()]
    product = CurvatureProduct(problem, problem.build(0).eval(), batches, CPU, torch.float64)
    return np.linalg.eigvalsh(np.stack([product(row) for row in torch.eye(product.size, dtype=torch.float64)]))


@pytest.mark.parametrize("kind", ["methods", "complex", "weight norm"])
def test_landscape_and_hessian_of_a_users_module(tmp_path, kind):
    done = run(tmp_path, kind, curvature={"largest": 1, "smallest": 1, "dtype": "float64", "tolerance": 1e-6})
    assert done.returncode == 0, done.stderr
    result, plain, values = open_run(tmp_path / "run"), Plain(Contract(kind)), eigenvalues(kind)
    data = result.dataset.squeeze(drop=True)
    delta = load_delta(tmp_path / "run/directions/member-00000.safetensors").double().numpy()
    for i, j in ((0, 2), (1, 1)):
        expected = plain.loss(plain.theta() + np.array([i - 1.0, j - 1.0]) @ delta)
        assert float(data.loss[i, j]) == pytest.approx(expected, rel=1e-9)
    assert float(data.hessian_top_eigenvalue) == pytest.approx(values[-1], rel=1e-6)
    assert float(data.hessian_lowest_eigenvalue) == pytest.approx(values[0], rel=1e-4)
    assert ("curvature 0: second derivatives are taken through other operations (kernels: plain)" in done.stderr) == (
        kind == "weight norm"
    )


def test_attention_has_eigenvalues_at_every_point_and_says_how(tmp_path):
    done = run(
        tmp_path, "heads", fields=["loss", "hessian_max"], evaluation={"dtype": "float64", "strategy": "inplace"}
    )
    assert done.returncode == 0, done.stderr
    assert "hessian_max: second derivatives are taken through other operations (kernels: math), as those" in done.stderr
    data = open_run(tmp_path / "run").dataset
    assert float(data.hessian_max.squeeze()[1, 1]) == pytest.approx(eigenvalues("heads")[-1], rel=1e-3)
    stored = json.loads((tmp_path / "run/landscape.zarr/zarr.json").read_text())["attributes"]["evaluation"]
    assert stored["hessian"]["kernels"] == "math"


def test_a_loss_that_is_random_has_no_curvature(tmp_path):
    done = run(tmp_path, "random", curvature={"largest": 1})
    assert done.returncode == 2
    assert "nothing was trained" in done.stderr
    assert not (tmp_path / "run/curvature").exists()


def test_norms_of_gradients_are_a_field(tmp_path):
    done = run(tmp_path, "norms", fields=["loss", "gradient"])
    assert done.returncode == 0, done.stderr
    problem, expected = Contract("norms"), 0.0
    for batch in problem.batches():
        model = problem.build(0).double()
        value = (model(batch.data.double()) - batch.data.double().flip(-1)).square().mean()
        value.backward()
        expected += batch.weight / 9 * float(torch.cat([p.grad.flatten() for p in model.parameters()]).norm())
    assert float(open_run(tmp_path / "run").dataset.gradient.squeeze()[1, 1]) == pytest.approx(expected, rel=1e-9)


def test_an_eigenvalue_less_precise_than_asked_for_is_said():
    study = CurvatureSpec(largest=2)
    arrays = {
        "largest_values": np.array([2.0, 1.0]),
        "largest_residuals": np.array([1e-3, 0.29]),
        "largest_allowed": np.array([2e-3, 1e-3]),
    }
    (said,) = _imprecise(study, "largest", arrays)
    assert said == (
        "1 of 2 eigenvalues at the largest end have larger residuals than curvature.tolerance 0.001 asks for, the "
        "largest is 0.29 of eigenvalue 1: the loss may not be smooth there, or needs dtype: float64"
    )
    assert not _imprecise(study, "largest", arrays | {"largest_residuals": np.array([1e-3, 1e-3])})
