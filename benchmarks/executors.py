"""What the executors cost: 10 000 tiny members through each of them, and their overhead on items that do nothing.

    python benchmarks/executors.py members  [--members 10000] [--repeats 1]
    python benchmarks/executors.py overhead [--workers 1,2,4]  [--repeats 3]

``members`` runs one study with one model, 10 000 direction seeds and grids of 21 x 21 by one process, two ranks of MPI
and two workers of Dask, without report, and compares the stores. Memory is the greatest resident size of any process of
a kind, sampled every 0.2 s. ``overhead`` maps a function that sleeps; start-up is from the call until the first result.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import yaml

PROBLEM = '''
import torch
from landsweep.kernels.problem import Batch
from torch import nn


class Cheap:
    """A network of 21 parameters on 16 points."""

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))

    def train(self, model, seed, *, start=None, on_step=None):
        return model

    def batches(self, split="train", draw=0):
        x = torch.randn(16, 2, generator=torch.Generator().manual_seed(1))
        yield Batch((x, torch.sin(3 * x[:, :1])), weight=16.0)

    def loss(self, model, batch):
        return {"loss": (model(batch.data[0]) - batch.data[1]).square().mean()}
'''
STAGES = "train,subspace,evaluate,topology"
MPIEXEC = str(Path(sys.executable).with_name("mpiexec"))
BIN = [sys.executable, "-m", "landsweep", "run"]


def members(count: int, repeats: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="landsweep-members-"))
    (folder / "cheap.py").write_text(PROBLEM)
    (folder / "study.yaml").write_text(
        yaml.safe_dump(
            {
                "name": "members",
                "problem": {"path": "cheap.py:Cheap"},
                "sweep": {"seed": [0], "direction_seed": list(range(count))},
                "subspaces": {"random": {"kind": "random", "normalisation": "filter", "ignore": []}},
                "grid": {"dims": 2, "points": 21},
                "evaluation": {"strategy": "batched", "batch": 441},
            }
        )
    )
    ways = {
        "serial": [*BIN, "study.yaml", "--executor", "serial"],
        "mpi, 2 ranks": [MPIEXEC, "-n", "2", *BIN, "study.yaml", "--executor", "mpi"],
        "dask, 2 workers": [*BIN, "study.yaml", "--executor", "dask", "--workers", "2"],
    }
    print(f"{count} members of 21 x 21 points, one model; medians of {repeats}")
    seen: dict[str, list[dict[str, float]]] = defaultdict(list)
    reference: np.ndarray | None = None
    for repeat in range(repeats):
        for name, command in ways.items():
            out = folder / f"{name[:4].strip()}-{repeat}"
            memory: dict[str, float] = defaultdict(float)
            begin = time.perf_counter()
            process = subprocess.Popen(
                [*command, "--out", str(out), "--stages", STAGES],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while process.poll() is None:
                sample(process.pid, memory)
                time.sleep(0.2)
            seconds = time.perf_counter() - begin
            if process.returncode:
                raise SystemExit(f"{name} ended with status {process.returncode}")
            found = read(out)
            found |= {"seconds": seconds, "files": sum(p.is_file() for p in out.rglob("*"))}
            found |= {f"{kind}, MB": size / 1e6 for kind, size in memory.items()}
            seen[name].append(found)
            loss = store(out)
            if reference is None:
                reference = loss
            assert loss.tobytes() == reference.tobytes(), name
            shutil.rmtree(out)
            print(name, json.dumps({k: round(v, 3) for k, v in found.items()}), flush=True)
    for name, runs in seen.items():
        print(f"\n{name}")
        for key in runs[0]:
            values = [run.get(key, float("nan")) for run in runs]
            print(f"  {key:32} {median(values):10.4g}   ({min(values):.4g} to {max(values):.4g})")
    shutil.rmtree(folder)


def sample(pid: int, memory: dict[str, float]) -> None:
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            words = " ".join(process.cmdline())
            if "spawn_main" in words:
                kind = "worker"
            elif "landsweep" in words and "mpiexec" not in words:
                kind = "planner" if process.pid == pid else "rank"  # with Dask the scheduler is in it, too
            else:
                continue
            memory[kind] = max(memory[kind], process.memory_info().rss)
    except psutil.NoSuchProcess:
        return


def read(out: Path) -> dict[str, float]:
    """Items, seconds and overhead of each stage: seconds of all processes beyond those in items, per item."""
    (session,) = json.loads((out / "provenance.json").read_text())["sessions"]
    found: dict[str, float] = {}
    for stage, timing in session["stages"].items():
        if stage == "train":
            continue
        n, wall = timing["items"], timing["seconds"]
        found[f"{stage} items"] = n
        found[f"{stage} items/s"] = n / wall
        found[f"{stage} overhead, ms an item"] = 1e3 * (wall * session["ranks"] - timing["busy_seconds"]) / n
    found["points/s"] = session["stages"]["evaluate"]["work"] / session["stages"]["evaluate"]["seconds"]
    return found


def store(out: Path) -> np.ndarray:
    import zarr

    return np.asarray(zarr.open_group(out / "landscape.zarr", mode="r")["loss"][...])


def overhead(workers: list[int], repeats: int) -> None:
    print(f"medians of {repeats} (least to greatest)")
    for n in workers:
        for kind in ("mpi", "dask"):
            found: dict[str, list[float]] = defaultdict(list)
            for _ in range(repeats):
                launcher = [MPIEXEC, "-n", str(n)] if kind == "mpi" else []
                done = subprocess.run(
                    [*launcher, sys.executable, __file__, "one", kind, str(n), str(time.time())],
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
                if done.returncode:
                    raise SystemExit(done.stderr)
                for key, value in json.loads(done.stdout.strip().splitlines()[-1]).items():
                    found[key].append(value)
            for key, values in found.items():
                spread = f"({min(values):.4g} to {max(values):.4g})"
                print(f"{kind:5} {n} {key:42} {median(values):9.4g}   {spread}", flush=True)


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def pid_of(_: int) -> int:
    return os.getpid()


def one(kind: str, n: int, began: float) -> None:
    from landsweep.base.launch import detect
    from landsweep.base.stop import StopFlag
    from landsweep.executors.choose import make_executor
    from landsweep.executors.dask.workers import Wanted
    from landsweep.executors.executor import Work
    from landsweep.study.study import Study

    study = Study.parse({"name": "x", "problem": {"path": "x.py:X"}, "executor": {"kind": kind}})
    executor = make_executor(kind, detect(), study, Path(), Wanted(n) if kind == "dask" else None)
    found: dict[str, float] = {}
    first: list[float] = []
    stop = StopFlag(announce=False)
    executor.map(Work([0.0], nap, lambda result, rank: first.append(time.time())), stop)
    if first:
        found["start-up until the first result, s"] = first[0] - began
    executor.map(Work([0.0] * (4 * n), nap), stop)  # every process has been asked once

    def timed(seconds: float, count: int) -> float:
        begin = time.perf_counter()
        executor.map(Work([seconds] * count, nap), stop)
        return time.perf_counter() - begin

    for seconds, count in ((0.0, 10_000), (0.01, 400 * n), (1.0, 5 * n)):
        wall = timed(seconds, count)
        found[f"overhead of items of {seconds:g} s, ms each"] = 1e3 * (wall * n - seconds * count) / count
    if kind == "dask" and n > 1:
        pids: list[int] = []
        executor.map(Work(range(20 * n), pid_of, lambda result, rank: pids.append(result)), stop)
        victim = pids[0]
        seen = []

        def done(result: float, rank: int) -> None:
            seen.append(result)
            if len(seen) == n:
                os.kill(victim, signal.SIGKILL)

        begin = time.perf_counter()
        executor.map(Work([0.6] * (10 * n), nap, done), stop)
        found["items of 0.6 s, ten a worker, s"] = 10 * 0.6
        found["the same with one worker killed, s"] = time.perf_counter() - begin
    executor.close()
    if executor.is_root:
        print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        one(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["members", "overhead"])
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--repeats", type=int, default=None)
    chosen = parser.parse_args()
    if chosen.what == "members":
        members(chosen.members, chosen.repeats or 1)
    else:
        overhead([int(n) for n in chosen.workers.split(",")], chosen.repeats or 3)
