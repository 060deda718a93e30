"""Which parameters the directions of a study will move, by the network that ``build`` returns."""

from __future__ import annotations

from pathlib import Path

from landsweep.study.plan import Plan
from landsweep.study.study import Study


def moves(study: Study, folder: Path, plan: Plan) -> dict[str, list[str]]:
    """Return for each subspace the lines of a table of moved, still, ignored and frozen parameters.

    The table is that of the first model as ``build`` returns it: what ``train`` freezes is moved here, and norms are
    those before training.
    Subspaces with the same table are joined under one name.
    """
    from landsweep.kernels.parameters.roles import unmatched
    from landsweep.kernels.parameters.table import rows, table
    from landsweep.study.problems import make_problem

    first = plan.models[0]
    problem = make_problem(study, folder, first.coords)
    network = problem.build(int(first.coords["seed"]))
    found: dict[tuple[str, ...], list[str]] = {}
    for name in plan.axes["subspace"]:
        subspace = study.subspaces[str(name)]
        rules = subspace.ignore if subspace.kind == "random" else None
        # That weights are zero before training says nothing of later, so none count as still.
        lines = rows(table(network, rules, scaled=False))
        lines += [f"{rule!r} in ignore matches no parameter" for rule in unmatched(network, rules or ())]
        found.setdefault(tuple(lines), []).append(str(name))
    return {", ".join(names): list(lines) for lines, names in found.items()}
