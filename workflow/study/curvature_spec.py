"""The study's section ``curvature``: what is computed of the Hessian at every model's weights."""

from __future__ import annotations

from typing import Literal

from landsweep.study.section import Section
from pydantic import Field

End = Literal["largest", "smallest", "magnitude"]
"""Eigenvalues are asked for as the largest, the smallest, or those of the greatest magnitude."""
ENDS: tuple[End, ...] = ("largest", "smallest", "magnitude")
"""These kinds of eigenvalues can be asked for: the greatest, the least, and those of the greatest magnitude."""


class CurvatureSpec(Section):
    """Eigenvalues, trace and density of the Hessian of every model's loss, on each split and draw of its data."""

    engine: Literal["lanczos", "pyhessian"] = Field("lanczos", description="lanczos or pyhessian")
    matrix: Literal["hessian", "gauss-newton"] = Field("hessian", description="hessian or gauss-newton")
    dtype: Literal["float64", "float32"] = Field("float32", description="float64 or float32")
    largest: int = Field(0, ge=0, description="a whole number of at least 0: how many of the largest eigenvalues")
    smallest: int = Field(0, ge=0, description="a whole number of at least 0: how many of the smallest eigenvalues")
    magnitude: int = Field(0, ge=0, description="a whole number of at least 0: how many of greatest magnitude")
    tolerance: float = Field(1e-3, gt=0, description="a residual above 0, relative to the eigenvalue")
    trace: Literal["none", "hutchinson", "hutch++"] = Field("none", description="none, hutchinson or hutch++")
    trace_error: float = Field(0.05, gt=0, description="a standard error above 0, relative to the trace")
    trace_vectors: int = Field(1000, ge=2, description="random vectors at most, at least 2")
    density: bool = Field(False, description="true for the spectral density, or false")
    density_vectors: int = Field(10, ge=1, description="random vectors, at least 1")
    density_steps: int = Field(80, ge=1, description="Lanczos steps for each random vector, at least 1")
    micro_batches: int = Field(1, ge=1, description="parts into which batches are split to save memory, at least 1")
    seed: int = Field(0, ge=0, description="a whole number of at least 0")

    @property
    def asked(self) -> bool:
        """Whether the study asks for any of these numbers."""
        return bool(self.largest or self.smallest or self.magnitude or self.trace != "none" or self.density)

    def check(self) -> None:
        """Check that the engine can do what the study asks for.

        Raises
        ------
        ValueError
            Where the engine is PyHessian and the study asks for something that PyHessian does not offer.
        """
        if self.engine != "pyhessian":
            return
        if self.density:
            raise ValueError(
                "curvature.density is true but curvature.engine is pyhessian, whose density calls torch.eig, which "
                "current torch lacks: expected density: false, or engine: lanczos"
            )
        expected = {
            "largest": 0,
            "smallest": 0,
            "trace": "none" if self.trace == "none" else "hutchinson",
            "matrix": "hessian",
            "dtype": "float32",
            "micro_batches": 1,
        }
        for key, value in expected.items():
            if (got := getattr(self, key)) != value:
                raise ValueError(
                    f"curvature.{key} is {got} but curvature.engine is pyhessian, which finds eigenvalues of greatest "
                    f"magnitude and Hutchinson's trace of the Hessian in float32: expected {key}: {value}, or engine: "
                    "lanczos"
                )
