"""The section ``homology``: whether the loops of sublevel sets are computed beside merge trees."""

from __future__ import annotations

from collections.abc import Sequence

from landsweep.study.section import Section
from pydantic import Field


class HomologySpec(Section):
    """The persistent homology of dimensions above that of merge trees."""

    loops: bool = Field(False, description="true for persistence of dimension 1, the loops of each landscape, or false")

    def check(self, shape: Sequence[int], periodic: Sequence[int], connectivity: Sequence[str]) -> None:
        """Check that a landscape can have loops.

        Parameters
        ----------
        shape, periodic
            The points of the grid along each axis, and the periodic axes.
        connectivity
            The representations of the merge trees.

        Raises
        ------
        ValueError
            Where the grid is a line, or has neighbours but no cells between them.
        """
        if not self.loops:
            return
        if sum(n > 1 for n in shape) < 2 and not periodic:
            raise ValueError(
                "homology.loops is true but the grid is a line, which has no loops: expected grid.points of at least 2 "
                "along two axes, or homology.loops: false"
            )
        if set(connectivity) <= {"knn"}:
            raise ValueError(
                "homology.loops is true but topology.connectivity is knn alone, a graph whose loops nothing fills: "
                "expected face, moore or freudenthal beside it, or homology.loops: false"
            )
