"""The Hessian at a model's weights, with the data on one rank or shared by all ranks of a group."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from landsweep.base.errors import Stopped, users_code
from landsweep.distributed.sharing import SharedProduct, solve
from landsweep.executors.group import Group
from landsweep.kernels.curvature.derivatives import Kernels
from landsweep.kernels.curvature.hessian import SLICES, CurvatureProduct, Kind
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.session.context import Context
from landsweep.stages.models.journal import Journal, state_file
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


def other_kernels(name: Kernels) -> str:
    """Return what is said where a loss is differentiated through other kernels than torch's own choice, or nothing."""
    if name == "default":
        return ""
    return (
        f"second derivatives are taken through other operations (kernels: {name}), as those that this network runs by, "
        "such as fused attention or weight normalisation, have no right ones; losses are computed as before"
    )


@dataclass(frozen=True)
class Item:
    """The model or member for which a Hessian is computed: its stage, its index, and the path of its result."""

    stage: str
    index: int
    result: Path


def with_hessian(
    context: Context,
    group: Group,
    site: tuple[int, str, int],
    dtype: Dtype,
    item: Item,
    work: Callable[[SharedProduct, Journal], Result],
    matrix: Kind = "hessian",
    micro_batches: int = 1,
) -> Result | None:
    """Call ``work`` with the Hessian of a model's loss on a split and draw; return its result on the group's rank 0.

    ``work`` is also given the journal of ``item``, which writes the state on a stop. The caller removes its file
    (:func:`landsweep.stages.models.journal.state_file`) once the result is there.

    Raises
    ------
    ProblemError
        On rank 0, for any error that the problem or the solver raises.
    """

    def solver(product: SharedProduct) -> Result:
        journal = Journal(context, item.stage, item.index, item.result, product)
        try:
            return work(product, journal)
        except Stopped:
            journal.save()
            raise
        except Exception:
            state_file(item.result).unlink(missing_ok=True)  # tried again, it begins again
            raise

    return with_product(context, group, site, dtype, solver, matrix, micro_batches)


def with_product(
    context: Context,
    group: Group,
    site: tuple[int, str, int],
    dtype: Dtype,
    solver: Callable[[SharedProduct], Result],
    matrix: Kind = "hessian",
    micro_batches: int = 1,
) -> Result | None:
    """Call ``solver`` with the Hessian of a model's loss on a split and draw; no file is read or written for it.

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
        return solve(group, make, solver, context.stop)


def parts(context: Context, site: tuple[int, str, int], dtype: Dtype) -> int:
    """Return the number of parts into which the data can be shared; 1 where the problem fails."""
    with suppress(Exception):  # it is told when the item's turn comes
        return min(SLICES, sum(1 for _ in Loader(context, dtype).data(*site)))
    return 1
