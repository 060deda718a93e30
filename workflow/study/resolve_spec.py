"""The sections ``resolve`` and ``grid.refine``: whether minima and saddles of the loss itself are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from landsweep.study.section import Section
from pydantic import Field, model_validator

RESOLVED = "resolved"
"""The minima and saddles of the loss itself, and the merge tree that they make, are the representation of this name."""


class RefineSpec(Section):
    """Points beside the grid, which are evaluated where the minima and saddles of the loss are in doubt."""

    until: Literal["resolved"] = Field("resolved", description="resolved")
    budget: int = Field(
        0,
        ge=0,
        description="a whole number of at least 0: points a landscape beside the grid, of which the first search "
        "takes what it needs, 0 for that search alone",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.model_fields_set == {"until"}:
            raise ValueError("until has no budget beside it, expected budget: N, the points a landscape at most")
        return self

    def check(self, resolves: bool) -> None:
        """Check that minima and saddles are looked for; ``resolves`` says whether they are.

        Raises
        ------
        ValueError
            Where they are not, so that nothing would be refined.
        """
        if self.budget and not resolves:
            raise ValueError(
                f"grid.refine.budget is {self.budget} but resolve.enabled is false, so that nothing says where points "
                "are needed: expected resolve.enabled: true, or grid.refine.budget: 0"
            )


class ResolveSpec(Section):
    """The search for minima and saddles of the loss itself, which starts from the minima of the grid."""

    enabled: bool = Field(False, description="true to find minima and saddles that do not depend on the grid, or false")
    starts: int = Field(
        0, ge=0, description="a whole number of at least 0: further descents, from points spread over the landscape"
    )

    def check(self, shape: Sequence[int], periodic: Sequence[int], batchnorm: str, negate: bool = False) -> None:
        """Check that there is a box to search in, and a loss that can be differentiated.

        Parameters
        ----------
        shape, periodic
            The points of the grid along each axis, and the periodic axes.
        batchnorm
            How statistics of normalisation are treated.
        negate
            Whether merge trees are those of superlevel sets.

        Raises
        ------
        ValueError
            Where no axis has two points, the ends of an axis are joined, trees join maxima, or statistics follow the
            weights.
        """
        if not self.enabled:
            if self.starts:
                raise ValueError(
                    f"resolve.starts is {self.starts} but resolve.enabled is false, so that nothing would start from "
                    "there: expected resolve.enabled: true, or resolve.starts: 0"
                )
            return
        if max(shape) == 1:
            raise ValueError(
                "resolve.enabled is true but every axis of the grid has 1 point, between which nothing can be looked "
                "for: expected grid.points of at least 2 along one axis, or resolve.enabled: false"
            )
        if periodic:
            axes = " and ".join(f"alpha_{axis}" for axis in periodic)
            raise ValueError(
                f"resolve.enabled is true but topology.periodic joins the ends of {axes}, and minima and saddles of "
                "the loss itself are looked for in a box with ends: expected topology.periodic: [], or "
                "resolve.enabled: false"
            )
        if negate:
            raise ValueError(
                "resolve.enabled is true but topology.negate makes trees of maxima, and descents start from the minima "
                "of the grid: expected topology.negate: false, or resolve.enabled: false"
            )
        if batchnorm == "recomputed":
            raise ValueError(
                "resolve.enabled is true but evaluation.batchnorm is recomputed, and statistics that follow the "
                "weights have no derivatives here: expected evaluation.batchnorm: frozen, or resolve.enabled: false"
            )
