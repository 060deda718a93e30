"""Trained weights that a sweep reads: which file belongs to which coordinates, and where in it the weights are.

``sweep.checkpoint`` is a list of files, whose names are the values of an axis ``checkpoint``; or a mapping with a
pattern of names, whose places are filled with the values of axes::

    checkpoint: {files: "runs/seed{seed}/step{step}.pt", step: [0, 100, 1000], seed: [0, 1]}

Then ``step`` and ``seed`` are axes of the sweep like any others, and there is no axis ``checkpoint``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.study.patterns import names, places
from landsweep.study.section import Section
from pydantic import Field

KEYS = ("files", "key", "prefix")
"""These keys of ``sweep.checkpoint`` are no axes."""
FILES = "sweep.checkpoint.files"
"""What the pattern is called in sentences."""


class CheckpointSpec(Section):
    """Which files hold the weights, where they are numbered, and where the weights are in a file."""

    pattern: str | None = Field(None, description="a file name with {axis} in it")
    key: str | None = Field(None, description="the keys under which the weights are in the file, such as state_dict")
    prefix: str | None = Field(None, description="what the names of the weights begin with, such as model.")
    axes: tuple[str, ...] = Field((), description="the axes that the mapping lists")

    @property
    def places(self) -> tuple[str, ...]:
        """The axes whose values are in the names of files."""
        return () if self.pattern is None else tuple(places(self.pattern, FILES))


def _near(name: str, known: list[str]) -> str:
    """Return the closest of ``known`` in brackets, for a sentence that goes on."""
    close = nearest(name, known).removeprefix("; ")
    return f" ({close})" if close else ""


def unfolded(sweep: Mapping[str, Any]) -> tuple[dict[str, Any], CheckpointSpec]:
    """Return a sweep with the axes of ``sweep.checkpoint`` as axes of its own, and what else the mapping says.

    Raises
    ------
    ValueError
        Where the mapping says nothing that can be read.
    """
    given = sweep.get("checkpoint")
    if not isinstance(given, Mapping):
        return dict(sweep), CheckpointSpec()
    files = given.get("files")
    if not (
        isinstance(files, str) or (isinstance(files, Sequence) and files and all(isinstance(f, str) for f in files))
    ):
        what = f"is {files!r}" if "files" in given else "is missing"
        raise ValueError(
            f'sweep.checkpoint.files {what}, expected file names, or one with axes in braces such as "step{{step}}.pt"'
        )
    where = {name: given.get(name) for name in ("key", "prefix")}
    for name, value in where.items():
        if isinstance(value, int) and not isinstance(value, bool):  # the place in a list
            where[name] = str(value)
        elif not isinstance(value, str | None):
            raise ValueError(f"sweep.checkpoint.{name} is {value!r}, expected a text such as 'state_dict'")
    axes = {name: values for name, values in given.items() if name not in KEYS}
    pattern = files if isinstance(files, str) and (axes or places(files, FILES)) else None
    found = places(pattern, FILES) if pattern else []
    for name in axes:
        if name not in found:
            raise ValueError(
                f"sweep.checkpoint.{name} is not in files, {files!r}, expected the name of an axis that stands there "
                f"in braces, or {', '.join(KEYS[:-1])} or {KEYS[-1]}{_near(str(name), [*found, *KEYS])}"
            )
        if name in sweep:
            raise ValueError(f"sweep.{name} also stands in sweep.checkpoint, expected it in one of the two")
    if pattern is None:
        return {**sweep, "checkpoint": files}, CheckpointSpec(**where)
    unfolding: dict[str, Any] = {}
    for name, values in sweep.items():
        unfolding |= axes if name == "checkpoint" else {name: values}
    return unfolding, CheckpointSpec(pattern=pattern, **where, axes=tuple(axes))


def folded(sweep: Mapping[str, Any], spec: CheckpointSpec) -> dict[str, Any]:
    """Return a sweep as its file has it: the reverse of :func:`unfolded`."""
    if spec == CheckpointSpec():
        return dict(sweep)
    where = {name: value for name in ("key", "prefix") if (value := getattr(spec, name)) is not None}
    if spec.pattern is None:
        return {**sweep, "checkpoint": {"files": sweep["checkpoint"], **where}}
    whole = {"files": spec.pattern, **where, **{name: sweep[name] for name in spec.axes}}
    folding: dict[str, Any] = {}
    for name, values in sweep.items():
        folding |= {"checkpoint": whole} if name in spec.axes else {name: values}
    return folding if spec.axes else {**folding, "checkpoint": whole}


def check(spec: CheckpointSpec, axes: Mapping[str, Sequence[Any]]) -> None:
    """Check that the places in names of files are axes that tell models apart, and that no two models share a file.

    ``axes`` are those that tell models apart.

    Raises
    ------
    ValueError
        Where they are not, or do.
    """
    for name in spec.places:
        if name not in axes:
            raise ValueError(
                f"sweep.checkpoint.files has {{{name}}}, expected one of the axes that tell models apart, "
                f"{', '.join(axes)}: list the values of {name} beside files{_near(name, list(axes))}"
            )
    assert spec.pattern is not None
    seen: set[str] = set()
    for file in names(spec.pattern, FILES, axes):
        if file in seen:
            raise ValueError(
                f"sweep.checkpoint.files is {spec.pattern!r}, which gives {file} for several values of "
                f"{' and '.join(spec.places)}, expected a file for each"
            )
        seen.add(file)


def check_files(files: Sequence[str], folder: Path) -> None:
    """Check before any work that all checkpoints are there.

    Raises
    ------
    UserError
        Where one is missing; it names the first and counts the others.
    """
    missing = [name for name in files if not (folder / name).exists()]
    if missing:
        more = len(missing) - 1
        others = f", nor {'does 1 other' if more == 1 else f'do {more} others'} of {len(files)}" if more else ""
        star = "; * stands for nothing here: name an axis in braces, such as step{step}.pt" if "*" in missing[0] else ""
        raise UserError(
            f"sweep.checkpoint: {folder / missing[0]} does not exist{others}, expected a file or folder with weights "
            f"(relative to the study){star}."
        )
