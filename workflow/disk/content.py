"""The content that a run's numbers come from: the problem's file, the user's modules that it imports, files it names.

A run records it with every session that computes with the problem, so that a changed loss cannot mix with results of
the old one. Sources of Python are compared as syntax trees with the copy in ``problem/``: comments may change.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landsweep.base.errors import ProblemChanged
from landsweep.base.frames import is_users
from landsweep.disk.checkpoints import places
from landsweep.disk.rundir import RunDir, atomic
from landsweep.study.files import subspace_files
from landsweep.study.study import Study

Stamp = tuple[int, ...]
"""The size of a file, its times of change of content and of anything, in nanoseconds, and its inode."""
SETTLED_SECONDS = 2.0
"""A file may change again within one tick of its file system's clock: before this age its stamp says nothing."""


@dataclass(frozen=True)
class Source:
    """One file that numbers come from, under a name that does not depend on where the study lies."""

    name: str
    path: Path
    digest: str
    stamp: Stamp
    settled: bool = True
    """Whether the content has to change with the stamp; not so for a file that was just written."""

    @property
    def python(self) -> bool:
        """Whether it is compared by its syntax tree."""
        return self.path.suffix == ".py"


def collect(
    study: Study, folder: Path, files: Iterable[str] = (), known: Mapping[str, tuple[str, Stamp]] | None = None
) -> tuple[Source, ...]:
    """Return the files that a study's numbers come from, the problem's file first.

    Parameters
    ----------
    study, folder
        The study, and the folder that its relative paths start from.
    files
        The data files that the problem declares.
    known
        The digest and the stamp of files of data by their names: what has this stamp still is not read again.
    """
    source, _, _ = study.problem.path.rpartition(":")
    beside = study.problem.file(folder)
    file = None if study.imported else beside or _module_file(source)
    found: dict[str, Path] = {}
    if file is not None and file.is_file():
        found[source] = file
        package = "" if beside is not None else source.rpartition(".")[0]
        for name, path in _imported(file, file.parent.resolve(), package, set()):
            found.setdefault(name, path)
    for value in study.checkpoint_files:
        found |= {f"sweep.checkpoint {name}": path for name, path in places.named(folder, value).items()}
    for name, key, named in subspace_files(study):
        found |= {f"subspaces.{name}.{key} {file}": path for file, path in places.named(folder, named).items()}
    for name in files:
        found[FILES + name] = folder / name
    return tuple(_source(name, path, (known or {}).get(name)) for name, path in found.items() if path.is_file())


FILES = "files "
"""The names of files that a problem declares begin with this prefix."""


def stamp(path: Path) -> Stamp:
    """Return what changes with a file's content: who writes may set the first time back, but not the second."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _source(name: str, path: Path, known: tuple[str, Stamp] | None) -> Source:
    now = stamp(path)
    if known is not None and known[1] == now:
        return Source(name, path, *known)
    settled = time.time() - max(now[1:3]) / 1e9 > SETTLED_SECONDS
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Source(name, path, digest, now, settled and stamp(path) == now)


def _module_file(name: str) -> Path | None:
    with suppress(ImportError, AttributeError, ValueError):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and Path(spec.origin).is_file():
            return Path(spec.origin)
    return None


def _imported(file: Path, root: Path, package: str, seen: set[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of the user's modules that a file imports, directly or through others."""
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
        path = _module_of(name, root, package)
        if path is not None and path not in seen:
            yield name, path
            yield from _imported(path, root, name if path.name == "__init__.py" else name.rpartition(".")[0], seen)


def _module_of(name: str, root: Path, package: str) -> Path | None:
    """Return the file of one of the user's modules: the one that is imported, else the first one with this name.

    The user's are those that :func:`landsweep.base.frames.is_users` names for ``root``, where the problem lies; of
    Python's own and installed ones the provenance records versions.
    """
    module = sys.modules.get(name)
    origin = getattr(module, "__file__", None)
    if origin is not None:
        path = Path(origin).resolve()
        return path if path.suffix == ".py" and is_users(str(path), root) else None
    top = package.split(".") if package else []
    parts = name.split(".")
    if not parts[-1]:
        return None
    inside = parts[len(top) :] if parts[: len(top)] == top else parts
    stems = [root.joinpath(*inside), *(Path(entry).joinpath(*parts) for entry in sys.path)]
    for stem in stems:
        for path in (stem.with_name(stem.name + ".py"), stem / "__init__.py"):
            if path.is_file():
                return path.resolve() if is_users(str(path), root) else None
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


def known(run: RunDir) -> dict[str, tuple[str, Stamp]]:
    """Return the digest and the stamp of files of data, as the latest sessions have seen them."""
    found = {}
    for session in run.read_provenance()["sessions"]:
        for name, seen in session.get("content_stamps", {}).items():
            found[name] = (str(session["content"][name]), tuple(seen))
    return found


def changed(run: RunDir, before: Mapping[str, str], found: Iterable[Source]) -> list[Source]:
    """Return the files whose content is another one than ``before``, where this is known."""

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
    return {
        "content": {source.name: source.digest for source in found},
        "content_stamps": {source.name: source.stamp for source in found if source.settled and not source.python},
    }


_loaded: dict[str, tuple[Any, str | None]] = {}
"""The keys are the names of the user's modules, the values each module and what its file meant when it was first looked
at, which is soon after it was imported."""


def check_loaded(found: Iterable[Source]) -> None:
    """Check that no module, which a process imports once, comes from an older version of its file.

    Raises
    ------
    ProblemChanged
        Where one does: the process would compute with what the file no longer says.
    """
    for source in found:
        module = sys.modules.get(source.name)
        if module is None or not source.python:
            continue
        meaning = _meaning(source.path.read_bytes())
        first, before = _loaded.setdefault(source.name, (module, meaning))
        if first is not module:
            _loaded[source.name] = (module, meaning)
        elif before != meaning:
            raise ProblemChanged(
                f"{source.path} has changed since this process imported it, and would compute as it was, expected one "
                "version: start Python again (a notebook's kernel, or Dask's workers)."
            )


@dataclass
class Bound:
    """The content that a session computes with; each process compares what it has loaded with it."""

    run: RunDir
    study: Study
    folder: Path
    found: tuple[Source, ...]
    _seen: dict[Path, Stamp] = field(default_factory=dict)

    def check(self) -> None:
        """Compare the files as they are now, after something was loaded from them.

        Raises
        ------
        ProblemChanged
            Where one of them has changed while the run computes.
        """
        with suppress(FileNotFoundError):
            if self._seen and all(stamp(path) == before for path, before in self._seen.items()):
                return
        before = {source.name: source.digest for source in self.found}
        seen = {source.name: (source.digest, source.stamp) for source in self.found if source.settled}
        files = [name.removeprefix(FILES) for name in before if name.startswith(FILES)]
        now = collect(self.study, self.folder, files, seen)
        if wrong := changed(self.run, before, now):
            raise ProblemChanged(
                f"{wrong[0].path} has changed while {self.run.path} is computed, expected the same until it is done: "
                "what is finished is kept, so run the same command again with the file as it was, or with --redo or "
                "--accept-changed-problem."
            )
        check_loaded(now)
        self._seen = {source.path: source.stamp for source in now}
