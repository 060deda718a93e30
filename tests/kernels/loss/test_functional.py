"""A loss is given the module itself, in every strategy, whatever it does with the module."""

from functools import cached_property

import contracts
import numpy as np
import pytest
import torch
from contracts import CPU, KINDS, Contract, Plain
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.problem import Batch
from networks import evaluator, points
from torch import nn

ALONE = {"penalty", "parts", "slopes", "listed", "recurrent", "normalised slope", "grouped slope"}
"""Losses that ask or say whether parameters require gradients, or take them, run one point after another alone."""


@pytest.mark.filterwarnings("ignore:There is a performance drop because")
@pytest.mark.parametrize("kind", KINDS)
def test_landscapes_are_those_of_plain_networks(kind):
    problem, plain = Contract(kind), Plain(Contract(kind))
    model, at = problem.build(0), points(3)
    assert np.allclose(flatten(model, torch.float64), plain.theta())
    expected = None
    for strategy, width in (("inplace", 1), ("batched", 1), ("batched", 2)):
        evaluate = evaluator(problem, model, strategy, width)
        if expected is None:
            delta = evaluate.points._delta.numpy()
            expected = [plain.loss(plain.theta() + a @ delta) for a in at]
        if width == 2 and kind in ALONE:
            with pytest.raises((RuntimeError, ValueError)):
                evaluate(at)
        if strategy == "batched" and kind in ALONE:
            continue
        for _ in range(2):  # nothing of the first time is left
            np.testing.assert_allclose(evaluate(at)["loss"], expected, rtol=1e-10)


def test_what_a_loss_changes_in_the_network_is_put_back():
    class Careless:
        def loss(self, model, batch):
            model.train()
            value = model(batch.data).square().mean()
            value.backward()
            model[0].bias.requires_grad_(False)
            model[1].running_var = torch.ones(3)
            return {"loss": value.detach()}

    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)).eval()
    network[1].running_var.fill_(2.0)
    before = {name: (b, b.clone()) for name, b in network.named_buffers()}
    loss = ModuleLoss(Careless(), network)
    values = [float(loss(Batch(torch.arange(12.0).view(4, 3)))["loss"]) for _ in range(2)]
    assert values[0] == values[1]
    assert not any(m.training for m in network.modules())
    assert all(p.requires_grad and p.grad is None for p in network.parameters())
    for name, buffer in network.named_buffers():
        assert buffer is before[name][0]
        assert torch.equal(buffer, before[name][1])


class Counting(nn.Module):
    """A layer that counts its calls, and registers a table in the first one."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        if not hasattr(self, "table"):
            self.register_buffer("table", torch.cos(torch.arange(3.0)).to(x), persistent=False)
        self.calls += 1
        return self.layer(x) * self.table


def test_a_network_may_register_buffers_in_its_first_call():
    class Problem(Contract):
        def build(self, seed):
            torch.manual_seed(seed)
            return Counting()

        def loss(self, model, batch):
            return {"loss": model(batch.data).square().mean()}

    problem = Problem("penalty")
    alone, many = (
        evaluator(problem, problem.build(0), name, width)(points(3))["loss"]
        for name, width in (("inplace", 1), ("batched", 3))
    )
    np.testing.assert_allclose(many, alone, rtol=1e-10)


class Averaging(nn.Module):
    """A layer that follows the mean of what it is given, where the mean is negative."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.register_buffer("mean", torch.zeros(3))

    def forward(self, x):
        if x.mean() < 0:
            self.mean.mul_(0.5).add_(0.5 * x.mean(0))
        return self.layer(x) - self.mean


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.inference_mode])
def test_buffers_that_change_from_the_second_batch_on_are_put_back(mode):
    class Problem:
        def loss(self, model, batch):
            return {"loss": model(batch.data).square().mean()}

    network = Averaging()
    loss, batches = ModuleLoss(Problem(), network), [Batch(sign * torch.ones(4, 3)) for sign in (1, -1)]
    with mode():
        values = [[float(loss(batch)["loss"].detach()) for batch in batches] for _ in range(3)]
    assert values[0] == values[1] == values[2]
    assert loss.changes
    assert not network.mean.any()
    network.mean.fill_(1.0)  # by others, between calls
    loss(batches[1])
    assert network.mean.tolist() == [1, 1, 1]


def test_many_points_at_once_change_buffers_from_the_second_batch_on():
    class Problem(Contract):
        def build(self, seed):
            torch.manual_seed(seed)
            return Averaging()

        def batches(self, split="train", draw=0):
            yield from (Batch(sign * torch.ones(4, 3)) for sign in (1, -1))

        def loss(self, model, batch):
            x = batch.data
            if x.mean() < 0:
                model.mean.mul_(0.5).add_(0.5 * model.layer(x).mean(0))
            return {"loss": (model.layer(x) - model.mean).square().mean()}

    problem = Problem("penalty")
    alone, many = (
        evaluator(problem, problem.build(0), name, width)(points(3))["loss"]
        for name, width in (("inplace", 1), ("batched", 3))
    )
    np.testing.assert_allclose(many, alone, rtol=1e-10)


def test_a_module_in_two_places_keeps_its_own_parameters():
    """As they are replaced by torch alone, it keeps those that took their place (torch 2.13)."""
    problem = Contract("shared")
    network = problem.build(0)
    before, loss = dict(network.named_parameters()), ModuleLoss(problem, network)
    given = {name: torch.zeros_like(p) for name, p in before.items()}
    (batch, _) = problem.batches()
    found = loss.run(lambda: loss.at(given, batch))["loss"]
    assert float(found) == pytest.approx(float(batch.data.square().mean()))
    assert all(p is before[name] for name, p in network.named_parameters())


def test_a_small_penalty_on_what_requires_gradients_is_not_lost():
    """Under vmap no parameter seems to require a gradient; the penalty is less than what strategies may differ by."""

    class Decayed(Contract):
        def loss(self, model, batch):
            penalty = sum(p.square().sum() for p in model.parameters() if p.requires_grad)
            return {"loss": contracts.error(model, batch.data) + 1e-7 * penalty}

    problem = Decayed("penalty")
    model = problem.build(0)
    with pytest.raises(ValueError, match="the loss depends on requires_grad of the parameters, which is lost under vm"):
        evaluator(problem, model, "batched", 2)(points(2))
    plain = Plain(problem)
    at = np.zeros((1, 2))
    assert evaluator(problem, model, "inplace", 1)(at)["loss"] == pytest.approx([plain.loss(plain.theta())], rel=1e-12)


def test_a_loss_that_differentiates_its_inputs_keeps_a_penalty_on_what_requires_gradients():
    class Residual(Contract):
        def loss(self, model, batch):
            x = batch.data.clone().requires_grad_(True)
            (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
            penalty = sum(p.square().sum() for p in model.parameters() if p.requires_grad)
            return {"loss": slope.square().mean() + 1e-7 * penalty}

    problem = Residual("penalty")
    plain = Plain(problem)
    found = evaluator(problem, problem.build(0), "inplace", 1)(np.zeros((1, 2)))["loss"]
    assert found == pytest.approx([plain.loss(plain.theta())], rel=1e-12)


def test_copies_have_the_dtype_asked_for_and_share_no_memory():
    model = contracts.Spectral()
    wide = copied(model, CPU, torch.float64)
    assert (wide.weight.dtype, wide.lift.weight.dtype) == (torch.complex128, torch.float64)
    assert torch.equal(wide.weight.to(torch.complex64), model.weight)
    locked = contracts.Locked()
    again = copied(locked)
    assert again.lock is locked.lock
    assert again.seen[0].is_leaf
    assert again.seen[0].data_ptr() != locked.seen[0].data_ptr()
    assert torch.equal(again.seen[0], locked.seen[0])
    assert again.weight.data_ptr() != locked.weight.data_ptr()


class Remembers(nn.Module):
    """A network that keeps something made of its weights, and its last output."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.w, self.o, self.last = nn.Parameter(torch.randn(4, 3)), nn.Linear(4, 2), None

    @cached_property
    def unit(self):
        return self.w / self.w.norm(dim=1, keepdim=True)

    def forward(self, x):
        h = torch.tanh(x @ self.unit.T)
        h = h if self.last is None else (h + self.last) / 2
        self.last = h
        return self.o(h)


class Recalled:
    def build(self, seed):
        return Remembers()

    def batches(self, split="train", draw=0):
        yield Batch(torch.randn(6, 3, generator=torch.Generator().manual_seed(1)), weight=6)

    def loss(self, model, batch):
        return {"loss": model(batch.data).square().mean()}


@pytest.mark.parametrize("name", ["inplace", "batched"])
def test_what_a_network_remembers_of_a_call_is_of_that_call_alone(name):
    problem = Recalled()
    model, (batch,) = problem.build(0), problem.batches()
    strategy = make_strategy(name, problem, model, ("loss",), CPU, torch.float32)
    data = Data.of(problem, CPU, torch.float32)
    theta = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    points = torch.stack([theta, theta + 0.5, theta])
    expected = []
    for point in points:
        fresh = problem.build(0)
        torch.nn.utils.vector_to_parameters(point, fresh.parameters())
        expected.append(problem.loss(fresh, batch)["loss"].item())
    for _ in range(2):
        np.testing.assert_allclose(strategy(points, data)["loss"], expected, rtol=1e-6)


def test_the_hessian_of_a_network_that_remembers_is_of_its_weights():
    problem = Recalled()
    model, (batch,) = problem.build(0).double(), problem.batches()
    batch = batch.to(CPU, torch.float64)
    parameters = dict(model.named_parameters())

    def loss(values):
        x, w = batch.data, values["w"]
        h = torch.tanh(x @ (w / w.norm(dim=1, keepdim=True)).T)
        return (h @ values["o.weight"].T + values["o.bias"]).square().mean()

    blocks = torch.func.hessian(loss)({k: p.detach() for k, p in parameters.items()})
    rows = [torch.cat([blocks[a][b].reshape(p.numel(), -1) for b in parameters], 1) for a, p in parameters.items()]
    product = CurvatureProduct(problem, model.eval(), [batch], CPU, torch.float64)
    found = torch.stack([torch.as_tensor(product(row)) for row in torch.eye(product.size, dtype=torch.float64)])
    torch.testing.assert_close(found, torch.cat(rows), rtol=1e-8, atol=1e-10)
