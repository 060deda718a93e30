"""How far each member of a run is: finished, partial, empty or failed."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import Any

import numpy as np
from landsweep.base.errors import Damaged, reading
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import read_json
from landsweep.disk.store import Landscape, Status
from landsweep.page.cells import cell
from landsweep.page.grids import counts_of
from landsweep.stages import BY_NAME
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.study.plan import Member


def label_of(run: OpenedRun, member: Member) -> str:
    """Return what a member is called: its coordinates on the axes that have several values, such as ``beta = 1``."""
    varied = [name for name, values in run.plan.axes.items() if len(values) > 1]
    return ", ".join(f"{name} = {member.coords[name]}" for name in varied) or f"member {member.index}"


def members_of(run: OpenedRun) -> list[dict[str, Any]]:
    """Return what the page says of every member, in the order of their indices."""
    missing = points_missing(run)
    failures = _failures(run)
    size = prod(run.plan.grid_shape)
    found = []
    for member in run.plan.members:
        failed, why = failures.get(member.index, (False, ""))
        done = 1 - missing.get(member.position, 0) / size
        if failed and done:  # its units are over, but not all of their points have values
            with suppress(Damaged):
                done = _evaluated(run, member) / size
        state = "failed" if failed else "finished" if done == 1 else "partial" if done else "empty"
        found.append(
            {
                "index": member.index,
                "coords": {name: cell(value) for name, value in member.coords.items()},
                "label": label_of(run, member),
                "state": state,
                "done": done,
                "failure": why,
            }
        )
    return found


def _evaluated(run: OpenedRun, member: Member) -> int:
    """Return how many points of a member were evaluated, finite or not."""
    counts = counts_of(Landscape(run.directory.landscape), member)
    return int(counts[Status.FINITE] + counts[Status.NON_FINITE])


def points_missing(run: OpenedRun) -> dict[tuple[int, ...], int]:
    """Return how many points of each member are not evaluated, by its position; those that lack none are left out.

    Where a file that says so is damaged, members that may lack some are left out: who reads them finds the damage.
    """
    whole = dict.fromkeys((m.position for m in run.plan.members), prod(run.plan.grid_shape))
    if not Landscape.exists(run.directory.landscape):
        return whole
    landscape = Landscape(run.directory.landscape)
    n = landscape.sweep_ndim
    missing = {position: size for position, size in whole.items() if not landscape.holds(position)}
    try:
        pending = landscape.pending()
    except Damaged:
        return missing
    for unit in pending:
        there = None
        if landscape.shard_file("status", unit).exists():  # an extension added members to what was there
            there = landscape.read_status(unit)
        for position in unit.positions(n):
            size = prod(high - low for low, high in zip(unit.low[n:], unit.high[n:], strict=True))
            if there is not None:
                at = tuple(i - low for i, low in zip(position, unit.low, strict=False))
                size = int(np.count_nonzero(there[at] == Status.NOT_EVALUATED))
            if size and position in whole:
                missing[position] = missing.get(position, 0) + size
    return missing


def _failures(run: OpenedRun) -> dict[int, tuple[bool, str]]:
    """Return, by the index of a member, whether it has no landscape because something failed, and what did."""
    before = {stage.name for stage in (EVALUATE, *EVALUATE.ancestors)}
    found: dict[int, tuple[bool, str]] = {}
    for (name, index), path in run.directory.failures().items():
        stage = BY_NAME.get(name)
        if stage is None:
            continue
        try:
            with reading(path):
                why = f"Stage {name} failed: {str(read_json(path)['error']).strip()}"
        except Damaged as error:
            why = f"Stage {name} failed: {error}"
        for member in run.plan.members:
            item = {"model": member.model, "site": run.plan.sites[member.index]}.get(stage.of, member.index)
            if item == index and member.index not in found:
                found[member.index] = (name in before, why)
    return found
