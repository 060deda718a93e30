"""The results of the certificates: columns of the table of metrics, and arrays of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.arrays import read_arrays
from landsweep.disk.opened import OpenedRun
from landsweep.disk.rundir import RunDir
from landsweep.disk.store import Landscape
from landsweep.disk.trees import find_tree
from landsweep.kernels.topology import significance as kernel
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree
from landsweep.stages.certify import STAGE
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns
from landsweep.study.plan import Member
from landsweep.study.study import Study

METHODS = ("none", "estimated", "certified")
"""The difference from float64 is not known, estimated from some points, or certified at every point; the store holds
the index of the word."""
COUNTS = {
    "n_pairs": "minimum-saddle pairs",
    "n_saddles": "points of the merge tree that are saddles of pairs",
    "n_minima": "minima of pairs, and roots,",
}
"""The keys are what is counted, the values name it in a sentence."""
CERTIFICATES = {
    "positive": "of persistence (death - birth) above 0 (count)",
    "float64": "of persistence above twice float64_epsilon (count)",
    "draws": "whose 95 % interval of persistence over draws of the data lies above 0 (count)",
}
"""The keys are the certificates, the values the condition that a pair must meet, with the unit of the number."""
EPSILON = "greatest difference of the loss from the same points in float64 (loss)"
"""This text says what the column ``float64_epsilon`` holds, with its unit."""
COLUMNS = {"float64_epsilon": EPSILON} | {
    f"{what}_{which}": f"{noun} {condition}"
    for which, condition in CERTIFICATES.items()
    for what, noun in COUNTS.items()
}
"""The keys are the numbers that :func:`certificates` gives, the values say what each of them means, with its unit."""
ASIDE = ("float64_epsilon",)
"""This says how sure others are, and nothing of the landscape."""

LARGE = ("draw_vertices", "draw_values")
"""The arrays of a file of certificates that neither table nor store need: the losses on every draw."""


def trees(run: RunDir, study: Study, member: int) -> Iterator[tuple[str, MergeTree]]:
    """Yield each representation with the member's merge tree; yield nothing for a member without finite values."""
    for name in study.connectivity:
        if (tree := find_tree(run.topology(member), name)) is not None:
            yield name, tree


def _stored(run: RunDir, member: int) -> dict[str, np.ndarray]:
    """Return what was found out about a member's pairs; nothing where the member failed, or is to come."""
    path = STAGE.result(run, member)
    return read_arrays(path, lambda name: name not in LARGE) if path.exists() else {}


def table(run: OpenedRun) -> Row:
    """Return the function that gives a member's certificates, computed once for all of its representations."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    none = _missing({})  # of a representation that is certified otherwise

    def row(member: Member, representation: str) -> Mapping[str, Any]:
        if member.index not in found:
            found.clear()
            found[member.index] = certificates(run.directory, run.study, member.index)
        return found[member.index].get(representation, none)

    return row


def certificates(run: RunDir, study: Study, member: int) -> dict[str, dict[str, Any]]:
    """Return a member's certificates by representation: :data:`COLUMNS`, ``float64_method``, ``draws_distinct``.

    Only pairs of persistence above 0 that ``topology.min_persistence`` leaves are counted. A number that was not asked
    for, or could not be found out, is NaN; such a method is None.
    """
    stored = _stored(run, member)
    missing = _missing(stored)
    rows = {name: dict(missing) for name in study.connectivity}
    if not run.topology(member).exists():
        return rows
    for name, tree in trees(run, study, member):
        kept = tree.lifetimes >= max(study.topology.threshold.loss(tree.value_range), POSITIVE)
        holds = {"positive": tree.lifetimes > 0}
        if missing["float64_method"] is not None:
            holds["float64"] = kernel.above_rounding(tree.lifetimes, missing["float64_epsilon"])
        if f"{name}/interval" in stored and stored["draws_distinct"] == len(stored["draws"]):
            holds["draws"] = kernel.above_sampling(stored[f"{name}/interval"])
        for which, mask in holds.items():
            for what, value in asdict(kernel.count(tree, mask & kept)).items():
                rows[name][f"n_{what}_{which}"] = float(value)
    return rows


def _missing(stored: Mapping[str, np.ndarray]) -> dict[str, Any]:
    method = METHODS[int(stored.get("float64_method", 0))]
    return dict.fromkeys(COLUMNS, np.nan) | {
        "float64_method": None if method == "none" else method,
        "float64_epsilon": float(stored.get("float64_epsilon", np.nan)),
        "draws_distinct": float(stored.get("draws_distinct", np.nan)),
    }


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the certificates into the store; the intervals lie beside ``pair_vertex``, in the same order."""
    plan, names = run.plan, run.study.connectivity
    axes = ["representation", *plan.axes]
    numbers = COLUMNS | {"draws_distinct": "draws of the data that differ (count)"}
    put_columns(landscape, plan, table, numbers, axes)
    coded = table.assign(float64_method=[METHODS.index(m) if m in METHODS else 0 for m in table["float64_method"]])
    flags = {"flag_values": list(range(len(METHODS))), "flag_meanings": " ".join(METHODS)}
    put_columns(landscape, plan, coded, {"float64_method": "what float64_epsilon is"}, axes, fill=np.uint8(0), **flags)
    bounds = landscape.get("pair_range")
    intervals = np.full((int(bounds.max(initial=0)), 2), np.nan)
    for member in plan.members:
        stored = _stored(run.directory, member.index)
        for name, (low, high) in zip(names, bounds[member.index], strict=False):  # resolved pairs come last
            if f"{name}/interval" in stored:
                intervals[low:high] = stored[f"{name}/interval"]
    landscape.put(
        "pair_interval",
        intervals,
        ["pair", "interval_end"],
        long_name="low and high end of each pair's 95 % interval of persistence over draws of the data",
    )
