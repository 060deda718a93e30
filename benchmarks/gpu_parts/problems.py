"""The problems that are evaluated: landsweep's PINN and ResNet-20, and a language model of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.jobs.problems.resnet import Images
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import random_directions
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import StrategyName, make_strategy
from landsweep.kernels.problem import Batch, trainable_parameters
from torch import Tensor, nn

LARGE = 10**7
"""Parameters from which directions are drawn without being made orthogonal, which takes a minute of 10^8."""


class Block(nn.Module):
    """Causal attention and an MLP, each added to what goes in, normalised first."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        q, k, v = (
            part.reshape(n, length, self.heads, -1).transpose(1, 2)
            for part in self.qkv(self.before_attention(x)).split(width, dim=2)
        )
        attended = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(n, length, width))
        return x + self.mlp(self.before_mlp(x))


class Transformer(nn.Module):
    """A GPT: tokens ``(n, length)`` to logits ``(n, length, vocabulary)``; the embedding is tied to the output."""

    def __init__(self, vocabulary: int, length: int, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        for m in self.modules():
            if isinstance(m, nn.Linear | nn.Embedding):
                nn.init.normal_(m.weight, std=0.02)
        self.head.weight = self.tokens.weight

    def forward(self, tokens: Tensor) -> Tensor:
        places = torch.arange(tokens.shape[1], device=tokens.device)
        return self.head(self.norm(self.blocks(self.tokens(tokens) + self.places(places))))


class Language:
    """Next-token prediction on random tokens, written as its users write it."""

    def __init__(
        self, vocabulary: int, length: int, width: int, heads: int, layers: int, sequences: int, count: int
    ) -> None:
        self._sizes = (vocabulary, length, width, heads, layers)
        self._vocabulary, self._length, self._sequences, self._count = vocabulary, length, sequences, count

    def build(self, seed: int) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Transformer(*self._sizes)

    def batches(self, split: str = "train", draw: int = 0) -> Iterator[Batch]:
        rng = np.random.default_rng(draw)
        for _ in range(self._count):
            tokens = torch.from_numpy(rng.integers(self._vocabulary, size=(self._sequences, self._length + 1)))
            yield Batch({"tokens": tokens}, weight=float(self._sequences))

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        tokens = batch.data["tokens"]
        logits = model(tokens[:, :-1])
        return {"loss": nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())}


def pinn(small: bool, n_f: int = 1000) -> Convection:
    return Convection(5, 50 if small else n_f, iterations=1 if small else 100)


def resnet(small: bool, images: int = 1024) -> Images:
    return Images(images=8 if small else images)


def language(small: bool) -> Language:
    """Return a transformer of 10^8 parameters; a small one is of some thousands."""
    return Language(61, 16, 32, 2, 1, 2, 2) if small else Language(32_768, 512, 768, 12, 11, 8, 2)


def small_language() -> Language:
    """Return one that a CPU computes in float64 in no time."""
    return Language(257, 32, 64, 4, 2, 4, 2)


class Site:
    """A network, directions around it, and evaluators of any precision.

    The PINN is trained a little, as its loss far from a minimum says little; the ResNet gets statistics of its data.
    """

    def __init__(self, problem: Any, device: torch.device) -> None:
        self.problem, self.device = problem, device
        self.model: nn.Module = problem.build(0)
        if isinstance(problem, Convection) and problem.iterations > 1:  # optimisers take seconds to import
            problem.train(self.model, 0)
        elif isinstance(problem, Images):
            with torch.no_grad():
                self.model.train()(next(iter(problem.batches())).data["inputs"])
        self.model.eval()
        self.size = sum(p.numel() for _, p in trainable_parameters(self.model))
        self.delta = random_directions(self.model, 2, 0).delta if self.size < LARGE else _directions(self.model)
        self._data: dict[Any, Data] = {}

    def data(self, dtype: torch.dtype, channels_last: bool = False) -> Data:
        if (dtype, channels_last) not in self._data:
            self._data[dtype, channels_last] = Data.of(self.problem, self.device, dtype, channels_last=channels_last)
        return self._data[dtype, channels_last]

    def evaluator(self, name: StrategyName, width: int, dtype: str, deterministic: bool = False) -> Evaluator:
        precision = PRECISIONS[dtype]
        strategy = make_strategy(
            name, self.problem, self.model, ("loss",), self.device, precision.dtype, "frozen", width
        )
        return Evaluator(
            strategy,
            self.model,
            self.delta,
            self.data(precision.dtype, strategy.channels_last),
            device=self.device,
            precision=precision,
            width=width,
            deterministic=deterministic,
        )


def _directions(model: nn.Module) -> Tensor:
    """Return two Gaussian directions, each tensor of which has the norm of the parameter's; those of vectors are 0."""
    generator = torch.Generator().manual_seed(0)
    rows = []
    for _ in range(2):
        parts = []
        for _, p in trainable_parameters(model):
            part = torch.randn(p.shape, generator=generator) if p.ndim > 1 else torch.zeros(p.shape)
            parts.append((part * (p.detach().norm() / part.norm().clamp_min(1e-30))).flatten())
        rows.append(torch.cat(parts))
    return torch.stack(rows)


def plane(steps: int) -> np.ndarray:
    """Return the coordinates of a plane, row after row."""
    axis = np.linspace(-1, 1, steps)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
