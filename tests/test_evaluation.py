"""Evaluation of points: strategies agree, batches are exact, nothing of the user's is changed."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from landsweep.kernels.directions import flatten, random_directions
from landsweep.kernels.evaluation import Data, Evaluator, choose_strategy, default_width
from landsweep.kernels.problem import Batch
from torch import nn

CPU = torch.device("cpu")


class Regression:
    """Two unequal batches; the loss may differentiate its inputs with autograd, which vmap cannot follow."""

    def __init__(self, gradients: bool = False, buffers: bool = False) -> None:
        self.gradients, self.buffers = gradients, buffers

    def build(self, seed):
        torch.manual_seed(seed)
        layers = [nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 1)]
        return nn.Sequential(*([nn.BatchNorm1d(2)] if self.buffers else []), *layers)

    def batches(self, split="train", draw=0):
        x = torch.randn(10, 2, generator=torch.Generator().manual_seed(draw))
        yield Batch({"x": x[:7], "labels": torch.arange(7)}, weight=7.0)
        yield Batch({"x": x[7:], "labels": torch.arange(3)}, weight=3.0)

    def loss(self, model, batch):
        x = batch.data["x"]
        assert batch.data["labels"].dtype == torch.int64
        if self.gradients:
            x = x.clone().requires_grad_(True)
            y = model(x)
            (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
            return {"loss": y.square().mean() + slope.square().mean()}
        return {"loss": (model(x) - x[:, :1]).square().mean(), "size": torch.tensor(float(len(x)))}


def evaluator(problem, model, strategy, width=4, dtype=torch.float64, fields=("loss",), dims=2):
    data = Data.of(problem, CPU, dtype)
    delta = random_directions(model, dims, 0).delta
    return Evaluator(problem, model, delta, data, fields, device=CPU, dtype=dtype, strategy=strategy, width=width)


def points(n, dims=2):
    return np.random.default_rng(0).uniform(-1, 1, (n, dims))


@pytest.mark.parametrize("gradients", [False, True])
def test_values_are_those_of_perturbed_models(gradients):
    problem = Regression(gradients)
    model = problem.build(0).double()
    evaluate = evaluator(problem, model, "inplace")
    alpha = points(5)
    perturbed = deepcopy(model).eval()
    for at, value in zip(alpha, evaluate(alpha)["loss"], strict=True):
        theta = flatten(model) + torch.from_numpy(at) @ random_directions(model, 2, 0).delta
        torch.nn.utils.vector_to_parameters(theta, perturbed.parameters())
        everything = Batch(
            {"x": torch.cat([b.data["x"] for b in problem.batches()]).double(), "labels": torch.arange(10)}
        )
        assert value == pytest.approx(float(problem.loss(perturbed, everything)["loss"].detach()), rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("buffers", [False, True])
def test_strategies_agree(dtype, buffers):
    problem = Regression(buffers=buffers)
    model = problem.build(0)
    alpha = points(9)
    one = evaluator(problem, model, "inplace", 1, dtype)(alpha)["loss"]
    many = evaluator(problem, model, "batched", 4, dtype)(alpha)["loss"]
    assert one.dtype == many.dtype == np.dtype(str(dtype).removeprefix("torch."))
    np.testing.assert_allclose(one, many, rtol=1e-5 if dtype == torch.float32 else 1e-12)


@pytest.mark.parametrize("width", [1, 4, 16])
def test_a_points_value_depends_neither_on_its_neighbours_nor_on_its_place(width):
    problem = Regression()
    evaluate = evaluator(problem, problem.build(0), "batched", width, torch.float32)
    alpha = points(37)
    whole = evaluate(alpha)["loss"]
    for low, high in ((0, 5), (5, 6), (6, 37)):
        assert evaluate(alpha[low:high])["loss"].tobytes() == whole[low:high].tobytes()
    order = np.random.default_rng(1).permutation(37)
    assert evaluate(alpha[order])["loss"].tobytes() == whole[order].tobytes()


def test_the_weighted_mean_over_unequal_batches_is_exact():
    problem = Regression()
    evaluate = evaluator(problem, problem.build(0), "batched", fields=("loss", "size"))
    assert evaluate(points(3))["size"].tolist() == [(7 * 7 + 3 * 3) / 10] * 3


def test_the_users_model_is_left_as_it_was():
    problem = Regression(buffers=True)
    model = problem.build(0).train()
    before = deepcopy(model.state_dict())
    for strategy in ("inplace", "batched"):
        evaluator(problem, model, strategy)(points(3))
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_frozen_and_tied_parameters():
    class Tied(Regression):
        def build(self, seed):
            torch.manual_seed(seed)
            model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2), nn.Linear(2, 1))
            model[2].weight = model[0].weight
            model[3].weight.requires_grad_(False)
            return model

    problem = Tied()
    model = problem.build(0)
    alpha = points(4)
    one = evaluator(problem, model, "inplace")(alpha)["loss"]
    many = evaluator(problem, model, "batched")(alpha)["loss"]
    np.testing.assert_allclose(one, many, rtol=1e-12)


def test_the_strategy_is_chosen_by_what_runs_and_agrees():
    alpha = points(4)

    def choose(problem):
        model = problem.build(0)
        return choose_strategy(lambda s: evaluator(problem, model, s), alpha)

    assert choose(Regression()).strategy == "batched"
    grads = choose(Regression(gradients=True))
    assert grads.strategy == "inplace"
    assert grads.reason.startswith("batched cannot run this loss (")

    class Cheat(Regression):
        def loss(self, model, batch):
            mean = super().loss(model, batch)["loss"]
            return {"loss": mean * (1.0 if isinstance(model, nn.Module) else 1.01)}

    assert "batched differs from inplace by" in choose(Cheat()).reason


def test_what_the_loss_must_return():
    class Vector(Regression):
        def loss(self, model, batch):
            return {"loss": model(batch.data["x"])[:, 0]}

    with pytest.raises(ValueError, match=r"loss returned shapes {'loss': \(7,\)}, expected 0-d tensors"):
        evaluator(Vector(), Vector().build(0), "inplace")(points(1))
    with pytest.raises(KeyError, match="loss returned loss, size, expected also accuracy"):
        evaluator(Regression(), Regression().build(0), "inplace", fields=("loss", "accuracy"))(points(1))

    class Empty(Regression):
        def batches(self, split="train", draw=0):
            return []

    with pytest.raises(ValueError, match=r"gave \[\] as weights, expected at least one batch"):
        Data.of(Empty(), CPU, torch.float32)


def test_no_points_give_no_values():
    problem = Regression()
    values = evaluator(problem, problem.build(0), "batched", dtype=torch.float32)(np.empty((0, 2)))["loss"]
    assert values.shape == (0,)
    assert values.dtype == np.float32


@pytest.mark.parametrize(("parameters", "expected"), [(10, 32), (7851, 32), (10**6, 16), (10**9, 1)])
def test_the_width_follows_from_the_models_size_alone(parameters, expected):
    assert default_width(parameters, 4) == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_gpu_agrees_with_the_cpu():
    problem = Regression()
    model = problem.build(0)
    alpha = points(9)
    cuda = torch.device("cuda")
    data = Data.of(problem, cuda, torch.float64)
    delta = random_directions(model, 2, 0).delta
    for strategy in ("batched", "inplace"):
        there = Evaluator(
            problem, model, delta, data, ("loss",), device=cuda, dtype=torch.float64, strategy=strategy, width=4
        )(alpha)["loss"]
        np.testing.assert_allclose(there, evaluator(problem, model, "inplace")(alpha)["loss"], rtol=1e-10)
