"""Stage homology: the loops of every member, one file a member; members are dealt to the ranks, one each."""

from __future__ import annotations

import time

import numpy as np
from landsweep.base.errors import ProblemError, UserError
from landsweep.disk.store import Landscape, Status
from landsweep.kernels.diagrams.library import gudhi
from landsweep.kernels.diagrams.loops import DUAL, loop_diagram, needs_gudhi
from landsweep.session.context import Context, Outcome
from landsweep.stages.homology import STAGE
from landsweep.stages.homology.loops import write_loops
from landsweep.study.plan import Member
from landsweep.study.study import Study


def check(study: Study) -> None:
    """Check that what computes the loops is there, before anything is computed.

    Raises
    ------
    UserError
        Where gudhi is needed and missing.
    """
    if needs_gudhi(study.grid.shape, study.periodic):
        try:
            gudhi()
        except ImportError as error:
            raise UserError(f"homology.loops is true, but {error}") from None


def run(context: Context, items: list[Member]) -> None:
    """Compute the loops of the members ``items``, whose landscapes are complete."""
    context.executor.on_root(lambda: check(context.study))
    context.run_stage(
        STAGE.name,
        STAGE.noun,
        items,
        lambda member: _outcome(context, member),
        before=lambda: STAGE.before(context.run, context.plan, items),
    )


def _outcome(context: Context, member: Member) -> Outcome:
    """Write one member's loops; one that is too large for the memory fails, as far as that raises an error."""
    begin = time.perf_counter()
    try:
        make_one(context, member)
    except MemoryError:
        points = int(np.prod(context.plan.grid_shape))
        error = ProblemError(
            f"MemoryError: the loops of a landscape of {points:,} points, which are computed as a whole, do not fit "
            "into memory, expected a smaller grid, or homology.loops: false."
        )
        context.record(STAGE.name, member, error)
        return Outcome(member.index, 1, time.perf_counter() - begin, failed=True)
    return Outcome(member.index, 1, time.perf_counter() - begin)


def make_one(context: Context, member: Member) -> None:
    """Write one member's diagrams; one without a finite value, or with failed points, has none: missing, not zero."""
    landscape, study = Landscape(context.run.landscape), context.study
    status = landscape.read_member("status", member.position)
    found: dict[str, np.ndarray] = {}
    value_range = (np.nan, np.nan)
    if (status == Status.FINITE).any() and not np.isin(status, (Status.FAILED, Status.NOT_EVALUATED)).any():
        field = landscape.read_member("loss", member.position)
        finite = field[np.isfinite(field)]
        value_range = (float(finite.min()), float(finite.max()))
        for name in study.connectivity:
            if name in DUAL:
                found[name] = loop_diagram(field, name, negate=study.topology.negate, periodic=study.periodic)
    write_loops(context.run, member.index, found, value_range)
