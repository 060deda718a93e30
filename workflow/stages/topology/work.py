"""Stage topology: the merge trees and metrics of every member, one file a member.

Small members are dealt to the ranks, one each. All ranks work together on a large member, block by block.
"""

from __future__ import annotations

import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.base.errors import ProblemError
from landsweep.disk.arrays import write_arrays
from landsweep.disk.engines import EngineRecord, write_record
from landsweep.disk.segmentation import SegmentationStore
from landsweep.disk.store import Landscape, Status
from landsweep.disk.trees import metrics_arrays, tree_arrays
from landsweep.distributed import toolkit
from landsweep.distributed.blocking import by_toolkit, member_blocks
from landsweep.distributed.comparison import Comparison, compared
from landsweep.distributed.representations import tree_of
from landsweep.executors.executor import Submit
from landsweep.executors.group import Alone, Group
from landsweep.kernels.geometry.blocks import Blocks, Box
from landsweep.kernels.topology.metrics import topology_metrics
from landsweep.kernels.topology.ttk import EngineError
from landsweep.session.context import Context, Outcome
from landsweep.stages.topology import STAGE
from landsweep.study.plan import Member
from landsweep.study.study import WITH_TOOLKIT


def run(context: Context, items: list[Member]) -> None:
    """Compute the merge trees of the members ``items``, whose landscapes are complete."""
    landscape = Landscape(context.run.landscape)
    study = context.study
    blocks = member_blocks(
        context.plan.grid_shape, study.topology.block, len(items), context.executor.size, study.periodic
    )
    store = None
    if study.topology.segmentation:
        path, names = context.run.segmentation, study.connectivity
        blocks = context.executor.on_root(lambda: SegmentationStore.blocks(path, blocks))
        context.executor.on_root(lambda: SegmentationStore.create(path, context.study, context.plan, names, blocks))
        store = SegmentationStore(path)
    trees = MemberTrees(context, landscape, blocks, store)
    if trees.by_tasks:
        trees.helpers = min(len(blocks), max(1, context.executor.size // len(items)))

    def before() -> tuple[int, int]:
        return STAGE.before(context.run, context.plan, items)

    with toolkit.kept():
        if len(blocks) > 1 and context.executor.team:
            context.run_together("topology", "members", items, trees.outcome, before)
        else:
            context.run_stage("topology", "members", items, lambda m: trees.outcome(m, Alone()), before=before)


@dataclass(frozen=True)
class _Reader:
    """A reader of boxes of one member's loss; it is pickled as the path of the store."""

    landscape: Landscape
    position: tuple[int, ...]

    def __call__(self, box: Box) -> np.ndarray:
        return self.landscape.read_box("loss", self.position, box)


@dataclass
class MemberTrees:
    """The settings that the trees of all members share, and the work on one member."""

    context: Context
    landscape: Landscape
    blocks: Blocks
    store: SegmentationStore | None
    helpers: int = 1
    """A member has this many processes for its tasks, where the tasks go to other processes."""

    @property
    def by_tasks(self) -> bool:
        """Whether each block of a member is a task of its own."""
        return not self.context.executor.team and len(self.blocks) > 1

    def outcome(self, member: Member, group: Group) -> Outcome:
        """Compute one member's trees and metrics, and write them on the root of the group."""
        begin = time.perf_counter()
        arrays: dict[str, Any] = {}
        told: dict[str, dict[str, Any]] = {}
        lost = self._lost(member, group)
        try:
            with self.context.executor.tasks() if self.by_tasks else nullcontext() as submit:
                for name in self.context.study.connectivity if lost is None else ():
                    arrays |= self._tree(member, name, group, submit)
                    told[name] = self._told(member, name, group, submit)
        except EngineError as error:  # every rank of the group has it
            if group.rank == 0:
                kept = self.context.run.topology(member.index).exists()
                text = f"{str(error)[:-1]}; the trees that it had are kept." if kept else str(error)
                self.context.record("topology", member, ProblemError(text))
            return Outcome(member.index, 1, time.perf_counter() - begin, failed=True, ranks=self.helpers)
        for name in self.context.study.connectivity:
            if lost is not None:  # without a finite value there is no tree: missing, not zero
                arrays |= metrics_arrays(name, {"n_nonfinite": lost})
        if group.rank == 0:
            write_arrays(self.context.run.topology(member.index), arrays)
            write_record(
                self.context.run, member.index, self._record(member, told)
            )  # last: it says whose trees they are
        return Outcome(member.index, 1, time.perf_counter() - begin, ranks=self.helpers)

    def _lost(self, member: Member, group: Group) -> float | None:
        """Return the number of points that are not finite where the member has no tree, None where it has one."""
        counts = np.zeros(len(Status), np.int64)
        for index in range(group.rank, len(self.blocks), group.size):
            status = self.landscape.read_box("status", member.position, self.blocks.owned(index))
            counts += np.bincount(status.reshape(-1), minlength=len(Status))
        total = group.sum([counts])
        counts = group.broadcast(total)[0]
        bad = counts[Status.FAILED] or counts[Status.NOT_EVALUATED] or not counts[Status.FINITE]
        return float(counts[Status.NON_FINITE]) if bad else None

    def _told(self, member: Member, name: str, group: Group, submit: Submit | None) -> dict[str, Any]:
        """Return on the root what is recorded of the Topology ToolKit's part in a tree, or of what it has instead."""
        topology = self.context.study.topology
        if topology.engine not in WITH_TOOLKIT:
            return {}
        if topology.engine == "ttk":
            return dict(zip(("blocks", "asked"), by_toolkit(self.blocks, name), strict=True))
        read, threads = _Reader(self.landscape, member.position), self.context.study.evaluation.threads
        both = compared(
            read, name, topology, self.blocks, negate=topology.negate, group=group, submit=submit, threads=threads
        )
        both = both or Comparison()
        same = both.asked - both.failed - both.differing
        return {"blocks": both.blocks, "asked": both.asked, "same": same, "text": both.text}

    def _record(self, member: Member, told: dict[str, dict[str, Any]]) -> EngineRecord | None:
        engine = self.context.study.topology.engine
        if engine not in WITH_TOOLKIT:
            return None
        versions = {}
        if any(tree["asked"] for tree in told.values()):
            with suppress(EngineError):
                versions = toolkit.versions()
        return EngineRecord(member.index, member.coords, engine, versions, told)

    def _tree(self, member: Member, name: str, group: Group, submit: Submit | None) -> dict[str, np.ndarray]:
        study, shape = self.context.study, self.blocks.shape
        topology = study.topology
        tree = tree_of(
            _Reader(self.landscape, member.position),
            shape,
            name,
            topology,
            negate=topology.negate,
            group=group,
            blocks=self.blocks,
            submit=submit,
            write=self.store.writer(name, member) if self.store is not None else None,
            threads=study.evaluation.threads,
        )
        if tree is None:
            return {}
        return tree_arrays(
            name, tree, topology_metrics(tree, min_persistence=topology.threshold.loss(tree.value_range))
        )
