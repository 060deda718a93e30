"""The merges of a landscape by the Topology ToolKit beside the native engine's, block by block (``engine: both``).

The tree is the native engine's, whatever comes out here. Ranks share the blocks; a block on which the toolkit fails is
counted, and the next one is compared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.distributed import toolkit
from landsweep.distributed.blocking import ON_A_GRID
from landsweep.distributed.representations import knn_graph
from landsweep.executors.executor import Submit
from landsweep.executors.group import Alone, Group
from landsweep.kernels.geometry.blocks import Blocks, Box, Read, box_shape
from landsweep.kernels.geometry.triangulation import can_do
from landsweep.kernels.topology.merge_trees import ordered
from landsweep.kernels.topology.ttk import Difference, EngineError, compare, compare_graph

if TYPE_CHECKING:
    from landsweep.study.study import TopologySpec


@dataclass(frozen=True)
class Comparison:
    """How the merges of one landscape by the toolkit and by the native engine compare.

    Parameters
    ----------
    blocks
        The number of blocks; a graph is one.
    asked
        How many of these the toolkit can make (:func:`landsweep.kernels.geometry.triangulation.can_do`).
    failed, failure
        How many of those it failed on, and the first of its errors.
    differing, merges, first
        How many blocks differ, in how many merges, and a sentence on the lowest of these in the first such block.
    """

    blocks: int = 0
    asked: int = 0
    failed: int = 0
    failure: str = ""
    differing: int = 0
    merges: int = 0
    first: str = ""

    def join(self, other: Comparison) -> Comparison:
        """Return what holds for the blocks of this comparison and those of the other one, which come later."""
        return Comparison(
            self.blocks + other.blocks,
            self.asked + other.asked,
            self.failed + other.failed,
            self.failure or other.failure,
            self.differing + other.differing,
            self.merges + other.merges,
            self.first or other.first,
        )

    @property
    def text(self) -> str:
        """Return what to tell of blocks that differ or failed, such as ``2 merges of 1 block differ, ...``, else ''."""
        parts = []
        if self.differing:
            parts.append(
                f"{self.merges} {'merge' if self.merges == 1 else 'merges'} in {self.differing} of {self.asked} "
                f"{'block' if self.asked == 1 else 'blocks'} differ: {self.first}"
            )
        if self.failed:
            blocks = "block" if self.asked == 1 else "blocks"
            parts.append(f"TTK failed on {self.failed} of {self.asked} {blocks}: {self.failure}")
        return "; ".join(parts)


def compared(
    read: Read,
    representation: str,
    topology: TopologySpec,
    blocks: Blocks,
    *,
    negate: bool = False,
    group: Group | None = None,
    submit: Submit | None = None,
    threads: int = 1,
) -> Comparison | None:
    """Return the comparison on the root of the group, None on its other ranks; every rank calls this.

    Parameters are those of :func:`landsweep.distributed.representations.tree_of`, which has made the tree, so the field
    can be read and ordered. ``knn`` is compared on the root.
    """
    group = Alone() if group is None else group
    if representation == "knn":
        return _graph(read, topology, blocks, negate) if group.rank == 0 else None
    connectivity = ON_A_GRID.get(representation, representation)
    arguments = (read, connectivity, blocks, negate, threads)
    if submit is not None:
        parts = [submit(_block, *arguments, index) for index in range(len(blocks))]
        return _joined([part.result() for part in parts])
    mine = range(len(blocks) * group.rank // group.size, len(blocks) * (group.rank + 1) // group.size)
    found = _joined([_block(*arguments, index) for index in mine])
    gathered = group.gather([np.frombuffer(json.dumps(asdict(found)).encode(), np.uint8)])
    if gathered is None:
        return None
    return _joined([Comparison(**json.loads(text.tobytes())) for (text,) in gathered])


def _joined(parts: Sequence[Comparison]) -> Comparison:
    found = Comparison()
    for part in parts:
        found = found.join(part)
    return found


def _block(read: Read, connectivity: str, blocks: Blocks, negate: bool, threads: int, index: int) -> Comparison:
    box = blocks.held(index)
    if not can_do(box_shape(box), connectivity):
        return Comparison(1)
    values, _ = ordered(read(box), negate, threads)
    try:
        found = compare(values, connectivity, threads, run=toolkit.run)
    except EngineError as error:
        return Comparison(1, 1, 1, str(error))
    where = f"block {index}, " if len(blocks) > 1 else ""
    return _described(found, -values if negate else values, blocks, box, where)


def _graph(read: Read, topology: TopologySpec, blocks: Blocks, negate: bool) -> Comparison:
    values, edges = knn_graph(read, blocks.shape, topology)
    values, _ = ordered(values, negate)
    try:
        found = compare_graph(values, edges, run=toolkit.run)
    except EngineError as error:
        return Comparison(1, 1, 1, str(error))
    whole = tuple(slice(0, n) for n in blocks.shape)
    return _described(found, -values if negate else values, blocks, whole, "")


def _described(found: Difference | None, values: np.ndarray, blocks: Blocks, box: Box, where: str) -> Comparison:
    if found is None:
        return Comparison(1, 1)

    def point(vertex: int) -> str:
        at: Any = np.unravel_index(int(blocks.vertices(box, np.array([vertex]))[0]), blocks.shape)
        return f"{tuple(map(int, at))} (level {values.reshape(-1)[vertex]:.6g})"

    def end(saddle: int) -> str:
        return {-1: "does not end", -2: "is none"}.get(saddle) or f"ends at {point(saddle)}"

    first = f"{where}the minimum at {point(found.vertex)} {end(found.native)} by native and {end(found.toolkit)} by TTK"
    return Comparison(1, 1, differing=1, merges=found.number, first=first)
