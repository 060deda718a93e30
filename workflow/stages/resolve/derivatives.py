"""A member's loss in float64 with its derivatives by the multiples of the stored vectors."""

from __future__ import annotations

from functools import partial

from landsweep.base.errors import ProblemError, UserError
from landsweep.base.frames import told
from landsweep.disk.directions import load_delta
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import StrategyName
from landsweep.session.context import Context
from landsweep.stages.models.loader import Loader, network_of, part_of, problem_of
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
    problem, network = problem_of(context, member.model), network_of(context, member.model)
    data = Loader(context, DTYPE).data(member.model, *part_of(member))
    make = partial(
        AlphaDerivatives,
        problem,
        network,
        load_delta(context.run.directions(member.index)),
        data,
        device=context.device(),
        dtype=PRECISIONS[DTYPE].dtype,
        batchnorm=context.study.evaluation.batchnorm,
        strategy=uncompiled(strategy),
    )
    try:
        try:
            return make(), ""
        except ValueError as error:
            reason = str(error).rstrip(".")
        return make(second="differences"), (
            f"Second derivatives of the loss are differences of its gradients ({reason}), so that its minima and "
            "saddles are known to fewer digits."
        )
    except UserError:  # a damaged file, or another problem than the session began with
        raise
    except Exception as error:
        raise ProblemError(
            f"the loss has no derivatives in {DTYPE}, in which minima and saddles are looked for ({told(error)}): "
            "expected a loss that computes in the dtype of its weights and data and that torch can differentiate, or "
            "resolve.enabled: false"
        ) from error
