"""The section ``activations``: which hidden layers of every model are stored, to be compared between models."""

from __future__ import annotations

from typing import Annotated, Any

from landsweep.study.section import Section, many
from pydantic import BeforeValidator, Field


def _names(value: Any) -> Any:
    """Return names of submodules as texts: those of ``nn.Sequential`` are numbers, which YAML reads as such."""
    return tuple(str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in many(value))


class ActivationsSpec(Section):
    """The activations of hidden layers at every model's weights, for CKA between models."""

    enabled: bool = Field(False, description="true for the layers that the problem's method layers() names, or false")
    layers: Annotated[tuple[str, ...], BeforeValidator(_names)] = Field(
        (), description="a list of names of submodules, such as [0, 2] or [encoder.1], instead of those of layers()"
    )
    samples: int = Field(500, ge=2, description="a whole number of at least 2: the first samples of the data, at most")

    @property
    def asked(self) -> bool:
        """Whether the study asks for activations."""
        return self.enabled or bool(self.layers)
