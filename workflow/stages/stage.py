"""What a stage is: one record, from which planning, ``--stages``, staleness, status, jobs, costs and tables follow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from landsweep.disk.rundir import RunDir
from landsweep.study.plan import Member, Model, Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.opened import OpenedRun
    from landsweep.disk.store import Landscape
    from landsweep.session.context import Context

Row = Callable[[Member, str], Mapping[str, Any]]
"""A function of this type returns what the table says of a member in a representation."""


@dataclass(frozen=True)
class Sharing:
    """How the ranks share a stage: ``ranks`` of them, each ``per_item`` seconds for an item that it is dealt."""

    ranks: int
    per_item: float

    def __call__(self, count: int, rate: float | None) -> float | None:
        """Return the seconds of ``count`` items of ``rate`` seconds each, None where the rate is not known."""
        return None if rate is None else ceil(count / self.ranks) * (rate + self.per_item)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a run: what it works on, what asks for it, where its results lie, and what runs it.

    Parameters
    ----------
    name, noun
        What it is called in ``--stages``, in logs and in the names of failures; what its items are called where they
        are counted.
    of
        What has a result: every model, every member, or every site (the first of the members with the same loss).
    result
        The file whose existence says that the result of a model or member is complete.
    problem
        Whether it builds networks, on GPUs where there are any; the others read what these have stored.
    asked
        Whether a study wants it.
    key
        The part of a study whose change makes all results stale.
    follows, needs
        Stages whose results it reads: what fails there is not tried here. What is stale in one that it ``follows`` is
        stale here too.
    lacking
        What its items are called where a later stage misses them ("models to train"); empty where none does.
    places
        What is removed when its results are stale.
    schema
        The schema version since which its files are as they are.
    brief
        Whether it takes seconds, and so no batch job of its own.
    label
        What its time is called in the costs of a run, its name by default.
    files
        Files of one result.
    seconds
        Seconds of a stage that deals its items one a rank, from a study, its plan, and measured seconds per item by
        stage; None where no run was measured.
    tabulated
        Whether it has numbers for the table of metrics or for the store.

    What it does stands beside its record, in a module ``work``; what it has for table and store, in ``columns``. Both
    are imported when they are needed: whoever plans needs neither torch nor NumPy.
    """

    name: str
    noun: str
    of: Literal["model", "site", "member"]
    result: Callable[[RunDir, int], Path]
    problem: bool = True
    asked: Callable[[Study], bool] = lambda study: True
    key: Callable[[Study], Any] = lambda study: None
    follows: tuple[Stage, ...] = ()
    needs: tuple[Stage, ...] = ()
    lacking: str = ""
    places: Callable[[RunDir], Iterable[Path]] = lambda run: ()
    schema: int = 1
    brief: bool = False
    label: str = ""
    files: int = 1
    seconds: Callable[[Study, Plan, Mapping[str, float], Sharing], float | None] | None = None
    tabulated: bool = False

    def _beside(self, module: str) -> Any:
        return import_module(f"landsweep.stages.{self.name}.{module}")

    def run(self, context: Context, items: list[Any]) -> None:
        """Work on what is to do; called on every rank with the same items."""
        self._beside("work").run(context, items)

    def columns(self) -> Mapping[str, str]:
        """Return the names of its columns in the table of metrics, with their meaning and unit."""
        return self._beside("columns").COLUMNS if self.tabulated else {}

    def table(self, run: OpenedRun) -> Row:
        """Return the function that fills its columns."""
        return self._beside("columns").table(run) if self.tabulated else lambda member, representation: {}

    def pack(self, run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
        """Put its numbers into the store, from the whole table and its own files."""
        if self.tabulated:
            self._beside("columns").pack(run, landscape, table)

    @property
    def sources(self) -> tuple[Stage, ...]:
        """The stages whose results it reads."""
        return self.follows + self.needs

    @property
    def ancestors(self) -> tuple[Stage, ...]:
        """The stages that it depends on at all."""
        return tuple(stage for source in self.sources for stage in (source, *source.ancestors))

    def items(self, plan: Plan) -> Sequence[Model] | Sequence[Member]:
        """Return the models or members that get a result."""
        if self.of == "model":
            return plan.models
        return [m for m in plan.members if self.of == "member" or plan.sites[m.index] == m.index]

    def absent(self, run: RunDir, plan: Plan) -> set[int]:
        """Return the indices of items without a result, from one listing where all of them lie in one folder."""
        indices = {item.index for item in self.items(plan)}
        return indices.intersection(run.missing(1 + max(indices, default=-1), lambda index: self.result(run, index)))

    def progress(self, run: RunDir, study: Study, plan: Plan) -> tuple[int, int]:
        """Return how many results there are, and how many there are to be."""
        total = len(self.items(plan))
        return total - len(self.absent(run, plan)), total

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return the items without a result that have not failed, neither here nor in a stage before."""
        if not self.asked(study) or not all(source.there(run) for source in self.sources):
            return []
        absent = self.absent(run, plan)
        if not absent:
            return []
        failures = {(name, index) for name, index in run.failures()}
        behind = {stage.name: stage for stage in (self, *self.ancestors)}
        models = {i for name, i in failures if name in behind and behind[name].of == "model"}
        others = {i for name, i in failures if name in behind and behind[name].of != "model"}
        for source in self.sources:
            others |= source.absent(run, plan) if source.of == self.of == "member" else set()
        if self.of == "model":
            return [m for m in plan.models if m.index in absent - models]
        return [m for m in plan.members if m.index in absent - others and m.model not in models]

    def there(self, run: RunDir) -> bool:
        """Return whether a later stage can read anything of it at all."""
        return True

    def lacks(self, run: RunDir, study: Study, plan: Plan) -> str:
        """Return what a later stage would miss, such as ``2 models to train``; empty for nothing."""
        left = len(self.todo(run, study, plan)) if self.lacking else 0
        return f"{left} {self.lacking}" if left else ""

    def remove(self, run: RunDir) -> None:
        """Remove all results, and what is known of failures."""
        for path in self.places(run):
            shutil.rmtree(path, ignore_errors=True)
        for failure in run.failures(self.name).values():
            failure.unlink()
