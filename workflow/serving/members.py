"""One member of a served run: what describes it, and slices of it, packed for the browser."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from landsweep.base.errors import Damaged
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape, Status
from landsweep.page.grids import lacking
from landsweep.page.labels import stored_basins
from landsweep.page.members import axes_of, branch_labels, fields_of, header_of, member_header_and_arrays
from landsweep.page.packing import pack
from landsweep.page.trees import Shown, trees_of
from landsweep.serving.copies import FRESH_SECONDS, Copies, Stamp, parts, stamp_of, stamps
from landsweep.serving.planes import Plane, Refused, Slice, arranged, box_of, read_plane
from landsweep.study.plan import Member, chunk_shape

WHOLE_POINTS = 2**22
"""Landscapes of at most so many points are kept in memory as a whole."""
KEPT_BYTES = 100_000_000
"""What is kept of members has about so many bytes."""

T = TypeVar("T")
_Content = tuple[Mapping[str, Any], Mapping[str, np.ndarray], Mapping[str, np.ndarray], Mapping[str, Shown]]
"""Header, arrays, grids and trees of :class:`_Known`."""


@dataclass(eq=False)
class _Known:
    """What is kept of one member: its header and arrays that go with it; of a small landscape also its grids."""

    run: OpenedRun
    looked: float
    stamp: tuple[Stamp | None, ...]
    landscape: Landscape
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
        self._kept: OrderedDict[tuple[Path, int], _Known] = OrderedDict()
        self._lock, self._reading = threading.Lock(), threading.Lock()

    def member(self, run: OpenedRun, member: Member) -> bytes:
        """Return a member's header and arrays without grids, packed.

        Raises
        ------
        UserError
            Where there is nothing of it yet, or a file cannot be read.
        """
        known = self._known(run, member, 0.0)
        return pack(known.header, known.arrays)

    def slice(self, run: OpenedRun, member: Member, field: str, representation: str, plane: Plane) -> bytes:
        """Return ``rows``, ``columns``, ``values`` and ``labels`` of a plane, packed; labels are empty without basins.

        Raises
        ------
        UserError
            Where it has no such field or plane, or a file cannot be read.
        """
        grid = run.plan.grid_shape
        known = self._known(run, member, FRESH_SECONDS)
        fields = [found["name"] for found in known.header["fields"]]
        if field not in fields:
            raise Refused(f"field is {field!r}, expected one of {', '.join(fields)}.")
        names = [found["name"] for found in known.header["representations"]]
        if representation and representation not in names:
            raise Refused(f"representation is {representation!r}, expected one of {', '.join(names) or 'none'}.")
        plane.check(grid)
        if known.grids:
            found = arranged(known.grids[field][box_of(plane, grid)], plane, grid)
        else:
            found = steadily(lambda: read_plane(known.landscape, self._copies, field, member.position, plane))
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

    def _known(self, run: OpenedRun, member: Member, after: float) -> _Known:
        """Return what is known of a member, read again where its files have changed; a run that is gone stays.

        They are looked at where the last time was more than ``after`` seconds ago, or the run was read since.
        """
        key, now = (run.path.absolute(), member.index), time.monotonic()
        had = self._had(key)
        if had is not None and ((had.run is run and now - had.looked < after) or not run.path.is_dir()):
            return had
        landscape, stamp = _stamped(run, member)
        with self._reading:  # one at a time: each may take memory
            had = self._had(key)
            if had is None or had.stamp != stamp:  # nobody has read it meanwhile
                large = prod(run.plan.grid_shape) > WHOLE_POINTS
                read = self._read_large if large else _read_small
                had = _Known(run, now, stamp, landscape, *steadily(lambda: read(run, member, landscape)))
        had.run, had.looked = run, now
        with self._lock:
            self._kept[key] = had
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(found.bytes for found in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return had

    def _had(self, key: tuple[Path, int]) -> _Known | None:
        with self._lock:
            return self._kept.get(key)

    def _read_large(self, run: OpenedRun, member: Member, landscape: Landscape) -> _Content:
        """Read a member whose landscape is too large for memory, part by part; its fields are copied meanwhile."""
        shape, position = run.plan.grid_shape, member.position
        axes, fields, notes = axes_of(run, member), fields_of(run, landscape), list[str]()
        trees = trees_of(run, member, axes, notes)
        looks = {field: self._copies.look(landscape, field, position) for field in fields}
        ranges = {field: ends.range for field, (ends, _) in looks.items() if ends.range is not None}
        notes += lacking(_statuses(landscape, member))
        notes += [f"No point of {field} has a finite value." for field in fields if field not in ranges]
        notes += [str(error) for _, damage in looks.values() for error in damage]
        loss, _ = looks["loss"]
        best = loss.most_at if run.study.topology.negate else loss.least_at
        start = [n // 2 for n in shape] if best < 0 else [int(i) for i in np.unravel_index(best, shape)]
        corner = tuple(slice(0, 1) for _ in shape)
        labelled = [s.name for s in trees if stored_basins(run, member, s.name, corner) is not None]
        header, arrays = header_of(axes, fields, trees, labelled, (1,) * len(shape), ranges, start, notes)
        return header, arrays, {}, {shown.name: shown for shown in trees}


def _read_small(run: OpenedRun, member: Member, landscape: Landscape) -> _Content:
    header, arrays = member_header_and_arrays(run, member)
    grids = {name: array for name, array in arrays.items() if name.startswith("field/") or name.endswith("/labels")}
    rest = {name: array for name, array in arrays.items() if name not in grids}
    return header, rest, {name.removeprefix("field/"): array for name, array in grids.items()}, {}


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


def _stamped(run: OpenedRun, member: Member) -> tuple[Landscape, tuple[Stamp | None, ...]]:
    """Return the store of a run, and what changes with anything that is shown of a member."""
    directory, landscape = run.directory, None
    if Landscape.exists(directory.landscape):
        landscape = steadily(lambda: Landscape(directory.landscape))
    shards = []
    if landscape is not None and landscape.holds(member.position):
        shards = [stamp for _, stamp in stamps(landscape, member.position)]
    if landscape is None or not any(shards):
        raise Refused(f"Member {member.index} has no landscape yet.")
    files = (directory.topology(member.index), directory.resolved(member.index), directory.study)
    return landscape, (*shards, *map(stamp_of, files), stamp_of(directory.segmentation / "zarr.json"))
