"""The merge tree of a field too large for one array: blocks are read one at a time, and reduced pairwise over ranks.

1. Each rank reads its blocks, contracts each to what others may still change (a *forest* over the layers it shares with
   them, :mod:`landsweep.kernels.topology.basin_graph`), and merges these as a carry in binary addition, so it holds
   a logarithmic number of them.
2. Ranks merge their forests in a binary tree. What is final stays where it was found until the root collects it.
3. The root sweeps all merges into the tree. Any tree of merges, and any blocks, give the same result.
4. Basins of steepest descent cross blocks: ranks resolve the vertices through which their blocks drain into one
   another, read the blocks again, and count.

So every block is read twice, each time one layer larger on every side. The first step leaves out the layers below,
because an edge between two blocks needs to be in only one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from landsweep.kernels.geometry.blocks import Blocks, Read, Write, box_shape, inside
from landsweep.kernels.geometry.connectivity import offsets
from landsweep.kernels.topology.basin_graph import BasinGraph, block_graph, contract, in_order, union
from landsweep.kernels.topology.basins import Basins, grid_basins
from landsweep.kernels.topology.flow import Drainage, drain
from landsweep.kernels.topology.grow import grow
from landsweep.kernels.topology.ladder import Ladder, ladder
from landsweep.kernels.topology.merge_trees import Survey, ordered
from landsweep.kernels.topology.segments import (
    NO_LINKS,
    JoinLevels,
    border_class,
    border_links,
    border_volume,
    branches,
    contract_links,
    join_levels,
    near_in_box,
    segment,
)
from landsweep.kernels.topology.tree import MergeTree
from landsweep.kernels.topology.ttk import EngineError

if TYPE_CHECKING:
    from landsweep.executors.group import Group

Result = TypeVar("Result")

Arrays = list[np.ndarray]
"""A message between ranks is a list of arrays."""


class Engine(Protocol):
    """A function that finds the basins of a block, given values (+inf for non-finite), connectivity and threads."""

    def __call__(self, values: np.ndarray, connectivity: str, threads: int = 1, /) -> Basins:
        """Return the basins of ``values``."""


@dataclass(frozen=True)
class BlockedField:
    """A field on a grid, its blocks, and the options of its merge tree.

    Parameters
    ----------
    read
        The function that returns the field on a box, in its dtype; it is called twice per block, and once more for each
        part that a block holds around a periodic axis.
    blocks
        The grid, its periodic axes and its blocks.
    connectivity, negate, volumes, threads
        As :func:`landsweep.kernels.topology.merge_trees.merge_tree`.
    engine
        The function that finds the basins of a block.
    write
        A function that is called for each block with the owned box, and the basin and the arc of each of its vertices,
        int64.
    """

    read: Read
    blocks: Blocks
    connectivity: str = "freudenthal"
    negate: bool = False
    volumes: bool = False
    engine: Engine = grid_basins
    threads: int = 1
    write: Write | None = None

    def around(self, index: int) -> tuple[np.ndarray, Survey]:
        """Return the values of a block and one layer around it, as :func:`ordered` returns them, and their survey."""
        return ordered(self.blocks.read(self.read, self.blocks.around(index)), self.negate, self.threads)


@dataclass
class Ledger:
    """Counts of what a reduction did on this rank, for measurements; nothing is timed."""

    vertices: int = 0
    edges: int = 0
    edges_left: int = 0
    messages: int = 0
    bytes_sent: int = 0
    forest_bytes: int = 0
    """This many of ``bytes_sent`` went to this rank's partner in the tree; the others are merges, for the root."""


def reduced_merge_tree(field: BlockedField, group: Group, ledger: Ledger | None = None) -> MergeTree | None:
    """Return the merge tree of a field on the root of ``group``, None elsewhere; every rank calls this.

    Parameters
    ----------
    field
        The field to reduce. Rank r takes the r-th part of its blocks, and calls ``write`` once for each.
    group
        The ranks that work together.
    ledger
        The counts of this rank, to which the function adds.

    Raises
    ------
    ValueError
        On every rank, for an unknown connectivity, another number of axes, a dtype without an order, or a field without
        a finite value.
    """
    ledger = Ledger() if ledger is None else ledger
    blocks = field.blocks
    mine = range(len(blocks) * group.rank // group.size, len(blocks) * (group.rank + 1) // group.size)
    offsets(field.connectivity, len(blocks.shape))  # ValueError on every rank, also on one without a block
    forest, merges, survey, borders = agreed(group, lambda: local(field, mine, ledger))
    survey = _merge_surveys(group, survey)
    survey.values_range(field.negate)  # ValueError on every rank, where no value is finite
    merges.extend(_reduce_over_ranks(group, forest, ledger))
    collected = _collect(group, merges, ledger)
    tree = None if collected is None else grown(field, collected, survey)
    del forest, merges, collected  # they take as much memory as the tree, and blocks are read again
    ends = resolve(group, blocks, borders)
    shared = MergeTree.from_arrays(group.broadcast_named(tree.to_arrays() if tree is not None else None))
    sizes, links = basin_sizes(field, mine, shared, ends)
    totals, gathered = group.sum(sizes), group.gather([links])
    if tree is None or totals is None or gathered is None:
        return None
    return with_sizes(field, tree, totals, np.concatenate([part for (part,) in gathered]))


def grown(field: BlockedField, merges: BasinGraph, survey: Survey) -> MergeTree:
    """Return the tree of all merges of a field; the sizes of its basins are not known yet."""
    return grow(
        merges,
        np.array([survey.greatest]),
        np.array([survey.greatest_value]),
        make=partial(MergeTree, periodic=field.blocks.periodic),
        shape=field.blocks.shape,
        connectivity=field.connectivity,
        negate=field.negate,
        n_nonfinite=survey.n_nonfinite,
        value_range=survey.values_range(field.negate),
    )


def with_sizes(field: BlockedField, tree: MergeTree, totals: Arrays, links: np.ndarray) -> MergeTree:
    """Return the tree with the sizes of its basins, of its arcs if ``field.volumes`` is true, and with its border."""
    arcs, border = totals[1] if field.volumes else tree.arc_volume, border_class(tree, links)
    return replace(tree, basin_volume=totals[0], arc_volume=arcs, border_volume=totals[2], border_class=border)


def agreed(group: Group, work: Callable[[], Result]) -> Result:
    """Return what ``work`` returns; raise a ValueError of one rank on all ranks, which would otherwise wait for it."""
    refusal, of_engine = "", False
    try:
        result = work()
    except ValueError as error:
        refusal, of_engine = str(error), isinstance(error, EngineError)
    gathered = group.gather([np.frombuffer((refusal and f"{of_engine:d}{refusal}").encode(), np.uint8)])
    first = max((text for (text,) in gathered), key=len) if gathered is not None else None
    (text,) = group.broadcast(None if first is None else [first])
    if text.size:
        kind, message = text[:1].tobytes(), text[1:].tobytes().decode()
        raise EngineError(message) if kind == b"1" else ValueError(message)
    return result


def local(
    field: BlockedField, mine: range, ledger: Ledger
) -> tuple[BasinGraph | None, list[BasinGraph], Survey, list[Arrays]]:
    """Return the forest that some blocks leave, their final merges, their survey, and where their borders drain."""
    blocks, connectivity, threads = field.blocks, field.connectivity, field.threads
    borders: list[Arrays] = []
    carry: list[tuple[int, BasinGraph]] = []
    merges: list[BasinGraph] = []
    survey = Survey.nothing()
    for index in mine:
        values, seen = field.around(index)
        survey = survey.join(_owned(seen, values, blocks, index))
        outer, held = blocks.around(index), blocks.held(index)
        order = in_order(values, blocks, outer)
        if len(blocks) > 1 or blocks.periodic:
            found = drain(order, blocks, index, connectivity, threads)
            leads = np.concatenate([found.minima, found.targets])[found.drains]
            borders.append([found.border, leads, found.drains >= len(found.minima)])
            del found
        ranked = order is not values
        values = np.ascontiguousarray(values[inside(held, outer)])
        order = np.ascontiguousarray(order[inside(held, outer)]) if ranked else values
        basins = field.engine(order, connectivity, threads)
        graph = block_graph(values, basins, blocks, index, connectivity, order)
        del values, order, basins
        left, final = contract(graph)
        ledger.vertices += int(np.prod(box_shape(blocks.owned(index))))
        ledger.edges += len(graph.upper)
        ledger.edges_left += len(left.upper)
        merges.append(final)
        level = 0
        while carry and carry[-1][0] == level:
            left, final = contract(union([carry.pop()[1], left]))
            merges.append(final)
            level += 1
        carry.append((level, left))
    while len(carry) > 1:
        left, final = contract(union([carry.pop()[1], carry.pop()[1]]))
        merges.append(final)
        carry.append((0, left))
    return carry[0][1] if carry else None, merges, survey, borders


def _owned(seen: Survey, values: np.ndarray, blocks: Blocks, index: int) -> Survey:
    """Return the survey of a box as that of its block: non-finite vertices in the layers around it are not counted."""
    lost, box, owned = 0, blocks.around(index), blocks.owned(index)
    inner = values[inside(owned, box)]
    if seen.n_nonfinite:
        lost = int(np.count_nonzero(np.isinf(inner)))
    if blocks.wraps(box):  # of equal vertices the last in the box need not be the greatest
        last = inner.size - 1 - int(np.argmax(inner[(slice(None, None, -1),) * inner.ndim]))
        greatest = int(blocks.vertices(owned, np.array([last]))[0])
        return replace(seen, n_nonfinite=lost, greatest=greatest, greatest_value=float(inner.max()))
    greatest = int(blocks.vertices(box, np.array([seen.greatest]))[0])
    return replace(seen, n_nonfinite=lost, greatest=greatest)


def _merge_surveys(group: Group, survey: Survey) -> Survey:
    counts = np.array([survey.n_nonfinite, survey.greatest])
    gathered = group.gather([counts, np.array([survey.low, survey.high, survey.greatest_value])])
    for (lost, greatest), (low, high, greatest_value) in (gathered or [])[1:]:
        survey = survey.join(Survey(int(lost), float(low), float(high), int(greatest), float(greatest_value)))
    counts = np.array([survey.n_nonfinite, survey.greatest])
    (lost, greatest), (low, high, greatest_value) = group.broadcast(
        [counts, np.array([survey.low, survey.high, survey.greatest_value])]
    )
    return Survey(int(lost), float(low), float(high), int(greatest), float(greatest_value))


def _reduce_over_ranks(group: Group, forest: BasinGraph | None, ledger: Ledger) -> list[BasinGraph]:
    """Merge the forests of all ranks in a binary tree; return the merges that became final here."""
    merges: list[BasinGraph] = []
    stride = 1
    while stride < group.size:
        if group.rank % (2 * stride):
            if forest is not None:
                ledger.messages += 1
                ledger.forest_bytes = forest.nbytes
                ledger.bytes_sent += forest.nbytes
            group.send(forest.to_list() if forest is not None else [], group.rank - stride)
            return merges
        if group.rank + stride < group.size:
            arrays = group.receive(group.rank + stride)
            if arrays and forest is not None:
                forest, final = contract(union([forest, BasinGraph(*arrays)]))
                merges.append(final)
            elif arrays:
                forest = BasinGraph(*arrays)
        stride *= 2
    return merges


def _collect(group: Group, merges: list[BasinGraph], ledger: Ledger) -> BasinGraph | None:
    """Return the merges of all ranks on the root, as one graph."""
    part = union(merges) if merges else None
    if group.rank and part is not None:
        ledger.messages += 1
        ledger.bytes_sent += part.nbytes
    gathered = group.gather(part.to_list() if part is not None else [])
    return None if gathered is None else union([BasinGraph(*arrays) for arrays in gathered if arrays])


def basin_sizes(field: BlockedField, mine: range, tree: MergeTree, ends: Ends) -> tuple[Arrays, np.ndarray]:
    """Return what some blocks add to the sizes of basins, of arcs if wanted, and of minima on the border of the grid.

    Beside these sizes it returns what the blocks connect on the border, as
    :func:`landsweep.kernels.topology.segments.border_links`; and it writes the basin and the arc of each vertex.
    """
    blocks, threads = field.blocks, field.threads
    basin_volume, arc_volume = np.zeros(len(tree.minima), np.int64), np.zeros(len(tree.arcs), np.int64)
    births, border = np.append(tree.node_values[: len(tree.minima)], np.nan), np.zeros(len(tree.minima), np.int64)
    if field.negate:
        births = -births
    lent = replace(tree)  # what is derived from it takes memory, and goes with it
    steps, levels, links = ladder(lent), join_levels(lent), [NO_LINKS]
    del lent
    for index in mine:
        values, _ = field.around(index)
        found = drain(in_order(values, blocks, blocks.around(index)), blocks, index, tree.connectivity, threads)
        branch_of = branches(tree, np.concatenate([found.minima, ends(found.exits)]))
        shape = box_shape(blocks.owned(index))
        low, linked = _at_border(field, index, values, found, branch_of, births[branch_of], levels, steps)
        np.add.at(border, branch_of[branch_of >= 0], low[branch_of >= 0])
        links.append(linked)
        if field.volumes or field.write is not None:
            part = segment(
                tree,
                values,
                found.label,
                branch_of,
                rows=found.rows,
                bases=found.bases,
                shape=shape,
                threads=threads,
                write=field.write is not None,
                steps=steps,
            )
            arc_volume += part.arc_volume
            basin_volume += part.basin_volume
            if field.write is not None:
                field.write(blocks.owned(index), part.basin, part.arc)
        else:
            counts = found.counts(shape[-1])
            np.add.at(basin_volume, branch_of[branch_of >= 0], counts[branch_of >= 0])
        del values, found
    return [basin_volume, arc_volume, border], np.concatenate(links)


def _at_border(
    field: BlockedField,
    index: int,
    values: np.ndarray,
    found: Drainage,
    branch_of: np.ndarray,
    births: np.ndarray,
    levels: JoinLevels,
    steps: Ladder,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what :func:`border_volume` counts in a block, and its links on the border between what others may know.

    Others know arcs, their own vertices, and those of this block that are next to theirs.
    """
    blocks, arcs = field.blocks, len(levels.upper) - 1
    box, owned = blocks.around(index), blocks.owned(index)
    border = blocks.border(box)
    within = np.zeros(border.shape, bool)
    within[inside(owned, box)] = True
    low = border_volume(values, found.label, births, np.flatnonzero(border & within))
    near, vertices = near_in_box(blocks, box, owned, field.connectivity), partial(blocks.vertices, box)
    links = border_links(levels, values, found.label, branch_of, border.reshape(-1), near, lambda: steps, vertices)

    def known(nodes: np.ndarray) -> np.ndarray:
        vertex = np.maximum(nodes - arcs, 0)
        return (nodes < arcs) | (blocks.owner(vertex) != index) | np.isin(vertex, found.border)

    return low, contract_links(links, known)


@dataclass(frozen=True)
class Ends:
    """The minima ``leads`` in which steepest descent ends from each ``vertex``, ascending, next to other blocks."""

    vertex: np.ndarray
    leads: np.ndarray

    def __call__(self, exits: np.ndarray) -> np.ndarray:
        """Return the minima in which steepest descent ends from the vertices ``exits`` of other blocks."""
        return self.leads[np.searchsorted(self.vertex, exits)]


def resolve(group: Group, blocks: Blocks, borders: list[Arrays]) -> Ends:
    """Return the minima in which steepest descent ends from the vertices on this rank's borders.

    Every vertex next to another block leads to a minimum of its own block, or to a vertex next to a border of another
    block. In each round the owner of that vertex is asked where it leads by now, so that the number of rounds is the
    logarithm of the number of blocks that a path crosses (pointer doubling: Wyllie 1979).
    """
    nothing = [np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, bool)]
    vertex, leads, open_ = (np.concatenate(parts) for parts in zip(nothing, *borders, strict=True))
    order = np.argsort(vertex)
    vertex, leads, open_ = vertex[order], leads[order], open_[order]
    bounds = len(blocks) * np.arange(1, group.size + 1) // group.size
    while group.any(bool(open_.any())):
        asked, back = np.unique(leads[open_], return_inverse=True)
        rank = np.searchsorted(bounds, blocks.owner(asked), side="right")
        by_rank = np.argsort(rank, kind="stable")
        cuts = np.searchsorted(rank[by_rank], np.arange(1, group.size))
        questions = group.exchange([[part] for part in np.split(asked[by_rank], cuts)])
        at = [np.searchsorted(vertex, q[0]) for q in questions]
        answers = group.exchange([[leads[i], open_[i]] for i in at])
        now, still = np.empty(len(asked), np.int64), np.empty(len(asked), bool)
        now[by_rank] = np.concatenate([a[0] for a in answers])
        still[by_rank] = np.concatenate([a[1] for a in answers])
        leads[open_], open_[open_] = now[back], still[back]
    return Ends(vertex, leads)
