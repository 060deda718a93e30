"""Kinds: weights that are made of other parameters, frozen, shared, or of another precision."""

import copy
import warnings

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, parametrize, prune


class Regression(Kind):  # what the kinds of this module share
    def batches(self, split="train", draw=0):
        x = randn(12, 3, seed=draw)
        yield Batch((x[:7], x[:7].sin() @ torch.ones(3, 2)), weight=7)
        yield Batch((x[7:], x[7:].sin() @ torch.ones(3, 2)), weight=5)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.mse_loss(model(x), y)}


def mlp(seed, hidden=4):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, hidden), nn.Tanh(), nn.Linear(hidden, 2))


class OldWeightNorm(Regression):
    """`torch.nn.utils.weight_norm`, the old one"""

    known = "`weight_v` moves; `weight_g` holds the lengths of filters, which are gains: `norm` ignores them"
    moved = "0.weight_v 2.weight"

    def build(self, seed):
        model = mlp(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch says that there is a new one
            nn.utils.weight_norm(model[0])
        return model


class WeightNorm(Regression):
    """`parametrizations.weight_norm`"""

    known = "`original1` moves; `original0` holds the lengths of filters, which are gains: `norm` ignores them"
    moved = "0.parametrizations.weight.original1 2.weight"

    def build(self, seed):
        model = mlp(seed)
        parametrizations.weight_norm(model[0])
        return model


class OldSpectralNorm(Regression):
    """`torch.nn.utils.spectral_norm`, the old one"""

    known = "the vectors of the power iteration are those after training"
    moved = "0.weight_orig 2.weight"

    def build(self, seed):
        model = mlp(seed)
        nn.utils.spectral_norm(model[0])
        return model

    def train(self, model, seed, *, start=None, on_step=None):
        for _ in range(3):
            model.train()(randn(4, 3))
        return model


class SpectralNorm(OldSpectralNorm):
    """`parametrizations.spectral_norm`"""

    moved = "0.parametrizations.weight.original 2.weight"

    def build(self, seed):
        model = mlp(seed)
        parametrizations.spectral_norm(model[0])
        return model


class Orthogonal(Regression):
    """`parametrizations.orthogonal`"""

    known = "what moves is the unconstrained parameter: the weight stays orthogonal all over the landscape"
    moved = "0.parametrizations.weight.original 2.weight"

    def build(self, seed):
        model = mlp(seed)
        parametrizations.orthogonal(model[0], orthogonal_map="cayley")
        return model


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).transpose(-1, -2)


class OwnParametrisation(Regression):
    """a parametrisation of your own"""

    known = "the entries that it does not use move without effect"
    moved = "0.parametrizations.weight.original 2.weight"

    def build(self, seed):
        model = mlp(seed, hidden=3)
        parametrize.register_parametrization(model[0], "weight", Symmetric())
        return model


class Pruned(Regression):
    """pruned weights, by `torch.nn.utils.prune`"""

    known = "`weight_orig` moves; what the mask holds at 0 stays 0"
    moved = "0.weight_orig 2.weight"

    def build(self, seed):
        model = mlp(seed)
        prune.l1_unstructured(model[0], "weight", amount=0.5)
        return model


class LoraLinear(nn.Module):
    def __init__(self, base, rank=2):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(rank, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + x @ self.lora_A.T @ self.lora_B.T


class LoraAtInit(Regression):
    """LoRA before training, when `B` is zero"""

    known = "`B` is zero, and so is its filter-normalised direction: the run says so; `normalisation: none` moves it"
    moved = "lora_A"
    said = "lora_B"

    def build(self, seed):
        torch.manual_seed(seed)
        return LoraLinear(nn.Linear(3, 2))


class LoraTrained(LoraAtInit):
    """LoRA after training"""

    known = "the two factors move, and the base is frozen"
    moved = "lora_A lora_B"
    said = ""

    def train(self, model, seed, *, start=None, on_step=None):
        with torch.no_grad():
            model.lora_B.copy_(randn(2, 2, seed=3))
        return model


class ZeroHead(Regression):
    """a head that starts at zero"""

    known = "a filter of norm zero gives a direction of norm zero: the run names it"
    moved = "0.weight"
    said = "2.weight"

    def build(self, seed):
        model = mlp(seed)
        nn.init.zeros_(model[2].weight)
        return model


class FrozenBackbone(Regression):
    """a frozen backbone"""

    known = "parameters without gradient stay where they are"
    moved = "2.weight"

    def build(self, seed):
        model = mlp(seed)
        model[0].requires_grad_(False)
        return model


class FrozenInTrain(FrozenBackbone):
    """a backbone that `train()` freezes"""

    known = "as if `build` had frozen it"

    def build(self, seed):
        return mlp(seed)

    def train(self, model, seed, *, start=None, on_step=None):
        model[0].requires_grad_(False)
        return model


class Scalar(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature, self.net = nn.Parameter(torch.tensor(0.7)), nn.Linear(3, 2)

    def forward(self, x):
        return self.net(x) * self.temperature


class Temperature(Regression):
    """a learned temperature of shape ()"""

    known = "parameters of shape () move"
    moved = "temperature net.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Scalar()


class Containers(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(4, 3)), nn.Parameter(torch.randn(2, 4))])
        self.shifts = nn.ParameterDict({"bias": nn.Parameter(torch.randn(2))})

    def forward(self, x):
        for weight in self.weights:
            x = torch.tanh(x @ weight.T)
        return x + self.shifts["bias"]


class Lists(Regression):
    """`nn.ParameterList` and `nn.ParameterDict`"""

    known = "names are those of `named_parameters()`"
    moved = "weights.0 weights.1"

    def build(self, seed):
        torch.manual_seed(seed)
        return Containers()


class Half(Regression):
    """weights in half precision"""

    known = "computed in the study's precision from the stored weights"
    moved = "0.weight 2.weight"
    tolerance = 2e-3

    def build(self, seed):
        return mlp(seed).half()


class BFloat16(Half):
    """weights in bfloat16"""

    def build(self, seed):
        return mlp(seed).bfloat16()


class Double(Regression):
    """weights in double precision in a float32 study"""

    known = "theta and directions are stored in double precision, and points computed in the study's"
    moved = "0.weight 2.weight"

    def build(self, seed):
        return mlp(seed).double()


class MixedPrecision(Regression):
    """weights of several precisions in one model"""

    known = "theta is one vector of the widest of them"
    moved = "0.weight 2.weight"
    tolerance = 2e-3

    def build(self, seed):
        model = mlp(seed)
        model[0].bfloat16()
        return model

    def loss(self, model, batch):
        x, y = batch.data
        h = torch.tanh(model[0](x.to(model[0].weight.dtype)))
        return {"loss": F.mse_loss(model[2](h.to(y.dtype)), y)}


class FakeQuantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.head = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        weight = torch.fake_quantize_per_tensor_affine(self.net.weight, 0.05, 0, -127, 127)
        return self.head(torch.tanh(F.linear(x, weight, self.net.bias)))


class QuantisationAware(Regression):
    """quantisation-aware training by fake quantisation"""

    surrogate = True
    known = "the landscape is a staircase; the Hessian is that of the straight-through gradient"
    moved = "net.weight head.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return FakeQuantised()


class StraightThrough(Regression):
    """rounding with a straight-through gradient"""

    surrogate = True
    known = "the landscape is a staircase; the Hessian is that of the straight-through gradient"
    moved = "0.weight 2.weight"

    def build(self, seed):
        return mlp(seed)

    def loss(self, model, batch):
        x, y = batch.data
        h = model[0](x)
        h = h + (torch.round(4 * h) / 4 - h).detach()
        return {"loss": F.mse_loss(model[2](torch.tanh(h)), y)}


class CopiedModel(Regression):
    """a model that keeps a copy of itself as buffers, as for elastic weight consolidation"""

    known = "buffers stay where they are"
    moved = "0.weight 2.weight"

    def build(self, seed):
        model = mlp(seed)
        for name, p in copy.deepcopy(model).named_parameters():
            model.register_buffer(f"old_{name.replace('.', '_')}", p.detach() + 0.1)
        return model

    def loss(self, model, batch):
        x, y = batch.data
        penalty = sum(
            (p - getattr(model, f"old_{name.replace('.', '_')}")).square().sum() for name, p in model.named_parameters()
        )
        return {"loss": F.mse_loss(model(x), y) + 0.1 * penalty}


class ClassWeights(Kind):
    """buffers of the model in the loss"""

    known = "`model.weight_of_class` and the like are there, on the device and in the precision of the study"
    moved = "0.weight 2.weight"

    def build(self, seed):
        model = mlp(seed)
        model.register_buffer("weight_of_class", torch.tensor([0.2, 0.8]))
        return model

    def batches(self, split="train", draw=0):
        yield Batch((randn(10, 3, seed=draw), labels(10, 2, draw)), weight=10)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y, weight=model.weight_of_class)}
