"""ResNet-20 on images of 3 x 32 x 32, with and without shortcuts (He et al. 2016, arXiv:1512.03385, section 4.2)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from landsweep.jobs.problems.classification import Classifier
from torch import Tensor, nn

CLASSES = 10
"""The network tells this many classes of images apart."""


class Block(nn.Module):
    """Two 3 x 3 convolutions; the shortcut subsamples and pads with zeros where the shape changes (option A)."""

    def __init__(self, inputs: int, outputs: int, stride: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.more, self.shortcut = stride, outputs - inputs, shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h / stride, w / stride)``."""
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.shortcut:
            same = x[:, :, :: self.stride, :: self.stride] if self.stride > 1 else x
            y = y + (nn.functional.pad(same, (0, 0, 0, 0, self.more // 2, self.more - self.more // 2)))
        return torch.relu(y)


class ResNet20(nn.Module):
    """A convolution, three stages of three blocks of 16, 32 and 64 channels, and a linear layer: 0.27 M parameters.

    ``colours`` is the number of channels of an image, and ``width`` stands for the 16 of the first stage.
    """

    def __init__(self, shortcuts: bool = True, colours: int = 3, width: int = 16) -> None:
        super().__init__()
        self.conv = nn.Conv2d(colours, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        channels = [width * factor for factor in (1, 1, 1, 1, 2, 2, 2, 4, 4, 4)]
        self.blocks = nn.Sequential(*(Block(a, b, 1 if a == b else 2, shortcuts) for a, b in pairwise(channels)))
        self.linear = nn.Linear(4 * width, CLASSES)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map images ``(n, colours, h, w)`` to logits ``(n, 10)``."""
        x = self.blocks(torch.relu(self.bn(self.conv(x))))
        return self.linear(x.mean(dim=(2, 3)))


class Images(Classifier):
    """ResNet-20 on images from a file, or on random ones where no file is given (for measurements).

    Parameters
    ----------
    path
        An ``.npz`` file with ``train_images`` and ``test_images``, uint8 ``(n, 3, 32, 32)``, and ``train_labels`` and
        ``test_labels``, integers below 10.
    shortcuts
        False leaves the residual connections out.
    images
        How many of each split are used; all by default, 256 where no file is given.
    epochs, batch_size, rate
        As in :class:`Classifier`.
    """

    def __init__(
        self,
        path: str | None = None,
        shortcuts: bool = True,
        images: int | None = None,
        epochs: int = 160,
        batch_size: int = 128,
        rate: float = 0.1,
    ) -> None:
        super().__init__(epochs=epochs, batch_size=batch_size, rate=rate, evaluation_batch=256)
        self.shortcuts, self._images, self._found = shortcuts, images, None if path is None else _read(Path(path))

    def network(self) -> nn.Module:
        """Return the ResNet."""
        return ResNet20(self.shortcuts)

    def samples(self, split: str) -> tuple[Tensor, Tensor]:
        """Return the images ``(n, 3, 32, 32)`` float32, of mean 0 and variance 1 per channel, and labels."""
        if self._found is None:
            rng = np.random.default_rng(["train", "test"].index(split))
            n = self._images or 256
            images = rng.standard_normal((n, 3, 32, 32), dtype=np.float32)
            return torch.from_numpy(images), torch.from_numpy(rng.integers(CLASSES, size=n))
        pixels = self._found["train_images"]
        mean, deviation = pixels.mean((0, 2, 3), keepdims=True), pixels.std((0, 2, 3), keepdims=True)
        images = (self._found[f"{split}_images"][: self._images] - mean) / deviation
        return torch.from_numpy(images.astype(np.float32)), torch.from_numpy(
            self._found[f"{split}_labels"][: self._images].astype(np.int64)
        )


def _read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for split in ("train", "test"):
        images, labels = arrays.get(f"{split}_images"), arrays.get(f"{split}_labels")
        if images is None or labels is None or images.shape[1:] != (3, 32, 32) or labels.shape != images.shape[:1]:
            shapes = {name: a.shape for name, a in arrays.items()}
            raise ValueError(
                f"{path} holds {shapes}, expected {split}_images (n, 3, 32, 32) and {split}_labels (n,): convert your "
                "images so"
            )
    return arrays
