"""The plan of a study: its models, members, units and shards, by pure functions of tuples of integers.

The hypercube has the sweep axes first, then the grid axes. A **unit** is a box of the hypercube, stored as one shard::

    direction_seed   0        1        2
                   +--------+--------+--------+
         beta = 1  | unit 0 | unit 1 | unit 2 |   a large member is split along its grid axes,
                   +--------+--------+--------+   small members share a unit along the last sweep axes
         beta = 2  | unit 3 |  ...

This module neither reads nor writes files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, prod

from landsweep.base.choices import means, pairs_of, texts_of
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.study.study import DIRECTION_AXES, MEMBER_ONLY_AXES, Scalar, Study

Shape = tuple[int, ...]
"""A shape gives the number of entries along each axis."""
MAX_UNIT_BYTES = 1_000_000_000
"""A unit has at most this many bytes of results, uncompressed."""
MAX_CHUNK_POINTS = 1 << 20
"""A chunk of the store has at most this many points."""
MAX_READ_POINTS = 1 << 24
"""A unit of an imported landscape has at most this many points."""
UNITS_PER_RANK = 8
"""A plan has at least this many units for each rank, as far as it has so many points."""
SIZES = 32
"""The greatest size of a unit is divided into this many steps, among which the most even size is found."""


@dataclass(frozen=True)
class Model:
    """One combination of values on the axes that change the weights."""

    index: int
    coords: Mapping[str, Scalar]


@dataclass(frozen=True)
class Member:
    """One landscape: a model with a subspace, a direction seed, a split and a draw."""

    index: int
    coords: Mapping[str, Scalar]
    model: int
    position: Shape


@dataclass(frozen=True)
class Plan:
    """Every model and member of a study, and the hypercube they fill.

    Indices are stable: values appended to an axis get new indices, and no old one changes.
    """

    axes: Mapping[str, tuple[Scalar, ...]]
    grid_shape: Shape
    models: tuple[Model, ...]
    members: tuple[Member, ...]

    @property
    def sweep_shape(self) -> Shape:
        """The number of values on each sweep axis."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def shape(self) -> Shape:
        """The shape of the hypercube: the lengths of the sweep axes, then of the grid axes."""
        return self.sweep_shape + self.grid_shape

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the hypercube's dimensions."""
        return (*self.axes, *(f"alpha_{k}" for k in range(len(self.grid_shape))))

    @property
    def points(self) -> int:
        """The number of points of all landscapes together."""
        return len(self.members) * prod(self.grid_shape)

    @cached_property
    def sites(self) -> dict[int, int]:
        """The site of each member: the first member with the same weights, split and draw, so with the same Hessian."""
        first: dict[tuple[Scalar, ...], int] = {}
        axes = [name for name in self.axes if name not in DIRECTION_AXES]
        return {m.index: first.setdefault(tuple(m.coords[name] for name in axes), m.index) for m in self.members}

    def member_at(self) -> dict[Shape, Member]:
        """Return the members by their position on the sweep axes."""
        return {member.position: member for member in self.members}

    def to_json(self) -> dict[str, object]:
        """Return axes, models and members as plain data, in the order of their indices."""
        return {
            "axes": {name: list(values) for name, values in self.axes.items()},
            "grid_shape": list(self.grid_shape),
            "models": [dict(model.coords) for model in self.models],
            "members": [{"model": member.model, **member.coords} for member in self.members],
        }


def make_plan(study: Study, stages: Sequence[Mapping[str, Sequence[Scalar]]] = ()) -> Plan:
    """Return the study's plan.

    Parameters
    ----------
    study
        The study whose axes are planned. A subspace whose directions depend on no seed has members at the first
        direction seed only.
    stages
        The axes the run had at its creation and after each extension, oldest first; combinations keep the
        indices they got when they first appeared.
    """
    history = [*({name: tuple(values) for name, values in s.items()} for s in stages), study.axes]
    axes: dict[str, tuple[Scalar, ...]] = dict.fromkeys(history[0], ())
    for stage in history:
        for name, values in stage.items():
            axes[name] += tuple(v for v in values if v not in axes[name])
    seeds = axes["direction_seed"]
    models: dict[tuple[tuple[str, Scalar], ...], int] = {}
    members: dict[tuple[tuple[str, Scalar], ...], Member] = {}
    upto: dict[str, tuple[Scalar, ...]] = dict.fromkeys(axes, ())
    for stage in history:
        upto = {name: upto[name] + tuple(v for v in stage[name] if v not in upto[name]) for name in axes}
        for position in product(*(range(len(values)) for values in upto.values())):
            coords = {name: upto[name][i] for name, i in zip(upto, position, strict=True)}
            if not study.subspaces[str(coords["subspace"])].random and coords["direction_seed"] != seeds[0]:
                continue  # the same landscape again
            model_key = tuple((name, v) for name, v in coords.items() if name not in MEMBER_ONLY_AXES)
            model = models.setdefault(model_key, len(models))
            key = tuple(coords.items())
            if key not in members:
                members[key] = Member(len(members), coords, model, position)
    return Plan(
        axes=axes,
        grid_shape=study.grid.shape,
        models=tuple(Model(index, dict(key)) for key, index in models.items()),
        members=tuple(members.values()),
    )


def extended_axes(
    had: Mapping[str, Sequence[Scalar]], wants: Mapping[str, Sequence[Scalar]]
) -> dict[str, tuple[Scalar, ...]]:
    """Return the axes of a run after a study with the axes ``wants`` extends the axes ``had``.

    Raises
    ------
    UserError
        Where an axis is added or removed, or a value is taken away: values can only be appended.
    """
    if list(had) != list(wants):
        raise UserError(
            f"the run's sweep axes are {', '.join(had)}, the study's are {', '.join(wants)}, expected the same ones: "
            "name another run directory with --out."
        )
    for name, values in had.items():
        missing = [v for v in values if v not in wants[name]]
        if missing:
            raise UserError(
                f"the run holds {name} = {list(values)}, the study asks for {list(wants[name])}: values can be "
                f"appended but not taken away, so put {missing} back or name another run directory with --out."
            )
    return {name: (*values, *(v for v in wants[name] if v not in values)) for name, values in had.items()}


def grid_coordinates(ranges: Sequence[tuple[float, float]], shape: Shape) -> tuple[tuple[float, ...], ...]:
    """Return the coordinates along each axis.

    They are ``alpha[i] = low * (n - 1 - i) / (n - 1) + high * i / (n - 1)``, never a chain of additions: both ends are
    exact, and a symmetric range with an odd number of points holds exactly 0. A single point lies in the middle.

    Examples
    --------
    >>> grid_coordinates([(-1.0, 1.0), (0.0, 3.0)], (5, 4))
    ((-1.0, -0.5, 0.0, 0.5, 1.0), (0.0, 1.0, 2.0, 3.0))
    """
    axes: list[tuple[float, ...]] = []
    for (low, high), n in zip(ranges, shape, strict=True):
        last = max(n - 1, 1)
        points = (low * ((last - i) / last) + high * (i / last) for i in range(n))
        axes.append(tuple(points) if n > 1 else ((low + high) / 2,))
    return tuple(axes)


def coordinates_of(study: Study, subspace: str) -> tuple[tuple[float, ...], ...]:
    """Return the coordinates along each axis of a subspace: those of :func:`grid_coordinates`, or imported ones."""
    spec, shape = study.subspaces[subspace], study.grid.shape
    given = spec.coordinates * (len(shape) if len(spec.coordinates) == 1 else 1)
    return given or grid_coordinates(spec.ranges(len(shape)), shape)


@dataclass(frozen=True)
class Unit:
    """One half-open box of the hypercube, which is one shard of each array."""

    index: int
    low: Shape
    high: Shape

    @property
    def box(self) -> tuple[slice, ...]:
        """The box as slices of the hypercube."""
        return tuple(slice(a, b) for a, b in zip(self.low, self.high, strict=True))

    @property
    def shape(self) -> Shape:
        """The number of points along each axis."""
        return tuple(b - a for a, b in zip(self.low, self.high, strict=True))

    def positions(self, sweep_ndim: int) -> Iterator[Shape]:
        """Yield the positions on the sweep axes of the members that share this unit."""
        return product(*(range(a, b) for a, b in zip(self.low[:sweep_ndim], self.high[:sweep_ndim], strict=True)))


def shard_shape(sweep: Shape, grid: Shape, points: int) -> Shape:
    """Return the shape of a box of at most ``points`` points (at least one).

    A box covers whole trailing axes, a part of one axis, and single steps of the axes before it, so that it
    is contiguous in C order; a part that divides its axis evenly is preferred where it costs little.
    """
    shape: list[int] = []
    left = max(1, points)
    for n in reversed(sweep + grid):
        take = max(1, min(n, left))
        if take < n:
            parts = ceil(n / take)
            take = ceil(n / parts)  # even parts: 41 rows in two shards are 21 + 20, not 40 + 1
            left = 1
        else:
            left //= take
        shape.append(take)
    return tuple(reversed(shape))


def even_shard(sweep: Shape, grid: Shape, points: int, ranks: int) -> Shape:
    """Return the shape of a box of at most ``points`` points that leaves few ranks idle at the end.

    Ranks take one unit after another, in ``ceil(units / ranks)`` turns of one unit each; in the last turn there may be
    fewer units than ranks. Among the sizes from ``points`` down to half of it, the function takes the largest one whose
    turns together last at most 2 % longer than the shortest.
    """
    shapes = [shard_shape(sweep, grid, max(1, points * k // SIZES)) for k in range(SIZES, SIZES // 2 - 1, -1)]
    seconds = [
        ceil(prod(ceil(n / s) for n, s in zip(sweep + grid, shape, strict=True)) / ranks) * prod(shape)
        for shape in shapes
    ]
    return next(shape for shape, t in zip(shapes, seconds, strict=True) if t <= 1.02 * min(seconds))


def chunk_shape(shard: Shape, sweep_ndim: int) -> Shape:
    """Return the shape of a shard's chunks: one member's part of the shard, cut along its first axes where it is large.

    Each length divides the shard's length along that axis, as Zarr's sharding requires.
    """
    chunk = [1] * sweep_ndim + list(shard[sweep_ndim:])
    for axis in range(sweep_ndim, len(shard)):
        rest = prod(chunk[axis + 1 :])
        if rest * chunk[axis] <= MAX_CHUNK_POINTS:
            break
        chunk[axis] = max(
            d for d in range(1, shard[axis] + 1) if shard[axis] % d == 0 and (d * rest <= MAX_CHUNK_POINTS or d == 1)
        )
    return tuple(chunk)


def units(shape: Shape, shard: Shape) -> Iterator[Unit]:
    """Yield the boxes that tile the hypercube, in C order of their shards."""
    counts = [ceil(n / s) for n, s in zip(shape, shard, strict=True)]
    for index, at in enumerate(product(*(range(c) for c in counts))):
        low = tuple(i * s for i, s in zip(at, shard, strict=True))
        high = tuple(min(n, a + s) for n, a, s in zip(shape, low, shard, strict=True))
        yield Unit(index, low, high)


def shard_key(unit: Unit, shard: Shape) -> Shape:
    """Return the unit's place in the grid of shards, which names its file."""
    return tuple(a // s for a, s in zip(unit.low, shard, strict=True))


@dataclass(frozen=True)
class Sizing:
    """The number of points that a unit should have, and the reason why it is not more or fewer."""

    points: int
    reason: str


def unit_points(
    total: int, ranks: int, bytes_per_point: int, unit_seconds: float, seconds_per_point: float | None
) -> Sizing:
    """Return the points per unit: a unit takes ``unit_seconds`` and at most 1 GB, and a rank gets at least 8."""
    by_bytes = max(1, MAX_UNIT_BYTES // bytes_per_point)
    by_ranks = max(1, total // (UNITS_PER_RANK * ranks))
    if seconds_per_point is None:
        bounds = {"not timed yet; 1 GB a unit": by_bytes, f"{UNITS_PER_RANK} units a rank": by_ranks}
    else:
        by_time = max(1, int(unit_seconds / max(seconds_per_point, 1e-12)))
        bounds = {
            f"{unit_seconds:g} s a unit": by_time,
            "1 GB a unit": by_bytes,
            f"{UNITS_PER_RANK} units a rank": by_ranks,
        }
    reason = min(bounds, key=lambda name: bounds[name])
    return Sizing(bounds[reason], reason)


def sizing_of(study: Study, plan: Plan, ranks: int, seconds_per_point: float | None) -> Sizing:
    """Return the size of a study's units: :func:`unit_points`, or a whole landscape, where points are only read."""
    if study.imported:
        return Sizing(min(prod(plan.grid_shape), MAX_READ_POINTS), "a landscape, which is read at once")
    return unit_points(plan.points, ranks, study.bytes_per_point, study.executor.unit_seconds, seconds_per_point)


def choose_members(plan: Plan, members: Sequence[int], at: Sequence[str]) -> tuple[Member, ...]:
    """Return the members with these indices, or those that texts such as ``beta=5`` choose; without both all members.

    Raises
    ------
    UserError
        For an index or an axis that is not there, a value that the axis does not have, and both ways at once.
    """
    if members and at:
        raise UserError("--member and --at are both given, expected one of them.")
    for index in members:
        if not 0 <= index < len(plan.members):
            raise UserError(f"--member is {index}, expected a number from 0 to {len(plan.members) - 1}.")
    if members:
        return tuple(plan.members[index] for index in dict.fromkeys(members))
    chosen: dict[str, list[Scalar]] = {}
    for name, value in pairs_of("--at", at).items():
        if name not in plan.axes:
            raise UserError(
                f"--at names {name!r}, expected an axis of the sweep: {', '.join(plan.axes)}"
                f"{nearest(name, list(plan.axes)) or '.'}"
            )
        had = plan.axes[name]
        texts = [value] if value in had else texts_of(value)  # a name may look like a list
        for text in texts:
            if not any(means(text, v) for v in had):
                raise UserError(f"--at {name} is {text!r}, expected one of {', '.join(map(str, had))}.")
        chosen[name] = [v for v in had if any(means(text, v) for text in texts)]
    found = tuple(m for m in plan.members if all(m.coords[name] in values for name, values in chosen.items()))
    if not found:
        raise UserError(
            f"--at {' '.join(at)} fits no landscape, expected values that one has: directions that no seed changes "
            "have landscapes at the first direction_seed alone."
        )
    return found
