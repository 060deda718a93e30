"""Points per second of strategies and peers, overhead, memory and ranks: ``python benchmarks/evaluation.py PART``.

peers --python peers/bin/python    against loss-landscapes and Landscaper (see peers.py), all contenders in turn
overhead                           10^6 points of a tiny problem: what a point costs outside the model
memory                             resident memory over 10^5 points
ranks                              under mpiexec -n 2: points per second of one rank and of both, in turn
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from math import inf
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from landsweep.jobs.problems.digits import Digits
from landsweep.jobs.problems.pinn import Convection
from landsweep.jobs.problems.resnet import Images
from landsweep.kernels.loss.choice import Choice, choose
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten, random_directions
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.lift import lift
from landsweep.kernels.loss.memory import keep_freed_memory
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import StrategyName, make_strategy
from landsweep.kernels.problem import Batch
from landsweep.predict.bench import inside
from torch import nn

PROBLEMS: dict[str, tuple[Callable[[], Any], int]] = {
    "pinn, N_f = 1000": (partial(Convection, 5, 1000, iterations=300), 21),
    "pinn, N_f = 100": (partial(Convection, 5, 100, iterations=300), 21),
    "resnet20, 256 images": (partial(Images, epochs=1, images=256), 3),
    "digits, 64-32-10": (partial(Digits, epochs=5), 21),
    "digits, 64-32-32-10": (partial(Digits, layers=2, epochs=5), 21),
}
"""Problems, and points along each of two axes."""
PRECISION = PRECISIONS["float32"]


class Contenders:
    """Evaluators of one trained network by strategy and width; strategies are made once."""

    def __init__(self, problem: Any, device: torch.device, state: dict[str, torch.Tensor] | None = None) -> None:
        self.problem, self.device = problem, device
        self.model = problem.build(0)
        if state is None:
            problem.train(self.model, 0)
        else:
            self.model.load_state_dict(state)
        self.model.eval()
        self.delta = random_directions(self.model, 2, 0).delta.float()
        whole = Data.of(problem, device, PRECISION.dtype)
        self._lifted = lift(problem, self.model, whole, ("loss",), device, PRECISION)
        self._strategies: dict[Any, Any] = {}
        self._data: dict[bool, Data] = {False: whole}

    def __call__(self, name: StrategyName, width: int) -> Evaluator:
        lifted = None if name == "inplace" else self._lifted
        network = self.model if lifted is None else lifted.model
        key = (name, width if name == "compiled" else min(width, 2))
        if key not in self._strategies:
            self._strategies[key] = make_strategy(
                name, self.problem, network, ("loss",), self.device, PRECISION.dtype, width=width
            )
        strategy = self._strategies[key]
        last = strategy.channels_last
        if last not in self._data:
            self._data[last] = Data.of(self.problem, self.device, PRECISION.dtype, channels_last=last)
        return Evaluator(
            strategy,
            network,
            self.delta if lifted is None else lifted.vectors(self.delta),
            self._data[last],
            device=self.device,
            precision=PRECISION,
            width=width,
        )

    def best(self, alpha: np.ndarray) -> Choice:
        return choose(self, alpha[:4], PRECISION.tolerance, points=inf, together=len(alpha))

    def exact(self, points: torch.Tensor) -> np.ndarray:
        """Return the loss at rows of parameters, computed in float64."""
        strategy = make_strategy("batched", self.problem, self.model, ("loss",), self.device, torch.float64)
        data = Data.of(self.problem, self.device, torch.float64)
        rows = points.to(self.device, torch.float64)
        return torch.cat([strategy(row[None], data)["loss"] for row in rows]).cpu().numpy()


def grid(steps: int) -> np.ndarray:
    axis = np.linspace(-1, 1, steps)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)


_own: Contenders


def _begin(make: Callable[[], Any], state: dict[str, torch.Tensor]) -> None:
    global _own
    torch.set_num_threads(1)
    keep_freed_memory()
    _own = Contenders(make(), torch.device("cpu"), state)


def _part(name: StrategyName, width: int, alpha: np.ndarray) -> np.ndarray:
    return _own(name, width)(alpha)["loss"]


class Ranks:
    """Processes of one thread that share the points, as the ranks of a run do."""

    def __init__(self, make: Callable[[], Any], state: dict[str, torch.Tensor], size: int) -> None:
        self.size = size
        self._pools = [ProcessPoolExecutor(1, get_context("spawn"), _begin, (make, state)) for _ in range(size)]

    def __call__(self, name: StrategyName, width: int, alpha: np.ndarray) -> dict[str, np.ndarray]:
        parts = np.array_split(alpha, self.size)
        waiting = [pool.submit(_part, name, width, part) for pool, part in zip(self._pools, parts, strict=True)]
        return {"loss": np.concatenate([w.result() for w in waiting])}

    def close(self) -> None:
        for pool in self._pools:
            pool.shutdown()


class Peers:
    """The process that runs the peers, and waits for orders without using the CPU."""

    def __init__(self, python: str, folder: Path, name: str, contenders: Contenders, threads: int) -> None:
        (batch,) = contenders.problem.batches()
        data = {k: v.float() if v.is_floating_point() else v for k, v in batch.data.items()}
        if isinstance(contenders.problem, Convection):
            data |= {"n_f": torch.tensor(contenders.problem.n_f), "beta": torch.tensor(contenders.problem.beta)}
        torch.save(contenders.model.state_dict(), folder / "state.pt")
        torch.save(data, folder / "data.pt")
        self._folder = folder
        self._process = subprocess.Popen(
            [
                python,
                str(Path(__file__).with_name("peers.py")),
                str(folder),
                name,
                str(threads),
                contenders.device.type,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def seconds(self, order: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(order + "\n")
            self._process.stdin.flush()
            return float(self._process.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise SystemExit(
                f"the peers' process ended with {self._process.wait()}: run benchmarks/peers.py alone."
            ) from None

    def values(self, points: np.ndarray) -> np.ndarray:
        np.save(self._folder / "points.npy", points)
        self.seconds("values")
        return np.load(self._folder / "values.npy")

    def close(self) -> None:
        self._process.communicate()


def against_peers(python: str, repeats: int, threads: int, device: torch.device, names: list[str]) -> None:
    print(
        "| problem | contender | ms per point, median (lowest to highest) | times loss-landscapes | times Landscaper |"
    )
    print("|---|---|---|---|---|")
    notes = []
    for name in names:
        make, steps = PROBLEMS[name]
        contenders = Contenders(make(), device)
        alpha = grid(steps)
        choice = contenders.best(alpha)
        widths = {s: min(t, key=lambda w: t[w]) for s, t in choice.tried.items()}
        ours: dict[str, Callable[[np.ndarray], dict[str, np.ndarray]]]
        ours = {f"{s}, {w} at once": contenders(s, w) for s, w in widths.items()}
        ranks = Ranks(make, contenders.model.state_dict(), threads) if device.type == "cpu" and threads > 1 else None
        if ranks is not None:
            ours |= {f"{ranks.size} ranks: {s}, {w}": partial(ranks, s, w) for s, w in widths.items() if s != "inplace"}
        with tempfile.TemporaryDirectory() as folder:
            peers = Peers(python, Path(folder), name, contenders, threads)
            times: dict[str, list[float]] = {}
            for repeat in range(repeats + 1):
                for label, evaluate in ours.items():
                    begin = time.perf_counter()
                    evaluate(alpha)
                    times.setdefault(label, []).append(time.perf_counter() - begin)
                for peer in ("loss-landscapes", "landscaper"):
                    times.setdefault(peer, []).append(peers.seconds(f"{peer} {steps}"))
                if not repeat:
                    times.clear()  # the first turn warms up
            points = torch.addmm(flatten(contenders.model).float(), torch.from_numpy(alpha).float(), contenders.delta)
            expected = peers.values(points.numpy())
            peers.close()
        median = {label: float(np.median(v)) for label, v in times.items()}
        for label, values in times.items():
            ms = np.array(values) / len(alpha) * 1e3
            ratios = [median[peer] / median[label] for peer in ("loss-landscapes", "landscaper")]
            spread = f"{np.median(ms):.3g} ({ms.min():.3g} to {ms.max():.3g})"
            print(f"| {name} | {label} | {spread} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)
        exact = contenders.exact(points)
        notes.append(f"{name}, peers' loss: from float64 {greatest(expected, exact):.2g}")
        for label, evaluate in ours.items():
            found = evaluate(alpha)["loss"]
            notes.append(
                f"{name}, {label}: from the peers' loss {greatest(found, expected):.2g}, from float64 "
                f"{greatest(found, exact):.2g}"
            )
        if ranks is not None:
            ranks.close()
    print("\nGreatest relative difference at the same float32 weights:\n" + "\n".join(notes))


def greatest(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(found / expected - 1).max())


class Tiny:
    """The least a problem can be: four parameters, one sample."""

    def build(self, seed: int) -> nn.Module:
        return nn.Linear(3, 1)

    def batches(self, split: str = "train", draw: int = 0) -> list[Batch]:
        return [Batch(torch.ones(1, 3))]

    def loss(self, model: Any, batch: Batch) -> dict[str, torch.Tensor]:
        return {"loss": model(batch.data).square().mean()}

    def train(self, model: nn.Module, seed: int) -> nn.Module:
        return model


def overhead(repeats: int, device: torch.device) -> None:
    contenders = Contenders(Tiny(), device)
    alpha = np.random.default_rng(0).uniform(-1, 1, (10**6, 2))
    choice = choose(contenders, alpha[:4], PRECISION.tolerance, candidates=("inplace", "batched"))
    evaluate = contenders(choice.strategy, choice.width)
    total, outside = [], []
    for _ in range(repeats):
        begin = time.perf_counter()
        within = inside(evaluate, alpha)
        total.append(time.perf_counter() - begin)
        outside.append(total[-1] - within)
    print(f"{choice.strategy}, {choice.width} at once, 10^6 points: {np.median(total):.2f} s in all,")
    us = np.array(outside)
    print(f"outside the strategy {np.median(us):.3f} us a point ({us.min():.3f} to {us.max():.3f})")


def memory(device: torch.device) -> None:
    contenders = Contenders(Convection(5, 100, iterations=50), device)
    evaluate = contenders("batched", 16)
    rng = np.random.default_rng(0)
    process = psutil.Process()
    for k in range(11):
        print(f"{k * 10**4:>7} points: {process.memory_info().rss / 1e6:.1f} MB resident", flush=True)
        if k < 10:
            evaluate(rng.uniform(-1, 1, (10**4, 2)))


def two_ranks(repeats: int, points: int) -> None:
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    contenders = Contenders(Convection(5, 100, iterations=50), torch.device("cpu"))
    evaluate = contenders("batched", 8)
    alpha = np.random.default_rng(0).uniform(-1, 1, (points, 2))
    evaluate(alpha[:64])
    times: dict[int, list[float]] = {1: [], world.size: []}
    for _ in range(repeats):
        for working, found in times.items():  # in turn: the machine may be another one a minute later
            wait(world)
            begin = time.perf_counter()
            if world.rank < working:
                evaluate(np.array_split(alpha, working)[world.rank])
            wait(world)
            found.append(time.perf_counter() - begin)
    if world.rank == 0:
        for working, found in times.items():
            rates = points / np.array(found)
            print(f"{working} rank(s): {np.median(rates):.0f} points/s ({min(rates):.0f} to {max(rates):.0f})")
        ratios = np.array(times[1]) / times[world.size]
        print(f"{np.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})")


def wait(world: Any) -> None:
    """Wait for all ranks, asleep: a barrier that spins takes a core from those at work."""
    request = world.Ibarrier()
    while not request.Test():
        time.sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["peers", "overhead", "memory", "ranks"])
    parser.add_argument("--python", help="a Python with loss-landscapes and Landscaper")
    parser.add_argument("--problem", nargs="*", default=list(PROBLEMS), choices=list(PROBLEMS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--points", type=int, default=4000)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if arguments.part == "peers" and not arguments.python:
        parser.error("peers needs --python, a Python with loss-landscapes and Landscaper (see peers.py)")
    torch.set_num_threads(arguments.threads)
    keep_freed_memory()  # as a run does
    device = torch.device(arguments.device)
    if arguments.part != "ranks":
        about = {name: version(name) for name in ("landsweep", "torch", "numpy")}
        print(json.dumps({"python": platform.python_version(), "threads": arguments.threads, **about}))
    if arguments.part == "peers":
        against_peers(arguments.python, arguments.repeats, arguments.threads, device, arguments.problem)
    elif arguments.part == "overhead":
        overhead(arguments.repeats, device)
    elif arguments.part == "memory":
        memory(device)
    else:
        two_ranks(arguments.repeats, arguments.points)


if __name__ == "__main__":
    main()
