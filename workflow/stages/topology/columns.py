"""The results of the merge trees: the metrics of every member and representation, and all pairs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.disk.trees import find_resolved, read_metrics, read_pairs, read_tree
from landsweep.kernels.topology.metrics import METRICS, topology_metrics
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

COLUMNS = METRICS
"""The keys are the topology metrics, the values say what each of them means, with its unit."""


def table(run: OpenedRun) -> Row:
    """Return the function that gives the metrics of a member's merge tree, NaN where there is none."""

    def row(member: Member, representation: str) -> Mapping[str, float]:
        if representation == RESOLVED:
            return _of_resolved(run, member)
        path = run.directory.topology(member.index)
        found = read_metrics(path, representation) if path.exists() else {}
        if "n_minima" in found and "n_pairs_zero" not in found:  # written when plateaus counted as several minima
            tree = read_tree(run.directory, member.index, representation)
            found = topology_metrics(tree, min_persistence=run.study.topology.threshold.loss(tree.value_range))
        return {name: found.get(name, np.nan) for name in METRICS}

    return row


def _of_resolved(run: OpenedRun, member: Member) -> Mapping[str, float]:
    """Return the metrics of a member's resolved tree, whose threshold is that of the other representations."""
    found = find_resolved(run.directory.resolved(member.index))
    if found is None:
        return dict.fromkeys(METRICS, np.nan)
    known = len(found.value)
    return found.metrics(run.study.topology.threshold.loss(found.tree.value_range) if known else 0.0)


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the metrics and the pairs into the store."""
    put_columns(landscape, run.plan, table, METRICS, ["representation", *run.plan.axes])
    _put_pairs(run, landscape)


def _put_pairs(run: OpenedRun, landscape: Landscape) -> None:
    """Store every tree's pairs in flat arrays: those of (member, representation) k are ``offset[k]:offset[k+1]``."""
    names = landscape.get("representation").tolist()
    vertices, values, offsets = [], [], [0]
    for member in run.plan.members:
        archive = read_pairs(run.directory.topology(member.index))
        found = find_resolved(run.directory.resolved(member.index)) if RESOLVED in names else None
        if found is not None and len(found.value):
            archive[RESOLVED] = found.tree.pairs, found.tree.pair_values
        for name in names:
            if name in archive:
                vertices.append(archive[name][0])
                values.append(archive[name][1])
            offsets.append(offsets[-1] + (len(vertices[-1]) if name in archive else 0))
    flat = np.concatenate(vertices) if vertices else np.empty((0, 2), np.int64)
    level = np.concatenate(values) if values else np.empty((0, 2))
    landscape.put(
        "pair_vertex",
        flat,
        ["pair", "pair_end"],
        long_name="minimum and saddle as C-order vertex of the member's grid"
        + "; of resolved ones as place in critical_range" * (RESOLVED in names),
    )
    landscape.put("pair_value", level, ["pair", "pair_end"], long_name="birth and death of each pair")
    bounds = np.array([offsets[:-1], offsets[1:]]).T.reshape(-1, len(names), 2)
    landscape.put(
        "pair_range",
        bounds,
        ["member", "representation", "bound"],
        long_name="first and past-the-end pair of each member (by its index in members.json)",
    )
