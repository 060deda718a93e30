"""Files of checkpoints projected on a landscape, one per member."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from landsweep.disk.arrays import read_arrays, write_arrays
from landsweep.disk.rundir import RunDir


@dataclass(frozen=True)
class Projections:
    """The checkpoints that span a member's landscape, then those of its trajectory.

    Parameters
    ----------
    names
        ``(n,)`` their files.
    spanning
        ``(n,)`` whether each of them spans the landscape.
    coordinates
        ``(n, d)`` float64, the coordinates on the grid of the nearest point of the landscape's subspace.
    residuals
        ``(n,)`` float64, the distance from that point, in units of weights.
    distances
        ``(n,)`` float64, the distance from the model's own weights.
    """

    names: np.ndarray
    spanning: np.ndarray
    coordinates: np.ndarray
    residuals: np.ndarray
    distances: np.ndarray


def path(run: RunDir, member: int) -> Path:
    """Return the path of one member's projected checkpoints."""
    return run.path / "trajectory" / f"member-{member:05d}.npz"


def write(run: RunDir, member: int, found: Projections) -> None:
    """Write a member's projected checkpoints; the file appears whole."""
    write_arrays(path(run, member), vars(found))


def read(run: RunDir, member: int) -> Projections | None:
    """Return a member's projected checkpoints, None where there are none.

    Raises
    ------
    Damaged
        Where they cannot be read.
    """
    file = path(run, member)
    if not file.exists():
        return None
    found = Projections(**read_arrays(file))
    return found if len(found.names) else None
