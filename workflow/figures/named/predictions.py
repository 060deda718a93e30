"""What a trained network predicts, for problems that can say so: the field u(x, t) and the exact one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from landsweep.base.errors import ProblemError, UserError, users_code
from landsweep.base.frames import told
from landsweep.base.paths import in_command
from landsweep.disk import content
from landsweep.disk.opened import OpenedRun, last_folder
from landsweep.disk.weights import load_trained
from landsweep.jobs.problems.predictions import shipped
from landsweep.study.plan import Model
from landsweep.study.problems import declared_files, make_problem

METHOD = "predict"
"""A problem with this method can say what a network predicts."""


def prediction(run: OpenedRun, model: Model, folder: Path | None = None) -> tuple[dict[str, Any], str]:
    """Return what a problem predicts with one trained model, and a warning, which is empty as a rule.

    That is what the problem's method ``predict(model)`` returns, or the like of a problem that comes along.

    Parameters
    ----------
    run, model
        The run and the model.
    folder
        The folder that relative paths of the study start from; by default where the run was last computed from.

    Raises
    ------
    UserError
        Where the model is not trained yet, the problem has no such method, or it fails.
    """
    weights, path = run.directory.theta(model.index), run.study.problem.path
    if not weights.exists():
        raise UserError(
            f"model {model.index} has no trained weights yet, expected them for its solution: finish the run first, "
            f"`landsweep status {in_command(run.path)}` says what is missing."
        )
    where = folder or (last_folder(run.directory) or run.path)
    problem: Any = make_problem(run.study, where, model.coords)
    predict = problem.predict if callable(getattr(problem, METHOD, None)) else shipped(problem.problem)
    if predict is None:
        raise UserError(
            f"{path} has no method {METHOD}(model), expected one that returns the predicted field: docs/figures.md has "
            "an example."
        )
    found = content.collect(run.study, where, declared_files(run.study, where), content.known(run.directory))
    changed = content.changed(run.directory, content.recorded(run.directory, run.study), found)
    warning = f"{changed[0].path.name} has changed since the run was computed" if changed else ""
    try:
        network = load_trained(problem, int(model.coords["seed"]), weights)
        import torch

        with users_code(), torch.no_grad():
            answer = predict(network)
    except ProblemError as error:
        raise UserError(
            f"{METHOD}() of {path} failed ({told(error.__cause__ or error)}), expected a dictionary with coordinates, "
            "values and exact: docs/figures.md has an example."
        ) from error
    if not isinstance(answer, dict) or not {"coordinates", "values"} <= set(answer):
        raise UserError(
            f"{METHOD}() of {path} returned {type(answer).__name__}, expected a dictionary with coordinates, values "
            "and exact: docs/figures.md has an example."
        )
    return answer, warning
