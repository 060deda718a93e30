"""What the stage activations says to people: in the plan and the methods paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return what is stored of each model."""
    spec = study.activations
    if not spec.asked:
        return {}
    layers = ", ".join(spec.layers) or "the problem's layers()"
    return {"activations": f"of {layers} on the first {spec.samples} samples, for CKA between models"}


def methods(study: Study) -> Sequence[str]:
    """Return on what models are compared."""
    spec = study.activations
    if not spec.asked:
        return []
    return [
        f"Hidden activations on the first {spec.samples} samples of the data were stored for every model; their "
        "similarity is linear centred kernel alignment [kornblith2019]."
    ]


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> Sequence[str]:
    """Return nothing: what is stored says nothing of one model alone."""
    return []


def warnings(study: Study, table: pd.DataFrame) -> Sequence[str]:
    """Return nothing: a model without activations has failed."""
    return []


def columns(table: pd.DataFrame) -> Mapping[str, Sequence[str]]:
    """Return no further column for the summary's table."""
    return {}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: ``landsweep cka`` draws the similarities of models."""
