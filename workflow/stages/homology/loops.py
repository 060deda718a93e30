"""A member's loops on disk: ``<representation>/loops`` and ``<representation>/range`` in its file."""

from __future__ import annotations

import numpy as np
from landsweep.disk.arrays import read_arrays, write_arrays
from landsweep.disk.rundir import RunDir
from landsweep.stages.homology import STAGE


def write_loops(run: RunDir, member: int, diagrams: dict[str, np.ndarray], value_range: tuple[float, float]) -> None:
    """Write a member's diagrams ``(n, 2)`` by representation, and the least and greatest finite value."""
    loops = {f"{name}/loops": diagram for name, diagram in diagrams.items()}
    write_arrays(STAGE.result(run, member), {**loops, "range": np.array(value_range, dtype=np.float64)})


def find_loops(run: RunDir, member: int, representation: str) -> np.ndarray | None:
    """Return a member's diagram ``(n, 2)``; None where it was not computed, or there is no finite value."""
    found = read_loops(run, member)
    return found[0].get(representation) if found is not None else None


def read_loops(run: RunDir, member: int) -> tuple[dict[str, np.ndarray], tuple[float, float]] | None:
    """Return a member's diagrams and the range of its values; None where its file is not there.

    Raises
    ------
    Damaged
        Where the file cannot be read.
    """
    path = STAGE.result(run, member)
    if not path.exists():
        return None
    arrays = read_arrays(path)
    low, high = map(float, arrays.pop("range", (np.nan, np.nan)))
    return {name.removesuffix("/loops"): diagram for name, diagram in arrays.items()}, (low, high)
