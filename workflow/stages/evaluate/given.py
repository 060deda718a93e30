"""Points of imported landscapes: they are read from the user's files where others are computed."""

from __future__ import annotations

from typing import Any, Protocol, cast

import numpy as np
from landsweep.base.errors import Damaged, ProblemChanged, ProblemError, UserError
from landsweep.kernels.geometry.blocks import Box
from landsweep.session.context import Context
from landsweep.stages.models.loader import problem_of
from landsweep.study.plan import Member, Unit
from landsweep.study.study import Study

STRATEGY = "imported"
"""The strategy of a store whose points were read."""


class Given(Protocol):
    """A problem whose landscape is there already, as :class:`landsweep.exchange.imported.Imported`."""

    def check(self, study: Study) -> None:
        """Raise UserError where the landscape is not there, or is not that of the study."""

    def read(self, study: Study, box: Box) -> dict[str, np.ndarray]:
        """Return every field of the study on a box of the grid."""


def given(problem: Any) -> Given:
    """Return the object that a study of imported landscapes names, without what is around the problems of users."""
    return cast(Given, getattr(problem, "problem", problem))


def choices(study: Study) -> dict[str, Any]:
    """Return what a store says of the evaluation of its points: they were read, as fast as the disk is."""
    return {
        "strategy": STRATEGY,
        "width": 1,
        "threads": study.evaluation.threads,
        "dtype": study.evaluation.dtype,
        "device": "none",
        "seconds": None,
        "reason": "imported",
        "float64_error": {},
    }


def values(context: Context, member: Member, unit: Unit, sweep_ndim: int) -> dict[str, np.ndarray]:
    """Return one member's part of a unit.

    Raises
    ------
    ProblemError
        Where the file cannot be read, or is no longer that of the study.
    """
    box = tuple(slice(a, b) for a, b in zip(unit.low[sweep_ndim:], unit.high[sweep_ndim:], strict=True))
    try:
        return given(problem_of(context, member.model)).read(context.study, box)
    except (Damaged, ProblemChanged):
        raise
    except UserError as error:
        raise ProblemError(str(error)) from error
