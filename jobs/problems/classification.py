"""What classifiers share: cross-entropy and accuracy, training by stochastic gradient descent, draws of the data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from landsweep.kernels.problem import Batch, OnStep, Start
from torch import Tensor, nn


class Classifier(ABC):
    """A network that tells classes of samples apart; subclasses give :meth:`network` and :meth:`samples`.

    Parameters
    ----------
    epochs, batch_size, rate, decay
        Training: passes over the data, samples of a step, the initial learning rate of SGD with momentum 0.9 (it falls
        as :meth:`schedule` says) and its weight decay.
    evaluation_batch
        Samples of a batch over which landscapes are averaged.
    subset
        Landscapes are averaged over so many samples of a split, the first ones, or as many that a draw above 0 picks;
        all by default. Training and quality always take all.
    """

    def __init__(
        self,
        *,
        epochs: int,
        batch_size: int,
        rate: float,
        decay: float = 1e-4,
        evaluation_batch: int = 1024,
        subset: int | None = None,
    ) -> None:
        at_least_one(epochs=epochs, batch_size=batch_size, evaluation_batch=evaluation_batch)
        if subset is not None:
            at_least_one(subset=subset)
        for name, number in (("rate", rate), ("decay", decay)):
            if not isinstance(number, int | float) or not 0 <= number < float("inf"):
                raise ValueError(f"{name} is {number!r}, expected a number of at least 0")
        self.epochs, self.batch_size, self.rate, self.decay = epochs, batch_size, rate, decay
        self.evaluation_batch, self.subset = evaluation_batch, subset

    mixed = False
    """Whether training on a GPU multiplies in bfloat16, with weights and sums in float32."""

    @abstractmethod
    def network(self) -> nn.Module:
        """Return a network with fresh weights, from torch's global random state."""

    @abstractmethod
    def samples(self, split: str) -> tuple[Tensor, Tensor]:
        """Return the inputs and labels of ``train`` or ``test``."""

    def schedule(self, epoch: int) -> float:
        """Return the factor of the learning rate in an epoch: a cosine from 1 to 0."""
        return float((1 + np.cos(np.pi * epoch / self.epochs)) / 2)

    def augmented(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        """Return the inputs of a training step, changed at random where a subclass does so."""
        return inputs

    def build(self, seed: int) -> nn.Module:
        """Return the untrained network; the global random state stays."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.network()

    def batches(self, split: str = "train", draw: int = 0) -> Iterator[Batch]:
        """Return batches of inputs and labels in order; a draw above 0 resamples them with replacement.

        Raises
        ------
        ValueError
            Where the split is neither ``train`` nor ``test``.
        """
        if split not in ("train", "test"):
            raise ValueError(f"split is {split!r}, expected train or test")
        return self._split(split, draw, self.subset)

    def _split(self, split: str, draw: int, subset: int | None) -> Iterator[Batch]:
        inputs, labels = self.samples(split)
        n = len(labels) if subset is None else min(subset, len(labels))
        if draw:
            chosen = torch.from_numpy(np.random.default_rng(draw).integers(len(labels), size=n))
            inputs, labels = inputs[chosen], labels[chosen]
        inputs, labels = inputs[:n], labels[:n]
        parts = (torch.split(x, self.evaluation_batch) for x in (inputs, labels))
        for part, its_labels in zip(*parts, strict=True):
            yield Batch({"inputs": part, "labels": its_labels}, weight=float(len(part)))

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        """Return the mean cross-entropy and the accuracy."""
        labels = batch.data["labels"][None]
        # Classes before samples: along them, torch's softmax of few classes is twenty times as fast on a CPU.
        logits = model(batch.data["inputs"]).mT[None]
        its_own = logits.gather(1, labels[:, None])
        return {
            "loss": nn.functional.cross_entropy(logits, labels),
            "accuracy": (its_own >= logits.amax(dim=1, keepdim=True)).to(logits.dtype).mean(),
        }

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Train by SGD; a step, after which training can go on, is an epoch, shuffled by (seed, epoch)."""
        model.train()
        inputs, labels = self.samples("train")
        parameter = next(model.parameters())
        inputs, labels = inputs.to(parameter), labels.to(parameter.device)
        optimizer = torch.optim.SGD(model.parameters(), lr=self.rate, momentum=0.9, weight_decay=self.decay)
        if start is not None:
            optimizer.load_state_dict(deepcopy(start.optimizer_state))
        for epoch in range(0 if start is None else start.step, self.epochs):
            rng = np.random.default_rng([seed, epoch])
            order = torch.from_numpy(rng.permutation(len(labels)))
            for group in optimizer.param_groups:
                group["lr"] = self.rate * self.schedule(epoch)
            for chosen in torch.split(order, self.batch_size):
                optimizer.zero_grad()
                shown = self.augmented(inputs[chosen], rng)
                # Products in bfloat16, which has float32's range, so that no gradient has to be scaled.
                with torch.autocast(parameter.device.type, torch.bfloat16, enabled=self.mixed and parameter.is_cuda):
                    loss = self.loss(model, Batch({"inputs": shown, "labels": labels[chosen]}))["loss"]
                loss.backward()  # type: ignore[no-untyped-call]  # torch
                optimizer.step()
            if on_step is not None:
                on_step(epoch + 1, model, optimizer.state_dict())
        return model.eval()

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return loss and accuracy on both splits."""
        model.eval()
        parameter = next(model.parameters())
        found: dict[str, float] = {}
        for split in ("train", "test"):
            batches = [b.to(parameter.device, parameter.dtype) for b in self._split(split, 0, None)]
            weight = sum(b.weight for b in batches)
            with torch.no_grad():
                values = [(self.loss(model, b), b.weight) for b in batches]
            for name in ("loss", "accuracy"):
                found[f"{split}_{name}"] = sum(float(v[name]) * w for v, w in values) / weight
        return found


def at_least_one(**values: int) -> None:
    """Raise ValueError where a parameter is no whole number of at least 1."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is {value!r}, expected a whole number of at least 1")
