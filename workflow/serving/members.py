"""One member of a served run: what describes it, and slices of it, packed for the browser."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar

import numpy as np
from landsweep.base.errors import Damaged, UserError
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape, Status
from landsweep.page.grids import lacking
from landsweep.page.labels import stored_basins
from landsweep.page.members import axes_of, branch_labels, fields_of, header_of, member_header_and_arrays
from landsweep.page.packing import pack
from landsweep.page.trees import Shown, trees_of
from landsweep.serving.copies import Copies, parts, stamp_of
from landsweep.serving.planes import Plane, Slice, arranged, box_of, read_plane
from landsweep.study.plan import Member, chunk_shape

WHOLE_POINTS = 2**22
"""Landscapes of at most so many points are kept in memory as a whole."""
KEPT_BYTES = 100_000_000
"""What is kept of members has about so many bytes."""

T = TypeVar("T")


class Refused(UserError):
    """What a request asks for is not there; the text says what is."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What is kept of one member: its header, arrays that go with it, and grids of small landscapes."""

    stamp: tuple[Any, ...]
    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    grids: Mapping[str, np.ndarray]
    trees: Mapping[str, Shown]

    @property
    def bytes(self) -> int:
        return sum(array.nbytes for part in (self.arrays, self.grids) for array in part.values())


class Members:
    """The members of the runs that a server shows. What is read of one is kept until its files change.

    Parameters
    ----------
    copies
        Copies of large landscapes.
    """

    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        self._kept: OrderedDict[tuple[str, int], _Known] = OrderedDict()
        self._lock, self._reading = threading.Lock(), threading.Lock()

    def member(self, run: OpenedRun, member: Member) -> bytes:
        """Return a member's header and arrays without grids, packed.

        Raises
        ------
        UserError
            Where there is nothing of it yet, or a file cannot be read.
        """
        known = self._known(run, member)
        return pack(known.header, known.arrays)

    def slice(self, run: OpenedRun, member: Member, field: str, representation: str, plane: Plane) -> bytes:
        """Return ``rows``, ``columns``, ``values`` and ``labels`` of a plane, packed; labels are empty without basins.

        Raises
        ------
        UserError
            Where it has no such field or plane, or a file cannot be read.
        """
        grid = run.plan.grid_shape
        known = self._known(run, member)
        fields = [found["name"] for found in known.header["fields"]]
        if field not in fields:
            raise Refused(f"field is {field!r}, expected one of {', '.join(fields)}.")
        names = [found["name"] for found in known.header["representations"]]
        if representation and representation not in names:
            raise Refused(f"representation is {representation!r}, expected one of {', '.join(names) or 'none'}.")
        _check(plane, grid)
        if known.grids:
            found = arranged(known.grids[field][box_of(plane, grid)], plane, grid)
        else:
            landscape = Landscape(run.directory.landscape)
            found = steadily(lambda: read_plane(landscape, self._copies, field, member.position, plane))
        labels = self._labels(run, member, known, representation, plane)
        arrays = {
            "rows": found.rows,
            "columns": found.columns,
            "values": np.where(np.isfinite(found.values), found.values, np.nan),
            "labels": np.empty(0, np.int32) if labels is None else labels.values,
        }
        return pack({}, arrays)

    def _labels(self, run: OpenedRun, member: Member, known: _Known, representation: str, plane: Plane) -> Slice | None:
        grid = run.plan.grid_shape
        labels = known.grids.get(f"{representation}/labels")
        if labels is not None:
            return arranged(labels[box_of(plane, grid)], plane, grid)
        if known.grids or representation not in known.trees:
            return None
        box = box_of(plane, grid)
        found = steadily(lambda: stored_basins(run, member, representation, box))
        if found is None:
            return None
        return arranged(branch_labels(known.trees[representation], found), plane, grid)

    def _known(self, run: OpenedRun, member: Member) -> _Known:
        """Return what is known of a member, read again where its files have changed; a run that is gone stays."""
        key = (str(run.path.absolute()), member.index)
        if not run.path.is_dir() and (gone := self._kept.get(key)) is not None:
            return gone
        stamp = _stamp(run, member)
        with self._lock:
            had = self._kept.get(key)
            if had is not None and had.stamp == stamp:
                self._kept.move_to_end(key)
                return had
        with self._reading:  # one at a time: each may take memory
            with self._lock:
                had = self._kept.get(key)
            if had is not None and had.stamp == stamp:  # somebody has read it meanwhile
                return had
            large = prod(run.plan.grid_shape) > WHOLE_POINTS
            known = steadily(lambda: self._read_large(run, member, stamp) if large else _read_small(run, member, stamp))
        with self._lock:
            self._kept[key] = known
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(found.bytes for found in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return known

    def _read_large(self, run: OpenedRun, member: Member, stamp: tuple[Any, ...]) -> _Known:
        """Read a member whose landscape is too large for memory, part by part; its fields are copied meanwhile."""
        landscape, shape, position = Landscape(run.directory.landscape), run.plan.grid_shape, member.position
        axes, fields, notes = axes_of(run, member), fields_of(run, landscape), list[str]()
        trees = trees_of(run, member, axes, notes)
        found = {field: self._copies.ends(landscape, field, position) for field in fields}
        ranges = {field: copy.range for field, copy in found.items() if copy.range is not None}
        notes += lacking(_statuses(landscape, member))
        notes += [f"No point of {field} has a finite value." for field in fields if field not in ranges]
        notes += [str(error) for copy in found.values() for error in copy.damage]
        best = found["loss"].best(run.study.topology.negate)
        start = [n // 2 for n in shape] if best is None else [int(i) for i in np.unravel_index(best, shape)]
        corner = tuple(slice(0, 1) for _ in shape)
        labelled = [s.name for s in trees if stored_basins(run, member, s.name, corner) is not None]
        header, arrays = header_of(axes, fields, trees, labelled, (1,) * len(shape), ranges, start, notes)
        return _Known(stamp, header, arrays, {}, {shown.name: shown for shown in trees})


def _read_small(run: OpenedRun, member: Member, stamp: tuple[Any, ...]) -> _Known:
    header, arrays = member_header_and_arrays(run, member)
    grids = {name: array for name, array in arrays.items() if name.startswith("field/") or name.endswith("/labels")}
    rest = {name: array for name, array in arrays.items() if name not in grids}
    return _Known(stamp, header, rest, {name.removeprefix("field/"): array for name, array in grids.items()}, {})


def steadily(read: Callable[[], T], times: int = 3) -> T:
    """Return what ``read`` returns, tried again where it finds damage.

    A unit that is written between two reads looks like one: values were not there, but their status then is.
    """
    for _ in range(times - 1):
        try:
            return read()
        except Damaged:
            continue
    return read()


def _statuses(landscape: Landscape, member: Member) -> np.ndarray:
    """Return how many points of a member have each status, read part by part; of damaged parts nothing is known."""
    n = landscape.sweep_ndim
    counts = np.zeros(len(Status), np.int64)
    for box in parts(landscape.status.shape[n:], chunk_shape(landscape.shard, n)[n:]):
        try:
            values = landscape.read_box("status", member.position, box)
        except Damaged:
            continue
        counts += np.bincount(values.ravel(), minlength=len(Status))
    return counts


def _check(plane: Plane, grid: tuple[int, ...]) -> None:
    """Check that a plane is one of a grid; raise Refused where it is not."""
    n = len(grid)
    for name, axis in (("vertical", plane.vertical), ("horizontal", plane.horizontal)):
        if not 0 <= axis < n:
            raise Refused(f"{name} is {axis}, expected an axis of the grid, from 0 to {n - 1}.")
    if (plane.vertical == plane.horizontal) != (n == 1):
        raise Refused(f"vertical and horizontal are both {plane.vertical}, expected two axes of the grid.")
    if len(plane.at) != n:
        raise Refused(f"at has {len(plane.at)} indices, expected {n}, one for each axis of the grid.")
    for k, (i, m) in enumerate(zip(plane.at, grid, strict=True)):
        if not 0 <= i < m:
            raise Refused(f"at has {i} for axis {k}, expected an index from 0 to {m - 1}.")


def _stamp(run: OpenedRun, member: Member) -> tuple[Any, ...]:
    """Return what changes with anything that is shown of a member."""
    if not Landscape.exists(run.directory.landscape):
        raise Refused(f"Member {member.index} has no landscape yet.")
    landscape = steadily(lambda: Landscape(run.directory.landscape))
    if not landscape.holds(member.position):
        raise Refused(f"Member {member.index} has no landscape yet.")
    shards = tuple(stamp_of(landscape, key) for key in landscape.keys_of(member.position))
    if not any(shards):
        raise Refused(f"Member {member.index} has no landscape yet.")
    directory = run.directory
    files = (directory.topology(member.index), directory.resolved(member.index), directory.study)
    folder = directory.segmentation
    stats: list[tuple[int, int, int] | None] = []
    for path in (*files, folder / "zarr.json"):
        try:
            stat = path.stat()
            stats.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except FileNotFoundError:
            stats.append(None)
    return (*shards, *stats)
