"""The process in which the Topology ToolKit runs; :mod:`landsweep.distributed.toolkit` starts it and feeds it.

It imports nothing of landsweep. A message is a line of JSON, then the bytes of the arrays that the line names.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

IGNORED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
"""Launchers and terminals send these to all processes of a run; this one ends when the rank that feeds it does."""


def prepare(parent: int) -> None:
    """Let this process outlive signals but not its parent, leave no core file, and go first where memory runs out."""
    for name in IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    with contextlib.suppress(OSError, AttributeError):  # Linux; elsewhere it ends at the end of its input
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def versions() -> dict[str, str]:
    """Return the versions of the toolkit, as far as its installation tells them, and of VTK."""
    import topologytoolkit as ttk
    from vtkmodules.vtkCommonCore import vtkVersion

    found = getattr(ttk, "__version__", "")  # its source gives it none; conda keeps the version beside the package
    for path in sorted(Path(sys.prefix, "conda-meta").glob("topologytoolkit-*.json")):
        found = found or str(json.loads(path.read_text()).get("version", ""))
    with contextlib.suppress(metadata.PackageNotFoundError):
        found = found or metadata.version("topologytoolkit")
    return {"ttk": found or "of unknown version", "vtk": str(vtkVersion.GetVTKVersion())}


def image(ranks: np.ndarray, shape: tuple[int, ...]) -> Any:
    """Return a grid as VTK's image: the last axis is x, which runs fastest. It shares its memory with ``ranks``."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    data = vtkImageData()
    data.SetDimensions(*(*shape[::-1], 1, 1)[:3])
    array = numpy_to_vtk(ranks, deep=False)
    array.SetName("rank")
    data.GetPointData().SetScalars(array)
    return data


def lines(ranks: np.ndarray, edges: np.ndarray) -> Any:
    """Return a graph as VTK's unstructured grid of lines, which shares its memory with ``ranks`` and ``edges``."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import VTK_LINE, vtkCellArray, vtkUnstructuredGrid

    grid, points, cells = vtkUnstructuredGrid(), vtkPoints(), vtkCellArray()
    points.SetData(numpy_to_vtk(np.zeros((len(ranks), 3)), deep=True))
    offsets = numpy_to_vtkIdTypeArray(np.arange(0, 2 * len(edges) + 1, 2), deep=True)
    cells.SetData(offsets, numpy_to_vtkIdTypeArray(edges.reshape(-1), deep=False))
    grid.SetPoints(points)
    grid.SetCells(VTK_LINE, cells)
    array = numpy_to_vtk(ranks, deep=False)
    array.SetName("rank")
    grid.GetPointData().SetScalars(array)
    return grid


def join_tree(data: Any) -> dict[str, np.ndarray]:
    """Return the output of TTK's FTM join tree of a data set with point scalars ``rank``, on one thread.

    Raises
    ------
    ValueError
        Where the filter made none; it says why in what it prints.
    """
    import topologytoolkit as ttk
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
        raise ValueError(f"no {', '.join(missing)}")
    return {key: vtk_to_numpy(array) for key, array in found.items()}


def answer(out: BinaryIO, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write a message."""
    named = {name: (array.dtype.str, array.shape) for name, array in arrays.items()}
    out.write(json.dumps({**head, "arrays": named}).encode() + b"\n")
    for array in arrays.values():
        out.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    out.flush()


def received(source: BinaryIO) -> dict[str, Any] | None:
    """Return the next message with its arrays by name, None at the end."""
    line = source.readline()
    if not line:
        return None
    head: dict[str, Any] = json.loads(line)
    for name, (dtype, shape) in head.pop("arrays").items():
        array = np.empty(shape, dtype)
        view = memoryview(array.reshape(-1).view(np.uint8).data)
        while view:
            count = source.readinto(view)  # type: ignore[attr-defined]  # a buffered reader has it
            if not count:
                return None
            view = view[count:]
        head[name] = array
    return head


def main() -> None:
    """Say the versions, then answer calls until the input ends."""
    prepare(int(sys.argv[1]))
    source, out = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    try:
        found = versions()
    except Exception as error:  # whatever an installation raises
        answer(out, {"error": f"{type(error).__name__}: {error}"}, {})
        return
    answer(out, {"versions": found}, {})
    while (call := received(source)) is not None:
        try:
            ranks = call["ranks"]  # alive until the filter is done, as the data set points into it
            data = lines(ranks, call["edges"]) if "edges" in call else image(ranks, tuple(call["shape"]))
            head, arrays = {}, join_tree(data)
        except Exception as error:  # such as a method that another version lacks
            head, arrays = {"error": f"{type(error).__name__}: {error}"}, {}
        answer(out, head, arrays)


if __name__ == "__main__":
    main()
