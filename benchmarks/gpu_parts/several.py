"""Several processes on one device, as ranks that share a GPU: the points per second of all of them together."""

from __future__ import annotations

import os
import time
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from landsweep.kernels.loss.memory import keep_freed_memory

from gpu_parts.measure import spread
from gpu_parts.problems import Site, pinn
from gpu_parts.report import OUT_OF_TIME, Report

_evaluators: dict[str, Any] = {}


def measure(device: torch.device, small: bool, report: Report) -> None:
    """Let 1, 2 and 4 processes (1 and 2 in small sizes) share the points of a PINN's landscape, in turn."""
    counts = (1, 2) if small else (1, 2, 4)
    case = "pinn, N_f = 50" if small else "pinn, N_f = 1000"
    points = {"inplace, 1 at once": 16 if small else 512, "batched, 64 at once": 128 if small else 16_384}
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), _begin, (str(device), small)))
            for _ in range(max(counts))
        ]
        for wait in [pool.submit(_evaluate, what, 64) for pool in pools for what in points]:
            wait.result(timeout=max(1.0, report.left()))
        for what, n in points.items():
            rates: dict[int, list[float]] = {count: [] for count in counts}
            for _ in range(2 if small else 5):
                for count in counts:
                    if report.left() <= 0:
                        break
                    begin = time.perf_counter()
                    waiting: list[Future[None]] = [pool.submit(_evaluate, what, n // count) for pool in pools[:count]]
                    for wait in waiting:
                        wait.result(timeout=max(1.0, report.left()))
                    rates[count].append(n / (time.perf_counter() - begin))
            alone = np.median(rates[1]) if rates[1] else np.nan
            for count, found in rates.items():
                if not found:
                    report.row(case, f"{count} process(es), {what}", note=OUT_OF_TIME)
                    continue
                report.row(
                    case,
                    f"{count} process(es), {what}",
                    unit="points/s",
                    **spread(found),
                    note=f"{np.median(found) / alone:.2f} times one process",
                    processes=count,
                    mps="CUDA_MPS_PIPE_DIRECTORY" in os.environ,
                )


def _begin(device: str, small: bool) -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    site = Site(pinn(small), torch.device(device))
    _evaluators["inplace, 1 at once"] = site.evaluator("inplace", 1, "float32")
    _evaluators["batched, 64 at once"] = site.evaluator("batched", 64, "float32")


def _evaluate(what: str, points: int) -> None:
    _evaluators[what](np.random.default_rng(0).uniform(-1, 1, (points, 2)))
