"""The content that a run's numbers come from: the problem's file, modules it imports from beside it, files it names.

A run records it with every session that computes with the problem, so that a changed loss cannot mix with results of
the old one. Sources of Python are compared as syntax trees with the copy in ``problem/``: comments may change.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landsweep.disk.rundir import RunDir, atomic
from landsweep.study.study import Study


@dataclass(frozen=True)
class Source:
    """One file that numbers come from, under a name that does not depend on where the study lies."""

    name: str
    path: Path
    digest: str

    @property
    def python(self) -> bool:
        """Whether it is compared by its syntax tree."""
        return self.path.suffix == ".py"


def collect(study: Study, folder: Path, *, declared: bool = True) -> tuple[Source, ...]:
    """Return the files that a study's numbers come from, the problem's file first.

    Without ``declared``, files that the problem declares (``Problem.files``) are left out, so that nothing of the
    user's is imported.
    """
    source, _, _ = study.problem.path.rpartition(":")
    file = study.problem.file(folder) or _module_file(source)
    found: dict[str, Path] = {}
    if file is not None and file.is_file():
        found[source] = file
        package = "" if study.problem.file(folder) is not None else source.rpartition(".")[0]
        for name, path in _imported(file, file.parent.resolve(), package, set()):
            found.setdefault(name, path)
    for value in study.axes.get("checkpoint", ()):
        found[f"sweep.checkpoint {value}"] = folder / str(value)
    for name, subspace in study.subspaces.items():
        if subspace.path is not None:
            found[f"subspaces.{name}.path {subspace.path}"] = folder / subspace.path
    if declared:
        from landsweep.study.problems import declared_files  # which imports torch

        for name in declared_files(study, folder):
            found[f"files {name}"] = folder / name
    return tuple(Source(name, path, _digest(path)) for name, path in found.items() if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _module_file(name: str) -> Path | None:
    with suppress(ImportError, AttributeError, ValueError):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and Path(spec.origin).is_file():
            return Path(spec.origin)
    return None


def _imported(file: Path, root: Path, package: str, seen: set[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of the modules under ``root`` that a file imports, directly or through others."""
    if file in seen:
        return
    seen.add(file)
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # whoever imports it says so
        return
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if node.level else []
            base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
            names |= dict.fromkeys([base, *(f"{base}.{alias.name}" for alias in node.names)])
    whole = [".".join(name.split(".")[:k]) for name in names for k in range(1, name.count(".") + 2)]
    for name in dict.fromkeys(whole):
        path = _beside(name, root, package)
        if path is not None and path not in seen:
            yield name, path
            yield from _imported(path, root, name if path.name == "__init__.py" else name.rpartition(".")[0], seen)


def _beside(name: str, root: Path, package: str) -> Path | None:
    """Return the file of a module that lies under ``root``: the one that is imported, else one with this name."""
    module = sys.modules.get(name)
    origin = getattr(module, "__file__", None)
    if origin is not None:
        path = Path(origin).resolve()
        return path if path.is_relative_to(root) and "site-packages" not in path.relative_to(root).parts else None
    top = package.split(".") if package else []
    parts = name.split(".")
    parts = parts[len(top) :] if parts[: len(top)] == top else parts
    stem = root.joinpath(*parts)
    for path in (stem.with_name(stem.name + ".py"), stem / "__init__.py") if parts and parts[-1] else ():
        if path.is_file():
            return path.resolve()
    return None


def _meaning(source: bytes) -> str | None:
    """Return the syntax tree of a module without docstrings, unless it reads them; None for what is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree) if b"__doc__" not in source else ():
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str:
                node.body = node.body[1:]
    return ast.dump(tree)


def _copy(run: RunDir, digest: str) -> Path:
    return run.path / "problem" / f"{digest[:12]}.py"


def recorded(run: RunDir, study: Study) -> dict[str, str]:
    """Return the digest of each file that the results of a run come from, as far as its sessions have recorded it.

    Runs of earlier versions have recorded the problem's file alone.
    """
    found: dict[str, str] = {}
    for session in run.read_provenance()["sessions"]:
        if session.get("changed_problem"):  # accepted, or everything was computed again
            found = {}
        if "content" in session:
            found |= session["content"]
        elif "problem_sha256" in session:
            found[study.problem.path.rpartition(":")[0]] = session["problem_sha256"]
    return found


def changed(run: RunDir, study: Study, found: tuple[Source, ...]) -> list[Source]:
    """Return the files whose content is another one than that which the results of a run come from."""
    before = recorded(run, study)

    def same(source: Source) -> bool:
        digest = before.get(source.name, source.digest)
        if digest == source.digest:
            return True
        copy = _copy(run, digest)
        if not source.python or not copy.exists():
            return False
        meaning = _meaning(source.path.read_bytes())
        return meaning is not None and meaning == _meaning(copy.read_bytes())

    return [source for source in found if not same(source)]


def keep(run: RunDir, found: tuple[Source, ...]) -> dict[str, Any]:
    """Copy sources of Python into the run directory, and return what a session records of all files."""
    for source in found:
        copy = _copy(run, source.digest)
        if source.python and not copy.exists():
            with atomic(copy) as partial:
                partial.write_bytes(source.path.read_bytes())
    return {source.name: source.digest for source in found}
