"""Kinds: modules inside others, made by compilers, not yet made, or with methods that trainers call."""

import warnings
from functools import partial

import torch
from kinds import Small, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel
from torch.utils.checkpoint import checkpoint


class Scripted(Small):
    """`torch.jit.script`"""

    known = "as the module it was made from"

    def build(self, seed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch would have torch.export instead
            return torch.jit.script(super().build(seed))


class Traced(Scripted):
    """`torch.jit.trace`"""

    known = "batches have to fit the shapes it was traced with, as always"

    def build(self, seed):
        model = Small.build(self, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.jit.trace(model, torch.zeros(10, 3))


class Compiled(Small):
    """`torch.compile`"""

    known = "the module inside is evaluated: leave compiling to `evaluation.strategy`"
    moved = "_orig_mod.0.weight _orig_mod.2.weight"

    def build(self, seed):
        return torch.compile(super().build(seed), backend="eager")


class DataParallel(Small):
    """`nn.DataParallel`"""

    known = "names begin with `module.`"
    moved = "module.0.weight module.2.weight"

    def build(self, seed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nn.DataParallel(super().build(seed))


class Averaged(Small):
    """averaged weights, by `AveragedModel`"""

    known = "its `n_averaged` is a buffer and stays"
    moved = "module.0.weight module.2.weight"

    def build(self, seed):
        return AveragedModel(super().build(seed))


class Lightning(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        self.logged = {}

    def log(self, name, value):
        self.logged[name] = value.detach()

    def training_step(self, batch, index):
        x, y = batch
        loss = F.cross_entropy(self.net(x), y)
        self.log("train_loss", loss)
        return {"loss": loss}


class TrainingStep(Small):
    """a `training_step` as Lightning has them"""

    known = "`model.training_step(batch, 0)` is called as it is"
    moved = "net.0.weight net.2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Lightning()

    def loss(self, model, batch):
        return {"loss": model.training_step(batch.data, 0)["loss"]}


class LossInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.criterion = nn.Linear(3, 2), nn.CrossEntropyLoss(label_smoothing=0.1)

    def forward(self, input_ids, labels=None):
        logits = self.net(input_ids)
        return type("Output", (), {"loss": self.criterion(logits, labels), "logits": logits})


class OutputObject(Small):
    """a model that takes the labels and returns an object with its loss, as Hugging Face's do"""

    known = "`model(**batch).loss` is found as in training"
    moved = "net.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return LossInside()

    def batches(self, split="train", draw=0):
        yield Batch({"input_ids": randn(10, 3, seed=draw), "labels": labels(10, 2, draw)}, weight=10)

    def loss(self, model, batch):
        return {"loss": model(**batch.data).loss}


class LazyInBuild(Small):
    """lazy layers, initialised in `build`"""

    known = "call the model once in `build`"

    def build(self, seed):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.LazyLinear(2))
        model(torch.zeros(1, 3))
        return model


class LazyInTrain(Small):
    """lazy layers, initialised in `train`"""

    known = "their shapes are those that training gave them"

    def build(self, seed):
        torch.manual_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch: lazy modules are new
            return nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.LazyLinear(2))

    def train(self, model, seed, *, start=None, on_step=None):
        model(torch.zeros(1, 3))
        return model


class Checkpointed(Small):
    """activations that are computed again (`torch.utils.checkpoint`)"""

    known = "they save memory that landscapes do not need; with `use_reentrant=True` a Hessian is refused"

    def loss(self, model, batch):
        x, y = batch.data
        h = checkpoint(nn.Sequential(model[0], model[1]), x, use_reentrant=False)
        return {"loss": F.cross_entropy(model[2](h), y)}


class Watching(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        self.seen = {}
        self.net[1].register_forward_hook(lambda module, inputs, output: self.seen.update(h=output))

    def forward(self, x):
        return self.net(x)


class Hooks(Small):
    """activations by a forward hook"""

    known = "hooks run in the copy that landsweep evaluates, so the loss has to read what they leave from its `model`"
    moved = "net.0.weight net.2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Watching()

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y) + 0.1 * model.seen["h"].abs().mean()}


class Closures(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.skip, self.second = nn.Linear(3, 2), nn.Linear(3, 2), nn.Linear(2, 2)
        self.branch = lambda x: torch.tanh(self.skip(x))

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)) + self.branch(x))


class FunctionOfSelf(Small):
    """a function kept by the module that uses the module"""

    known = "`self.branch = lambda x: self.skip(x)` follows the weights as methods do"
    moved = "first.weight skip.weight second.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Closures()


class ReplacedForward(Small):
    """a `forward` that was replaced by a function around the old one"""

    known = "the function, and the method in it, follow the weights"

    def build(self, seed):
        model = super().build(seed)
        before = model.forward
        model.forward = lambda x: before(x) / 2
        return model


class KeptFunctions(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = nn.Linear(3, 2), nn.Linear(3, 2), nn.Linear(3, 2)
        self.parts = [partial(lambda layer, x: layer(x) + self.two(x), self.one), self.last]

    def last(self, x):
        return torch.tanh(self.three(x))

    def forward(self, x):
        return sum(part(x) for part in self.parts)


class ListOfFunctions(Small):
    """a list of functions, partial ones and methods"""

    known = "they follow the weights"
    moved = "one.weight two.weight three.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return KeptFunctions()


class InPlace(Small):
    """in-place operations on activations"""

    known = "`relu_`, `+=` and writes into slices of activations work"

    def loss(self, model, batch):
        x, y = batch.data
        h = 1.0 * model[0](x).relu_()
        h += 0.5
        h[:, 0] *= 2.0
        return {"loss": F.cross_entropy(model[2](h), y)}


class Branching(Small):
    """control flow that depends on activations"""

    known = "branches on values go one by one; `torch.where` goes many at once"
    together = False

    def loss(self, model, batch):
        x, y = batch.data
        h = torch.tanh(model[0](x))
        while h.abs().mean() > 0.3:
            h = 0.7 * h
        return {"loss": F.cross_entropy(model[2](h), y)}


class FrozenCopy(Small):
    """a loss that reads a detached copy of the weights"""

    surrogate = True
    known = "the Hessian takes detached parts for constants, as autograd does"

    def loss(self, model, batch):
        x, y = batch.data
        detached = {name: p.detach() for name, p in model.named_parameters()}
        target = torch.func.functional_call(model, detached, (x + 0.1,)).softmax(-1)
        return {
            "loss": F.cross_entropy(model(x), y) + F.kl_div(model(x).log_softmax(-1), target, reduction="batchmean")
        }


class Autocast(Small):
    """`torch.autocast` inside the loss"""

    known = "rounds as in training; in float64 it does nothing"
    tolerance = 2e-2

    def loss(self, model, batch):
        with torch.autocast("cpu", torch.bfloat16):
            return super().loss(model, batch)


class NoGradient(Small):
    """a loss under `torch.no_grad()`, as evaluation loops have it"""

    known = "leave `no_grad` out where you want a Hessian"
    hessian = "does not depend on the weights by derivatives"

    @torch.no_grad()
    def loss(self, model, batch):
        return super().loss(model, batch)


class Bytes(Small):
    """bytes that the loss makes float32 by `.float()`"""

    known = "no float64 then: `x.to(next(model.parameters()).dtype)` follows the study's precision"
    single = "dtype"

    def batches(self, split="train", draw=0):
        yield Batch(((100 * randn(10, 3, seed=draw)).to(torch.uint8), labels(10, 2, draw)), weight=10)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x.float() / 255), y)}


class BackwardInside(Small):
    """`backward()` inside the loss, for the norm of the gradient"""

    known = "goes one by one; for a Hessian use `autograd.grad(loss, model.parameters())`"
    together = False
    fields = ("loss", "grad_norm")
    hessian = "grad"

    def loss(self, model, batch):
        loss = super().loss(model, batch)["loss"]
        model.zero_grad()
        loss.backward()
        return {"loss": loss, "grad_norm": torch.sqrt(sum(p.grad.square().sum() for p in model.parameters()))}


class SeededNoise(Small):
    """noise that the loss draws after `torch.manual_seed(0)`"""

    known = "goes one by one; noise in the batch goes many at once"
    together = False

    def loss(self, model, batch):
        x, y = batch.data
        torch.manual_seed(0)
        return {"loss": F.cross_entropy(model(x + 0.1 * torch.randn_like(x)), y)}
