"""The study's section about a subspace: which directions span it, and which coordinates the grid covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from landsweep.study.curvature_spec import End
from landsweep.study.patterns import names, places
from landsweep.study.section import Section, many
from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, model_validator

Kind = Literal["random", "hessian", "file", "line", "plane", "bilinear", "barycentric", "pca", "imported"]
"""A subspace is spanned by random vectors, eigenvectors, vectors of a file, or by checkpoints; or is of others."""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""These are all kinds of subspaces."""
IMPORTED: Kind = "imported"
"""The kind of the subspace of imported landscapes, which others have evaluated: its directions are not known."""
OWN = tuple(kind for kind in KINDS if kind != IMPORTED)
"""These are the kinds that a study may choose; ``landsweep import`` makes the study of the other one."""
PROBLEM = "landsweep.exchange.imported:Imported"
"""The problem of a study of imported landscapes has this path: it is a file in the place of a network."""
FILE = "file"
"""The sweep axis of imported landscapes: their files, relative to the study's folder."""


class Through(NamedTuple):
    """What a kind says whose landscapes go through checkpoints."""

    words: str
    """Through how many."""
    corners: int | None
    """The same as a number; None for one more than the grid has dimensions."""
    dims: int | None
    """The dimensions that the grid needs; None for any number."""
    range: tuple[float, float]
    """The default range; the checkpoints lie at the coordinates 0 and 1."""


THROUGH: Mapping[str, Through] = {
    "line": Through("two checkpoints", 2, 1, (0.0, 1.0)),
    "plane": Through("three checkpoints", 3, 2, (-0.5, 1.5)),
    "bilinear": Through("four checkpoints", 4, 2, (0.0, 1.0)),
    "barycentric": Through("grid.dims + 1 checkpoints", None, None, (-0.5, 1.5)),
}
"""The keys are the kinds whose landscapes go through checkpoints."""
SKIPPING = ("hessian", "pca", "random", "file")
"""The directions of these kinds have an order, in which the first ones can be left out."""


def _key(value: Any) -> Any:
    """Return a key as text; a number is the place in a list."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _paths(value: Any) -> Any:
    """Return a list of files, or a mapping to lists of files, where single files may stand for lists."""
    return {name: many(files) for name, files in value.items()} if isinstance(value, dict) else many(value)


class SubspaceSpec(Section):
    """The way in which the directions are made, and the range of coordinates that the grid covers."""

    kind: Kind = Field("random", description=f"{', '.join(OWN[:-1])} or {OWN[-1]}")
    path: str | None = Field(None, description="a .safetensors, .npz or .npy file with the directions (kind: file)")
    files: Annotated[tuple[str, ...], BeforeValidator(many)] = Field(
        (),
        description=f"a list of checkpoints (kind: {', '.join(THROUGH)} or pca); {{seed}} and other swept names are "
        "filled in",
    )
    key: Annotated[str | None, BeforeValidator(_key)] = Field(
        None, description="the keys under which the weights are in files and trajectory, such as state_dict"
    )
    prefix: str | None = Field(
        None, description="what the names of the weights in files and trajectory begin with, such as model."
    )
    align: bool = Field(
        False, description="true to permute the units of the files' networks so that they match the first one, or false"
    )
    normalisation: Literal["filter", "layer", "model", "none"] = Field(
        "filter", description="filter, layer, model or none (the default of all kinds but random)"
    )
    ignore: Annotated[tuple[str, ...], BeforeValidator(many)] = Field(
        ("bias", "norm"),
        description="a list of bias, norm or patterns of parameter names, such as [bias, 'head.*']",
    )
    which: End = Field(
        "largest", description="largest, smallest or magnitude: which eigenvectors of the Hessian (kind: hessian)"
    )
    skip: int = Field(
        0,
        ge=0,
        description=f"a whole number of at least 0: directions left out (kind: {', '.join(SKIPPING[:-1])} or "
        f"{SKIPPING[-1]})",
    )
    tolerance: float = Field(1e-3, gt=0, description="a residual above 0, relative to the eigenvalue (kind: hessian)")
    split: str = Field("train", description="the split whose loss gives the Hessian (kind: hessian)")
    draw: int = Field(0, ge=0, description="the draw of that split, at least 0 (kind: hessian)")
    range: tuple[float, float] | tuple[tuple[float, float], ...] = Field(
        (-1.0, 1.0), description="[low, high] with low < high, or one such pair per axis"
    )
    coordinates: tuple[tuple[float, ...], ...] = Field(
        (),
        description="one list of ascending numbers per axis, or one for all axes, where the range's even spacing does "
        "not give them (kind: imported)",
    )
    unit: Literal["multiple", "l2", "relative", "loss_rise", "imported"] = Field(
        "multiple", description="multiple, l2, relative or loss_rise"
    )
    rise: float = Field(1.0, gt=0, description="a loss rise above 0, reached at coordinate 1 (unit: loss_rise)")
    trajectory: Annotated[tuple[str, ...] | dict[str, tuple[str, ...]], BeforeValidator(_paths)] = Field(
        (),
        description="a list of checkpoints that are projected on the landscape, or a mapping from names to such lists; "
        "{seed} and other swept names are filled in",
    )

    @property
    def random(self) -> bool:
        """Whether the directions depend on the direction seed."""
        return self.kind == "random"

    @property
    def of_checkpoints(self) -> bool:
        """Whether the subspace is spanned by checkpoints."""
        return self.kind in THROUGH or self.kind == "pca"

    @property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """The files of each trajectory by its name, in their order."""
        if isinstance(self.trajectory, dict):
            return self.trajectory
        return {"trajectory": self.trajectory} if self.trajectory else {}

    @property
    def projected(self) -> bool:
        """Whether checkpoints are projected on the landscape: those that span it, or a trajectory."""
        return bool(self.files or self.trajectory)

    @property
    def sources(self) -> Iterator[tuple[str, str]]:
        """The key and the name of each file that the subspace is made from, or that is projected on it."""
        if self.path is not None:
            yield "path", self.path
        yield from (("files", name) for name in self.files)
        yield from (("trajectory", name) for files in self.paths.values() for name in files)

    def corners(self, dims: int) -> int:
        """Return the number of checkpoints that a landscape of ``dims`` dimensions goes through; 0 for other kinds."""
        through = THROUGH.get(self.kind)
        return 0 if through is None else through.corners or dims + 1

    def ranges(self, dims: int) -> tuple[tuple[float, float], ...]:
        """Return the range (low, high) of each of the ``dims`` axes."""
        if isinstance(self.range[0], tuple):
            return self.range
        return (self.range,) * dims

    @model_validator(mode="wrap")
    @classmethod
    def _as_they_are(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Leave directions that mean something as they are by default: scaled by filters, they mean it no longer."""
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind not in KINDS or kind == "random":
            return handler(data)
        defaults: dict[str, Any] = {"normalisation": "none"}
        if kind in (*THROUGH, "pca", "hessian"):
            defaults["ignore"] = ()
        if kind in THROUGH:
            defaults["range"] = THROUGH[kind].range
        made = handler(defaults | data)
        made.model_fields_set.intersection_update(data)  # what the study says, as opposed to what follows from it
        return made

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind == "hessian" and self.ignore:
            raise ValueError(
                f"ignore is {list(self.ignore)} but kind is hessian, expected []: its eigenvectors move all parameters"
            )
        if self.kind != "hessian":
            for key in ("which", "tolerance", "split", "draw"):
                if (got := getattr(self, key)) != type(self).model_fields[key].default:
                    raise ValueError(f"{key} is {got!r} but kind is {self.kind}, expected kind: hessian")
        if self.skip and self.kind not in SKIPPING:
            raise ValueError(
                f"skip is {self.skip} but kind is {self.kind}, expected one of the kinds {', '.join(SKIPPING)}"
            )
        for low, high in self.ranges(1):
            if not (low < high):
                raise ValueError(f"range is [{low:g}, {high:g}], expected low < high")
            if not isfinite(low + high):
                raise ValueError(f"range is [{low:g}, {high:g}], expected finite numbers")
        if self.kind == "file" and self.path is None:
            raise ValueError("kind is file but path is missing, expected the file that holds the directions")
        if self.kind != "file" and self.path is not None:
            raise ValueError(f"path is {self.path!r} but kind is {self.kind}, expected kind: file")
        self._check_imported()
        if "" in self.paths:
            raise ValueError("trajectory has an empty name, expected one that says which path it is")
        for key in ("key", "prefix"):
            if (got := getattr(self, key)) is not None and not self.projected:
                raise ValueError(
                    f"{key} is {got!r} but no checkpoints are given, expected files or trajectory: the checkpoints in "
                    "which the weights are there"
                )
        self._check_checkpoints()
        return self

    def _check_imported(self) -> None:
        """Check the coordinates of an imported landscape, which no other kind has."""
        if self.kind != "imported":
            if self.coordinates:
                raise ValueError(f"coordinates are given but kind is {self.kind}, expected range, or kind: imported")
            if self.unit == "imported":
                raise ValueError(f"unit is imported but kind is {self.kind}, expected another unit")
            return
        for axis, (low, high) in zip(self.coordinates, self.ranges(len(self.coordinates)), strict=False):
            if not axis or not all(map(isfinite, axis)) or not all(a < b for a, b in pairwise(axis)):
                raise ValueError("coordinates do not ascend, expected ascending finite numbers along each axis")
            if len(axis) > 1 and (axis[0], axis[-1]) != (low, high):
                raise ValueError(
                    f"range is [{low:g}, {high:g}] but coordinates go from {axis[0]:g} to {axis[-1]:g}, expected the "
                    "same ends"
                )

    def _check_checkpoints(self) -> None:
        """Refuse what makes no sense with checkpoints, or without them."""
        if not self.of_checkpoints:
            for key in ("files", "align"):
                if got := getattr(self, key):
                    shown = list(got) if isinstance(got, tuple) else str(got).lower()
                    kinds = ", ".join((*THROUGH, *(("pca",) if key == "files" else ())))
                    raise ValueError(f"{key} is {shown} but kind is {self.kind}, expected one of the kinds {kinds}")
            return
        if not self.files:
            raise ValueError(
                f"kind is {self.kind} but files is missing, expected the checkpoints that span it: files: [one.pt, "
                "two.pt]"
            )
        if self.kind == "pca" and self.align:
            raise ValueError("align is true but kind is pca, expected false, or kind: line or plane")
        for key, wanted, why in (("normalisation", "none", "scaled"), ("ignore", (), "with parts left out")):
            if (got := getattr(self, key)) != wanted:
                shown, expected = (list(x) if isinstance(x, tuple) else x for x in (got, wanted))
                raise ValueError(
                    f"{key} is {shown} but kind is {self.kind}, expected {expected}: {why}, the directions would miss "
                    "the checkpoints"
                )

    def check_coordinates(self, shape: tuple[int, ...]) -> None:
        """Raise ValueError where there are coordinates, but not one for each of the points along the axes."""
        given = [len(axis) for axis in self.coordinates]
        if given and given != list(shape) and not (len(given) == 1 and {*given} == {*shape}):
            raise ValueError(f"coordinates has lists of {given} numbers, expected {list(shape)}, as grid.points")

    def check(self, dims: int, axes: Mapping[str, Any], used: bool = True) -> None:
        """Check the section against the rest of its study: the grid's dimensions and the names of the sweep's axes.

        A subspace that the sweep does not ``use`` may need another number of dimensions.

        Raises
        ------
        ValueError
            Where they do not fit; the text begins with the key within the section.
        """
        if isinstance(self.range[0], tuple) and len(self.range) != dims:
            raise ValueError(f"range has {len(self.range)} pairs, expected one pair or {dims} (grid.dims)")
        if not used:
            return
        through = THROUGH.get(self.kind)
        if through is not None and through.dims not in (dims, None):
            raise ValueError(
                f"kind is {self.kind} but grid.dims is {dims}, expected grid.dims {through.dims}, or another kind"
            )
        corners, given = self.corners(dims), len(self.files)
        if through is not None and given not in (corners - 1, corners):
            words = through.words if through.corners else f"{corners} checkpoints (grid.dims + 1)"
            raise ValueError(
                f"files has {given} entries but kind {self.kind} goes through {words}, expected {corners - 1} beside "
                f"the model's own weights, or all {corners}"
            )
        if self.kind == "pca" and given < self.skip + dims:
            raise ValueError(
                f"files has {given} entries, expected at least {self.skip + dims} checkpoints for components "
                f"{self.skip + 1} to {self.skip + dims} (skip + grid.dims)"
            )
        for key, name in self.sources if self.files or self.trajectory else ():
            if key == "path":
                continue
            for field in places(name, key):
                if field not in axes:
                    raise ValueError(
                        f"{key} has {name!r}, but {field!r} is no axis of the sweep, expected some of "
                        f"{', '.join(axes)} in braces"
                    )
            for _ in names(name, key, axes):
                pass  # each value must fit


def check_imported(
    path: str, axes: Mapping[str, Sequence[object]], kinds: Mapping[str, str], asked: Mapping[str, bool]
) -> None:
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
        if path == PROBLEM and kind != IMPORTED:
            raise ValueError(
                f"subspaces.{name}.kind is {kind} but the landscapes are imported, whose directions are not known, "
                f"expected {IMPORTED}"
            )
        if path != PROBLEM and kind == IMPORTED:
            raise ValueError(
                f"subspaces.{name}.kind is {IMPORTED} but problem.path is {path!r}, expected another kind: `landsweep "
                "import FILE --out RUN` makes the study of a landscape that is there already"
            )
    if path != PROBLEM:
        return
    if not axes.get(FILE) or not all(isinstance(name, str) for name in axes[FILE]):
        raise ValueError(f"sweep.{FILE} is missing, expected the files of the imported landscapes")
    for name, values in axes.items():
        if name not in (FILE, "seed", "subspace", "direction_seed"):
            raise ValueError(f"sweep.{name} is no axis of imported landscapes, expected {FILE} alone")
        if name != FILE and len(values) > 1:
            raise ValueError(
                f"sweep.{name} has {len(values)} values but the landscapes are imported, expected one: each file is "
                f"one landscape, and further ones go into sweep.{FILE}"
            )
    for key, on in asked.items():
        if on:
            raise ValueError(
                f"{key} asks for a model to evaluate, which imported landscapes do not have, expected it left out"
            )
