"""Writing the results of ``landsweep robust``: tables, curves, a page, and the lines that the command prints."""

from __future__ import annotations

import shutil
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from landsweep.base.errors import UserError
from landsweep.disk.rundir import atomic, write_text
from landsweep.robust.claims import SPECIFICATION
from landsweep.robust.collect import Robustness
from landsweep.robust.figure import draw_curve

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun

FOLDER = "robust"
"""The results lie in the folder of this name in the run directory."""
SHOWN = 8
"""The command prints at most this many under-resolved members; the page and ``verdicts.csv`` list all."""


def write(run: OpenedRun, found: Robustness) -> Path:
    """Write tables, figures and the page ``robust.md`` to ``RUN/robust``, in place of earlier ones; return this folder.

    They are written beside this folder and then renamed, so that all files in it come from one call.

    Raises
    ------
    UserError
        Where the folder cannot be written.
    """
    folder, fresh = run.path / FOLDER, run.path / f".{FOLDER}.partial"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        _write(run, found, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise UserError(
            f"Cannot write {error.filename or folder} ({error.strerror}): expected a run directory that can be written "
            "and has space; Run.robust() in Python returns the same tables and writes nothing."
        ) from error
    return folder


def _write(run: OpenedRun, found: Robustness, folder: Path) -> None:
    with atomic(folder / "robust.parquet") as partial:
        found.table.to_parquet(partial, index=False)
    with atomic(folder / "verdicts.csv") as partial:
        found.verdicts.to_csv(partial, index=False)
    estimates = [c.estimates.assign(metric=c.metric, axis=c.axis, subspace=c.subspace) for c in found.claims]
    columns = [
        "metric",
        "axis",
        "subspace",
        *SPECIFICATION,
        "spec_default",
        "rho",
        "rho_low",
        "rho_high",
        "n_models",
        "n_series",
        "n_members",
    ]
    with atomic(folder / "claims.csv") as partial:
        (pd.concat(estimates)[columns] if estimates else pd.DataFrame(columns=columns)).to_csv(partial, index=False)
    for claim in found.claims:
        draw_curve(claim, f"{run.study.name}: {claim.name}", folder / claim.file)
    write_text(folder / "robust.md", markdown(run, found, folder))


def heading(run: OpenedRun, found: Robustness) -> str:
    """Return one line that says what was compared."""
    table = found.table
    sizes = [table[column].nunique() for column in SPECIFICATION]
    words = ("extent", "stride", "representation", "threshold")
    count = int((table["member"] == table["member"].iloc[0]).sum())
    each = ", ".join(f"{n} {word}{'s' * (n > 1)}" for n, word in zip(sizes, words, strict=True))
    fewer = "; crops have fewer strides" if count < prod(sizes) else ""
    members = f"{table['member'].nunique()} of {len(run.plan.members)} members"
    return f"{members}, {count} specifications of each ({each}{fewer})"


def verdict_lines(found: Robustness) -> list[str]:
    """Return one line per representation: how many members are resolved, under-resolved or too small to tell."""
    lines = []
    for name, part in found.verdicts.groupby("representation", sort=False):
        counts = part["verdict"].value_counts()
        lines.append(f"{name}: " + ", ".join(f"{counts[v]} {v}" for v in sorted(counts.index)))
    return lines


def under_resolved(run: OpenedRun, found: Robustness) -> list[str]:
    """Return one line per member that is not resolved in the study's own representation."""
    own = found.verdicts[found.verdicts["representation"] == run.study.connectivity[0]]
    lines = []
    for _, row in own[own["verdict"] != "resolved"].iterrows():
        lines.append(f"{_coords(run, row)}: {row['verdict']}, {row['reason']}")
    return lines


def _coords(run: OpenedRun, row: pd.Series) -> str:
    varied = [axis for axis, values in run.plan.axes.items() if len(values) > 1]
    return ", ".join(f"{axis}={row[axis]}" for axis in varied) or f"member {row['member']}"


def left_out(run: OpenedRun, found: Robustness) -> list[str]:
    """Return one line per reason for which members were left out."""
    reasons: dict[str, list[int]] = {}
    for member, reason in found.left_out.items():
        reasons.setdefault(reason, []).append(member)
    return [f"left out, {reason}: member {', '.join(map(str, members))}" for reason, members in reasons.items()]


def no_claims(found: Robustness) -> list[str]:
    """Return the reason why there are no claims."""
    return [] if found.claims else ["no claims: no sweep axis holds three numbers or more (seeds and draws are names)"]


def markdown(run: OpenedRun, found: Robustness, folder: Path) -> str:
    """Return the text of the page ``robust.md``."""
    own = run.study.connectivity[0]
    lines = [f"# {run.study.name}: robustness", "", f"{heading(run, found)}.", ""]
    if found.left_out:
        lines += [*(f"- {line}" for line in left_out(run, found)), ""]
    lines += ["## Claims", "", "Spearman's rank correlation over models, whose landscapes are averaged first.", ""]
    if not found.claims:
        lines += [*(f"- {line}" for line in no_claims(found)), ""]
    for claim in found.claims:
        lines += [f"### {claim.name}", "", f"{claim.text}.", ""]
        if (folder / claim.file).exists():
            lines += [f"![{claim.name}]({claim.file})", ""]
    lines += ["## Resolution", "", "At the whole extent and the study's own threshold:", ""]
    lines += [f"- {line}" for line in verdict_lines(found)]
    part = found.verdicts[found.verdicts["representation"] == own]
    lines += ["", f"In {own}, counts from the finest to the coarsest resolution (all in `verdicts.csv`):", ""]
    lines += ["| member | verdict | points | minima | saddles |", "|---|---|---|---|---|"]
    for _, row in part.iterrows():
        cells = [_coords(run, row), row["verdict"], row["sizes"], row["n_minima"], row["n_saddles"]]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def show(run: OpenedRun, found: Robustness, folder: Path) -> None:
    """Print the results in short."""
    print(f"{run.study.name}: {heading(run, found)}")
    for line in left_out(run, found):
        print(f"  {line}")
    own, *others = verdict_lines(found)  # representations() puts the study's own first
    print(f"  {own}")
    lines = under_resolved(run, found)
    for line in lines[:SHOWN]:
        print(f"    {line}")
    if len(lines) > SHOWN:
        print(f"    ... and {len(lines) - SHOWN} more in {folder / 'robust.md'}")
    for line in others:
        print(f"  {line}")
    for line in no_claims(found):
        print(f"  {line}")
    for claim in found.claims:
        print(f"  {claim.name}: {claim.text}")
    names = ["robust.md", "robust.parquet", "verdicts.csv", "claims.csv"]
    for name in names:
        print(f"  {folder / name}")
    for path in sorted(folder.glob("curve-*.png")):
        print(f"  {path}")
