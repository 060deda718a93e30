"""Computing the topology of a run's stored grids in every specification; nothing is evaluated or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.store import Landscape, Status
from landsweep.distributed.representations import tree_of
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.topology.metrics import METRICS, topology_metrics
from landsweep.relations.columns import trend_axes
from landsweep.robust.claims import CLAIM_METRICS, Claim, claim
from landsweep.robust.specification import Specification, by, specifications, verdict
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.study.plan import Member, Shape
from landsweep.study.study import TopologySpec

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun

COUNTS = ("n_minima", "n_saddles")
"""Whether a grid resolves its topology is judged by these counts."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """The results of a run under other choices of analysis.

    Parameters
    ----------
    table
        One row per member and specification: ``member``, its coordinates, ``spec_extent``, ``spec_stride``,
        ``spec_shape`` (points of the sub-grid), ``representation``, ``spec_threshold`` and ``spec_min_persistence``
        (the same as a loss difference), ``spec_default`` (whether it is the study's own), and all metrics; missing is
        NaN.
    verdicts
        One row per member and representation: ``member``, its coordinates, ``representation``, ``verdict``, ``reason``,
        and per resolution, finest first and separated by commas, ``sizes``, ``n_minima`` and ``n_saddles``.
    claims
        One :class:`~landsweep.robust.claims.Claim` per metric and axis; none without a numeric axis of three values.
    left_out
        The reason why a member is not in the tables, by its index.
    """

    table: pd.DataFrame
    verdicts: pd.DataFrame
    claims: tuple[Claim, ...]
    left_out: dict[int, str]


def collect(
    run: OpenedRun,
    metrics: Sequence[str] | None = None,
    track: Callable[[Sequence[Member]], Iterable[Member]] = iter,
) -> Robustness:
    """Return a run's :class:`Robustness`, one member in memory at a time.

    Parameters
    ----------
    run
        The run.
    metrics
        The names of the metrics that claims are made of, by default :data:`~landsweep.robust.claims.CLAIM_METRICS`.
    track
        A function that wraps the sequence of members, to show progress.

    Raises
    ------
    UserError
        For an unknown metric, a run without a finished member, or a damaged shard.
    """
    wanted = _checked(metrics)
    study, plan = run.study, run.plan
    axes = list(plan.axes)
    periodic = study.periodic
    chosen = specifications(plan.grid_shape, study.connectivity, study.topology.threshold, bool(periodic))
    rows: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    left_out: dict[int, str] = {}
    landscape = Landscape(run.directory.landscape) if Landscape.exists(run.directory.landscape) else None
    for member in track(plan.members):
        field = _field(landscape, member) if not _failed(run, member) else "failed"
        if isinstance(field, str):
            left_out[member.index] = field
            continue
        found = analyse(field, chosen, study.topology, periodic)
        known = {"member": member.index, **member.coords}
        rows += [known | row for row in found]
        verdicts += [known | row for row in judge(plan.grid_shape, chosen, found)]
    if not rows:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in Counter(left_out.values()).items())
        raise UserError(
            f"{run.path} has no landscape to analyse: got {len(plan.members)} members ({reasons}), expected at least "
            f"one that is complete and has a finite value; `landsweep status {in_command(run.path)}` says what is "
            "missing, `landsweep run STUDY` goes on."
        )
    table = pd.DataFrame(rows)
    names = [str(name) for name in plan.axes["subspace"] if (table["subspace"] == name).any()]
    claims = tuple(
        claim(table, metric, axis, axes, name)
        for axis in trend_axes(plan.axes)
        for metric in wanted
        for name in (names if len(names) > 1 else [""])
    )
    return Robustness(table, pd.DataFrame(verdicts), claims, left_out)


def _checked(metrics: Sequence[str] | None) -> tuple[str, ...]:
    for name in metrics or ():
        if name not in METRICS:
            known = list(METRICS)
            raise UserError(f"{name!r} is no metric, expected one of {', '.join(known)}{nearest(name, known) or '.'}")
    return tuple(dict.fromkeys(metrics or CLAIM_METRICS))


def _failed(run: OpenedRun, member: Member) -> bool:
    """Return whether a member, or its model, failed before or while it was evaluated."""
    stages = (EVALUATE, *EVALUATE.ancestors)
    indices = [(stage.name, member.model if stage.of == "model" else member.index) for stage in stages]
    return any(run.directory.failure(name, index).exists() for name, index in indices)


def _field(landscape: Landscape | None, member: Member) -> np.ndarray | str:
    """Return a member's loss on the whole grid, or the reason why the member is left out."""
    if landscape is None or not landscape.holds(member.position):
        return "not evaluated yet"  # a study that was extended plans members that the store does not hold yet
    status = landscape.read_member("status", member.position)
    if (status == Status.FAILED).any():
        return "failed"
    if (status == Status.NOT_EVALUATED).any():
        return "not evaluated yet"
    field = landscape.read_member("loss", member.position)
    return field if np.isfinite(field).any() else "no finite value"


def analyse(
    field: np.ndarray, chosen: Sequence[Specification], topology: TopologySpec, periodic: tuple[int, ...] = ()
) -> list[dict[str, Any]]:
    """Return one row per specification of a field on the whole grid: its ``spec_`` columns and all metrics.

    The first specification is the study's own, and its section ``topology`` gives the parameters of knn. A tree is
    computed once for all thresholds, which follow one another. The metrics of a sub-grid without a finite value are
    missing, not zero.
    """
    rows = []
    topology = topology.model_copy(update={"engine": "native"})  # the result is the same, and thousands of trees
    for (extent, stride, representation), group in groupby(
        chosen, key=lambda spec: (spec.extent, spec.stride, spec.representation)
    ):
        specs = list(group)
        part = field[specs[0].slices(field.shape)]
        tree = None
        if np.isfinite(part).any():
            blocks = Blocks(part.shape, part.shape, specs[0].periodic(field.shape, periodic))
            tree = tree_of(
                part.__getitem__,
                part.shape,
                representation,
                topology,
                negate=topology.negate,
                blocks=blocks,
                volumes=False,
            )
        for spec in specs:
            least = spec.threshold.loss(tree.value_range) if tree is not None else np.nan
            rows.append(
                {
                    "spec_extent": extent,
                    "spec_stride": stride,
                    "spec_shape": by(part.shape),
                    "representation": representation,
                    "spec_threshold": str(spec.threshold),
                    "spec_min_persistence": least,
                    "spec_default": spec is chosen[0],
                    **(
                        topology_metrics(tree, min_persistence=least)
                        if tree is not None
                        else dict.fromkeys(METRICS, np.nan)
                    ),
                }
            )
    return rows


def judge(shape: Shape, chosen: Sequence[Specification], rows: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return one verdict per representation from rows of :func:`analyse`, at whole extent and the study's threshold."""
    own = chosen[0]
    found = []
    for representation in dict.fromkeys(spec.representation for spec in chosen):
        at = [
            k
            for k, spec in enumerate(chosen)
            if (spec.extent, spec.representation, spec.threshold) == (own.extent, representation, own.threshold)
        ]
        shapes = [chosen[k].shape(shape) for k in at]
        counts = {name: [rows[k][name] for k in at] for name in COUNTS}
        result = verdict(shapes, *counts.values())
        found.append(
            {
                "representation": representation,
                "verdict": result.verdict,
                "reason": result.reason,
                "sizes": ", ".join(map(by, shapes)),
                **{name: ", ".join(f"{value:g}" for value in values) for name, values in counts.items()},
            }
        )
    return found
