"""Each named figure of a run: panels of the members that were asked for, and notes on what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.naming import assigned
from landsweep.base.paths import in_command
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures import curves, diagrams, profiles, trees
from landsweep.figures.landscapes import draw_landscape, field_of, mark, periodic_of
from landsweep.figures.marks import lacking, words
from landsweep.figures.multiples import MAX_PANELS, sheet, small_multiples
from landsweep.figures.named.columns import density_of, none_of, one_axis, rows_of, tree_of, unmeasured
from landsweep.figures.named.request import Request
from landsweep.figures.planes import cut_words, plane, surface
from landsweep.figures.scales import Scale, best_scale
from landsweep.figures.style import LETTERS_PER_INCH, TINY, count, wrapped
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.plan import Member
from landsweep.study.resolve_spec import RESOLVED
from landsweep.study.study import DIRECTION_AXES, MEMBER_ONLY_AXES

Drawn = tuple[Any, list[str]]
"""A figure of matplotlib, and notes for whoever asked for it."""
DENSITIES = 8
"""Curves in one panel are told apart up to this number."""


@contextmanager
def asked(member: Member | None = None) -> Iterator[None]:
    """Turn what a figure cannot show into a sentence, which names the member."""
    try:
        yield
    except ValueError as error:
        who = "" if member is None else f"landscape {member.index}: "
        raise UserError(f"{who}{str(error).removesuffix('.')}.") from error


def _few(members: Sequence[Member], run: OpenedRun, most: int) -> None:
    if len(members) > most:
        axes = {name: values for name, values in run.plan.axes.items() if len(values) > 1}
        options = "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in axes.items())
        raise UserError(
            f"{len(members)} landscapes are chosen, expected at most {most} in a figure: choose by --member NUMBER or "
            f"--at AXIS=VALUE ({options})."
        )


def _ready(request: Request, there: Callable[[Member], bool], what: str, most: int = 0) -> tuple[Request, list[str]]:
    """Return the request with the members for which there is something to draw, and a note on the others."""
    _few(request.members, request.run, most or MAX_PANELS)
    found = tuple(member for member in request.members if there(member))
    lost = len(request.members) - len(found)
    if not found:
        raise UserError(
            f"{what} of the {count(lost, 'chosen landscape')} is not there yet, expected that of one at least: "
            f"continue {request.run.path} with `landsweep run STUDY`."
        )
    return replace(request, members=found), [
        f"{what} of {lost} of {len(request.members)} landscapes is not there yet"
    ] * (lost > 0)


def head(request: Request, *more: str, without: Collection[str] = ()) -> str:
    """Return the title of a figure: the study, what its members share but for some axes, and more."""
    said = ", ".join(filter(None, [request.shared(without), *more]))
    return f"{request.run.study.name}: {said}" if said else request.run.study.name


def _fields(request: Request) -> tuple[Request, Landscape, list[Any], Scale, list[str]]:
    """Return the slices that are drawn, and their scale."""
    run, landscape = request.run, Landscape(request.run.directory.landscape)

    def there(member: Member) -> bool:
        return landscape.holds(member.position) and bool(landscape.read_member("status", member.position).any())

    own, notes = _ready(request, there, "the loss")
    fields = []
    for member in own.members:
        with asked(member):
            fields.append(plane(field_of(run, landscape, member, own.field), own.at))
    scale = own.scale or (best_scale(fields) if fields[0].ndim > 1 else "linear")
    return own, landscape, fields, scale, notes


def draw_contours(request: Request) -> Drawn:
    """Draw filled contours, or curves, of the chosen members; several in one colour scale, or one for each group."""
    run = request.run
    own, landscape, fields, scale, notes = _fields(request)
    marked = own.field == "loss" and fields[0].ndim == run.study.grid.dims
    title = head(own, cut_words(fields[0]))
    seen = any(not lacking(run, m) and np.isfinite(f).any() for m, f in zip(own.members, fields, strict=True))
    below = words(run) if marked and seen and fields[0].ndim == 2 else ""
    titles = [
        "\n".join(filter(None, [text, lacking(run, member) if marked else ""]))
        for text, member in zip(own.titles([own.by or ""]), own.members, strict=True)
    ]
    if len(own.members) == 1:
        figure, (panel,) = sheet(1, title, shape=0.9)
        with asked(own.members[0]):
            draw_landscape(
                panel, run, landscape, own.members[0], field=own.field, scale=scale, clip=own.clip, at=own.at
            )
        panel.set_title(titles[0], fontsize=9)
        return _below(figure, below), notes
    with asked():
        figure = small_multiples(
            fields,
            titles,
            title=title,
            scale=scale,
            clip=own.clip,
            groups=_groups(own),
            periodic=periodic_of(run),
            mark=(lambda panel, k: mark(panel, run, own.members[k], fields[k])) if marked else None,
        )
    return _below(figure, below), notes


def _below(figure: Any, text: str) -> Any:
    """Write what marks mean below a figure, in as many lines as it takes; return the figure."""
    if text:
        figure.supxlabel(wrapped(text, int(1.4 * LETTERS_PER_INCH * figure.get_figwidth())), fontsize=TINY)
    return figure


def _groups(request: Request) -> list[str] | None:
    """Return the group of each member, by the axis that the request names."""
    if request.by is None:
        return None
    if request.by not in request.run.plan.axes:
        raise UserError(f"--by is {request.by!r}, expected an axis of the sweep: {', '.join(request.run.plan.axes)}.")
    return [assigned(member.coords, [request.by]) for member in request.members]


def draw_surfaces(request: Request) -> Drawn:
    """Draw surfaces of the chosen members, each in a scale of its own."""
    own, _, fields, scale, notes = _fields(request)
    if fields[0].ndim < 2:
        raise UserError(f"{one_axis(request)}.")
    figure, panels = sheet(len(fields), head(own, cut_words(fields[0])), shape=1.0, projection="3d")
    for panel, field, title, member in zip(panels, fields, own.titles(), own.members, strict=True):
        with asked(member):
            surface(field, panel, scale=scale, clip=own.clip)
        panel.set_title(title, fontsize=9)
    return figure, notes


def _draw_trees(
    draw: Callable[..., Any], request: Request, *, shape: float = 0.8, clips: bool = False, volumes: bool = False
) -> Drawn:
    """Draw something of the merge trees of the chosen members, without pairs below the study's threshold."""
    run, directory = request.run, request.run.directory
    if volumes and request.representation == RESOLVED:
        raise UserError(
            f"--representation is {RESOLVED}, whose trees have no volumes, expected "
            f"{' or '.join(run.study.connectivity)}."
        )
    representation = request.tree
    path = directory.resolved if representation == RESOLVED else directory.topology
    own, notes = _ready(request, lambda m: path(m.index).exists(), f"the {representation} merge tree")
    found: list[tuple[Member, MergeTree]] = []
    refused: list[UserError] = []
    for member in own.members:
        try:
            found.append((member, tree_of(request, member)))
        except UserError as error:  # no finite value
            refused.append(error)
    if not found:
        raise refused[0] if len(refused) == 1 else none_of(own, "a merge tree")
    notes += [str(refused[0])] if refused else []
    own = replace(own, members=tuple(member for member, _ in found))
    scale = own.scale or best_scale([tree.node_values for _, tree in found])
    least = run.study.topology.threshold
    cut = f"persistence ≥ {least}" if least.value else ""
    figure, panels = sheet(len(found), head(own, representation, cut), shape=shape)
    for panel, (member, tree), title in zip(panels, found, own.titles(), strict=True):
        with asked(member):
            draw(tree, panel, scale=scale, **({"clip": own.clip} if clips else {}))
        panel.set_title(title, fontsize=9, pad=22 if panel.get_legend() else None)
    return figure, notes


draw_merge_trees = partial(_draw_trees, trees.merge_tree, clips=True)
draw_diagrams = partial(_draw_trees, diagrams.persistence_diagram, shape=1.0)
draw_barcodes = partial(_draw_trees, diagrams.barcode)
draw_profiles = partial(_draw_trees, profiles.profile, shape=0.7, volumes=True)


def draw_densities(request: Request) -> Drawn:
    """Draw the spectral densities of the Hessians at the weights of the chosen members, in one panel."""
    run, landscape = request.run, Landscape(request.run.directory.landscape)
    axes = [name for name in run.study.axes if name not in DIRECTION_AXES]
    first: dict[tuple[Any, ...], Member] = {}
    for member in request.members:  # those with the same loss have the same Hessian
        first.setdefault(tuple(member.coords[name] for name in axes), member)

    def of(member: Member) -> np.ndarray:
        return density_of(run, landscape, member)[1]

    sites = replace(request, members=tuple(first.values()))
    own, notes = _ready(sites, lambda m: bool(np.isfinite(of(m)).any()), "the density", DENSITIES)
    figure, (panel,) = sheet(1, head(own, run.study.curvature.matrix.replace("_", " ")), shape=0.75)
    for member, title, colour in zip(own.members, own.titles(), curves.COLOURS, strict=False):
        with asked(member):
            curves.density(landscape.get("hessian_x"), of(member), panel, colour=colour, name=title or None)
    if len(own.members) > 1:
        panel.legend(fontsize=7, frameon=False)
    return figure, notes


def draw_solutions(request: Request) -> Drawn:
    """Draw what the networks of the chosen members predict beside the exact field: one row a model."""
    from landsweep.figures.named.predictions import prediction

    run, models = request.run, dict.fromkeys(member.model for member in request.members)
    members = tuple(next(m for m in request.members if m.model == model) for model in models)
    own, notes = _ready(
        replace(request, members=members), lambda m: run.directory.theta(m.model).exists(), "the trained network", 6
    )
    found = [prediction(run, run.plan.models[member.model], request.folder) for member in own.members]
    notes += list(dict.fromkeys(warning for _, warning in found if warning))
    lone = all(answer.get("exact") is None for answer, _ in found)
    columns = 1 if lone else 2 if all(len(answer["coordinates"]) == 1 for answer, _ in found) else 3
    figure, panels = sheet(
        columns * len(found), head(own, *notes, without=MEMBER_ONLY_AXES), columns=columns, shape=0.75
    )
    names = [a for a in run.plan.axes if a not in MEMBER_ONLY_AXES and len({m.coords[a] for m in own.members}) > 1]
    for k, ((answer, _), member) in enumerate(zip(found, own.members, strict=True)):
        row = panels[columns * k : columns * (k + 1)]
        with asked(member):
            curves.solution(answer, row)
        row[0].set_title("\n".join(filter(None, [assigned(member.coords, names), row[0].get_title()])), fontsize=8)
    return figure, notes


def draw_scatter(request: Request) -> Drawn:
    """Draw two columns of the table of metrics against each other, one point a landscape."""
    run = request.run
    for option, name in (("--x", request.x), ("--y", request.y)):
        if not name:
            raise UserError(
                f"{option} is missing, expected a column of the table: "
                f"`landsweep metrics {in_command(run.path)} --csv`."
            )
    table = rows_of(request)
    figure, (panel,) = sheet(1, head(request, request.tree), shape=0.85)
    with asked():
        curves.scatter(table, request.x, request.y, panel, by=request.by)
    return figure, unmeasured(request, table)
