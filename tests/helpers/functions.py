"""Landscapes that are known functions of two weights, or one: minima and saddles are where mathematics puts them."""

from pathlib import Path

import torch
from landsweep.kernels.problem import Batch
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class Weights(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(dims))

    def forward(self, one):
        return self.weight * one


class Square(Function):
    """x^2, which torch differentiates once."""

    @staticmethod
    def forward(x):
        return x * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        return 2 * grad * ctx.saved_tensors[0]


def himmelblau(w, square=torch.square):
    """Four minima of value 0, four saddles and a maximum: Himmelblau 1972."""
    x, y = w
    return square(x * x + y - 11) + square(x + y * y - 7)


def wells(w):
    """Minima at -1 and 1, where it is 0 and 0.4, but for the tilt; the saddle lies between."""
    return ((w * w - 1).square() + 0.2 * (w + 1)).sum()


def cut(w):
    """Two wells, and nothing at all between them but for where the weights are."""
    found = (w * w - 1).square().sum()
    return torch.where((w[0] - 0.3).abs() < 0.2, torch.full_like(found, torch.nan), found)


def valley(w):
    """One narrow valley oblique to the grid, which makes beads of it."""
    x, y = w
    return 100 * (x - 0.37 * y).square() + 0.1 * (x + y - 0.3).square()


def tent(w):
    """One kink, at (0.3, -0.2)."""
    x, y = w[0] - 0.3, w[1] + 0.2
    return (x + 0.5 * y).abs() + (y - 0.4 * x).abs()


FUNCTIONS = {
    "himmelblau": himmelblau,
    "once": lambda w: himmelblau(w, Square.apply),
    "steps": lambda w: himmelblau(w.detach()) + 0 * w.detach().sum(),
    "wells": wells,
    "cut": cut,
    "valley": valley,
    "tent": tent,
    "plateau": lambda w: torch.relu(w.square().sum() - 1) + 3,
    "noisy": lambda w: himmelblau(w) + 1e-9 * torch.rand((), dtype=w.dtype),
    "nowhere": lambda w: w.sum() * torch.nan,
}


class Known:
    """The loss is the function ``of`` of the weights, times ``times`` and a number in a file, 1 where there is none.

    For ``refuse`` it takes no float64.
    """

    def __init__(self, of="himmelblau", dims=2, times=1.0, refuse=0.0, data=None):
        self.of, self.dims, self.times, self.refuse, self.data = of, dims, times, refuse, data

    def build(self, seed):
        return Weights(self.dims)

    def train(self, model, seed, *, start=None, on_step=None):
        return model

    def batches(self, split="train", draw=0):
        stored = self.data is not None and Path(self.data).exists()
        yield Batch((torch.tensor([float(Path(self.data).read_text()) if stored else 1.0]),))

    def loss(self, model, batch):
        (number,) = batch.data
        if number.dtype == torch.float64 and self.refuse == self.times:
            raise TypeError("float32 only, on purpose")
        return {"loss": self.times * number[0] * FUNCTIONS[self.of](model(torch.ones_like(number)))}
