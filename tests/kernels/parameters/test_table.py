"""The table of parameters: states, norms, and how it stays short."""

import pytest
import torch
from landsweep.kernels.parameters.table import grouped, rows, sentence, table
from torch import nn


def network(layers):
    torch.manual_seed(0)
    return nn.ModuleDict({"layers": nn.ModuleList(nn.Linear(3, 3) for _ in range(layers)), "head": nn.Linear(3, 2)})


def test_every_parameter_has_a_state():
    model = network(1)
    model["layers"][0].bias.requires_grad_(False)
    nn.init.zeros_(model["head"].weight)
    parts = {"layers.0.weight": torch.ones(2, 9), "head.weight": torch.zeros(2, 6), "head.bias": torch.zeros(2, 2)}
    found = table(model, ["bias"], parts)
    assert [(e.name, e.state, e.size, e.directions) for e in found] == [
        ("layers.0.weight", "moved", 9, (3.0, 3.0)),
        ("layers.0.bias", "frozen", 3, ()),
        ("head.weight", "still", 6, (0.0, 0.0)),
        ("head.bias", "ignored", 2, ()),
    ]
    assert found[0].norm == pytest.approx(float(model["layers"][0].weight.detach().norm()))
    assert [e.state for e in table(model, None)] == ["moved", "frozen", "still", "moved"]
    assert [e.state for e in table(model, None, scaled=False)] == ["moved", "frozen", "moved", "moved"]


def test_many_layers_share_a_line():
    model = network(24)
    found = table(model, ["bias"])
    assert [(str(g), g.size) for g in grouped(found)] == [
        ("layers.*.weight (24)", 24 * 9),
        ("head.weight", 6),
        ("layers.*.bias (24)", 24 * 3),
        ("head.bias", 2),
    ]
    norm = sum(float(p.detach().norm()) ** 2 for n, p in model.named_parameters() if n.endswith("weight")) ** 0.5
    assert sentence(found) == (
        f"moved 222 of 296 numbers: layers.*.weight (24), head.weight (weights of norm {norm:.4g}); ignored 74: "
        "layers.*.bias (24), head.bias"
    )
    assert len(rows(found)) == 5
    assert len(rows(table(network(5), ["bias"]))) == 13  # few enough to be listed one by one


def test_shapeless_complex_and_lazy_parameters_are_listed():
    model = nn.Module()
    model.scale, model.z = nn.Parameter(torch.tensor(2.0)), nn.Parameter(torch.tensor([3j, 4.0]))
    model.later = nn.LazyLinear(2)
    model.codes = nn.Parameter(torch.tensor([3, 4], dtype=torch.int8), requires_grad=False)
    found = table(model, ["bias"])
    assert [(e.name, e.shape, e.size, e.state, e.norm) for e in found] == [
        ("scale", (), 1, "moved", 2.0),
        ("z", (2,), 4, "moved", 5.0),
        ("codes", (2,), 2, "frozen", 5.0),
        ("later.weight", (), 1, "moved", 0.0),
        ("later.bias", (), 1, "ignored", 0.0),
    ]
    assert [line.split()[:3] for line in rows(found)][1] == ["moved", "scale", "()"]
