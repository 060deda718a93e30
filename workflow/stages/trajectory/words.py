"""What the stage trajectory says to people: how far trajectories lie from the landscapes that show them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.study.plan import Plan
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape


def with_trajectory(study: Study) -> list[str]:
    """Return the names of the swept subspaces on which checkpoints of a trajectory are projected."""
    used = study.axes["subspace"]
    return [name for name, subspace in study.subspaces.items() if subspace.trajectory and name in used]


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return how many checkpoints are projected."""
    counts = {name: sum(map(len, study.subspaces[name].paths.values())) for name in with_trajectory(study)}
    shown = [f"{count} checkpoints on {name}" for name, count in counts.items()]
    return {"paths": f"{'; '.join(shown)}, projected"} if shown else {}


def methods(study: Study) -> list[str]:
    """Return how checkpoints were projected."""
    names = with_trajectory(study)
    if not names:
        return []
    return [
        f"Checkpoints of trajectories were projected on the subspace{'s' if len(names) > 1 else ''} "
        f"{', '.join(repr(name) for name in names)} by least squares over all trainable parameters, and the norm of "
        "what remains was recorded."
    ]


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence about the distance of each trajectory from its landscapes."""
    said = []
    for name in with_trajectory(study):
        found = table[table["subspace"] == name]["trajectory_residual"].dropna()
        if len(found):
            spread = f" ({found.min():.3g} to {found.max():.3g})" if found.nunique() > 1 else ""
            said.append(f"{name}: the trajectory lies up to {found.median():.3g}{spread} from the landscape (weights)")
    return said


def warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return nothing: a checkpoint that cannot be read is a failure of its member."""
    return []


def columns(table: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return no columns of the summary."""
    return {}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw nothing: trajectories are drawn on the landscapes."""
