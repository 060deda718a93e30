"""A model of the time that a run takes on any number of ranks, from rates that were measured on one rank.

Every part of the time is a formula whose constants were measured (docs/scale.md compares them with runs). Where a
number cannot be known before, such as the roughness of a landscape, that of white noise is taken, which is the worst
case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2, prod

from landsweep.distributed.blocking import member_blocks
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.stages import STAGES
from landsweep.stages.stage import Sharing
from landsweep.study.plan import Plan, even_shard, sizing_of
from landsweep.study.study import Study

POINTS_PER_SECOND = {"knn": 2e4, "delaunay": 2e4, "gabriel": 2e4}
"""A merge tree in one of these representations is estimated to take one core a second for this many points where no run
was measured; docs/benchmarks.md, "Merge trees", with a reserve of four."""
GRID_POINTS_PER_SECOND = 5e6
"""A merge tree with a connectivity of the grid is estimated to take one core a second for this many points where no run
was measured."""
FOREST_BYTES = {1: 36.0, 2: 20.6, 3: 7.5}
"""A forest takes this many bytes for each vertex that its blocks share with others, by the number of dimensions, on
white noise in float32.

Smooth fields need a tenth or less (docs/scale.md). Beyond three dimensions the number for three is taken.
"""
MERGE_BYTES = 36.0
"""The root collects this many bytes for each final merge from all other ranks, and there is one merge for each
minimum."""
SENDERS = 16
"""About this many senders of each level of the reduction are looked at, since they differ by where they lie in the
grid."""
POINTS_PER_MINIMUM = {1: 3.0, 2: 7.0, 3: 14.6}
"""White noise has one minimum for this many points, by the number of dimensions, with the connectivity
``freudenthal``."""
READS = 8
"""A rank reads this many files of metadata; docs/benchmarks.md, "On a cluster"."""


MODELLED = ("evaluate", "topology")
"""Stages whose time follows from units and blocks."""


@dataclass(frozen=True)
class Machine:
    """The constants of a machine; all defaults except the last were measured (docs/scale.md).

    Parameters
    ----------
    start
        The seconds from the start of the processes to the first stage.
    per_member
        The seconds that one rank alone takes for each member, for plans and lists.
    per_item
        The seconds to deal out a small item and to receive its result.
    per_unit
        The same for a unit that takes a second or more.
    read
        The seconds to open and read a small file, measured on a local disk; the files of all ranks are taken to be read
        one after the other.
    latency
        The seconds until a rank sees a message.
    bandwidth
        The bytes per second between two ranks: an assumption far below the networks of clusters.
    """

    start: float = 2.5
    per_member: float = 0.7e-3
    per_item: float = 0.1e-3
    per_unit: float = 6e-3
    read: float = 1e-5
    latency: float = 1e-3
    bandwidth: float = 1e9


@dataclass(frozen=True)
class Reduction:
    """The tree of ranks that reduces one large member: its levels, their largest messages, and the bytes at the root.

    Bytes are upper bounds for fields that are smoother than white noise.
    """

    depth: int
    messages: tuple[float, ...]
    root: float

    def seconds(self, machine: Machine) -> float:
        """Return the seconds that messages take, one level after the other, and those that the root collects."""
        largest = sum(machine.latency + size / machine.bandwidth for size in self.messages)
        return largest + (machine.latency * self.depth + self.root / machine.bandwidth if self.depth else 0.0)


@dataclass(frozen=True)
class Costs:
    """The seconds of a run in parts; None where no run of the problem was measured.

    ``tail`` is the part of the evaluation in which some ranks have nothing to do.
    """

    ranks: int
    start: float
    metadata: float
    alone: float
    dealt: Mapping[str, float | None]
    """The keys are the stages that deal their items one a rank, the values their seconds (None: not known)."""
    evaluate: float | None
    tail: float | None
    trees: float
    reduction: float
    tree: Reduction
    units: int

    @property
    def parts(self) -> dict[str, float | None]:
        """The seconds of every part by its name; they add up to the total."""
        special: dict[str, dict[str, float | None]] = {
            "evaluate": {"evaluate": self.evaluate, "tail": self.tail},
            "topology": {"trees": self.trees, "reduction": self.reduction},
        }
        found: dict[str, float | None] = {"start": self.start, "metadata": self.metadata, "alone": self.alone}
        for stage in STAGES:
            if stage.name in self.dealt:
                found |= {stage.cost_name or stage.name: self.dealt[stage.name]}
            found |= special.get(stage.name, {})
        return found

    @property
    def total(self) -> float | None:
        """The seconds to solution without tables and figures, None where a part is not known."""
        values = list(self.parts.values())
        return None if None in values else sum(v for v in values if v is not None)

    @property
    def stages(self) -> dict[str, float | None]:
        """The seconds of each stage, without the start of the run."""
        return {
            **self.dealt,
            "evaluate": None if self.evaluate is None or self.tail is None else self.evaluate + self.tail,
            "topology": self.trees + self.reduction,
        }


def tree_seconds(connectivity: Sequence[str], points: int) -> float:
    """Return about how many seconds merge trees of ``points`` points take one core, beyond the cost of a member."""
    return sum(points / POINTS_PER_SECOND.get(name, GRID_POINTS_PER_SECOND) for name in connectivity)


def for_grid(rates: Mapping[str, float], connectivity: Sequence[str], had: int, wants: int) -> dict[str, float]:
    """Return the rates for landscapes of ``wants`` points from rates for ``had`` points; larger trees take longer."""
    more = tree_seconds(connectivity, max(0, wants - had))
    return {stage: rate + more * (stage == "topology") for stage, rate in rates.items()}


def costs(
    study: Study,
    plan: Plan,
    rates: Mapping[str, float],
    ranks: int,
    machine: Machine = Machine(),  # frozen
) -> Costs:
    """Return the costs of a run.

    Parameters
    ----------
    study, plan
        The study and its plan.
    rates
        The seconds per model, site, point or member of one rank, by stage.
    ranks
        The number of processes. Models, directions and small merge trees are dealt one a rank, so ranks beyond their
        number wait.
    """
    members, share = len(plan.members), Sharing(ranks, machine.per_item)
    rate = rates.get("evaluate")
    sizing = sizing_of(study, plan, ranks, rate)
    shard = even_shard(plan.sweep_shape, plan.grid_shape, sizing.points, ranks)
    units = prod(ceil(n / s) for n, s in zip(plan.shape, shard, strict=True))
    evaluate = tail = None
    if rate is not None:
        evaluate = plan.points * rate / ranks
        unit = plan.points / units * rate  # units at the edges are smaller
        tail = max(0.0, ceil(units / ranks) * (unit + machine.per_unit) - evaluate)
    one = rates.get("topology", tree_seconds(study.connectivity, prod(plan.grid_shape)))
    blocks = member_blocks(plan.grid_shape, study.topology.block, members, ranks, study.periodic)
    tree = reduction(blocks, ranks)
    together = len(blocks) > 1
    part = ceil(len(blocks) / ranks) / len(blocks)  # of a member, where ranks work on it together
    trees = members * part * one if together else share(members, one)
    assert trees is not None
    return Costs(
        ranks=ranks,
        start=machine.start,
        metadata=machine.read * (READS * ranks + units),
        alone=machine.per_member * members,
        dealt={s.name: s.cost(study, plan, rates, share) for s in STAGES if s.name not in MODELLED and not s.brief},
        evaluate=evaluate,
        tail=tail,
        trees=trees,
        reduction=members * len(study.connectivity) * tree.seconds(machine) if together else 0.0,
        tree=tree,
        units=units,
    )


def reduction(blocks: Blocks, ranks: int) -> Reduction:
    """Return the tree over ranks in which a member of several blocks is reduced.

    Rank r has the r-th part of the blocks. At level k the blocks of ``2^k`` ranks form one region, whose forest takes
    at most :data:`FOREST_BYTES` bytes for each vertex next to a block of another region.
    """
    if len(blocks) == 1 or ranks == 1:
        return Reduction(0, (), 0.0)
    ndim = min(3, len(blocks.shape))
    first = [len(blocks) * rank // ranks for rank in range(ranks + 1)]
    depth = ceil(log2(ranks))
    messages = []
    for level in range(depth):
        region = 2**level
        senders = range(region, ranks, 2 * region)
        some = senders[:: max(1, len(senders) // SENDERS)]  # they differ by where they lie in the grid
        shared = (blocks.shared_vertices(first[rank], first[min(ranks, rank + region)]) for rank in some)
        messages.append(FOREST_BYTES[ndim] * max(shared))
    minima = prod(blocks.shape) / POINTS_PER_MINIMUM[ndim]
    return Reduction(depth, tuple(messages), MERGE_BYTES * minima * (ranks - 1) / ranks)
