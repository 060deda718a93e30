"""Kinds: what a loss returns, and where it has no value."""

import torch
from kinds import Small, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy, self.value = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, state):
        return self.policy(state), self.value(state)[:, 0]


class PolicyGradient(Small):
    """policy gradient on stored rollouts (clipped surrogate, value and entropy)"""

    known = "rollouts are data: the landscape is that of the surrogate, no return of new rollouts"
    moved = "policy.weight value.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Policy()

    def batches(self, split="train", draw=0):
        data = {
            "state": randn(10, 3, seed=draw),
            "action": labels(10, 3, draw),
            "advantage": randn(10, seed=draw + 1),
            "return": randn(10, seed=draw + 2),
            "old": -1.1 + 0.1 * randn(10, seed=draw + 3),
        }
        yield Batch(data, weight=10)

    def loss(self, model, batch):
        b = batch.data
        logits, value = model(b["state"])
        every = logits.log_softmax(-1)
        ratio = (every.gather(1, b["action"][:, None])[:, 0] - b["old"]).exp()
        surrogate = torch.minimum(ratio * b["advantage"], ratio.clamp(0.8, 1.2) * b["advantage"])
        entropy = -(every.exp() * every).sum(-1)
        return {"loss": (-surrogate + 0.5 * (value - b["return"]).square() - 0.01 * entropy).mean()}


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.online, self.target = nn.Linear(3, 2), nn.Linear(3, 2)
        self.target.requires_grad_(False)


class QLearning(Small):
    """Q-learning with a target network"""

    known = "a target network that is frozen stays"
    moved = "online.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Agent()

    def loss(self, model, batch):
        state, action = batch.data
        q = model.online(state).gather(1, action[:, None])[:, 0]
        with torch.no_grad():
            best = state[:, 0] + 0.9 * model.target(state.roll(1, 0)).max(1).values
        return {"loss": F.smooth_l1_loss(q, best)}


class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 4)
        self.heads = nn.ModuleDict({"kind": nn.Linear(4, 2), "size": nn.Linear(4, 1)})
        self.log_variance = nn.Parameter(torch.zeros(2) + 0.3)


class MultiTask(Small):
    """several tasks with learned weights"""

    known = "each task may be a field; vectors of your own move"
    moved = "log_variance body.weight heads.{kind,size}.weight"
    fields = ("loss", "kind", "size")

    def build(self, seed):
        torch.manual_seed(seed)
        return Tasks()

    def loss(self, model, batch):
        x, y = batch.data
        h = torch.tanh(model.body(x))
        kind = F.cross_entropy(model.heads["kind"](h), y)
        size = F.mse_loss(model.heads["size"](h)[:, 0], x.norm(dim=1))
        a, b = model.log_variance
        return {"loss": kind * torch.exp(-a) + size * torch.exp(-b) + a + b, "kind": kind, "size": size}


class NotANumber(Small):
    """NaN at some points"""

    known = "NaN where the loss is NaN, with status 2"
    gaps = True

    def loss(self, model, batch):
        x, y = batch.data
        value = F.cross_entropy(model(x), y)
        return {"loss": torch.where(value > 0.72, torch.full_like(value, torch.nan), value)}


class Raises(Small):
    """an error at some points"""

    known = "NaN at these points, whose coordinates the run names; the others are kept"
    together = False
    gaps = True
    said = "raised|could not be evaluated|LinAlgError|no factor"

    def loss(self, model, batch):
        x, y = batch.data
        value = F.cross_entropy(model(x), y)
        if value > 0.72:
            raise RuntimeError("the matrix has no factor")
        return {"loss": value}


class BareTensor(Small):
    """a tensor instead of a dictionary"""

    known = "a tensor of shape () is taken for the loss"

    def loss(self, model, batch):
        return super().loss(model, batch)["loss"]


class Float(Small):
    """a number instead of a tensor"""

    known = "goes one by one; return the tensor, without `.item()`, if you want a Hessian"
    together = False
    hessian = "does not depend on the weights by derivatives"

    def loss(self, model, batch):
        return {"loss": super().loss(model, batch)["loss"].item()}


class Tuple(Small):
    """a tuple of loss and outputs"""

    known = "name them in a dictionary"
    refused = "loss.*tuple"

    def loss(self, model, batch):
        x, _ = batch.data
        return super().loss(model, batch)["loss"], model(x)


class WithoutLoss(Small):
    """a dictionary without `loss`"""

    known = "the field `loss` is the one that is minimised"
    refused = "expected also loss|without .?loss"

    def loss(self, model, batch):
        return {"cross_entropy": super().loss(model, batch)["loss"]}


class PerSample(Small):
    """one value a sample"""

    known = "return the mean over the batch"
    refused = r"shape.*\(?10"

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y, reduction="none")}


class NumPy(Small):
    """NumPy in the loss"""

    known = "goes one by one; NumPy has no derivatives, so a Hessian is refused"
    together = False
    hessian = "derivative|numpy|detached"

    def loss(self, model, batch):
        x, y = batch.data
        logits = model(x).detach().numpy()
        correct = logits[range(len(y)), y.numpy()]
        value = (torch.from_numpy(logits).logsumexp(-1).numpy() - correct).mean()
        return {"loss": torch.as_tensor(value)}


class OwnReference(Small):
    """a loss that uses a network of its own"""

    known = "use the `model` that `loss` is given"
    refused = "does not depend"

    def build(self, seed):
        self.net = super().build(seed)
        return self.net

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(self.net(x), y)}


class Accuracy(Small):
    """accuracy as a field beside the loss"""

    known = "fields need no derivatives"
    fields = ("loss", "accuracy")

    def loss(self, model, batch):
        x, y = batch.data
        logits = model(x)
        return {"loss": F.cross_entropy(logits, y), "accuracy": (logits.argmax(1) == y).to(logits.dtype).mean()}


class Ranked(Small):
    """sorting and medians in the loss"""

    known = "piecewise smooth, as is its Hessian"

    def loss(self, model, batch):
        x, y = batch.data
        worst = F.cross_entropy(model(x), y, reduction="none").sort(descending=True).values[:5]
        return {"loss": worst.mean() + 0.1 * model(x).median()}


class NotFinite(Small):
    """weights that are not finite after training"""

    known = "the model fails, and its tensors are named"
    fails = r"0\.weight.*not finite|not finite.*0\.weight"

    def train(self, model, seed, *, start=None, on_step=None):
        with torch.no_grad():
            model[0].weight[0, 0] = torch.nan
        return model


class SpecialHead(Small):
    """a head that `train()` replaces"""

    known = "refused after training, as `build` makes another network: return it from `build`"
    fails = r"2\.weight|train\(\)"

    def train(self, model, seed, *, start=None, on_step=None):
        model[2] = nn.Linear(4, 3)
        return model


class ErrorRate(Small):
    """share of wrong answers as the loss"""

    known = "constant in pieces: a landscape of steps, and no Hessian"
    hessian = "does not depend on the weights by derivatives"

    def loss(self, model, batch):
        x, y = batch.data
        logits = model(4 * x)
        return {"loss": (logits.argmax(1) != y).to(logits.dtype).mean()}
