"""The Hessian at a model's weights, with the data on one rank or shared by all ranks of a group."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TypeVar

from landsweep.base.errors import users_code
from landsweep.distributed.sharing import SharedProduct, solve
from landsweep.executors.group import Group
from landsweep.kernels.curvature.hessian import SLICES, CurvatureProduct, Kind
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.session.context import Context
from landsweep.stages.models.loader import Loader, network_of, problem_of

Result = TypeVar("Result")
Dtype = Literal["float64", "float32"]
"""Products with the Hessian are computed in one of these dtypes."""
FLOOR: dict[Dtype, float] = {"float64": 1e-12, "float32": 1e-8}
"""Residuals of eigenpairs, relative to the greatest eigenvalue, cannot go below this number, because products are not
more precise.

The rounding of a product is relative to what its vector has of the greatest eigenvectors, of which Lanczos vectors have
nothing left after a few steps: so it is far below the unit roundoff (docs/curvature.md).
"""


def with_hessian(
    context: Context,
    group: Group,
    site: tuple[int, str, int],
    dtype: Dtype,
    work: Callable[[SharedProduct], Result],
    matrix: Kind = "hessian",
    micro_batches: int = 1,
) -> Result | None:
    """Call ``work`` with the Hessian of a model's loss on a split and draw; return its result on the group's rank 0.

    Raises
    ------
    ProblemError
        On rank 0, for any error that the problem or the solver raises.
    """
    model, split, draw = site
    device, precision = context.device(), PRECISIONS[dtype]

    def make(share: tuple[int, int]) -> CurvatureProduct:
        return CurvatureProduct(
            problem_of(context, model),
            network_of(context, model),
            Loader(context, dtype).data(model, split, draw),
            device,
            precision.dtype,
            kind=matrix,
            micro_batches=micro_batches,
            share=share,
        )

    with users_code(), precision.active(device, context.study.evaluation.deterministic):
        return solve(group, make, work, context.stop)


def parts(context: Context, site: tuple[int, str, int], dtype: Dtype) -> int:
    """Return the number of parts into which the data can be shared; 1 where the problem fails."""
    with suppress(Exception):  # it is told when the item's turn comes
        return min(SLICES, sum(1 for _ in Loader(context, dtype).data(*site)))
    return 1
