"""Small networks and losses that tests of several kernels share, and what is known of them by brute force."""

import numpy as np
import torch
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten, random_directions
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.problem import Batch, trainable_parameters
from torch import nn

CPU = torch.device("cpu")


def generator(seed):
    return torch.Generator().manual_seed(seed)


class Small:
    """A small network on three unequal batches; ``kind`` names the loss."""

    def __init__(self, kind="mse", network=None):
        self.kind, self.network = kind, network

    def build(self, seed):
        torch.manual_seed(seed)
        if self.network is not None:
            return self.network().double()
        return nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 4)).double()

    def batches(self, split="train", draw=0):
        x = torch.randn(30, 3, generator=generator(1), dtype=torch.float64)
        y = torch.randint(0, 4, (30,), generator=generator(2))
        for part in (slice(0, 5), slice(5, 16), slice(16, 30)):
            yield self.batch(x[part], y[part])

    def batch(self, x, y):
        def split(n):
            return [self.batch(a, b) for a, b in zip(x.tensor_split(n), y.tensor_split(n), strict=True) if len(a)]

        return Batch({"x": x, "y": y}, weight=float(len(x)), split=split)

    def loss(self, model, batch):
        x, y = batch.data["x"], batch.data["y"]
        if self.kind == "gradient":  # a PINN as most codes write it
            x = x.clone().requires_grad_(True)
            u = model(x)
            (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
            return {"loss": (slope[:, 0] + 2 * slope[:, 1]).square().mean() + u.square().mean()}
        if self.kind == "forward":  # as torch.func writes it
            u, slope = torch.func.jvp(model, (x,), (torch.ones_like(x),))
            return {"loss": slope.square().mean() + (u - 1).square().mean()}
        logits = model(x)
        if self.kind == "cross-entropy":
            return {"loss": nn.functional.cross_entropy(logits, y), "norm": logits.square().mean()}
        return {"loss": (logits - y[:, None]).square().mean()}


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.frozen = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 4)
        self.b.weight = self.a.weight
        self.frozen.requires_grad_(False)

    def forward(self, x):
        return self.frozen(torch.tanh(self.b(torch.tanh(self.a(x)))))


def product(problem, **options):
    model = problem.build(0).eval()
    return CurvatureProduct(problem, model, list(problem.batches()), CPU, torch.float64, **options)


def dense(problem, field="loss"):
    """The Hessian by autograd, entry by entry, of the weighted mean over all batches."""
    model, batches = problem.build(0).eval(), list(problem.batches())
    named = dict(trainable_parameters(model))

    def total(theta):
        parts = torch.split(theta, [p.numel() for p in named.values()])
        own = {name: part.view(p.shape) for (name, p), part in zip(named.items(), parts, strict=True)}

        def call(*args, **kwargs):
            return torch.func.functional_call(model, own, args, kwargs)

        return sum(problem.loss(call, b)[field] * b.weight for b in batches) / sum(b.weight for b in batches)

    return torch.autograd.functional.hessian(total, flatten(model)).numpy()


class Wide:
    """An MLP with large activations; the loss may be one that vmap cannot follow, or that looks at values."""

    def __init__(self, samples=500, kind="plain"):
        self.samples, self.kind = samples, kind

    def build(self, seed):
        return nn.Sequential(nn.Linear(8, 1000), nn.Tanh(), nn.BatchNorm1d(1000), nn.Linear(1000, 3))

    def batches(self, split="train", draw=0):
        for n in (self.samples, self.samples // 2):
            yield Batch({"x": torch.ones(n, 8)}, weight=float(n))

    def loss(self, model, batch):
        x = batch.data["x"]
        if self.kind == "value":
            return {"loss": model(x).square().mean() * (2 if float(x.sum()) > 0 else 1)}
        if self.kind == "gradient":
            x = x.clone().requires_grad_(True)
            (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
            return {"loss": slope.square().mean()}
        return {"loss": model(x).square().mean()}


def size(model):
    return sum(p.numel() for _, p in trainable_parameters(model))


def points(n, dims=2):
    return np.random.default_rng(0).uniform(-1, 1, (n, dims))


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


def evaluator(problem, model, name, width=4, dtype="float64", fields=("loss",), batchnorm="frozen", device=CPU):
    """Return an evaluator of two random directions, by a strategy on a device."""
    precision = PRECISIONS[dtype]
    strategy = make_strategy(name, problem, model, fields, device, precision.dtype, batchnorm, width)
    data = Data.of(problem, device, precision.dtype, channels_last=strategy.channels_last)
    delta = random_directions(model, 2, 0).delta
    return Evaluator(strategy, model, delta, data, device=device, precision=precision, width=width)
