"""Kinds: derivatives inside the loss, solvers inside the model, and functions of your own."""

import torch
from kinds import Kind, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


class Curve(Kind):  # what the kinds of this module share
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1))

    def batches(self, split="train", draw=0):
        x = randn(8, 1, seed=draw)
        yield Batch((x, torch.sin(x)), weight=8)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.mse_loss(model(x), y)}


class PinnByFunc(Curve):
    """physics-informed network by `torch.func`"""

    known = "goes many at once"

    def loss(self, model, batch):
        x, _ = batch.data

        def u(point):
            return model(point[None])[0, 0]

        slope = torch.func.vmap(torch.func.grad(u))(x)
        return {"loss": (slope[:, 0] + model(x)[:, 0]).square().mean() + (model(0 * x[:1]) - 1).square().mean()}


class PinnByAutograd(Curve):
    """physics-informed network by `autograd.grad`"""

    known = "goes one by one"
    together = False

    def loss(self, model, batch):
        x = batch.data[0].clone().requires_grad_(True)
        u = model(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        return {"loss": (second + u).square().mean() + (model(0 * x[:1]) - 1).square().mean()}


class Hamiltonian(PinnByAutograd):
    """Hamiltonian network: dynamics from the gradient of an energy"""

    known = "`autograd.grad` inside `forward` goes one by one"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))

    def batches(self, split="train", draw=0):
        state = randn(8, 2, seed=draw)
        yield Batch((state, torch.stack([state[:, 1], -state[:, 0]], 1)), weight=8)

    def loss(self, model, batch):
        state, velocity = batch.data
        state = state.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(model(state).sum(), state, create_graph=True)
        found = torch.stack([slope[:, 1], -slope[:, 0]], 1)
        return {"loss": F.mse_loss(found, velocity)}


class NeuralOde(Curve):
    """neural ODE by fixed steps of Runge and Kutta"""

    known = "fixed steps go many at once; adaptive ones look at values"

    def loss(self, model, batch):
        x, y = batch.data
        h = 0.25
        for _ in range(4):
            k1 = model(x)
            k2 = model(x + h / 2 * k1)
            k3 = model(x + h / 2 * k2)
            k4 = model(x + h * k3)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return {"loss": F.mse_loss(x, y)}


class Equilibrium(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.inject, self.out = nn.Linear(4, 4), nn.Linear(1, 4), nn.Linear(4, 1)
        with torch.no_grad():
            self.inside.weight.mul_(0.3)

    def forward(self, x):
        u, z = self.inject(x), x.new_zeros(len(x), 4)
        for _ in range(200):
            following = torch.tanh(self.inside(z) + u)
            if (following - z).abs().max() < 1e-12:
                break
            z = following
        return self.out(following)


class DeepEquilibrium(Curve):
    """deep equilibrium model, iterated until it settles"""

    known = "stopping by values goes one by one; derivatives go through the iterations"
    moved = "inside.weight inject.weight out.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return Equilibrium()


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 2, dtype=torch.cfloat) / 2)
        self.lift, self.out = nn.Linear(1, 2), nn.Linear(2, 1)

    def forward(self, x):
        h = torch.tanh(self.lift(x))
        modes = torch.fft.rfft(h, dim=1)
        low = modes[:, :3] * self.weight
        modes = torch.cat([low, torch.zeros_like(modes[:, 3:])], dim=1)
        return self.out(torch.fft.irfft(modes, n=x.shape[1], dim=1))


class Fourier(Curve):
    """Fourier neural operator with complex weights"""

    known = "real and imaginary parts move as pairs of reals"
    moved = "weight lift.weight out.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Spectral()

    def batches(self, split="train", draw=0):
        x = randn(4, 8, 1, seed=draw)
        yield Batch((x, x.cumsum(1) / 8), weight=4)


class ComplexData(Fourier):
    """complex data"""

    known = "cast to the complex numbers of the study's precision"

    def batches(self, split="train", draw=0):
        (batch,) = super().batches(split, draw)
        yield Batch((batch.data[0], torch.fft.rfft(batch.data[1], dim=1)), weight=4)

    def loss(self, model, batch):
        x, modes = batch.data
        return {"loss": (torch.fft.rfft(model(x), dim=1) - modes).abs().square().mean()}


class Bumps(torch.autograd.Function):
    """Gaussian bumps with a gradient by hand, as fast KANs have them; torch.func follows it."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x, grid):
        return torch.exp(-((x[..., None] - grid) ** 2))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs, output)

    @staticmethod
    def backward(ctx, slope):
        x, grid, y = ctx.saved_tensors
        return (slope * y * -2 * (x[..., None] - grid)).sum(-1), None


class OldBumps(torch.autograd.Function):
    """The same as it was written before torch.func."""

    @staticmethod
    def forward(ctx, x, grid):
        y = torch.exp(-((x[..., None] - grid) ** 2))
        ctx.save_for_backward(x, grid, y)
        return y

    @staticmethod
    def backward(ctx, slope):
        x, grid, _ = ctx.saved_tensors
        y = torch.exp(-((x[..., None] - grid) ** 2))
        return (slope * y * -2 * (x[..., None] - grid)).sum(-1), None


class OnceBumps(OldBumps):
    """The same with a gradient that says it has none itself."""

    @staticmethod
    @once_differentiable
    def backward(ctx, slope):
        return OldBumps.backward(ctx, slope)


class Kan(nn.Module):
    def __init__(self, bumps):
        super().__init__()
        self.bumps = bumps
        self.first, self.second = nn.Parameter(torch.randn(1, 3, 4) / 2), nn.Parameter(torch.randn(3, 1, 4) / 2)
        self.register_buffer("grid", torch.linspace(-1, 1, 4))

    def forward(self, x):
        for coefficients in (self.first, self.second):
            x = torch.einsum("nig,iog->no", self.bumps.apply(x, self.grid), coefficients)
        return x


class Spike(torch.autograd.Function):
    """A step whose derivative is taken to be a smooth one."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return (x > 0).to(x.dtype)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, slope):
        (x,) = ctx.saved_tensors
        return slope / (1 + (3 * x) ** 2)


class Spiking(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.out = nn.Linear(1, 5), nn.Linear(5, 1)

    def forward(self, x):
        u, total = 0.0, 0.0
        for _ in range(3):
            u = 0.8 * u + self.inside(x)
            spike = Spike.apply(u - 1)
            u, total = u - spike, total + spike
        return self.out(total)


class SpikingNetwork(Curve):
    """spiking network with surrogate gradients"""

    known = "the landscape has steps; the Hessian is that of the surrogate"
    moved = "inside.weight out.weight"
    surrogate = True

    def build(self, seed):
        torch.manual_seed(seed)
        return Spiking()


class KanWithRule(Curve):
    """KAN with an `autograd.Function` that has `setup_context` and a rule for `vmap`"""

    known = "`generate_vmap_rule = True` lets points go many at once"
    moved = "first second"
    bumps = Bumps

    def build(self, seed):
        torch.manual_seed(seed)
        return Kan(self.bumps)


class KanWithoutRule(KanWithRule):
    """KAN with an old-style `autograd.Function`"""

    known = "goes one by one"
    together = False
    bumps = OldBumps


class KanOnce(KanWithoutRule):
    """KAN whose `backward` is `once_differentiable`"""

    known = "no second derivatives, and it says so"
    hessian = "once_differentiable"
    bumps = OnceBumps


class SharpnessField(Curve):
    """norm of the gradient in the weights as a field, as sharpness-aware training uses it"""

    known = "`autograd.grad(loss, model.parameters())` in the loss goes one by one"
    together = False
    fields = ("loss", "grad_norm")

    def loss(self, model, batch):
        x, y = batch.data
        value = F.mse_loss(model(x), y)
        slopes = torch.autograd.grad(value, list(model.parameters()), create_graph=True)
        return {"loss": value, "grad_norm": torch.sqrt(sum(g.square().sum() for g in slopes))}


class SharpnessAware(Curve):
    """sharpness-aware loss: the loss after a step along the gradient"""

    known = "the Hessian has third derivatives of the network in it"
    together = False

    def loss(self, model, batch):
        x, y = batch.data
        named = dict(model.named_parameters())
        slopes = torch.autograd.grad(F.mse_loss(model(x), y), list(named.values()), create_graph=True)
        norm = torch.sqrt(sum(g.square().sum() for g in slopes))
        moved = {name: p + 0.05 * g / norm for (name, p), g in zip(named.items(), slopes, strict=True)}
        return {"loss": F.mse_loss(torch.func.functional_call(model, moved, (x,)), y)}


class Maml(Curve):
    """inner step of meta-learning by `torch.func`"""

    known = "`functional_call` on the model that the loss is given goes many at once"

    def loss(self, model, batch):
        x, y = batch.data
        named = dict(model.named_parameters())

        def inner(parameters):
            return F.mse_loss(torch.func.functional_call(model, parameters, (x[:4],)), y[:4])

        slopes = torch.func.grad(inner)(named)
        fast = {name: p - 0.1 * slopes[name] for name, p in named.items()}
        return {"loss": F.mse_loss(torch.func.functional_call(model, fast, (x[4:],)), y[4:])}


class Penalty(Curve):
    """weight decay in the loss, by `model.named_parameters()`"""

    known = "frozen parameters count in the penalty, and stay"

    def loss(self, model, batch):
        x, y = batch.data
        decay = sum(p.square().sum() for name, p in model.named_parameters() if name.endswith("weight"))
        return {"loss": F.mse_loss(model(x), y) + 0.01 * decay + 0.001 * sum(p.abs().sum() for p in model.parameters())}


class GaussianProcess(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(1, 3)
        self.log_noise = nn.Parameter(torch.tensor(-1.0))

    def covariance(self, x):
        h = torch.tanh(self.net(x))
        distances = (h[:, None] - h).square().sum(-1)
        return torch.exp(-distances) + self.log_noise.exp() * torch.eye(len(x), dtype=x.dtype, device=x.device)


class DeepKernel(Curve):
    """Gaussian process with a deep kernel, by its Cholesky factor"""

    known = "decompositions go many at once"
    moved = "net.weight log_noise"

    def build(self, seed):
        torch.manual_seed(seed)
        return GaussianProcess()

    def loss(self, model, batch):
        x, y = batch.data
        factor = torch.linalg.cholesky(model.covariance(x))
        alpha = torch.cholesky_solve(y, factor)
        return {"loss": ((y * alpha).sum() / 2 + factor.diagonal().log().sum()) / len(x)}
