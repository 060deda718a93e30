"""The hypercube in Zarr: it is created once, written in whole shards, and read by xarray.

``status`` is written after the fields, so a unit is complete exactly when its status shard exists and holds
no zero (a zero is left where an extension added members to a shard that was there before).
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from landsweep.base import clock
from landsweep.base.errors import Damaged, DamagedShard, UserError, reading
from landsweep.disk.rundir import (
    SCHEMA_VERSION,
    RunDir,
    atomic,
    check_fence,
    check_schema,
    read_json,
    remove,
    write_text,
)
from landsweep.disk.whole import WholeStore
from landsweep.study.plan import Plan, Shape, Unit, chunk_shape, coordinates_of, grid_coordinates, shard_key, units
from landsweep.study.study import Scalar, Study
from zarr.codecs import ZstdCodec
from zarr.errors import ZarrUserWarning
from zarr.storage import MemoryStore

STATUS_MEANINGS = "not_evaluated finite non_finite failed absent"
"""These words, one for each :class:`Status` in ascending order, explain the numbers of the array ``status``."""

NUMBERS = ("direction", "direction_")
"""A field with several numbers at each point has these further dimensions, whose lengths are that of the grid."""


class Status(IntEnum):
    """The state of one point."""

    NOT_EVALUATED = 0
    FINITE = 1
    NON_FINITE = 2
    FAILED = 3
    ABSENT = 4
    """No landscape is at this point: its directions depend on no seed, and the landscape stands at the first seed."""


def open_group(path: Path | WholeStore, mode: str = "r", cure: str = "") -> zarr.Group:
    """Open a Zarr group; all groups are opened here, because two settings are not stored with a group.

    A shard of fill values must be written like any other (its absence means "not evaluated"), and a stale
    consolidated copy of the metadata must not hide new arrays.

    Raises
    ------
    Damaged
        Where the file that describes the group is lost or cannot be read.
    """
    zarr.config.set({"array.write_empty_chunks": True})
    folder = path if isinstance(path, Path) else path.root
    with reading(folder / "zarr.json", cure or remove(folder)):
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
        store = WholeStore(path, read_only=mode == "r")
        self.group = open_group(store, mode)
        attrs: dict[str, Any] = dict(self.group.attrs)
        with reading(path / "zarr.json", remove(path)):
            version, self.sweep_ndim = int(attrs["schema_version"]), int(attrs["sweep_ndim"])
            self.fields: tuple[str, ...] = tuple(attrs["fields"])
        store.fields = frozenset(self.fields)  # so that it need not read them
        check_schema(path, version)
        self.status = self._array("status")
        self.shard: Shape = self.status.shards or self.status.chunks
        self._arrays = {name: self._array(name) for name in self.fields}

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a path: every process opens the store with the settings it has to be opened with."""
        return Landscape, (self.path, self.mode)

    def _array(self, name: str) -> zarr.Array[Any]:
        file = self.path / name / "zarr.json"
        with reading(file):
            try:
                array = self.group[name]
            except KeyError as error:  # every rank opens the store, so the file is not looked at beforehand
                raise FileNotFoundError(file) from error
        assert isinstance(array, zarr.Array)
        return array

    @staticmethod
    def exists(path: Path) -> bool:
        """Return whether a completely created hypercube lies at ``path``."""
        return RunDir(path.parent).has_landscape

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
            numbers = study.numbers(field)  # of one point, which lie together
            whole = common | {key: (*common[key], *numbers) for key in ("shape", "shards", "chunks")}
            whole["dimension_names"] = (*plan.dims, *NUMBERS[: len(numbers)])
            if numbers:
                whole["attributes"] = {"long_name": f"{field.removeprefix('alpha_')} of the loss by the coordinates"}
            group.create_array(field, dtype=study.evaluation.stored, fill_value=float("nan"), **whole)
        group.create_array(
            "status",
            dtype="uint8",
            fill_value=0,
            attributes={"flag_values": [int(s) for s in Status], "flag_meanings": STATUS_MEANINGS},
            **common,
        )
        write_coordinates(group, study, plan)
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
        write_coordinates(self.group, study, plan)
        for array in (*self._arrays.values(), self.status):
            array.resize((*plan.shape, *array.shape[len(plan.shape) :]))
        consolidate(self.group)

    def rewrite_coordinates(self, study: Study, plan: Plan) -> None:
        """Write the coordinates again, some of which were lost."""
        drop_consolidated(self.path)
        write_coordinates(self.group, study, plan)
        consolidate(self.group)

    @property
    def choices(self) -> dict[str, Any]:
        """The choices for the evaluation, which are made once: strategy, batch width, threads, dtype, device."""
        return dict(self.group.attrs["evaluation"])  # type: ignore[arg-type]  # JSON

    def units(self) -> Iterable[Unit]:
        """Yield every unit of the hypercube."""
        return units(self.status.shape, self.shard)

    def unit(self, index: int) -> Unit:
        """Return the unit with this index."""
        return next(unit for unit in self.units() if unit.index == index)

    def shard_file(self, array: str, unit: Unit) -> Path:
        """Return the file that holds a unit's part of an array."""
        more = self._arrays[array].ndim - self.status.ndim if array in self._arrays else 0
        return self.path.joinpath(array, "c", *(str(i) for i in shard_key(unit, self.shard)), *("0",) * more)

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
        except UserError:
            raise
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

    def holds(self, position: Shape) -> bool:
        """Return whether there is a place for a member: not where the sweep was extended, and the store not yet."""
        return all(i < n for i, n in zip(position, self.status.shape, strict=False))

    def read_member(self, field: str, position: Shape) -> np.ndarray:
        """Return one member's grid of a field (or of ``status``); raise :class:`DamagedShard` for a damaged shard.

        A field with several numbers at each point has them along its last axes.
        """
        return self.read_box(field, position, tuple(slice(0, n) for n in self.status.shape[self.sweep_ndim :]))

    @clock.on_files()
    def read_box(self, field: str, position: Shape, box: tuple[slice[int, int, None], ...]) -> np.ndarray:
        """Return a box of one member's grid; otherwise as :meth:`read_member`."""
        array = self.status if field == "status" else self._arrays[field]
        try:
            values = np.asarray(array[(*position, *box)])  # type: ignore[index]  # the stub takes no mixed tuple
        except UserError:
            raise
        except Exception:
            for unit in self.units_of(position):
                self._read(array, field, unit, unit.box)  # names the shard
            raise
        if field == "loss":
            self._check(values, position, box)
        return values

    def _check(self, loss: np.ndarray, position: Shape, box: tuple[slice[int, int, None], ...]) -> None:
        """Check a box of the loss against its status, which tells NaN that was computed from NaN that stands in for it.

        Other fields may be NaN where the loss is finite; that their shards are there, the store itself checks.
        """
        wrong = np.argwhere(disagreeing(loss, self.read_box("status", position, box)))
        if len(wrong):
            point = (*position, *(a + int(side.start or 0) for a, side in zip(wrong[0], box, strict=True)))
            key = (str(i // n) for i, n in zip(point, self.shard, strict=True))
            raise DamagedShard(self.path.joinpath("loss", "c", *key), "it does not agree with status")

    def units_of(self, position: Shape) -> list[Unit]:
        """Return the units that hold a part of one member."""
        n = self.sweep_ndim
        return [
            unit
            for unit in self.units()
            if all(a <= i < b for i, a, b in zip(position, unit.low[:n], unit.high[:n], strict=True))
        ]

    def keys_of(self, position: Shape) -> Iterator[Shape]:
        """Yield the places, among the shards, of those that hold a part of one member, which name their files."""
        n = self.sweep_ndim
        sweep = tuple(i // s for i, s in zip(position, self.shard[:n], strict=True))
        counts = (ceil(m / s) for m, s in zip(self.status.shape[n:], self.shard[n:], strict=True))
        for key in product(*map(range, counts)):
            yield (*sweep, *key)

    def discard(self, unit: Unit) -> None:
        """Make a unit incomplete again by removing its shards, that of the status first."""
        for name in ("status", *self.fields):
            self.shard_file(name, unit).unlink(missing_ok=True)

    def damage(self) -> Iterator[tuple[int, DamagedShard]]:
        """Read every complete unit; yield the index and the error of each that is damaged."""
        for unit in self.units():
            if self.shard_file("status", unit).exists():
                try:
                    self.check_unit(unit)
                except DamagedShard as error:
                    yield unit.index, error

    def check_unit(self, unit: Unit) -> None:
        """Read all of a complete unit; raise :class:`DamagedShard` where it cannot be read or does not agree."""
        status, loss = self.read_status(unit), self.read_unit(unit)["loss"]
        if disagreeing(loss, status).any():
            raise DamagedShard(self.shard_file("loss", unit), "it does not agree with status")

    def find_damage(self, name: str) -> None:
        """Raise :class:`~landsweep.base.errors.Damaged` for the file of an array that cannot be read, if any."""
        if name not in (*self.fields, "status"):
            self.get(name)
            return
        for unit in self.units():
            self._read(self.status if name == "status" else self._arrays[name], name, unit, unit.box)

    @property
    def small(self) -> list[str]:
        """The names of the arrays that lie beside the fields: coordinates, and what :meth:`put` has put there."""
        return [name for name in self.group if name not in (*self.fields, "status")]

    def put(self, name: str, data: np.ndarray, dims: Sequence[str], **attrs: Any) -> None:
        """Write a small array beside the fields as a whole (in ``reduce``, on one rank; consolidate afterwards).

        Each file replaces that of an earlier array, none is removed first: after a node failure two sessions may
        write the same arrays for a while, and neither may find missing what the other is about to write.
        """
        files: dict[str, Any] = {}
        _put_coordinate(zarr.open_group(MemoryStore(files), mode="w", zarr_format=3), name, data, dims, **attrs)
        chunk = self.path.joinpath(name, "c", *("0" for _ in np.shape(data)))
        if chunk.is_dir() or any(p.is_file() for p in chunk.parents):  # an earlier array had more or fewer axes
            shutil.rmtree(self.path / name)
        for key in sorted(files):  # the description of the array after its numbers
            if key.startswith(f"{name}/"):
                with atomic(self.path / key) as partial:
                    partial.write_bytes(files[key].to_bytes())

    def get(self, name: str) -> np.ndarray:
        """Return the whole of a small array that lies beside the fields."""
        array = self._array(name)
        with reading(self.path.joinpath(name, "c", *("0" for _ in array.shape))):  # put() makes one chunk
            return np.asarray(array[...])

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


def restore_arrays(path: Path) -> None:
    """Write the description of each array again that is lost or cannot be read, from the copy that readers open first.

    There is none while arrays are added to the group.
    """
    copy = read_json(path / "zarr.json", remove(path)).get("consolidated_metadata") or {"metadata": {}}
    for name, description in copy["metadata"].items():
        file = path / name / "zarr.json"
        try:
            read_json(file)
        except Damaged:
            write_text(file, json.dumps(description, indent=2))


def drop_consolidated(path: Path) -> None:
    """Remove the consolidated metadata before arrays are added: a stale copy would hide them."""
    file = path / "zarr.json"
    data = json.loads(file.read_text())
    if data.pop("consolidated_metadata", None) is not None:
        write_text(file, json.dumps(data, indent=2))


def write_coordinates(group: zarr.Group, study: Study, plan: Plan) -> None:
    """Write the 1-D coordinates of all axes, and the grid's coordinates of every subspace, into a group over them."""
    for name, values in plan.axes.items():
        _put_coordinate(group, name, values, [name])
    names = [str(s) for s in plan.axes["subspace"]]
    coordinates = {s: coordinates_of(study, s) for s in names}
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
