"""Copies of large landscapes in a temporary file, from which any plane is read at once.

A store is cut for those who write it: into parts that are contiguous in C order. A plane along its first axes touches
nearly every chunk, each of which must be decompressed. A copy is the plain array in a file that has no name, so that it
goes with the process; the system keeps of it in memory what it has room for.
"""

from __future__ import annotations

import mmap
import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from functools import reduce
from itertools import product
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from landsweep.base.errors import DamagedShard
from landsweep.disk.store import Landscape
from landsweep.serving.ends import Ends
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


def pages(box: Box, grid: Shape, itemsize: int) -> Iterator[tuple[int, int]]:
    """Yield where the pages of memory begin and end that a box of an array touches; some may come twice.

    Pages of points along the last axis come together where no page between them is left out.
    """
    strides = [prod(grid[k + 1 :]) * itemsize for k in range(len(grid))]
    wide = [k for k, side in enumerate(box) if side.stop - side.start > 1]
    together = wide[-1:] if wide and strides[wide[-1]] * box[wide[-1]].step <= mmap.PAGESIZE else []
    length = sum(strides[k] * (box[k].stop - 1 - box[k].start) for k in together) + itemsize
    offsets = [
        range(side.start * stride, (side.start + 1 if k in together else side.stop) * stride, side.step * stride)
        for k, (side, stride) in enumerate(zip(box, strides, strict=True))
    ]
    for low in map(sum, product(*offsets)):
        yield low // mmap.PAGESIZE * mmap.PAGESIZE, low + length


class Copy:
    """One member's field in a file, which fills as the landscape does, and the ends of its values.

    Who uses it holds its lock.

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
        self.grid: Shape = landscape.status.shape[n:]
        self.lock = threading.Lock()
        self._field, self._position, self._dtype = field, position, _dtype(landscape, field)
        self._shard, self._chunk = landscape.shard[n:], chunk_shape(landscape.shard, n)[n:]
        self.bytes = prod(self.grid) * self._dtype.itemsize
        self._stamps: dict[Shape, Stamp | None] = {}
        self._ends: dict[Shape, Ends] = {}
        self._damage: dict[Shape, DamagedShard] = {}
        self._looked = -np.inf
        self._file = self._made() if keep else None

    def _made(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="landsweep-")  # noqa: SIM115  # as long as the copy
        weakref.finalize(self, file.close)
        # Written, not only made long: on a full disk a mapped hole would end the process.
        nothing = np.full(PART_POINTS, np.nan, self._dtype)
        for left in range(prod(self.grid), 0, -PART_POINTS):
            file.write(nothing[: min(left, PART_POINTS)].tobytes())
        file.flush()
        return file

    def refresh(self, landscape: Landscape, after: float = 0.0) -> None:
        """Read every shard that is new or has changed, where the last time was more than ``after`` seconds ago.

        A shard that cannot be read keeps nobody from the others: :meth:`read` raises where it touches one. Of a run
        that is gone everything stays.
        """
        if time.monotonic() - self._looked < after or not landscape.path.is_dir():
            return
        for whole, stamp in stamps(landscape, self._position):
            key = whole[landscape.sweep_ndim :]
            if self._stamps.get(key) == stamp:
                continue
            low = tuple(i * s for i, s in zip(key, self._shard, strict=True))
            size = tuple(min(s, m - a) for s, m, a in zip(self._shard, self.grid, low, strict=True))
            self._damage.pop(key, None)
            self._ends.pop(key, None)
            try:
                self._ends[key] = self._read(landscape, low, size)
            except DamagedShard as error:
                self._damage[key] = error
            self._stamps[key] = stamp
        self._looked = time.monotonic()

    def _read(self, landscape: Landscape, low: Shape, size: Shape) -> Ends:
        """Copy a box; return the ends of its values."""
        found = Ends()
        for part in parts(size, self._chunk):
            box = tuple(slice(a + p.start, a + p.stop) for a, p in zip(low, part, strict=True))
            values = landscape.read_box(self._field, self._position, box)
            if self._file is not None:
                # Mapped anew each time: what is mapped counts as this process's memory.
                np.memmap(self._file, self._dtype, "r+", shape=self.grid)[box] = values
            found |= Ends.of(values, tuple(side.start for side in box), self.grid)
        return found

    @property
    def ends(self) -> Ends:
        """The ends of all values that can be read."""
        return reduce(Ends.__or__, self._ends.values(), Ends())

    @property
    def damage(self) -> list[DamagedShard]:
        """What of the landscape cannot be read."""
        return list(self._damage.values())

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
        # The system maps more than what is touched, so at most a part of the file is mapped at once.
        axis = next((k for k, side in enumerate(box) if side.stop - side.start > 1), len(box) - 1)
        side, each = box[axis], prod(self.grid[axis + 1 :]) * self._dtype.itemsize
        size = max(1, MAPPED_BYTES // each // side.step) * side.step
        pieces = (
            (*box[:axis], slice(i, min(i + size, side.stop), side.step), *box[axis + 1 :])
            for i in range(side.start, side.stop, size)
        )
        return np.concatenate([self._piece(piece) for piece in pieces], axis=axis)

    def _piece(self, box: Box) -> np.ndarray:
        assert self._file is not None
        mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        # What is no longer in memory is asked for at once, not one page after the other with all that is around it.
        mapped.madvise(mmap.MADV_RANDOM)
        for low, high in pages(box, self.grid, self._dtype.itemsize):
            mapped.madvise(mmap.MADV_WILLNEED, low, high - low)
        return np.array(np.frombuffer(mapped, self._dtype).reshape(self.grid)[box])


class Copies:
    """The copies of a server, of which those go first that nobody has used for longest.

    Parameters
    ----------
    most
        Their bytes together, at most.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._lock = most, threading.Lock()
        self._copies: OrderedDict[tuple[Path, str, Shape], Copy] = OrderedDict()

    def look(self, landscape: Landscape, field: str, position: Shape) -> tuple[Ends, list[DamagedShard]]:
        """Return the ends of a member's values as they are now, and what cannot be read.

        Where there is room the values are copied meanwhile; what is read afterwards is at least as new.
        """
        copy = self._of(landscape, field, position) or Copy(landscape, field, position, keep=False)
        with copy.lock:
            copy.refresh(landscape)
            return copy.ends, copy.damage

    def read(self, landscape: Landscape, field: str, position: Shape, box: Box) -> np.ndarray | None:
        """Return a box of a member's values, as new as a second ago; None where there is no room for a copy.

        Raises
        ------
        DamagedShard
            Where a shard that it touches cannot be read.
        """
        copy = self._of(landscape, field, position)
        if copy is None:
            return None
        with copy.lock:
            copy.refresh(landscape, FRESH_SECONDS)
            return copy.read(box)

    def _of(self, landscape: Landscape, field: str, position: Shape) -> Copy | None:
        key = (landscape.path.absolute(), field, position)
        with self._lock:
            copy = self._copies.pop(key, None)
            if (
                copy is None or copy.grid != landscape.status.shape[landscape.sweep_ndim :]
            ):  # another run lies there now
                try:
                    copy = Copy(landscape, field, position) if self._room(landscape, field) else None
                except OSError:  # the disk is full, or there is no folder for temporary files
                    copy = None
            if copy is not None:
                self._copies[key] = copy
            return copy

    def _room(self, landscape: Landscape, field: str) -> bool:
        """Make room for a copy; return whether there is."""
        room = self._most - prod(landscape.status.shape[landscape.sweep_ndim :]) * _dtype(landscape, field).itemsize
        while self._copies and sum(copy.bytes for copy in self._copies.values()) > room >= 0:
            self._copies.popitem(last=False)  # whoever reads it just now keeps it until then
        return room >= 0


def _dtype(landscape: Landscape, field: str) -> np.dtype[Any]:
    array: Any = landscape.group[field]
    return np.dtype(array.dtype)


def stamps(landscape: Landscape, position: Shape) -> Iterator[tuple[Shape, Stamp | None]]:
    """Yield the place of each shard of a member among all, and the stamp of its status, with which it is complete."""
    root = landscape.path / "status" / "c"
    for key in landscape.keys_of(position):
        yield key, stamp_of(root.joinpath(*map(str, key)))


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
