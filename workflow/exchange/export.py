"""``landsweep export``: a landscape, its merge tree or its diagram in the formats of other tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.paths import check_file
from landsweep.base.yamlfile import nearest
from landsweep.disk.lazy import open_dataset
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import atomic
from landsweep.exchange import graphs
from landsweep.exchange.chosen import Chosen, choose_member, open_store
from landsweep.exchange.opening import LOSS, MARK
from landsweep.exchange.vtkxml import write_image

if TYPE_CHECKING:
    import xarray as xr

WHATS = ("landscape", "tree", "diagram")
FORMATS: Mapping[str, tuple[str, ...]] = {
    "npz": ("landscape",),
    "vti": ("landscape",),
    "vtu": ("tree", "diagram"),
    "nc": ("landscape",),
    "csv": ("landscape", "diagram"),
}
"""The keys are the formats, the values what each can hold, its default first."""


@dataclass(frozen=True)
class Export:
    """What is written, and in which format."""

    format: str
    what: str
    fields: tuple[str, ...] = ()
    representation: str | None = None

    @classmethod
    def of(
        cls,
        out: Path,
        format_: str | None = None,
        what: str | None = None,
        fields: tuple[str, ...] = (),
        representation: str | None = None,
    ) -> Export:
        """Return the export that options say, before a run is opened.

        Raises
        ------
        UserError
            For an unknown format, one that cannot hold ``what``, or a file that is there already.
        """
        chosen = (format_ or out.suffix.removeprefix(".")).lower()
        if chosen not in FORMATS:
            what_is = f"--format is {format_!r}" if format_ else f"--out is {str(out)!r}, whose ending names no format"
            raise UserError(f"{what_is}, expected one of {', '.join(FORMATS)}{nearest(chosen, list(FORMATS)) or '.'}")
        able = FORMATS[chosen]
        wanted = what or able[0]
        if wanted not in able:
            others = [name for name, can in FORMATS.items() if wanted in can]
            raise UserError(
                f"--what is {wanted!r}, which {chosen} files do not hold here, expected {' or '.join(able)}"
                + (f", or --format {' or '.join(others)}." if others else f"; there are {', '.join(WHATS)}.")
            )
        if wanted == "landscape" and representation is not None:
            raise UserError(
                f"--representation is {representation!r}, but a landscape has none, expected --what tree or diagram."
            )
        if wanted != "landscape" and fields:
            raise UserError(f"--field is {fields[0]!r}, but a {wanted} is that of the loss, expected --what landscape.")
        check_file("--out", out)
        if out.exists():
            raise UserError(f"--out {out} exists already, expected the name of a new file: remove it, or take another.")
        return cls(chosen, wanted, fields, representation)

    def write(self, run: OpenedRun, member: int | None, at: Sequence[str], out: Path) -> list[str]:
        """Write the file; return lines on what it holds, and on what is good to know of it.

        Raises
        ------
        UserError
            Where no single landscape is chosen, it is not finished, or the format cannot hold it.
        """
        if self.format == "nc" and member is None and not at and len(run.plan.members) > 1:
            return _whole(run, self.fields, out)
        chosen = Chosen(run, choose_member(run, member, at))
        if self.what == "landscape":
            return _LANDSCAPES[self.format](chosen, self.fields, out)
        tree, places = chosen.tree(self.representation)
        if self.format == "csv":
            table = graphs.pairs_of(tree, places)
            _to_csv(table, out)
            return [f"{out}: {_count(len(table), 'pair')} of {tree.connectivity}, {len(tree.roots)} of them essential"]
        (graphs.write_tree if self.what == "tree" else graphs.write_diagram)(out, tree, places)
        of_tree = f"{_count(len(tree.nodes), 'node')}, {_count(len(tree.arcs), 'arc')}"
        size = of_tree if self.what == "tree" else _count(len(tree.pairs), "pair")
        lines = [f"{out}: {self.what} of {tree.connectivity}, {size}"]
        if self.what == "tree" and places.shape[1] > 3:
            lines.append(f"nodes lie at the first 3 of their {places.shape[1]} coordinates; the array alpha has all")
        return lines


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _told(out: Path, fields: Mapping[str, np.ndarray], shape: Sequence[int]) -> list[str]:
    lost = sum(int((~np.isfinite(values)).sum()) for values in fields.values())
    lines = [f"{out}: {', '.join(fields)} on {' x '.join(map(str, shape))} points"]
    are = "values are not finite, and are" if lost > 1 else "value is not finite, and is"
    return lines + [f"{lost} {are} written as {'they are' if lost > 1 else 'it is'}"] * bool(lost)


def _landscaper(chosen: Chosen, fields: Sequence[str], out: Path) -> list[str]:
    """Write what Landscaper loads: ``loss`` and ``coordinates``, whose row i belongs to axis i."""
    axes, shape = chosen.axes, chosen.run.study.grid.shape
    if len(shape) < 2:
        raise UserError(
            "Landscaper's .npz holds landscapes of 2 and more dimensions, got 1, expected another format: csv or nc."
        )
    if len(set(shape)) > 1 or any(not np.array_equal(axis, axes[0]) for axis in axes):
        raise UserError(
            f"Landscaper's .npz holds one list of coordinates for all axes, got {' x '.join(map(str, shape))} points "
            f"over {' x '.join(f'[{a[0]:g}, {a[-1]:g}]' for a in axes)}, expected axes that are alike, or another "
            "format: nc, csv or vti."
        )
    if len(fields) > 1:
        raise UserError(
            f"--field names {', '.join(fields)}, but an .npz of Landscaper holds one, expected one of them."
        )
    (field,) = fields or (LOSS,)
    values = chosen.fields([field])[field]
    if values.ndim > len(shape):
        raise UserError(f"--field is {field!r}, which has several numbers at each point, expected a field with one.")
    with atomic(out) as partial, partial.open("wb") as file:
        # It takes no float32. The third array tells import that these coordinates are right, and Landscaper nothing.
        arrays: dict[str, Any] = {LOSS: values.astype(np.float64), "coordinates": np.stack(axes), MARK: True}
        np.savez(file, **arrays)
    return _told(out, {field: values}, shape)


def _image(chosen: Chosen, fields: Sequence[str], out: Path) -> list[str]:
    axes, shape = chosen.axes, chosen.run.study.grid.shape
    if len(shape) > 3:
        raise UserError(
            f"A .vti image has up to 3 dimensions, the landscape {len(shape)}, expected another format: nc or csv."
        )
    for k, axis in enumerate(axes):
        even = np.linspace(axis[0], axis[-1], len(axis))
        if not np.allclose(axis, even, rtol=0, atol=1e-4 * (axis[-1] - axis[0]) / max(1, len(axis) - 1)):
            raise UserError(
                f"The coordinates along axis {k} are not evenly spaced, as those of a .vti image are, expected another "
                "format: nc or csv."
            )
    found = chosen.fields(fields)
    write_image(out, axes, found)
    return _told(out, found, shape)


def _netcdf(chosen: Chosen, fields: Sequence[str], out: Path) -> list[str]:
    import xarray as xr

    found = chosen.fields(fields)
    dims = [f"alpha_{k}" for k in range(len(chosen.axes))]
    more = ("direction", "direction_")
    unit = chosen.run.study.subspaces[str(chosen.member.coords["subspace"])].unit
    coords: dict[str, Any] = {name: (name, axis, {"units": unit}) for name, axis in zip(dims, chosen.axes, strict=True)}
    dataset = xr.Dataset(
        {name: ((*dims, *more[: values.ndim - len(dims)]), values) for name, values in found.items()},
        coords | dict(chosen.member.coords),
        {"title": f"member {chosen.member.index} of {chosen.run.study.name}"},
    )
    _to_netcdf(dataset, out)
    return _told(out, found, chosen.run.study.grid.shape)


def _whole(run: OpenedRun, fields: Sequence[str], out: Path) -> list[str]:
    """Write the whole hypercube, with all numbers beside it unless fields are named."""
    import json

    landscape = open_store(run)
    for name in fields:
        if name not in landscape.fields:
            known = list(landscape.fields)
            raise UserError(f"--field is {name!r}, expected {', '.join(known)}{nearest(name, known) or '.'}")
    dataset = open_dataset(run.directory.landscape)
    dataset = dataset.set_coords([name for name in dataset.data_vars if str(name).startswith("coordinate_")])
    if fields:
        dataset = dataset.drop_vars([name for name in landscape.fields if name not in fields])
    for attrs in (dataset.attrs, *(variable.attrs for variable in dataset.variables.values())):
        for key, value in list(attrs.items()):
            if (
                isinstance(value, dict | bool)
                or value is None
                or (isinstance(value, list) and not all(isinstance(v, int | float) for v in value))
            ):
                attrs[key] = json.dumps(value)  # NetCDF has no mappings
    _to_netcdf(dataset, out)
    lost = int((dataset["status"].to_numpy() == 0).sum())
    every = len(run.plan.members)
    held = sum(landscape.holds(member.position) for member in run.plan.members)
    many = f"{held} of {every}" if held < every else str(every)
    lines = [f"{out}: {many} landscapes, dimensions {', '.join(map(str, landscape_dims(dataset)))}"]
    return lines + [f"{lost} points are not evaluated yet, and NaN with status 0"] * bool(lost)


def landscape_dims(dataset: xr.Dataset) -> tuple[Any, ...]:
    """Return the dimensions of the hypercube."""
    return dataset["status"].dims


def _to_netcdf(dataset: xr.Dataset, out: Path) -> None:
    if not find_spec("h5netcdf") and not find_spec("netCDF4"):
        raise UserError("NetCDF files need h5netcdf or netCDF4, not installed here: pip install 'landsweep[netcdf]'.")
    with atomic(out) as partial:
        dataset.to_netcdf(partial, engine="h5netcdf" if find_spec("h5netcdf") else "netcdf4")


def _csv(chosen: Chosen, fields: Sequence[str], out: Path) -> list[str]:
    import pandas as pd

    found = chosen.fields(fields)
    mesh = np.meshgrid(*chosen.axes, indexing="ij")
    columns = {f"alpha_{k}": axis.reshape(-1) for k, axis in enumerate(mesh)}
    for name, values in found.items():
        numbers = values.shape[len(mesh) :]
        for at in product(*map(range, numbers)):
            one: Any = (slice(None),) * len(mesh) + at
            columns["_".join([name, *map(str, at)])] = values[one].reshape(-1)
    _to_csv(pd.DataFrame(columns), out)
    return _told(out, found, chosen.run.study.grid.shape)


def _to_csv(table: Any, out: Path) -> None:
    with atomic(out) as partial:
        table.to_csv(partial, index=False, na_rep="nan")


_LANDSCAPES: Mapping[str, Callable[[Chosen, Sequence[str], Path], list[str]]] = {
    "npz": _landscaper,
    "vti": _image,
    "nc": _netcdf,
    "csv": _csv,
}
