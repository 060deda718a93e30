"""What named figures share: an axis whose values are columns, members alike in all else, their trees, table rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from landsweep.base.errors import Damaged, UserError, reading
from landsweep.base.naming import assigned
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.disk.trees import read_tree
from landsweep.figures.composites.columns import known
from landsweep.figures.named.request import Request
from landsweep.figures.style import count
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.plan import Member
from landsweep.study.study import DIRECTION_AXES, MEMBER_ONLY_AXES, SPECIAL_AXES, Scalar

MOST_COLUMNS = 5
"""A figure has at most so many columns of landscapes."""


def column_axis(request: Request, *, names: bool = False) -> str:
    """Return the axis whose values are columns: that of ``--by``, else the first model axis with several values.

    Parameters
    ----------
    request
        The request.
    names
        Whether axes of few values that are names, or yes and no, come first, instead of those of numbers.

    Raises
    ------
    UserError
        Where the run has no such axis.
    """
    plan, chosen = request.run.plan, request.members
    several = [a for a in plan.axes if a not in MEMBER_ONLY_AXES and len({m.coords[a] for m in chosen}) > 1]
    if request.by is not None:
        if request.by not in plan.axes or request.by in MEMBER_ONLY_AXES:
            known = [a for a in plan.axes if a not in MEMBER_ONLY_AXES]
            raise UserError(f"--by is {request.by!r}, expected an axis that tells models apart: {', '.join(known)}.")
        return request.by
    if not several:
        raise UserError(
            "the chosen landscapes are of one model, expected several values of an axis that tells models apart, such "
            "as a parameter of the problem or checkpoints."
        )

    def order(axis: str) -> tuple[bool, bool]:
        values = set(plan.axes[axis])
        named = values <= {0, 1} or any(isinstance(v, str) for v in values)
        return axis in SPECIAL_AXES and axis != "checkpoint", named != names

    return min(several, key=order)


def values_of(request: Request, axis: str, most: int = MOST_COLUMNS) -> tuple[list[Scalar], list[str]]:
    """Return the values of an axis that become columns, at most so many, and a note where some are left out."""
    there = {member.coords[axis] for member in request.members}
    values = [value for value in request.run.plan.axes[axis] if value in there]
    if len(values) <= most:
        return values, []
    shown = [values[k] for k in np.linspace(0, len(values) - 1, most).round().astype(int)]
    listed = in_command(f"{axis}=[{','.join(map(str, shown))}]")
    return shown, [f"{most} of {len(values)} values of {axis} are shown; --at {listed} chooses them"]


def alike(request: Request, axis: str, values: Sequence[Scalar], kind: str | None = None) -> dict[Scalar, Member]:
    """Return a member for each value, equal in all other axes as far as there are such, of a kind of subspace if named.

    The first of the chosen members decides the other axes.
    """
    run = request.run
    fitting = [m for m in request.members if kind in (None, run.study.subspaces[str(m.coords["subspace"])].kind)]
    groups: dict[tuple[Scalar, ...], dict[Scalar, Member]] = {}
    for member in fitting:
        others = tuple(value for name, value in member.coords.items() if name != axis)
        groups.setdefault(others, {}).setdefault(member.coords[axis], member)
    best = max(groups.values(), key=lambda found: sum(v in found for v in values), default={})
    return {value: best[value] for value in values if value in best}


def tree_of(request: Request, member: Member) -> MergeTree:
    """Return a member's tree without pairs below the study's threshold.

    Raises
    ------
    UserError
        For a representation that the run does not have, and where the member has no such tree.
    """
    run = request.run
    tree = read_tree(run.directory, member.index, request.tree)
    return tree.simplify(max(POSITIVE, run.study.topology.threshold.loss(tree.value_range)))


def find_tree(request: Request, member: Member) -> MergeTree | None:
    """Return what :func:`tree_of` returns, None where the member has no such tree.

    Raises
    ------
    UserError
        For a representation that the run does not have, and where a file is damaged.
    """
    _ = request.tree
    try:
        return tree_of(request, member)
    except Damaged:
        raise
    except UserError:
        return None


def one_axis(request: Request) -> str:
    """Return that a figure of surfaces cannot show landscapes of one axis, without a full stop."""
    return (
        f"landscapes of {' x '.join(map(str, request.run.study.grid.shape))} points are cut to one axis, expected two "
        f"of at least two points: `landsweep figure {in_command(request.run.path)} contour` draws curves"
    )


def none_of(request: Request, what: str) -> UserError:
    """Return the error that no chosen member has something made of its finite values."""
    run, many = request.run, count(len(request.members), "chosen landscape")
    who = f"the {many} has no" if len(request.members) == 1 else f"none of the {many} has"
    what = what.removeprefix("a ") if len(request.members) == 1 else what
    if any(not run.directory.topology(member.index).exists() for member in request.members):
        way_on = f"expected one at least: `landsweep status {in_command(run.path)}` says what is missing."
    else:
        way_on = "as no point has a finite loss, expected some: choose others by --member or --at."
    return UserError(f"{who} {what}, {way_on}")


def first_tree(request: Request) -> tuple[Member, MergeTree, list[str]]:
    """Return the first chosen member that has a tree, its tree, and a note where others are chosen, too.

    Raises
    ------
    UserError
        Where none has a tree.
    """
    for member in request.members:
        if (tree := find_tree(request, member)) is not None:
            several = len(request.members) > 1
            said = f"landscape {member.index} of {len(request.members)} is shown, --member chooses another"
            return member, tree, [said] * several
    raise none_of(request, "a merge tree")


def titled(run: OpenedRun, member: Member, *more: str, without: Collection[str] = ()) -> str:
    """Return the title of a figure of one member: the study, the values that tell it from others, and more."""
    axes = [a for a in run.plan.axes if len(run.plan.axes[a]) > 1 and a not in without]
    said = ", ".join(filter(None, [assigned(member.coords, axes), *more]))
    return f"{run.study.name}: {said}" if said else run.study.name


def density_of(run: OpenedRun, landscape: Landscape, member: Member) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues and the spectral density of the Hessian at a member's weights, NaN where it is not known."""
    place = dict(zip(run.plan.axes, member.position, strict=True))
    at = tuple(place[name] for name in run.study.axes if name not in DIRECTION_AXES)
    grid, values = landscape.get("hessian_x"), landscape.get("hessian_density")
    known = all(i < n for i, n in zip(at, values.shape, strict=False))  # no report since the sweep was extended
    return grid, values[at] if known else np.full(len(grid), np.nan)


def one_kind(request: Request) -> tuple[Request, str]:
    """Return the request with the members of one subspace, split and draw, those of the first, and which these are.

    Landscapes of other subspaces are no further samples of the same number.
    """
    run, first = request.run, request.members[0]
    same = {a: first.coords[a] for a in MEMBER_ONLY_AXES if a in first.coords and a != "direction_seed"}
    members = tuple(m for m in request.members if all(m.coords[a] == v for a, v in same.items()))
    return replace(request, members=members), assigned(same, [a for a in same if len(run.plan.axes[a]) > 1])


def rows_of(request: Request) -> pd.DataFrame:
    """Return the rows of the table of the chosen members, in the representation of the request.

    Raises
    ------
    UserError
        For a representation that the run does not have.
    """
    run = request.run
    with reading(run.directory.metrics):
        table = pd.read_parquet(run.directory.metrics)
    return table[(table["representation"] == request.tree) & table["member"].isin([m.index for m in request.members])]


def unmeasured(request: Request, table: pd.DataFrame) -> list[str]:
    """Return a note on the chosen members of which a table has no metrics, none where it has all."""
    names = known(table, ["n_minima", "n_nonfinite"])  # without a finite value there is only the second
    there = set(table.loc[table[names].notna().any(axis=1), "member"]) if names else set()
    lost, every = sum(m.index not in there for m in request.members), len(request.members)
    return [f"the metrics of {lost} of {count(every, 'landscape')} are not there yet"] * (lost > 0)


def measured(request: Request, table: pd.DataFrame, columns: Sequence[str | None]) -> list[str]:
    """Return those of the columns that the table has values of.

    Raises
    ------
    UserError
        Where there are none.
    """
    if found := known(table, columns):
        return found
    raise none_of(request, "a metric")
