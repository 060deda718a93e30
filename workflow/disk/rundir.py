"""The run directory: its paths, atomic files, and the record of failures."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from landsweep.base import clock
from landsweep.base.errors import LOST, REPAIR, RESTORE, Damaged, UserError, reading

PARTIAL = ".partial"
"""The name of a file that is not yet whole ends with this suffix."""
STATE = ".state"
"""The state of an item in hand lies beside its result, under the same name with this suffix."""
PAGE = "index.html"
"""The page for a browser lies under this name among tables and figures."""
REMOVED = f".removed{PARTIAL}"
"""The name of a folder that is being removed ends with this suffix."""
fence: ContextVar[Callable[[], None] | None] = ContextVar("fence", default=None)
"""This function, where there is one, is called before anything appears in a run directory; see :func:`fenced`."""
SCHEMA_VERSION = 2
"""The layout of the whole run directory has this version number, and a run with a greater one is refused. Version 2
changed the files of merge trees."""


@contextmanager
def fenced(check: Callable[[], None] | None) -> Iterator[None]:
    """Call ``check``, if any, before each file or array of the block appears in a run directory; it may raise instead.

    This is for processes that may continue after their session has ended, when another session may own the run.
    """
    before = fence.set(check)
    try:
        yield
    finally:
        fence.reset(before)


def check_fence() -> None:
    """Raise where this process must not write any longer; see :func:`fenced`."""
    if (check := fence.get()) is not None:
        check()


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` to write to, which becomes ``path`` when the block ends without an error.

    So a file at ``path`` is always whole: that it exists means that it is complete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unique among hosts too: after a node failure two sessions may write the same file for a while.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}{PARTIAL}")
    try:
        with clock.on_files():
            yield partial
            with partial.open("rb") as handle:
                os.fsync(handle.fileno())
            check_fence()
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file atomically."""
    write_text(path, json.dumps(data, indent=1) + "\n")


def read_json(path: Path, cure: str = REPAIR) -> Any:
    """Read a JSON file; raise :class:`~landsweep.base.errors.Damaged`, with the way on, where it is lost or no JSON."""
    with reading(path, cure):
        return json.loads(path.read_text(encoding="utf-8"))


def verify(path: Path) -> None:
    """Read a file of a run as far as that shows whether it is whole; raise Damaged where it is not.

    A JSON file is parsed, arrays of an archive are compared with their checksums, a table is read; of tensors, whose
    files have no checksum, their places in the file are compared with its size.
    """
    match path.suffix:
        case ".json":
            read_json(path)
        case ".npz":
            with reading(path), ZipFile(path) as archive:
                if (wrong := archive.testzip()) is not None:
                    raise Damaged(path, f"{wrong} in it has another checksum")
        case ".safetensors":
            from safetensors import safe_open

            with reading(path), safe_open(path, framework="np"):
                pass
        case ".parquet":
            import pandas as pd

            with reading(path):
                pd.read_parquet(path)


def remove(landscape: Path) -> str:
    """Return the way on for a hypercube whose own description is damaged, which holds what was chosen once."""
    return (
        "put it back from a copy, or remove the folders landscape.zarr, topology, homology, resolved and certify in "
        f"{landscape.parent}, and `landsweep run STUDY` evaluates everything again"
    )


def check_schema(path: Path, version: int) -> None:
    """Check that no newer landsweep wrote what lies at ``path``; raise UserError where its version is above ours."""
    if version > SCHEMA_VERSION:
        raise UserError(
            f"{path} has schema version {version}, expected at most {SCHEMA_VERSION}: install a newer landsweep."
        )


@dataclass(frozen=True)
class RunDir:
    """The paths within one run directory (see ``docs/design.md``, section "The run directory")."""

    path: Path

    @property
    def study(self) -> Path:
        """The file with the study, every default written out."""
        return self.path / "study.yaml"

    @property
    def provenance(self) -> Path:
        """The file with versions, hosts, commands and timings."""
        return self.path / "provenance.json"

    @property
    def members(self) -> Path:
        """The file with the coordinates of every model and member by its index."""
        return self.path / "members.json"

    @property
    def landscape(self) -> Path:
        """The Zarr group with the hypercube."""
        return self.path / "landscape.zarr"

    @property
    def metrics(self) -> Path:
        """The table with one row per member and representation."""
        return self.path / "metrics.parquet"

    @property
    def report(self) -> Path:
        """The folder with figures and tables for people."""
        return self.path / "report"

    @property
    def logs(self) -> Path:
        """The folder with one JSON-lines file per rank."""
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        """The file that names the process that works on this run now."""
        return self.path / "lock.json"

    @property
    def progress(self) -> Path:
        """The file that says how far the running stage is; one rank renews it every few seconds."""
        return self.path / "progress.json"

    @property
    def jobs(self) -> Path:
        """The folder with what was submitted to a batch system: scripts, job ids, output."""
        return self.path / "jobs"

    @property
    def schema(self) -> int:
        """The schema version of the run in this directory; the current version where there is none."""
        return int(self.read_provenance()["schema_version"])

    def read_provenance(self) -> dict[str, Any]:
        """Return what ``provenance.json`` holds: ``schema_version`` and ``sessions``, none of these in a new run.

        Raises
        ------
        Damaged
            Where it cannot be read, or is not there although the run has results.
        """
        if not self.provenance.exists():
            if self.has_results:
                raise Damaged(self.provenance, LOST, RESTORE)
            return {"schema_version": SCHEMA_VERSION, "sessions": []}
        data: dict[str, Any] = read_json(self.provenance, RESTORE)
        with reading(self.provenance, RESTORE):
            sessions = [dict(session) for session in data["sessions"]]
            return {**data, "schema_version": int(data["schema_version"]), "sessions": sessions}

    def read_members(self) -> dict[str, Any]:
        """Return what ``members.json`` holds: the ``history`` of the sweep's axes, ``axes``, ``models``, ``members``.

        Raises
        ------
        Damaged
            Where it cannot be read.
        """
        data: dict[str, Any] = read_json(self.members, RESTORE)
        with reading(self.members, RESTORE):
            history = [{name: list(values) for name, values in axes.items()} for axes in data["history"]]
            return {**data, "history": history, "members": list(data["members"])}

    @property
    def has_results(self) -> bool:
        """Whether a stage has stored anything here."""
        return self.landscape.exists() or any(self.path.glob("weights/*/*"))

    @property
    def has_landscape(self) -> bool:
        """Whether the hypercube was created, which happens as a whole.

        Raises
        ------
        Damaged
            Where its folder is there without the file that describes it.
        """
        file = self.landscape / "zarr.json"
        if not file.exists() and self.landscape.exists():
            raise Damaged(file, LOST, remove(self.landscape))
        return file.exists()

    @property
    def segmentation(self) -> Path:
        """The Zarr group with the basin and the arc of every point."""
        return self.path / "segmentation.zarr"

    def check_schema(self) -> None:
        """Check that no newer landsweep wrote the run directory.

        Raises
        ------
        UserError
            Where its schema version is above :data:`SCHEMA_VERSION`.
        """
        check_schema(self.path, self.schema)

    def check_free(self, besides: Collection[Path] = ()) -> None:
        """Check that the directory holds a run, or nothing but submitted jobs and ``besides``.

        Raises
        ------
        UserError
            Where it holds other files and no run.
        """
        if self.members.exists() or self.lock.exists() or not self.path.is_dir():
            return
        if self.study.exists() and self.has_results:  # a run that has lost a file, as who reads it says
            return
        if any(p != self.jobs and p not in besides for p in self.path.iterdir()):
            raise UserError(
                f"{self.path} is not empty and holds no run, expected a run directory or a new name: choose another "
                "with --out."
            )

    def log(self, rank: int) -> Path:
        """Return the path of one rank's log, with one JSON object per line."""
        return self.logs / f"rank{rank:05d}.jsonl"

    def theta(self, model: int) -> Path:
        """Return the path of a model's trained weights; that the file exists means that training is complete."""
        return self.path / "weights" / f"model-{model:05d}" / "theta.safetensors"

    def checkpoint(self, model: int) -> Path:
        """Return the path of a model's checkpoint during training: weights, optimiser, random state."""
        return self.path / "weights" / f"model-{model:05d}" / "training.pt"

    def quality(self, model: int) -> Path:
        """Return the path of a trained model's figures of merit and training time."""
        return self.path / "weights" / f"model-{model:05d}" / "quality.json"

    def directions(self, member: int) -> Path:
        """Return the path of a member's directions delta, with their norms, Gram matrix and scale."""
        return self.path / "directions" / f"member-{member:05d}.safetensors"

    def trajectory(self, member: int) -> Path:
        """Return the path of the checkpoints that are projected on one member's landscape."""
        return self.path / "trajectory" / f"member-{member:05d}.npz"

    def topology(self, member: int) -> Path:
        """Return the path of one member's merge trees and metrics."""
        return self.path / "topology" / f"member-{member:05d}.npz"

    def resolved(self, member: int) -> Path:
        """Return the path of the minima and saddles of one member's loss itself."""
        return self.path / "resolved" / f"member-{member:05d}.npz"

    def engines(self, member: int) -> Path:
        """Return the path of the record of what the Topology ToolKit had to do with one member's merge trees."""
        return self.path / "topology" / f"engines-{member:05d}.json"

    def failure(self, stage: str, index: int) -> Path:
        """Return the path of the record of one failed model or member."""
        return self.path / "failures" / f"{stage}-{index:05d}.json"

    @property
    def raised(self) -> Path:
        """The folder of the records of points at which the loss raised an error, one for each unit and member."""
        return self.path / "failures" / "points"

    def failures(self, stage: str = "*") -> dict[tuple[str, int], Path]:
        """Return the paths of the recorded failures by stage and index."""
        found = {}
        for path in sorted((self.path / "failures").glob(f"{stage}-*.json")):
            name, _, index = path.stem.rpartition("-")
            if index.isdigit():
                found[name, int(index)] = path
        return found

    def missing(self, count: int, path: Callable[[int], Path]) -> list[int]:
        """Return the indices below ``count`` whose file is absent, by one directory listing if they share a folder."""
        if count == 0:
            return []
        flat = path(0).parent == path(count).parent
        names = {p.name for p in path(0).parent.iterdir()} if flat and path(0).parent.is_dir() else set()
        return [i for i in range(count) if (path(i).name not in names if flat else not path(i).exists())]

    def outdate_report(self) -> None:
        """Mark tables and figures as outdated, so that the old study's numbers do not pass for the new one's."""
        (self.report / "summary.json").unlink(missing_ok=True)
        self.metrics.unlink(missing_ok=True)

    def sweep_partials(self) -> None:
        """Remove what killed writers have half written or half removed, for who knows that no other writer lives.

        A state whose result is there goes too: its writer was killed between the two. Files of processes that try to
        take the lock just now stay.
        """
        for state in self.path.glob(f"*/*{STATE}"):
            if any(path != state for path in state.parent.glob(f"{state.stem}.*")):
                state.unlink(missing_ok=True)
        for state in self.path.glob(f"weights/*/{self.checkpoint(0).name}"):
            if state.with_name(self.theta(0).name).exists():
                state.unlink(missing_ok=True)
        for folder in self.path.glob(f".*{REMOVED}"):
            shutil.rmtree(folder)
        for pattern in (f"**/*{PARTIAL}", f"**/.*{PARTIAL}"):
            for path in self.path.glob(pattern):
                if path.is_file() and not path.name.startswith(".lock."):
                    path.unlink(missing_ok=True)
