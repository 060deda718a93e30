"""Evaluation of points: strategies agree, batches are exact, nothing of the user's is changed."""

from copy import deepcopy
from importlib.util import find_spec
from shutil import which

import numpy as np
import pytest
import torch
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten, random_directions
from landsweep.kernels.problem import Batch
from machine import needs_compiler
from networks import CPU, Regression, evaluator, points
from torch import nn


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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("buffers", [False, True])
def test_strategies_agree(dtype, buffers):
    problem = Regression(buffers=buffers)
    model = problem.build(0)
    alpha = points(9)
    one = evaluator(problem, model, "inplace", 1, dtype)(alpha)["loss"]
    many = evaluator(problem, model, "batched", 4, dtype)(alpha)["loss"]
    single = evaluator(problem, model, "batched", 1, dtype)(alpha)["loss"]
    np.testing.assert_allclose(one, single, rtol=1e-5 if dtype == "float32" else 1e-12)
    assert one.dtype == many.dtype == np.dtype(dtype)
    np.testing.assert_allclose(one, many, rtol=1e-5 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("width", [1, 4, 16])
def test_a_points_value_depends_neither_on_its_neighbours_nor_on_its_place(width):
    problem = Regression()
    evaluate = evaluator(problem, problem.build(0), "batched", width, "float32")
    alpha = points(37)
    whole = evaluate(alpha)["loss"]
    for low, high in ((0, 5), (5, 6), (6, 37)):
        assert evaluate(alpha[low:high])["loss"].tobytes() == whole[low:high].tobytes()
    order = np.random.default_rng(1).permutation(37)
    assert evaluate(alpha[order])["loss"].tobytes() == whole[order].tobytes()


@pytest.mark.long
@needs_compiler
@pytest.mark.parametrize("width", [1, 4])
def test_compiled_agrees_and_repeats_its_bits(width):
    problem = Regression(buffers=True)
    model, alpha = problem.build(0), points(6)
    expected = evaluator(problem, model, "inplace", 1)(alpha)["loss"]
    first, again = (evaluator(problem, model, "compiled", width)(alpha)["loss"] for _ in range(2))
    np.testing.assert_allclose(first, expected, rtol=1e-12)
    assert first.tobytes() == again.tobytes()


def test_a_loss_that_needs_no_gradient_runs_in_inference_mode_and_others_without():
    seen = []

    class Watched(Regression):
        def loss(self, model, batch):
            seen.append(torch.is_inference_mode_enabled())
            return super().loss(model, batch)

    for gradients, modes in ((False, {True}), (True, {False})):
        problem = Watched(gradients)
        evaluate = evaluator(problem, problem.build(0), "inplace")
        evaluate(points(1))
        seen.clear()
        evaluate(points(3))
        assert set(seen) == modes


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_recomputed_statistics_are_those_of_the_data_at_each_point(name):
    problem = Regression(buffers=True)
    model = problem.build(0)
    model[0].weight.data += 0.5
    alpha = points(3)
    found = evaluator(problem, model, name, 2, batchnorm="recomputed")(alpha)["loss"]
    batches = [b.to(CPU, torch.float64) for b in problem.batches()]
    perturbed = deepcopy(model).double().eval()
    # the first layer's input is the data itself: its statistics do not depend on the point
    x, weights = [b.data["x"] for b in batches], [b.weight for b in batches]
    perturbed[0].running_mean[:] = sum(w * a.mean(0) for w, a in zip(weights, x, strict=True)) / 10
    perturbed[0].running_var[:] = sum(w * a.var(0) for w, a in zip(weights, x, strict=True)) / 10
    for at, value in zip(alpha, found, strict=True):
        theta = flatten(model).double() + torch.from_numpy(at) @ random_directions(model, 2, 0).delta.double()
        torch.nn.utils.vector_to_parameters(theta, perturbed.parameters())
        expected = sum(w * problem.loss(perturbed, b)["loss"] for w, b in zip(weights, batches, strict=True)) / 10
        assert value == pytest.approx(float(expected.detach()), rel=1e-10)
    assert not np.allclose(found, evaluator(problem, model, name)(alpha)["loss"], rtol=1e-3)


def test_statistics_deep_in_a_network_follow_the_point():
    class Deep(Regression):
        def build(self, seed):
            torch.manual_seed(seed)
            return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 1))

    problem = Deep()
    model, alpha = problem.build(0), points(5)
    before = deepcopy(model.state_dict())
    one, many = (evaluator(problem, model, s, 2, batchnorm="recomputed")(alpha)["loss"] for s in ("inplace", "batched"))
    np.testing.assert_allclose(one, many, rtol=1e-12)
    again = evaluator(problem, model, "batched", 2, batchnorm="recomputed")(alpha[::-1].copy())["loss"][::-1]
    np.testing.assert_allclose(again, many, rtol=1e-12)  # nothing is left of the point before
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_a_point_that_diverges_leaves_nothing_behind_in_statistics(name):
    problem = Regression(buffers=True)
    problem.build = lambda seed: nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    model = problem.build(0)
    alpha = np.array([[0.1, 0.2], [np.inf, 0.0], [0.1, 0.2]])
    loss = evaluator(problem, model, name, 1, batchnorm="recomputed")(alpha)["loss"]
    assert not np.isfinite(loss[1])
    assert loss[0] == loss[2]


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_every_call_of_a_layer_counts_in_its_statistics(name):
    class Twice(Regression):
        def build(self, seed):
            torch.manual_seed(seed)
            return nn.Sequential(nn.BatchNorm1d(2, affine=False, momentum=None), nn.Linear(2, 1))

        def loss(self, model, batch):
            x = batch.data["x"]
            return {"loss": model(x).square().mean() + model(x + 10).square().mean()}

    problem = Twice()
    model = problem.build(0)
    found = evaluator(problem, model, name, 2, batchnorm="recomputed")(points(2))["loss"]
    batches = [b.to(CPU, torch.float64) for b in problem.batches()]
    expected = deepcopy(model).double().eval()
    parts = [(b.weight / 20, b.data["x"] + shift) for b in batches for shift in (0, 10)]
    expected[0].running_mean[:] = sum(w * x.mean(0) for w, x in parts)
    expected[0].running_var[:] = sum(w * x.var(0) for w, x in parts)
    theta = flatten(model).double() + torch.from_numpy(points(2)[0]) @ random_directions(model, 2, 0).delta.double()
    torch.nn.utils.vector_to_parameters(theta, expected.parameters())
    with torch.no_grad():
        total = sum(b.weight * problem.loss(expected, b)["loss"] for b in batches) / 10
    assert found[0] == pytest.approx(float(total), rel=1e-10)


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_statistics_are_gathered_whatever_mode_the_loss_gives_the_network(name):
    class Evaluating(Regression):
        def loss(self, model, batch):
            return super().loss(model.eval(), batch)

    plain, problem = Regression(buffers=True), Evaluating(buffers=True)
    model = plain.build(0)
    expected, found = (
        evaluator(p, model, name, 2, batchnorm="recomputed")(points(3))["loss"] for p in (plain, problem)
    )
    np.testing.assert_array_equal(found, expected)


def test_a_derivative_that_is_zero_without_a_graph_is_computed_with_one():
    class Jacobian(Regression):
        def loss(self, model, batch):
            x = batch.data["x"]
            slope = torch.autograd.functional.jacobian(lambda z: model(z).sum(), x)
            return {"loss": slope.square().mean()}

    problem = Jacobian()
    model = problem.build(0)
    found = evaluator(problem, model, "inplace")(np.zeros((2, 2)))["loss"]
    perturbed = deepcopy(model).double().eval()
    batches = [b.to(CPU, torch.float64) for b in problem.batches()]
    expected = sum(b.weight * problem.loss(perturbed, b)["loss"] for b in batches) / 10
    assert found == pytest.approx([float(expected)] * 2, rel=1e-12)


class Pictures(Regression):
    """Networks whose activations' layout matters."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def build(self, seed):
        torch.manual_seed(seed)
        return self.network()

    def batches(self, split="train", draw=0):
        x = torch.randn(10, 3, 6, 6, generator=torch.Generator().manual_seed(draw))
        yield Batch(x[:7], weight=7.0)
        yield Batch(x[7:], weight=3.0)

    def loss(self, model, batch):
        return {"loss": model(batch.data).square().mean()}


class Flattens(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(3, 4, 3), nn.Linear(64, 6)
        self.volume = nn.Conv3d(1, 1, 2)
        self.weight = nn.Parameter(torch.ones(3))

    def forward(self, x):
        y = self.linear(self.convolution(x).view(len(x), -1)).view(len(x), 2, 3)
        return nn.functional.linear(y, self.weight) + nn.functional.linear(
            input=y, weight=self.volume.weight.view(8)[:3]
        )


@pytest.mark.parametrize("width", [1, 3])
def test_networks_that_take_views(width):
    problem = Pictures(Flattens)
    model = problem.build(0)
    perturbed = deepcopy(model).double()
    theta = flatten(model).double() + torch.from_numpy(points(1)[0]) @ random_directions(model, 2, 0).delta.double()
    torch.nn.utils.vector_to_parameters(theta, perturbed.parameters())
    with torch.no_grad():
        batches = [b.to(CPU, torch.float64) for b in problem.batches()]
        expected = sum(b.weight * problem.loss(perturbed, b)["loss"] for b in batches) / 10
    assert evaluator(problem, model, "inplace", width)(points(1))["loss"] == pytest.approx([float(expected)], rel=1e-10)
    if width > 1:
        found = evaluator(problem, model, "batched", width)(points(1))["loss"]
        assert found == pytest.approx([float(expected)], rel=1e-10)


def test_bfloat16_rounds_products_but_not_parameters():
    problem = Regression()
    model, alpha = problem.build(0), points(9)
    exact = evaluator(problem, model, "inplace")(alpha)["loss"]
    rounded = evaluator(problem, model, "batched", 4, "bf16")(alpha)["loss"]
    assert rounded.dtype == np.float32
    error = np.abs(rounded / exact - 1).max()
    assert 1e-5 < error < 5e-2
    tiny = 1e-6 * alpha  # far below what bfloat16 resolves in a parameter
    assert len(np.unique(evaluator(problem, model, "inplace", 1, "float32")(1e3 * tiny)["loss"])) == 9
    assert torch.get_autocast_dtype("cpu") == torch.bfloat16
    assert not torch.is_autocast_enabled("cpu")


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

    with pytest.raises(ValueError, match=r"batches\(split='train', draw=0\): got batches of weights \[\], expected at"):
        Data.of(Empty(), CPU, torch.float32)


def test_no_points_give_no_values():
    problem = Regression()
    values = evaluator(problem, problem.build(0), "batched", dtype="float32")(np.empty((0, 2)))["loss"]
    assert values.shape == (0,)
    assert values.dtype == np.float32


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["batched", "inplace", "compiled"])
def test_the_gpu_agrees_with_the_cpu(name):
    if name == "compiled" and (find_spec("triton") is None or not any(map(which, ("gcc", "clang", "cc")))):
        pytest.skip("compiling for a GPU needs triton and a C compiler")
    problem = Regression()
    model = problem.build(0)
    alpha = points(9)
    expected = evaluator(problem, model, "inplace")(alpha)["loss"]
    there = evaluator(problem, model, name, device=torch.device("cuda"))(alpha)["loss"]
    np.testing.assert_allclose(there, expected, rtol=1e-10)
