"""What people do in ``train``: a problem whose parameter says what is changed beside the weights."""

import copy

import torch
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize, prune


class Adapted(nn.Module):
    """A layer with a low-rank adapter; the second factor begins at zero, and the layer is frozen."""

    def __init__(self, base):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(2, base.in_features) / 4)
        self.B = nn.Parameter(torch.zeros(base.out_features, 2))

    def forward(self, x):
        return self.base(x) + x @ self.A.T @ self.B.T


class Scaled(nn.Linear):
    """A layer with a number, a buffer that is not saved, and drawn frequencies that are no buffer."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.factor, self.calls, self.frequencies = 1.0, 0, torch.rand(sizes[0]) + 0.5
        self.register_buffer("shift", torch.zeros(sizes[1]), persistent=False)

    def forward(self, x):
        self.calls += 1
        return super().forward(x * self.frequencies) * self.factor + self.shift


class Extra(nn.Linear):
    """A layer that keeps a number as extra state."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.__dict__["_factor"] = {"value": 1.0}

    def forward(self, x):
        return super().forward(x) * self._factor["value"]

    def get_extra_state(self):
        return dict(self._factor)

    def set_extra_state(self, state):
        self._factor.update(state)


class Complex(nn.Linear):
    """A layer with complex numbers in double precision, one of them of shape ()."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.modes = nn.Parameter(torch.complex(*torch.randn(2, sizes[1], dtype=torch.float64) / 3))
        self.phase = nn.Parameter(torch.tensor(0.6 + 0.8j, dtype=torch.complex128))

    def forward(self, x):
        return super().forward(x) + (self.phase * self.modes).abs().to(x.dtype) + self.modes.imag.to(x.dtype)


BUILT = {
    "complex": Complex,
    "scaled": Scaled,
    "calls": Scaled,
    "buffer": Scaled,
    "unseeded": Scaled,
    "extra state": Extra,
}
LAZY = ("lazy", "lazy without data")


class Trainings:
    def __init__(self, how="plain"):
        self.how = how

    def build(self, seed):
        if self.how != "unseeded":
            torch.manual_seed(seed)
        if self.how in LAZY:
            return nn.Sequential(nn.LazyLinear(6), nn.LazyBatchNorm1d(), nn.Tanh(), nn.LazyLinear(2))
        first = BUILT.get(self.how, nn.Linear)(4, 6)
        network = nn.Sequential(first, nn.Tanh(), nn.Dropout(0.1), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 2))
        if self.how == "adapters":
            network[0], network[3] = Adapted(network[0]), Adapted(network[3].requires_grad_(False))
            network[5].requires_grad_(False)
        if self.how == "adapted in build":
            network[0] = Adapted(network[0])
        if self.how == "baked":
            nn.utils.parametrizations.weight_norm(network[0])
        return network

    def batches(self, split="train", draw=0):
        x = torch.randn(32, 4, generator=torch.Generator().manual_seed(draw))
        yield Batch((x, (x[:, 0] * x[:, 1] > 0).long()), weight=32)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y)}

    def quality(self, model):
        parameter = next(model.parameters())
        (batch,) = self.batches()
        batch = batch.to(parameter.device, parameter.dtype)
        with torch.no_grad():
            return {"loss": float(self.loss(model, batch)["loss"])}

    def train(self, model, seed, *, start=None, on_step=None):
        return getattr(self, "_" + self.how.replace(" ", "_"), self.fit)(model)

    def fit(self, model, on_step=None, steps=3):
        model.train()
        (batch,) = self.batches()
        parameters = [p for p in model.parameters() if p.requires_grad]
        batch = batch.to(parameters[0].device, parameters[0].dtype)
        for step in range(1, steps + 1):
            gradients = torch.autograd.grad(self.loss(model, batch)["loss"], parameters, allow_unused=True)
            with torch.no_grad():
                for p, gradient in zip(parameters, gradients, strict=True):
                    p -= 0.1 * (0 if gradient is None else gradient)
            if on_step is not None:
                on_step(step, model, {})
        return model

    # What makes no difference.

    def _lazy(self, model):
        self.quality_of_first_call = self.loss(model, next(iter(self.batches())))
        return self.fit(model)

    def _copy(self, model):
        return copy.deepcopy(self.fit(model))

    def _averaged(self, model):
        average = torch.optim.swa_utils.AveragedModel(model)
        average.update_parameters(self.fit(model))
        return average

    def _parallel(self, model):
        return self.fit(nn.DataParallel(model))

    def _compiled(self, model):
        return torch.compile(self.fit(model))

    def _scripted(self, model):
        return torch.jit.script(self.fit(model))

    def _no_dropout(self, model):
        self.fit(model)[2] = nn.Identity()
        return model

    def _double(self, model):
        return self.fit(model.double())

    def _bfloat16(self, model):
        return self.fit(model).bfloat16()

    def _complex(self, model):
        return self.fit(model)

    def _frozen(self, model):
        model[0].requires_grad_(False)
        return self.fit(model)

    def _all_frozen(self, model):
        return self.fit(model).requires_grad_(False)

    def _zero_head(self, model):
        nn.init.zeros_(self.fit(model)[5].weight)
        return model

    def _all_zero(self, model):
        for p in model.parameters():
            nn.init.zeros_(p)
        return model

    def _adapters(self, model):
        return model

    # What changes the network.

    def _none(self, model):
        self.fit(model)

    def _tuple(self, model):
        return self.fit(model), [0.1]

    def _lazy_without_data(self, model):
        return model

    def _nan(self, model):
        with torch.no_grad():
            model[0].weight[0, :2] = float("nan")
            model[5].bias[0] = float("inf")
        return model

    def _adapted(self, model):
        model[0] = Adapted(model[0])
        return self.fit(model)

    def _head(self, model):
        model[5] = nn.Linear(6, 3)
        return self.fit(model)

    def _tied(self, model):
        model[5].weight = nn.Parameter(model[3].weight[:2].detach().clone())
        model[3].bias = model[0].bias
        return self.fit(model)

    def _pruned(self, model):
        prune.l1_unstructured(model[0], "weight", amount=0.5)
        return self.fit(model)

    def _baked(self, model):
        parametrize.remove_parametrizations(self.fit(model)[0], "weight")
        return model

    def _activation(self, model):
        model[1] = nn.ReLU()
        return self.fit(model)

    def _scaled(self, model):
        model[0].factor = 3.0
        return self.fit(model)

    def _buffer(self, model):
        model[0].shift += 2
        return self.fit(model)

    def _extra_state(self, model):
        model[0].set_extra_state({"value": 2.0})
        return self.fit(model)

    def _hook(self, model):
        model[0].register_forward_hook(lambda module, inputs, output: 2 * output)
        return self.fit(model)

    def _forward(self, model):
        plain = model.forward
        model.forward = lambda x: 3 * plain(x)
        return self.fit(model)


class Stepped(Trainings):
    """An adapter is added, and ``on_step`` called: training goes on for long unless it is stopped there."""

    def train(self, model, seed, *, start=None, on_step=None):
        model[0] = Adapted(model[0])
        return self.fit(model, on_step, steps=10**6)
