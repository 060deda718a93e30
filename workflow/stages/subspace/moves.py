"""Which parameters the directions of each subspace move: stored with the directions, and said once a subspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from landsweep.base.errors import UserError
from landsweep.base.events import Notice
from landsweep.disk.directions import Moves, has_moves, load_delta, load_moves
from landsweep.kernels.loss.directions import Directions
from landsweep.kernels.loss.theta import ThetaLayout
from landsweep.kernels.parameters.roles import ROLES, unmatched
from landsweep.kernels.parameters.table import sentence, table
from landsweep.session.context import Context
from landsweep.study.plan import Member
from landsweep.study.subspace_spec import SubspaceSpec
from torch import nn

SHOWN = 3
"""Where models differ, at most this many kinds of them are said, and the indices of this many models of each kind."""


def moves(network: nn.Module, subspace: SubspaceSpec, directions: Directions) -> Moves:
    """Return which parameters of a network the directions of a subspace move."""
    theta = ThetaLayout(network)
    parts = dict(zip(theta.names, torch.split(directions.delta, theta.sizes, dim=1), strict=True))
    rules = subspace.ignore if subspace.kind == "random" else ()
    return Moves(table(network, rules, parts), unmatched(network, rules))


def say(context: Context, members: Iterable[Member]) -> None:
    """Publish for each subspace which parameters move, and where the models differ in this."""
    of: dict[str, dict[int, Member]] = {}
    fresh = set()
    for member in members:
        fresh.add(member.index)
        of.setdefault(str(member.coords["subspace"]), {}).setdefault(member.model, member)
    for name, first in of.items():
        for text in _sentences(context, name, context.study.subspaces[name], first):
            context.bus(Notice(text))
        if text := _unlike(context, name, first, fresh):
            context.bus(Notice(text))


def _sentences(context: Context, name: str, subspace: SubspaceSpec, members: dict[int, Member]) -> Iterator[str]:
    kinds: dict[tuple[tuple[str, str], ...], list[tuple[int, Moves]]] = {}
    for model, member in members.items():
        path = context.run.directions(member.index)
        try:
            found = load_moves(path) if path.exists() else None  # it failed
        except UserError:  # whoever needs the directions says so
            found = None
        if found is not None:
            kinds.setdefault(tuple((e.name, e.state) for e in found.entries), []).append((model, found))
    for which in list(kinds.values())[:SHOWN]:
        models = ", ".join(str(model) for model, _ in which[:SHOWN])
        more = f" and {len(which) - SHOWN} more" if len(which) > SHOWN else ""
        where = f", model{'s' * (len(which) > 1)} {models}{more}" if len(kinds) > 1 else ""
        yield from sentences(f"Subspace {name}{where}", subspace, which[0][1])
    if len(kinds) > SHOWN:
        yield f"Subspace {name}: {len(kinds) - SHOWN} further kinds of models differ in what moves (Run.parameters)."


def sentences(where: str, subspace: SubspaceSpec, found: Moves) -> Iterator[str]:
    """Yield which parameters move, which do not although they may, and which rules of ``ignore`` match none."""
    yield f"{where}: {sentence(found.entries)}."
    scaled = subspace.normalisation in ("filter", "layer")
    if zero := [e.name for e in found.entries if scaled and e.state == "still" and e.norm == 0]:
        shown = ", ".join(zero[:SHOWN]) + (f" and {len(zero) - SHOWN} more" if len(zero) > SHOWN else "")
        yield (
            f"{where}: {shown} {'do' if len(zero) > 1 else 'does'} not move although not ignored, "
            f"as these weights are zero and normalisation {subspace.normalisation} gives directions the norm of "
            "the weights; normalisation: none or model moves them."
        )
    if rules := found.unmatched:
        yield (
            f"{where}: {', '.join(map(repr, rules))} in ignore matches no parameter, expected "
            f"{', '.join(ROLES)} or a pattern of names such as {found.entries[0].name!r}."
        )


def _unlike(context: Context, name: str, made: dict[int, Member], fresh: set[int]) -> str:
    """Return in words which parameters an earlier version's directions move that those made now ignore; else nothing.

    Earlier versions knew biases by the end of their names, and torch's normalisations alone.
    """
    others = (m for m in context.plan.members if m.coords["subspace"] == name and m.index not in fresh)
    old, new = (
        next((path for m in those if (path := context.run.directions(m.index)).exists()), None)
        for those in (others, made.values())
    )
    if old is None or new is None or has_moves(old):
        return ""
    entries = [e for e in load_moves(new).entries if e.state != "frozen"]
    delta, sizes = load_delta(old), [e.size for e in entries]
    if sum(sizes) != delta.shape[1]:  # of another network
        return ""
    parts = torch.split(delta, sizes, dim=1)
    moved = [e.name for e, part in zip(entries, parts, strict=True) if e.state == "ignored" and part.any()]
    if not moved:
        return ""
    return (
        f"Subspace {name}: directions that an earlier landsweep has made here, such as {old}, move {', '.join(moved)}, "
        "which those made now ignore, so that their landscapes do not compare: run again into another directory with "
        "--out, which makes all by one rule."
    )
