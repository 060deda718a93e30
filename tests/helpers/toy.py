"""A problem small enough to be killed many times: a 3-parameter-tensor network, momentum and noise in training."""

import os
import signal
import subprocess
import time
from pathlib import Path

import torch
from landsweep.kernels.problem import Batch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class _Momentum:
    """``torch.optim.SGD(parameters, lr=0.05, momentum=0.9)``, bit by bit, without the import of torch's compiler."""

    def __init__(self, parameters):
        self.parameters, self.velocity = list(parameters), []

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def step(self):
        with torch.no_grad():
            if self.velocity:
                for v, p in zip(self.velocity, self.parameters, strict=True):
                    v.mul_(0.9).add_(p.grad)
            else:
                self.velocity = [p.grad.clone() for p in self.parameters]
            for v, p in zip(self.velocity, self.parameters, strict=True):
                p.add_(v, alpha=-0.05)

    def state_dict(self):
        return {"velocity": self.velocity}

    def load_state_dict(self, state):
        self.velocity = [v.clone() for v in state["velocity"]]


class Toy:
    def __init__(
        self,
        beta=1.0,
        steps=20,
        train_delay=0.0,
        loss_delay=0.0,
        hurry=None,
        raise_in=None,
        raise_at=None,
        explode=0.0,
        trace=None,
        fail_file=None,
        width=5,
        processes=False,
        loading=False,
    ):
        self.beta, self.steps, self.train_delay, self.loss_delay = beta, steps, train_delay, loss_delay
        self.raise_in = raise_in if raise_at is None or raise_at == beta else None
        self.explode, self.trace = explode, trace
        self.fail_file, self.hurry = fail_file, hurry
        self.width, self.processes, self.loading = width, processes, loading

    def broken(self, where):
        """Whether a file that a test writes says that this step fails for this beta."""
        path = Path(self.fail_file) if self.fail_file else None
        return path is not None and path.exists() and f"{where} {self.beta}" in path.read_text().splitlines()

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, self.width), nn.Tanh(), nn.Linear(self.width, 1))

    def batches(self, split="train", draw=0):
        x = torch.randn(24, 2, generator=torch.Generator().manual_seed(100 + draw + 7 * (split == "test")))
        y = torch.sin(self.beta * x[:, :1]) + 0.3 * x[:, 1:]
        if self.loading:  # by processes of its own
            for part in DataLoader(TensorDataset(x, y), batch_size=8, num_workers=1):
                yield Batch(tuple(part), weight=8.0)
            return
        yield Batch((x[:16], y[:16]), weight=16.0)
        yield Batch((x[16:], y[16:]), weight=8.0)

    def loss(self, model, batch):
        if self.raise_in == "loss" or self.broken("loss"):
            raise RuntimeError("the loss is broken on purpose")
        if self.raise_in == "exit in loss":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.processes:
            subprocess.run(["sleep", "0.2"], check=True)
        if self.loss_delay and not (self.hurry and Path(self.hurry).exists()):
            time.sleep(self.loss_delay)
        x, y = batch.data
        error = model(x) - y
        loss = error.square().mean()
        if self.explode:
            loss = torch.where(loss > self.explode, torch.full_like(loss, float("nan")), loss)
        return {"loss": loss, "mae": error.abs().mean()}

    def train(self, model, seed, *, start=None, on_step=None):
        if self.raise_in == "train" or self.broken("train"):
            raise RuntimeError("training is broken on purpose")
        if self.raise_in == "exit":
            os.kill(os.getpid(), signal.SIGKILL)
        optimizer = _Momentum(model.parameters())
        first = 0
        if start is not None:
            optimizer.load_state_dict(start.optimizer_state)
            first = start.step
        batches = list(self.batches())
        for step in range(first + 1, self.steps + 1):
            optimizer.zero_grad()
            batch = batches[step % 2]
            noisy = Batch((batch.data[0] + 0.01 * torch.randn_like(batch.data[0]), batch.data[1]), batch.weight)
            error = model(noisy.data[0]) - noisy.data[1]
            error.square().mean().backward()
            optimizer.step()
            time.sleep(self.train_delay)
            if self.trace:
                with Path(self.trace).open("a") as file:
                    file.write(f"{self.beta} {step}\n")
            if on_step is not None:
                on_step(step, model, optimizer.state_dict())
        return model

    def quality(self, model):
        with torch.no_grad():
            errors = [(model(b.data[0]) - b.data[1]).abs().mean().item() for b in self.batches("test")]
        return {"absolute_error": sum(errors) / len(errors)}


class NoLoss:
    def build(self, seed): ...
    def batches(self, split="train", draw=0): ...


class NoTrain:
    build, batches, loss = Toy.build, Toy.batches, Toy.loss
    beta, steps, loss_delay, hurry, raise_in, explode, fail_file = 1.0, 1, 0.0, None, None, 0.0, None
    width, processes, loading = 5, False, False
    broken = Toy.broken
