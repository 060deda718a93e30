"""What hidden layers give while a loss is computed, in the ways in which losses call networks."""

from __future__ import annotations

import pytest
import torch
from landsweep.kernels.activations import record
from landsweep.kernels.problem import Batch
from torch import nn


class Calls:
    """A loss that calls the network as ``how`` says; its batches have 4 samples each."""

    def __init__(self, how):
        self.how = how

    def loss(self, model, batch):
        return {"loss": self.how(model, batch.data)}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))


BATCHES = [Batch(torch.randn(4, 2, generator=torch.Generator().manual_seed(k)), weight=4) for k in range(3)]


def by_gradient(model, x):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
    return slope.square().mean()


def mapped(model, x):
    return torch.func.vmap(lambda one: model(one).sum())(x).square().mean()


def mapped_gradient(model, x):
    return torch.func.vmap(torch.func.grad(lambda one: model(one).sum()))(x).square().mean()


@pytest.mark.parametrize("how", [lambda m, x: m(x).mean(), by_gradient, mapped, mapped_gradient])
@pytest.mark.parametrize("samples", [6, 500])
def test_the_first_samples_in_whatever_way_the_loss_calls_the_network(how, samples):
    model = network()
    found = record(Calls(how), model, BATCHES, ("0", "2"), samples)
    x = torch.cat([batch.data for batch in BATCHES])[:samples]
    for name, depth in (("0", 1), ("2", 3)):
        assert torch.allclose(found[name], model[:depth](x).double(), atol=1e-6)
        assert not found[name].requires_grad
    assert not any(module._forward_hooks for module in model.modules()), "a hook was left behind"


def test_several_calls_for_a_batch_and_outputs_of_many_dimensions():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.memory = nn.Linear(2, 3), nn.LSTM(2, 4, batch_first=True)

        def forward(self, x):
            return self.layer(x).sum() + self.memory(x[:, None].expand(-1, 5, -1))[0].sum()

    model = Net()
    found = record(Calls(lambda m, x: m(x) + m(2 * x)), model, BATCHES[:1], ("layer", "memory"), 100)
    assert found["layer"].shape == (8, 3)
    assert found["memory"].shape == (8, 20), "of a tuple the first tensor, flattened"
    x = BATCHES[0].data
    assert torch.allclose(found["layer"], model.layer(torch.cat([x, 2 * x])).double(), atol=1e-6)


@pytest.mark.parametrize(
    ("layers", "how", "text"),
    [
        (("7",), lambda m, x: m(x).mean(), "the network has no submodule '7', expected some of 0, 1, 2"),
        (
            ("2",),
            lambda m, x: m[0](x).mean(),
            r"layer 2 was not called by loss\(\).* expected some of those that it calls: 0$",
        ),
        (("0",), lambda m, x: m(x[:, None].expand(-1, len(x), -1)[: len(x)]).mean() + m(x).mean(), "3 and 12 numbers"),
    ],
)
def test_what_cannot_be_stored_is_a_sentence(layers, how, text):
    with pytest.raises((LookupError, ValueError), match=text):
        record(Calls(how), network(), BATCHES[:1], layers, 10)
