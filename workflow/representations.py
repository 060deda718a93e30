"""The merge tree of a landscape in one representation, by one engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from landsweep.errors import UserError
from landsweep.executors.group import Alone, Group
from landsweep.kernels.basins import grid_basins
from landsweep.kernels.blocks import Blocks
from landsweep.kernels.tree import MergeTree
from landsweep.reduction import Engine, Read, Write, reduced_merge_tree

if TYPE_CHECKING:
    from landsweep.study import Topology

ON_A_GRID = {"delaunay": "freudenthal", "gabriel": "face"}
"""What a triangulation of the points of a grid is: its diagonal is fixed, and Gabriel's graph leaves it out."""

Edges = Callable[[], np.ndarray]


def make_engine(name: str) -> Engine:
    """Return the engine of a study's ``topology.engine``.

    Raises
    ------
    UserError
        Where TTK is asked for and missing.
    """
    from landsweep.kernels import ttk

    if name == "native" or (name == "auto" and not ttk.available()):
        return grid_basins
    if not ttk.available():
        raise UserError(
            f"topology.engine is ttk, but the Topology ToolKit cannot be imported: install it with `{ttk.INSTALL}`, or "
            "use native, whose result is the same."
        )
    return ttk.ttk_basins


def tree_of(
    read: Read,
    shape: tuple[int, ...],
    representation: str,
    topology: Topology,
    *,
    negate: bool = False,
    group: Group | None = None,
    blocks: Blocks | None = None,
    edges: Edges | None = None,
    write: Write | None = None,
    threads: int = 1,
) -> MergeTree | None:
    """Return the merge tree of a landscape on the root of the group, None on its other ranks.

    Parameters
    ----------
    read, shape
        Returns the field on a box; points per axis.
    representation
        One of :data:`landsweep.kernels.connectivity.REPRESENTATIONS`.
    topology
        The study's section: k, mutual, engine.
    negate
        Take superlevel sets.
    group, blocks
        Who works together, and on which blocks; one process and one block where they are not given.
    edges
        Returns the edges of ``knn``, where the caller keeps them for several landscapes. That graph is not cut into
        blocks: the root computes its tree.
    write, threads
        As :func:`landsweep.reduction.reduced_merge_tree`.

    Raises
    ------
    ValueError
        For a field without a finite value.
    UserError
        As :func:`make_engine` raises.
    """
    group = Alone() if group is None else group
    blocks = Blocks(shape, shape) if blocks is None else blocks
    engine = make_engine(topology.engine)
    if representation == "knn":
        return _knn_tree(read, shape, topology, negate, edges, write) if group.rank == 0 else None
    tree = reduced_merge_tree(
        read,
        blocks,
        group,
        ON_A_GRID.get(representation, representation),
        negate=negate,
        volumes=True,
        engine=engine,
        threads=threads,
        write=write,
    )
    return None if tree is None else replace(tree, connectivity=representation)


def knn_edges_of(shape: tuple[int, ...], topology: Topology) -> np.ndarray:
    """Return the edges of ``knn`` over the points of a grid, at unit spacing."""
    from landsweep.kernels.graphs import grid_edges

    return grid_edges("knn", shape, k=topology.k, mutual=topology.mutual)


def _knn_tree(
    read: Read, shape: tuple[int, ...], topology: Topology, negate: bool, edges: Edges | None, write: Write | None
) -> MergeTree:
    from landsweep.kernels.topology import graph_merge_tree, graph_segmentation

    box = tuple(slice(0, n) for n in shape)
    values = np.asarray(read(box)).reshape(-1)
    near = edges() if edges is not None else knn_edges_of(shape, topology)
    if write is None:
        tree = graph_merge_tree(values, near, negate=negate, volumes=True)
    else:
        tree, found = graph_segmentation(values, near, negate=negate)
        write(box, found.basin.reshape(shape), found.arc.reshape(shape))
    return replace(tree, connectivity="knn", shape=shape)
