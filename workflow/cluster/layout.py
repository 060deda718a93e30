"""The jobs that a study becomes: stages grouped by the nodes they need, in one job or in a chain, by node-hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Literal

from landsweep.batch.site import Site
from landsweep.predict.costs import costs
from landsweep.stages import STAGES
from landsweep.study.plan import Plan
from landsweep.study.study import Study

REPORT_SECONDS = 10.0
"""The stage ``report`` is estimated to take this many seconds, besides those that grow with the number of members."""
Chain = Literal["auto", "chain", "one"]
"""Stages become a chain of jobs (``chain``), one job (``one``), or whichever of the two is cheaper (``auto``)."""


@dataclass(frozen=True)
class Part:
    """One job of a layout: its stages and site, and the seconds that they take there (None: not measured)."""

    stages: tuple[str, ...]
    site: Site
    site_name: str
    seconds: float | None
    known_seconds: float

    def node_hours(self, seconds: float) -> float:
        """Return the node-hours of ``seconds`` of work and of starting the job."""
        return self.site.nodes * (self.site.start_seconds + seconds) / 3600


@dataclass(frozen=True)
class Layout:
    """The jobs of a run, in order, and the reason for this choice."""

    parts: tuple[Part, ...]
    reason: str

    @property
    def node_hours(self) -> float | None:
        """The node-hours of all jobs, None where a part was not measured."""
        hours = [None if part.seconds is None else part.node_hours(part.seconds) for part in self.parts]
        return None if None in hours else sum(h for h in hours if h is not None)

    @property
    def known_node_hours(self) -> float:
        """The node-hours without stages that were not measured, which need the same nodes in every layout."""
        return sum(part.node_hours(part.known_seconds) for part in self.parts)


def stage_seconds(study: Study, plan: Plan, rates: Mapping[str, float], ranks: int) -> dict[str, float | None]:
    """Return the seconds that each stage takes on ``ranks`` ranks; None where no run was measured.

    ``rates`` are seconds per model, site, point or member on one rank.
    """
    found = costs(study, plan, rates, ranks)
    return {**found.stages, "report": REPORT_SECONDS + found.alone}


def lay_out(
    study: Study,
    plan: Plan,
    site: Site,
    site_name: str,
    cpu_site: Site | None,
    rates: Mapping[str, float],
    chain: Chain = "auto",
) -> Layout:
    """Return the jobs of a study.

    If the site names a profile for stages without GPUs, there are two layouts: every stage in one job on ``site``, or
    one job for each sequence of stages that need the same nodes. ``auto`` takes the layout with fewer node-hours,
    including the time that a job needs to start. If evaluation was never measured, it is left out, as it is the same in
    both.
    """

    def part(stages: Sequence[str], where: Site, name: str) -> Part:
        seconds = stage_seconds(study, plan, rates, where.nodes * where.ranks_per_node)
        known = sum(seconds[stage] or 0.0 for stage in stages)
        return Part(tuple(stages), where, name, None if None in map(seconds.get, stages) else known, known)

    asked = [stage for stage in STAGES if stage.asked(study)]
    whole = Layout((part([stage.name for stage in asked], site, site_name),), "the site has one kind of nodes")
    if cpu_site is None:
        return whole
    cpu_name = str(site.cpu_site)
    small = _fitting(cpu_site, study, plan)
    grouped: list[tuple[bool, list[str]]] = []
    for stage in asked:
        if grouped and (stage.brief or stage.problem == grouped[-1][0]):
            grouped[-1][1].append(stage.name)
        else:
            grouped.append((stage.problem, [stage.name]))
    chained = Layout(
        tuple(
            part(stages, site, site_name) if on_gpus else part(stages, small, cpu_name) for on_gpus, stages in grouped
        ),
        "",
    )
    alone, split = whole.known_node_hours, chained.known_node_hours
    left_out = "" if whole.node_hours is not None else ", without what was not measured"
    what = f"{alone:.2f} node-hours in one job, {split:.2f} in {len(chained.parts)}{left_out}"
    if chain == "one" or (chain == "auto" and alone <= split):
        return Layout(whole.parts, what)
    return Layout(chained.parts, what)


def _fitting(site: Site, study: Study, plan: Plan) -> Site:
    """Return the site with only as many nodes and ranks as members, or the blocks of a large one, can keep busy."""
    items = max(len(plan.members), prod(plan.grid_shape) // study.topology.block)
    nodes = min(site.nodes, ceil(items / site.ranks_per_node))
    return site.model_copy(update={"nodes": nodes, "ranks_per_node": min(site.ranks_per_node, max(1, items))})
