"""How long ``landsweep report`` takes as a whole process, and how large its page is: ``python benchmarks/page.py``.

A run of 200 landscapes of 41 x 41 points is made first (``--members``, ``--points``), of a loss of two weights with as
many minima as the shipped study has, with a quality, two representations, and relations over 20 models. ``--keep FILE``
keeps the page.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROBLEM = """
import torch


class Waves:
    def __init__(self, beta=1.0):
        self.beta = beta

    def build(self, seed):
        torch.manual_seed(seed)
        return torch.nn.Linear(4, 4)

    def batches(self, split="train", draw=0):
        yield torch.ones(1, 4)

    def loss(self, model, batch):
        w = model.weight
        return (w**2).mean() + 1 + 0.02 * self.beta * torch.cos(9 * w).sum() * torch.cos(7 * w[0]).sum()

    def train(self, model, seed):
        return model

    def quality(self, model):
        return {"error": float(model.weight.abs().sum()) * self.beta}
"""
STUDY = """
name: waves
problem: {{path: "waves.py:Waves"}}
sweep: {{beta: {betas}, seed: [0], direction_seed: {seeds}}}
subspaces: {{random: {{kind: random, range: [-3, 3]}}}}
grid: {{dims: 2, points: {points}}}
evaluation: {{strategy: batched, batch: 1024}}
topology: {{connectivity: [moore, knn]}}
report: {{figures: false, page: false}}
"""
MODELS = 20


def landsweep(*words: str | Path) -> tuple[float, float, float]:
    """Run a command; return its seconds on the wall and on the CPU, and its greatest memory so far in MB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "landsweep", *map(str, words)]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True, capture_output=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--points", type=int, default=41)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    betas = [float(k + 1) for k in range(min(MODELS, options.members))]
    seeds = list(range(options.members // len(betas)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "waves.py").write_text(PROBLEM)
        (place / "study.yaml").write_text(STUDY.format(betas=betas, seeds=seeds, points=options.points))
        print(f"run made in {landsweep('run', place / 'study.yaml', '--out', place / 'run')[0]:.0f} s", flush=True)
        found = [landsweep("report", place / "run") for _ in range(options.repeats)]
        page = place / "run" / "report" / "index.html"
        wall, cpu, memory = zip(*found, strict=True)
        print(f"{len(betas) * len(seeds)} landscapes of {options.points} x {options.points} points")
        print(f"wall {statistics.median(wall):.1f} s ({min(wall):.1f} to {max(wall):.1f})")
        print(f"CPU {statistics.median(cpu):.1f} s ({min(cpu):.1f} to {max(cpu):.1f})")
        print(f"{page.stat().st_size / 1e6:.2f} MB; memory of the largest process {max(memory):.0f} MB")
        if options.keep:
            shutil.copy(page, options.keep)


if __name__ == "__main__":
    main()
