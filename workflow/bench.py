"""How fast a study's points are evaluated here, what bounds it, and where the time goes."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from statistics import median

import numpy as np
import torch
from landsweep.context import Context, users_code
from landsweep.errors import ProblemError, UserError
from landsweep.events import Bus
from landsweep.executors.serial import SerialExecutor
from landsweep.kernels.data import Data
from landsweep.kernels.evaluation import Evaluator
from landsweep.kernels.precision import PRECISIONS, Precision
from landsweep.plan import make_plan, shard_shape, units
from landsweep.problems import check
from landsweep.rundir import RunDir, read_json
from landsweep.stages import subspace, train
from landsweep.stages.loader import Loader
from landsweep.stages.probe import device_kind, probe
from landsweep.stop import StopFlag
from landsweep.store import Landscape
from landsweep.study import Study
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

REPEATS = 5
PRODUCT = 2048
"""Rows and columns of the matrix product whose rate is the limit."""


@dataclass(frozen=True)
class Speed:
    """What was measured.

    Parameters
    ----------
    points_per_second
        Of one process, writing included.
    flops_per_point
        Of matrix products and convolutions, as torch counts them.
    limit_flops
        Per second, of a product of two matrices of 2048 x 2048 at this precision, measured beside it.
    fraction
        Of this limit that evaluation reaches.
    compute, transfer, write, wait
        Shares of the time: in the loss, between host and device, into the store, and what is left.
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

    def to_json(self) -> dict[str, object]:
        """Return plain data."""
        return asdict(self)


def bench_evaluation(study: Study, folder: Path, seconds: float) -> Speed:
    """Measure the evaluation of a study's first member, about ``seconds`` long; nothing stays on the disk.

    Raises
    ------
    UserError
        Where the study's problem cannot be made, trained or evaluated.
    """
    one = study.model_copy(update={"sweep": {name: values[:1] for name, values in study.sweep.items()}})
    check(one, folder)
    with tempfile.TemporaryDirectory() as scratch:
        run = RunDir(Path(scratch) / "run")
        run.path.mkdir()
        with StopFlag(announce=False) as stop:
            context = Context(
                one, folder.resolve(), make_plan(one), run, SerialExecutor(), Bus(), lambda event: None, stop
            )
            with redirect_stdout(StringIO()):
                train.run(context)
                subspace.run(context)
            failures = [read_json(path)["error"] for path in run.failures().values()]
            if failures:
                raise UserError(f"{study.name}: its first model failed ({failures[0]}): expected one that trains.")
            try:
                return _measure(context, seconds)
            except ProblemError as error:
                raise UserError(f"{study.name}: its loss failed ({error}): expected one that runs.") from error


def _measure(context: Context, seconds: float) -> Speed:
    study, member = context.study, context.plan.members[0]
    choices = probe(context, member)
    path = context.run.directions(member.index)
    device, precision = context.device(), PRECISIONS[study.evaluation.dtype]
    loader, delta = Loader(context, study.evaluation.dtype), subspace.load_delta(path)
    n = max(1, int(seconds / REPEATS / choices["seconds"]))
    alpha = np.random.default_rng(0).uniform(-0.1, 0.1, (n, len(delta))) * subspace.load_geometry(path).scale
    with users_code():
        evaluator = loader.evaluator(member, delta, choices["strategy"], choices["width"])
        flops = _flops(loader.evaluator(member, delta, "inplace", 1), alpha)
        evaluator(alpha[: choices["width"]])
        rows = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            values = evaluator(alpha)
            rows.append((time.perf_counter() - begin, *_split(evaluator, alpha), _writing(context, choices, values)))
    limit = _product_rate(device, precision)
    total, compute, outside, write = (median(column) for column in zip(*rows, strict=True))
    whole = total + write
    rates = [n / (row[0] + row[3]) for row in rows]
    transfer = min(outside, max(0.0, total - compute)) if compute < total else 0.0
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
        compute=min(compute, total) / whole,
        transfer=transfer / whole,
        write=write / whole,
        wait=max(0.0, total - compute - transfer) / whole,
    )


class _Timed:
    """A strategy that knows how long it took; the device finishes each call before the clock is read."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._strategy, self._device, self.seconds = evaluator.strategy, evaluator.device, 0.0
        self.fields, self.channels_last = self._strategy.fields, self._strategy.channels_last

    def __call__(self, points: Tensor, data: Data) -> dict[str, Tensor]:
        _finish(self._device)
        begin = time.perf_counter()
        values = self._strategy(points, data)
        _finish(self._device)
        self.seconds += time.perf_counter() - begin
        return values


def _split(evaluator: Evaluator, alpha: np.ndarray) -> tuple[float, float]:
    """Return the seconds inside and outside the loss."""
    timed = _Timed(evaluator)
    kept, evaluator.strategy = evaluator.strategy, timed
    try:
        begin = time.perf_counter()
        evaluator(alpha)
        total = time.perf_counter() - begin
    finally:
        evaluator.strategy = kept
    return timed.seconds, total - timed.seconds


def _writing(context: Context, choices: dict[str, object], values: dict[str, np.ndarray]) -> float:
    """Return the seconds that writing as many points takes, in units as large as a run would have."""
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
