"""The trees of a member that the explorer offers, each with the basins that its branches stand for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from landsweep.base.errors import Damaged
from landsweep.disk.opened import OpenedRun
from landsweep.disk.trees import find_resolved, find_tree, read_metrics
from landsweep.kernels.critical.resolved import BOUND, Resolved
from landsweep.kernels.topology.tree import MergeTree
from landsweep.page.branches import Branches, branches_of, marks_of, of_resolved, on_grid
from landsweep.page.labels import basins, resolved_basins
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED


class Label(Protocol):
    """A function that finds the basin of each point of a landscape."""

    def __call__(self, field: np.ndarray | None) -> np.ndarray | None:
        """Return the index of the tree's minimum in whose basin each point lies, -1 for none.

        ``field`` is the loss on the whole grid, None where it is too large to hold. None is returned where basins are
        not known.
        """


class Shown(NamedTuple):
    """A tree that the explorer offers: the name of its representation, its branches, and what finds its basins."""

    name: str
    branches: Branches
    label: Label


def trees_of(run: OpenedRun, member: Member, axes: list[np.ndarray], notes: list[str]) -> list[Shown]:
    """Return a member's trees, that of the loss itself first; what is missing or damaged is added to ``notes``.

    ``axes`` are the coordinates of the grid along each axis.
    """
    found: list[Shown] = []
    resolved = _resolved(run, member, notes)
    if resolved is not None and len(resolved.value):
        label = _by_descents(resolved)
        found.append(Shown(RESOLVED, branches_of(resolved.tree, of_resolved(resolved)), label))
        if bounds := int((resolved.saddle_kind == BOUND).sum()):
            what = "are bounds" if bounds > 1 else "is a bound"
            notes.append(
                f"{bounds} of {len(resolved.saddle_value)} resolved saddles {what}: the true pass is at most so high."
            )
    path = run.directory.topology(member.index)
    if not path.exists():
        notes.append("This member has no merge tree yet.")
        return found
    for name in run.study.connectivity:
        try:
            tree = find_tree(path, name)
            lacking = tree is None and not read_metrics(path, name)
        except Damaged as error:
            notes.append(str(error))
            break
        if tree is not None:
            marks = marks_of(tree, resolved) if resolved is not None else None
            found.append(Shown(name, branches_of(tree, on_grid(axes), marks), _by_basins(run, member, name, tree)))
        elif lacking:
            notes.append(f"This member has no {name} merge tree yet.")
    if run.study.topology.threshold.value:
        notes.append(f"The table of metrics leaves out pairs of a persistence below {run.study.topology.threshold}.")
    return found


def _resolved(run: OpenedRun, member: Member, notes: list[str]) -> Resolved | None:
    """Return a member's minima and saddles of the loss itself, where they are asked for and there."""
    if not run.study.resolve.enabled:
        return None
    path = run.directory.resolved(member.index)
    try:
        found = find_resolved(path)
    except Damaged as error:
        notes.append(str(error))
        return None
    if found is None and not path.exists():
        notes.append("Minima and saddles of the loss itself are not known here yet.")
    elif found is not None and not len(found.value):
        notes.append("No descent on the loss ended in a minimum, so that there is no resolved tree.")
    return found


def _by_descents(found: Resolved) -> Label:
    branch = {int(v): k for k, v in enumerate(found.tree.minima)}
    index = np.array([*(branch.get(k, -1) for k in range(len(found.value))), -1], np.int64)

    def label(field: np.ndarray | None) -> np.ndarray | None:
        ends = resolved_basins(found, field)
        return None if ends is None else index[ends]

    return label


def _by_basins(run: OpenedRun, member: Member, name: str, tree: MergeTree) -> Label:
    return lambda field: basins(run, member, name, tree, field)
