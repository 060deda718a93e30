"""The kinds of user models in tests/models, and what is true of each of them: by plain loops and dense Hessians."""

import importlib
import sys
from collections import OrderedDict
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import product
from unittest import mock

import numpy as np
import torch
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import PackedSequence

EPSILON = 1e-6
POINTS, HALF = 3, 0.5
"""A landscape has so many points a side, from minus to plus this multiple of each direction."""
COMPLEX = {torch.float32: torch.complex64, torch.float64: torch.complex128}


class Kind:
    """What a kind has beside ``build``, ``batches`` and ``loss``; its docstring is its name in docs/models.md."""

    moved = ""
    """The parameters that directions move, with ``ignore: [bias, norm]``; ``a.{b,c}.d`` stands for two names."""
    together = True
    """Whether many points can be evaluated at once; otherwise landsweep has to find out, and go one by one."""
    hessian = True
    """True, or words of the sentence that refuses a Hessian."""
    refused = ""
    """Words of the sentence that refuses the study before training."""
    fails = ""
    """Words of the sentence with which the model fails after training."""
    said = ""
    """Words of a sentence that the run says."""
    known = ""
    """What to know, for docs/models.md."""
    fields = ("loss",)
    """The fields that the study stores."""
    gaps = False
    """Whether the loss has no value at some points of the landscape."""
    single = ""
    """Words of the sentence that refuses float64, where the kind computes in float32 alone."""
    rough = False
    """Whether the kind rounds to float32 inside, whatever the precision."""
    surrogate = False
    """Whether autograd's second derivatives are meant to be others than those of the loss, as of rounding."""
    tolerance = 1e-4
    """The difference from the loop in float32 that is allowed, relative to the greatest value."""

    def train(self, model, seed, *, start=None, on_step=None):
        assert not self.refused, "training began"
        return model


def randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def labels(n, classes, seed=0):
    return torch.randint(classes, (n,), generator=torch.Generator().manual_seed(seed))


@cache
def all_kinds(folder):
    """Every kind, by the module and the name of its class."""
    sys.path.insert(0, str(folder))
    try:
        modules = [importlib.import_module(path.stem) for path in sorted(folder.glob("kinds_*.py"))]
    finally:
        sys.path.remove(str(folder))
    found = OrderedDict()
    for module in modules:
        for name, cls in vars(module).items():
            if isinstance(cls, type) and issubclass(cls, Kind) and cls.__module__ == module.__name__ and cls.__doc__:
                found[f"{module.__name__}.py:{name}"] = cls
    return found


def names(text):
    """The names in a listing; ``a.{b,c}.d`` stands for two."""
    found = []
    for word in text.split():
        head, brace, rest = word.partition("{")
        inner, _, tail = rest.partition("}")
        found += [head + one + tail for one in inner.split(",")] if brace else [word]
    return found


def cast(thing, dtype):
    """A tensor, a container of tensors or a batch, with real and complex numbers in the precision of ``dtype``."""
    if isinstance(thing, torch.Tensor):
        if thing.is_complex():
            return thing.to(COMPLEX[dtype])
        return thing.to(dtype) if thing.is_floating_point() else thing
    if isinstance(thing, PackedSequence):
        return PackedSequence(cast(thing.data, dtype), *thing[1:])
    if isinstance(thing, dict):
        return {key: cast(value, dtype) for key, value in thing.items()}
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return type(thing)(*(cast(value, dtype) for value in thing))
    if isinstance(thing, list | tuple):
        return type(thing)(cast(value, dtype) for value in thing)
    if is_dataclass(thing):
        return replace(thing, **{f.name: cast(getattr(thing, f.name), dtype) for f in fields(thing)})
    return thing


def trained(cls, dtype):
    """The problem and its model as a user trains it, in a precision and in evaluation mode."""
    problem = cls()
    model = problem.build(0)
    torch.manual_seed(0)
    model = problem.train(model, 0)
    model._apply(lambda t: cast(t, dtype))
    return problem, model.eval()


def free(model):
    """The parameters that move, if none is ignored: those that want gradients, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def mean(problem, model, dtype):
    """The loss over all batches, as a tensor; a batch counts by its weight, else by its number of samples."""
    total, weights = 0.0, 0.0
    for batch in problem.batches():
        value = problem.loss(model, cast(batch, dtype))
        weight = batch.weight if isinstance(batch, Batch) else samples(batch)
        total, weights = total + weight * (value["loss"] if isinstance(value, dict) else value), weights + weight
    return total / weights


def samples(batch):
    if isinstance(batch, torch.Tensor):
        return len(batch)
    return samples(next(iter(batch.values() if isinstance(batch, dict) else batch)))


class Small(Kind):  # what many kinds share
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def batches(self, split="train", draw=0):
        yield Batch((randn(10, 3, seed=draw), labels(10, 2, draw)), weight=10)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y)}


def cut(model, flat):
    """A vector of theta's length by parameter, in each one's shape; complex ones are pairs of reals."""
    found, at = {}, 0
    for name, p in free(model).items():
        n = p.numel() * (2 if p.is_complex() else 1)
        part = flat[at : at + n].clone()
        found[name] = torch.view_as_complex(part.reshape(*p.shape, 2)) if p.is_complex() else part.reshape(p.shape)
        at += n
    assert at == len(flat), "another number of parameters"
    return found


def loop(cls, delta, dtype):
    """The landscape by a loop over the points: the model as it was trained, with parameters moved by hand."""
    problem, model = trained(cls, dtype)
    before = [(t, t.detach().clone()) for t in (*model.parameters(), *model.buffers())]
    values = []
    for alpha in product(np.linspace(-HALF, HALF, POINTS), repeat=2):
        step = cut(model, torch.from_numpy(np.array(alpha)) @ delta.double())
        model.eval()
        with torch.no_grad():
            for tensor, value in before:
                tensor.copy_(value)
            for name, p in free(model).items():
                p.add_(step[name].to(p.dtype))
        try:
            values.append(float(torch.as_tensor(mean(problem, model, dtype), dtype=torch.float64).detach()))
        except RuntimeError:
            values.append(np.nan)
    return np.array(values).reshape(POINTS, POINTS)


def dense(cls):
    """The Hessian at the weights, by differentiating every entry of the gradient, in float64 where the kind can.

    It is symmetric, and along one vector it is the difference of gradients.
    """
    dtype, exact = (torch.float32, False) if cls.single else (torch.float64, not cls.rough)
    problem, model = trained(cls, dtype)
    parameters = list(free(model).values())

    def flat(parts):
        whole = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, parts, strict=True)]
        whole = [g.to_dense() for g in whole]
        return torch.cat([(torch.view_as_real(g) if g.is_complex() else g).reshape(-1) for g in whole])

    def gradient(**graph):
        value = mean(problem, model.eval(), dtype)
        return flat(torch.autograd.grad(value, parameters, allow_unused=True, **graph))

    with sdpa_kernel(SDPBackend.MATH), patched():
        slope = gradient(create_graph=True)
        rows = [
            flat(torch.autograd.grad(entry, parameters, retain_graph=True, allow_unused=True))
            if entry.requires_grad
            else torch.zeros_like(slope)
            for entry in slope
        ]
        hessian = torch.stack(rows).detach()
        along = randn(len(hessian), seed=9).to(dtype)
        sides = []
        for shift in (EPSILON, -2 * EPSILON):
            with torch.no_grad():
                for p, step in zip(parameters, cut(model, along).values(), strict=True):
                    p.add_(step, alpha=shift)
            sides.append(gradient())
    torch.testing.assert_close(hessian, hessian.T, rtol=0, atol=(1e-9 if exact else 1e-4) * float(hessian.abs().max()))
    difference = (sides[0] - sides[1]) / (2 * EPSILON)
    if exact and not cls.surrogate:
        torch.testing.assert_close(hessian @ along, difference, rtol=0, atol=1e-4 * float(difference.abs().max()))
    return hessian.numpy()


@contextmanager
def patched():
    """Weight normalisation with the right second derivatives: torch's own (2.13) takes the norms for constants."""
    with ExitStack() as stack:
        for module in ("torch", "torch.nn.utils.weight_norm"):
            stack.enter_context(mock.patch.object(sys.modules[module], "_weight_norm", weight_norm))
        yield


def weight_norm(v, g, dim=0):
    return v * (g / torch.norm_except_dim(v, 2, dim))
