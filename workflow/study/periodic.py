"""Periodic axes as a study or a command names them, and what cannot be computed with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from landsweep.kernels.geometry.connectivity import REPRESENTATIONS, periodic_axes

Named = Literal[True] | tuple[str, ...]
"""The periodic axes of a landscape: True for all, otherwise their names."""
REPEATED = (
    "the last layer repeats the first: if both are the same points of the period, leave the last one out, as volumes "
    "count them twice (births and deaths do not change)"
)
"""This says what is wrong with a field whose period is one spacing shorter than the grid; the axis stands before it."""


def named(value: Any) -> Any:
    """Return ``false`` as no name, ``true`` as it is, and one name as a list of it."""
    return () if value is False else (value,) if isinstance(value, str) else value


def axes_of(periodic: Named, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the periodic axes of a grid, ascending.

    Raises
    ------
    ValueError
        For a name that no axis has, and for an axis of fewer than 3 points.
    """
    names = [f"alpha_{axis}" for axis in range(len(shape))]
    for name in periodic if periodic is not True else ():
        if name not in names:
            raise ValueError(f"topology.periodic names {name!r}, expected true, or some of {', '.join(names)}")
    try:
        return periodic_axes(True if periodic is True else [names.index(name) for name in periodic], shape)
    except ValueError as error:
        raise ValueError(f"topology.periodic: {str(error).removesuffix('.')}") from None


def refusal(representations: Sequence[str], engine: str, key: str = "topology.") -> str:
    """Return why trees around periodic axes cannot be computed so, without a full stop; nothing where they can.

    Parameters
    ----------
    representations, engine
        The representations of the trees, and the engine that computes them.
    key
        What stands before the names of the settings: ``--`` for options.
    """
    if "knn" in representations:
        others = [name for name in REPRESENTATIONS if name != "knn"]
        return (
            f"{key}connectivity has knn, whose neighbours are looked for inside the grid alone, expected "
            f"{', '.join(others[:-1])} or {others[-1]} with {key}periodic"
        )
    if engine not in ("native", "auto"):
        return f"{key}engine is {engine}, which knows no periodic axes here, expected native with {key}periodic"
    return ""
