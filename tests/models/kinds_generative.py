"""Kinds: generative models, and losses that compare samples with one another."""

import math

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.mu, self.logvar = nn.Linear(4, 3), nn.Linear(3, 2), nn.Linear(3, 2)
        self.dec = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 4))

    def encode(self, x):
        h = torch.tanh(self.enc(x))
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        return self.dec(z)


class Vae(Kind):
    """variational autoencoder"""

    known = "noise is part of the batch; the loss calls `model.encode` and `model.decode`"
    moved = "enc.weight mu.weight logvar.weight dec.{0,2}.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return AutoEncoder()

    def batches(self, split="train", draw=0):
        yield Batch({"x": randn(12, 4, seed=draw), "eps": randn(12, 2, seed=draw + 1)}, weight=12)

    def loss(self, model, batch):
        x, eps = batch.data["x"], batch.data["eps"]
        mu, logvar = model.encode(x)
        recon = model.decode(mu + eps * torch.exp(0.5 * logvar))
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
        return {"loss": F.mse_loss(recon, x, reduction="none").sum(1).mean() + kl}


class Quantiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.codebook, self.dec = nn.Linear(4, 2), nn.Embedding(5, 2), nn.Linear(2, 4)

    def forward(self, x):
        z = self.enc(x)
        nearest = torch.cdist(z.detach(), self.codebook.weight.detach()).argmin(1)
        e = self.codebook(nearest)
        return self.dec(z + (e - z).detach()), z, e


class VqVae(Kind):
    """vector-quantised autoencoder"""

    surrogate = True
    known = "the landscape has jumps where a nearest code changes; the Hessian is that of the straight-through gradient"
    moved = "enc.weight codebook.weight dec.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Quantiser()

    def batches(self, split="train", draw=0):
        yield Batch(randn(12, 4, seed=draw), weight=12)

    def loss(self, model, batch):
        recon, z, e = model(batch.data)
        return {"loss": F.mse_loss(recon, batch.data) + F.mse_loss(e, z.detach()) + 0.25 * F.mse_loss(z, e.detach())}


class Gan(Kind):
    """generative adversarial network as an `nn.ModuleDict`"""

    known = (
        'one study a loss, and the other network frozen, if you want the landscape of one player: `model["generator"]`'
    )
    moved = "generator.{0,2}.weight discriminator.{0,2}.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.ModuleDict(
            {
                "generator": nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)),
                "discriminator": nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.2), nn.Linear(4, 1)),
            }
        )

    def batches(self, split="train", draw=0):
        yield Batch({"real": randn(10, 3, seed=draw) + 1, "noise": randn(10, 2, seed=draw + 1)}, weight=10)

    def loss(self, model, batch):
        fake = model["generator"](batch.data["noise"])
        on_real, on_fake = model["discriminator"](batch.data["real"]), model["discriminator"](fake)
        generator = F.binary_cross_entropy_with_logits(on_fake, torch.ones_like(on_fake))
        critic = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        return {"loss": generator + critic, "generator": generator, "critic": critic}


class Diffusion(Kind):
    """diffusion model with fixed noise and times"""

    known = "noise and times are part of the batch: another `draw`, another noise"
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(5, 6), nn.SiLU(), nn.Linear(6, 3))

    def batches(self, split="train", draw=0):
        for k in range(2):
            t = torch.rand(8, 1, generator=torch.Generator().manual_seed(draw + 7 * k))
            yield Batch((randn(8, 3, seed=draw + k), t, randn(8, 3, seed=draw + 5 + k)), weight=8)

    def loss(self, model, batch):
        x, t, noise = batch.data
        signal = torch.cos(0.5 * math.pi * t)
        noisy = signal * x + torch.sqrt(1 - signal**2) * noise
        predicted = model(torch.cat([noisy, torch.sin(6 * t), torch.cos(6 * t)], dim=1))
        return {"loss": F.mse_loss(predicted, noise)}


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip, self.net = flip, nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, x):
        a, b = x.flip(1).chunk(2, 1) if self.flip else x.chunk(2, 1)
        scale, shift = self.net(a).chunk(2, 1)
        scale = torch.tanh(scale)
        return torch.cat([a, b * scale.exp() + shift], 1), scale.sum(1)


class Flow(Kind):
    """normalising flow"""

    known = "log-determinants and all"
    moved = "{0,1}.net.0.weight {0,1}.net.2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.ModuleList([Coupling(False), Coupling(True)])

    def batches(self, split="train", draw=0):
        yield Batch((randn(12, 2, seed=draw),), weight=12)

    def loss(self, model, batch):
        (z,) = batch.data
        logdet = 0.0
        for layer in model:
            z, part = layer(z)
            logdet = logdet + part
        prior = torch.distributions.Normal(torch.zeros_like(z), torch.ones_like(z))
        return {"loss": -(prior.log_prob(z).sum(1) + logdet).mean()}


class Density(Kind):
    """density by `torch.distributions`, which checks its arguments"""

    known = "a parameter out of its range raises: with `validate_args=False` the value is NaN"
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))

    def batches(self, split="train", draw=0):
        yield Batch((randn(12, 2, seed=draw), randn(12, 1, seed=draw + 1)), weight=12)

    def loss(self, model, batch):
        x, y = batch.data
        mean, log_sd = model(x).chunk(2, 1)
        return {"loss": -torch.distributions.Normal(mean, log_sd.exp()).log_prob(y).mean()}


class Energy(Kind):
    """energy-based model by score matching"""

    known = "derivatives by inputs with `autograd.grad` go one by one; `torch.func` goes many at once"
    moved = "0.weight 2.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))

    def batches(self, split="train", draw=0):
        yield Batch((randn(8, 2, seed=draw), randn(8, 2, seed=draw + 1)), weight=8)

    def loss(self, model, batch):
        x, direction = batch.data
        x = x.clone().requires_grad_(True)
        (score,) = torch.autograd.grad(-model(x).sum(), x, create_graph=True)
        (slope,) = torch.autograd.grad((score * direction).sum(), x, create_graph=True)
        return {"loss": ((slope * direction).sum(1) + 0.5 * (score * direction).sum(1) ** 2).mean()}


class Siamese(Kind):
    """Siamese network with a triplet loss"""

    known = "one network called three times"
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))

    def batches(self, split="train", draw=0):
        yield Batch([randn(9, 3, seed=draw + k) for k in range(3)], weight=9)

    def loss(self, model, batch):
        anchor, positive, negative = (F.normalize(model(x), dim=1) for x in batch.data)
        return {"loss": F.triplet_margin_loss(anchor, positive, negative, margin=1.0)}


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.text = nn.Linear(4, 3, bias=False), nn.Linear(5, 3, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(1.5))

    def forward(self, image, text):
        a, b = F.normalize(self.image(image), dim=-1), F.normalize(self.text(text), dim=-1)
        return self.logit_scale.exp() * a @ b.T


class Contrastive(Kind):
    """contrastive loss over the batch, with a learned temperature of shape ()"""

    known = "such a loss is no mean over samples: it depends on the size of the batches"
    moved = "logit_scale image.weight text.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Towers()

    def batches(self, split="train", draw=0):
        yield Batch((randn(8, 4, seed=draw), randn(8, 5, seed=draw + 1)), weight=8)

    def loss(self, model, batch):
        logits = model(*batch.data)
        target = torch.arange(len(logits), device=logits.device)
        return {"loss": (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2}


class Distilled(nn.Module):
    def __init__(self):
        super().__init__()
        self.student, self.teacher = nn.Linear(3, 4), nn.Linear(3, 4)
        self.predictor = nn.Linear(4, 4)
        self.teacher.requires_grad_(False)


class MomentumTeacher(Kind):
    """a frozen teacher beside the student, as in BYOL or distillation"""

    known = "what is frozen stays"
    moved = "student.weight predictor.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Distilled()

    def batches(self, split="train", draw=0):
        yield Batch((randn(8, 3, seed=draw), randn(8, 3, seed=draw + 1)), weight=8)

    def loss(self, model, batch):
        one, other = batch.data
        with torch.no_grad():
            target = F.normalize(model.teacher(other), dim=1)
        found = F.normalize(model.predictor(torch.relu(model.student(one))), dim=1)
        return {"loss": 2 - 2 * (found * target).sum(1).mean()}


class Regulariser(Kind):
    """redundancy reduction over the batch, as in Barlow twins"""

    known = "statistics over the batch make the loss depend on the size of the batches"
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 3))

    def batches(self, split="train", draw=0):
        yield Batch((randn(10, 3, seed=draw), randn(10, 3, seed=draw + 1)), weight=10)

    def loss(self, model, batch):
        a, b = (model(x) for x in batch.data)
        a, b = ((z - z.mean(0)) / z.std(0) for z in (a, b))
        c = a.T @ b / len(a)
        off = c - torch.diag(torch.diagonal(c))
        return {"loss": (torch.diagonal(c) - 1).square().sum() + 0.1 * off.square().sum()}


class Prototypes(Kind):
    """class means of a support set, as in few-shot learning"""

    known = "`index_add` and one-hot products both go many at once"
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def batches(self, split="train", draw=0):
        yield Batch({"x": randn(12, 3, seed=draw), "y": labels(12, 3, draw), "query": randn(6, 3, seed=draw + 2)}, 6)

    def loss(self, model, batch):
        x, y = model(batch.data["x"]), batch.data["y"]
        sums = torch.zeros(3, 2, dtype=x.dtype, device=x.device).index_add(0, y, x)
        means = sums / F.one_hot(y, 3).sum(0)[:, None].to(x.dtype)
        distances = (model(batch.data["query"])[:, None] - means).square().sum(-1)
        return {"loss": F.cross_entropy(-distances, torch.arange(6, device=x.device) % 3)}
