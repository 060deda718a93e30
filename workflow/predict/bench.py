"""Measuring how fast a study's points are evaluated here, what bounds the speed, and where the time goes."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from landsweep.base.errors import ProblemError, Stopped, UserError, users_code
from landsweep.base.events import Bus
from landsweep.base.stop import StopFlag
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.rundir import RunDir, read_json
from landsweep.disk.store import Landscape
from landsweep.executors.serial import SerialExecutor
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS, Precision
from landsweep.kernels.loss.strategies import Strategy, StrategyName
from landsweep.session.context import Context
from landsweep.stages import reserved
from landsweep.stages.models.loader import Loader
from landsweep.stages.models.probe import device_kind, probe
from landsweep.stages.subspace import STAGE as SUBSPACE
from landsweep.stages.train import STAGE as TRAIN
from landsweep.study.plan import make_plan, shard_shape, units
from landsweep.study.problems import check
from landsweep.study.study import Study
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

REPEATS = 5
"""Each time is the median of this many measurements."""
PRODUCT = 2048
"""The matrices of the product whose rate is the limit have this many rows and columns."""


@dataclass(frozen=True)
class Speed:
    """The measured speed of evaluation.

    Parameters
    ----------
    points_per_second
        The points per second of one process. Writing runs beside evaluation, and counts only where it takes longer.
    flops_per_point
        The floating-point operations per point in matrix products and convolutions, as torch counts them.
    limit_flops
        The floating-point operations per second in a product of two 2048 x 2048 matrices at this precision, measured in
        the same session.
    fraction
        The share of this limit that evaluation reaches.
    compute, transfer, wait
        The shares of the time spent in the loss, outside it (parameters summed, values copied back), and waiting for
        writing.
    write
        The share of the time in which the store is written, beside the work on the next points.
    """

    study: str
    device: str
    torch: str
    machine: str
    strategy: str
    width: int
    threads: int
    dtype: str
    reason: str
    points: int
    points_per_second: float
    slowest: float
    fastest: float
    flops_per_point: float
    limit_flops: float
    fraction: float
    compute: float
    transfer: float
    write: float
    wait: float


def bench_evaluation(study: Study, folder: Path, seconds: float) -> Speed:
    """Measure the evaluation of a study's first member for about ``seconds`` seconds; nothing stays on the disk.

    Raises
    ------
    UserError
        Where the study's problem cannot be made, trained or evaluated.
    """
    first = {name: values[:1] for name, values in study.sweep.items()}
    one = study.model_copy(update={"sweep": first, "fields": study.loss_fields})
    check(one, folder, reserved())
    with tempfile.TemporaryDirectory() as scratch:
        run = RunDir(Path(scratch) / "run")
        run.path.mkdir()
        with StopFlag(announce=False) as stop:
            context = Context(
                one, folder.resolve(), make_plan(one), run, SerialExecutor(), Bus(), lambda event: None, stop
            )
            context.prepare_process()
            for stage in (TRAIN, SUBSPACE):
                stage.run(context, stage.todo(run, one, context.plan))
            failures = [read_json(path)["error"] for path in run.failures().values()]
            if failures:
                raise UserError(f"{study.name}: its first model failed ({failures[0]}): expected one that trains.")
            try:
                return _measure(context, seconds)
            except ProblemError as error:
                if stop.requested:  # reading data ends by an error
                    raise Stopped from error
                raise UserError(f"{study.name}: its loss failed ({error}): expected one that runs.") from error


def _measure(context: Context, seconds: float) -> Speed:
    study, member = context.study, context.plan.members[0]
    path = context.run.directions(member.index)
    delta, geometry = load_delta(path), load_geometry(path)
    choices = probe(context, member, delta, geometry)
    device, precision = context.device(), PRECISIONS[study.evaluation.dtype]
    loader = Loader(context, study.evaluation.dtype)
    n = max(1, int(seconds / REPEATS / choices["seconds"]))
    alpha = geometry.multiples(np.random.default_rng(0).uniform(-0.1, 0.1, (n, len(geometry.scale))))
    with users_code():
        evaluator = loader.evaluator(member, delta, choices["strategy"], choices["width"])
        eager: StrategyName = "inplace" if choices["strategy"] == "inplace" else "batched"
        flops = _flops(loader.evaluator(member, delta, eager, 1), alpha)
        evaluator(alpha[: choices["width"]])
        rows = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            values = evaluator(alpha)
            seconds = time.perf_counter() - begin
            rows.append((seconds, inside(evaluator, alpha), _writing(context, choices, values)))
    limit = _product_rate(device, precision)
    total, compute, write = (median(column) for column in zip(*rows, strict=True))
    rates = [n / max(seconds, writing) for seconds, _, writing in rows]
    wait = max(0.0, write - total)
    compute = min(compute, total)
    return Speed(
        study=study.name,
        device=device_kind(device),
        torch=torch.__version__,
        machine=platform.platform(),
        strategy=choices["strategy"],
        width=choices["width"],
        threads=study.evaluation.threads,
        dtype=study.evaluation.dtype,
        reason=choices["reason"],
        points=n,
        points_per_second=median(rates),
        slowest=min(rates),
        fastest=max(rates),
        flops_per_point=flops,
        limit_flops=limit,
        fraction=flops * median(rates) / limit,
        compute=compute / (total + wait),
        transfer=(total - compute) / (total + wait),
        write=write / (total + wait),
        wait=wait / (total + wait),
    )


class _Timed:
    """A strategy that measures the seconds it takes; the device finishes each call before the clock is read."""

    def __init__(self, strategy: Strategy, device: torch.device) -> None:
        self._strategy, self._device, self.seconds = strategy, device, 0.0
        self.fields, self.channels_last = strategy.fields, strategy.channels_last

    def __call__(self, points: Tensor, data: Data) -> dict[str, Tensor]:
        _finish(self._device)
        begin = time.perf_counter()
        values = self._strategy(points, data)
        _finish(self._device)
        self.seconds += time.perf_counter() - begin
        return values


def inside(evaluator: Evaluator, alpha: np.ndarray) -> float:
    """Return the seconds that an evaluation spends inside its strategy."""
    strategy = evaluator.strategy
    evaluator.strategy = timed = _Timed(strategy, evaluator.device)
    try:
        evaluator(alpha)
    finally:
        evaluator.strategy = strategy
    return timed.seconds


def _writing(context: Context, choices: dict[str, object], values: dict[str, np.ndarray]) -> float:
    """Return the seconds for writing as many points, in units of the size that a run would have."""
    plan, path = context.plan, context.run.landscape
    n = len(next(iter(values.values())))
    shard = shard_shape(plan.sweep_shape, plan.grid_shape, n)
    landscape = Landscape.create(path, context.study, plan, shard, choices)
    unit = next(iter(units(plan.shape, shard)))
    blocks = {name: np.resize(column, unit.shape) for name, column in values.items()}
    begin = time.perf_counter()
    landscape.write_unit(unit, blocks, np.ones(unit.shape, np.uint8))
    seconds = time.perf_counter() - begin
    shutil.rmtree(path)
    return seconds * max(1.0, n / np.prod(unit.shape))


def _flops(evaluator: Evaluator, alpha: np.ndarray) -> float:
    evaluator(alpha[:1])  # finds out in which mode the loss runs
    with FlopCounterMode(display=False) as counter:
        evaluator(alpha[:1])
    return float(counter.get_total_flops())


def _product_rate(device: torch.device, precision: Precision) -> float:
    """Return the floating-point operations per second of a large matrix product."""
    a = torch.randn(PRODUCT, PRODUCT, device=device, dtype=precision.dtype)
    times = []
    with precision.active(device):
        for _ in range(REPEATS + 1):
            _finish(device)
            begin = time.perf_counter()
            torch.mm(a, a)
            _finish(device)
            times.append(time.perf_counter() - begin)
    return 2.0 * PRODUCT**3 / median(times[1:])


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
