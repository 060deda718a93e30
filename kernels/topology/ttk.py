"""The Topology ToolKit as an engine: its FTM merge tree of a block, turned into the same basins as the native engine's.

The function that calls the filter is short; everything that can be tested without the toolkit is in
:func:`basins_of_tree` (Gueunet et al. 2019, FTM; Tierny et al. 2018, TTK). The toolkit gets the rank of each vertex in
the order (value, index) instead of its value, so that its treatment of NaN, infinities, ties and single precision does
not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.geometry.order import ascending
from landsweep.kernels.geometry.stencil import id_type
from landsweep.kernels.topology.basin_graph import block_graph, contract
from landsweep.kernels.topology.basins import Basins, graph_basins, grid_basins
from landsweep.kernels.topology.nodes import DEGENERATE, MINIMUM, SADDLE

INSTALL = "conda install -c conda-forge 'topologytoolkit=*=no_paraview*'"
"""This command installs the Topology ToolKit; its default variant would bring ParaView and Qt."""


class EngineError(ValueError):
    """The toolkit gave no tree, or one that is not the field's; a ValueError, so that all ranks of a group get it."""


def available() -> bool:
    """Return whether the toolkit can be imported."""
    try:
        import topologytoolkit  # noqa: F401
    except ImportError:
        return False
    return True


def basins_of_tree(raw: Mapping[str, np.ndarray]) -> Basins:
    """Return basins whose graph has the components of a join tree from TTK's ``ttkMergeTree``.

    Every saddle joins one minimum from below each of its lower arcs. A vertex belongs to a minimum below its arc, with
    which it is connected at its own level. This need not be the minimum in which its steepest descent ends, but it is
    all that a union of blocks needs.

    Parameters
    ----------
    raw
        Output arrays of the filter (join tree, FTM, segmentation on): ``node_id``, ``node_vertex_id``,
        ``node_critical_type`` per node; ``arc_up_node_id``, ``arc_down_node_id``, ``arc_segmentation_id`` per arc;
        ``vertex_segmentation_id`` per vertex.

    Raises
    ------
    ValueError
        Where the arrays do not describe a tree.
    """
    ids, vertex, kind = (np.asarray(raw[f"node_{n}"]).astype(np.int64) for n in ("id", "vertex_id", "critical_type"))
    up, down = (np.asarray(raw[f"arc_{n}_node_id"]).astype(np.int64) for n in ("up", "down"))
    segment, owner = (np.asarray(raw[f"{n}_segmentation_id"]).astype(np.int64) for n in ("arc", "vertex"))
    if len(up) != len(ids) - 1 or not len(ids):
        raise ValueError(f"TTK gave no tree: got {len(ids)} nodes, {len(up)} arcs, expected one arc fewer than nodes.")
    place = np.full(ids.max() + 1, -1)
    place[ids] = np.arange(len(ids))
    up, down = place[up], place[down]
    minima = np.sort(vertex[kind == MINIMUM])
    below = np.full(len(ids), -1)  # a minimum from under each node
    below[kind == MINIMUM] = np.searchsorted(minima, vertex[kind == MINIMUM])
    arcs = np.argsort(up, kind="stable")
    starts = np.searchsorted(up[arcs], np.arange(len(ids) + 1))
    for node in _upwards(up, down, len(ids)):
        under = arcs[starts[node] : starts[node + 1]]
        if len(under):
            below[node] = below[down[under[0]]]
    joins = np.flatnonzero((kind == SADDLE) | (kind == DEGENERATE))
    first = np.repeat(starts[joins], starts[joins + 1] - starts[joins] - 1)
    other = np.concatenate([arcs[starts[n] + 1 : starts[n + 1]] for n in joins]) if len(joins) else arcs[:0]
    ends = np.stack([below[down[arcs[first]]], below[down[other]]])
    of_arc = np.full(max(segment.max(initial=-1), owner.max(initial=-1)) + 1, -1)
    of_arc[segment] = below[down]
    label = np.where(owner < 0, -1, of_arc[owner]) if len(segment) else np.zeros(len(owner), np.int64)
    if (label < 0).any() or (below < 0).any():
        raise ValueError("TTK gave an incomplete tree: got vertices in no arc, expected each vertex in one.")
    size = id_type(len(owner))
    return Basins(minima, ~label.astype(size), ends.astype(size), vertex[up[other]].astype(size))


def _upwards(up: np.ndarray, down: np.ndarray, count: int) -> list[int]:
    """Return the nodes, each after all nodes below it."""
    waiting = np.bincount(up, minlength=count)
    parent = np.full(count, -1)
    parent[down] = up
    order = np.flatnonzero(waiting == 0).tolist()
    for node in order:
        above = parent[node]
        if above >= 0:
            waiting[above] -= 1
            if not waiting[above]:
                order.append(int(above))
    return order


def ttk_basins(values: np.ndarray, connectivity: str, threads: int = 1) -> Basins:
    """Return the basins of a block by TTK where it can make them, by the native engine otherwise.

    TTK can make them for Freudenthal's triangulation of 2-D and 3-D grids. In one dimension the greatest vertex may be
    a saddle, at which TTK's FTM crashes, and on a grid one point thick along its last axis TTK mirrors the other
    diagonal. Parameters are those of :func:`landsweep.kernels.topology.basins.grid_basins`; ``threads`` are for the
    native engine, because with two of them TTK crashes now and then.

    Raises
    ------
    ImportError
        Where TTK is not installed.
    EngineError
        Where its filter made no tree, or its merges are not those of the native engine, which are always computed too
        (in 2 to 8 % of the time).
    """
    native = grid_basins(values, connectivity, threads)
    thick = sum(n > 1 for n in values.shape) in (2, 3) and values.shape[-1] > 1
    if connectivity != "freudenthal" or not thick or values.ndim > 3:
        return native
    ranks = _ranks(values.reshape(-1))
    basins = _checked(run_filter(_image(ranks, values.shape)))
    _same_merges(ranks, basins, native)
    return basins


def ttk_graph_basins(values: np.ndarray, edges: np.ndarray) -> Basins:
    """Return the basins of a graph by TTK, as line cells; parameters as of ``graph_basins``, errors as above.

    FTM needs a connected input and a greatest vertex that is no saddle. So one more vertex above all others joins the
    components, and another one above it is the greatest. What these two add is dropped again.
    """
    n = len(values)
    top = np.append(np.stack([np.arange(n), np.full(n, n)], axis=1), [[n, n + 1]], axis=0)
    ranks = np.append(_ranks(values), [float(n), float(n + 1)])
    basins = _checked(run_filter(_lines(ranks, np.concatenate([edges, top]))))
    real = basins.upper < n
    found = Basins(basins.minima, basins.label[:n], np.ascontiguousarray(basins.ends[:, real]), basins.upper[real])
    _same_merges(ranks[:n], found, graph_basins(values, np.ascontiguousarray(edges, np.int64)))
    return found


def _ranks(values: np.ndarray) -> np.ndarray:
    ranks = np.empty(values.size)
    ranks[ascending(values, np.arange(values.size))] = np.arange(values.size)
    return ranks


def _checked(raw: Mapping[str, np.ndarray]) -> Basins:
    try:
        return basins_of_tree(raw)
    except ValueError as error:
        raise EngineError(f"{error} Its messages are printed above; topology.engine: native needs no TTK.") from error


def _same_merges(ranks: np.ndarray, basins: Basins, native: Basins) -> None:
    """Raise EngineError unless both basins have the same minima, and these end at the same saddles.

    Minima alone are not enough: a tree of another triangulation can have the same ones.
    """
    got, expected = _merges(ranks, basins), _merges(ranks, native)
    if got != expected:
        raise EngineError(
            f"TTK gave another field's tree: got {len(basins.minima)} minima and {len(got - expected)} merges that the "
            f"field has not, expected {len(native.minima)} minima and none; topology.engine: native needs no TTK."
        )


def _merges(ranks: np.ndarray, basins: Basins) -> set[tuple[int, int]]:
    """Return (minimum, saddle) of every basin that ends, and (minimum, -1) of those that do not."""
    whole = Blocks(ranks.shape, ranks.shape)
    _, merges = contract(block_graph(ranks, basins, whole, 0, "face"))
    ends = merges.vertex[merges.ends[0]]
    stay = np.setdiff1d(merges.vertex, ends)
    return {*zip(ends.tolist(), merges.upper.tolist(), strict=True), *((v, -1) for v in stay.tolist())}


def _image(ranks: np.ndarray, shape: tuple[int, ...]) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*(*shape[::-1], 1, 1)[:3])  # the last axis is x, the fastest
    array = numpy_to_vtk(ranks, deep=True)
    array.SetName("rank")
    image.GetPointData().SetScalars(array)
    return image


def _lines(ranks: np.ndarray, edges: np.ndarray) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import VTK_LINE, vtkCellArray, vtkUnstructuredGrid

    grid, points, cells = vtkUnstructuredGrid(), vtkPoints(), vtkCellArray()
    points.SetData(numpy_to_vtk(np.zeros((len(ranks), 3)), deep=True))
    offsets = numpy_to_vtkIdTypeArray(np.arange(0, 2 * len(edges) + 1, 2), deep=True)
    cells.SetData(offsets, numpy_to_vtkIdTypeArray(np.ascontiguousarray(edges, np.int64).reshape(-1), deep=True))
    grid.SetPoints(points)
    grid.SetCells(VTK_LINE, cells)
    array = numpy_to_vtk(ranks, deep=True)
    array.SetName("rank")
    grid.GetPointData().SetScalars(array)
    return grid


def run_filter(data: Any) -> dict[str, np.ndarray]:
    """Return the output arrays of TTK's FTM join tree of a VTK data set with point scalars ``rank``, on one thread."""
    try:
        import topologytoolkit as ttk
    except ImportError as error:
        raise ImportError(
            f"the Topology ToolKit cannot be imported ({error}): install it with `{INSTALL}`, or use topology.engine: "
            "native."
        ) from error
    from vtkmodules.util.numpy_support import vtk_to_numpy

    tree = ttk.ttkMergeTree()
    tree.SetTreeType(0)
    tree.SetBackend(0)
    tree.SetUseAllCores(False)
    tree.SetThreadNumber(1)  # two threads crash on small integer fields, and gain 10 to 20 %
    tree.SetDebugLevel(0)
    tree.SetWithSegmentation(True)
    tree.SetWithAdvStats(False)  # neither these nor normalised ids are read: 7 to 33 % of the time
    tree.SetWithNormalize(False)
    tree.SetInputData(data)
    tree.SetInputArrayToProcess(0, 0, 0, 0, "rank")
    tree.Update()
    nodes, arcs, segmentation = (tree.GetOutputDataObject(i) for i in range(3))
    wanted = [
        ("node_id", nodes.GetPointData(), "NodeId"),
        ("node_vertex_id", nodes.GetPointData(), "VertexId"),
        ("node_critical_type", nodes.GetPointData(), "CriticalType"),
        ("arc_up_node_id", arcs.GetCellData(), "upNodeId"),
        ("arc_down_node_id", arcs.GetCellData(), "downNodeId"),
        ("arc_segmentation_id", arcs.GetCellData(), "SegmentationId"),
        ("vertex_segmentation_id", segmentation.GetPointData(), "SegmentationId"),
    ]
    found = {key: data.GetArray(name) for key, data, name in wanted}
    if missing := [key for key, array in found.items() if array is None]:
        raise EngineError(
            f"TTK made no merge tree: got no {', '.join(missing)}; its messages are printed above; "
            "topology.engine: native needs no TTK."
        )
    return {key: vtk_to_numpy(array).copy() for key, array in found.items()}
