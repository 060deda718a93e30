"""Which parameters the directions of each subspace move: stored with the directions, and said once a subspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from landsweep.base.errors import UserError
from landsweep.base.events import Notice
from landsweep.disk.directions import Moves, load_moves
from landsweep.kernels.loss.directions import Directions
from landsweep.kernels.parameters.roles import ROLES, unmatched
from landsweep.kernels.parameters.table import sentence, table
from landsweep.kernels.problem import trainable_parameters
from landsweep.session.context import Context
from landsweep.study.plan import Member
from landsweep.study.study import SubspaceSpec
from torch import nn

SHOWN = 3
"""Where models differ, at most this many kinds of them are said, and the indices of this many models of each kind."""


def moves(network: nn.Module, subspace: SubspaceSpec, directions: Directions) -> Moves:
    """Return which parameters of a network the directions of a subspace move."""
    named = dict(trainable_parameters(network))
    sizes = [p.numel() * (1 + p.is_complex()) for p in named.values()]
    parts = dict(zip(named, torch.split(directions.delta, sizes, dim=1), strict=True))
    rules = subspace.ignore if subspace.kind == "random" else ()
    return Moves(table(network, rules, parts), unmatched(network, rules))


def say(context: Context, members: Iterable[Member]) -> None:
    """Publish for each subspace which parameters move, and where the models differ in this."""
    of: dict[str, dict[int, Member]] = {}
    for member in members:
        of.setdefault(str(member.coords["subspace"]), {}).setdefault(member.model, member)
    for name, first in of.items():
        for text in _sentences(context, name, context.study.subspaces[name], first):
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
        found = which[0][1]
        yield f"Subspace {name}{where}: {sentence(found.entries)}."
        scaled = subspace.normalisation in ("filter", "layer")
        if zero := [e.name for e in found.entries if scaled and e.state == "still" and e.norm == 0]:
            shown = ", ".join(zero[:SHOWN]) + (f" and {len(zero) - SHOWN} more" if len(zero) > SHOWN else "")
            yield (
                f"Subspace {name}{where}: {shown} {'do' if len(zero) > 1 else 'does'} not move although not ignored, "
                f"as these weights are zero and normalisation {subspace.normalisation} gives directions the norm of "
                "the weights; normalisation: none or model moves them."
            )
        if rules := found.unmatched:
            yield (
                f"Subspace {name}{where}: {', '.join(map(repr, rules))} in ignore matches no parameter, expected "
                f"{', '.join(ROLES)} or a pattern of names such as {found.entries[0].name!r}."
            )
    if len(kinds) > SHOWN:
        yield f"Subspace {name}: {len(kinds) - SHOWN} further kinds of models differ in what moves (Run.parameters)."
