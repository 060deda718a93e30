"""Hessian products and eigenpairs beside PyHessian 0.1: ``python benchmarks/curvature.py [PART]``.

products    seconds per product, both in turn, on the same weights and data
pairs       products and seconds until the two eigenpairs of greatest magnitude have residuals of 1e-3
memory      resident memory over 4 000 products
precision   how inexact float32 products are, and the smallest eigenvalue that they give

PyHessian gets its loss as its users write it: for the PINN one ``autograd.grad`` of the network's output, one batch,
whose gradient it keeps. Its own rule stops at two close eigenvalues, so here it goes on, ten times stricter each time
from its default, until the residuals are there; only the last, sufficient run counts.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import psutil
import torch
from landsweep.jobs.problems.digits import Digits
from landsweep.jobs.problems.pinn import Convection
from landsweep.jobs.problems.resnet import Images
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.pyhessian import PyHessian, row
from landsweep.kernels.curvature.spectrum import eigenpairs
from landsweep.kernels.loss.memory import keep_freed_memory
from landsweep.kernels.problem import Batch
from torch import Tensor, nn

CPU = torch.device("cpu")


class UsualConvection(Convection):
    """The PINN as codes of PINNs write it."""

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        points, n = batch.data["points"], self.n_f
        inside = points[:n].clone().requires_grad_(True)
        u = model(inside)
        (gradient,) = torch.autograd.grad(u, inside, torch.ones_like(u), create_graph=True)
        residual = gradient[:, 1] + self.beta * gradient[:, 0]
        initial = model(points[n : n + 256]) - batch.data["u_initial"]
        boundary = model(points[n + 256 : n + 356]) - model(points[n + 356 :])
        return {"loss": initial.square().mean() + boundary.square().mean() + residual.square().mean()}


PROBLEMS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "pinn, N_f = 1000": (lambda: Convection(5, 1000, iterations=300), lambda: UsualConvection(5, 1000)),
    "pinn, N_f = 100": (lambda: Convection(5, 100, iterations=300), lambda: UsualConvection(5, 100)),
    "resnet20, 256 images": (lambda: Images(epochs=1, images=256), lambda: Images(images=256)),
    "digits, 64-32-10": (lambda: Digits(epochs=5), lambda: Digits()),
}
"""Our problem, and the one whose loss PyHessian gets."""


class Contenders:
    """Both engines at the same weights."""

    def __init__(self, name: str) -> None:
        ours, theirs = (make() for make in PROBLEMS[name])
        self.model: nn.Module = ours.train(ours.build(0), 0).eval()
        self._batches = [b.to(CPU, torch.float32) for b in ours.batches()]
        self._ours, self._theirs = ours, theirs

    def product(self, dtype: torch.dtype = torch.float32) -> CurvatureProduct:
        return CurvatureProduct(self._ours, self.model, [b.to(CPU, dtype) for b in self._batches], CPU, dtype)

    def pyhessian(self) -> PyHessian:
        return PyHessian(self._theirs, self.model, self._batches, CPU)


def seconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def shown(values: list[float], digits: str = ".3g") -> str:
    return f"{np.median(values):{digits}} ({min(values):{digits}} to {max(values):{digits}})"


def products(name: str, repeats: int) -> None:
    contenders = Contenders(name)
    ours, theirs = contenders.product(), contenders.pyhessian()
    rng = torch.Generator().manual_seed(0)
    vector = torch.randn(ours.size, generator=rng)
    sizes = [p.numel() for p in theirs.parameters]
    parts = [part.view(p.shape) for part, p in zip(vector.split(sizes), theirs.parameters, strict=True)]
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(repeats + 1):
        times["ours"].append(1e3 * seconds(lambda: ours(vector)))
        times["theirs"].append(1e3 * seconds(lambda: theirs.product(parts)))
    mine, other = (values[1:] for values in times.values())
    a, b = ours(vector).numpy(), row(theirs.product(parts))
    print(
        f"| {name} | {shown(mine)} | {shown(other)} | {np.median(other) / np.median(mine):.2f} | "
        f"{np.linalg.norm(a - b) / np.linalg.norm(b):.1e} |",
        flush=True,
    )


def pairs(name: str, repeats: int) -> None:
    contenders = Contenders(name)
    found: dict[str, list[tuple[int, float]]] = {"ours": [], "theirs": []}
    for seed in range(repeats):
        product = contenders.product()
        begin = time.perf_counter()
        ours = eigenpairs(product, 2, "magnitude", 1e-3, seed)
        found["ours"].append((ours.products, time.perf_counter() - begin))
        assert (ours.residuals <= 2e-3 * np.abs(ours.values)).all(), ours
        tolerance = 1e-3
        while True:
            engine = contenders.pyhessian()
            begin = time.perf_counter()
            theirs = engine.eigenpairs(2, tolerance, most=20_000, seed=seed)
            took = time.perf_counter() - begin
            if (theirs.residuals <= 1e-3 * np.abs(theirs.values)).all():
                break
            tolerance /= 10
        found["theirs"].append((theirs.products, took))
    (n, t), (m, u) = ([list(x) for x in zip(*found[who], strict=True)] for who in ("ours", "theirs"))
    print(
        f"| {name} | {shown(n, '.0f')} | {shown(m, '.0f')} | {np.median(m) / np.median(n):.1f} | {shown(t)} | "
        f"{shown(u)} | {np.median(u) / np.median(t):.1f} | {ours.values[0]:.6g}, {ours.values[1]:.6g} | "
        f"{theirs.values[0]:.6g}, {theirs.values[1]:.6g} |",
        flush=True,
    )


def memory(name: str) -> None:
    product = Contenders(name).product()
    rng = torch.Generator().manual_seed(0)
    process = psutil.Process()
    for k in range(4001):
        if k % 500 == 0:
            print(f"{name}, {k:>4} products: {process.memory_info().rss / 1e6:.1f} MB resident", flush=True)
        product(torch.randn(product.size, generator=rng))


def precision(name: str) -> None:
    contenders = Contenders(name)
    float32, float64 = (contenders.product(dtype) for dtype in (torch.float32, torch.float64))
    top = eigenpairs(float64, 1, "magnitude", 1e-6)
    random = torch.randn(float64.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    random /= random.norm()
    errors = [
        float((float32(v) - float64(v)).norm() / abs(top.values[0])) for v in (torch.from_numpy(top.vectors[0]), random)
    ]
    lowest = [
        eigenpairs(product, 1, "smallest", 1e-3, floor=floor) for product, floor in ((float32, 1e-8), (float64, 1e-12))
    ]
    print(
        f"| {name} | {top.values[0]:.6g} | {errors[0]:.1e} | {errors[1]:.1e} | "
        + " | ".join(f"{pair.values[0]:.4g} ({pair.products})" for pair in lowest)
        + " |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["products", "pairs", "memory", "precision"])
    parser.add_argument("--problem", nargs="*", default=list(PROBLEMS), choices=list(PROBLEMS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_freed_memory()
    about = {name: version(name) for name in ("landsweep", "torch", "scipy", "pyhessian")}
    print(json.dumps({"python": platform.python_version(), "threads": arguments.threads, **about}))
    if arguments.part == "products":
        print("| problem | ms per product | PyHessian | times as fast | relative difference |\n|---|---|---|---|---|")
    elif arguments.part == "pairs":
        print("| problem | products | PyHessian | fewer | seconds | PyHessian | faster | values | PyHessian |")
        print("|---|---|---|---|---|---|---|---|---|")
    elif arguments.part == "precision":
        print("| problem | top | error along it | along a random vector | smallest, float32 (products) | float64 |")
        print("|---|---|---|---|---|---|")
    for name in arguments.problem:
        if arguments.part == "products":
            products(name, arguments.repeats)
        elif arguments.part == "pairs":
            pairs(name, arguments.repeats)
        else:
            {"memory": memory, "precision": precision}[arguments.part](name)


if __name__ == "__main__":
    main()
