"""Records of the trees that the Topology ToolKit made or was compared on: one file per member, beside its trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landsweep.base.errors import reading
from landsweep.disk.rundir import RunDir, read_json, write_json


@dataclass(frozen=True)
class EngineRecord:
    """The engine of one member's trees, ``ttk`` or ``both``, and what is known of each representation.

    ``trees`` has a mapping for each representation: ``blocks``, ``asked`` (of these by the toolkit), and of ``both`` a
    ``text`` that says where the engines differ or the toolkit failed, empty where nothing is to be told, and ``same``,
    the number of blocks whose merges are equal. ``versions`` has those of the toolkit and of VTK.
    """

    member: int
    coords: Mapping[str, Any]
    engine: str
    versions: Mapping[str, str]
    trees: Mapping[str, Mapping[str, Any]]


def write_record(run: RunDir, member: int, record: EngineRecord | None) -> None:
    """Write a member's record; None says that its trees are the native engine's alone."""
    path = run.engines(member)
    if record is not None:
        write_json(
            path,
            {
                "coords": dict(record.coords),
                "engine": record.engine,
                "versions": dict(record.versions),
                "trees": {name: dict(tree) for name, tree in record.trees.items()},
            },
        )
    else:
        path.unlink(missing_ok=True)


def read_records(run: RunDir) -> list[EngineRecord]:
    """Return the records of all members that have trees, in their order."""
    found = []
    for path in sorted(run.path.glob("topology/engines-*.json")):
        index = int(path.stem.rpartition("-")[2])
        if run.topology(index).exists():
            with reading(path):
                found.append(EngineRecord(index, **read_json(path)))
    return found
