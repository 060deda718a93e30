"""The results of the search: what is known of minima and saddles beside the metrics of their tree; where they lie.

The metrics of the tree are columns of the stage topology, as those of any representation.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from landsweep.disk.arrays import read_arrays
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.disk.trees import find_resolved
from landsweep.kernels.critical.unseen import unseen
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.stages.resolve import STAGE
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns, remove_arrays
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

if TYPE_CHECKING:
    from landsweep.kernels.critical.resolved import Resolved

COLUMNS = {
    "n_minima_flat": "resolved minima that are valley floors, flat within rounding (count)",
    "n_minima_kink": "resolved minima at which the loss has no derivative (count)",
    "n_saddles_certified": "resolved saddles that join the minima in which descents to their two sides ended (count)",
    "n_unresolved": "descents that ended in no minimum, and passes known by an upper bound alone (count)",
    "n_starts": "minima of the grid, in any representation and of any persistence, where descents began (count)",
    "n_artefacts": "of these, those that stand for no minimum of the loss: others ended in the same one, lower (count)",
    "n_unseen": "further minima to expect, from resolve.starts descents: Chao's estimate (count)",
    "n_unseen_low": "low end of its 95 % interval (count)",
    "n_unseen_high": "high end of its 95 % interval (count)",
    "n_refined": "points at which the loss was computed beside the grid, for grid.refine (count)",
    "refined_settled": "whether the last round of grid.refine changed nothing (1 or 0)",
    "refined_spent": "whether grid.refine.budget did not allow for a further round (1 or 0)",
    "n_gradients": "points at which the gradient of the loss by the coordinates was computed (count)",
    "n_derivatives": "points at which its second derivatives were computed as well (count)",
    "derivatives_exact": "whether these are exact (1), or differences of gradients (0)",
}
"""The keys are the columns of the stage, the values say what each of them means, with its unit."""
ASIDE = (
    *("n_starts", "n_unresolved", "n_unseen_low", "n_unseen_high", "n_refined", "refined_settled", "refined_spent"),
    *("n_gradients", "n_derivatives", "derivatives_exact"),
)
"""These columns say how the others were found."""
ARRAYS = ("critical_alpha", "critical_value", "critical_kind", "critical_range")
"""The store has these arrays of the minima and saddles themselves."""


def table(run: OpenedRun) -> Row:
    """Return the function that gives what is known of a member's resolved minima and saddles, in their own row."""
    if not STAGE.asked(run.study):
        return lambda member, representation: {}
    none = dict.fromkeys(COLUMNS, np.nan)

    def row(member: Member, representation: str) -> Mapping[str, float]:
        path = run.directory.resolved(member.index)
        found = find_resolved(path) if representation == RESOLVED else None
        return none if found is None else none | numbers(found, run) | _stored(path)

    return row


def numbers(found: Resolved, run: OpenedRun) -> dict[str, float]:
    """Return the columns of one member: minima and saddles that ``topology.min_persistence`` leaves, as the metrics.

    Descents are counted whatever it is: ``n_starts``, ``n_artefacts``, those without an end, ``n_unseen``.
    """
    from landsweep.kernels.critical.resolved import (
        BOUND,
        FLAT,
        KINK,
    )  # with numba, which the columns' names do not need

    lost = found.start_end < 0
    known = {
        "n_unresolved": float(np.count_nonzero(lost)),
        "n_starts": float(len(found.start)),
        "n_artefacts": float(np.count_nonzero(~found.start_own & ~lost)),
        "n_gradients": float(found.n_gradients),
        "n_derivatives": float(found.n_derivatives),
    }
    if not len(found.value):
        return known
    threshold = run.study.topology.threshold.loss(found.tree.value_range)
    tree = found.tree.simplify(max(threshold, POSITIVE))
    kinds, m = found.kind[tree.minima], len(found.value)
    bounds = np.count_nonzero(found.saddle_kind[tree.joins - m] == BOUND)
    known["n_unresolved"] += bounds
    return {
        **known,
        "n_minima_flat": float(np.count_nonzero(kinds == FLAT)),
        "n_minima_kink": float(np.count_nonzero(kinds == KINK)),
        "n_saddles_certified": float(len(tree.joins) - bounds),
        **_unseen(found),
    }


def _stored(path: Path) -> dict[str, float]:
    """Return how derivatives were taken, and how many points were needed beside the grid where any were allowed."""
    names = {"exact": "derivatives_exact", "refined_settled": "refined_settled", "refined_spent": "refined_spent"}
    stored = read_arrays(path, lambda name: name in {*names, "refined_value"})
    known = {column: float(stored[name]) for name, column in names.items() if name in stored}
    return known | ({"n_refined": float(len(stored["refined_value"]))} if "refined_value" in stored else {})


def _unseen(found: Resolved) -> dict[str, float]:
    """Return what further descents say of minima that nothing has led to; nothing where there were none."""
    if not found.samples:
        return {}
    guess = unseen(found.seen, found.known)
    return {"n_unseen": guess.count, "n_unseen_low": guess.low, "n_unseen_high": guess.high}


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the columns into the store, over the sweep, and all minima and saddles in flat arrays."""
    remove_arrays(run, landscape, (*COLUMNS, *ARRAYS))
    if not STAGE.asked(run.study):
        return
    from landsweep.kernels.critical.resolved import KINDS

    put_columns(landscape, run.plan, table[table["representation"] == RESOLVED], COLUMNS, list(run.plan.axes))
    alpha, value, kind, offsets = [np.empty((0, run.study.grid.dims))], [np.empty(0)], [np.empty(0, np.int8)], [0]
    for member in run.plan.members:
        found = find_resolved(run.directory.resolved(member.index))
        if found is not None:  # in the order of the vertices of the tree
            alpha += [found.alpha, found.saddle_alpha]
            value += [found.value, found.saddle_value]
            kind += [found.kind, found.saddle_kind]
        offsets.append(offsets[-1] + (0 if found is None else len(found.value) + len(found.saddle_value)))
    where = "resolved minima and saddles"
    landscape.put("critical_alpha", np.concatenate(alpha), ["critical", "axis"], long_name=f"coordinates of {where}")
    landscape.put("critical_value", np.concatenate(value), ["critical"], long_name=f"loss at {where}")
    flags = {"flag_values": list(KINDS), "flag_meanings": " ".join(KINDS.values())}
    text = f"what {where} are; each member's minima come first"
    landscape.put("critical_kind", np.concatenate(kind).astype(np.int8), ["critical"], long_name=text, **flags)
    bounds = np.array([offsets[:-1], offsets[1:]]).T
    text = "first and past-the-end minimum or saddle of each member (by its index in members.json)"
    landscape.put("critical_range", bounds, ["member", "bound"], long_name=text)
