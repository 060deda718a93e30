"""Measure how long rank 1 waits for the shared counter while rank 0 computes in numpy and in plain Python."""

import json
import time

import numpy as np
from landsweep.base.launch import detect
from landsweep.base.stop import StopFlag
from landsweep.executors.executor import Work
from landsweep.executors.mpi import MpiExecutor

SECONDS = 4.0
executor = MpiExecutor(detect())
waits = []
last = None


def work(item):
    """Rank 0 computes long items; rank 1 takes short ones and measures the time between them."""
    global last
    if executor.rank == 0:
        end = time.perf_counter() + SECONDS / 2
        matrix = np.random.default_rng(0).random((400, 400))
        while time.perf_counter() < end:
            matrix = matrix @ matrix
            matrix /= np.abs(matrix).max()
            sum(i * i for i in range(20_000))  # holds the interpreter, as a training loop does
        return item
    now = time.perf_counter()
    if last is not None:
        waits.append(now - last)
    time.sleep(0.002)
    last = time.perf_counter()
    return item


results = []
executor.map(Work(range(400), work, lambda result, rank: results.append(result)), StopFlag())
if executor.is_root:
    assert sorted(results) == list(range(400)), "an item was lost or done twice"
all_waits = executor.comm.gather(waits)
if executor.is_root:
    merged = np.concatenate([np.array(w) for w in all_waits])
    print(
        json.dumps({"calls": len(merged), "median": float(np.median(merged)), "p99": float(np.quantile(merged, 0.99))})
    )
executor.close()
