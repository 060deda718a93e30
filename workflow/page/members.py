"""One member of a run for the explorer: its grid, its trees as branches, and the basin of each point."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, prod
from typing import Any

import numpy as np
from landsweep.base.errors import Damaged
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape, Status
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.kernels.critical.resolved import BOUND, Resolved
from landsweep.kernels.topology.tree import MergeTree
from landsweep.page.branches import Branches, branches_of, marks_of, of_resolved, on_grid
from landsweep.page.labels import basins, resolved_basins
from landsweep.study.plan import Member, coordinates_of
from landsweep.study.resolve_spec import RESOLVED

BUDGET = 10_500_000
"""A page may have about this many bytes of landscapes before they are written as text, which makes a third more."""
SHARE = 0.9
"""Compressed numbers of landscapes take about this share of their bytes."""
LABELS = 0.5
"""Compressed labels of basins take about so many bytes a point."""


def strides_of(shape: tuple[int, ...], bytes_per_point: float, budget: float) -> tuple[int, ...]:
    """Return every how many-th point of each axis is kept, so that a grid takes at most ``budget`` bytes.

    The axes of most points are thinned first, each by a factor of its own: the ends of short axes stay.
    """
    strides = [1] * len(shape)

    def held() -> list[int]:
        return [ceil(n / s) for n, s in zip(shape, strides, strict=True)]

    while prod(held()) * bytes_per_point > budget and max(held()) > 2:
        strides[int(np.argmax(held()))] += 1
    return tuple(strides)


def member_header_and_arrays(
    run: OpenedRun, member: Member, budget: float | None = None, *, grids: bool = True
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what the page shows of one member: what describes it, and arrays under the names that its program reads.

    Parameters
    ----------
    run
        The run.
    member
        The member.
    budget
        About how many bytes its grids may take, compressed; of larger ones every so many-th point is kept, as it is
        stored. By default there is no limit.
    grids
        Whether to return values and labels of the grid, which a server sends slice by slice instead.

    Raises
    ------
    Damaged
        Where a shard of the landscape cannot be read.
    """
    landscape = Landscape(run.directory.landscape)
    axes = [np.array(axis, np.float64) for axis in coordinates_of(run.study, str(member.coords["subspace"]))]
    fields = [name for name in landscape.fields if not run.study.numbers(name)]
    notes: list[str] = []
    trees = trees_of(run, member, axes, notes)
    shape = run.plan.grid_shape
    size = np.dtype(run.study.evaluation.stored).itemsize
    strides = (1,) * len(shape)
    if budget is not None:
        strides = strides_of(shape, SHARE * size * len(fields) + LABELS * len(trees), budget)
    kept = tuple(slice(None, None, stride) for stride in strides)
    arrays: dict[str, np.ndarray] = {f"axis/{k}": axis for k, axis in enumerate(axes)}
    ranges: dict[str, list[float]] = {}
    start = [n // 2 for n in shape]
    representations = []
    loss = landscape.read_member("loss", member.position)
    for name in fields:
        values = loss if name == "loss" else landscape.read_member(name, member.position)
        finite = np.isfinite(values)
        if finite.any():
            ranges[name] = [
                float(values.min(where=finite, initial=np.inf)),
                float(values.max(where=finite, initial=-np.inf)),
            ]
        else:
            notes.append(f"No point of the field {name} has a finite value.")
        if name == "loss" and finite.any():
            best = (
                np.argmax(np.where(finite, values, -np.inf))
                if run.study.topology.negate
                else np.nanargmin(np.where(finite, values, np.inf))
            )
            start = [int(i) for i in np.unravel_index(best, shape)]
        if grids:
            arrays[f"field/{name}"] = values[kept]
    status = landscape.read_member("status", member.position)
    notes += lacking(np.bincount(status.ravel(), minlength=len(Status)))
    for name, branches, label in trees:
        found = label(loss) if grids else None
        if found is not None:
            known = np.append(branches.of_minimum, np.int32(-1))
            arrays[f"{name}/labels"] = known[found[kept]]
        arrays |= {f"{name}/{key}": array for key, array in branches.arrays.items()}
        representations.append({"name": name, "label": name, "total": branches.total, "labelled": found is not None})
        if len(branches.arrays["birth"]) < branches.total:
            notes.append(
                f"The {len(branches.arrays['birth']):,} most persistent of {branches.total:,} branches of the {name} "
                "tree are shown; basins of the others belong to the branches that they join."
            )
    if any(stride > 1 for stride in strides):
        held = " x ".join(str(ceil(n / s)) for n, s in zip(shape, strides, strict=True))
        notes.append(
            f"Slices hold {held} of {' x '.join(map(str, shape))} points, each with its stored value; ranges, minima "
            "and saddles are those of the whole grid."
        )
    header = {
        "axes": [f"alpha_{k}" for k in range(len(shape))],
        "fields": [{"name": name, "label": name.replace("_", " ")} for name in fields],
        "representations": representations,
        "strides": list(strides),
        "ranges": ranges,
        "start": start,
        "notes": notes,
    }
    return header, arrays


Label = Callable[[np.ndarray], np.ndarray | None]
"""A function of this type returns the index of the minimum in whose basin each point of a field lies."""


def trees_of(
    run: OpenedRun, member: Member, axes: list[np.ndarray], notes: list[str]
) -> list[tuple[str, Branches, Label]]:
    """Return the member's trees, those that do not depend on the grid first; add what is missing to the notes."""
    found: list[tuple[str, Branches, Label]] = []
    resolved: Resolved | None = None
    try:
        if run.study.resolve.enabled:
            resolved = find_resolved(run.directory.resolved(member.index))
            if resolved is None:
                notes.append("Minima and saddles of the loss itself are not known here yet.")
            elif not len(resolved.value):
                notes.append("No descent on the loss ended in a minimum, so that there is no resolved tree.")
    except Damaged as error:
        notes.append(str(error))
    if resolved is not None and len(resolved.value):
        found.append((RESOLVED, branches_of(resolved.tree, of_resolved(resolved)), _by_descents(resolved)))
        bounds = int((resolved.saddle_kind == BOUND).sum())
        if bounds:
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
        except Damaged as error:
            notes.append(str(error))
            break
        if tree is not None:
            marks = marks_of(tree, resolved) if resolved is not None else None
            found.append((name, branches_of(tree, on_grid(axes), marks), _by_basins(run, member, name, tree)))
    if run.study.topology.threshold.value:
        notes.append(f"The table of metrics leaves out pairs of a persistence below {run.study.topology.threshold}.")
    return found


def _by_descents(found: Resolved) -> Label:
    branch = {int(v): k for k, v in enumerate(found.tree.minima)}
    index = np.array([*(branch.get(k, -1) for k in range(len(found.value))), -1], np.int64)

    def label(field: np.ndarray) -> np.ndarray | None:
        ends = resolved_basins(found, field)
        return None if ends is None else index[ends]

    return label


def _by_basins(run: OpenedRun, member: Member, name: str, tree: MergeTree) -> Label:
    return lambda field: basins(run, member, name, tree, field)


def lacking(counts: np.ndarray) -> list[str]:
    """Return how many points of a landscape have no value, and why, from how many have each status."""
    words = {
        Status.NOT_EVALUATED: "not evaluated yet",
        Status.NON_FINITE: "not finite",
        Status.FAILED: "without a value, as the loss raised an error there",
    }
    return [f"{counts[s]:,} of {counts.sum():,} points are {text}." for s, text in words.items() if counts[s]]
