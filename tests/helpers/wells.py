"""A double well along one weight, with a ripple that only float32 makes, and noise that only a draw makes."""

import os
import signal
from pathlib import Path

import torch
from landsweep.kernels.problem import Batch
from torch import nn


class OneWeight(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.weight * x


class Wells:
    """(w^2 - 1)^2 + tilt w: minima near -1 and 1, a saddle near 0 that is about 1 - tilt above the higher one.

    ``ripple`` times the rounding error of w at the spacing of ``2^15`` is 0 in exact arithmetic; ``noise`` times the
    mean of 50 random waves is 0 in expectation.
    """

    def __init__(
        self, tilt=0.2, ripple=0.0, noise=0.0, refuse=None, kill_file=None, kill="SIGKILL", pool=None, explode=False
    ):
        self.tilt, self.ripple, self.noise, self.refuse, self.kill = tilt, ripple, noise, refuse, kill
        self.kill_file, self.pool, self.explode = kill_file, pool, explode

    def build(self, seed):
        return OneWeight()

    def train(self, model, seed, *, start=None, on_step=None):
        return model

    def batches(self, split="train", draw=0):
        generator = torch.Generator().manual_seed(draw if self.pool is None else draw % self.pool)
        waves = 6 + 30 * torch.rand(50, generator=generator, dtype=torch.float64)
        phases = 2 * torch.pi * torch.rand(50, generator=generator, dtype=torch.float64)
        yield Batch((waves, phases))

    def loss(self, model, batch):
        waves, phases = batch.data
        w = model(torch.ones((), dtype=waves.dtype, device=waves.device))[0]
        if waves.dtype == torch.float64:
            if self.refuse == self.tilt:
                raise TypeError("float32 only, on purpose")
            kill = Path(self.kill_file) if self.kill_file else None
            if kill is not None and kill.exists() and kill.read_text() == str(self.tilt):
                kill.unlink()
                os.kill(os.getpid(), getattr(signal, self.kill))
        well = (w * w - 1) ** 2 + self.tilt * w
        ripple = self.ripple * (((w + 2.0**15) - 2.0**15) - w)
        noise = self.noise * torch.sin(waves * w + phases).mean()
        loss = well + ripple + noise
        if self.explode and waves.dtype == torch.float32:
            loss = torch.where(w > 1.4, loss * torch.inf, loss)
        return {"loss": loss}
