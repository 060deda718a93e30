"""Extreme eigenvalues of the Hessian at many points, against dense Hessians."""

import numpy as np
import pytest
import torch
from landsweep.kernels.curvature.extremes import Extremes, hessian_footprint
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.raising import evaluate
from landsweep.kernels.problem import Batch
from networks import CPU, Small

FIELDS = ("hessian_max", "hessian_min")
KINDS = ["mse", "cross-entropy", "forward", "gradient"]


def made(problem, name, tolerance=1e-3, dtype=torch.float64, **options):
    model = problem.build(0).eval()
    data = Data.of(problem, CPU, dtype)
    return Extremes(name, problem, model, FIELDS, CPU, dtype, tolerance, **options), model, data


def around(model, n, seed=0):
    theta = flatten(model).double()
    return theta + 0.3 * torch.randn(n, len(theta), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def exact(problem, model, theta):
    product = CurvatureProduct(problem, model, list(problem.batches()), CPU, torch.float64, theta=theta)
    values = np.linalg.eigvalsh(np.stack([product(row).numpy() for row in torch.eye(product.size).double()]))
    return values[-1], values[0]


@pytest.mark.parametrize("name", ["inplace", "batched"])
@pytest.mark.parametrize("kind", KINDS)
def test_they_are_those_of_the_dense_hessian_at_each_point(kind, name):
    problem = Small(kind)
    extremes, model, data = made(problem, name)
    points = around(model, 5)
    if (kind, name) == ("gradient", "batched"):  # autograd.grad inside a loss cannot be vectorised
        with pytest.raises(RuntimeError):
            extremes(points, data)
        return
    found = extremes(points, data)
    for k, point in enumerate(points):
        top, low = exact(problem, model, point)
        assert float(found["hessian_max"][k]) == pytest.approx(top, rel=1e-3)
        assert float(found["hessian_min"][k]) == pytest.approx(low, rel=1e-3, abs=1e-6 * abs(top))
    assert not found["unfinished"].any()


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_a_point_does_not_see_its_neighbours(name):
    extremes, model, data = made(Small("cross-entropy"), name, dtype=torch.float32)
    points = around(model, 4).float()
    others = torch.cat([points[:1], 3 * around(model, 3, seed=1).float()])
    here, there = extremes(points, data), extremes(others, data)
    for field in FIELDS:
        assert here[field][0].item() == there[field][0].item()


class Odd(Small):
    """Not finite on one side, without curvature on the other."""

    def loss(self, model, batch):
        value = model(batch.data["x"]).mean()
        return {"loss": torch.where(value > 0, value, torch.sqrt(value))}


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_points_without_a_hessian_and_without_curvature(name):
    problem = Odd(network=lambda: torch.nn.Linear(3, 1))
    extremes, _, data = made(problem, name)
    points = torch.zeros(2, 4, dtype=torch.float64)
    points[0, 3], points[1, 3] = 1.0, -1.0  # the bias
    found = extremes(points, data)
    assert [float(found[f][0]) for f in FIELDS] == [0, 0]
    assert all(torch.isnan(found[f][1]) for f in FIELDS)
    assert not found["unfinished"].any()


def test_too_few_products_are_counted():
    extremes, model, data = made(Small(), "batched", steps=3)
    found = extremes(around(model, 4), data)
    assert found["unfinished"].tolist() == [1] * 4
    assert torch.isfinite(found["hessian_max"]).all()


class Walled(Small):
    """A loss that raises an error where the first weight is large."""

    def loss(self, model, batch):
        if float(next(model.parameters()).detach().flatten()[0]) > 1e3:
            raise ArithmeticError("too far")
        return super().loss(model, batch)


def test_points_that_are_computed_again_beside_one_that_raises_count_once():
    extremes, model, data = made(Walled(), "inplace", steps=3)
    delta = torch.zeros(1, len(flatten(model)), dtype=torch.float64)
    delta[0, 0] = 1.0
    extremes.fields = (*FIELDS, "unfinished")
    evaluator = Evaluator(extremes, model, delta, data, device=CPU, precision=PRECISIONS["float64"], width=4)
    values, raised = evaluate(evaluator, np.array([[0.0], [0.1], [0.2], [1e4], [0.3]]))
    assert list(raised) == [3]
    np.testing.assert_array_equal(values["unfinished"], [1, 1, 1, np.nan, 1])  # nor does what fills a batch count


class Detached(Small):
    def loss(self, model, batch):
        return {"loss": model(batch.data["x"]).detach().square().mean()}


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_a_loss_without_derivatives_is_refused(name):
    extremes, model, data = made(Detached(), name)
    with pytest.raises(ValueError, match="loss does not depend on the weights by derivatives"):
        extremes(around(model, 2), data)


def test_the_memory_of_a_point_is_predicted():
    problem = Small("cross-entropy")
    model = problem.build(0).eval()
    size = len(flatten(model))
    assert hessian_footprint(problem, model, torch.float64) > 100 * 8 * size
    with pytest.raises(RuntimeError):
        hessian_footprint(Small("gradient"), model, torch.float64)


class Parameters(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.theta = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return self.theta


class Known:
    """A quadratic loss of a known spectrum."""

    def __init__(self, values):
        self.values = torch.as_tensor(values, dtype=torch.float32)

    def build(self, seed):
        return Parameters(len(self.values))

    def batches(self, split="train", draw=0):
        yield Batch(self.values)

    def loss(self, model, batch):
        return {"loss": 0.5 * (batch.data * model(batch.data).square()).sum()}


SIZE = 3000
HARD = {
    "one, zeros, a small negative": np.r_[1.0, np.zeros(SIZE - 2), -1e-3],
    "decay, zeros, a small negative": np.r_[np.geomspace(1, 1e-6, 30), np.zeros(SIZE - 31), -1e-3],
    "mirrored": np.r_[-1.0, np.zeros(SIZE - 2), 1e-3],
    "identity": np.ones(SIZE),
    "two values": np.r_[np.ones(SIZE // 2), -np.ones(SIZE // 2)],
    "zero": np.zeros(SIZE),
}


@pytest.mark.parametrize("name", ["inplace", "batched"])
@pytest.mark.parametrize("spectrum", HARD)
def test_extremes_that_hide_among_many_others(spectrum, name):
    values = HARD[spectrum]
    extremes, model, data = made(Known(values), name, tolerance=1e-2, dtype=torch.float32)
    found = extremes(flatten(model)[None].repeat(2, 1), data)
    for field, exact_value in zip(FIELDS, (values.max(), values.min()), strict=True):
        assert float(found[field][1]) == pytest.approx(exact_value, rel=2e-2, abs=1e-6)
    assert not found["unfinished"].any()


class Quartic(Known):
    """A loss whose Hessian is diagonal, with the squares of the weights."""

    def loss(self, model, batch):
        return {"loss": (model(batch.data) ** 4).sum() / 12}


def test_a_point_whose_vectors_end_does_not_see_its_neighbours():
    extremes, _, data = made(Quartic(np.ones(60)), "batched", dtype=torch.float32)
    few = torch.tensor([1.0, 2.0, 3.0]).repeat(20)  # three eigenvalues: their vectors end after three products
    points = torch.stack([few, torch.ones(60), few.flip(0), torch.zeros(60)])
    others = torch.stack([few, *torch.randn(3, 60, generator=torch.Generator().manual_seed(1))])
    here, there = extremes(points, data), extremes(others, data)
    assert here["hessian_max"].tolist() == pytest.approx([9, 1, 9, 0], rel=1e-3)
    for field in FIELDS:
        assert here[field][0].item() == there[field][0].item()


def test_points_that_raise_an_error_leave_the_choice_of_kernels():
    class Root(Known):
        def loss(self, model, batch):
            return {"loss": torch.linalg.cholesky(torch.diag(model(batch.data))).sum()}

    extremes, _, data = made(Root(np.ones(2)), "batched")
    extremes.kernels = "plain"  # as it was found for other points
    points = torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
    with pytest.raises(RuntimeError, match="positive-definite"):
        extremes.products(data, points, points)
    assert extremes.kernels == "plain"
