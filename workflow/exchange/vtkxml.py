"""VTK's XML files, written without VTK: images and unstructured grids, with numbers as they are in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from landsweep.disk.rundir import atomic

TYPES = {"f4": "Float32", "f8": "Float64", "i4": "Int32", "i8": "Int64", "u1": "UInt8"}
"""The keys are dtypes, the values their names in VTK."""
LINE = 3
"""The type of a cell that joins two points."""
Arrays = Mapping[str, np.ndarray]
"""Arrays by their names: one number a point, or several along the last axis."""


class _File:
    """The text of a file, and the numbers that its text points to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._blocks: list[np.ndarray] = []
        self._offset = 0

    def section(self, name: str, arrays: Arrays, *, whole: bool = False) -> None:
        """Add the arrays of a section; those of field data belong to the ``whole``, not to points or cells."""
        self.lines.append(f"<{name}>")
        for key, array in arrays.items():
            values = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            components = values.shape[1] if values.ndim == 2 else 1
            count = f' NumberOfTuples="{len(values)}"' if whole else ""
            self.lines.append(
                f'<DataArray type="{TYPES[values.dtype.str[1:]]}" Name={quoteattr(key)} '
                f'NumberOfComponents="{components}"{count} format="appended" offset="{self._offset}"/>'
            )
            self._blocks.append(values)
            self._offset += 8 + values.nbytes
        self.lines.append(f"</{name}>")

    def write(self, path: Path, kind: str) -> None:
        """Write the file, which appears when it is whole."""
        head = f'<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
        text = "\n".join(['<?xml version="1.0"?>', head, *self.lines, '<AppendedData encoding="raw">', "_"])
        with atomic(path) as partial, partial.open("wb") as file:
            file.write(text.encode())
            for block in self._blocks:
                file.write(np.uint64(block.nbytes).astype("<u8").tobytes())
                file.write(block.tobytes())
            file.write(b"\n</AppendedData>\n</VTKFile>\n")


def write_image(path: Path, axes: Sequence[np.ndarray], points: Arrays, exact: str = "coordinate_") -> None:
    """Write an image (``.vti``) of up to three axes.

    Parameters
    ----------
    path
        The file.
    axes
        The evenly spaced coordinates along x, y and z.
    points
        Arrays of shape ``(x, y, z)``, or ``(x, y, z, components)``.
    exact
        The coordinates are also field data whose names begin so, because origin and spacing round them.
    """
    d = len(axes)
    counts = [len(axis) for axis in axes] + [1] * (3 - d)
    origin = [float(axis[0]) for axis in axes] + [0.0] * (3 - d)
    spacing = [float((a[-1] - a[0]) / (len(a) - 1)) if len(a) > 1 else 1.0 for a in axes] + [1.0] * (3 - d)
    extent = " ".join(f"0 {n - 1}" for n in counts)
    file = _File()
    file.lines.append(f'<ImageData WholeExtent="{extent}" Origin="{_row(origin)}" Spacing="{_row(spacing)}">')
    file.section("FieldData", {f"{exact}{k}": np.asarray(axis, np.float64) for k, axis in enumerate(axes)}, whole=True)
    file.lines.append(f'<Piece Extent="{extent}">')
    file.section("PointData", {name: _x_fastest(array, d) for name, array in points.items()})
    file.lines.append("</Piece>\n</ImageData>")
    file.write(path, "ImageData")


def write_lines(path: Path, positions: np.ndarray, lines: np.ndarray, points: Arrays, cells: Arrays) -> None:
    """Write points that are joined by lines (``.vtu``).

    Parameters
    ----------
    path
        The file.
    positions
        ``(n, 3)`` where the points lie.
    lines
        ``(m, 2)`` the points that each line joins.
    points, cells
        Arrays over the points, and over the lines.
    """
    file = _File()
    file.lines.append(f'<UnstructuredGrid>\n<Piece NumberOfPoints="{len(positions)}" NumberOfCells="{len(lines)}">')
    file.section("PointData", points)
    file.section("CellData", cells)
    file.section("Points", {"Points": np.asarray(positions, np.float64).reshape(-1, 3)})
    file.section(
        "Cells",
        {
            "connectivity": np.asarray(lines, np.int64).reshape(-1),
            "offsets": 2 * np.arange(1, len(lines) + 1, dtype=np.int64),
            "types": np.full(len(lines), LINE, np.uint8),
        },
    )
    file.lines.append("</Piece>\n</UnstructuredGrid>")
    file.write(path, "UnstructuredGrid")


def _row(numbers: Sequence[float]) -> str:
    return " ".join(map(repr, numbers))


def _x_fastest(array: np.ndarray, d: int) -> np.ndarray:
    """Return the values in VTK's order of points; several numbers of one point are the second axis."""
    turned = array.transpose(*reversed(range(d)), *range(d, array.ndim))
    return turned.reshape(-1) if array.ndim == d else turned.reshape(-1, int(np.prod(array.shape[d:])))
