"""A stand-in for the Topology ToolKit's Python package, which conda alone has: FTM's join tree, by brute force.

It has the manners of a real one (1.2 of 2024-03 with VTK 9.1): two threads, a greatest vertex that is a saddle and a
graph of several components end the process; a grid one point thick along its fastest axis gets the other diagonal; NaN
is overwritten in the caller's array; ids have 32 bits and scalars single precision; errors are printed, to where the
process prints, and not raised. What it cannot know of the real one it does not show.

``FAKE_TTK`` makes more happen: words with commas between them, ``import``, ``missing`` and ``exit``, and ``kill``,
``abort``, ``hang``, ``other`` or ``nothing`` with ``:RANK/COUNT``: where that is the rank of the first of that many
vertices; ``*`` is any.
"""

import atexit
import itertools
import os
import signal
import time

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkUnstructuredGrid

WORDS = os.environ.get("FAKE_TTK", "").split(",")
if "missing" in WORDS:
    raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")


def die(number=signal.SIGSEGV):
    os.kill(os.getpid(), number)
    time.sleep(60)


if "import" in WORDS:
    die()
if "exit" in WORDS:
    atexit.register(die)


def says(text):
    os.write(1, f"\x1b[33m[MergeTree]\x1b[0m {text}\n".encode())


def asked(what, ranks):
    first, count = int(ranks[0]), len(ranks)
    return any(f"{what}:{a}/{b}" in WORDS for a in (first, "*") for b in (count, "*"))


def edges_of(data, other):
    if isinstance(data, vtkUnstructuredGrid):
        return vtk_to_numpy(data.GetCells().GetConnectivityArray()).reshape(-1, 2)
    shape = tuple(n for n in data.GetDimensions()[::-1] if n > 1)  # and so its fastest axis is another one
    at = np.stack(np.unravel_index(np.arange(int(np.prod(shape))), shape), axis=1)
    found = []
    for step in itertools.product(*[(0, 1)] * (len(shape) - 1), (0, 1 if other else -1)):
        to = at + step
        there = ((to >= 0) & (to < shape)).all(axis=1) & any(step)
        found.append(np.stack([np.flatnonzero(there), np.ravel_multi_index(to[there].T, shape)], axis=1))
    return np.concatenate(found)


def join_tree(ranks, edges):
    """Return nodes (vertex, type), arcs (up, down) as indices of nodes, and the arc of every vertex."""
    lower = [[] for _ in ranks]
    for a, b in edges.tolist():
        if a != b:
            lower[a if ranks[a] > ranks[b] else b].append(b if ranks[a] > ranks[b] else a)
    parent = list(range(len(ranks)))
    top, nodes, arcs, segment = {}, [], [], np.full(len(ranks), -1, np.int32)

    def find(v):
        while parent[v] != v:
            parent[v] = v = parent[parent[v]]
        return v

    def node(vertex, kind):
        nodes.append((vertex, kind))
        arcs.append([-1, len(nodes) - 1])
        return len(arcs) - 1

    order = np.argsort(ranks).tolist()
    for v in order:
        roots = sorted({find(u) for u in lower[v]})
        if not roots:
            top[v] = node(v, 0)
        elif len(roots) == 1:
            top[v] = top[roots[0]]
        else:
            top[v] = node(v, 1 if len(roots) == 2 else 4)
            for root in roots:
                arcs[top[root]][0] = len(nodes) - 1
        for root in roots:
            parent[root] = v
        segment[v] = top[v]
    last = order[-1]
    if nodes[-1][0] == last and nodes[-1][1]:
        says("JT not a tree!")
        die()
    if sum(find(v) == v for v in range(len(ranks))) > 1:
        die()
    if len(order) == 1:
        return nodes, [], np.zeros(1, np.int32)
    nodes.append((last, 3))
    arcs[top[last]][0] = len(nodes) - 1
    return nodes, arcs, segment


class ttkMergeTree:  # the names are the toolkit's
    def __init__(self):
        self.set = {}

    def __getattr__(self, name):
        if not name.startswith("Set"):
            raise AttributeError(name)
        return lambda *values: self.set.update({name[3:]: values})

    def Update(self):
        data = self.set["InputData"][0]
        ranks = vtk_to_numpy(data.GetPointData().GetArray(self.set["InputArrayToProcess"][4]))
        ranks[np.isnan(ranks)] = 0
        says(f"{len(ranks)} vertices")
        if self.set["ThreadNumber"] != (1,) or self.set["UseAllCores"] != (False,):
            die()
        for what, number in (("kill", signal.SIGSEGV), ("abort", signal.SIGABRT)):
            if asked(what, ranks):
                die(number)
        if asked("hang", ranks):
            time.sleep(600)
        nodes, arcs, segment = join_tree(ranks, edges_of(data, asked("other", ranks)))
        ids = np.random.default_rng(0).permutation(len(nodes)).astype(np.int32)
        self.out = [vtkUnstructuredGrid(), vtkUnstructuredGrid(), type(data)()]
        self.out[2].ShallowCopy(data)
        if asked("nothing", ranks):
            says("no critical points")
            return
        vertex, kind = np.array(nodes, np.int32).T
        up, down = np.array(arcs, np.int32).reshape(-1, 2).T
        for port, name, values in [
            (self.out[0].GetPointData(), "NodeId", ids),
            (self.out[0].GetPointData(), "VertexId", vertex),
            (self.out[0].GetPointData(), "Scalar", ranks[vertex].astype(np.float32)),
            (self.out[0].GetPointData(), "CriticalType", kind),
            (self.out[1].GetCellData(), "upNodeId", ids[up]),
            (self.out[1].GetCellData(), "downNodeId", ids[down]),
            (self.out[1].GetCellData(), "SegmentationId", np.arange(len(up), dtype=np.int32)),
            (self.out[2].GetPointData(), "SegmentationId", segment),
        ]:
            array = numpy_to_vtk(np.ascontiguousarray(values), deep=True)
            array.SetName(name)
            port.AddArray(array)

    def GetOutputDataObject(self, port):
        return self.out[port]


assert vtkImageData
