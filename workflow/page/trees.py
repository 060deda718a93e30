"""The trees of a member as branches, drawn by the explorer as a tree and as a barcode, and what finds their basins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from landsweep.base.errors import Damaged
from landsweep.disk.opened import OpenedRun
from landsweep.disk.trees import find_resolved, find_tree, read_metrics
from landsweep.kernels.critical.resolved import BOUND, Resolved
from landsweep.kernels.topology.tree import MergeTree
from landsweep.page.labels import basins, resolved_basins
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

MOST = 2_000
"""A page has at most this many branches of a tree, the most persistent ones; nobody tells more apart."""
ARTEFACT, UNRESOLVED = 1, 2
"""The marks of minima of a grid that resolving has found to be no minimum of the loss, or could not follow."""

Places = Callable[[np.ndarray], np.ndarray]
"""A function of this type returns the coordinates ``(n, d)`` of vertices of a tree."""


@dataclass(frozen=True, eq=False)
class Branches:
    """The most persistent branches of a merge tree.

    Parameters
    ----------
    arrays
        ``birth``, ``death``, ``parent``, ``minimum``, ``saddle``, ``volume`` and ``mark``, as the page's program reads
        them: by falling persistence, branches that never end first. Those have a death of +inf (-inf in trees of
        superlevel sets), no parent (-1) and a saddle of NaN.
    total
        How many branches of a persistence above 0 the tree has.
    of_minimum
        ``(m,)`` int32: the branch here that holds each minimum of the tree; of one that is left out, the branch at
        which its own ends.
    """

    arrays: dict[str, np.ndarray]
    total: int
    of_minimum: np.ndarray


def branches_of(tree: MergeTree, places: Places, marks: np.ndarray | None = None, most: int = MOST) -> Branches:
    """Return the branches of a tree; pairs of persistence 0, which are ties within plateaus, are left out.

    Parameters
    ----------
    tree
        The merge tree.
    places
        Where its vertices lie.
    marks
        ``(m,)`` uint8: the mark of each of the tree's minima; 0 where there are none.
    most
        The greatest number of branches; the most persistent ones stay.
    """
    minima = tree.minima
    births = tree.node_values[: len(minima)]
    deaths = np.full(len(minima), -np.inf if tree.negate else np.inf)
    deaths[tree.pair_branch] = tree.pair_values[:, 1]
    lifetimes = np.full(len(minima), np.inf)
    lifetimes[tree.pair_branch] = tree.lifetimes
    essential = tree.branch_end < 0
    # Minima ascend, and a parent is an older branch: no child comes before it, also among equal persistences.
    order = np.lexsort((np.arange(len(minima)), -lifetimes, ~essential))
    total = int(np.count_nonzero(lifetimes > 0))
    kept = order[: min(total, most)]
    number = np.full(len(minima), -1, np.int64)
    number[kept] = np.arange(len(kept))
    heir = np.where(number >= 0, np.arange(len(minima)), tree.branch_parent)
    while not (number[heir] >= 0).all():
        heir = heir[heir]
    parent = tree.branch_parent[kept]
    saddle = np.full((len(kept), places(minima[:1]).shape[1]), np.nan)
    ends = ~essential[kept]
    saddle[ends] = places(tree.branch_end[kept[ends]])
    volume = np.bincount(number[heir], weights=tree.basin_volume, minlength=len(kept))
    marked = np.zeros(len(minima), np.uint8) if marks is None else marks.astype(np.uint8)
    arrays = {
        "birth": births[kept].astype(np.float64),
        "death": deaths[kept],
        "parent": np.where(parent < 0, -1, number[parent]).astype(np.int32),
        "minimum": places(minima[kept]).astype(np.float64),
        "saddle": saddle,
        "volume": volume.astype(np.float64),
        "mark": marked[kept],
    }
    return Branches(arrays, total, number[heir].astype(np.int32))


def on_grid(axes: list[np.ndarray]) -> Places:
    """Return where the points of a grid lie, of which each axis has these coordinates."""
    shape = tuple(map(len, axes))

    def places(vertices: np.ndarray) -> np.ndarray:
        return np.stack([axis[i] for axis, i in zip(axes, np.unravel_index(vertices, shape), strict=True)], axis=-1)

    return places


def of_resolved(found: Resolved) -> Places:
    """Return where the minima and saddles of the loss itself lie, the vertices of their tree in this order."""
    whole = np.concatenate([found.alpha, found.saddle_alpha])
    return lambda vertices: whole[vertices]


def marks_of(tree: MergeTree, found: Resolved) -> np.ndarray:
    """Return the mark of each minimum of a grid's tree, ``(m,)`` uint8, by what became of the descent from there."""
    at = np.searchsorted(found.start, tree.minima)
    at = np.minimum(at, max(len(found.start) - 1, 0))
    there = found.start[at] == tree.minima if len(found.start) else np.zeros(len(tree.minima), bool)
    marks = np.zeros(len(tree.minima), np.uint8)
    if there.any():
        marks[there & ~found.start_own[at]] = ARTEFACT
        marks[there & (found.start_end[at] < 0)] = UNRESOLVED
    return marks


class Label(Protocol):
    """A function that finds the basin of each point of a landscape."""

    def __call__(self, field: np.ndarray | None) -> np.ndarray | None:
        """Return the index of the tree's minimum in whose basin each point lies, -1 for none.

        ``field`` is the loss on the whole grid, None where it is too large to hold. None is returned where basins are
        not known.
        """


class Damage(str):
    """A note on a damaged file, which a page repeats in its answer."""

    __slots__ = ()


class Shown(NamedTuple):
    """A tree that the explorer offers: the name of its representation, its branches, and what finds its basins."""

    name: str
    branches: Branches
    label: Label


def trees_of(run: OpenedRun, member: Member, axes: list[np.ndarray], notes: list[str], most: int = MOST) -> list[Shown]:
    """Return a member's trees, that of the loss itself first; what is missing or damaged is added to ``notes``.

    ``axes`` are the coordinates of the grid along each axis, ``most`` is the greatest number of branches of a tree.
    """
    found: list[Shown] = []
    resolved = _resolved(run, member, notes)
    if resolved is not None and len(resolved.value):
        label = _by_descents(resolved)
        found.append(Shown(RESOLVED, branches_of(resolved.tree, of_resolved(resolved), most=most), label))
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
            notes.append(Damage(error))
            break
        if tree is not None:
            marks = marks_of(tree, resolved) if resolved is not None else None
            branches = branches_of(tree, on_grid(axes), marks, most)
            found.append(Shown(name, branches, _by_basins(run, member, name, tree)))
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
        notes.append(Damage(error))
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
