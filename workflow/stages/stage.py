"""The record of a stage, from which planning, ``--stages``, staleness, status, jobs, costs and tables follow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import uuid4

from landsweep.base.errors import Damaged
from landsweep.disk.rundir import REMOVED, RunDir, verify
from landsweep.study.plan import Member, Model, Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.opened import OpenedRun
    from landsweep.disk.store import Landscape
    from landsweep.session.context import Context

Row = Callable[[Member, str], Mapping[str, Any]]
"""A function of this type returns what the table says of a member in a representation."""


class Words(Protocol):
    """What a stage says to people: in ``landsweep plan``, in the methods paragraph and in the report."""

    def plan(self, study: Study, plan: Plan) -> Mapping[str, str]:
        """Return the rows that ``landsweep plan`` prints, by name."""

    def methods(self, study: Study) -> Sequence[str]:
        """Return sentences for the methods paragraph; the keys of references stand in square brackets."""

    def lines(self, study: Study, table: pd.DataFrame, axis: str | None) -> Sequence[str]:
        """Return lines of the summary, from the rows of the stage's own representation, else of the study's first."""

    def warnings(self, study: Study, table: pd.DataFrame) -> Sequence[str]:
        """Return the reasons why numbers that were asked for cannot be given."""

    def columns(self, table: pd.DataFrame) -> Mapping[str, Sequence[str]]:
        """Return columns of the summary's table, by the column that they stand before."""

    def draw(self, study: Study, landscape: Landscape, folder: Path) -> None:
        """Draw the stage's own figures into ``folder``."""


@dataclass(frozen=True)
class Sharing:
    """The time of a stage shared by ``ranks`` ranks, which takes ``per_item`` further seconds for each item."""

    ranks: int
    per_item: float

    def __call__(self, count: int, rate: float | None) -> float | None:
        """Return the seconds for ``count`` items of ``rate`` seconds each, None where the rate is not known."""
        return None if rate is None else ceil(count / self.ranks) * (rate + self.per_item)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a run: what it works on, when a study asks for it, where its results lie, and what runs it.

    Parameters
    ----------
    name, noun
        The name of the stage in ``--stages``, in logs and in the names of failures; the plural noun for its items where
        they are counted.
    of
        What the stage makes a result for: every ``model``, every ``member``, or every ``site`` (the first of the
        members with the same loss).
    result
        The file whose existence says that the result of a model or member is complete.
    problem
        Whether the stage builds networks, on GPUs where there are any; other stages only read stored results.
    asked
        A function of the study: whether the study asks for the stage.
    key
        A function of the study that returns the part whose change makes all results of the stage stale.
    follows, needs
        The stages whose results it reads; an item that failed there is not tried here. If a stage that it ``follows``
        is stale, this stage is stale too.
    lacking
        The words for its items where a later stage misses them ("models to train"); empty where no stage does.
    places
        A function of the run directory that returns the paths that are removed when the results are stale.
    schema
        The schema version that introduced the present layout of its files.
    brief
        Whether it takes only seconds, so that it gets no batch job of its own.
    cost_name
        The name of its time in the costs of a run, by default the name of the stage.
    files
        The number of files of one result.
    seconds
        How long it takes, from a study, its plan, and measured seconds per item by stage; None where no run was
        measured. Without it: all items, dealt one a rank, each as long as was measured.
    representation
        The representation that the stage adds to those of the study, with rows of its own in the table; empty for none.
    tabulated
        Whether the stage has numbers for the table of metrics or for the store.
    worded
        Whether the stage speaks for itself; of what every run has, plan, methods and report speak unasked.

    The code of a stage stands beside its record: the module ``work`` does the work, the module ``columns`` gives
    numbers to the table and the store, and the module ``words`` (:class:`Words`) speaks to people. They are imported
    only when they are needed, so that planning imports neither torch nor NumPy.
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
    cost_name: str = ""
    files: int = 1
    seconds: Callable[[Study, Plan, Mapping[str, float], Sharing], float | None] | None = None
    representation: str = ""
    tabulated: bool = False
    worded: bool = False

    def cost(self, study: Study, plan: Plan, rates: Mapping[str, float], share: Sharing) -> float | None:
        """Return its seconds: ``seconds``, else those of its items dealt one a rank; None where none was measured."""
        if not self.asked(study):
            return 0.0
        if self.seconds is not None:
            return self.seconds(study, plan, rates, share)
        return share(len(self.items(plan)), rates.get(self.name))

    def _beside(self, module: str) -> Any:
        return import_module(f"landsweep.stages.{self.name}.{module}")

    def run(self, context: Context, items: list[Any]) -> None:
        """Work on ``items``; every rank calls this with the same items."""
        self._beside("work").run(context, items)

    def columns(self) -> Mapping[str, str]:
        """Return the names of the stage's columns in the table of metrics, with their meaning and unit."""
        return self._beside("columns").COLUMNS if self.tabulated else {}

    def measured(self) -> tuple[str, ...]:
        """Return those columns that describe what the stage works on, without ``ASIDE``: how its numbers were found."""
        aside = getattr(self._beside("columns"), "ASIDE", ()) if self.tabulated else ()
        return tuple(name for name in self.columns() if name not in aside)

    @property
    def words(self) -> Words | None:
        """What the stage says to people; None where it has nothing of its own to say."""
        return self._beside("words") if self.worded else None

    def table(self, run: OpenedRun) -> Row:
        """Return the function that fills the stage's columns."""
        return self._beside("columns").table(run) if self.tabulated else lambda member, representation: {}

    def pack(self, run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
        """Put the stage's numbers into the store, from the whole table and from the stage's own files."""
        if self.tabulated:
            self._beside("columns").pack(run, landscape, table)

    @property
    def sources(self) -> tuple[Stage, ...]:
        """The stages whose results this stage reads."""
        return self.follows + self.needs

    @property
    def ancestors(self) -> tuple[Stage, ...]:
        """The stages that this stage depends on, directly or through others."""
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

    def progress(self, run: RunDir, plan: Plan) -> tuple[int, int]:
        """Return the number of results that exist, and the number that there will be."""
        total = len(self.items(plan))
        return total - len(self.absent(run, plan)), total

    def before(self, run: RunDir, plan: Plan, items: Iterable[Model | Member]) -> tuple[int, int]:
        """Return the number of results beside those of ``items``, and of those that are missing and not among them.

        The latter failed, or need what failed; nobody works on them.
        """
        absent, todo = self.absent(run, plan), {item.index for item in items}
        return len(self.items(plan)) - len(absent | todo), len(absent - todo)

    def todo(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return the items without a result that have failed neither in this stage nor in one before it."""
        return self._possible(run, study, plan, lambda: self.absent(run, plan))

    def anew(self, run: RunDir, study: Study, plan: Plan) -> list[Any]:
        """Return the same with the items that have a result, which a new one is to replace."""
        return self._possible(run, study, plan, lambda: {item.index for item in self.items(plan)})

    def _possible(self, run: RunDir, study: Study, plan: Plan, wanted: Callable[[], set[int]]) -> list[Any]:
        """Return those of the wanted items that have not failed here or before, and whose sources are there."""
        if not self.asked(study) or not all(source.there(run) for source in self.sources):
            return []
        absent = wanted()
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

    def verify(self, run: RunDir, index: int) -> None:
        """Read the result of a model or member; raise :class:`~landsweep.base.errors.Damaged` where this fails."""
        verify(self.result(run, index))

    def damage(self, run: RunDir, study: Study, plan: Plan) -> Iterator[tuple[int, Damaged]]:
        """Read all results that exist; yield the index and the error of each that is damaged."""
        absent = self.absent(run, plan)
        for item in self.items(plan):
            if item.index not in absent:
                try:
                    self.verify(run, item.index)
                except Damaged as error:
                    yield item.index, error

    def discard(self, run: RunDir, index: int, file: Path) -> None:
        """Make a result incomplete again, one ``file`` of which is damaged."""
        self.result(run, index).unlink(missing_ok=True)
        file.unlink(missing_ok=True)

    def there(self, run: RunDir) -> bool:
        """Return whether any result of this stage exists that a later stage can read."""
        return True

    def lacks(self, run: RunDir, study: Study, plan: Plan) -> str:
        """Return what a later stage would miss, such as ``2 models to train``; empty for nothing."""
        left = len(self.todo(run, study, plan)) if self.lacking else 0
        return f"{left} {self.lacking}" if left else ""

    def remove(self, run: RunDir) -> None:
        """Remove all results of this stage, and its records of failures."""
        for path in self.places(run):
            if path.exists():  # it goes as a whole: a part of it must not pass for results, or for a damaged whole
                removed = path.with_name(f".{path.name}.{uuid4().hex[:12]}{REMOVED}")
                path.rename(removed)
                shutil.rmtree(removed)
        self.forget_failures(run)

    def forget_failures(self, run: RunDir) -> None:
        """Remove all records of this stage's failures."""
        for failure in run.failures(self.name).values():
            failure.unlink()
