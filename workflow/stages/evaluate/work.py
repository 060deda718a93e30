"""Stage evaluate: every point of the hypercube, unit by unit."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base import clock
from landsweep.base.errors import ProblemError, Stopped, UserError, users_code
from landsweep.base.events import Notice
from landsweep.base.frames import told
from landsweep.disk.directions import Geometry, load_delta, load_geometry
from landsweep.disk.store import Landscape, Status
from landsweep.kernels.curvature.alpha import ALPHA_FIELDS
from landsweep.kernels.curvature.extremes import STEPS, UNFINISHED
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.raising import evaluate, is_alive, spread
from landsweep.session.context import Context, Outcome, record_points
from landsweep.stages.evaluate import given
from landsweep.stages.models.loader import Loader
from landsweep.stages.models.probe import device_kind, probe
from landsweep.study.plan import Member, Unit, even_shard, grid_coordinates, sizing_of

SHOWN = 10
"""The coordinates of so many points at which the loss raised an error are shown."""


def run(context: Context, todo: list[Any]) -> None:
    """Evaluate units; where ``todo`` holds members, the arrays are created or extended first, and cut into units."""
    if isinstance(todo[0], Member):
        if not context.executor.on_root(lambda: _prepare(context)):
            return
        todo = context.executor.on_root(lambda: Landscape(context.run.landscape).pending())
        if not todo:
            return
    landscape = Landscape(context.run.landscape, "r+")
    items, choices = todo, landscape.choices
    context.executor.check(lambda: _check_device(context, choices))
    work = _Work(context, landscape, choices, beside=bool(context.executor.team))
    said: set[str] = set()
    all_raised = _Raised()

    def tell(outcome: Outcome) -> None:
        bad, unfinished, raised, bare = outcome.note
        way_on = "." if context.study.imported else "; a smaller range or float64 may avoid them."
        if raised.count and not all_raised.count:
            context.bus(Notice(raised.sentence(context.run.raised)))
        all_raised.add(raised)
        notices = {
            "non-finite": f"{bad} non-finite losses in unit {outcome.index}: they are stored as they are with "
            f"status 2 and count as +infinity in merge trees{way_on}",
            "unfinished": f"Eigenvalues of the Hessian in unit {outcome.index} are less precise than "
            f"evaluation.hessian_tolerance after {STEPS} products, at {unfinished} points: allow a larger one.",
            "bare": f"Second derivatives raised an error at {bare.count} points of unit {outcome.index} "
            f"({bare.error}), where the fields made of them are NaN; expected a loss that can be differentiated twice.",
        }
        for what, count in (("non-finite", bad), ("unfinished", unfinished), ("bare", bare.count)):
            if count and what not in said:
                said.add(what)
                context.bus(Notice(notices[what]))

    context.run_stage(
        "evaluate",
        "points",
        items,
        work,
        weigh=work.points,
        before=lambda: work.before(items),
        on_done=tell,
        finish=work.finish,
        affinity=work.model,
        given_up=work.given_up,
    )
    if all_raised.count > 1 and context.executor.is_root:
        context.bus(Notice(all_raised.summary()))


@dataclass
class _Raised:
    """The points at which a loss raised errors: how many, the coordinates of some, and the first error."""

    count: int = 0
    at: list[tuple[float, ...]] = field(default_factory=list)
    error: str = ""

    def add(self, other: _Raised) -> None:
        """Take in the points of another unit or member."""
        self.count += other.count
        self.at = [*self.at, *other.at][:SHOWN]
        self.error = self.error or other.error

    def sentence(self, folder: Path) -> str:
        """Return what has happened, as soon as it does."""
        return (
            f"The loss raised an error at alpha = {self.at[0]} ({self.error}): such points are NaN with status 2 and "
            f"count as +infinity in merge trees; {folder} lists all of them, with the traceback of each file's first."
        )

    def summary(self) -> str:
        """Return how many points these are in all."""
        more = ", ..." if self.count > len(self.at) else ""
        return f"The loss raised an error at {self.count} points: alpha = {', '.join(map(str, self.at))}{more}."


def _prepare(context: Context) -> bool:
    """Create or extend the arrays of the store; return False where no member can be evaluated at all."""
    path = context.run.landscape
    if Landscape.exists(path):
        Landscape(path, "r+").extend(context.study, context.plan)
        return True
    for member in context.plan.members:
        if not context.study.imported and not context.run.directions(member.index).exists():
            continue
        read = partial(given.choices, context.study) if context.study.imported else partial(_probe, context, member)
        choices = context.executor.on_worker(read)
        if choices is None:
            continue
        plan = context.plan
        sizing = sizing_of(context.study, plan, context.executor.size, choices["seconds"])
        shard = even_shard(plan.sweep_shape, plan.grid_shape, sizing.points, context.executor.size)
        choices["unit_points"] = sizing.points
        choices["unit_bound"] = sizing.reason
        Landscape.create(path, context.study, plan, shard, choices)
        return True
    return False


def _probe(context: Context, member: Member) -> dict[str, Any] | None:
    """Return the choices of :func:`probe` on a process that works, None where the problem fails there."""
    try:
        path = context.run.directions(member.index)
        return probe(context, member, load_delta(path), load_geometry(path))
    except ProblemError as error:
        context.record("evaluate", member, error)
        return None


def _check_device(context: Context, choices: dict[str, Any]) -> None:
    if context.study.imported:  # numbers that are read are the same everywhere
        return
    here = device_kind(context.device())
    if here != choices["device"] and not context.allow_mixed:
        raise UserError(
            f"{context.run.path} was evaluated on {choices['device']!r}, this is {here!r}, expected the same kind of "
            "device, as last bits differ: go on there, or accept the mixture with --allow-mixed."
        )


@dataclass
class _Work:
    """The work on units: each is evaluated, and its shards are written while the next one is computed.

    A unit counts as done once it is computed. If its shards are not written after all, the next run finds them missing
    and evaluates the unit again.
    """

    context: Context
    landscape: Landscape
    choices: dict[str, Any]
    beside: bool = True
    """The next unit may begin before this one is written, except where the process may be gone by then."""
    _unfinished: int = field(default=0, init=False)
    _bare: _Raised = field(default_factory=_Raised, init=False)
    _refused: str = field(default="", init=False)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "landsweep-write"), init=False)
    _written: Future[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._loader = Loader(self.context, self.choices["dtype"])
        self._members = self.context.plan.member_at()
        study = self.context.study
        self._coordinates = {
            name: [np.array(axis) for axis in grid_coordinates(s.ranges(study.grid.dims), study.grid.shape)]
            for name, s in study.subspaces.items()
        }

    def __call__(self, unit: Unit) -> Outcome:
        """Evaluate the members that the unit lacks; members in the store already keep their values."""
        begin = time.perf_counter()
        n = self.landscape.sweep_ndim
        status = np.zeros(unit.shape, dtype=np.uint8)
        dtype = self.context.study.evaluation.stored
        study = self.context.study
        values = {
            name: np.full((*unit.shape, *study.numbers(name)), np.nan, dtype=dtype) for name in self.landscape.fields
        }
        if self.landscape.shard_file("status", unit).exists():
            status = self.landscape.read_status(unit).copy()
            values = {name: block.copy() for name, block in self.landscape.read_unit(unit).items()}
        failed, bad, self._unfinished, self._bare, raised = False, 0, 0, _Raised(), _Raised()
        for position in unit.positions(n):
            member = self._members.get(position)
            at = tuple(i - a for i, a in zip(position, unit.low[:n], strict=True))
            if status[at].all():
                continue
            if member is None:
                status[at] = Status.ABSENT
                continue
            try:
                result, errors = self._member(member, unit)
            except ProblemError as error:
                failed = True
                self.context.record("evaluate", member, error)
                status[at] = Status.FAILED
                continue
            if result is None:
                status[at] = Status.FAILED
                continue
            for name, block in result.items():
                values[name][at] = block
            finite = np.isfinite(result["loss"])
            status[at] = np.where(finite, Status.FINITE, Status.NON_FINITE)
            bad += int((~finite).sum()) - len(errors)
            if errors:
                raised.add(self._record(member, unit, errors))
        self._write(unit, values, status)
        if not self.beside:
            self._wait()
        seconds, note = time.perf_counter() - begin, (bad, self._unfinished, raised, self._bare)
        lost = int((status == Status.FAILED).sum())
        return Outcome(unit.index, self.points(unit), seconds, failed, note, lost=lost)

    def given_up(self, unit: Unit, why: str) -> Outcome:
        """Record the members that a unit lacks as failed, because no process survived it."""
        self._refused = why
        try:
            return self(unit)
        finally:
            self._refused = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how this is pickled: the run is sent, and the process that evaluates units makes the rest again."""
        return _work_elsewhere, (self.context,)

    def model(self, unit: Unit) -> int:
        """Return the model of a unit's first member."""
        members = (self._members.get(position) for position in unit.positions(self.landscape.sweep_ndim))
        return next((member.model for member in members if member is not None), -1)

    def points(self, unit: Unit) -> int:
        """Return the number of points of landscapes in a unit."""
        n = self.landscape.sweep_ndim
        return sum(position in self._members for position in unit.positions(n)) * prod(unit.shape[n:])

    def before(self, items: list[Unit]) -> tuple[int, int]:
        """Return the number of points outside ``items`` that were evaluated, and of those that failed."""
        count, failed = self.context.plan.points - sum(map(self.points, items)), 0
        if count and self.context.run.failures():
            todo = {unit.index for unit in items}
            for unit in self.landscape.units():
                if unit.index not in todo:
                    failed += int((self.landscape.read_status(unit) == Status.FAILED).sum())
        return count - failed, failed

    def finish(self) -> None:
        """Wait until all shards are written."""
        self._pool.shutdown()
        self._wait()

    def _write(self, unit: Unit, values: dict[str, np.ndarray], status: np.ndarray) -> None:
        self._wait()  # one unit at a time, and its failure ends the run
        self._written = self._pool.submit(copy_context().run, self.landscape.write_unit, unit, values, status)

    @clock.on_files()
    def _wait(self) -> None:
        if self._written is not None:
            self._written.result()

    def _record(self, member: Member, unit: Unit, errors: dict[int, Exception]) -> _Raised:
        """Write down, and return, at which of its points in a unit a member's loss raised an error."""
        coordinates = self._grid(member, unit).reshape(-1, len(self.context.study.grid.shape))
        points = [(tuple(round(float(x), 12) for x in coordinates[index]), error) for index, error in errors.items()]
        path = self.context.run.raised / f"member-{member.index:05d}-unit-{unit.index:05d}.json"
        record_points(path, member, points)
        return _Raised(len(points), [at for at, _ in points[:SHOWN]], told(points[0][1]))

    def _member(self, member: Member, unit: Unit) -> tuple[dict[str, np.ndarray] | None, dict[int, Exception]]:
        """Return one member's part of the unit, or None where its model or directions failed before.

        The second value holds the error of each point at which the loss raised one.
        """
        if self.context.study.imported:
            if self._refused:
                raise ProblemError(self._refused)
            return given.values(self.context, member, unit, self.landscape.sweep_ndim), {}
        path = self.context.run.directions(member.index)
        failure = self.context.run.failure("train", member.model)
        if not self.context.kept("there", member.index, lambda: path.exists() and not failure.exists()):
            return None, {}
        if self._refused:
            raise ProblemError(self._refused)
        evaluator = self.context.kept(
            "evaluator",
            member.index,
            lambda: self._loader.evaluator(
                member, load_delta(path), self.choices["strategy"], int(self.choices["width"])
            ),
        )
        grid = self._grid(member, unit)
        geometry = self.context.kept("geometry", member.index, lambda: load_geometry(path))
        alpha = geometry.multiples(grid.reshape(-1, grid.shape[-1]))
        with users_code():
            result, errors = evaluate(evaluator, alpha, partial(self._check_alive, "loss", member, evaluator, geometry))
            if self.context.study.hessian_fields:
                result |= self._extremes(member, geometry, alpha, np.isfinite(result["loss"]))
            if self.context.study.alpha_fields:
                coordinates = grid.reshape(-1, grid.shape[-1])
                result |= self._derivatives(member, geometry, coordinates, np.isfinite(result["loss"]))
        shape = grid.shape[:-1]
        return {name: column.reshape(shape + column.shape[1:]) for name, column in result.items()}, errors

    def _check_alive(
        self, what: str, member: Member, evaluator: Evaluator, geometry: Geometry, error: Exception
    ) -> None:
        """Raise the error of one point where the loss, or ``what`` else is evaluated, raises one everywhere.

        Then the member's landscape has failed. Its units are no reason: their size is chosen by a clock.

        Raises
        ------
        Stopped
            Where this process was asked to stop: the error may be of what a signal did to the problem's processes.
        """
        if self.context.stop.requested:
            raise Stopped from error
        axes = self._coordinates[str(member.coords["subspace"])]
        points = (geometry.multiples(point[None])[0] for point in spread(axes))
        if not self.context.kept(f"{what} is alive", member.index, lambda: is_alive(evaluator, points)):
            raise error

    def _grid(self, member: Member, unit: Unit) -> np.ndarray:
        """Return the coordinates ``(..., d)`` of a member's points in a unit."""
        n = self.landscape.sweep_ndim
        axes = self._coordinates[str(member.coords["subspace"])]
        parts = [axis[low:high] for axis, low, high in zip(axes, unit.low[n:], unit.high[n:], strict=True)]
        return np.stack(np.meshgrid(*parts, indexing="ij"), axis=-1)

    def _count_bare(self, errors: dict[int, Exception], finite: np.ndarray) -> None:
        """Count the points at which a derivative raised an error although the loss is finite."""
        if bare := [error for index, error in errors.items() if finite[index]]:
            self._bare.add(_Raised(len(bare), error=told(bare[0])))

    def _extremes(
        self, member: Member, geometry: Geometry, alpha: np.ndarray, finite: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return the extreme eigenvalues of the Hessian, NaN where the loss is not finite."""
        evaluator = self.context.kept(
            "extremes",
            member.index,
            lambda: Loader(self.context, self.context.study.evaluation.stored).extremes(
                member,
                load_delta(self.context.run.directions(member.index)),
                self.choices["hessian"]["strategy"],
                self.choices["hessian"]["width"],
                (UNFINISHED,),
            ),
        )
        values, errors = evaluate(evaluator, alpha, partial(self._check_alive, "hessian", member, evaluator, geometry))
        self._count_bare(errors, finite)
        self._unfinished += int((finite & (values.pop(UNFINISHED) > 0)).sum())  # NaN where the Hessian raised an error
        return {name: np.where(finite, column, np.nan) for name, column in values.items()}

    def _derivatives(
        self, member: Member, geometry: Geometry, coordinates: np.ndarray, finite: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return the derivatives of the loss by the coordinates of the grid, NaN where there are none."""
        made = self.context.kept(
            "derivatives of a member",
            member.index,
            lambda: Loader(self.context, self.context.study.evaluation.stored).derivatives(
                member, load_delta(self.context.run.directions(member.index)), self.choices["strategy"]
            ),
        )
        found, errors = made.at_width(geometry.multiples(coordinates))
        self._count_bare(errors, finite)
        by = geometry.by_coordinates(coordinates, *(found[name] for name in ALPHA_FIELDS))
        wanted = self.context.study.alpha_fields
        return {name: column for name, column in zip(ALPHA_FIELDS, by, strict=True) if name in wanted}


def _work_elsewhere(context: Context) -> _Work:
    landscape = Landscape(context.run.landscape, "r+")
    _check_device(context, landscape.choices)
    return _Work(context, landscape, landscape.choices, beside=False)
