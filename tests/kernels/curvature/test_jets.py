"""Taylor polynomials through operations, against dense derivatives by autograd; what has no rule goes another way."""

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.problem import Batch
from networks import CPU, Small
from torch import nn
from torch.nn import functional as F


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        rng = torch.Generator().manual_seed(0)
        self.w = nn.Parameter(torch.randn(3, 4, generator=rng, dtype=torch.float64))
        self.v = nn.Parameter(torch.randn(4, 4, generator=rng, dtype=torch.float64))
        self.b = nn.Parameter(torch.rand(4, generator=rng, dtype=torch.float64))


class Of:
    """A loss that is a function of the weights and of data, ``(5, 3)`` numbers and 5 classes."""

    def __init__(self, function):
        self.function = function

    def build(self, seed):
        return Two()

    def batches(self, split="train", draw=0):
        x = torch.linspace(-1, 1, 15, dtype=torch.float64).cos().reshape(5, 3)
        yield Batch({"x": x, "y": torch.tensor([0, 3, 1, 1, 2])})

    def loss(self, model, batch):
        return {"loss": self.function(model, batch.data["x"], batch.data["y"])}


def derivatives_of(problem, d=2):
    model = problem.build(0).eval()
    rng = torch.Generator().manual_seed(1)
    delta = 0.3 * torch.randn(d, len(flatten(model)), generator=rng, dtype=torch.float64)
    data = Data.of(problem, CPU, torch.float64)
    return AlphaDerivatives(problem, model, delta, data, device=CPU, dtype=torch.float64)


def assert_those_of_autograd(f, alpha):
    """What it returns by polynomials is what it returns without them, backwards twice."""
    found = f.derivatives(alpha)
    f.polynomials = None
    for part, other in zip(found, f.derivatives(alpha), strict=True):
        np.testing.assert_allclose(part, other, rtol=1e-9, atol=1e-11 * max(1.0, np.abs(other).max()))


def layers(m, x):
    return F.linear(x, m.w.T, m.b)


def conv(m, x):
    image = (x @ m.w).reshape(1, 5, 4)
    return F.conv1d(image, m.v.reshape(2, 4, 2)[:, :, :1].repeat_interleave(5, 1)[:, ::4], m.b[:2])


def attention(m, x):
    h = torch.tanh(x @ m.w)[None]
    weights = torch.softmax(h @ m.v @ h.transpose(1, 2) / 2.0, dim=-1)
    return torch.bmm(weights, h)


def evaluated_norm(m, x):
    mean, variance = torch.arange(4.0).double(), torch.arange(1.0, 5.0).double()
    return F.batch_norm(layers(m, x), mean, variance, m.b, m.v[0], training=False).square()


RULES = {
    "linear": lambda m, x, y: layers(m, x).square().sum(),
    "of a vector": lambda m, x, y: F.linear(m.b, m.v).square().sum() + m.v.mv(m.b).dot(m.b),
    "products": lambda m, x, y: ((x @ m.w) @ m.v * m.b - (m.w @ m.v).mean()).pow(2).mean(),
    "powers": lambda m, x, y: (m.b**3).sum() + (m.b + 1).sqrt().sum() + (m.b + 1).rsqrt().sum() + (m.b**1).sum(),
    "quotients": lambda m, x, y: (m.v / (2 + m.b) + 1 / (2 + m.b) - m.b / 3.0).square().sum(),
    "functions": lambda m, x, y: (layers(m, x).sin() * m.b.cos() + (2 + m.b).log() * m.b.exp()).sum(),
    "saturating": lambda m, x, y: (torch.sigmoid(layers(m, x)) - 2 * torch.tanh(m.b)).square().mean(),
    "piecewise": lambda m, x, y: (torch.relu(layers(m, x)) @ m.v).square().mean(),
    "classes": lambda m, x, y: F.cross_entropy(layers(m, x) @ m.v, y, label_smoothing=0.0),
    "weighted classes": lambda m, x, y: F.cross_entropy(layers(m, x), y, torch.arange(1.0, 5.0).double()),
    "square error": lambda m, x, y: F.mse_loss(torch.tanh(layers(m, x)), m.b.expand(5, 4)) + F.mse_loss(m.b, m.v[0]),
    "a sum of squares": lambda m, x, y: F.mse_loss(layers(m, x), y[:, None].double().expand(5, 4), reduction="sum"),
    "cut and joined": lambda m, x, y: torch.cat([m.w[:2], x[:2, :1].expand(2, 4), m.v.flip(0)]).pow(3).sum(),
    "stacked": lambda m, x, y: torch.stack([m.b, *m.w.unbind(0)]).T.reshape(2, 8).square().mean(dim=1).exp().sum(),
    "chosen": lambda m, x, y: m.v[y].square().sum() + (m.w.split(2, dim=1)[1] ** 2).squeeze(0).sum(),
    "convolution": lambda m, x, y: conv(m, x).square().sum(),
    "padded": lambda m, x, y: F.pad(layers(m, x), (2, -1), value=3.0).square().sum(),
    "parts of another order in memory": lambda m, x, y: (x.sum() * torch.ones(3, 4) + m.b).reshape(-1).pow(3).sum(),
    "vectorised": lambda m, x, y: torch.vmap(lambda row, v: torch.dot(row, v).exp())(x[:4], m.w.T).mean(),
    "attention": lambda m, x, y: attention(m, x).square().sum(),
    "norm by statistics that are given": lambda m, x, y: evaluated_norm(m, x).mean(),
    "subtracted from": lambda m, x, y: (1 - m.b).square().sum() + torch.sub(m.v, m.w[0], alpha=3).square().sum(),
    "linear in the weights": lambda m, x, y: layers(m, x).sum() + m.v.square().sum() * 0,
}


@pytest.mark.parametrize("rule", RULES)
def test_rules(rule):
    f = derivatives_of(Of(RULES[rule]), 3)
    for d in (1, 2, 3):
        along = f.along(f._delta[:d])
        assert along.polynomials is not None
        assert_those_of_autograd(along, np.random.default_rng(0).uniform(-0.5, 0.5, (3, d)))


PROBLEMS = {
    "MLP": Small(),
    "classes": Small("cross-entropy", lambda: nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4))),
    "PINN": Convection(beta=3, n_f=10),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_shipped_losses_have_rules_and_other_directions_their_own(problem):
    f = derivatives_of(PROBLEMS[problem])
    assert f.polynomials is not None
    rng = torch.Generator().manual_seed(5)
    other = f.along(0.1 * torch.randn(3, f._delta.shape[1], generator=rng, dtype=torch.float64))
    assert other.polynomials is not None
    assert f.along(torch.ones(4, f._delta.shape[1]).double()).polynomials is None
    assert_those_of_autograd(other, np.random.default_rng(1).uniform(-0.2, 0.2, (2, 3)))
    assert_those_of_autograd(f, np.random.default_rng(0).uniform(-0.2, 0.2, (2, 2)))


def stopped(m, x, y):
    with torch.no_grad():
        scale = m.b.sum()
    return (scale - scale + 1) * layers(m, x).square().sum()


def in_place(m, x, y):
    h = layers(m, x)
    h += 1
    return h.square().sum()


def caught(m, x, y):
    """The loss goes on where an operation fails, and near the weights nothing shows that it does."""
    try:
        far = torch.relu(m.v.abs().max() - 4)
    except (RuntimeError, NotImplementedError):
        far = 0
    return layers(m, x).square().sum() + far


WITHOUT = {
    "an operation whose error the loss catches": caught,
    "a power of several numbers": lambda m, x, y: (m.b ** torch.full((1, 1), 2.0)).sum() + layers(m, x).square().sum(),
    "a part without gradients": stopped,
    "a part that is detached": lambda m, x, y: layers(m, x).square().sum() + 0 * m.b.detach().sum(),
    "a change in place": in_place,
    "a branch by a value": lambda m, x, y: layers(m, x).square().sum() * (2.0 if m.b.sum() > -1e9 else 1.0),
    "an operation without a rule": lambda m, x, y: torch.logcumsumexp(m.b, 0).sum() + layers(m, x).square().sum(),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_what_has_no_rule_goes_another_way(case):
    f = derivatives_of(Of(WITHOUT[case]))
    assert f.polynomials is None
    _, gradient, hessian = f.derivatives(np.array([[0.1, -0.2]]))
    ends = f.gradients(np.array([[0.1 + s * 1e-5, -0.2] for s in (1, -1)]))[1]
    np.testing.assert_allclose(hessian[0, 0], (ends[0] - ends[1]) / 2e-5, rtol=1e-6, atol=1e-7)
    assert np.isfinite(gradient).all()
