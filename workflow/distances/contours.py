"""The contour tree of a member, from its stored landscape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landsweep.base.errors import UserError
from landsweep.disk.store import Landscape, Status
from landsweep.kernels.diagrams.contour import ContourTree, contour_tree
from landsweep.study.plan import Member

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun


def contour_tree_of(run: OpenedRun, member: Member) -> ContourTree:
    """Return a member's contour tree.

    Raises
    ------
    UserError
        Where its landscape is not complete, or has no contour tree.
    """
    if not run.directory.has_landscape:
        raise UserError(f"{run.path} has no landscapes yet: continue it with `landsweep run STUDY`.")
    landscape = Landscape(run.directory.landscape)
    if (
        not landscape.holds(member.position)
        or (landscape.read_member("status", member.position) == Status.NOT_EVALUATED).any()
    ):
        raise UserError(f"member {member.index} is not evaluated yet: continue {run.path} with `landsweep run STUDY`.")
    if run.study.periodic:
        raise UserError(
            f"member {member.index} has no contour tree, as topology.periodic joins the ends of an axis, and contours "
            "around it make a graph with cycles: expected topology.periodic: []."
        )
    try:
        return contour_tree(landscape.read_member("loss", member.position))
    except ValueError as error:
        raise UserError(f"member {member.index} has no contour tree: {error}") from None
