"""ResNet-20 on CIFAR-10 (Krizhevsky 2009), with and without residual connections, from a local copy of the images."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from landsweep.jobs.problems.classification import Classifier
from landsweep.jobs.problems.resnet import CLASSES, ResNet20
from torch import Tensor, nn

PIXELS = 3 * 32 * 32
"""An image has this many bytes: red, green and blue, each row by row."""
PADDING = 4
"""Training crops images that are padded with so many black pixels on each side."""
DROPS = (80, 120)
"""From each of these epochs on, of 180, the learning rate is a tenth of what it was."""
_FOLDERS = ("cifar-10-batches-bin", "cifar-10-batches-py")
_PARTS = {"train": [f"data_batch_{k}" for k in range(1, 6)], "test": ["test_batch"]}
_HARMLESS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class Cifar10(Classifier):
    """ResNet-20 (0.27 M parameters) on CIFAR-10: the network of figure 5 of Xie et al. 2024 (arXiv:2411.09807).

    It is trained as PyHessian trains it: SGD of rate 0.1, divided by 10 at epochs 80 and 120 of 180, momentum 0.9,
    weight decay 5e-4, batches of 128, random crops and flips. On a GPU it multiplies in bfloat16.

    Parameters
    ----------
    folder
        The folder with the images, ``cifar-10-batches-bin`` (the binary version) or ``cifar-10-batches-py`` (the
        pickled one, of which nothing but arrays and plain containers is read), or one that holds such a folder.
    residual
        0 or false leaves the residual connections out.
    epochs, batch_size, rate, decay, subset
        As in :class:`Classifier`. With fewer epochs than 180 the rate falls at the same shares of them.

    Raises
    ------
    ValueError
        Where the folder does not hold the images.
    """

    mixed = True

    def __init__(
        self,
        folder: str,
        residual: bool = True,
        epochs: int = 180,
        batch_size: int = 128,
        rate: float = 0.1,
        decay: float = 5e-4,
        subset: int | None = 10_000,
    ) -> None:
        super().__init__(
            epochs=epochs, batch_size=batch_size, rate=rate, decay=decay, evaluation_batch=512, subset=subset
        )
        self.residual = bool(residual)
        self._files = find(Path(folder))

    @property
    def files(self) -> list[str]:
        """The files with the images, by whose content a run is bound."""
        return [str(path.resolve()) for paths in self._files.values() for path in paths]

    def network(self) -> nn.Module:
        """Return the ResNet."""
        return ResNet20(self.residual)

    def samples(self, split: str) -> tuple[Tensor, Tensor]:
        """Return the images ``(n, 3, 32, 32)`` float32, of mean 0 and variance 1 per channel over train, and labels."""
        images, labels = _read(tuple(self._files[split]))
        mean, deviation = self._scale()
        return images.float().sub_(mean).div_(deviation), labels

    def schedule(self, epoch: int) -> float:
        """Return the factor of the learning rate: 1, a tenth from the first of :data:`DROPS` on, then a hundredth."""
        return float(0.1 ** sum(epoch >= drop * self.epochs / 180 for drop in DROPS))

    def augmented(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        """Return random crops of the padded images, half of them flipped."""
        n, side = len(inputs), inputs.shape[-1]
        mean, deviation = self._scale()
        black = (-mean / deviation).to(inputs)
        padded = black.expand(n, 3, side + 2 * PADDING, side + 2 * PADDING).clone()
        padded[:, :, PADDING:-PADDING, PADDING:-PADDING] = inputs
        corner = torch.from_numpy(rng.integers(2 * PADDING + 1, size=(2, n, 1)))
        flipped = torch.from_numpy(rng.random((n, 1)) < 0.5)
        along = torch.arange(side)
        rows = (corner[0] + along).to(inputs.device)
        columns = (corner[1] + torch.where(flipped, along.flip(0), along)).to(inputs.device)
        image = torch.arange(n, device=inputs.device)[:, None, None]
        crops = padded.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]]
        return crops.permute(0, 3, 1, 2).contiguous()

    def _scale(self) -> tuple[Tensor, Tensor]:
        return _scale(tuple(self._files["train"]))


def find(folder: Path) -> dict[str, list[Path]]:
    """Return the files of both splits, of the binary version where both versions are there.

    Raises
    ------
    ValueError
        Where neither version is whole.
    """
    lacking: list[Path] = []
    for place in (folder, *(folder / name for name in _FOLDERS)):
        for suffix in (".bin", ""):
            files = {split: [place / f"{part}{suffix}" for part in parts] for split, parts in _PARTS.items()}
            absent = [path for paths in files.values() for path in paths if not path.is_file()]
            if not absent:
                return files
            if len(absent) < 6:
                lacking = absent
    what = f"{lacking[0]} is missing" if lacking else f"{folder} holds no images of CIFAR-10"
    raise ValueError(
        f"{what}, expected data_batch_1 to data_batch_5 and test_batch, with .bin (binary version) or without "
        "(Python version): unpack cifar-10-binary.tar.gz there, or name its folder"
    )


@cache
def _read(paths: tuple[Path, ...]) -> tuple[Tensor, Tensor]:
    """Return the images ``(n, 3, 32, 32)`` uint8 and labels ``(n,)`` int64 of several files."""
    parts = [_binary(path) if path.suffix == ".bin" else _pickled(path) for path in paths]
    images, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    if labels.max() >= CLASSES:
        raise ValueError(f"{paths[0].parent} holds the label {labels.max()}, expected 0 to 9: it is not CIFAR-10")
    return torch.from_numpy(images.reshape(-1, 3, 32, 32)), torch.from_numpy(labels.astype(np.int64))


@cache
def _scale(paths: tuple[Path, ...]) -> tuple[Tensor, Tensor]:
    images, _ = _read(paths)
    pixels = images.numpy()
    shape = (1, 3, 1, 1)
    mean, deviation = pixels.mean((0, 2, 3)).reshape(shape), pixels.std((0, 2, 3)).reshape(shape)
    return torch.from_numpy(mean).float(), torch.from_numpy(deviation).float()


def _binary(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read records of one byte with the label and 3 072 bytes of pixels."""
    data = np.fromfile(path, np.uint8)
    if not len(data) or len(data) % (1 + PIXELS):
        raise ValueError(f"{path} has {len(data)} bytes, expected a multiple of 3073: a label and 3072 pixels an image")
    records = data.reshape(-1, 1 + PIXELS)
    return records[:, 1:], records[:, 0]


class _Plain(pickle.Unpickler):
    """An unpickler that makes arrays and plain containers and knows of nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _pickled(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the dictionary of a pickled file: ``data`` ``(n, 3072)`` uint8 and ``labels``."""
    try:
        with path.open("rb") as file:
            found = cast(dict[bytes, Any], _Plain(file, encoding="bytes").load())
        pixels, labels = np.asarray(found[b"data"]), np.asarray(found[b"labels"])
        if pixels.dtype != np.uint8 or pixels.shape != (len(labels), PIXELS):
            raise ValueError(f"data is {pixels.dtype} {pixels.shape} with {len(labels)} labels")
    except Exception as error:  # a damaged pickle raises anything
        raise ValueError(
            f"{path} is no batch of CIFAR-10's Python version ({error}), expected a dictionary of data (n, 3072) uint8 "
            "and labels: take the binary version"
        ) from None
    return pixels, labels
