"""Files of NumPy arrays: one for each result of a stage that is neither weights, directions nor landscape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import reading
from landsweep.disk.rundir import atomic


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write an ``.npz`` file, which appears only when it is whole."""
    with atomic(path) as partial, partial.open("wb") as handle:
        np.savez_compressed(handle, **arrays)


def read_arrays(path: Path, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, np.ndarray]:
    """Return the ``wanted`` arrays of an ``.npz`` file by name; each is checked against its checksum.

    Raises
    ------
    Damaged
        Where the file is lost or cannot be read.
    """
    with reading(path), path.open("rb") as handle, np.load(handle, allow_pickle=False) as data:
        return {name: data[name] for name in data.files if wanted(name)}
