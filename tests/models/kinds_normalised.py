"""Kinds: normalisation and dropout."""

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F


class Images(Kind):  # what the kinds of this module share
    layers = ()

    def build(self, seed):
        torch.manual_seed(seed)
        model = nn.Sequential(*(layer() for layer in self.layers))
        with torch.no_grad():
            for p in model.parameters():
                p.add_(0.1 * torch.randn_like(p))  # gains and shifts as training leaves them
        return model

    def batches(self, split="train", draw=0):
        for k in range(2):
            yield Batch((randn(4, 2, 3, 3, seed=draw + k), labels(4, 2, draw + k)), weight=4)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(x), y)}

    def train(self, model, seed, *, start=None, on_step=None):
        with torch.no_grad():
            for batch in self.batches():
                model.train()(batch.data[0])  # running statistics
        return model


def convolution():
    return nn.Conv2d(2, 4, 3, padding=1)


def head():
    return nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))


class BatchNorm(Images):
    """batch normalisation"""

    known = "trained statistics at all points (`batchnorm: frozen`), or those of each point (`recomputed`)"
    layers = (convolution, lambda: nn.BatchNorm2d(4), head)
    moved = "0.weight 2.3.weight"


class BatchStatistics(BatchNorm):
    """batch normalisation with `model.train()` in the loss"""

    known = "each batch is normalised by its own statistics; updates of running statistics do not leak"

    def loss(self, model, batch):
        model.train()
        return super().loss(model, batch)


class BatchNormWithoutStatistics(Images):
    """batch normalisation without running statistics"""

    known = "always normalised by the batch"
    layers = (convolution, lambda: nn.BatchNorm2d(4, track_running_stats=False), head)
    moved = "0.weight 2.3.weight"


class GroupNorm(Images):
    """group normalisation"""

    known = "its gains are ignored by `norm`, its shifts by both rules"
    layers = (convolution, lambda: nn.GroupNorm(2, 4), head)
    moved = "0.weight 2.3.weight"


class InstanceNorm(Images):
    """instance normalisation with gains and statistics"""

    known = "as batch normalisation"
    layers = (convolution, lambda: nn.InstanceNorm2d(4, affine=True, track_running_stats=True), head)
    moved = "0.weight 2.3.weight"


class LayerNorm(Images):
    """layer normalisation over several axes"""

    known = "gains of any shape are gains"
    layers = (convolution, lambda: nn.LayerNorm((4, 3, 3)), head)
    moved = "0.weight 2.3.weight"


class RmsNorm(Images):
    """`nn.RMSNorm`"""

    known = "as layer normalisation"
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), lambda: nn.RMSNorm(3), nn.Tanh, lambda: nn.Linear(3, 2))
    moved = "1.weight 4.weight"


class OwnRMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(3))

    def forward(self, x):
        return self.gain * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


class OwnNorm(Images):
    """a normalisation of your own"""

    known = (
        "a module whose class is called a norm, and whose parameters are vectors, counts as one; a pattern names others"
    )
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), OwnRMSNorm, nn.Tanh, lambda: nn.Linear(3, 2))
    moved = "1.weight 4.weight"


class LearnedPosition(nn.Module):
    def __init__(self):
        super().__init__()
        self.position, self.scale = nn.Parameter(torch.randn(3)), nn.Parameter(torch.ones(3))

    def forward(self, x):
        return self.scale * (x + self.position)


class NoNorm(Images):
    """vectors of your own that are neither biases nor gains of a normalisation"""

    known = "they move"
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), LearnedPosition, nn.Tanh, lambda: nn.Linear(3, 2))
    moved = "1.weight 2.position 2.scale 4.weight"


class Dropout(Images):
    """dropout in the module"""

    known = "off, as in evaluation"
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), lambda: nn.Dropout(0.5), nn.AlphaDropout, lambda: nn.Linear(3, 2))
    moved = "1.weight 4.weight"


class FunctionalDropout(Images):
    """`F.dropout` that is always on"""

    known = "another loss at each call: give it `training=self.training`"
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), nn.Tanh, lambda: nn.Linear(3, 2))
    refused = "second call of loss at the same weights"

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.cross_entropy(model(F.dropout(x, 0.5)), y)}

    train = Kind.train


class DropoutInTraining(FunctionalDropout):
    """dropout that `model.train()` in the loss turns on"""

    known = "another loss at each call: leave the mode as it is"
    layers = (nn.Flatten, lambda: nn.Linear(18, 3), nn.Dropout, lambda: nn.Linear(3, 2))

    def loss(self, model, batch):
        model.train()
        return Images.loss(self, model, batch)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2)
        self.conv2, self.bn2 = nn.Conv2d(2, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2)

    def forward(self, x):
        return F.relu(x + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class ResidualBlock(Images):
    """residual block with batch normalisation"""

    known = "convolutions move, normalisation does not"
    layers = (Residual, lambda: nn.Conv2d(2, 4, 1), head)
    moved = "0.conv1.weight 0.conv2.weight 1.weight 2.3.weight"
