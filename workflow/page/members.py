"""One member of a run for the explorer: its grid, its trees as branches, and the basin of each point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil, prod
from typing import Any

import numpy as np
from landsweep.base.errors import Damaged
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.page.grids import counts_of, lacking, read_grid, strides_of
from landsweep.page.labels import MOST_POINTS
from landsweep.page.trees import MOST, Damage, Shown, trees_of
from landsweep.study.plan import Member, coordinates_of
from landsweep.study.resolve_spec import RESOLVED

SHARE = 0.9
"""Compressed numbers of landscapes take about this share of their bytes."""
LABELS = 0.5
"""Compressed labels of basins take about so many bytes a point."""
BRANCH = 30
"""Compressed branches take about so many bytes each."""
FEWEST, TREES = 50, 1 / 3
"""Of each tree at least so many branches are kept, and more as long as all take at most this share of the budget."""


def axes_of(run: OpenedRun, member: Member) -> list[np.ndarray]:
    """Return the coordinates of a member's grid along each axis, float64."""
    return [np.array(axis, np.float64) for axis in coordinates_of(run.study, str(member.coords["subspace"]))]


def fields_of(run: OpenedRun, landscape: Landscape) -> list[str]:
    """Return the names of the fields that slices can show: those with one number at each point."""
    return [name for name in landscape.fields if not run.study.numbers(name)]


def member_header_and_arrays(
    run: OpenedRun, member: Member, budget: float | None = None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what the page shows of one member: what describes it, and arrays under the names that its program reads.

    Parameters
    ----------
    run
        The run.
    member
        The member.
    budget
        About how many bytes its grids and branches may take, compressed; of larger grids every so many-th point is
        kept, as it is stored, and of trees the most persistent branches. By default there is no limit.

    Raises
    ------
    Damaged
        Where a shard of the landscape cannot be read.
    """
    landscape, shape = Landscape(run.directory.landscape), run.plan.grid_shape
    axes, fields, notes = axes_of(run, member), fields_of(run, landscape), list[str]()
    most, strides = MOST, (1,) * len(shape)
    if budget is not None:
        asked = len(run.study.connectivity) + run.study.resolve.enabled
        most = min(MOST, max(FEWEST, int(budget * TREES / BRANCH / asked)))
    trees = trees_of(run, member, axes, notes, most)
    if budget is not None:
        used = BRANCH * sum(len(shown.branches.arrays["birth"]) for shown in trees)
        budget = max(budget - used, budget * (1 - TREES))
        each = SHARE * np.dtype(run.study.evaluation.stored).itemsize * len(fields) + LABELS * len(trees)
        strides = strides_of(shape, each, budget)
    grids = {name: read_grid(landscape, name, member, strides) for name in fields}
    notes += lacking(counts_of(landscape, member))
    notes += [f"No point of {name} has a finite value." for name in fields if grids[name].range is None]
    whole = None
    if prod(shape) <= MOST_POINTS:
        whole = grids["loss"].values if max(strides) == 1 else landscape.read_member("loss", member.position)
    kept = tuple(slice(None, None, stride) for stride in strides)
    arrays = {f"field/{name}": grid.values for name, grid in grids.items()}
    for shown in trees:
        try:
            basins = shown.label(whole)
        except Damaged as error:  # of what is stored beside the landscape
            notes.append(Damage(error))
            continue
        if basins is not None:
            arrays[f"{shown.name}/labels"] = branch_labels(shown, basins[kept])
    start = grids["loss"].most if run.study.topology.negate else grids["loss"].least
    ranges = {name: grid.range for name, grid in grids.items() if grid.range is not None}
    labelled = [shown.name for shown in trees if f"{shown.name}/labels" in arrays]
    header, more = header_of(axes, fields, trees, labelled, strides, ranges, start, notes)
    return header, more | arrays


def branch_labels(shown: Shown, basins: np.ndarray) -> np.ndarray:
    """Return the branch of each point, int32, from the minimum in whose basin it lies; -1 for none."""
    return np.append(shown.branches.of_minimum, np.int32(-1))[basins]


def header_of(
    axes: Sequence[np.ndarray],
    fields: Sequence[str],
    trees: Sequence[Shown],
    labelled: Collection[str],
    strides: Sequence[int],
    ranges: Mapping[str, Sequence[float]],
    start: Sequence[int],
    notes: Sequence[str],
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what describes a member, and the arrays of its axes and branches; neither needs the grid.

    Parameters
    ----------
    axes, fields, trees
        The coordinates of the grid along each axis, the names of its fields, and its trees.
    labelled
        The representations whose basins slices show.
    strides
        Every how many-th point of each axis slices hold.
    ranges
        The least and the greatest finite value of each field that has one.
    start
        The indices of the point where sliders begin.
    notes
        Sentences on what is missing; those on branches and points that are left out are added.
    """
    shape = [len(axis) for axis in axes]
    said = list(notes)
    arrays: dict[str, np.ndarray] = {f"axis/{k}": axis for k, axis in enumerate(axes)}
    representations = []
    for shown in trees:
        there, total = len(shown.branches.arrays["birth"]), shown.branches.total
        arrays |= {f"{shown.name}/{key}": array for key, array in shown.branches.arrays.items()}
        about = {"name": shown.name, "label": shown.name, "total": total, "labelled": shown.name in labelled}
        representations.append(about)
        if there < total:
            said.append(
                f"The {there:,} most persistent of {total:,} branches of the {shown.name} tree are shown; basins of "
                "the others belong to the branches that they join."
            )
        if shown.name not in labelled:
            cure = "" if shown.name == RESOLVED else ": topology.segmentation=true stores them"
            said.append(f"Basins of the {shown.name} tree are not known here{cure}.")
    if max(strides, default=1) > 1:
        held = " x ".join(str(ceil(n / s)) for n, s in zip(shape, strides, strict=True))
        said.append(
            f"Slices hold {held} of {' x '.join(map(str, shape))} points, each with its stored value; ranges, minima "
            "and saddles are those of the whole grid."
        )
    header = {
        "axes": [f"alpha_{k}" for k in range(len(axes))],
        "fields": [{"name": name, "label": name.replace("_", " ")} for name in fields],
        "representations": representations,
        "strides": list(strides),
        "ranges": {name: list(ends) for name, ends in ranges.items()},
        "start": list(start),
        "notes": said,
    }
    return header, arrays
