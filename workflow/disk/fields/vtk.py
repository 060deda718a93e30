"""VTK image files (.vti), by VTK itself, which is an optional dependency."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.fields.stored import Stored, choose, readable
from landsweep.kernels.geometry.blocks import Box

SUFFIX = ".vti"
GHOSTS = "vtkGhostType"
HIDDEN = {"point": 2, "cell": 32}
"""The bit of :data:`GHOSTS` that says that a point or a cell is blanked (vtkDataSetAttributes)."""
EXACT = "coordinate_"
"""Arrays of field data begin so that hold the coordinates to the last bit, where origin and spacing round them."""
END = b"</VTKFile>"


def open_vtk(path: Path, array: str | None) -> Stored:
    """Open an array of a VTK image; what its ghost array hides is masked.

    VTK stores x fastest, so the axes here are z, y, x; axes of one point are left out.
    """
    if find_spec("vtkmodules") is None:
        raise UserError(f"{path} needs VTK, which is not installed here: pip install 'landsweep[vtk]'.")
    with path.open("rb") as file:  # VTK reads a file that was cut as if memory's leftovers were in it
        file.seek(max(0, path.stat().st_size - 1024))
        if END not in file.read():
            raise UserError(f"{path} cannot be read (its end is missing), expected a whole VTK image file.")
    extent, found = readable(path, lambda: arrays(path))
    name = choose(path, found, array)
    where, components, dtype = found[name]
    if components != 1:
        raise UserError(f"{path}:{name} has no order: got {components} components a point, expected one.")
    sides = [
        (low, high + (where == "point" or low == high)) for low, high in zip(extent[::2], extent[1::2], strict=True)
    ]
    kept = [k for k in (2, 1, 0) if sides[k][1] - sides[k][0] != 1] or [0]

    def read(box: Box) -> np.ndarray:
        wanted = list(sides)
        for k, part in zip(kept, box, strict=True):
            start, stop, _ = part.indices(sides[k][1] - sides[k][0])
            wanted[k] = sides[k][0] + start, sides[k][0] + stop
        found = readable(path, lambda: _read(path, name, where, wanted, extent))
        return found.reshape([wanted[k][1] - wanted[k][0] for k in kept])

    axes = ", ".join("xyz"[k] for k in kept)
    return Stored(
        f"{path.name}:{name}",
        tuple(sides[k][1] - sides[k][0] for k in kept),
        dtype,
        read,
        notes=(
            f"axes are {axes}, as VTK stores x fastest" + ("; values are those of cells" if where == "cell" else ""),
        ),
    )


@contextmanager
def _errors() -> Iterator[None]:
    """Raise what VTK would print: its readers go on after errors, with what memory holds."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

    before, verbosity, said = (
        vtkOutputWindow.GetInstance(),
        vtkLogger.GetCurrentVerbosityCutoff(),
        vtkStringOutputWindow(),
    )
    vtkOutputWindow.SetInstance(said)
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield
    finally:
        vtkOutputWindow.SetInstance(before)
        vtkLogger.SetStderrVerbosity(verbosity)
    if "ERROR" in (text := said.GetOutput()):
        raise ValueError(" ".join(text.split("):", 1)[-1].split()).rstrip(".")[:160])


def _reader(path: Path) -> Any:
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader

    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    return reader


def arrays(path: Path) -> tuple[tuple[int, ...], dict[str, tuple[str, int, np.dtype]]]:
    """Return the extent of the image, and where each array of numbers is, its number of components and its dtype."""
    from vtkmodules.util.numpy_support import get_numpy_array_type
    from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline as Pipeline

    with _errors():
        reader = _reader(path)
        extent = tuple(reader.GetOutputInformation(0).Get(Pipeline.WHOLE_EXTENT()))
        low = extent[::2]
        if any(b < a for a, b in zip(low, extent[1::2], strict=True)):
            raise ValueError(f"its extent {extent} holds no point")
        reader.UpdateExtent([n for a, b in zip(low, extent[1::2], strict=True) for n in (a, min(a + 1, b))])
        image, found = reader.GetOutput(), {}
        for where, data in (("cell", image.GetCellData()), ("point", image.GetPointData())):
            for k in range(data.GetNumberOfArrays()):
                array = data.GetArray(k)
                if array is not None and array.GetName() != GHOSTS:
                    kind = np.dtype(get_numpy_array_type(array.GetDataType()))
                    found[array.GetName() or f"{where} array {k}"] = where, array.GetNumberOfComponents(), kind
        return extent, found


def geometry(path: Path, where: str) -> tuple[np.ndarray, ...]:
    """Return the coordinates of points, or of the middles of cells, along x, y and z, without axes of one point.

    They are those of the field data ``coordinate_0``, ... where these agree with origin and spacing, which round them.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline as Pipeline

    with _errors():
        reader = _reader(path)
        information = reader.GetOutputInformation(0)
        extent = information.Get(Pipeline.WHOLE_EXTENT())
        lows = extent[::2]
        reader.UpdateExtent([n for low in lows for n in (low, low)])
        image = reader.GetOutput()
        origin, spacing, data = image.GetOrigin(), image.GetSpacing(), image.GetFieldData()
        counts = [b - a + (where == "point" or a == b) for a, b in zip(lows, extent[1::2], strict=True)]
        found = []
        for k, n in enumerate(counts):
            if n == 1:
                continue
            shift = lows[k] + (0.0 if where == "point" else 0.5)
            axis = origin[k] + spacing[k] * (np.arange(n) + shift)
            exact = data.GetArray(f"{EXACT}{k}")
            if where == "point" and exact is not None and exact.GetNumberOfTuples() == n:
                exact = np.array(vtk_to_numpy(exact), np.float64)
                axis = exact if np.allclose(exact, axis, rtol=1e-9, atol=1e-9 * abs(spacing[k]) * n) else axis
            found.append(axis)
        if not found:  # a single point
            found.append(np.array([origin[0] + spacing[0] * lows[0]]))
        return tuple(found)


def _read(path: Path, name: str, where: str, wanted: list[tuple[int, int]], extent: tuple[int, ...]) -> np.ndarray:
    """Return the array (z, y, x) on the half-open ranges of x, y and z that are wanted."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    with _errors():
        reader = _reader(path)
        more = 1 if where == "cell" else 0
        ends = zip(wanted, extent[1::2], strict=True)
        reader.UpdateExtent([n for (a, b), last in ends for n in (a, min(b - 1 + more, last))])
        image = reader.GetOutput()
        data = image.GetCellData() if where == "cell" else image.GetPointData()
        given = image.GetExtent()
        shape = [max(1, b - a + 1 - more) for a, b in zip(given[::2], given[1::2], strict=True)][::-1]
        part = tuple(slice(a - low, b - low) for (a, b), low in zip(wanted, given[::2], strict=True))[::-1]
        if (array := data.GetArray(name)) is None:
            raise ValueError("VTK finds fewer numbers in it than its extent asks for")
        values = np.array(vtk_to_numpy(array).reshape(shape)[part])
        ghosts = data.GetArray(GHOSTS)
        if ghosts is None:
            return values
        hidden = vtk_to_numpy(ghosts).reshape(shape)[part] & HIDDEN[where] != 0
        return np.ma.masked_array(values, hidden) if hidden.any() else values
