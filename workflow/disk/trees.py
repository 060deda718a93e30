"""Files of merge trees: one per member, ``<representation>/<array>`` for each of its trees."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir, atomic
from landsweep.kernels.topology.tree import MergeTree


def tree_arrays(representation: str, tree: MergeTree, metrics: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return the arrays that are stored for one tree."""
    return {
        **{f"{representation}/{key}": value for key, value in tree.to_arrays().items()},
        f"{representation}/birth_death": tree.pair_values,
        **metrics_arrays(representation, metrics),
    }


def metrics_arrays(representation: str, metrics: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return the arrays that are stored where there is no tree: the metrics alone."""
    return {
        f"{representation}/metrics/names": np.array(list(metrics)),
        f"{representation}/metrics/values": np.array(list(metrics.values()), dtype=np.float64),
    }


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write a member's file, which appears only when it is whole."""
    with atomic(path) as partial, partial.open("wb") as handle:
        np.savez_compressed(handle, **arrays)


def read_metrics(path: Path, representation: str) -> dict[str, float]:
    """Return a member's metrics in one representation; without a finite value there is only ``n_nonfinite``."""
    prefix = f"{representation}/metrics/"
    data = _read(path, prefix)
    if "names" not in data:
        return {}
    return dict(zip(map(str, data["names"]), map(float, data["values"]), strict=True))


def read_pairs(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the pairs of each of a member's trees with their births and deaths; nothing where there is no file."""
    ends = ("/pairs", "/birth_death")
    arrays = _read(path, "", ends) if path.exists() else {}
    names = [name.removesuffix("/pairs") for name in arrays if name.endswith("/pairs")]
    return {name: (arrays[f"{name}/pairs"], arrays[f"{name}/birth_death"]) for name in names}


def _read(path: Path, prefix: str, ends: tuple[str, ...] = ("",)) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin with ``prefix`` and end with one of ``ends``, by names without the prefix."""
    try:
        with path.open("rb") as handle, np.load(handle) as data:
            names = [name for name in data.files if name.startswith(prefix) and name.endswith(ends)]
            return {name.removeprefix(prefix): data[name] for name in names}
    except (ValueError, EOFError, BadZipFile, AttributeError, TypeError, zlib.error) as error:
        raise UserError(
            f"{path} is damaged ({type(error).__name__}), expected merge trees: delete it, and "
            f"`landsweep topology {path.parents[1]}` computes it again."
        ) from error


def read_tree(run: RunDir, member: int, representation: str) -> MergeTree:
    """Return a member's merge tree.

    Raises
    ------
    UserError
        Where the tree was not computed.
    """
    path = run.topology(member)
    if not path.exists():
        raise UserError(
            f"{path} does not exist, expected the merge trees of member {member}: finish the run first, "
            f"`landsweep status {run.path}` says what is missing."
        )
    arrays = _read(path, f"{representation}/")
    if "pairs" not in arrays:
        raise UserError(
            f"member {member} has no {representation} merge tree, expected one of the study's topology.connectivity on "
            f"a landscape with finite values; `landsweep topology {run.path} --connectivity {representation}` adds it."
        )
    return MergeTree.from_arrays(arrays)
