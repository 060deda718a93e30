"""Statistics of normalisation layers, recomputed at each point of a landscape.

Away from the trained weights of a residual network, activations have another mean and spread than its trained
statistics say. When statistics are recomputed, each layer takes the weighted mean of the means and unbiased variances
of the batches (Izmailov et al. 2018, arXiv:1803.05407, section 3.2). This is what torch's running average gives after
one pass with the momentum of a cumulative mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from landsweep.kernels.loss.data import Data
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn

NORMALISATION = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
)
"""Layers of these classes can keep statistics of their input."""


def normalisation_layers(model: nn.Module) -> dict[str, Any]:
    """Return the layers that keep statistics of their input, by name."""
    return {
        name: m
        for name, m in model.named_modules()
        if isinstance(m, NORMALISATION) and m.track_running_stats and m.running_mean is not None
    }


def of_batches(problem: Problem, model: nn.Module, batch: Batch) -> list[str]:
    """Return the names of layers with statistics of their own that the loss nevertheless normalises by its batch.

    A loss that calls ``model.train()`` does so. ``model`` has to be a copy: its statistics and modes change.
    """
    seen: dict[str, None] = {}

    def look(name: str) -> Callable[..., None]:
        def before(layer: Any, inputs: Any) -> None:
            if layer.training:
                seen[name] = None

        return before

    with ExitStack() as stack:
        for name, layer in normalisation_layers(model).items():
            stack.callback(layer.register_forward_pre_hook(look(name)).remove)
        problem.loss(model, batch)
    return list(seen)


class Statistics:
    """The recomputed statistics of a model's normalisation layers: the model's own, or copies for functional calls."""

    def __init__(self, model: nn.Module) -> None:
        self._layers = normalisation_layers(model)

    def copies(self, n: int) -> dict[str, Tensor]:
        """Return n fresh copies of every statistic, ``(n, channels)`` by the name of its buffer."""
        return {
            f"{name}.{key}" if name else key: getattr(layer, key).new_full((n, layer.num_features), fresh)
            for name, layer in self._layers.items()
            for key, fresh in (("running_mean", 0.0), ("running_var", 1.0))
        }

    @contextmanager
    def updating(self, data: Data) -> Iterator[Iterator[Batch]]:
        """Yield the batches; inside the block, every call of a layer on a batch counts with the weight of the batch.

        So it does whatever mode the loss gives the network, as with ``model.eval()``.
        """
        momenta = {name: layer.momentum for name, layer in self._layers.items()}
        seen, weight = dict.fromkeys(self._layers, 0.0), [0.0]

        def count(name: str) -> Callable[..., None]:
            def before(layer: Any, inputs: Any) -> None:
                seen[name] += weight[0]
                layer.momentum, layer.training = weight[0] / seen[name], True

            return before

        def batches() -> Iterator[Batch]:
            for batch in data:
                weight[0] = batch.weight
                yield batch

        with ExitStack() as stack:
            for name, layer in self._layers.items():
                layer.reset_running_stats()  # momentum 1 would keep what is not finite
                layer.train()
                stack.callback(setattr, layer, "momentum", momenta[name])
                stack.callback(layer.eval)
                stack.callback(layer.register_forward_pre_hook(count(name)).remove)
            yield batches()
