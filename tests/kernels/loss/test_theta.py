"""Theta holds parameters of every shape, complex ones as pairs, and directions have norms of these pairs."""

import numpy as np
import torch
from contracts import Spectral
from landsweep.kernels.loss.directions import random_directions
from landsweep.kernels.loss.theta import ThetaLayout, flatten, real_dtype, size
from torch import nn


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.5))
        self.weight = nn.Parameter(torch.randn(2, 3, dtype=torch.cfloat).conj())
        self.frozen = nn.Parameter(torch.ones(4), requires_grad=False)
        self.bias = nn.Parameter(torch.randn(2, dtype=torch.cfloat))


def test_rows_are_cut_into_parameters_and_joined_again():
    model = Mixed()
    layout, theta = ThetaLayout(model), flatten(model)
    assert (layout.names, layout.sizes, size(model)) == (["scale", "weight", "bias"], [1, 12, 4], 17)
    assert theta.dtype == torch.float32
    parts = layout.split(theta)
    assert parts["scale"].shape == ()
    for name, p in model.named_parameters():
        assert name == "frozen" or torch.equal(parts[name], p)
    rows = torch.arange(34.0).view(2, 17)
    assert [tuple(p.shape) for p in layout.split(rows).values()] == [(2,), (2, 2, 3), (2, 2)]
    layout.assign(model, rows[1])
    assert torch.equal(flatten(model), rows[1])
    assert model.weight[0, 1] == torch.complex(rows[1, 3], rows[1, 4])


def test_a_network_computes_in_the_dtype_of_its_real_parameters():
    model = nn.Module()
    model.codes = nn.Parameter(torch.tensor([3], dtype=torch.int8), requires_grad=False)
    assert real_dtype(model) == torch.float32
    model.modes = nn.Parameter(torch.ones(1, dtype=torch.complex128))
    assert real_dtype(model) == torch.float64
    model.layer = nn.Linear(1, 1)
    assert real_dtype(model) == torch.float32


def test_filters_of_complex_weights_have_their_norms():
    model = Spectral()
    found = ThetaLayout(model).split(random_directions(model, 2, 0, "filter", ()).delta)["weight"]
    for k in range(2):
        for drawn, own in zip(found[k], model.weight, strict=True):
            np.testing.assert_allclose(drawn.abs().square().sum(), own.detach().abs().square().sum(), rtol=1e-5)
    assert found.imag.abs().min() > 0
