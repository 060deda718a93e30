"""Loading the class that a study names, and making problems from it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.frames import told, users_line
from landsweep.base.yamlfile import nearest
from landsweep.kernels.contract import contract
from landsweep.kernels.problem import REQUIRED, Problem
from landsweep.study import beside
from landsweep.study.files import check_files
from landsweep.study.study import ProblemSpec, Scalar, Study
from landsweep.study.subspace_spec import FILE


def load_class(spec: ProblemSpec, folder: Path) -> type:
    """Import the problem's class.

    Raises
    ------
    UserError
        Where the module or file does not import, lacks the class, or the class lacks a required method.
    """
    source, _, name = spec.path.rpartition(":")
    file = spec.file(folder)
    beside.enter(file)
    try:
        module = importlib.import_module(source) if file is None else _import_file(file, _stamp(file))
    except (Exception, SystemExit) as error:  # a script that parses its command line exits
        raise UserError(
            f"problem.path {spec.path!r} does not import ({told(error)}{_at(error)}): expected "
            '"package.module:Class" or "file.py:Class" relative to the study; a file imports from its own folder first.'
        ) from error
    found = getattr(module, name, None)
    if not isinstance(found, type):
        own = {n: v for n, v in vars(module).items() if isinstance(v, type) and v.__module__ == module.__name__}
        names = [n for n in own if not n.startswith("_")]  # a file's own helpers are no problems
        raise UserError(
            f"problem.path {spec.path!r}: {source} has no class {name}, expected one of "
            f"{', '.join(names) or '(it defines no class)'}{nearest(name, names) or '.'}"
        )
    lacking = [method for method in REQUIRED if not callable(getattr(found, method, None))]
    if lacking:
        raise UserError(
            f"problem.path {spec.path!r}: class {name} lacks {', '.join(lacking)}, expected the methods "
            f"{', '.join(REQUIRED)}: add what is missing."
        )
    return found


def _at(error: BaseException) -> str:
    line = users_line(error)
    return f" at {line}" if line else ""


def _stamp(file: Path) -> int:
    if not file.exists():
        raise FileNotFoundError(f"no file {file}")
    return file.stat().st_mtime_ns


@lru_cache(maxsize=8)
def _import_file(file: Path, stamp: int) -> Any:
    """Execute a problem file once per version of the file, because a sweep needs its class once per model."""
    name = f"landsweep_problem_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look classes up by their module's name
    spec.loader.exec_module(module)
    return module


def declared_files(study: Study, folder: Path) -> tuple[str, ...]:
    """Return the data files that a problem declares: its attribute ``files``, or what its method ``files`` returns.

    Relative paths start from the study's folder. A method is asked once for each combination of swept parameters.

    Raises
    ------
    UserError
        Where the problem raises an error instead.
    """
    if study.imported:
        return tuple(name for file in study.axes[FILE] for name in _parts(folder, str(file)))
    cls = load_class(study.problem, folder)
    files = getattr(cls, "files", None)
    if files is None:
        return ()
    if not callable(files) and not isinstance(files, property):
        return tuple(map(str, files))
    names = study.parameters
    found: dict[str, None] = {}
    for values in product(*(study.axes[name] for name in names)):
        problem: Any = make_problem(study, folder, dict(zip(names, values, strict=True)))
        try:
            named = list(problem.files() if callable(problem.files) else problem.files)
        except Exception as error:
            raise UserError(
                f"problem.path {study.problem.path!r}: files failed ({told(error)}{_at(error)}): expected a list of "
                "the data files that the problem reads."
            ) from error
        found |= dict.fromkeys(map(str, named))
    return tuple(found)


def _parts(folder: Path, name: str) -> list[str]:
    """Return the files of an imported landscape, relative to ``folder``: itself, or those of a Zarr store."""
    inside = sorted(path for path in (folder / name).rglob("*") if path.is_file())
    return [f"{name}/{path.relative_to(folder / name).as_posix()}" for path in inside] or [name]


def make_problem(study: Study, folder: Path, coords: Mapping[str, Scalar]) -> Problem:
    """Return the problem of a model: the class with ``problem.params`` and the sweep's parameters at ``coords``.

    Relative paths among these arguments start from the study's folder where they exist there.

    Raises
    ------
    UserError
        Where the constructor raises an error.
    """
    cls = load_class(study.problem, folder)
    given = study.problem.params | {name: coords[name] for name in study.parameters}
    arguments = {name: _found(value, folder.resolve()) for name, value in given.items()}
    if study.imported:  # its files lie there and nowhere else, where their content is compared
        arguments[FILE] = str(folder.resolve() / str(coords[FILE]))
    try:
        return contract(cls(**arguments))
    except (Exception, SystemExit) as error:
        shown = ", ".join(f"{k}={v!r}" for k, v in given.items())
        raise UserError(
            f"problem.path {study.problem.path!r}: {cls.__name__}({shown}) failed ({told(error)}{_at(error)}): "
            f"expected problem.params and sweep parameters that the class accepts"
            f"{_hint(error, folder) or _unfound(arguments, folder)}."
        ) from error


def _is_path(value: str) -> bool:
    """Return whether a text is a path, which is told from a word by a slash or by the suffix of a file name."""
    return "/" in value or bool(Path(value).suffix)


def _found(value: Any, folder: Path) -> Any:
    """Return an argument with each relative path in it that exists in the study's folder made absolute."""
    if isinstance(value, list):
        return [_found(x, folder) for x in value]
    if isinstance(value, dict):
        return {name: _found(x, folder) for name, x in value.items()}
    if not isinstance(value, str) or not _is_path(value) or Path(value).is_absolute():
        return value
    try:
        return str(folder / value) if (folder / value).exists() else value
    except (OSError, ValueError):  # no path at all
        return value


def _hint(error: BaseException, folder: Path) -> str:
    """Return what to do about a relative path that is written into the problem and lies in the study's folder."""
    name = getattr(error, "filename", None) if isinstance(error, OSError) else None
    if not isinstance(name, str) or Path(name).is_absolute() or not (folder / name).exists():
        return ""
    return (
        f" ({name} is in the study's folder, not in {Path.cwd()}: give it as one of problem.params, where paths start "
        "from the study's folder, or write Path(__file__).parent)"
    )


def _unfound(value: Any, folder: Path) -> str:
    """Return what to do about the first word among the arguments by which something in the study's folder goes."""
    if isinstance(value, dict | list):
        found = (_unfound(x, folder) for x in (value.values() if isinstance(value, dict) else value))
        return next(filter(None, found), "")
    if not isinstance(value, str) or not value or _is_path(value):
        return ""
    try:
        return f" ({value} is in the study's folder: write ./{value})" if (folder / value).exists() else ""
    except (OSError, ValueError):  # no name of a file
        return ""


def check_names(study: Study, reserved: Mapping[str, str]) -> None:
    """Check that no field and no axis has a name under which the run stores something, and would write over it.

    ``reserved`` maps these names to what is stored there.

    Raises
    ------
    UserError
        Where one has.
    """
    for field in study.loss_fields:
        if field in reserved:
            raise UserError(
                f"fields has {field!r}, under which the run stores {reserved[field]}, expected another name."
            )
    for name in study.axes:
        if name in reserved:
            raise UserError(
                f"sweep.{name} cannot name an axis: under that name the run stores {reserved[name]}, expected another "
                "name."
            )


def check_device(study: Study) -> None:
    """Check that the study's device is here, and computes with its dtype.

    Raises
    ------
    UserError
        Where it is not, or does not.
    """
    import torch

    if study.evaluation.device == "cuda" and not torch.cuda.is_available():
        raise UserError(
            "evaluation.device is cuda but torch sees no GPU here: expected one, or evaluation.device auto."
        )
    if study.evaluation.dtype == "tf32" and (study.evaluation.device == "cpu" or not torch.cuda.is_available()):
        raise UserError(
            "evaluation.dtype is tf32, which only GPUs compute with, and the device is a CPU: expected float64, "
            "float32 or bf16 here."
        )


def check(study: Study, folder: Path, reserved: Mapping[str, str], *, model: bool = True) -> None:
    """Check before any work that the study's problem can be made, and its models can be trained or found.

    ``reserved`` maps the names under which a run stores something to what it stores there; ``model`` says whether a
    network is needed in any case, which imported landscapes do not have.

    Raises
    ------
    UserError
        Where they cannot; the text says what is wrong and what to do.
    """
    if study.imported and model:
        raise UserError(
            f"{study.name} has imported landscapes, whose model is not known, expected a study with a problem of your "
            "own: trees, metrics, tables and figures need none (`landsweep run`, `landsweep topology RUN`)."
        )
    check_device(study)
    if study.curvature.engine == "pyhessian" and importlib.util.find_spec("pyhessian") is None:
        raise UserError(
            "curvature.engine is pyhessian, which is not installed, expected lanczos, or PyHessian: pip install "
            "'landsweep[hessian]'."
        )
    check_names(study, reserved)
    cls = load_class(study.problem, folder)
    check_files(study, folder)
    if not study.imported and not study.checkpoint_files and not callable(getattr(cls, "train", None)):
        raise UserError(
            f"problem.path {study.problem.path!r}: class {cls.__name__} has no method train and the sweep no axis "
            "checkpoint, expected one of them: add train or list trained weights under sweep.checkpoint."
        )
    problem = make_problem(study, folder, {name: values[0] for name, values in study.axes.items()})
    if study.activations.asked:
        _check_layers(study, problem)


def layers_of(study: Study, problem: Problem) -> tuple[str, ...]:
    """Return the names of the submodules whose activations are stored: the study's, else those of ``layers()``.

    Raises
    ------
    UserError
        Where neither names any.
    """
    if study.activations.layers:
        return study.activations.layers
    method = getattr(problem, "layers", None)
    if not callable(method):
        raise UserError(
            "activations.enabled is true, but the problem has no method layers(), expected one that returns names of "
            "submodules, or such names in activations.layers: [0, 2]."
        )
    named = method()
    names = tuple(map(str, [named] if isinstance(named, str | int) else named))
    if not names:
        raise UserError("layers() of the problem returns no name, expected names of submodules: ['0', '2'].")
    return names


def _check_layers(study: Study, problem: Problem) -> None:
    """Check on one batch of the first model that its loss calls the layers whose activations are stored."""
    import torch
    from landsweep.kernels.activations import record
    from landsweep.kernels.loss.theta import real_dtype
    from landsweep.kernels.sampling import restored

    layers = layers_of(study, problem)
    with restored():
        try:
            network = problem.build(int(study.axes["seed"][0])).eval()
            names = [name for name, _ in network.named_modules() if name]
            split = str(next(iter(study.axes.get("split", ("train",)))))
            first = (batch.to(torch.device("cpu"), real_dtype(network)) for batch in problem.batches(split=split))
            record(problem, network, islice(first, 1), layers, 2)
        except LookupError as error:
            if isinstance(error, KeyError | IndexError):  # a mistake of the problem's own
                return
            wrong = next((layer for layer in layers if layer not in names), "")
            hint = nearest(wrong, names) if wrong else ""
            raise UserError(f"activations.layers: {error}{hint or '.'}") from None
        except Exception:  # a mistake of its own, which the trial says
            return
