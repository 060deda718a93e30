"""Writing distances: the matrix with its labels, a table of the members, a figure, and the lines that are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from landsweep.base.errors import UserError
from landsweep.disk.rundir import atomic
from landsweep.distances.matrix import FOLDER, Distances
from landsweep.study.study import Scalar

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
    if out is not None and not out.parent.is_dir():
        raise UserError(f"--out is {out}, but {out.parent} is no folder, expected one that exists: make it first.")


def labels(run: OpenedRun, rows: Sequence[dict[str, Scalar]]) -> list[str]:
    """Return a label for each row of coordinates, such as ``beta=5 seed=1``: axes along which anything differs."""
    varying = [axis for axis in run.plan.axes if len({str(row[axis]) for row in rows if axis in row}) > 1]
    return [" ".join(f"{axis}={row[axis]}" for axis in varying if axis in row) for row in rows]


def members_table(run: OpenedRun, found: Distances, clusters: int) -> pd.DataFrame:
    """Return one row per member: coordinates, place on the map, cluster, the nearest other member and how far it is."""
    apart = found.matrix.copy()
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    indices = [member.index for member in found.members]
    return pd.DataFrame(
        {
            "member": indices,
            **{axis: [member.coords[axis] for member in found.members] for axis in run.plan.axes},
            "map_0": found.embedding.points[:, 0],
            "map_1": found.embedding.points[:, 1],
            "cluster": found.clustering.cut(clusters),
            "nearest": [indices[k] for k in nearest],
            "nearest_distance": apart[np.arange(len(apart)), nearest],
        }
    )


def write(run: OpenedRun, found: Distances, clusters: int, out: Path | None = None) -> list[Path]:
    """Write matrix, table and figure to ``RUN/distances``, and the matrix to ``out``; return the paths.

    Raises
    ------
    UserError
        Where a file cannot be written.
    """
    from landsweep.distances.figure import draw

    base = run.path / FOLDER / found.choice.name
    named = [base.with_name(base.name + end) for end in (".csv", "-members.csv", ".png")]
    try:
        write_matrix(run, found, named[0])
        with atomic(named[1]) as partial:
            members_table(run, found, clusters).to_csv(partial, index=False)
        draw(run, found, named[2])
        if out is not None:
            write_matrix(run, found, out)
    except OSError as error:
        raise UserError(
            f"Cannot write {error.filename or base.parent} ({error.strerror}): expected a folder that can be written "
            "and has space; Run.distances() in Python returns the same numbers and writes nothing."
        ) from error
    return [*named, *([out] if out is not None else [])]


def write_matrix(run: OpenedRun, found: Distances, path: Path) -> None:
    """Write the matrix with its labels into a file of one of :data:`SUFFIXES`."""
    indices = [member.index for member in found.members]
    with atomic(path) as partial:
        if path.suffix == ".csv":
            names = [f"{k} {text}".rstrip() for k, text in zip(indices, labels(run, _rows(found)), strict=True)]
            pd.DataFrame(found.matrix, pd.Index(names, name="member"), names).to_csv(partial)
        elif path.suffix == ".npz":
            with partial.open("wb") as handle:
                np.savez(handle, member=indices, distance=found.matrix, map=found.embedding.points)
        else:
            found.to_xarray(list(run.plan.axes)).to_netcdf(partial, engine="scipy")


def _rows(found: Distances) -> list[dict[str, Scalar]]:
    return [dict(member.coords) for member in found.members]


def show(run: OpenedRun, found: Distances, clusters: int, files: Sequence[Path]) -> None:
    """Print what was compared, the clusters, the nearest of each member, who was left out, and the files."""
    table = members_table(run, found, clusters)
    count, above = len(table), found.matrix[np.triu_indices(len(table), 1)]
    print(f"{run.study.name}: {found.choice.text}")
    print(
        f"{count} of {len(run.plan.members)} members, {len(above)} pairs: {above.min():.4g} to {above.max():.4g}, ",
        end="",
    )
    print(f"median {np.median(above):.4g}")
    for reason, number in Counter(found.left_out.values()).items():
        print(f"left out: {number} ({reason})")
    share, agreement = found.embedding.share, found.clustering.cophenetic
    if not above.max():
        print("all distances are 0: the diagrams are the same")
    else:
        print(f"map of two coordinates: {share:.0%} of the squared distances", end="")
        print(f"; clusters: cophenetic correlation {agreement:.2f}" if np.isfinite(agreement) else "")
    texts = dict(zip(table["member"], labels(run, _rows(found)), strict=True))
    for row in table.head(SHOWN).itertuples():
        near = f"nearest {row.nearest} ({texts[row.nearest]}) at {row.nearest_distance:.4g}"
        print(f"  {row.member:>4} {texts[row.member]}: cluster {row.cluster}, {near}")
    if count > SHOWN:
        print(f"  and {count - SHOWN} more in {files[1].name}")
    for path in files:
        print(path)
