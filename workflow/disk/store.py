"""The hypercube in Zarr: it is created once, written in whole shards, and read by xarray.

``status`` is written after the fields, so a unit is complete exactly when its status shard exists and holds
no zero (a zero is left where an extension added members to a shard that was there before).
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from landsweep.base import clock
from landsweep.base.errors import DamagedShard
from landsweep.disk.rundir import SCHEMA_VERSION, check_fence, write_text
from landsweep.study.plan import Plan, Shape, Unit, chunk_shape, grid_coordinates, shard_key, units
from landsweep.study.study import Scalar, Study
from zarr.codecs import ZstdCodec
from zarr.errors import ZarrUserWarning

STATUS_MEANINGS = "not_evaluated finite non_finite failed absent"
"""These words, one for each :class:`Status` in ascending order, explain the numbers of the array ``status``."""


class Status(IntEnum):
    """The state of one point."""

    NOT_EVALUATED = 0
    FINITE = 1
    NON_FINITE = 2
    FAILED = 3
    ABSENT = 4
    """No landscape is at this point: its directions depend on no seed, and the landscape stands at the first seed."""


def open_group(path: Path, mode: str = "r") -> zarr.Group:
    """Open a Zarr group; all groups are opened here, because two settings are not stored with a group.

    A shard of fill values must be written like any other (its absence means "not evaluated"), and a stale
    consolidated copy of the metadata must not hide new arrays.
    """
    zarr.config.set({"array.write_empty_chunks": True})
    return zarr.open_group(path, mode=mode, zarr_format=3, use_consolidated=False)  # type: ignore[arg-type]  # a Literal of zarr's


def _put_coordinate(
    group: zarr.Group, name: str, values: Sequence[Scalar] | np.ndarray, dims: Sequence[str], **attrs: Any
) -> None:
    data = np.asarray(values)
    if data.dtype.kind == "U":
        data = data.astype(object)
    array = group.create_array(
        name,
        shape=data.shape,
        dtype=str if data.dtype == object else data.dtype,
        chunks=tuple(max(1, n) for n in data.shape),
        dimension_names=tuple(dims),
        attributes=attrs,
        overwrite=True,
    )
    array[...] = data


class Landscape:
    """The hypercube of one run.

    Parameters
    ----------
    path
        The ``landscape.zarr`` group.
    mode
        ``"r"`` or ``"r+"``.
    """

    def __init__(self, path: Path, mode: str = "r") -> None:
        self.path, self.mode = path, mode
        self.group = open_group(path, mode)
        self.status = self._array("status")
        self.fields: tuple[str, ...] = tuple(self.group.attrs["fields"])  # type: ignore[arg-type]  # JSON
        self.shard: Shape = self.status.shards or self.status.chunks
        self.sweep_ndim = int(self.group.attrs["sweep_ndim"])  # type: ignore[arg-type]  # JSON
        self._arrays = {name: self._array(name) for name in self.fields}

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a path: every process opens the store with the settings it has to be opened with."""
        return Landscape, (self.path, self.mode)

    def _array(self, name: str) -> zarr.Array[Any]:
        array = self.group[name]
        assert isinstance(array, zarr.Array)
        return array

    @staticmethod
    def exists(path: Path) -> bool:
        """Return whether a completely created hypercube lies at ``path``."""
        return (path / "zarr.json").exists()

    @classmethod
    def create(cls, path: Path, study: Study, plan: Plan, shard: Shape, choices: Mapping[str, Any]) -> Landscape:
        """Create all arrays or none: they are made beside ``path`` and then renamed into place."""
        building = path.with_name(path.name + ".building")
        shutil.rmtree(building, ignore_errors=True)
        group = open_group(building, "w")
        group.attrs.update(
            {
                "schema_version": SCHEMA_VERSION,
                "sweep_ndim": len(plan.axes),
                "fields": list(study.fields),
                "evaluation": dict(choices),
                "study": study.name,
            }
        )
        chunks = chunk_shape(shard, len(plan.axes))
        common: dict[str, Any] = {
            "shape": plan.shape,
            "shards": shard,
            "chunks": chunks,
            "dimension_names": plan.dims,
            "compressors": ZstdCodec(level=1, checksum=True),
        }
        for field in study.fields:
            group.create_array(field, dtype=study.evaluation.stored, fill_value=float("nan"), **common)
        group.create_array(
            "status",
            dtype="uint8",
            fill_value=0,
            attributes={"flag_values": [int(s) for s in Status], "flag_meanings": STATUS_MEANINGS},
            **common,
        )
        _write_coordinates(group, study, plan)
        consolidate(group)
        building.rename(path)
        return cls(path, "r+")

    def extend(self, study: Study, plan: Plan) -> None:
        """Grow the arrays to the plan's shape; values keep their places, because axes only grow at their end.

        The status array grows last, so that an extension that was interrupted before is done again.
        """
        if self.status.shape == plan.shape:
            return
        drop_consolidated(self.path)
        _write_coordinates(self.group, study, plan)
        for array in (*self._arrays.values(), self.status):
            array.resize(plan.shape)
        consolidate(self.group)

    @property
    def choices(self) -> dict[str, Any]:
        """The choices for the evaluation, which are made once: strategy, batch width, threads, dtype, device."""
        return dict(self.group.attrs["evaluation"])  # type: ignore[arg-type]  # JSON

    def units(self) -> Iterable[Unit]:
        """Yield every unit of the hypercube."""
        return units(self.status.shape, self.shard)

    def shard_file(self, array: str, unit: Unit) -> Path:
        """Return the file that holds a unit's part of an array."""
        return self.path.joinpath(array, "c", *(str(i) for i in shard_key(unit, self.shard)))

    def pending(self) -> list[Unit]:
        """Return the units that are not complete, from one listing of the status shards."""
        root = self.path / "status" / "c"
        there = {
            tuple(int(part) for part in Path(folder, name).relative_to(root).parts)
            for folder, _, names in os.walk(root)
            for name in names
            if not name.endswith(".partial")
        }
        return [
            unit
            for unit in self.units()
            if shard_key(unit, self.shard) not in there or (self._grouped and not self.read_status(unit).all())
        ]

    @property
    def _grouped(self) -> bool:
        return any(n > 1 for n in self.shard[: self.sweep_ndim])

    def _read(self, array: zarr.Array[Any], name: str, unit: Unit, box: tuple[slice, ...] | Shape) -> np.ndarray:
        try:
            return np.asarray(array[box])
        except Exception as error:  # codecs raise what they like on damaged bytes
            raise DamagedShard(self.shard_file(name, unit), f"{type(error).__name__}: {error}") from error

    @clock.on_files()
    def read_status(self, unit: Unit) -> np.ndarray:
        """Return the status of a unit's points; raise :class:`DamagedShard` where it cannot be read."""
        return self._read(self.status, "status", unit, unit.box)

    @clock.on_files()
    def read_unit(self, unit: Unit) -> dict[str, np.ndarray]:
        """Return a unit's part of every field; raise :class:`DamagedShard` where a shard cannot be read."""
        return {name: self._read(array, name, unit, unit.box) for name, array in self._arrays.items()}

    def write_unit(self, unit: Unit, values: Mapping[str, np.ndarray], status: np.ndarray) -> None:
        """Write a unit's fields, and then its status, which completes it."""
        for name, array in self._arrays.items():
            check_fence()
            array[unit.box] = values[name]
        check_fence()
        self.status[unit.box] = status

    @clock.on_files()
    def read_member(self, field: str, position: Shape) -> np.ndarray:
        """Return one member's grid of a field (or of ``status``); raise :class:`DamagedShard` for a damaged shard."""
        array = self.status if field == "status" else self._arrays[field]
        try:
            values = np.asarray(array[position])
        except Exception:
            for unit in self.units_of(position):
                self._read(array, field, unit, unit.box)
            raise
        return self._checked(field, values, position, (0,) * values.ndim)

    @clock.on_files()
    def read_box(self, field: str, position: Shape, box: tuple[slice[int, int, None], ...]) -> np.ndarray:
        """Return a box of one member's grid; otherwise as :meth:`read_member`."""
        array = self.status if field == "status" else self._arrays[field]
        try:
            values = np.asarray(array[(*position, *box)])  # type: ignore[index]  # the stub takes no mixed tuple
        except Exception:
            self.read_member(field, position)  # names the shard
            raise
        return self._checked(field, values, position, tuple(side.start or 0 for side in box))

    def _checked(self, field: str, values: np.ndarray, position: Shape, low: Shape) -> np.ndarray:
        """Return a box of a field, after a check against ``status``: Zarr reads a lost shard as its fill value, NaN.

        The status is that of the loss; other fields may be NaN where it is finite, but not without a shard.
        """
        if field == "status":
            return values
        box = tuple(slice(a, a + n) for a, n in zip(low, values.shape, strict=True))
        status = self.read_box("status", position, box)
        suspect = np.isnan(values) & ((status == Status.FINITE) | (status == Status.NON_FINITE))
        wrong = disagreeing(values, status)
        for points, reason in ((suspect, "it is lost"), (wrong, "it does not agree with status")):
            found = np.argwhere(points) + np.array(low, dtype=np.int64)
            for key in np.unique(found // np.array(self.shard[self.sweep_ndim :]), axis=0).tolist():
                sweep = (i // n for i, n in zip(position, self.shard, strict=False))
                shard = self.path.joinpath(field, "c", *map(str, (*sweep, *key)))
                if (field == "loss" and points is wrong) or not shard.exists():
                    raise DamagedShard(shard, reason)
        return values

    def units_of(self, position: Shape) -> list[Unit]:
        """Return the units that hold a part of one member."""
        n = self.sweep_ndim
        return [
            unit
            for unit in self.units()
            if all(a <= i < b for i, a, b in zip(position, unit.low[:n], unit.high[:n], strict=True))
        ]

    def discard(self, unit: Unit) -> None:
        """Make a unit incomplete again by removing its shards, that of the status first."""
        for name in ("status", *self.fields):
            self.shard_file(name, unit).unlink(missing_ok=True)

    def damaged(self) -> list[Unit]:
        """Read every complete unit and return those that cannot be read, or whose loss and status do not agree."""
        found = []
        for unit in self.units():
            if not self.shard_file("status", unit).exists():
                continue
            try:
                status, loss = self.read_status(unit), self.read_unit(unit)["loss"]
            except DamagedShard:
                found.append(unit)
            else:
                whole = all(self.shard_file(name, unit).exists() for name in self.fields)
                if not whole or disagreeing(loss, status).any():
                    found.append(unit)
        return found

    def put(self, name: str, data: np.ndarray, dims: Sequence[str], **attrs: Any) -> None:
        """Write a small array beside the fields as a whole (in ``reduce``, on one rank; consolidate afterwards)."""
        _put_coordinate(self.group, name, data, dims, **attrs)

    def get(self, name: str) -> np.ndarray:
        """Return the whole of a small array that lies beside the fields."""
        return np.asarray(self._array(name)[...])

    def consolidate(self) -> None:
        """Write the consolidated copy of the metadata that readers open first."""
        consolidate(self.group)


def disagreeing(loss: np.ndarray, status: np.ndarray) -> np.ndarray:
    """Return where a loss is not what its status says: NaN but finite, or finite but non-finite.

    Infinity under the status finite is right: a loss that is finite where it is computed may overflow as it is stored.
    """
    found: np.ndarray = np.isnan(loss) & (status == Status.FINITE)
    return found | np.isfinite(loss) & (status == Status.NON_FINITE)


def consolidate(group: zarr.Group) -> None:
    """Write the copy of the metadata that readers open first: one file instead of one per array."""
    with warnings.catch_warnings():  # every reader of ours knows it; others ignore it
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=ZarrUserWarning)
        zarr.consolidate_metadata(group.store)


def drop_consolidated(path: Path) -> None:
    """Remove the consolidated metadata before arrays are added: a stale copy would hide them."""
    file = path / "zarr.json"
    data = json.loads(file.read_text())
    if data.pop("consolidated_metadata", None) is not None:
        write_text(file, json.dumps(data, indent=2))


def _write_coordinates(group: zarr.Group, study: Study, plan: Plan) -> None:
    """Write the 1-D coordinates of all axes, and the grid's coordinates of every subspace."""
    for name, values in plan.axes.items():
        _put_coordinate(group, name, values, [name])
    names = [str(s) for s in plan.axes["subspace"]]
    coordinates = {s: grid_coordinates(study.subspaces[s].ranges(study.grid.dims), study.grid.shape) for s in names}
    shared = len({(coordinates[s], study.subspaces[s].unit) for s in names}) == 1
    fractions = grid_coordinates(((-1.0, 1.0),) * study.grid.dims, study.grid.shape)
    for k in range(study.grid.dims):
        along = f"alpha_{k}"
        values = coordinates[names[0]][k] if shared else fractions[k]
        unit = study.subspaces[names[0]].unit if shared else "fraction of the range, see coordinate_*"
        _put_coordinate(group, along, np.array(values), [along], units=unit)
        _put_coordinate(
            group,
            f"coordinate_{k}",
            np.array([coordinates[s][k] for s in names]),
            ["subspace", along],
            long_name=f"coordinate along direction {k} in the subspace's own unit",
        )
