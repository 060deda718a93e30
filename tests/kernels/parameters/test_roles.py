"""Biases and norms are told by class, shape and name: what ``ignore: [bias, norm]`` leaves where it is."""

import pytest
import torch
from landsweep.kernels.parameters.roles import ignored, roles, unmatched
from torch import nn
from torch.nn.utils import parametrizations


class Owner(nn.Module):
    """A module with parameters of the given names and shapes."""

    def __init__(self, **shapes):
        super().__init__()
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(torch.ones(shape)))


class RMSNorm(Owner):
    pass


class LayerNorm2d(Owner):
    pass


class ActNorm(Owner):
    pass


class HeadLayerNorm(Owner):
    pass


class ConditionalNorm(Owner):
    pass


class LinearNorm(Owner):
    pass


class FilterResponseNormTlu2d(Owner):
    pass


class NormalPrior(Owner):
    pass


class NormalizingFlow(Owner):
    pass


class NormedLinear(Owner):
    pass


class ScaledLinear(nn.Linear):
    pass


class AddBias(Owner):
    pass


def lists():
    layer = nn.Module()
    layer.weights = nn.ParameterList([torch.ones(3, 3), torch.ones(3, 3)])
    layer.biases = nn.ParameterList([torch.ones(3), torch.ones(3)])
    layer.more = nn.ParameterDict({"w": torch.ones(3, 3), "b": torch.ones(3)})
    return layer


def recommender():
    layer = nn.Module()
    layer.users, layer.user_bias, layer.relative_attention_bias = (nn.Embedding(5, n) for n in (3, 1, 2))
    layer.add = AddBias(value=(3,))
    return layer


def called_otherwise():
    """Torch's own layers with names that say something else than their classes do."""
    layer = nn.Module()
    layer.norm_head, layer.log_norm, layer.bn_act = nn.Linear(8, 1), nn.Linear(1, 8, bias=False), nn.PReLU(3)
    layer.bn_proj, layer.ln = nn.Conv1d(1, 1, 3), ScaledLinear(1, 8)
    layer.norm_spectral = parametrizations.spectral_norm(nn.Linear(8, 1))
    layer.norm_scripted = torch.jit.script(nn.Linear(8, 1))
    layer.bias_head, layer.bias_act, layer.unbiased = nn.Linear(8, 1, bias=False), nn.PReLU(3), nn.RMSNorm(3)
    layer.bias_norm, layer.bias_scripted = nn.RMSNorm(3), torch.jit.script(nn.Linear(8, 1, bias=False))
    return layer


old_weight_norm = nn.utils.weight_norm
CASES = {
    "recurrent": (
        lambda: nn.LSTM(2, 3, proj_size=2, bidirectional=True),
        {
            "bias_ih_l0": "bias",
            "bias_hh_l0": "bias",
            "bias_ih_l0_reverse": "bias",
            "bias_hh_l0_reverse": "bias",
        },
    ),
    "cell": (lambda: nn.GRUCell(2, 3), {"bias_ih": "bias", "bias_hh": "bias"}),
    "attention": (
        lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True),
        {"in_proj_bias": "bias", "bias_k": "bias", "bias_v": "bias", "out_proj.bias": "bias"},
    ),
    "batch": (lambda: nn.BatchNorm2d(3), {"weight": "norm", "bias": "bias norm"}),
    "lazy": (lambda: nn.LazyBatchNorm2d(), {"weight": "norm", "bias": "bias norm"}),
    "synchronised": (lambda: nn.SyncBatchNorm(3), {"weight": "norm", "bias": "bias norm"}),
    "instance": (lambda: nn.InstanceNorm1d(3, affine=True), {"weight": "norm", "bias": "bias norm"}),
    "group": (lambda: nn.GroupNorm(1, 3), {"weight": "norm", "bias": "bias norm"}),
    "rms": (lambda: nn.RMSNorm(3), {"weight": "norm"}),
    "scripted": (
        lambda: torch.jit.script(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))),
        {"0.bias": "bias", "1.weight": "norm", "1.bias": "bias norm"},
    ),
    "parametrised norm": (
        lambda: parametrizations.spectral_norm(nn.LayerNorm((2, 2))),
        {"parametrizations.weight.original": "norm", "bias": "bias norm"},
    ),
    "weight normalisation": (
        lambda: parametrizations.weight_norm(nn.Linear(2, 3)),
        {"bias": "bias", "parametrizations.weight.original0": "norm"},
    ),
    "old weight normalisation": (lambda: old_weight_norm(nn.Linear(2, 3)), {"bias": "bias", "weight_g": "norm"}),
    "spectral normalisation": (lambda: parametrizations.spectral_norm(nn.Linear(2, 3)), {"bias": "bias"}),
    "a norm of one's own": (lambda: RMSNorm(weight=(3,)), {"weight": "norm"}),
    "channels first": (
        lambda: LayerNorm2d(gamma=(1, 3, 1, 1), beta=(1, 3, 1, 1)),
        {"gamma": "norm", "beta": "bias norm"},
    ),
    "one number": (lambda: ActNorm(g=(), a_2=(3,), b_2=(3,)), {"g": "norm", "a_2": "norm", "b_2": "bias norm"}),
    "called norm": (lambda: nn.ModuleDict({"norm1": Owner(scale=(3,))}), {"norm1.scale": "norm"}),
    "abbreviated": (
        lambda: nn.ModuleDict(
            {
                "grn": Owner(gamma=(1, 1, 1, 3), beta=(1, 1, 1, 3)),
                "bn_2": Owner(w=(3, 3), g=(3,)),
                "norm": Owner(weight=(3,), bias=(3,), mean_scale=(3,)),
            }
        ),
        {
            "grn.gamma": "norm",
            "grn.beta": "bias norm",
            "norm.weight": "norm",
            "norm.bias": "bias norm",
            "norm.mean_scale": "norm",
        },
    ),
    "by functions": (
        lambda: Owner(qkv=(9, 3), ln_weight=(3,), ln_bias=(3,), norm_gain=(3,)),
        {"ln_weight": "norm", "ln_bias": "bias norm", "norm_gain": "norm"},
    ),
    "a row for each head": (lambda: HeadLayerNorm(weight=(4, 8)), {"weight": "norm"}),
    "a row for each class": (
        lambda: ConditionalNorm(gamma=(5, 3), beta=(5, 3)),
        {"gamma": "norm", "beta": "bias norm"},
    ),
    "matrices that are normalised": (lambda: nn.ModuleList([LinearNorm(weight=(3, 3)), ActNorm(w=(3, 3))]), {}),
    "a matrix and a bias": (lambda: ConditionalNorm(weight=(3, 3), bias=(3,)), {"bias": "bias"}),
    "with a threshold": (
        lambda: FilterResponseNormTlu2d(weight=(3,), bias=(3,), tau=(3,)),
        {"weight": "norm", "bias": "bias norm", "tau": "norm"},
    ),
    "a linear layer of norm 1": (lambda: NormedLinear(weight=(3, 3), scale=(1,)), {}),
    "a normal distribution": (lambda: NormalPrior(loc=(3,), scale=(3,)), {}),
    "a flow": (lambda: NormalizingFlow(scale=(3,), shift=(3,)), {"shift": "bias"}),
    "formulas": (
        lambda: Owner(Wxh=(3, 2), Whh=(3, 3), bh=(3,), b1=(3,), b_y=(3,), B=(3,), lora_B=(3, 1), q_bias=(1, 3)),
        {"bh": "bias", "b1": "bias", "b_y": "bias", "q_bias": "bias"},
    ),
    "regression": (lambda: Owner(w=(3,), b=(1,)), {"b": "bias"}),
    "affine": (lambda: Owner(alpha=(3,), beta=(3,)), {"beta": "bias"}),
    "a learned number": (lambda: nn.ModuleDict({"swish": Owner(beta=()), "scale": Owner(beta=(1,))}), {}),
    "lists": (lists, {"biases.0": "bias", "biases.1": "bias", "more.b": "bias"}),
    "embeddings": (recommender, {"user_bias.weight": "bias", "add.value": "bias"}),
    "torch's own": (
        called_otherwise,
        {f"{name}.bias": "bias" for name in ("norm_head", "bn_proj", "ln", "norm_spectral", "norm_scripted")}
        | {"unbiased.weight": "norm", "bias_norm.weight": "norm"},
    ),
    "an ensemble": (lambda: Owner(weight=(2, 3, 3), bias=(2, 3)), {"bias": "bias"}),
    "a table": (lambda: Owner(relative_position_bias_table=(9, 2), debias_weight=(3,)), {}),
    "no norm": (lambda: nn.Sequential(nn.PReLU(3), nn.Bilinear(2, 2, 3)), {"1.bias": "bias"}),
}


@pytest.mark.filterwarnings("ignore:.*(torch.nn.utils.weight_norm|torch.jit).*")
@pytest.mark.parametrize(("make", "expected"), CASES.values(), ids=CASES)
def test_roles(make, expected):
    found = roles(make())
    assert {name: " ".join(sorted(those)) for name, those in found.items() if those} == expected


@pytest.mark.parametrize("name", ["HeteroLayerNorm", "HeteroBatchNorm", "LayerNorm", "GraphNorm", "MessageNorm"])
def test_norms_of_graphs_with_a_row_for_each_type(name):
    norms = pytest.importorskip("torch_geometric.nn.norm")
    layer = getattr(norms, name)(*((3, 2) if name.startswith("Hetero") else (True,) if name == "MessageNorm" else (3,)))
    found = roles(nn.ModuleDict({"head": nn.Linear(3, 3), "norm": layer}))
    own = {parameter for parameter in found if parameter.startswith("norm.")}
    assert own
    assert {parameter for parameter, those in found.items() if "norm" in those} == own
    assert {parameter for parameter, those in found.items() if "bias" in those} <= {"head.bias", "norm.bias"}


def test_a_pattern_means_a_tied_parameter_by_any_of_its_names():
    model = nn.ModuleDict({"embedding": nn.Embedding(5, 3), "head": nn.Linear(3, 5)})
    model["head"].weight = model["embedding"].weight
    assert ignored(model, ["head.*"]) == {"embedding.weight": True, "head.bias": True}
    assert ignored(model, ["bias"]) == {"embedding.weight": False, "head.bias": True}
    assert unmatched(model, ["bias", "norm", "head.weight", "biases", "haed.*"]) == ["biases", "haed.*"]
