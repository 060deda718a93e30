"""What the stage curvature says to people: in the plan, the methods paragraph, the summary and its own figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.report.methods import eigenvalues
from landsweep.study.curvature_spec import ENDS
from landsweep.study.plan import Plan
from landsweep.study.study import DIRECTION_AXES, Study

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.disk.store import Landscape

SHOWN = ("hessian_top_eigenvalue", "hessian_lowest_eigenvalue", "hessian_eigenvalue_ratio", "hessian_trace")
"""The summary shows these numbers of the Hessian where they are known."""


def plan(study: Study, plan: Plan) -> Mapping[str, str]:
    """Return what the study computes of the Hessian at the weights."""
    curvature = study.curvature
    parts = [f"{n} {which}" for which in ENDS if (n := getattr(curvature, which))]
    parts = [f"eigenvalues: {', '.join(parts)}"] if parts else []
    parts += [f"trace by {curvature.trace}"] if curvature.trace != "none" else []
    parts += ["density"] if curvature.density else []
    if not parts:
        return {}
    sites = len(set(plan.sites.values()))
    return {"hessian": f"{sites} at trained weights ({'; '.join(parts)}; by {curvature.engine})"}


def methods(study: Study) -> list[str]:
    """Return how the eigenvalues, the trace and the density were computed."""
    curvature = study.curvature
    if not curvature.asked:
        return []
    by_pyhessian = curvature.engine == "pyhessian"
    found = []
    for which in ENDS:
        if count := getattr(curvature, which):
            how = (
                f"power iteration until they changed by less than {curvature.tolerance:g}"
                if by_pyhessian
                else f"Lanczos' method [lanczos1950] to residuals of {curvature.tolerance:g} of them"
            )
            found.append(f"{eigenvalues(which, count)} by {how}")
    if curvature.trace != "none":
        how = "Hutchinson's method [hutchinson1990]" if curvature.trace == "hutchinson" else "Hutch++ [meyer2021]"
        until = "" if by_pyhessian else f" until its standard error was at most {curvature.trace_error:g} of it, and"
        found.append(f"the trace by {how}{until} with at most {curvature.trace_vectors} random vectors")
    if curvature.density:
        vectors, steps = curvature.density_vectors, curvature.density_steps
        found.append(
            f"the spectral density by stochastic Lanczos quadrature [ubaru2017] ({vectors} vectors of {steps} steps)"
        )
    matrix = "Hessian" if curvature.matrix == "hessian" else "Gauss-Newton matrix [schraudolph2002]"
    engine = " with PyHessian [yao2020]" if by_pyhessian else ""
    return [
        f"Of the {matrix} of the loss at the trained weights we computed{engine} in {curvature.dtype}: "
        f"{'; '.join(found)}."
    ]


def lines(study: Study, table: pd.DataFrame, axis: str | None) -> list[str]:
    """Return one sentence for each number of the Hessian, with its rank correlation along an axis of models or data."""
    from landsweep.report import summary

    said, found = [], summary.sites(study, table)
    for column in (c for c in SHOWN if summary.known(table, c)):
        text = "" if axis is None or axis in DIRECTION_AXES else summary.ends(found, axis, column)
        label, text = (said.replace("Hessian ", "") for said in (summary.label(column), text))  # which each line names
        if not text:
            values = found[column].dropna()
            spread = f" ({values.min():.3g} to {values.max():.3g})" if values.nunique() > 1 else ""
            said.append(f"Hessian: {label} {values.median():.3g}{spread}")
            continue
        rho = summary.site_relation(study, found, str(axis), column)
        said.append(f"Hessian: {text}" + (f"; {rho}" if rho else ""))
    return said


def warnings(study: Study, table: pd.DataFrame) -> list[str]:
    """Return nothing: a number that could not be found is missing in the table, and was said when it was sought."""
    return []


def columns(table: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return the numbers of the Hessian, which stand before the numbers of the landscapes."""
    from landsweep.report import summary

    return {summary.TREND_METRICS[0]: [c for c in SHOWN if summary.known(table, c)]}


def draw(study: Study, landscape: Landscape, folder: Path) -> None:
    """Draw the spectral densities, where the study asks for them."""
    from landsweep.report import figures

    if study.curvature.density and "hessian_density" in landscape.group:
        figures.draw_density(study, landscape, folder / "hessian-density.png")
