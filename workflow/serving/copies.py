"""Copies of large landscapes in a temporary file, from which any plane is read at once.

A store is cut for those who write it: into parts that are contiguous in C order. A plane along its first axes touches
nearly every chunk, each of which must be decompressed. A copy is the plain array in a file that has no name, so that it
goes with the process; the system keeps of it in memory what it has room for.
"""

from __future__ import annotations

import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import IO, Any

import numpy as np
from landsweep.base.errors import DamagedShard
from landsweep.disk.store import Landscape
from landsweep.study.plan import Shape, chunk_shape

MOST_BYTES = 8 * 2**30
"""All copies together have at most so many bytes."""
PART_POINTS = 2**22
"""About so many points are read from the store at once."""
MAPPED_BYTES = 64 * 2**20
"""About so much of a file is in this process's memory at once."""
FRESH_SECONDS = 1.0
"""A copy is not compared with the store again before so many seconds have passed."""

Box = tuple[slice, ...]
"""A box of a grid."""
Stamp = tuple[int, int, int]
"""This tells two files at one path apart: inode, size, time of the last change in nanoseconds."""


def parts(grid: Shape, chunk: Shape, points: int = PART_POINTS) -> Iterator[Box]:
    """Yield boxes that tile a grid, each of whole chunks and of about ``points`` points, in C order."""
    size = [min(n, c) for n, c in zip(grid, chunk, strict=True)]
    for k in reversed(range(len(grid))):
        room = points // max(1, prod(size) // size[k])
        size[k] = min(grid[k], max(size[k], room // chunk[k] * chunk[k]))
    for low in product(*(range(0, n, s) for n, s in zip(grid, size, strict=True))):
        yield tuple(slice(a, min(n, a + s)) for a, n, s in zip(low, grid, size, strict=True))


class Copy:
    """One member's field in a file, which fills as the landscape does, and the ends of its values.

    Parameters
    ----------
    landscape
        The hypercube.
    field
        A field with one number a point.
    position
        The member's place on the sweep axes.
    keep
        Whether to keep the values; without, only their ends are found.

    Raises
    ------
    OSError
        Where there is no room for them.
    """

    def __init__(self, landscape: Landscape, field: str, position: Shape, keep: bool = True) -> None:
        n = landscape.sweep_ndim
        array: Any = landscape.group[field]
        self.field, self.position, self.dtype = field, position, np.dtype(array.dtype)
        self.grid: Shape = landscape.status.shape[n:]
        self._shard = landscape.shard[n:]
        self._chunk = chunk_shape(landscape.shard, n)[n:]
        self._stamps: dict[Shape, Stamp] = {}
        self._ends: dict[Shape, tuple[float, int, float, int]] = {}
        self._damage: dict[Shape, DamagedShard] = {}
        self._looked = -np.inf
        self.lock = threading.Lock()
        self._file: IO[bytes] | None = None
        if keep:
            self._make()

    def _make(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="landsweep-")  # noqa: SIM115  # as long as the copy
        weakref.finalize(self, self._file.close)
        # Written, not only made long: on a full disk a mapped hole would end the process.
        nothing = np.full(PART_POINTS, np.nan, self.dtype)
        for left in range(prod(self.grid), 0, -PART_POINTS):
            self._file.write(nothing[: min(left, PART_POINTS)].tobytes())
        self._file.flush()

    @staticmethod
    def bytes(landscape: Landscape, field: str) -> int:
        """Return the size of the copy of a field."""
        array: Any = landscape.group[field]
        return int(prod(landscape.status.shape[landscape.sweep_ndim :]) * np.dtype(array.dtype).itemsize)

    def refresh(self, landscape: Landscape, now: bool = True) -> None:
        """Read every shard that is new or has changed since the last time; the lock must be held.

        Without ``now`` that can wait until the last time is :data:`FRESH_SECONDS` ago.

        A shard that cannot be read keeps nobody from the others: :meth:`read` raises where it touches one.
        """
        if not now and time.monotonic() - self._looked < FRESH_SECONDS:
            return
        for whole in landscape.keys_of(self.position):
            key, stamp = whole[landscape.sweep_ndim :], stamp_of(landscape, whole)
            if self._stamps.get(key) == stamp:
                continue
            low = tuple(i * s for i, s in zip(key, self._shard, strict=True))
            size = tuple(min(s, m - a) for s, m, a in zip(self._shard, self.grid, low, strict=True))
            for found in (self._stamps, self._damage, self._ends):
                found.pop(key, None)
            try:
                self._ends[key] = self._read(landscape, low, size)
            except DamagedShard as error:
                self._damage[key] = error
            if stamp is not None:
                self._stamps[key] = stamp
        self._looked = time.monotonic()

    @property
    def damage(self) -> list[DamagedShard]:
        """What of the landscape cannot be read."""
        return list(self._damage.values())

    def _read(self, landscape: Landscape, low: Shape, size: Shape) -> tuple[float, int, float, int]:
        """Copy a box; return its least value and where that is, and its greatest and where."""
        found = (np.inf, -1, -np.inf, -1)
        for part in parts(size, self._chunk):
            box = tuple(slice(a + p.start, a + p.stop) for a, p in zip(low, part, strict=True))
            values = landscape.read_box(self.field, self.position, box)
            if self._file is not None:
                self._mapped("r+")[box] = (
                    values  # mapped anew each time: what is mapped counts as this process's memory
                )
            least, most = ends_of(values)
            if least is not None and (value := float(values.flat[least])) < found[0]:
                found = (value, self._vertex(least, box), *found[2:])
            if most is not None and (value := float(values.flat[most])) > found[2]:
                found = (*found[:2], value, self._vertex(most, box))
        return found

    def _vertex(self, flat: int, box: Box) -> int:
        shape = tuple(side.stop - side.start for side in box)
        inside = np.unravel_index(flat, shape)
        at = tuple(int(i) + side.start for i, side in zip(inside, box, strict=True))
        return int(np.ravel_multi_index(at, self.grid))

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the greatest finite value, None where there is none."""
        found = [ends for ends in self._ends.values() if ends[1] >= 0]
        return (min(f[0] for f in found), max(f[2] for f in found)) if found else None

    def best(self, negate: bool) -> int | None:
        """Return the vertex of the least value (or the greatest), the first of several; None where none is finite."""
        found = [ends for ends in self._ends.values() if ends[1] >= 0]
        if not found:
            return None
        return min((-f[2], f[3]) for f in found)[1] if negate else min(f[:2] for f in found)[1]

    def read(self, box: Box) -> np.ndarray:
        """Return the values in a box, whose slices may have steps; NaN where there are none yet.

        Raises
        ------
        DamagedShard
            Where a shard that it touches cannot be read.
        """
        for key, error in self._damage.items():
            sides = zip(box, key, self._shard, strict=True)
            if all(side.start < (i + 1) * s and i * s < side.stop for side, i, s in sides):
                raise error
        # The system maps much more than what is touched, so at most a part of the file is mapped at once.
        axis = next((k for k, side in enumerate(box) if side.stop - side.start > 1), len(box) - 1)
        side, each = box[axis], prod(self.grid[axis + 1 :]) * self.dtype.itemsize
        step = side.step or 1
        size = max(1, MAPPED_BYTES // each // step) * step
        pieces = (
            (*box[:axis], slice(i, min(i + size, side.stop), step), *box[axis + 1 :])
            for i in range(side.start, side.stop, size)
        )
        return np.concatenate([np.array(self._mapped("r")[piece]) for piece in pieces], axis=axis)

    def _mapped(self, mode: str) -> np.ndarray:
        return np.memmap(self._file, self.dtype, mode, shape=self.grid)  # type: ignore[call-overload]  # literals


def stamp_of(landscape: Landscape, key: Shape) -> Stamp | None:
    """Return the stamp of a shard of the status, None where its unit is not written."""
    try:
        found = landscape.path.joinpath("status", "c", *map(str, key)).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def ends_of(values: np.ndarray) -> tuple[int | None, int | None]:
    """Return where the least and the greatest finite value are, in C order; None where none is finite."""
    finite = np.isfinite(values)
    if not finite.any():
        return None, None
    return int(np.where(finite, values, np.inf).argmin()), int(np.where(finite, values, -np.inf).argmax())


class Copies:
    """The copies of a server, of which those go first that nobody has used for longest.

    Parameters
    ----------
    most
        Their bytes together, at most.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._lock = most, threading.Lock()
        self._copies: OrderedDict[tuple[str, str, Shape], tuple[Copy, int]] = OrderedDict()

    def of(self, landscape: Landscape, field: str, position: Shape, now: bool = False) -> Copy | None:
        """Return the copy of a member's field, with ``now`` as new as the store; None where there is no room for it."""
        key, size = (str(landscape.path.absolute()), field, position), Copy.bytes(landscape, field)
        grid = landscape.status.shape[landscape.sweep_ndim :]
        with self._lock:
            had = self._copies.get(key)
            if had is not None and had[0].grid != grid:  # another run lies there now
                del self._copies[key]
                had = None
            if had is None:
                if not self._room(size):
                    return None
                try:
                    had = (Copy(landscape, field, position), size)
                except OSError:  # the disk is full, or there is no folder for temporary files
                    return None
                self._copies[key] = had
            self._copies.move_to_end(key)
        with had[0].lock:
            had[0].refresh(landscape, now)
        return had[0]

    def ends(self, landscape: Landscape, field: str, position: Shape) -> Copy:
        """Return what knows the ends of a member's values now: its copy, else one that keeps no values.

        Slices that are asked for afterwards are at least as new.
        """
        found = self.of(landscape, field, position, now=True)
        if found is None:
            found = Copy(landscape, field, position, keep=False)
            found.refresh(landscape)
        return found

    def _room(self, size: int) -> bool:
        """Make room for a copy; return whether there is."""
        if size > self._most:
            return False
        while self._copies and sum(n for _, n in self._copies.values()) + size > self._most:
            self._copies.popitem(last=False)  # whoever reads it just now keeps it until then
        return True
