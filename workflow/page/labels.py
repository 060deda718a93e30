"""The branch in whose basin each point of a grid lies."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from landsweep.base.errors import reading
from landsweep.disk.opened import OpenedRun
from landsweep.disk.segmentation import SegmentationStore
from landsweep.distributed.representations import tree_of
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.critical.starts.touching import CONNECTIVITY
from landsweep.kernels.geometry.blocks import Blocks, Box
from landsweep.kernels.topology.merge_trees import segmentation
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.plan import Member

MOST_POINTS = 2**22
"""Basins of landscapes of more points than this are shown only where the study has stored them."""


def stored_basins(run: OpenedRun, member: Member, representation: str, box: Box | None = None) -> np.ndarray | None:
    """Return the stored basin of each point of a box, by default of all, as an index into the tree's minima.

    None stands for basins that the run has not stored.

    Raises
    ------
    Damaged
        Where the segmentation cannot be read; chunks outside ``box`` are not looked at.
    """
    import zarr

    folder = run.directory.segmentation / representation / "basin"
    if not run.study.topology.segmentation or not (folder / "zarr.json").exists():
        return None
    if not folder.joinpath("c", *map(str, member.position)).is_dir():  # chunks of grids follow those of the sweep
        return None
    if box is None:
        SegmentationStore.check(run.directory.segmentation, [representation], member)
    with reading(folder):
        array = zarr.open_array(folder, mode="r", zarr_format=3)
        inside = box or tuple(slice(0, n) for n in run.plan.grid_shape)
        return np.asarray(array[(*member.position, *inside)])  # type: ignore[index]  # the stub takes no mixed tuple


def basins(
    run: OpenedRun, member: Member, representation: str, tree: MergeTree, field: np.ndarray | None
) -> np.ndarray | None:
    """Return the basin of each point of a landscape, as an index into the minima of its stored tree, -1 for none.

    They are those that the run has stored, else found again from the field, where there is one and it is not too large.
    None stands for basins that are not known, also where the field has another tree than the stored one.
    """
    found = stored_basins(run, member, representation)
    if found is not None or not _has_basins(field):
        return found
    kept: list[np.ndarray] = []
    topology = run.study.topology.model_copy(update={"engine": "native"})  # the tree of all engines
    again = tree_of(
        field.__getitem__,
        field.shape,
        representation,
        topology,
        negate=topology.negate,
        blocks=Blocks(field.shape, field.shape, run.study.periodic),
        write=lambda box, basin, arc: kept.append(basin),
    )
    same = again is not None and np.array_equal(again.minima, tree.minima)
    return kept[0].reshape(field.shape) if same else None


def resolved_basins(found: Resolved, field: np.ndarray | None) -> np.ndarray | None:
    """Return the minimum of the loss itself that stands for the basin of each point of the grid, -1 for none.

    It is that in which the descent from the minimum of the point's basin on the grid ended.
    """
    if not _has_basins(field):
        return None
    tree, parts = segmentation(field, CONNECTIVITY)
    ends = dict(zip(found.start.tolist(), found.start_end.tolist(), strict=True))
    end = np.array([*(ends.get(v, -1) for v in tree.minima.tolist()), -1], np.int64)
    return end[parts.basin]


def _has_basins(field: np.ndarray | None) -> TypeGuard[np.ndarray]:
    return field is not None and field.size <= MOST_POINTS and bool(np.isfinite(field).any())
