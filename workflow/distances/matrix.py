"""The matrix of distances: each pair once, shared over the processes of an executor, kept as far as it is computed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.stop import StopFlag
from landsweep.disk.arrays import read_arrays, write_arrays
from landsweep.distances.comparison import FOLDER, Comparison
from landsweep.distances.diagrams import Choice, Diagrams, read_diagrams
from landsweep.executors.executor import Executor, Work
from landsweep.executors.serial import SerialExecutor
from landsweep.kernels.diagrams.distances import LARGEST, bottleneck_distance, wasserstein_distance

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun

PAIRS = 64
"""An item of work is so many pairs of members."""
KEEP_SECONDS = 5.0
"""What is computed is written this often, so that an interruption loses no more."""


def file_of(run: OpenedRun, choice: Choice) -> Path:
    """Return the path of the distances of a choice."""
    return run.path / FOLDER / f"{choice.name}.npz"


def measure(
    run: OpenedRun,
    choice: Choice,
    executor: Executor | None = None,
    *,
    stop: StopFlag | None = None,
    keep: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Return the distances between all members that have a diagram; every rank calls this.

    Distances that the run's file holds between the same diagrams are taken from there.

    Parameters
    ----------
    run, choice
        The run; what is compared, and how.
    executor, stop
        The executor that shares the pairs, by default this process; the flag that ends its work between two items.
    keep
        Whether to write the file, also of what is computed before an interruption.
    progress
        A function that is called on the root with the numbers of pairs that are done and that there are.

    Raises
    ------
    UserError
        Where fewer than two members have a diagram, or two diagrams are too large for an exact Wasserstein distance.
    Stopped
        Once ``stop`` was requested.
    """
    executor = executor or SerialExecutor()
    path = file_of(run, choice)

    def begin() -> tuple[Diagrams, np.ndarray]:
        found = read_diagrams(run, choice)
        _check_size(choice, found)
        return found, _known(path, found.digests)

    found, matrix = executor.on_root(begin)
    lacking = np.argwhere(np.triu(np.isnan(matrix), 1))
    total, saved = len(found.members) * (len(found.members) - 1) // 2, [time.monotonic()]

    def write() -> None:
        if keep and executor.is_root:
            indices = [member.index for member in found.members]
            write_arrays(path, {"member": indices, "digest": found.digests, "distance": matrix})
            saved[0] = time.monotonic()

    def done(result: tuple[np.ndarray, list[float]], rank: int) -> None:
        pairs, values = result
        matrix[pairs[:, 0], pairs[:, 1]] = matrix[pairs[:, 1], pairs[:, 0]] = values
        progress(total - int(np.isnan(matrix).sum()) // 2, total)
        if time.monotonic() - saved[0] > KEEP_SECONDS:
            write()

    items = [lacking[at : at + PAIRS] for at in range(0, len(lacking), PAIRS)]
    work = Work(items, partial(_between, found.diagrams, choice), done, name="distances")
    try:
        executor.map(work, stop or StopFlag(announce=False))
    finally:
        if len(lacking) or not path.exists():
            write()
    return Comparison(choice.name, choice.text, "member", "distance", found.members, matrix, matrix, found.left_out)


def _between(diagrams: Sequence[np.ndarray], choice: Choice, pairs: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Return pairs ``(n, 2)`` of diagrams with their distances."""
    if choice.metric == "bottleneck":
        return pairs, [bottleneck_distance(diagrams[i], diagrams[j]) for i, j in pairs.tolist()]
    return pairs, [wasserstein_distance(diagrams[i], diagrams[j], choice.order) for i, j in pairs.tolist()]


def _check_size(choice: Choice, found: Diagrams) -> None:
    """Refuse diagrams that are too large for an exact Wasserstein distance, before any is computed."""
    sizes = sorted(((len(d), m.index) for d, m in zip(found.diagrams, found.members, strict=True)), reverse=True)
    (largest, member), (second, _) = sizes[:2]
    if choice.metric == "wasserstein" and largest * second > LARGEST:
        raise UserError(
            f"the diagram of member {member} has {largest} points and another one {second}, expected at most "
            f"{LARGEST} possible matches for an exact Wasserstein distance: leave out small pairs by "
            "--min-persistence 1%, or take --metric bottleneck."
        )


def _known(path: Path, digests: Sequence[str]) -> np.ndarray:
    """Return the matrix as far as the file has it, NaN elsewhere: what it has is known by the diagrams' digests."""
    matrix = np.full((len(digests), len(digests)), np.nan)
    np.fill_diagonal(matrix, 0.0)
    if not path.exists():
        return matrix
    try:
        stored = read_arrays(path)
        place = {str(digest): at for at, digest in enumerate(stored["digest"])}
        here = np.array([i for i, digest in enumerate(digests) if digest in place], dtype=np.int64)
        there = np.array([place[digests[i]] for i in here], dtype=np.int64)
        before = np.asarray(stored["distance"], dtype=np.float64)[np.ix_(there, there)]
    except (UserError, KeyError, IndexError, ValueError):  # damaged: it is computed again
        return matrix
    matrix[np.ix_(here, here)] = before
    return matrix
