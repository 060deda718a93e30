"""The peers' side of ``evaluation.py``, run by the Python that has them: loss-landscapes 3.0.6 and Landscaper 1.3.1.

    python -m venv peers && peers/bin/pip install loss-landscapes==3.0.6 landscaper==1.3.1
    peers/bin/pip install --no-deps .      # the networks, so that all contenders evaluate the same ones

It reads one order a line and answers with seconds: ``PEER STEPS`` evaluates a plane of STEPS x STEPS points, ``values``
writes the loss at given weights, by the peers' way of writing it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from landscaper.compute import compute_loss_landscape
from loss_landscapes import random_plane
from loss_landscapes.metrics import Loss, Metric
from torch import Tensor, nn

Data = dict[str, Tensor]


def pinn_loss(model: Callable[[Tensor], Tensor], data: Data) -> Tensor:
    """The convection loss as codes of PINNs write it: one gradient of the network's output, with a graph."""
    n, beta = int(data["n_f"]), float(data["beta"])
    points = data["points"]
    with torch.enable_grad():
        inside = points[:n].clone().requires_grad_(True)
        u = model(inside)
        (gradient,) = torch.autograd.grad(u, inside, torch.ones_like(u), create_graph=True)
        residual = gradient[:, 1] + beta * gradient[:, 0]
        initial = model(points[n : n + 256]) - data["u_initial"]
        boundary = model(points[n + 256 : n + 356]) - model(points[n + 356 :])
        return initial.square().mean() + boundary.square().mean() + residual.square().mean()


def classifier_loss(model: Callable[[Tensor], Tensor], data: Data) -> Tensor:
    return nn.functional.cross_entropy(model(data["inputs"]), data["labels"])


class PinnLoss(Metric):
    def __init__(self, data: Data) -> None:
        super().__init__()
        self.data = data

    def __call__(self, model: Any) -> float:
        return pinn_loss(model.forward, self.data).item()


def network(problem: str) -> nn.Module:
    if problem.startswith("pinn"):
        widths = (2, 50, 50, 50, 50, 1)
        layers = [m for a, b in pairwise(widths) for m in (nn.Linear(a, b), nn.Tanh())]
        return nn.Sequential(*layers[:-1])
    if problem.startswith("digits"):
        from landsweep.jobs.problems.digits import Digits

        return Digits(layers=problem.count("32")).build(0)
    from landsweep.jobs.problems.resnet import ResNet20

    return ResNet20()


def main() -> None:
    folder, problem, threads, device = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    answers = os.fdopen(os.dup(1), "w")  # the peers print progress
    torch.set_num_threads(threads)
    state = torch.load(folder / "state.pt", weights_only=True)
    data = {k: v.to(device) for k, v in torch.load(folder / "data.pt", weights_only=True).items()}
    model = network(problem)
    model.load_state_dict(state)
    model = model.to(device).eval()
    loss = pinn_loss if problem.startswith("pinn") else classifier_loss
    metric = (
        PinnLoss(data)
        if problem.startswith("pinn")
        else Loss(nn.functional.cross_entropy, data["inputs"], data["labels"])
    )

    def scalar(model: nn.Module, data: Data) -> float:
        return loss(model, data).item()

    for line in sys.stdin:
        order, *arguments = line.split()
        with contextlib.redirect_stdout(sys.stderr):
            begin = time.perf_counter()
            if order == "loss-landscapes":
                random_plane(model, metric, distance=1, steps=int(arguments[0]), deepcopy_model=True)
            elif order == "landscaper":
                directions = [[torch.randn_like(p) for p in model.parameters()] for _ in range(2)]
                compute_loss_landscape(
                    model, data, directions, scalar, steps=int(arguments[0]), distance=0.5, dim=2, device=device
                )
            else:
                values = []
                for row in torch.from_numpy(np.load(folder / "points.npy")).to(device):
                    with torch.no_grad():
                        nn.utils.vector_to_parameters(row, model.parameters())
                    values.append(loss(model, data).item())
                np.save(folder / "values.npy", values)
                model.load_state_dict(state)
        answers.write(f"{time.perf_counter() - begin}\n")
        answers.flush()


main()
