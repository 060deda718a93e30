"""Files of merge trees: one per member, ``<representation>/<array>`` for each of its trees.

The representation ``resolved`` has a file of its own, as its tree is made from the minima and saddles in there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from landsweep.base.errors import UserError, reading
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.arrays import read_arrays
from landsweep.disk.rundir import RunDir
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.resolve_spec import RESOLVED

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun
    from landsweep.kernels.critical.resolved import Resolved


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


def read_metrics(path: Path, representation: str) -> dict[str, float]:
    """Return a member's metrics in one representation; without a finite value there is only ``n_nonfinite``."""
    prefix = f"{representation}/metrics/"
    data = read_arrays(path, lambda name: name.startswith(prefix))
    if not data:
        return {}
    with reading(path):
        names, values = data[f"{prefix}names"], data[f"{prefix}values"]
        return dict(zip(map(str, names), map(float, values), strict=True))


def read_pairs(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the pairs of each of a member's trees with their births and deaths; nothing where there is no file."""
    ends = ("/pairs", "/birth_death")
    arrays = read_arrays(path, lambda name: name.endswith(ends)) if path.exists() else {}
    names = [name.removesuffix("/pairs") for name in arrays if name.endswith("/pairs")]
    with reading(path):
        return {name: (arrays[f"{name}/pairs"], arrays[f"{name}/birth_death"]) for name in names}


def check_representation(run: OpenedRun, name: str = "") -> str:
    """Return the name of one of a run's representations, by default the first of its study.

    Raises
    ------
    UserError
        For one that the run does not have.
    """
    there = [*run.study.connectivity, *([RESOLVED] if run.study.resolve.enabled else [])]
    if not name or name in there:
        return name or there[0]
    if name in REPRESENTATIONS:
        raise UserError(
            f"--representation is {name!r}, expected {' or '.join(there)}: the run has no {name} merge tree, "
            f"`landsweep topology {in_command(run.path)} --connectivity {name}` adds it."
        )
    if name == RESOLVED:
        raise UserError(
            f"--representation is {name!r}, expected {' or '.join(there)}: the run has no resolved minima and saddles, "
            "`landsweep run STUDY --set resolve.enabled=true` finds them."
        )
    raise UserError(f"--representation is {name!r}, expected {' or '.join(there)}{nearest(name, there) or '.'}")


def read_tree(run: RunDir, member: int, representation: str) -> MergeTree:
    """Return a member's merge tree.

    Raises
    ------
    UserError
        Where the tree was not computed, or its file is damaged.
    """
    if representation == RESOLVED:
        return _read_resolved(run, member).tree
    path = run.topology(member)
    if not path.exists():
        raise UserError(
            f"{path} does not exist, expected the merge trees of member {member}: finish the run first, "
            f"`landsweep status {in_command(run.path)}` says what is missing."
        )
    tree = find_tree(path, representation)
    if tree is None:
        if read_metrics(path, representation):
            raise UserError(
                f"member {member} has no {representation} merge tree, as no point of its grid has a finite loss, "
                "expected another member."
            )
        raise UserError(
            f"member {member} has no {representation} merge tree, expected one of the study's topology.connectivity; "
            f"`landsweep topology {in_command(run.path)} --connectivity {representation}` adds it."
        )
    return tree


def find_tree(path: Path, representation: str) -> MergeTree | None:
    """Return a tree of a member's file, None where it has none of this representation, or no finite value."""
    prefix = f"{representation}/"
    arrays = read_arrays(path, lambda name: name.startswith(prefix))
    if f"{prefix}pairs" not in arrays:
        return None
    with reading(path):
        return MergeTree.from_arrays({name.removeprefix(prefix): array for name, array in arrays.items()})


def find_resolved(path: Path) -> Resolved | None:
    """Return a member's minima and saddles of the loss itself, which may be none.

    None stands for a member without a file, and for one without a finite value on the grid.
    """
    if not path.exists():
        return None
    from landsweep.kernels.critical.resolved import Resolved

    arrays = read_arrays(path)
    if "value" not in arrays:
        return None
    with reading(path):
        return Resolved.from_arrays(arrays)


def _read_resolved(run: RunDir, member: int) -> Resolved:
    found = find_resolved(path := run.resolved(member))
    if path.exists() and found is None:
        raise UserError(
            f"member {member} has no resolved merge tree, as no point of its grid has a finite loss, expected another "
            "member."
        )
    if found is not None and not len(found.value):
        raise UserError(
            f"member {member} has no resolved merge tree, as no descent on its loss ended in a minimum, expected "
            f"another representation; `landsweep metrics {in_command(run.path)} --csv` says in n_unresolved how many "
            "did not."
        )
    if found is None:
        raise UserError(
            f"{path} does not exist, expected the resolved minima and saddles of member {member}: `landsweep run STUDY "
            f"--set resolve.enabled=true` finds them, `landsweep status {in_command(run.path)}` says what failed."
        )
    return found
