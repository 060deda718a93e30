"""The study file: it is parsed once, every key is checked, and the result cannot be changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from landsweep.base import yamlfile
from landsweep.base.errors import UserError
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS, Representation, default_connectivity
from landsweep.kernels.topology.metrics import Threshold
from landsweep.study.certify_spec import CertifySpec
from landsweep.study.checkpoint_spec import CheckpointSpec, folded, unfolded
from landsweep.study.checkpoint_spec import check as check_checkpoints
from landsweep.study.curvature_spec import CurvatureSpec
from landsweep.study.patterns import filled
from landsweep.study.periodic import Named, axes_of, named, refusal
from landsweep.study.resolve_spec import RefineSpec, ResolveSpec
from landsweep.study.section import Section, many
from landsweep.study.sections.activations import ActivationsSpec
from landsweep.study.sections.homology import HomologySpec
from landsweep.study.shipped import study_file
from landsweep.study.subspace_spec import PROBLEM, SubspaceSpec, check_imported
from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

Scalar = int | float | str
"""A value on a sweep axis is a number or a string."""
SPECIAL_AXES = ("checkpoint", "seed", "subspace", "direction_seed", "split", "draw")
"""Axes with these names have a meaning of their own; all others are parameters of the problem."""
INTEGER_AXES = ("seed", "direction_seed", "draw")
"""The values on these axes are whole numbers of at least 0."""
MEMBER_ONLY_AXES = ("subspace", "direction_seed", "split", "draw")
"""These axes leave the weights alone; all others tell models apart."""
DIRECTION_AXES = ("subspace", "direction_seed")
"""These axes leave the weights and the data alone."""
HESSIAN_FIELDS = ("hessian_max", "hessian_min")
"""These fields are not returned by ``Problem.loss``: they are the extreme eigenvalues of the Hessian at every point."""
ALPHA_FIELDS = ("alpha_gradient", "alpha_hessian")
"""Nor are these: they are the first and second derivatives of the loss by the coordinates of the grid."""
DEFAULT_AXES: dict[str, tuple[Scalar, ...]] = {"seed": (0,), "subspace": (), "direction_seed": (0,)}
"""A sweep that omits one of these axes has it with these values; ``subspace`` then has the name of the first
subspace."""
MAX_DIMS = 6
"""A grid has at most this many dimensions."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""The pattern matches a name that can be an axis or a field."""
_RESERVED = re.compile(
    r"((alpha|coordinate)_\d+|status|direction|representation|axis|pair|member|model|theta_norm|train_seconds"
    r"|alpha_(gradient|hessian)|direction_(norm|scale|gram|eigenvalue|residual|cosine|share)|projected"
    r"|critical_(alpha|value|kind|range)|(pair|quality|hessian|projected)_.*)\Z"
)
"""The pattern matches names that the table or the store uses itself."""


def names_field(name: str) -> bool:
    """Return whether a name can be that of a field: an identifier that table and store do not use themselves."""
    return bool(_IDENTIFIER.match(name)) and not _RESERVED.match(name)


class ProblemSpec(Section):
    """The class that defines network, data and loss, and its fixed parameters."""

    path: str = Field(
        description='"package.module:Class" or "file.py:Class" relative to the study', pattern=r"^.+:\w+$"
    )
    params: dict[str, Any] = Field(default_factory=dict, description="a mapping of keyword arguments for the class")

    def file(self, folder: Path) -> Path | None:
        """Return the Python file that ``path`` names, relative to ``folder``, or None where it names a module."""
        source, _, _ = self.path.rpartition(":")
        return folder / source if source.endswith(".py") else None


class GridSpec(Section):
    """The number of dimensions of the landscape, the number of points along each axis, and further ones beside it."""

    dims: int = Field(2, ge=1, le=MAX_DIMS, description=f"a whole number from 1 to {MAX_DIMS}")
    points: Annotated[int, Field(ge=1)] | tuple[Annotated[int, Field(ge=1)], ...] = Field(
        41, description="a whole number of at least 1, or one per axis (odd numbers hit the centre)"
    )
    refine: RefineSpec = Field(default_factory=RefineSpec, description="a mapping with until and budget")

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of points along each axis."""
        return self.points if isinstance(self.points, tuple) else (self.points,) * self.dims

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.shape) != self.dims:
            raise ValueError(f"points has {len(self.shape)} entries, expected one number or {self.dims} (dims)")
        return self


class EvaluationSpec(Section):
    """The way in which the landscape's points are computed."""

    dtype: Literal["float64", "float32", "tf32", "bf16"] = Field(
        "float32", description="float64, float32, or tf32 or bf16 for the factors of products alone"
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    strategy: Literal["auto", "inplace", "batched", "compiled"] = Field(
        "auto", description="auto (the fastest, measured), inplace, batched or compiled"
    )
    batch: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        "auto", description="auto or the number of grid points evaluated at once"
    )
    threads: int = Field(1, ge=1, description="CPU threads per rank, at least 1 (part of the result's last bits)")
    batchnorm: Literal["frozen", "recomputed"] = Field(
        "frozen", description="frozen (trained statistics) or recomputed (from the data at each point)"
    )
    hessian_tolerance: float = Field(
        1e-2,
        gt=0,
        description="a residual above 0, relative to the eigenvalue (fields hessian_*)",
    )
    deterministic: bool = Field(
        False, description="true to refuse operations whose result depends on the order of threads, or false"
    )

    @property
    def stored(self) -> Literal["float64", "float32"]:
        """The dtype in which results are stored."""
        return "float64" if self.dtype == "float64" else "float32"

    @property
    def at_a_point(self) -> tuple[Any, ...]:
        """What the loss at one point depends on, where points are computed one by one."""
        return self.dtype, self.device, self.threads, self.batchnorm, self.deterministic

    @property
    def itemsize(self) -> int:
        """The bytes of one stored value."""
        return 8 if self.stored == "float64" else 4


WITH_TOOLKIT = ("ttk", "both")
"""These engines ask the Topology ToolKit: for the trees, or to compare it with the native engine."""


def _threshold(value: Any) -> Any:
    """Return a threshold as it is stored: a number, or a text such as ``1%``."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        found = Threshold.of(value)
    except ValueError:  # the field's description says what is expected
        raise PydanticCustomError("threshold", "no threshold") from None
    return f"{100 * found.value:.12g}%" if found.relative else found.value


class TopologySpec(Section):
    """The merge trees that are computed."""

    connectivity: Annotated[tuple[Representation, ...], BeforeValidator(many)] = Field(
        (), description=f"a list of {', '.join(REPRESENTATIONS[:-1])} and {REPRESENTATIONS[-1]}"
    )
    min_persistence: Annotated[float | str, BeforeValidator(_threshold)] = Field(
        0.0, description="a loss difference of at least 0, or a share of the loss range such as 1%"
    )
    k: int = Field(8, ge=1, description="neighbours of each point in knn, at least 1")
    mutual: bool = Field(False, description="true where both points must list each other in knn, false for either")
    negate: bool = Field(
        False, description="true for superlevel sets, whose trees join maxima, or false for sublevel sets"
    )
    segmentation: bool = Field(False, description="true to store the basin and the arc of every point, or false")
    periodic: Annotated[Named, BeforeValidator(named)] = Field(
        (),
        description="true for all grid axes, or a list of those whose last point is followed by the first: [alpha_0]",
    )
    engine: Literal["native", "ttk", "both", "auto"] = Field(
        "native", description="native, ttk, both (native, compared with ttk) or auto (native); the result is the same"
    )
    block: int = Field(
        2**24, ge=1, description="points of a block, at least 1: larger landscapes are reduced block by block"
    )

    @property
    def threshold(self) -> Threshold:
        """The threshold of persistence."""
        return Threshold.of(self.min_persistence)

    def representations(self, dims: int) -> tuple[str, ...]:
        """Return the representations of grids of ``dims`` axes: those that are named, else one the engine can make."""
        return self.connectivity or (default_connectivity(dims, toolkit=self.engine in WITH_TOOLKIT),)

    @property
    def results(self) -> dict[str, Any]:
        """The keys on which results depend: all but ``engine`` and ``block``; ``k`` and ``mutual`` only for ``knn``.

        Periodic axes are :attr:`Study.periodic`, as they have several names.
        """
        others = set() if "knn" in self.connectivity else {"k", "mutual"}
        return self.model_dump(exclude={"engine", "block", "periodic"} | others)


class ExecutorSpec(Section):
    """The way in which the work is spread over processes; results do not depend on it."""

    kind: Literal["auto", "serial", "mpi", "dask"] = Field("auto", description="auto, serial, mpi or dask")
    workers: int | None = Field(None, ge=1, description="a whole number of at least 1 (of Dask), or null")
    retries: int = Field(2, ge=0, description="a whole number of at least 0: how often Dask tries a task again")
    patience: float = Field(60.0, gt=0, description="seconds above 0 that a run waits without any worker of Dask")
    unit_seconds: float = Field(20.0, gt=0, description="seconds above 0 that one unit of evaluation should take")
    checkpoint_seconds: float = Field(20.0, ge=0, description="seconds between training checkpoints, 0 for every step")


class ReportSpec(Section):
    """The output for people that is made beside the tables; results do not depend on it."""

    figures: bool = Field(True, description="true for figures beside the tables, false for tables alone")
    page: bool = Field(True, description="true for a page to explore in a browser, report/index.html, false for none")


class Study(Section):
    """One sweep of loss landscapes, as the study file states it.

    Raises
    ------
    UserError
        :meth:`load` and :meth:`parse` raise it where a key is unknown or a value is wrong.
    """

    name: str = Field(description="letters, digits, '.', '_' and '-'", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    problem: ProblemSpec = Field(description="a mapping with path and params")
    sweep: dict[str, Annotated[tuple[Scalar, ...], BeforeValidator(many)]] = Field(
        default_factory=dict, description="a mapping from axis name to a list of numbers or strings"
    )
    _checkpoint: CheckpointSpec = PrivateAttr(default_factory=CheckpointSpec)
    subspaces: dict[str, SubspaceSpec] = Field(
        default_factory=lambda: {"random": SubspaceSpec()},
        min_length=1,
        description="a mapping from name to subspace",
    )
    grid: GridSpec = Field(default_factory=GridSpec, description="a mapping with dims, points and refine")
    fields: Annotated[tuple[str, ...], BeforeValidator(many)] = Field(
        ("loss",),
        min_length=1,
        description="a list of what Problem.loss returns, loss among it, and of "
        f"{', '.join(HESSIAN_FIELDS + ALPHA_FIELDS)}",
    )
    evaluation: EvaluationSpec = Field(default_factory=EvaluationSpec, description="a mapping")
    activations: ActivationsSpec = Field(
        default_factory=ActivationsSpec, description="a mapping such as {layers: [0, 2], samples: 500}"
    )
    curvature: CurvatureSpec = Field(
        default_factory=CurvatureSpec, description="a mapping such as {largest: 2, trace: hutch++}"
    )
    topology: TopologySpec = Field(default_factory=TopologySpec, description="a mapping")
    homology: HomologySpec = Field(default_factory=HomologySpec, description="a mapping with loops")
    resolve: ResolveSpec = Field(default_factory=ResolveSpec, description="a mapping with enabled and starts")
    certify: CertifySpec = Field(default_factory=CertifySpec, description="a mapping with float64 and draws")
    report: ReportSpec = Field(default_factory=ReportSpec, description="a mapping with figures and page")
    executor: ExecutorSpec = Field(default_factory=ExecutorSpec, description="a mapping")

    @property
    def axes(self) -> dict[str, tuple[Scalar, ...]]:
        """The sweep axes in order, with ``seed``, ``subspace`` and ``direction_seed`` added where they are omitted."""
        defaults = DEFAULT_AXES | {"subspace": (next(iter(self.subspaces)),)}
        order = list(self.sweep)
        for name in (n for n in DEFAULT_AXES if n not in self.sweep):
            later = SPECIAL_AXES[SPECIAL_AXES.index(name) + 1 :]
            order.insert(next((i for i, other in enumerate(order) if other in later), len(order)), name)
        return {name: self.sweep.get(name, defaults.get(name, ())) for name in order}

    def ordered_as(self, other: Study) -> Study:
        """Return the study with its axes in the order of another one, where they are the same axes."""
        axes, spec = self.axes, self._checkpoint
        if (
            list(axes) == list(other.axes)
            or set(axes) != set(other.axes)
            or set(spec.axes) != set(other.checkpoint.axes)
        ):
            return self
        made = self.model_copy(update={"sweep": {name: axes[name] for name in other.axes}})
        made._checkpoint = spec.model_copy(update={"axes": other.checkpoint.axes})
        return made

    @property
    def parameters(self) -> tuple[str, ...]:
        """The sweep axes that are problem parameters; those that only number checkpoints are none."""
        return tuple(name for name in self.sweep if name not in (*SPECIAL_AXES, *self._checkpoint.axes))

    @property
    def checkpoint(self) -> CheckpointSpec:
        """What the mapping ``sweep.checkpoint`` says beside its axes; nothing where it is a list."""
        return self._checkpoint

    def checkpoint_of(self, coords: Mapping[str, Scalar]) -> str | None:
        """Return the file with the weights of the model at ``coords``, None where it is to be trained."""
        if self._checkpoint.pattern is not None:
            return filled(self._checkpoint.pattern, coords)
        return str(coords["checkpoint"]) if "checkpoint" in coords else None

    @property
    def checkpoint_files(self) -> tuple[str, ...]:
        """The files with the weights of all models, each once; none where models are trained."""
        spec, axes = self._checkpoint, self.axes
        names = ("checkpoint",) if spec.pattern is None else spec.places
        if spec.pattern is None and "checkpoint" not in axes:
            return ()
        coords = (dict(zip(names, values, strict=True)) for values in product(*(axes[name] for name in names)))
        return tuple(dict.fromkeys(str(self.checkpoint_of(c)) for c in coords))

    @property
    def imported(self) -> bool:
        """Whether the landscapes are in files of others, so that there is no model."""
        return self.problem.path == PROBLEM

    @property
    def loss_fields(self) -> tuple[str, ...]:
        """The fields that ``Problem.loss`` returns."""
        return tuple(name for name in self.fields if name not in HESSIAN_FIELDS + ALPHA_FIELDS)

    @property
    def hessian_fields(self) -> tuple[str, ...]:
        """The fields that are eigenvalues of the Hessian at every point."""
        return tuple(name for name in self.fields if name in HESSIAN_FIELDS)

    @property
    def alpha_fields(self) -> tuple[str, ...]:
        """The fields that are derivatives of the loss by the coordinates of the grid."""
        return tuple(name for name in self.fields if name in ALPHA_FIELDS)

    def numbers(self, field: str) -> tuple[int, ...]:
        """Return the shape of a field's value at one point: (d,) and (d, d) for the derivatives, else ()."""
        return (self.grid.dims,) * (1 + ALPHA_FIELDS.index(field)) if field in ALPHA_FIELDS else ()

    @property
    def bytes_per_point(self) -> int:
        """The bytes of one grid point in the store, uncompressed: the value of every field, and the status."""
        return self.evaluation.itemsize * sum(prod(self.numbers(field)) for field in self.fields) + 1

    @property
    def connectivity(self) -> tuple[str, ...]:
        """The representations of the merge trees; where the study names none, one by default."""
        return self.topology.representations(self.grid.dims)

    def naming(self, connectivity: tuple[str, ...]) -> Self:
        """Return the study with these representations of the merge trees, as if it named them."""
        return self.model_copy(update={"topology": self.topology.model_copy(update={"connectivity": connectivity})})

    @property
    def periodic(self) -> tuple[int, ...]:
        """The grid axes along which the last point is followed by the first."""
        return axes_of(self.topology.periodic, self.grid.shape)

    @model_validator(mode="wrap")
    @classmethod
    def _unfold(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Take the axes in ``sweep.checkpoint`` as axes of the sweep."""
        if not isinstance(data, dict) or not isinstance(data.get("sweep"), dict):
            return handler(data)
        sweep, spec = unfolded(data["sweep"])
        study = handler(data | {"sweep": sweep})
        study._checkpoint = spec
        return study

    @model_serializer(mode="wrap")
    def _fold(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Give ``sweep.checkpoint`` as the study has it."""
        data = handler(self)
        return data | {"sweep": folded(data["sweep"], self._checkpoint)}

    @model_validator(mode="after")
    def _check(self) -> Self:
        for axis, values in self.sweep.items():
            self._check_axis(axis, values)
        if self._checkpoint.pattern is not None:
            check_checkpoints(self._checkpoint, {k: v for k, v in self.axes.items() if k not in MEMBER_ONLY_AXES})
        for name, subspace in self.subspaces.items():
            try:
                subspace.check(self.grid.dims, self.axes, used=name in self.axes["subspace"])
                subspace.check_coordinates(self.grid.shape)
            except ValueError as error:
                raise ValueError(f"subspaces.{name}.{error}") from None
        asked = {
            "resolve.enabled": self.resolve.enabled,
            "curvature": self.curvature.asked,
            "certify": self.certify.asked,
            "activations": self.activations.asked,
            "fields": bool(self.hessian_fields or self.alpha_fields),
            "trajectory": any(subspace.projected for subspace in self.subspaces.values()),
        }
        kinds = {str(name): self.subspaces[str(name)].kind for name in self.axes["subspace"]}
        check_imported(self.problem.path, self.axes, kinds, asked)
        self.certify.check(self.evaluation.dtype)
        self.curvature.check()
        if (derived := self.hessian_fields + self.alpha_fields) and self.evaluation.batchnorm == "recomputed":
            raise ValueError(
                f"fields has {derived[0]} but evaluation.batchnorm is recomputed, and statistics that follow the "
                "weights are no part of derivatives here: expected evaluation.batchnorm: frozen"
            )
        if "loss" not in self.fields:
            raise ValueError(f"fields is {list(self.fields)}, expected loss among them")
        for field in self.loss_fields:
            if not names_field(field) or field in self.axes:
                hint = f" (of the Hessian there are {' and '.join(HESSIAN_FIELDS)})" if "hessian" in field else ""
                raise ValueError(
                    f"fields has {field!r}, expected an identifier that names no axis and is not reserved{hint}"
                )
        points = prod(self.grid.shape)
        if "knn" in self.connectivity and points > 1 and self.topology.k >= points:
            raise ValueError(f"topology.k is {self.topology.k}, expected fewer than the grid's {points} points")
        if self.periodic and (text := refusal(self.connectivity, self.topology.engine)):
            raise ValueError(text)
        self.homology.check(self.grid.shape, self.periodic, self.connectivity)
        self.grid.refine.check(self.resolve.enabled)
        self.resolve.check(self.grid.shape, self.periodic, self.evaluation.batchnorm, self.topology.negate)
        if len(set(self.fields)) < len(self.fields) or len(set(self.connectivity)) < len(self.connectivity):
            raise ValueError("fields or topology.connectivity names something twice, expected each once")
        return self

    def _check_axis(self, axis: str, values: tuple[Scalar, ...]) -> None:
        if not _IDENTIFIER.match(axis) or _RESERVED.match(axis):
            raise ValueError(f"sweep.{axis} cannot name an axis, expected an identifier that is not reserved")
        if not values:
            raise ValueError(f"sweep.{axis} is empty, expected at least one value")
        if len(set(values)) < len(values):
            raise ValueError(f"sweep.{axis} is {list(values)}, expected each value once")
        if any(isinstance(v, float) and v != v for v in values):
            raise ValueError(f"sweep.{axis} holds NaN, expected numbers that can be looked up")
        if len({isinstance(v, str) for v in values}) > 1:
            raise ValueError(f"sweep.{axis} mixes numbers and strings, expected one kind")
        if axis in INTEGER_AXES and not all(isinstance(v, int) and v >= 0 for v in values):
            raise ValueError(f"sweep.{axis} is {list(values)}, expected whole numbers of at least 0")
        if axis == "subspace":
            for value in values:
                if value not in self.subspaces:
                    raise ValueError(f"sweep.subspace names {value!r}, expected one of {', '.join(self.subspaces)}")
        if axis in ("split", "checkpoint") and not all(isinstance(v, str) for v in values):
            raise ValueError(f"sweep.{axis} is {list(values)}, expected strings")
        if axis in self.problem.params:
            raise ValueError(f"sweep.{axis} also stands in problem.params, expected it in one of the two")

    @classmethod
    def load(cls, path: str | Path, overrides: tuple[str, ...] = ()) -> Study:
        """Read a study file, with ``key.subkey=value`` overrides applied before it is checked.

        A name without an ending that is no file is that of a study which comes with landsweep.

        Examples
        --------
        >>> from landsweep import Study
        >>> study = Study.load("my_study/study.yaml", ("grid.points=11", "sweep.noise=[0.0, 0.3]"))
        >>> study.grid.shape, study.sweep["noise"]
        ((11, 11), (0.0, 0.3))
        """
        path = study_file(Path(path))
        return cls.parse(yamlfile.with_overrides(yamlfile.read(path), overrides), str(path))

    @classmethod
    def parse(cls, data: dict[str, Any], source: str = "study") -> Study:
        """Check the study's plain data; ``source`` begins every error message.

        Examples
        --------
        >>> from landsweep import Study
        >>> study = Study.parse({"name": "first", "problem": {"path": "problem.py:Spiral"}, "grid": {"points": 21}})
        >>> study.axes  # what a study leaves out has defaults
        {'seed': (0,), 'subspace': ('random',), 'direction_seed': (0,)}
        >>> Study.parse({"name": "first", "problem": {"path": "problem.py:Spiral"}, "grid": {"point": 21}})
        Traceback (most recent call last):
        landsweep...UserError: study: unknown key "grid.point", expected dims, points, refine; did you mean "points"?
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise UserError(f"{source}: {yamlfile.sentence(error, cls)}") from None

    def to_yaml(self) -> str:
        """Return the study as YAML, with every default written out."""
        return yamlfile.dump(self.model_dump(mode="json"))
