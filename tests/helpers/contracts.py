"""Networks and losses that use a module in every way that users do, and what they are by plain torch alone."""

import threading
import warnings
from pathlib import Path

import numpy as np
import torch
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

CPU = torch.device("cpu")


class VAE(nn.Module):
    """Its methods are called, not the module; one of its parameters has the shape ()."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.scale = nn.Linear(3, 4), nn.Linear(2, 3), nn.Parameter(torch.tensor(0.7))

    def encode(self, x):
        mean, log = self.encoder(x).chunk(2, -1)
        return mean, torch.tanh(log)

    def training_step(self, batch):
        mean, log = self.encode(batch)
        found = self.decoder(mean + self.scale * log.exp())
        return (found - batch).square().mean() + (mean.square() + log.exp() - log).mean()


class Spectral(nn.Module):
    """Weights of Fourier modes, as neural operators have them."""

    def __init__(self):
        super().__init__()
        self.lift = nn.Linear(1, 2)
        self.weight = nn.Parameter(0.5 * torch.randn(2, 2, 2, dtype=torch.cfloat))

    def forward(self, x):
        modes = torch.fft.rfft(self.lift(x[..., None]), dim=1)[:, :2]
        return torch.fft.irfft(torch.einsum("bmi,iom->bmo", modes, self.weight.to(modes.dtype)), n=3, dim=1).sum(-1)


class Attention(nn.Module):
    def __init__(self, kind="plain"):
        super().__init__()
        self.kind, self.lift = kind, nn.Linear(1, 9)
        if kind == "heads":
            self.heads = nn.MultiheadAttention(3, 1, batch_first=True)
        if kind == "encoder":
            self.layer = nn.TransformerEncoderLayer(3, 1, 2, dropout=0.0, batch_first=True)

    def forward(self, x):
        q, k, v = self.lift(x[..., None]).chunk(3, -1)
        if self.kind == "plain":
            return functional.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None])[:, 0].sum(-1)
        if self.kind == "heads":
            return self.heads(q, k, v, need_weights=False)[0].sum(-1)
        return self.layer(q * k + v).square()[..., 0]


class Locked(nn.Linear):
    """A module with what cannot be copied, and with what was computed from its weights."""

    def __init__(self):
        super().__init__(3, 3)
        self.lock, self.seen = threading.Lock(), [self.weight * 2]

    def forward(self, x):
        with self.lock:
            self.seen.append(super().forward(x))
            return torch.tanh(self.seen.pop())


class Counting(nn.Module):
    """A buffer that every call changes: were it not put back, each call would give another value."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.register_buffer("calls", torch.ones(3))

    def forward(self, x):
        y = torch.tanh(self.inner(x)) * self.calls.clone()
        self.calls += y.detach().square().mean(0)
        return y


class Checkpointed(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Sequential(nn.Linear(3, 4), nn.Tanh()), nn.Linear(4, 3)

    def forward(self, x):
        return self.second(checkpoint(self.first, x, use_reentrant=False))


class Shared(nn.Module):
    """A module in two places, and a weight in two modules."""

    def __init__(self):
        super().__init__()
        self.first, self.tied = nn.Linear(3, 3), nn.Linear(3, 3)
        self.again = nn.Sequential(self.first, nn.Tanh())
        self.tied.weight = self.first.weight

    def forward(self, x):
        return self.tied(self.again(torch.tanh(self.first(x))))


class Listed(nn.Module):
    """A module that reads its parameters from a list of its own."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.own = list(self.inner.parameters())

    def forward(self, x):
        return torch.tanh(x @ self.own[0].T + self.own[1])


def slope(model, x):
    """A loss of the derivative by inputs, as physics-informed networks have it: its Hessian is a third derivative."""
    x = x.clone().requires_grad_(True)
    (found,) = torch.autograd.grad(model(x).square().sum(), x, create_graph=True)
    return found.square().mean()


def mlp(*layers):
    return nn.Sequential(nn.Linear(3, 4), *layers, nn.Tanh(), nn.Linear(4, 3))


def weight_norm(layer):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return nn.utils.weight_norm(layer)


def quietly(function, *args):
    with warnings.catch_warnings():  # torch.jit is deprecated, and users have it
        warnings.simplefilter("ignore")
        return function(*args)


def error(model, x):
    return (model(x) - x.flip(-1)).square().mean()


def training(model, x):
    assert isinstance(model, nn.Module)
    model.train()
    return error(model, x)


def penalised(model, x):
    return error(model, x) + 1e-3 * sum(p.abs().square().sum() for p in model.parameters() if p.requires_grad)


def joint(model, x):
    return functional.softplus(-model["critic"](model["generator"](x))).mean()


def adversarial(model, x):
    fake = model["generator"](x)
    for p in model["critic"].parameters():
        p.requires_grad_(False)
    return functional.softplus(-model["critic"](fake)).mean()


def slopes(model, x):
    value = error(model, x)
    found = torch.autograd.grad(value, list(model.parameters()), create_graph=True)
    return value + 0.1 * sum(g.square().sum() for g in found)


def norms(model, x):
    value = error(model, x)
    found = torch.autograd.grad(value, list(model.parameters()))
    return {"loss": value, "gradient": torch.cat([g.flatten() for g in found]).norm()}


MORE = {
    "norms": (mlp, norms),
    "random": (mlp, lambda model, x: functional.dropout(model(x), 0.5).square().mean()),
}
"""Of a field beside the loss, and of a loss that is another one at each call."""
KINDS = {
    "methods": (VAE, lambda model, x: model.training_step(x)),
    "penalty": (mlp, penalised),
    "parts": (lambda: nn.ModuleDict({"generator": mlp(), "critic": mlp()}), adversarial),
    "train mode": (lambda: mlp(nn.BatchNorm1d(4)), training),
    "weight norm": (lambda: nn.Sequential(weight_norm(nn.Linear(3, 4)), nn.Tanh(), nn.Linear(4, 3)), error),
    "parametrised": (lambda: mlp(nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))), error),
    "spectral norm": (lambda: mlp(nn.utils.spectral_norm(nn.Linear(4, 4))), error),
    "scripted": (lambda: quietly(torch.jit.script, mlp()), error),
    "traced": (lambda: quietly(torch.jit.trace, mlp(), torch.ones(2, 3)), error),
    "wrapped": (lambda: nn.DataParallel(mlp()), error),
    "complex": (Spectral, lambda model, x: error(model, x) + 0.1 * model.weight.abs().square().sum()),
    "shared": (Shared, error),
    "listed": (Listed, error),
    "recurrent": (lambda: nn.LSTM(3, 3), lambda model, x: (model(x)[0] - x).square().mean()),
    "normalised slope": (lambda: mlp(nn.LayerNorm(4)), slope),
    "grouped slope": (lambda: mlp(nn.GroupNorm(1, 4)), slope),
    "locked": (Locked, error),
    "counting": (Counting, error),
    "checkpoint": (Checkpointed, error),
    "slopes": (mlp, slopes),
    "attention": (Attention, error),
    "heads": (lambda: Attention("heads"), error),
    "encoder": (lambda: Attention("encoder"), error),
    "distances": (mlp, lambda model, x: torch.cdist(model(x), x).square().mean()),
}
"""How a network is made, and the loss of one of its batches."""


class Contract:
    """A problem of one of :data:`KINDS`: a loss of a network on two unequal batches."""

    def __init__(self, kind):
        self.kind = kind
        self.network, self.value = (KINDS | MORE)[kind]

    def build(self, seed):
        torch.manual_seed(seed)
        return self.network()

    def train(self, model, seed, *, start=None, on_step=None):
        return model

    def batches(self, split="train", draw=0):
        x = torch.randn(9, 3, generator=torch.Generator().manual_seed(draw))
        yield Batch(x[:4], weight=4)
        yield Batch(x[4:], weight=5)

    def loss(self, model, batch):
        value = self.value(model, batch.data)
        return value if isinstance(value, dict) else {"loss": value}


class Plain:
    """A problem's mean loss and its gradient at theta, float64, by a new network, loops and ``backward`` for each."""

    def __init__(self, problem):
        self.problem, self.batches = problem, [b.to(CPU, torch.float64) for b in problem.batches()]
        if problem.kind == "parts":  # its parameters count, whether the loss wants their gradients or not
            problem.loss = lambda model, batch: {"loss": joint(model, batch.data)}
        self.weight = sum(b.weight for b in self.batches)

    def network(self):
        """A new network, float64."""
        model = self.problem.build(0)
        for tensor in [*model.parameters(), *model.buffers()]:
            wide = {torch.float32: torch.float64, torch.complex64: torch.complex128}.get(tensor.dtype, tensor.dtype)
            tensor.data = tensor.data.to(wide)
        return model.eval()

    def theta(self):
        parts = [torch.view_as_real(p.data) if p.is_complex() else p.data for p in self.network().parameters()]
        return np.concatenate([p.numpy().ravel() for p in parts])

    def loss(self, theta, gradient=False):
        """The mean loss at theta, or its gradient there."""
        total = 0.0
        for batch in self.batches:
            model, offset = self.network(), 0
            for p in model.parameters():
                row = torch.view_as_real(p.data) if p.is_complex() else p.data
                row.copy_(torch.as_tensor(theta[offset : offset + row.numel()]).view(row.shape))
                offset += row.numel()
            value = self.problem.loss(model, batch)["loss"]
            if gradient:
                value.backward()
                found = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
                rows = [torch.view_as_real(g) if g.is_complex() else g for g in found]
                value = np.concatenate([g.numpy().ravel() for g in rows])
            total = total + batch.weight * (value if gradient else float(value.detach()))
        return total / self.weight

    def product(self, vector, step=1e-5):
        """The product of the Hessian with a vector, by a central difference of the gradient."""
        theta = self.theta()
        ends = [self.loss(theta + sign * step * vector, gradient=True) for sign in (1, -1)]
        return (ends[0] - ends[1]) / (2 * step)


def problem_file(folder: Path, kind: str) -> Path:
    """Write a problem file with a problem of this kind, class ``Mine``, and return its path."""
    path = folder / "problem.py"
    path.write_text(
        Path(__file__).read_text()
        + f"\n\nclass Mine(Contract):\n    def __init__(self):\n        super().__init__({kind!r})\n"
    )
    return path
