"""Writing distances: the matrix with its labels, a table of the members, a figure, and the lines that are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from landsweep.base.errors import UserError
from landsweep.base.paths import check_file
from landsweep.disk.rundir import atomic
from landsweep.distances.comparison import FOLDER, Comparison
from landsweep.study.plan import Member

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun

SUFFIXES = (".csv", ".npz", ".nc")
"""A matrix can be written into files of these kinds."""
SHOWN = 40
"""The command prints at most so many members; the table has all."""


def check_out(out: Path | None) -> None:
    """Check the ending of the file for the matrix, before anything is computed; raise UserError."""
    if out is not None and out.suffix not in SUFFIXES:
        raise UserError(f"--out is {out}, expected a name that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    if out is not None:
        check_file("--out", out)


def labels(run: OpenedRun, found: Comparison) -> list[str]:
    """Return a label for each item, such as ``beta=5 seed=1``: the axes along which they differ."""
    axes = found.axes(list(run.plan.axes))
    varying = [axis for axis in axes if len({item.coords[axis] for item in found.items}) > 1]
    return [" ".join(f"{axis}={item.coords[axis]}" for axis in varying) for item in found.items]


def table_of(run: OpenedRun, found: Comparison, clusters: int) -> pd.DataFrame:
    """Return one row per item: coordinates, place on the map, cluster, the nearest other item and its number."""
    apart = found.distances.copy()
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    return pd.DataFrame(
        {
            found.noun: found.indices,
            **{axis: [item.coords[axis] for item in found.items] for axis in found.axes(list(run.plan.axes))},
            "map_0": found.embedding.points[:, 0],
            "map_1": found.embedding.points[:, 1],
            "cluster": found.clustering.cut(clusters),
            "nearest": [found.indices[k] for k in nearest],
            f"nearest_{found.quantity.lower()}": found.matrix[np.arange(len(nearest)), nearest],
        }
    )


def write(run: OpenedRun, found: Comparison, clusters: int, out: Path | None = None) -> list[Path]:
    """Write matrix, table and figure to ``RUN/distances``, and the matrix to ``out``; return the paths.

    Raises
    ------
    UserError
        Where a file cannot be written.
    """
    from landsweep.distances.figure import draw

    base = run.path / FOLDER / found.name
    named = [base.with_name(base.name + end) for end in (".csv", f"-{found.noun}s.csv", ".png")]
    try:
        write_matrix(run, found, named[0])
        with atomic(named[1]) as partial:
            table_of(run, found, clusters).to_csv(partial, index=False)
        draw(run, found, named[2])
        if out is not None:
            write_matrix(run, found, out)
    except OSError as error:
        method = "cka" if found.noun == "model" else "distances"
        raise UserError(
            f"Cannot write {error.filename or base.parent} ({error.strerror}): expected a folder that can be written "
            f"and has space; Run.{method}() in Python returns the same numbers and writes nothing."
        ) from error
    return [*named, *([out] if out is not None else [])]


def write_matrix(run: OpenedRun, found: Comparison, path: Path) -> None:
    """Write the matrix with its labels into a file of one of :data:`SUFFIXES`."""
    with atomic(path) as partial:
        if path.suffix == ".csv":
            names = [f"{k} {text}".rstrip() for k, text in zip(found.indices, labels(run, found), strict=True)]
            pd.DataFrame(found.matrix, pd.Index(names, name=found.noun), names).to_csv(partial)
        elif path.suffix == ".npz":
            arrays = {found.noun: found.indices, found.quantity.lower(): found.matrix, "map": found.embedding.points}
            with partial.open("wb") as handle:
                np.savez(handle, **arrays)  # type: ignore[arg-type]  # NumPy's stubs take arrays alone
        else:
            found.to_xarray(list(run.plan.axes)).to_netcdf(partial, engine="scipy")


def within(found: Comparison) -> str:
    """Return how far members of one model are apart, and those of different models; empty where one of both is none."""
    if found.noun != "member":
        return ""
    models = np.array([item.model for item in found.items if isinstance(item, Member)])
    rows, columns = np.triu_indices(len(models), 1)
    same, apart = models[rows] == models[columns], found.matrix[rows, columns]
    if same.all() or not same.any():
        return ""
    inside, between = np.median(apart[same]), np.median(apart[~same])
    pairs = int(same.sum())
    of_one = f"members of one model: median {inside:.4g} ({pairs} pair{'s' * (pairs > 1)})"
    return f"{of_one}; of different models: {between:.4g}"


def show(run: OpenedRun, found: Comparison, clusters: int, files: Sequence[Path]) -> None:
    """Print what was compared, the clusters, the nearest of each item, which were left out, and the files."""
    table, noun = table_of(run, found, clusters), found.noun
    count, above = len(table), found.matrix[np.triu_indices(len(table), 1)]
    total = len(run.plan.models if noun == "model" else run.plan.members)
    print(f"{run.study.name}: {found.text}")
    spread = f"{above.min():.4g} to {above.max():.4g}, median {np.median(above):.4g}"
    pairs = f"{len(above)} pair{'s' * (len(above) > 1)}"
    print(f"{count} of {total} {noun}s, {pairs}: {spread}")
    if text := within(found):
        print(text)
    for reason, number in Counter(found.left_out.values()).items():
        print(f"left out: {number} ({reason})")
    if not found.distances.any():
        print(f"all {noun}s are the same in this respect: there are no clusters")
    else:
        agreement = found.clustering.cophenetic
        fit = f"; clusters: cophenetic correlation {agreement:.2f}" if np.isfinite(agreement) else ""
        print(f"map of two coordinates: {found.embedding.share:.0%} of the squared distances{fit}")
    texts = dict(zip(found.indices, labels(run, found), strict=True))
    columns = [noun, "cluster", "nearest", f"nearest_{found.quantity.lower()}"]
    for index, cluster, near, value in table[columns].head(SHOWN).itertuples(index=False):
        print(f"  {index:>4} {texts[index]}: cluster {cluster}, nearest {near} ({texts[near]}) at {value:.4g}")
    if count > SHOWN:
        print(f"  and {count - SHOWN} more in {files[1].name}")
    for path in files:
        print(path)
