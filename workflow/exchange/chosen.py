"""One landscape of a run, chosen on the command line: its coordinates, its fields and its tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape, Status
from landsweep.disk.trees import check_representation, find_resolved, read_tree
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.plan import Member, choose_members, coordinates_of
from landsweep.study.resolve_spec import RESOLVED


def choose_member(run: OpenedRun, index: int | None, at: Sequence[str]) -> Member:
    """Return the member with an index, or the one that texts such as ``beta=5`` choose; the only one needs neither.

    Raises
    ------
    UserError
        Where no member, or more than one, fits, or a text names no axis or value.
    """
    axes = run.plan.axes
    members = choose_members(run.plan, () if index is None else (index,), at)
    if len(members) > 1:
        several = {name: [v for v in axes[name] if any(m.coords[name] == v for m in members)] for name in axes}
        choices = "; ".join(f"{name} of {', '.join(map(str, v))}" for name, v in several.items() if len(v) > 1)
        raise UserError(f"{len(members)} landscapes fit, expected one: choose it with --at AXIS=VALUE, {choices}.")
    return members[0]


@dataclass(frozen=True)
class Chosen:
    """One landscape of a run."""

    run: OpenedRun
    member: Member

    @property
    def axes(self) -> tuple[np.ndarray, ...]:
        """The coordinates along each axis of the grid."""
        return tuple(np.array(a) for a in coordinates_of(self.run.study, str(self.member.coords["subspace"])))

    def fields(self, wanted: Sequence[str] = ()) -> dict[str, np.ndarray]:
        """Return fields by their names, all by default, with the numbers of one point along their last axes.

        Raises
        ------
        UserError
            For an unknown field, and where points of the landscape are not evaluated yet.
        """
        landscape = open_store(self.run)
        known = list(landscape.fields)
        for name in wanted:
            if name not in known:
                raise UserError(f"--field is {name!r}, expected {', '.join(known)}{nearest(name, known) or '.'}")
        if not landscape.holds(self.member.position):
            raise UserError(self._unfinished("none of its points is evaluated"))
        status = landscape.read_member("status", self.member.position)
        lost = int((status == Status.NOT_EVALUATED).sum())
        if lost:
            raise UserError(self._unfinished(f"{lost} of {status.size} points are not evaluated"))
        if failed := int((status == Status.FAILED).sum()):
            raise UserError(
                f"member {self.member.index} has failed at {failed} of {status.size} points, expected a whole "
                f"landscape: `landsweep status {in_command(self.run.path)}` says why."
            )
        return {name: landscape.read_member(name, self.member.position) for name in wanted or known}

    def _unfinished(self, what: str) -> str:
        return (
            f"member {self.member.index} is not finished ({what}), expected a whole landscape: continue "
            f"{self.run.path} with `landsweep run STUDY`."
        )

    def tree(self, representation: str | None) -> tuple[MergeTree, np.ndarray]:
        """Return the merge tree, and the coordinates ``(vertices, d)`` of its vertices."""
        name = check_representation(self.run, representation or "")
        tree = read_tree(self.run.directory, self.member.index, name)
        if name == RESOLVED:
            found = find_resolved(self.run.directory.resolved(self.member.index))
            assert found is not None
            return tree, np.concatenate([found.alpha, found.saddle_alpha, self._highest()])
        return tree, np.stack([g.reshape(-1) for g in np.meshgrid(*self.axes, indexing="ij")], axis=1)

    def _highest(self) -> np.ndarray:
        """Return ``(1, d)`` where the grid's loss is greatest, which is where the tree of critical points ends."""
        loss = self.fields(["loss"])["loss"]
        at = np.unravel_index(np.argmax(np.where(np.isfinite(loss), loss, -np.inf)), loss.shape)
        return np.array([[axis[i] for axis, i in zip(self.axes, at, strict=True)]])


def open_store(run: OpenedRun) -> Landscape:
    """Return the store of a run; raise UserError where it has none."""
    if not run.directory.has_landscape:
        raise UserError(f"{run.path} has no landscapes yet: continue it with `landsweep run STUDY`.")
    return Landscape(run.directory.landscape)
