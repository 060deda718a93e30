"""The merge tree of a landscape in one representation, by one engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from landsweep.base.errors import UserError
from landsweep.distributed import toolkit
from landsweep.distributed.blocking import ON_A_GRID
from landsweep.distributed.reduction import BlockedField, Engine, agreed, reduced_merge_tree
from landsweep.distributed.reduction_tasks import submit_merge_tree
from landsweep.executors.executor import Submit
from landsweep.executors.group import Alone, Group
from landsweep.kernels.geometry.blocks import Blocks, Read, Write
from landsweep.kernels.topology.basins import graph_basins, grid_basins
from landsweep.kernels.topology.merge_trees import (
    GraphEngine,
    graph_merge_tree,
    graph_segmentation,
    merge_tree,
    segmentation,
)
from landsweep.kernels.topology.tree import MergeTree
from landsweep.kernels.topology.ttk import EngineError, ttk_basins, ttk_graph_basins
from landsweep.study.periodic import refusal
from landsweep.study.study import WITH_TOOLKIT, TopologySpec

NO_EDGES = np.empty((0, 2), np.int64)
"""A graph with a single vertex has this empty array of edges."""


def make_engine(name: str) -> Engine:
    """Return the engine whose trees are the result, of a study's ``topology.engine``."""
    return partial(ttk_basins, run=toolkit.run) if name == "ttk" else grid_basins


def ready_toolkit(engine: str) -> dict[str, str]:
    """Return the versions of TTK and VTK where an engine needs them; a small tree is made with them first.

    Raises
    ------
    UserError
        Where the toolkit cannot be imported, or makes no tree or another one than ours.
    """
    if engine not in WITH_TOOLKIT:
        return {}
    try:
        field = np.random.default_rng(0).permutation(np.arange(30.0)).reshape(5, 6)
        ttk_basins(field, "freudenthal", run=toolkit.run)
        return toolkit.versions()
    except EngineError as error:
        raise UserError(f"topology.engine is {engine}, but {error}") from error


def tree_of(
    read: Read,
    shape: tuple[int, ...],
    representation: str,
    topology: TopologySpec,
    *,
    negate: bool = False,
    group: Group | None = None,
    blocks: Blocks | None = None,
    submit: Submit | None = None,
    volumes: bool = True,
    write: Write | None = None,
    threads: int = 1,
) -> MergeTree | None:
    """Return the merge tree of a landscape on the root of the group, None on its other ranks.

    Parameters
    ----------
    read, shape
        The function that returns the field on a box; the number of points along each axis.
    representation
        One of :data:`landsweep.kernels.geometry.connectivity.REPRESENTATIONS`.
    topology
        The study's section ``topology``, for ``k``, ``mutual`` and ``engine``.
    negate
        Whether to take superlevel sets.
    group, blocks
        The ranks that work together, and the blocks that they work on, with the grid's periodic axes; by default one
        process, one block, and no periodic axis. The graph of ``knn`` is not cut into blocks: the root computes its
        tree.
    submit
        The function that submits tasks, where these work on the blocks instead of a group: see
        :mod:`landsweep.distributed.reduction_tasks`.
    volumes, write, threads
        As :class:`landsweep.distributed.reduction.BlockedField`.

    Raises
    ------
    ValueError
        On every rank, for a field without a finite value.
    UserError
        For periodic axes with ``knn`` or another engine than the native one.
    EngineError
        On every rank, where another engine than ours fails on one.
    """
    group = Alone() if group is None else group
    blocks = Blocks(shape, shape) if blocks is None else blocks
    if blocks.periodic and (text := refusal((representation,), topology.engine)):
        raise UserError(f"{text}.")
    engine = make_engine(topology.engine)
    if representation == "knn":
        graph_engine = graph_basins if engine is grid_basins else partial(ttk_graph_basins, run=toolkit.run)
        return _on_root(group, lambda: _knn_tree(read, shape, topology, negate, volumes, write, graph_engine))
    connectivity = ON_A_GRID.get(representation, representation)
    if len(blocks) == 1 and engine is grid_basins:
        tree = _on_root(group, lambda: _whole_tree(read, blocks, connectivity, negate, volumes, write, threads))
        return None if tree is None else replace(tree, connectivity=representation)
    field = BlockedField(read, blocks, connectivity, negate, volumes, engine, threads, write)
    reduced = reduced_merge_tree(field, group) if submit is None else submit_merge_tree(submit, field).result()
    return None if reduced is None else replace(reduced, connectivity=representation)


def _on_root(group: Group, work: Callable[[], MergeTree]) -> MergeTree | None:
    """Return on the root what ``work`` returns there; every rank learns how it fails, and does not wait for it."""
    return agreed(group, lambda: work() if group.rank == 0 else None)


def _whole_tree(
    read: Read,
    blocks: Blocks,
    connectivity: str,
    negate: bool,
    volumes: bool,
    write: Write | None,
    threads: int,
) -> MergeTree:
    """Return the tree of a field that is one block, which is read once because none of its basins crosses a border."""
    box, periodic = blocks.owned(0), blocks.periodic
    if write is None:
        return merge_tree(read(box), connectivity, negate=negate, volumes=volumes, threads=threads, periodic=periodic)
    tree, found = segmentation(read(box), connectivity, negate=negate, threads=threads, periodic=periodic)
    write(box, found.basin, found.arc)
    return tree


def knn_graph(read: Read, shape: tuple[int, ...], topology: TopologySpec) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of a grid's points, and the edges of ``knn`` over them."""
    values = np.asanyarray(read(tuple(slice(0, n) for n in shape))).reshape(-1)  # a mask is kept
    if len(values) == 1:
        return values, NO_EDGES
    return values, knn_edges_of(shape, min(topology.k, len(values) - 1), topology.mutual)


@lru_cache(maxsize=32)
def knn_edges_of(shape: tuple[int, ...], k: int, mutual: bool) -> np.ndarray:
    """Return the edges of ``knn`` over the points of a grid at unit spacing; they are kept for the next landscape."""
    from landsweep.kernels.geometry.graphs import grid_edges

    return grid_edges("knn", shape, k=k, mutual=mutual)


def _knn_tree(
    read: Read,
    shape: tuple[int, ...],
    topology: TopologySpec,
    negate: bool,
    volumes: bool,
    write: Write | None,
    engine: GraphEngine,
) -> MergeTree:
    box = tuple(slice(0, n) for n in shape)
    values, near = knn_graph(read, shape, topology)
    if write is None:
        tree = graph_merge_tree(values, near, negate=negate, volumes=volumes, engine=engine, shape=shape)
    else:
        tree, found = graph_segmentation(values, near, negate=negate, engine=engine, shape=shape)
        write(box, found.basin.reshape(shape), found.arc.reshape(shape))
    return replace(tree, connectivity="knn")
