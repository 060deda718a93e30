"""The persistence diagrams that are compared, read from a run's files, and the members that have none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.kernels.diagrams.diagram import bounded, normalised, tree_diagram
from landsweep.kernels.diagrams.library import gudhi
from landsweep.kernels.diagrams.loops import DUAL
from landsweep.kernels.topology.metrics import Threshold
from landsweep.stages.homology import STAGE as HOMOLOGY
from landsweep.stages.homology.loops import find_loops
from landsweep.stages.topology import STAGE as TOPOLOGY
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun
    from landsweep.kernels.topology.tree import MergeTree
    from landsweep.stages.stage import Stage

METRICS = ("bottleneck", "wasserstein")
"""The distances that there are."""
NO_VALUE, CONSTANT = "no finite value", "constant, so that it has no range to divide by"
"""Why a landscape that is complete has no diagram."""


@dataclass(frozen=True)
class Choice:
    """What is compared, and how.

    Parameters
    ----------
    metric, order
        One of :data:`METRICS`; the order of a Wasserstein distance, at least 1.
    representation
        The representation of the merge trees.
    normalised
        Whether each landscape's values are (f - min f) / (max f - min f).
    min_persistence
        The threshold below which pairs are left out.
    loops
        Whether loops are compared instead of the components of merge trees.
    """

    metric: str
    order: float
    representation: str
    normalised: bool
    min_persistence: Threshold
    loops: bool

    @classmethod
    def of(
        cls,
        run: OpenedRun,
        metric: str = "wasserstein",
        *,
        order: float = 1.0,
        representation: str | None = None,
        normalised: bool = False,
        min_persistence: float | str | None = None,
        loops: bool = False,
    ) -> Choice:
        """Return the choice for a run; by default, representation and threshold are the study's.

        Raises
        ------
        UserError
            Where a value is none, the run has no such trees or loops, or gudhi is missing.
        """
        study = run.study
        if metric not in METRICS:
            names = list(METRICS)
            raise UserError(f"{metric!r} is no distance, expected {' or '.join(names)}{nearest(metric, names) or '.'}")
        if not 1 <= order < np.inf:
            raise UserError(f"--order is {order:g}, expected a number of at least 1: 1 and 2 are common.")
        names = [*study.connectivity, *([RESOLVED] if study.resolve.enabled else [])]
        if loops:
            names = [name for name in names if name in DUAL] or names
        chosen = representation or names[0]
        if chosen not in names:
            raise UserError(
                f"{run.path} has no {chosen} {'loops' if loops else 'merge trees'}, expected one of "
                f"{', '.join(names)}: `landsweep topology {in_command(run.path)} --connectivity NAME` makes merge "
                "trees of another connectivity."
            )
        if loops and sum(n > 1 for n in study.grid.shape) < 2:
            shape = " x ".join(map(str, study.grid.shape))
            raise UserError(
                f"{run.path} has no loops, as its landscapes of {shape} points are lines, expected at least two points "
                "along two axes: leave out --loops."
            )
        if loops and not study.homology.loops:
            again = f"import FILE... --out {in_command(run.path)}" if study.imported else "run STUDY"
            raise UserError(
                f"{run.path} has no loops, as its study does not ask for them: `landsweep {again} --set "
                "homology.loops=true` computes them from the stored landscapes."
            )
        try:
            given = study.topology.min_persistence if min_persistence is None else min_persistence
            threshold = Threshold.of(given)
        except ValueError as error:
            raise UserError(f"--min-persistence: {error}.") from None
        if metric == "bottleneck":
            try:
                gudhi()
            except ImportError as error:
                raise UserError(f"{str(error)[:-1]}, or --metric wasserstein, which needs no other package.") from None
        return cls(metric, float(order), chosen, normalised, threshold, loops)

    @property
    def name(self) -> str:
        """The name of the files of this choice, such as ``wasserstein-1-moore-normalised``."""
        parts = [self.metric, *([f"{self.order:g}"] if self.metric == "wasserstein" else []), self.representation]
        parts += ["loops"] * self.loops + ["normalised"] * self.normalised
        if self.min_persistence.value:
            value = self.min_persistence.value
            parts.append(f"above-{100 * value:g}pc" if self.min_persistence.relative else f"above-{value:g}")
        return "-".join(parts)

    @property
    def text(self) -> str:
        """The choice in words."""
        name = "bottleneck distance" if self.metric == "bottleneck" else f"{self.order:g}-Wasserstein distance"
        what = "loops" if self.loops else "components"
        scale = ", each landscape over its range" if self.normalised else ", in units of the loss"
        least = f", persistence at least {self.min_persistence}" if self.min_persistence.value else ""
        return f"{name} of {what} ({self.representation}){scale}{least}"


@dataclass(frozen=True, eq=False)
class Diagrams:
    """The diagrams of a run's members.

    Parameters
    ----------
    members, diagrams
        The members that have a diagram, and their diagrams ``(n, 2)``.
    left_out
        The reason why a member has none, by its index.
    """

    members: tuple[Member, ...]
    diagrams: tuple[np.ndarray, ...]
    left_out: dict[int, str]

    @property
    def digests(self) -> list[str]:
        """The digest of each diagram: distances between diagrams of known digests need not be computed again."""
        return [sha256(np.ascontiguousarray(diagram).tobytes()).hexdigest() for diagram in self.diagrams]


def read_diagrams(run: OpenedRun, choice: Choice) -> Diagrams:
    """Return the diagrams of all members that have one.

    Raises
    ------
    UserError
        Where fewer than two members have a diagram; the sentence says why the others have none.
    """
    members, diagrams = [], []
    left_out: dict[int, str] = {}
    for member in run.plan.members:
        found = _diagram(run, choice, member)
        if isinstance(found, str):
            left_out[member.index] = found
        else:
            members.append(member)
            diagrams.append(found)
    if len(members) < 2:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in Counter(left_out.values()).items())
        status = f"`landsweep status {in_command(run.path)}` says what is missing, and "
        way_on = status if set(left_out.values()) - {NO_VALUE, CONSTANT} else ""
        raise UserError(
            f"{run.path} has {len(members)} of the landscapes that a distance is between, expected at least two: got "
            f"{len(run.plan.members)} {'member' if len(run.plan.members) == 1 else 'members'}"
            f"{f' ({reasons})' if reasons else ''}; {way_on}values appended to an axis of sweep add members."
        )
    return Diagrams(tuple(members), tuple(diagrams), left_out)


def _diagram(run: OpenedRun, choice: Choice, member: Member) -> np.ndarray | str:
    """Return a member's diagram, or the reason why it has none."""
    tree = _tree(run, choice.representation, member)
    if isinstance(tree, str):
        return tree
    least = choice.min_persistence.loss(tree.value_range)
    low, high = sorted(-v if tree.negate else v for v in tree.value_range)
    if choice.loops:
        loops = find_loops(run.directory, member.index, choice.representation)
        if loops is None:
            stages = (HOMOLOGY, *HOMOLOGY.ancestors)
            return "failed" if _failed(run, member, stages) else "no loops yet"
        found = bounded(loops[loops[:, 1] - loops[:, 0] >= least], high)
    else:
        found = tree_diagram(tree, min_persistence=least)
    if not choice.normalised:
        return found
    try:
        return normalised(found, (low, high))
    except ValueError:
        return CONSTANT


def _tree(run: OpenedRun, representation: str, member: Member) -> MergeTree | str:
    """Return a member's merge tree, or the reason why it has none."""
    directory = run.directory
    stages = (TOPOLOGY, *TOPOLOGY.ancestors)
    if representation == RESOLVED:
        resolved = find_resolved(directory.resolved(member.index))
        if resolved is not None:
            return resolved.tree if len(resolved.value) else "no resolved minimum"
        return "failed" if _failed(run, member, stages) else "not resolved"
    path = directory.topology(member.index)
    if not path.exists():
        return "failed" if _failed(run, member, stages) else "no merge tree yet"
    tree = find_tree(path, representation)
    return NO_VALUE if tree is None else tree


def _failed(run: OpenedRun, member: Member, stages: tuple[Stage, ...]) -> bool:
    """Return whether a member, or its model, failed in one of these stages."""
    indices = [(stage.name, member.model if stage.of == "model" else member.index) for stage in stages]
    return any(run.directory.failure(name, index).exists() for name, index in indices)
