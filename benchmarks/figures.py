"""How long ``landsweep figure`` takes as a whole process: ``python benchmarks/figures.py [--points N] [--repeats N]``.

A run of one landscape is made first, of a loss of two weights whose minima are many: with ``--rough`` every other grid
point is one. Times are those of the wall and of the CPU, medians of the repeats, with the least and the greatest.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROBLEM = """
import torch


class Waves:
    def build(self, seed):
        torch.manual_seed(seed)
        return torch.nn.Linear(2, 1)

    def batches(self, split="train", draw=0):
        yield torch.ones(1, 2)

    def loss(self, model, batch):
        u, v = model.weight[0]
        rough = torch.frac(43758.5453 * torch.sin(129.9898 * u + 782.33 * v)).abs()
        waves = torch.cos(9 * u) * torch.cos(40 * v)
        return u * u + v * v + 1 + (rough if ROUGH else 0.3 * waves)

    def train(self, model, seed):
        return model
"""
STUDY = """
name: waves
problem: {path: "waves.py:Waves"}
sweep: {seed: [0]}
subspaces: {random: {kind: random, range: [-3, 3]}}
grid: {dims: 2, points: POINTS}
evaluation: {strategy: batched, batch: 4096}
report: {figures: false, page: false}
"""
FIGURES = ("contour", "surface", "tree", "diagram", "barcode", "profile")


def landsweep(*words: str | Path) -> tuple[float, float]:
    """Run a command; return its seconds on the wall and on the CPU."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "landsweep", *map(str, words)]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True, capture_output=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rough", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "waves.py").write_text(PROBLEM.replace("ROUGH", str(options.rough)))
        (place / "study.yaml").write_text(STUDY.replace("POINTS", str(options.points)))
        landsweep("run", place / "study.yaml", "--out", place / "run")
        for name in FIGURES:
            times = [landsweep("figure", place / "run", name) for _ in range(options.repeats + 1)][1:]
            shown = [f"{statistics.median(t):.1f} s ({min(t):.1f} to {max(t):.1f})" for t in zip(*times, strict=True)]
            print(f"{name:<8} wall {shown[0]}, CPU {shown[1]}", flush=True)


if __name__ == "__main__":
    main()
