"""Networks on scikit-learn's handwritten digits: 1 797 images of 8 x 8, which come with the library."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import torch
from landsweep.jobs.problems.classification import Classifier, at_least_one
from landsweep.jobs.problems.resnet import ResNet20
from torch import Tensor, nn

TEST = 360
"""This many images are kept for the test."""


class Digits(Classifier):
    """An MLP from 64 pixels in [0, 1] to 10 classes, with ReLU.

    Parameters
    ----------
    hidden, layers
        Units of a hidden layer, and how many of these there are.
    epochs, batch_size, rate
        As in :class:`Classifier`.
    """

    def __init__(
        self, hidden: int = 32, layers: int = 1, epochs: int = 30, batch_size: int = 64, rate: float = 0.1
    ) -> None:
        super().__init__(epochs=epochs, batch_size=batch_size, rate=rate, evaluation_batch=2048)
        at_least_one(hidden=hidden, layers=layers)
        self.hidden, self.layers = hidden, layers

    def network(self) -> nn.Module:
        """Return the MLP."""
        widths = [64, *[self.hidden] * self.layers, 10]
        modules = [m for a, b in pairwise(widths) for m in (nn.Linear(a, b), nn.ReLU())]
        return nn.Sequential(*modules[:-1])

    def samples(self, split: str) -> tuple[Tensor, Tensor]:
        """Return the images ``(n, 64)`` float32 and labels; a fixed permutation parts test from train."""
        return _parts(split)


class ResidualDigits(Classifier):
    """ResNet-20 with fewer channels, with and without residual connections, on images of 8 x 8.

    It is the experiment of Xie et al. 2024 on CIFAR-10 (:class:`landsweep.jobs.problems.cifar.Cifar10`) in small.

    Parameters
    ----------
    residual
        0 or false leaves the residual connections out.
    width
        Channels of the first stage; the second has twice, the third four times as many.
    epochs, batch_size, rate, subset
        As in :class:`Classifier`.
    """

    def __init__(
        self,
        residual: bool = True,
        width: int = 8,
        epochs: int = 20,
        batch_size: int = 64,
        rate: float = 0.1,
        subset: int | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs, batch_size=batch_size, rate=rate, decay=5e-4, evaluation_batch=512, subset=subset
        )
        at_least_one(width=width)
        self.residual, self.width = bool(residual), width

    def network(self) -> nn.Module:
        """Return the ResNet."""
        return ResNet20(self.residual, colours=1, width=self.width)

    def samples(self, split: str) -> tuple[Tensor, Tensor]:
        """Return the images ``(n, 1, 8, 8)`` float32 in [0, 1] and labels; test and train as in :class:`Digits`."""
        images, labels = _parts(split)
        return images.reshape(-1, 1, 8, 8), labels


def _parts(split: str) -> tuple[Tensor, Tensor]:
    images, labels = _digits()
    part = slice(None, TEST) if split == "test" else slice(TEST, None)
    return images[part], labels[part]


@cache
def _digits() -> tuple[Tensor, Tensor]:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "the digits come with scikit-learn, which is not installed: pip install 'landsweep[examples]'"
        ) from error
    images, labels = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(labels))
    return torch.from_numpy(images[order] / 16).float(), torch.from_numpy(labels[order]).long()
