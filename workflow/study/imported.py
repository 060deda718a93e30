"""Studies of imported landscapes: somebody else has evaluated them, so there is no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PROBLEM = "landsweep.exchange.imported:Imported"
"""The problem of a study with this path is a file that holds a landscape."""
AXIS = "file"
"""The sweep axis of imported landscapes: their files, relative to the study's folder."""
KIND = "imported"
"""The kind of the subspace of an imported landscape: its directions are not known."""


def check(path: str, axes: Mapping[str, Sequence[object]], kinds: Mapping[str, str], asked: Mapping[str, bool]) -> None:
    """Check that a study of imported landscapes asks for nothing that needs a model, and that no other one has them.

    Parameters
    ----------
    path
        What ``problem.path`` of the study is.
    axes, kinds
        The axes of its sweep, and the kind of each subspace that is swept.
    asked
        Whether the study has each of the keys that ask for a model.

    Raises
    ------
    ValueError
        Where the study and its landscapes do not fit; the text begins with the key.
    """
    for name, kind in kinds.items():
        if path == PROBLEM and kind != KIND:
            raise ValueError(
                f"subspaces.{name}.kind is {kind} but the landscapes are imported, whose directions are not known, "
                f"expected {KIND}"
            )
        if path != PROBLEM and kind == KIND:
            raise ValueError(
                f"subspaces.{name}.kind is {KIND} but problem.path is {path!r}, expected another kind: `landsweep "
                "import FILE --out RUN` makes the study of a landscape that is there already"
            )
    if path != PROBLEM:
        return
    if not axes.get(AXIS) or not all(isinstance(name, str) for name in axes[AXIS]):
        raise ValueError(f"sweep.{AXIS} is missing, expected the files of the imported landscapes")
    for name, values in axes.items():
        if name not in (AXIS, "seed", "subspace", "direction_seed"):
            raise ValueError(f"sweep.{name} is no axis of imported landscapes, expected {AXIS} alone")
        if name != AXIS and len(values) > 1:
            raise ValueError(
                f"sweep.{name} has {len(values)} values but the landscapes are imported, expected one: each file is "
                f"one landscape, and further ones go into sweep.{AXIS}"
            )
    for key, on in asked.items():
        if on:
            raise ValueError(
                f"{key} asks for a model to evaluate, which imported landscapes do not have, expected it left out"
            )
