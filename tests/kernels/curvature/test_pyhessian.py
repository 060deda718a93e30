"""PyHessian and our own products agree, on any problem."""

import numpy as np
import pytest
import torch
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.pyhessian import PyHessian
from landsweep.kernels.curvature.spectrum import eigenpairs, trace
from landsweep.kernels.problem import Batch
from networks import CPU, Small, Tied, dense

pytest.importorskip("pyhessian")


class Float(Small):
    def build(self, seed):
        return super().build(seed).float()

    def batches(self, split="train", draw=0):
        for batch in super().batches():
            yield batch.to(CPU, torch.float32)


class One(Float):
    def batches(self, split="train", draw=0):
        batches = list(super().batches())
        data = {key: torch.cat([b.data[key] for b in batches]) for key in ("x", "y")}
        yield Batch(data, weight=30.0)


@pytest.mark.parametrize("kind", ["mse", "cross-entropy", "gradient", "forward"])
@pytest.mark.parametrize("problem", [Float, One])
def test_eigenpairs_and_trace_agree(problem, kind):
    problem = problem(kind)
    model, batches = problem.build(0).eval(), list(problem.batches())
    theirs = PyHessian(problem, model, batches, CPU)
    product = CurvatureProduct(problem, model, batches, CPU, torch.float32)
    found, expected = theirs.eigenpairs(2, tolerance=1e-7, most=3000), eigenpairs(product, 2, "magnitude", 1e-5)
    np.testing.assert_allclose(found.values, expected.values, rtol=2e-3)
    for a, b in zip(found.vectors, expected.vectors, strict=True):
        assert abs(a @ b) > 0.999
    assert (found.residuals <= 0.02 * np.abs(found.values)).all()
    assert expected.products < found.products < 6002
    exact = np.trace(dense(Small(kind)))
    for estimate in (theirs.trace(tolerance=0.0, most=100), trace(product, 0.05)):
        assert abs(estimate.value - exact) <= 4 * estimate.error
    assert not theirs.trace(tolerance=0.0, most=10).converged


def test_its_stopping_rule_is_kept():
    problem = One()
    few = PyHessian(problem, problem.build(0), list(problem.batches()), CPU).trace(tolerance=10.0)
    assert few.samples == 2  # two close running means end it
    assert few.converged


def test_parameters_that_the_loss_does_not_use():
    class Unused(One):
        def build(self, seed):
            model = super().build(seed)
            model.spare = torch.nn.Parameter(torch.ones(3))
            return model

        def loss(self, model, batch):
            return {"loss": (model[2](torch.tanh(model[0](batch.data["x"]))) - 1).square().mean()}

    problem = Unused()
    pairs = PyHessian(problem, problem.build(0), list(problem.batches()), CPU).eigenpairs(1)
    assert np.isfinite(pairs.values).all()
    tied = One(network=Tied)
    model = tied.build(0).eval()
    assert PyHessian(tied, model, list(tied.batches()), CPU).eigenpairs(1).vectors.shape == (1, 15)


def test_it_is_asked_for_where_it_is_missing(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyhessian", None)
    with pytest.raises(ImportError, match="PyHessian was asked for, which is not installed: pip install"):
        PyHessian(One(), One().build(0), list(One().batches()), CPU)
