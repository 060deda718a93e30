"""Statistics of normalisation layers, recomputed at each point of a landscape.

A residual network away from its trained weights sees activations of another mean and spread than its statistics
say. Recomputed, each layer takes the weighted mean over the batches of their means and unbiased variances (Izmailov et
al. 2018, arXiv:1803.05407, section 3.2), which is what torch's running average is after one pass with the momentum of
a cumulative mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from landsweep.kernels.data import Data
from landsweep.kernels.problem import Batch
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


def normalisation_layers(model: nn.Module) -> dict[str, Any]:
    """Return the layers that keep statistics of their input, by name."""
    return {
        name: m
        for name, m in model.named_modules()
        if isinstance(m, NORMALISATION) and m.track_running_stats and m.running_mean is not None
    }


class Statistics:
    """Fills the statistics of a model's normalisation layers: its own, or copies that a functional call is given."""

    def __init__(self, model: nn.Module) -> None:
        self._layers = normalisation_layers(model)

    def copies(self, n: int) -> dict[str, Tensor]:
        """Return n copies of every statistic, ``(n, channels)`` by the name of its buffer."""
        return {
            f"{name}.{key}" if name else key: getattr(layer, key).expand(n, -1).clone()
            for name, layer in self._layers.items()
            for key in ("running_mean", "running_var")
        }

    @contextmanager
    def updating(self, data: Data) -> Iterator[Iterator[Batch]]:
        """Yield the batches; a forward pass over each, inside the block, updates the statistics."""
        momenta = {name: layer.momentum for name, layer in self._layers.items()}

        def batches() -> Iterator[Batch]:
            seen = 0.0
            for batch in data:
                seen += batch.weight
                for layer in self._layers.values():
                    layer.momentum = batch.weight / seen  # 1 at first, which forgets what was there
                yield batch

        for layer in self._layers.values():
            layer.train()
        try:
            yield batches()
        finally:
            for name, layer in self._layers.items():
                layer.eval()
                layer.momentum = momenta[name]
