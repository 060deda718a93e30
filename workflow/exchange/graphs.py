"""Merge trees and persistence diagrams as points and lines, with the names that the Topology ToolKit gives them.

The names are those of TTK 1.2's filters Merge Tree and Persistence Diagram (the sources of ttkMergeTree and
ttkPersistenceDiagram).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from landsweep.exchange.vtkxml import write_lines
from landsweep.kernels.topology.nodes import MINIMUM, ROOT, SADDLE
from landsweep.kernels.topology.tree import MergeTree

MAXIMUM = 3
"""TTK's ``CriticalType`` of a maximum; 0 is a minimum, 1 a saddle, 4 a saddle of more than two branches."""


def write_tree(path: Path, tree: MergeTree, places: np.ndarray) -> None:
    """Write a merge tree (``.vtu``): its nodes are points, its arcs lines.

    Parameters
    ----------
    path
        The file.
    tree
        The tree.
    places
        ``(vertices, d)`` the coordinates of the vertices; the first three are where a node lies, ``alpha`` has all.
    """
    order = np.argsort(tree.nodes, kind="stable")  # a vertex may be two nodes: a saddle, and the root above it
    lower = order[np.searchsorted(tree.nodes, tree.arcs[:, 1], sorter=order)]
    upper = _upper_nodes(tree)
    kinds = np.where(tree.node_types == ROOT, MAXIMUM, tree.node_types)
    sized = len(tree.arc_volume) == len(tree.arcs)
    positions = _positions(places[tree.nodes])
    write_lines(
        path,
        positions,
        np.stack([upper, lower], axis=1),
        {
            "NodeId": _ids(np.arange(len(tree.nodes))),
            "Scalar": tree.node_values,
            "VertexId": _ids(tree.nodes),
            "CriticalType": kinds.astype(np.int32),
            "alpha": places[tree.nodes].astype(np.float64),
        },
        {
            "SegmentationId": _ids(np.arange(len(tree.arcs))),
            "upNodeId": _ids(upper),
            "downNodeId": _ids(lower),
            **({"RegionSize": _ids(tree.arc_volume)} if sized else {}),
            "RegionSpan": np.linalg.norm(positions[upper] - positions[lower], axis=1),
            "branch": _ids(tree.arc_branch),
        },
    )


def _upper_nodes(tree: MergeTree) -> np.ndarray:
    """Return ``(a,)`` the node at the upper end of each arc: a saddle's, and of the last arcs that of a root."""
    minima, saddles = len(tree.minima), len(tree.saddles)
    roots = int(np.count_nonzero(tree.node_types == ROOT))
    inner = len(tree.arcs) - roots
    order = np.argsort(tree.saddles, kind="stable")
    at = order[np.searchsorted(tree.saddles, tree.arcs[:inner, 0], sorter=order)] if inner else np.empty(0, np.int64)
    return np.concatenate([minima + at, minima + saddles + np.arange(roots)]).astype(np.int64)


def _ids(numbers: np.ndarray) -> np.ndarray:
    """Return numbers of vertices, nodes or arcs as TTK has them: in 32 bits, where these hold them."""
    small = not len(numbers) or int(numbers.max()) < 2**31
    return numbers.astype(np.int32 if small else np.int64)


def _positions(places: np.ndarray) -> np.ndarray:
    found = np.zeros((len(places), 3))
    found[:, : min(3, places.shape[1])] = places[:, :3]
    return found


def _essential(tree: MergeTree) -> np.ndarray:
    """Return ``(r,)`` the values of the minima that never die, in the order of the roots."""
    return tree.node_values[np.flatnonzero(tree.branch_end < 0)]


def pairs_of(tree: MergeTree, places: np.ndarray) -> pd.DataFrame:
    """Return the persistence pairs as a table: the essential ones first, whose death is infinite.

    Columns are ``birth``, ``death``, ``persistence`` (death - birth), and the coordinates of minimum and saddle,
    ``minimum_alpha_0``, ..., ``saddle_alpha_0``, ..., NaN for the saddle of an essential pair.
    """
    essential = _essential(tree)
    end = -np.inf if tree.negate else np.inf
    ends = np.concatenate([np.stack([essential, np.full(len(essential), end)], axis=1), tree.pair_values])
    minima = np.concatenate([tree.roots, tree.pairs[:, 0]])
    saddles = np.full((len(ends), places.shape[1]), np.nan)
    saddles[len(essential) :] = places[tree.pairs[:, 1]]
    persistence = np.concatenate([np.full(len(essential), np.inf), tree.lifetimes])
    columns = {"birth": ends[:, 0], "death": ends[:, 1], "persistence": persistence}
    for name, at in (("minimum", places[minima]), ("saddle", saddles)):
        columns |= {f"{name}_alpha_{k}": at[:, k] for k in range(places.shape[1])}
    return pd.DataFrame(columns)


def write_diagram(path: Path, tree: MergeTree, places: np.ndarray) -> None:
    """Write a persistence diagram (``.vtu``): a line from (birth, birth) to (birth, death) for each pair.

    An essential pair ends at the greatest finite value of its component, where ``IsFinite`` is 0; so does a pair whose
    saddle is not finite. The last line is the diagonal, whose ``PairIdentifier`` is -1.
    """
    top, values = tree.greatest
    births = _essential(tree)
    birth = np.concatenate([births, tree.pair_values[:, 0]])
    death = np.concatenate([values, tree.pair_values[:, 1]])
    finite = np.concatenate([np.zeros(len(births), bool), np.isfinite(tree.pair_values[:, 1])])
    death = np.where(np.isfinite(death), death, tree.value_range[0 if tree.negate else 1])
    vertices = np.concatenate([np.stack([tree.roots, top], axis=1), tree.pairs])
    count = len(birth)
    positions = np.zeros((count, 2, 3))
    positions[:, 0, :2] = birth[:, None]
    positions[:, 1, :2] = np.stack([birth, death], axis=1)
    kinds = np.tile(np.array([MINIMUM, SADDLE], np.int32), (count, 1))
    kinds[: len(births), 1] = MAXIMUM
    persistence = np.abs(death - birth)
    lines = np.arange(2 * count).reshape(count, 2)
    diagonal = [[0, 2 * int(np.argmax(birth))]]
    write_lines(
        path,
        positions.reshape(-1, 3),
        np.concatenate([lines, diagonal]),
        {
            "ttkVertexScalarField": _ids(vertices.reshape(-1)),
            "CriticalType": kinds.reshape(-1),
            "Coordinates": _positions(places[vertices.reshape(-1)]).astype(np.float32),
        },
        {
            "PairIdentifier": np.append(np.arange(count), -1).astype(np.int32),
            "PairType": np.append(np.zeros(count, np.int32), np.int32(-1)),
            "Persistence": np.append(persistence, 2 * persistence[0]),
            "Birth": np.append(birth, 0.0),
            "IsFinite": np.append(finite, False).astype(np.uint8),
        },
    )
