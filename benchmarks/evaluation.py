"""Milliseconds per grid point of the convection PINN, by strategy and batch width, all in one run.

    python benchmarks/evaluation.py [--points 128] [--repeats 5] [--threads 1]

Strategies take turns within each repeat, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import platform
import time

import numpy as np
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.directions import random_directions
from landsweep.kernels.evaluation import Data, Evaluator

CONTENDERS = [("inplace", 1), *(("batched", width) for width in (1, 4, 8, 16, 32, 64))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    alpha = np.random.default_rng(0).uniform(-1, 1, (arguments.points, 2))
    print(f"torch {torch.__version__}, {platform.processor() or platform.machine()}, threads {arguments.threads}")
    print("| N_f | strategy | width | ms per point, median (lowest to highest) | ratio to inplace |")
    print("|---|---|---|---|---|")
    for n_f in (100, 1000):
        problem = Convection(5, n_f)
        model = problem.build(0)
        data = Data.of(problem, torch.device("cpu"), torch.float32)
        delta = random_directions(model, 2, 0).delta
        evaluators = {
            (strategy, width): Evaluator(
                problem,
                model,
                delta,
                data,
                ("loss",),
                device=torch.device("cpu"),
                dtype=torch.float32,
                strategy=strategy,
                width=width,
            )
            for strategy, width in CONTENDERS
        }
        times: dict[tuple[str, int], list[float]] = {key: [] for key in CONTENDERS}
        for repeat in range(arguments.repeats + 1):
            for key, evaluate in evaluators.items():
                begin = time.perf_counter()
                evaluate(alpha)
                if repeat:  # the first turn warms up
                    times[key].append((time.perf_counter() - begin) / len(alpha) * 1e3)
        base = np.array(times["inplace", 1])
        for (strategy, width), values in times.items():
            spread = f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
            print(f"| {n_f} | {strategy} | {width} | {spread} | {np.median(np.array(values) / base):.2f} |")


if __name__ == "__main__":
    main()
