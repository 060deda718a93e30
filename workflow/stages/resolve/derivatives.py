"""A member's loss in float64 with its derivatives by the multiples of the stored vectors."""

from __future__ import annotations

from landsweep.base.errors import ProblemError
from landsweep.base.frames import told
from landsweep.disk.directions import load_delta
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.loss.strategies import StrategyName
from landsweep.session.context import Context
from landsweep.stages.models.loader import Loader, part_of
from landsweep.stages.models.probe import uncompiled
from landsweep.study.plan import Member

DTYPE = "float64"
"""Minima and saddles are found in this dtype: in float32 they would be those of the ripples that rounding makes."""


def differentiable(context: Context, member: Member, strategy: StrategyName) -> tuple[AlphaDerivatives, str]:
    """Return a member's loss with its derivatives, and a sentence where the second ones are differences of the first.

    Parameters
    ----------
    context, member
        The run and the member, whose data they are: the same split and draw as those of the landscape.
    strategy
        How the points of the landscape were evaluated.

    Raises
    ------
    ProblemError
        Where the loss raises an error, or has no gradient.
    """
    loader, delta, name = Loader(context, DTYPE), load_delta(context.run.directions(member.index)), uncompiled(strategy)
    loader.data(member.model, *part_of(member))  # what they raise says nothing of derivatives
    try:
        try:
            return loader.derivatives(member, delta, name), ""
        except ProblemError as error:
            if not isinstance(error.__cause__, ValueError):
                raise
            reason = str(error.__cause__).rstrip(".")
        return loader.derivatives(member, delta, name, "differences"), (
            f"Second derivatives of the loss are differences of its gradients ({reason}), so that its minima and "
            "saddles are known to fewer digits."
        )
    except ProblemError as error:
        cause = error.__cause__
        if not isinstance(cause, Exception):
            raise
        raise ProblemError(
            f"the loss has no derivatives in {DTYPE}, in which minima and saddles are looked for ({told(cause)}): "
            "expected a loss that computes in the dtype of its weights and data and that torch can differentiate, or "
            "resolve.enabled: false"
        ) from cause
