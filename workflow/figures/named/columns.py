"""What figures of several landscapes share: an axis whose values are columns, members alike in all else, table rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from landsweep.base import naming
from landsweep.base.errors import UserError, reading
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.figures.curves import COLOURS
from landsweep.figures.named.request import Request
from landsweep.figures.planes import colour_bar, label
from landsweep.figures.scales import finite
from landsweep.figures.style import INK, SMALL, TINY, labels, number
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED
from landsweep.study.study import DIRECTION_AXES, MEMBER_ONLY_AXES, SPECIAL_AXES, Scalar

MOST_COLUMNS = 5
"""A figure has at most so many columns of landscapes."""
MERITS = ("quality_absolute_error", "quality_relative_error", "quality_accuracy", "quality_test_accuracy")
"""Of several figures of merit the first of these is shown."""


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
    listed = ",".join(map(str, shown))
    return shown, [f"{most} of {len(values)} values of {axis} are shown; --at {axis}=[{listed}] chooses them"]


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


def tree_of(request: Request, member: Member) -> MergeTree | None:
    """Return a member's tree without pairs below the study's threshold, None where it has none.

    Raises
    ------
    UserError
        For a representation that the run does not have.
    """
    run = request.run
    representation = request.representation or run.study.connectivity[0]
    names = [*run.study.connectivity, *([RESOLVED] if run.study.resolve.enabled else [])]
    if representation not in names:
        raise UserError(f"--representation is {representation!r}, expected {' or '.join(names)}.")
    if representation == RESOLVED:
        found = find_resolved(run.directory.resolved(member.index))
        tree = found.tree if found is not None and len(found.value) else None
    else:
        path = run.directory.topology(member.index)
        tree = find_tree(path, representation) if path.exists() else None
    return None if tree is None else tree.simplify(max(POSITIVE, run.study.topology.threshold.loss(tree.value_range)))


def first_tree(request: Request) -> tuple[Member, MergeTree, list[str]]:
    """Return the first chosen member that has a tree, its tree, and a note where others are chosen, too.

    Raises
    ------
    UserError
        Where none has a tree.
    """
    for member in request.members:
        if (tree := tree_of(request, member)) is not None:
            several = len(request.members) > 1
            said = f"landscape {member.index} of {len(request.members)} is shown, --member chooses another"
            return member, tree, [said] * several
    raise UserError(
        f"none of the {len(request.members)} chosen landscapes has a merge tree, expected one with finite values: "
        f"`landsweep status {in_command(request.run.path)}` says what is missing."
    )


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
    said = ", ".join(f"{a.replace('_', ' ')} = {v}" for a, v in same.items() if len(run.plan.axes[a]) > 1)
    return replace(request, members=members), said


def shared_bar(figure: Any, axes: Sequence[Any], norm: Any, fields: Sequence[Any]) -> None:
    """Draw the colour bar of landscapes in one scale, where any of them has a finite value."""
    if len(finite(fields)):
        colour_bar(figure, list(axes), norm, fields, label(fields[0]))


def log_ticks(ax: Any, way: str) -> None:
    """Label the logarithmic axis ``x`` or ``y`` at decades, and between them where there are fewer than two."""
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter

    low, high = getattr(ax, f"get_{way}lim")()
    axis = getattr(ax, f"{way}axis")
    axis.set_minor_formatter(NullFormatter())
    if high < 100 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 30 * low else (1.0, 3.0)))
        axis.set_major_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(np.inf, np.inf)))
    else:
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_major_formatter(LogFormatterSciNotation())


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
    representation = request.representation or run.study.connectivity[0]
    if representation not in (known := list(dict.fromkeys(table["representation"]))):
        raise UserError(f"--representation is {representation!r}, expected {' or '.join(known)}.")
    return table[(table["representation"] == representation) & table["member"].isin([m.index for m in request.members])]


def merit(table: pd.DataFrame) -> str | None:
    """Return the figure of merit that figures show, None where models have none."""
    every = [name for name in table.columns if name.startswith("quality_") and table[name].notna().any()]
    return next((name for name in MERITS if name in every), every[0] if every else None)


def known(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return those of the columns that the table has values of."""
    return [name for name in columns if name in table and table[name].notna().any()]


def measured(request: Request, table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return those of the columns that the table has values of.

    Raises
    ------
    UserError
        Where there are none.
    """
    if found := known(table, columns):
        return found
    raise UserError(
        f"none of the {len(request.members)} chosen landscapes has a metric, expected one with finite values: "
        f"`landsweep status {in_command(request.run.path)}` says what is missing."
    )


def line(ax: Any, table: pd.DataFrame, axis: str, metric: str) -> None:
    """Draw a column along an axis: its median over all else as a line, and its range as a band."""
    from matplotlib.ticker import MaxNLocator

    along = table.dropna(subset=[metric]).groupby(axis, sort=False)[metric].agg(["median", "min", "max"])
    numbers = table[axis].dtype.kind in "fiu"
    along = along.sort_index() if numbers else along
    at = along.index.to_numpy(float) if numbers else np.arange(len(along))
    ax.fill_between(at, along["min"], along["max"], color=INK, alpha=0.15, linewidth=0)
    ax.plot(at, along["median"], "o-", color=INK, markersize=3, linewidth=1.2)
    if 0 < along["min"].min() <= along["max"].max() / 10:
        ax.set_yscale("log")
        log_ticks(ax, "y")
    else:
        number(ax, table[metric].tolist(), whole=metric.startswith("n_"))
    if not numbers:
        ax.set_xticks(at, [str(value) for value in along.index], rotation=30, ha="right")
    elif all(float(value).is_integer() for value in at):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, axis.replace("_", " "), naming.label(metric))


def strip(
    ax: Any, table: pd.DataFrame, axis: str, values: Sequence[Scalar], metric: str, others: Sequence[str]
) -> None:
    """Draw a column for each value of an axis: one point a model, those equal in ``others`` joined, a bar as median."""
    models = table.groupby([axis, *others], sort=False)[metric].median().reset_index()
    for _, group in models.groupby(list(others), sort=False) if others else [((), models)]:
        found = group.set_index(axis)[metric].reindex(list(values))
        ax.plot(np.arange(len(values)), found, "o-", color="0.55", markersize=3.5, linewidth=0.6, zorder=2)
    for k, value in enumerate(values):
        own = models.loc[models[axis] == value, metric]
        if own.notna().any():
            ax.plot([k - 0.25, k + 0.25], [own.median()] * 2, color=COLOURS[0], linewidth=2.2, zorder=3)
    if 0 < models[metric].min() <= models[metric].max() / 10:
        ax.set_yscale("log")
        log_ticks(ax, "y")
    else:
        number(ax, models[metric].tolist(), whole=metric.startswith("n_"))
    ax.set_xticks(range(len(values)), [str(value) for value in values])
    ax.set_xlim(-0.5, len(values) - 0.5)
    labels(ax, axis.replace("_", " "), naming.label(metric))
    ax.tick_params(labelsize=TINY)
    ax.xaxis.label.set_fontsize(SMALL)
