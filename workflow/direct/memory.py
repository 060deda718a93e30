"""A context in memory: what every stage is given, without a run directory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from landsweep.base.events import Bus, ItemDone, StageFinished, StageStarted, Subscriber
from landsweep.base.stop import StopFlag
from landsweep.disk.rundir import RunDir
from landsweep.executors.serial import SerialExecutor
from landsweep.kernels.problem import Problem
from landsweep.session.context import Context
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from torch import nn

NOWHERE = Path(os.devnull) / "no run"
"""The run directory of what has none: nothing can be written there."""


@dataclass
class InMemory(Context):
    """A context of one model that is at hand, on a device of its own, as everything that it needs is kept already."""

    target: torch.device | None = None

    @classmethod
    def of(cls, study: Study, problem: Problem, network: nn.Module, device: torch.device, tell: Subscriber) -> InMemory:
        """Return the context of a study with one model, whose problem and network on the CPU are given."""
        made = cls(
            study=study,
            folder=Path(),
            plan=make_plan(study),
            run=RunDir(NOWHERE),
            executor=SerialExecutor(),
            bus=Bus(tell),
            log=lambda event: None,
            stop=StopFlag(),
            target=device,
        )
        made.kept("problem", 0, lambda: problem)
        made.kept("network", 0, lambda: network)
        return made

    def device(self) -> torch.device:
        """Return the device of the call."""
        return self.target or super().device()

    @contextmanager
    def stage(self, name: str, work: int, noun: str) -> Iterator[None]:
        """Publish that a stage of so much work begins, and ends."""
        begin = time.perf_counter()
        self.bus(StageStarted(name, 1, work, noun))
        yield
        self.bus(StageFinished(name, time.perf_counter() - begin))

    def done(self, name: str, work: int, seconds: float) -> None:
        """Publish that so much of a stage's work is done."""
        self.bus(ItemDone(name, 0, work, seconds, 0))


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch and BLAS compute with this many threads, on which last bits depend, and put theirs back afterwards."""
    import scipy.linalg
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    scipy.linalg.get_blas_funcs("gemm")  # loads its library, so that it is limited too
    with threadpool_limits(count, user_api="blas"):
        torch.set_num_threads(count)
        try:
            yield
        finally:
            torch.set_num_threads(before)
