"""The context that every stage is given, and the objects that a rank loads once and keeps."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from landsweep.base import clock
from landsweep.base.errors import ProblemError, Stopped, TooManyFailures
from landsweep.base.events import (
    Bus,
    Event,
    Hardware,
    Helped,
    ItemDone,
    Notice,
    StageFinished,
    StageStarted,
    Subscriber,
)
from landsweep.base.stop import StopFlag
from landsweep.disk.content import Bound
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import RunDir, write_json
from landsweep.executors.executor import Executor, Work
from landsweep.executors.group import Alone, Group
from landsweep.study.plan import Member, Model, Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
Before = Callable[[], tuple[int, int]]
"""A function that returns how much of a stage's work was done, and how much failed, before this session."""


@dataclass(frozen=True)
class Outcome:
    """The report on one item: its amount of work, the seconds it took, and whether it failed.

    Of an item that failed all work is lost, unless ``lost`` says how much of it: a unit holds points of many members.
    """

    index: int
    work: int
    seconds: float
    failed: bool = False
    note: Any = None
    file_seconds: float = 0.0
    ranks: int = 1
    lost: int | None = None

    def event(self, stage: str, rank: int) -> ItemDone:
        """Return the event that subscribers and logs receive."""
        lost = self.work * self.failed if self.lost is None else self.lost
        return ItemDone(
            stage, self.index, self.work, self.seconds, rank, self.failed, self.file_seconds, self.ranks, lost
        )


@dataclass
class Context:
    """One run in progress on one rank."""

    study: Study
    folder: Path
    plan: Plan
    run: RunDir
    executor: Executor
    bus: Bus
    log: Subscriber
    stop: StopFlag
    max_failures: int | None = None
    allow_mixed: bool = False
    bound: Bound | None = None
    """The content of the problem as the session has recorded it; None where it computes nothing with the problem."""
    failed: int = 0
    _loaded: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def opened(self) -> OpenedRun:
        """The run as an object for reading only."""
        return OpenedRun(self.run, self.study, self.plan)

    def kept(self, what: str, key: Any, load: Callable[[], T]) -> T:
        """Return ``load()`` and keep it until another ``key`` is asked for; units come sorted by model."""
        found = self._loaded.get(what)
        if found is None or found[0] != key:
            self._loaded.pop(what, None)  # let go of the old one before the new one is made
            self._loaded[what] = found = (key, load())
        return found[1]

    def forget(self, what: str) -> None:
        """Release the object that :meth:`kept` holds under the name ``what``."""
        self._loaded.pop(what, None)

    def device(self) -> torch.device:
        """Return this rank's device; the GPUs of a node are dealt to its ranks in turn."""
        import torch

        wanted = self.study.evaluation.device
        if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
            return torch.device("cpu")
        return torch.device("cuda", self.executor.local_rank % torch.cuda.device_count())

    def memory(self) -> float:
        """Return the bytes of memory that this rank may use: its share of what is free on the device."""
        import torch
        from landsweep.kernels.loss.memory import free_memory

        device, ranks = self.device(), self.executor.local_size
        sharing = ceil(ranks / torch.cuda.device_count()) if device.type == "cuda" else ranks
        return free_memory(device) / sharing

    def prepare_process(self) -> None:
        """Set threads and device of this process; this must come before any result whose last bits count."""
        import scipy.linalg
        import torch
        from landsweep.kernels.loss.memory import keep_freed_memory
        from threadpoolctl import threadpool_limits

        threads = self.study.evaluation.threads
        torch.set_num_threads(threads)
        # Sums of NumPy's and SciPy's BLAS depend on its threads, which launchers and Dask set as they like.
        scipy.linalg.get_blas_funcs("gemm")  # loads its library, so that it is limited too
        threadpool_limits(threads, user_api="blas")
        keep_freed_memory()
        computes = self.executor.team or not self.executor.is_root  # the root of workers that come and go only plans
        if computes and self.device().type == "cuda":
            torch.cuda.set_device(self.device())  # also what pins memory would use the first one
            if self.study.evaluation.deterministic:  # read at the first product
                os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        if self.executor.is_root:
            self.bus(Hardware(self.executor.size, self.gpus()))

    def gpus(self) -> int:
        """Return the number of GPUs that the ranks use, assuming that every node is like this one; 0 on CPUs."""
        kind, count = self.executor.on_worker(self._gpus_here)
        nodes = ceil(self.executor.size / self.executor.local_size)
        return min(self.executor.size, nodes * count) if kind == "cuda" else 0

    def _gpus_here(self) -> tuple[str, int]:
        import torch

        return self.device().type, torch.cuda.device_count()

    def run_stage(
        self,
        stage: str,
        noun: str,
        items: list[T],
        work: Callable[[T], Outcome],
        weigh: Callable[[T], int] = lambda item: 1,
        before: Before = lambda: (0, 0),
        on_done: Callable[[Outcome], None] | None = None,
        finish: Callable[[], None] = lambda: None,
        affinity: Callable[[T], Hashable] | None = None,
        given_up: Callable[[T, str], Outcome] | None = None,
    ) -> None:
        """Share a stage's items over the ranks, and publish an event for each item.

        ``before`` says on the root how much was done, and how much failed, before this session. Items of equal
        ``affinity`` need the same model. Every rank calls ``finish`` after its last item, also where the
        stage is stopped. ``given_up`` records as failed an item that no process survived; it is not needed where items
        are models, members or lists of these.

        Raises
        ------
        TooManyFailures
            Once more than ``max_failures`` items have failed.
        Stopped
            On a signal.
        """
        if not items:
            return
        begin = time.perf_counter()
        if self.executor.is_root:
            self.run.outdate_report()
            self.bus(StageStarted(stage, len(items), sum(map(weigh, items)), noun, *before()))

        def logged(item: T) -> Outcome:
            before = clock.spent()
            outcome = replace(work(item), file_seconds=round(clock.spent() - before, 6))
            self.log(outcome.event(stage, self.executor.rank))  # the rank that did it writes it down
            return outcome

        try:
            shared = Work(
                items,
                logged,
                lambda outcome, rank: self._done(stage, outcome, rank, on_done),
                name=stage,
                affinity=affinity,
                given_up=given_up or (lambda item, why: self._given_up(stage, item, weigh(item), why)),
            )
            self.executor.map(shared, self.stop)
        finally:
            finish()
        self.executor.on_root(lambda: None)  # all ranks have finished
        if self.executor.is_root:
            self.bus(StageFinished(stage, time.perf_counter() - begin))

    def _given_up(self, stage: str, item: Any, weight: int, why: str) -> Outcome:
        first, *others = item if isinstance(item, list) else [item]

        def refuse() -> None:
            for other in others:
                self.record(stage, other, ProblemError(why))
            raise ProblemError(why)

        return self.guarded(stage, first, refuse, weight)

    def _done(self, stage: str, outcome: Outcome, rank: int, on_done: Callable[[Outcome], None] | None) -> None:
        """Count and publish on the root the outcome of an item."""
        self.failed += outcome.failed
        self.bus(outcome.event(stage, rank))
        if on_done is not None:
            on_done(outcome)
        if self.max_failures is not None and self.failed > self.max_failures:
            raise TooManyFailures(
                f"{self.failed} models or members failed, more than --max-failures {self.max_failures}; their "
                f"tracebacks are in {self.run.path / 'failures'}."
            )

    def run_together(
        self,
        stage: str,
        noun: str,
        items: list[T],
        work: Callable[[T, Group], Outcome],
        before: Before = lambda: (0, 0),
        on_done: Callable[[Outcome], None] | None = None,
    ) -> None:
        """Work on one item after another, with all ranks on the same item, and publish an event for each.

        Raises
        ------
        TooManyFailures, Stopped
            As :meth:`run_stage`; Stopped on a signal to any rank, and where ``work`` raises it on the root.
        """
        if not items:
            return
        begin = time.perf_counter()
        if self.executor.is_root:
            self.run.outdate_report()
            self.bus(StageStarted(stage, len(items), len(items), noun, *before()))
        with self.executor.group() as group:
            for item in items:
                if group.any(self.stop.requested):
                    raise Stopped
                waited = clock.spent()
                try:
                    outcome = work(item, group)
                    files = round(clock.spent() - waited, 6)
                    outcome = replace(outcome, file_seconds=files, ranks=group.size)
                except Stopped:
                    self.stop.requested = True
                    continue
                if not self.executor.is_root:
                    self.log(Helped(stage, outcome.index, outcome.seconds, self.executor.rank, outcome.file_seconds))
                else:
                    self.log(outcome.event(stage, 0))
                    self._done(stage, outcome, 0, on_done)
            if group.any(self.stop.requested):
                raise Stopped
        if self.executor.is_root:
            self.bus(StageFinished(stage, time.perf_counter() - begin))

    def run_shared(
        self,
        stage: str,
        noun: str,
        items: list[T],
        work: Callable[[T, Group], Outcome],
        parts: Callable[[T], int],
        before: Before = lambda: (0, 0),
        on_done: Callable[[Outcome], None] | None = None,
    ) -> None:
        """Deal the items one a rank; on the last ones, too few for all ranks, work together where they have ``parts``.

        Raises
        ------
        TooManyFailures, Stopped
            As :meth:`run_stage`.
        """
        size = self.executor.team or 1
        last = items[len(items) // size * size :]
        together = self.executor.on_root(lambda: bool(last) and all(parts(item) > 1 for item in last))
        single = items[: len(items) - len(last)] if together else items
        done, lost = before() if self.executor.is_root else (0, 0)
        failed = self.failed
        self.run_stage(
            stage, noun, single, lambda item: work(item, Alone()), before=lambda: (done, lost), on_done=on_done
        )
        if together:
            new = self.failed - failed
            self.run_together(stage, noun, last, work, lambda: (done + len(single) - new, lost + new), on_done)

    def tell(self, event: Event) -> None:
        """Publish an event on the root; on another rank, write it into the rank's own log."""
        (self.bus if self.executor.is_root else self.log)(event)

    def record(self, stage: str, item: Model | Member, error: ProblemError) -> None:
        """Record the error with which an item failed.

        Raises
        ------
        Stopped
            Where this process was asked to stop, so that the error is no failure of the item: signals go to all
            processes of a job step or a terminal, also to those that a problem has started, such as the compiler.
        """
        if self.stop.requested:
            raise Stopped from error
        record_failure(self.run, stage, item, error)

    def telling(self, sentence: str = "{note}") -> Callable[[Outcome], None]:
        """Return what tells people the notes of outcomes: of a hundred items with one note, that of the first.

        ``sentence`` says where an ``index`` and a ``note`` go.
        """
        said: set[str] = set()

        def tell(outcome: Outcome) -> None:
            notes = [outcome.note] if isinstance(outcome.note, str) else outcome.note or ()
            for note in notes:
                if note and note not in said:
                    said.add(note)
                    self.bus(Notice(sentence.format(index=outcome.index, note=note)))

        return tell

    def guarded(self, stage: str, item: Model | Member, compute: Callable[[], Any], weight: int = 1) -> Outcome:
        """Run ``compute``, the part of an item that calls the user's code; record its failure, do not raise it."""
        begin = time.perf_counter()
        failed, note = False, None
        try:
            note = compute()
        except ProblemError as error:
            failed = True
            self.record(stage, item, error)
        return Outcome(item.index, weight, time.perf_counter() - begin, failed, note)


def record_points(path: Path, member: Member, points: list[tuple[tuple[float, ...], Exception]]) -> None:
    """Record the points of a member's landscape at which its loss raised an error, and the traceback of the first."""
    write_json(
        path,
        {
            "member": member.index,
            "coords": dict(member.coords),
            "points": [{"alpha": list(at), "error": f"{type(error).__name__}: {error}"} for at, error in points],
            "traceback": "".join(traceback.format_exception(points[0][1])),
        },
    )


def record_failure(run: RunDir, stage: str, item: Model | Member, error: ProblemError) -> None:
    """Record the error with which a model or member failed."""
    cause = error.__cause__ or error
    write_json(
        run.failure(stage, item.index),
        {
            "stage": stage,
            "index": item.index,
            "coords": dict(item.coords),
            "error": str(error),
            "traceback": "".join(traceback.format_exception(cause)),
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        },
    )
