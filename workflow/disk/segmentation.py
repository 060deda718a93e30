"""The segmentation that a study may ask for: the basin and the arc of every point, in Zarr beside the landscape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from landsweep.base.errors import REPAIR, reading
from landsweep.disk.rundir import check_fence, verify
from landsweep.disk.store import consolidate, open_group, write_coordinates
from landsweep.kernels.geometry.blocks import Blocks, Box, Write
from landsweep.study.plan import Member, Plan
from landsweep.study.study import Study
from zarr.codecs import ZstdCodec

MEANING = {
    "basin": "the minimum in which steepest descent ends: index into the tree's minima, -1 for none",
    "arc": "the arc that holds the point: index into the tree's arcs, -1 for none",
}
"""The keys are the arrays of a segmentation, the values say what each of them holds."""
DESCRIPTION = (
    "For every grid point of every member, the basin and the arc of its merge tree. A label k of basin is the k-th "
    "entry of minima, one of arc the k-th row of arcs, in the merge tree of the same member and representation: "
    "landsweep.open_run(RUN).merge_tree(representation, ...), also in RUN/topology/member-*.npz. It is the whole tree, "
    "whatever topology.min_persistence says. Labels of two members have nothing to do with one another."
)
"""This attribute says in the store itself how to read it."""


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
        for file in sorted(file for name in MEANING for file in path.glob(f"*/{name}/zarr.json")):
            with reading(file):
                chunks = zarr.open_array(file.parent, mode="r", zarr_format=3).chunks
            return replace(blocks, block=chunks[-len(blocks.shape) :])
        return blocks

    @staticmethod
    def create(path: Path, study: Study, plan: Plan, representations: Sequence[str], blocks: Blocks) -> None:
        """Create the arrays, or grow them to the sweep; a block is one chunk, so that each chunk has one writer.

        Each representation is a group that ``xarray.open_zarr`` reads, with the coordinates of the landscape.
        """
        group = _open(path, "a")
        group.attrs.update({"title": f"Segmentation of the landscapes of {study.name}", "description": DESCRIPTION})
        coordinates = " ".join(f"coordinate_{k}" for k in range(study.grid.dims))
        for representation in representations:
            part = group.require_group(representation)
            part.attrs.update({**group.attrs.asdict(), "representation": representation})
            write_coordinates(part, study, plan)
            for name, meaning in MEANING.items():
                attributes: dict[str, Any] = {"long_name": meaning, "coordinates": coordinates}
                file = path / representation / name / "zarr.json"
                if file.exists():
                    with reading(file):
                        array = part[name]
                    assert isinstance(array, zarr.Array)
                    array.resize(plan.shape)
                    array.attrs.update(attributes)
                else:
                    part.create_array(
                        name,
                        shape=plan.shape,
                        chunks=(*(1 for _ in plan.sweep_shape), *blocks.block),
                        dtype="int64",
                        fill_value=-1,
                        dimension_names=plan.dims,
                        compressors=ZstdCodec(level=1, checksum=True),
                        attributes=attributes,
                    )
        for _, inner in group.groups():
            consolidate(inner)

    @staticmethod
    def check_coordinates(path: Path, representations: Sequence[str]) -> None:
        """Read the coordinates, which earlier versions did not store; raise Damaged where this fails."""
        for representation in representations:
            with reading(path / representation / "zarr.json"):
                arrays = [(name, array) for name, array in _open(path / representation).arrays() if name not in MEANING]
            for name, array in arrays:
                for place in product(
                    *(range(ceil(n / size)) for n, size in zip(array.shape, array.chunks, strict=True))
                ):
                    file = path.joinpath(representation, name, "c", *map(str, place))
                    with reading(file):
                        file.stat()
                        np.asarray(array.blocks[place] if place else array[...])

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
