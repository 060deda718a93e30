"""The table of a network's parameters: which move along the directions of a landscape, which do not, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

import torch
from landsweep.kernels.parameters.roles import ignored
from landsweep.kernels.problem import reals
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

State = Literal["moved", "still", "ignored", "frozen"]
"""``moved``: some direction moves the parameter. ``still``: none does, although it is not ignored, as its weights are
zero, or the given directions are. ``ignored``: by a rule of ``ignore``. ``frozen``: it requires no gradient."""
STATES: tuple[State, ...] = get_args(State)
NAMED = 6
"""A sentence names at most this many groups of parameters of one state; it counts the others."""
LISTED = 20
"""A table lists up to this many tensors of one state one by one."""


@dataclass(frozen=True)
class Entry:
    """One parameter tensor.

    Parameters
    ----------
    name, shape
        Its name and shape; the shape of a lazy one that has not seen data is ``()``.
    state
        Whether it moves.
    norm
        Its Euclidean norm.
    directions
        The Euclidean norms of its part of each direction; empty where these are not known.
    size
        How many real numbers it takes in theta, of a lazy one 1; a complex number is two.
    """

    name: str
    shape: tuple[int, ...]
    state: State
    norm: float
    directions: tuple[float, ...]
    size: int


def table(
    model: nn.Module, ignore: Sequence[str] | None, directions: Mapping[str, Tensor] | None = None, scaled: bool = True
) -> list[Entry]:
    """Return an entry for each parameter, in module order; tied ones come once.

    Parameters
    ----------
    ignore
        The rules of a subspace; None where its directions are given and no rule applies.
    directions
        By name, the part ``(d, ...)`` of the directions of each trainable parameter; None where there are none yet.
    scaled
        Without ``directions``: whether these will be scaled to the weights, filter by filter or layer by layer.
    """
    without = ignored(model, ignore or ())
    result = []
    for name, p in model.named_parameters():
        norm = 0.0 if is_lazy(p) else _norm(p.detach())
        along: tuple[float, ...] = ()
        state: State = "moved"
        if not p.requires_grad:
            state = "frozen"
        elif without[name]:
            state = "ignored"
        elif directions is None:
            state = "still" if scaled and norm == 0 and not is_lazy(p) else "moved"
        else:
            parts = directions[name].flatten(1)
            along = tuple(torch.linalg.vector_norm(parts, dim=1, dtype=torch.double).tolist())
            state = "moved" if any(along) else "still"
        shape, size = ((), 1) if is_lazy(p) else (tuple(p.shape), reals(p))
        result.append(Entry(name, shape, state, norm, along, size))
    return result


def _norm(values: Tensor) -> float:
    """Return the Euclidean norm in double precision, also of whole numbers, which are frozen."""
    if not (values.is_floating_point() or values.is_complex()):
        values = values.double()
    return float(torch.linalg.vector_norm(values, dtype=torch.complex128 if values.is_complex() else torch.double))


@dataclass(frozen=True)
class Group:
    """The tensors of one state whose names differ in numbers only, such as ``layers.*.weight``.

    ``norm`` is that of all of them together, ``shape`` None where they differ in it.
    """

    name: str
    state: State
    tensors: int
    size: int
    norm: float
    shape: tuple[int, ...] | None

    def __str__(self) -> str:
        """Return the name, with the number of tensors where they are several."""
        return self.name if self.tensors == 1 else f"{self.name} ({self.tensors})"


def grouped(entries: Sequence[Entry], most: int = NAMED) -> list[Group]:
    """Return groups by state, in the order of :data:`STATES` and then of the entries.

    Up to ``most`` tensors of one state are a group each.
    """
    result = []
    for state in STATES:
        those = [e for e in entries if e.state == state]
        found: dict[str, list[Entry]] = {}
        for entry in those:
            name = entry.name if len(those) <= most else re.sub(r"\d+", "*", entry.name)
            found.setdefault(name, []).append(entry)
        for name, group in found.items():
            shapes = {e.shape for e in group}
            result.append(
                Group(
                    group[0].name if len(group) == 1 else name,
                    state,
                    len(group),
                    sum(e.size for e in group),
                    sqrt(sum(e.norm**2 for e in group)),
                    group[0].shape if len(shapes) == 1 else None,
                )
            )
    return result


def sentence(entries: Sequence[Entry]) -> str:
    """Return in one line which parameters move and which do not.

    Examples
    --------
    >>> from torch import nn
    >>> layer = nn.Linear(3, 2)
    >>> _ = layer.weight.data.fill_(1.0)
    >>> sentence(table(layer, ["bias"]))
    'moved 6 of 8 numbers: weight (weights of norm 2.449); ignored 2: bias'
    """
    parts = []
    groups, total = grouped(entries), sum(e.size for e in entries)
    for state in STATES:
        those = [g for g in groups if g.state == state]
        if not those and state != "moved":
            continue
        norm = sqrt(sum(g.norm**2 for g in those))
        names = ", ".join(map(str, those[:NAMED])) + (f" and {len(those) - NAMED} more" if len(those) > NAMED else "")
        count = f"{sum(g.size for g in those):,}" + (f" of {total:,} numbers" if state == "moved" else "")
        parts.append(
            f"{state} {count}: {names or 'none'}" + (f" (weights of norm {norm:.4g})" if state == "moved" else "")
        )
    return "; ".join(parts)


def rows(entries: Sequence[Entry]) -> list[str]:
    """Return the table as lines of text: state, name, shape, numbers and norm; if many, similar names share a line.

    Examples
    --------
    >>> from torch import nn
    >>> layer = nn.Linear(3, 2)
    >>> _ = layer.weight.data.fill_(1.0), layer.bias.data.fill_(0.0)
    >>> for line in rows(table(layer, ["bias"])):
    ...     print(line)
    state    parameter  shape  numbers   norm
    moved    weight     2 x 3        6  2.449
    ignored  bias       2            2      0
    """
    lines = [("state", "parameter", "shape", "numbers", "norm")]
    for g in grouped(entries, LISTED):
        shape = "various" if g.shape is None else " x ".join(map(str, g.shape)) or "()"
        lines.append((g.state, str(g), shape, f"{g.size:,}", f"{g.norm:.4g}"))
    padded = []
    for k, column in enumerate(zip(*lines, strict=True)):
        width = max(map(len, column))
        padded.append([text.rjust(width) if k > 2 else text.ljust(width) for text in column])
    return ["  ".join(line) for line in zip(*padded, strict=True)]
