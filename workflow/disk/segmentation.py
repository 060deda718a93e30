"""The segmentation that a study may ask for: the basin and the arc of every point, in Zarr beside the landscape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from landsweep.base.errors import REPAIR, reading
from landsweep.disk.rundir import check_fence, verify
from landsweep.disk.store import consolidate, open_group
from landsweep.kernels.geometry.blocks import Blocks, Box, Write
from landsweep.study.plan import Member, Plan
from zarr.codecs import ZstdCodec

MEANING = {
    "basin": "the minimum in which steepest descent ends: index into the tree's minima, -1 for none",
    "arc": "the arc that holds the point: index into the tree's arcs, -1 for none",
}
"""The keys are the arrays of a segmentation, the values say what each of them holds."""


def _open(path: Path, mode: str = "r") -> zarr.Group:
    return open_group(path, mode, REPAIR)


class SegmentationStore:
    """A group of arrays ``<representation>/basin`` and ``<representation>/arc`` over sweep and grid axes."""

    def __init__(self, path: Path) -> None:
        self._path, self._group = path, _open(path, "r+")

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a path."""
        return SegmentationStore, (self._path,)

    @staticmethod
    def blocks(path: Path, blocks: Blocks) -> Blocks:
        """Return the blocks of the stored arrays, if any, else ``blocks``: a chunk must have only one writer."""
        for file in sorted(path.glob("*/*/zarr.json")):
            with reading(file):
                chunks = zarr.open_array(file.parent, mode="r", zarr_format=3).chunks
            return Blocks(blocks.shape, chunks[-len(blocks.shape) :])
        return blocks

    @staticmethod
    def create(path: Path, plan: Plan, representations: Sequence[str], blocks: Blocks) -> None:
        """Create the arrays, or grow them to the sweep; a block is one chunk, so that each chunk has one writer."""
        group = _open(path, "a")
        for representation in representations:
            group.require_group(representation)
            for name, meaning in MEANING.items():
                key = f"{representation}/{name}"
                if (path / key / "zarr.json").exists():
                    with reading(path / key / "zarr.json"):
                        array = group[key]
                    assert isinstance(array, zarr.Array)
                    array.resize(plan.shape)
                else:
                    group.create_array(
                        key,
                        shape=plan.shape,
                        chunks=(*(1 for _ in plan.sweep_shape), *blocks.block),
                        dtype="int64",
                        fill_value=-1,
                        dimension_names=plan.dims,
                        compressors=ZstdCodec(level=1, checksum=True),
                        attributes={"long_name": meaning},
                    )
        for _, inner in group.groups():
            consolidate(inner)

    @staticmethod
    def check(path: Path, representations: Sequence[str], member: Member) -> None:
        """Read all of a member that has trees; raise :class:`~landsweep.base.errors.Damaged` where this fails."""
        verify(path / "zarr.json")
        for representation in representations:
            verify(path / representation / "zarr.json")
            for name in MEANING:
                folder = path / representation / name
                with reading(folder / "zarr.json"):
                    array = zarr.open_array(folder, mode="r", zarr_format=3)
                cut = [range(ceil(n / size)) for n, size in zip(array.shape, array.chunks, strict=True)]
                for place in product(*cut[len(member.position) :]):
                    key = (*member.position, *place)
                    with reading(folder.joinpath("c", *map(str, key))):
                        folder.joinpath("c", *map(str, key)).stat()
                        np.asarray(array.blocks[key])

    def writer(self, representation: str, member: Member) -> Write:
        """Return the function that writes a box of one member."""
        return partial(self._write, representation, member.position)

    def _write(
        self, representation: str, position: tuple[int, ...], box: Box, basin: np.ndarray, arc: np.ndarray
    ) -> None:
        check_fence()
        for name, values in (("basin", basin), ("arc", arc)):
            self._group[f"{representation}/{name}"][(*position, *box)] = values  # type: ignore[index]  # an array
