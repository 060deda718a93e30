"""The study's section ``certify``: which certificates of pairs a study asks for, and what they cost at most."""

from __future__ import annotations

from typing import Annotated, Literal

from landsweep.study.section import Section
from pydantic import Field


class CertifySpec(Section):
    """The pairs of the merge trees that are checked against rounding and against the sampling of the data."""

    float64: Literal["none", "all"] | Annotated[int, Field(ge=1)] = Field(
        "none", description="none, all or the number of points a landscape to evaluate again in float64, at least 1"
    )
    draws: Literal[0] | Annotated[int, Field(ge=2)] = Field(
        0, description="0 or a whole number of at least 2 draws of the data (an interval needs a spread)"
    )

    @property
    def asked(self) -> bool:
        """Whether the study asks for any certificate."""
        return self.float64 != "none" or self.draws > 0

    def check(self, dtype: str) -> None:
        """Check that float64 is not compared with itself.

        Raises
        ------
        ValueError
            Where points are to be evaluated again in float64, but the evaluation's dtype is float64 already.
        """
        if self.float64 != "none" and dtype == "float64":
            raise ValueError(
                f"certify.float64 is {self.float64!r} but evaluation.dtype is float64, which has no finer one to be "
                "compared with here: expected certify.float64: none, or evaluation.dtype: float32"
            )

    def float64_points(self, points: int) -> int:
        """Return how many of a landscape's ``points`` are evaluated again in float64."""
        if self.float64 == "none":
            return 0
        return points if self.float64 == "all" else min(int(self.float64), points)

    def draw_points(self, points: int) -> int:
        """Return the most evaluations that the draws can take; the ends of pairs are known only with the tree."""
        return self.draws * points
