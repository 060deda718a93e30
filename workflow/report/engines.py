"""Sentences on what the Topology ToolKit had to do with a run's merge trees, from the records beside these."""

from __future__ import annotations

from landsweep.disk.engines import EngineRecord, read_records
from landsweep.disk.rundir import RunDir

SHOWN = 3
"""At most this many members with differences are named; the others are counted."""


def warnings(run: RunDir) -> list[str]:
    """Return one sentence for each of the first members whose trees differ by engine, and one for the others."""
    found = []
    for record in read_records(run):
        coords = ", ".join(f"{name}={value}" for name, value in record.coords.items())
        for name, tree in record.trees.items():
            if tree.get("text"):
                found.append(f"engines of member {record.member} ({coords}), {name}: {tree['text'].rstrip('.')}.")
    more = len(found) - SHOWN
    return [
        *found[:SHOWN],
        *([f"engines: {more} more, in {run.path / 'topology'}/engines-*.json."] if more > 0 else []),
    ]


def methods(run: RunDir, members: int) -> list[str]:
    """Return the sentences on what the toolkit did for the trees of a run; none where it was not asked."""
    records = read_records(run)
    found = []
    mine = [record for record in records if record.engine == "ttk"]
    if asked := _sum(mine, "asked"):
        found.append(
            f"The Topology ToolKit [tierny2018]{_versions(mine)} gave the join tree and segmentation of {asked} of "
            f"{_sum(mine, 'blocks')} blocks of {len(mine)} of the {members} landscapes: Freudenthal triangulations of "
            "two or three dimensions, and graphs of nearest neighbours. All of their merges were compared with those "
            "of landsweep's own engine, which made the other blocks; merging blocks, pairing and volumes are "
            "landsweep's."
        )
    both = [record for record in records if record.engine == "both"]
    if asked := _sum(both, "asked"):
        same = _sum(both, "same")
        found.append(
            f"As a cross-check, the merges of {asked} of {_sum(both, 'blocks')} blocks of {len(both)} of the {members} "
            f"landscapes were computed by the Topology ToolKit [tierny2018]{_versions(both)} too: those of "
            f"{'all' if same == asked else same} of these blocks are the same."
        )
    return found


def _sum(records: list[EngineRecord], key: str) -> int:
    return sum(int(tree[key]) for record in records for tree in record.trees.values())


def _versions(records: list[EngineRecord]) -> str:
    found = dict.fromkeys(
        f" {record.versions['ttk']} with VTK {record.versions['vtk']}" for record in records if record.versions
    )
    return " and".join(found)
