"""The text that the commands print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.base.errors import UserError, reading
from landsweep.base.text import duration, size
from landsweep.base.yamlfile import nearest
from landsweep.disk.rundir import PAGE, read_json
from landsweep.stages import words

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.api import Run
    from landsweep.pipeline.trial import Trial
    from landsweep.predict.bench import Speed
    from landsweep.predict.estimate import Estimate
    from landsweep.study.plan import Plan
    from landsweep.study.study import Study

FIGURES = {"trend.png": "figure", "comparison.png": "compared", "landscapes.png": "panels"}
"""The figures that a run's last lines name first, and by which word."""
FAILURES_SHOWN = 5
"""At most this many failures are shown; the others are counted."""
SHOWN_METRICS = ("barrier", "n_minima", "n_saddles", "average_persistence", "max_persistence", "smad", "loss_min")
"""These metrics are shown where no columns are named."""


def print_rows(rows: Mapping[str, str]) -> None:
    """Print the text of each row beside its name."""
    for name, text in rows.items():
        if text:
            print(f"{name:<8} {text}")


def plan(study: Study, plan: Plan, estimate: Estimate, out: Path, ranks: int) -> None:
    """Print what a study would do."""
    axes = ", ".join(f"{name} {len(values)}" for name, values in plan.axes.items())
    grid = " x ".join(map(str, plan.grid_shape))
    costs, time = estimate.costs, f"not measured: no earlier run of this problem beside {out}; the run times itself"
    if costs.total is not None:
        time = f"about {duration(costs.total)} on {ranks} rank(s), as measured in {estimate.source}"
        parts = {name: value for name, value in costs.parts.items() if value is not None and value > costs.total / 100}
        time += f" ({', '.join(f'{name} {duration(value)}' for name, value in parts.items())})"
    rows = {
        "study": f"{study.name} -> {out}",
        "models": f"{estimate.models}",
        "members": f"{estimate.members} ({axes})",
        "points": f"{estimate.points:,} ({grid} each; fields {', '.join(study.fields)})",
        **{name: text for stage in words() for name, text in stage.plan(study, plan).items()},
        "units": f"about {estimate.units} (bounded by: {estimate.unit_bound})",
        "store": f"up to {size(estimate.bytes)} before compression, about {estimate.files} files in all",
        "topology": estimate.topology,
        "time": time,
    }
    print_rows(rows)


def moves(study: Study, folder: Path, plan: Plan) -> None:
    """Print which parameters the directions of each subspace will move, by the first model's untrained network."""
    from landsweep.predict.moves import moves as found

    for name, lines in found(study, folder, plan).items():
        print(f"moves    along subspace {name}, as build() returns the network (before training):")
        for line in lines:
            print(f"         {line}")


def print_trial(trial: Trial) -> None:
    """Print what was tried of a study's problem, how long that took, and what is good to know."""
    for step in trial.steps:
        print(f"{step.name:<8} ok {step.seconds:7.2f} s  {step.found}")
    for note in trial.notes:
        print(f"note     {note}")


def speed(found: Speed) -> None:
    """Print how fast points are evaluated."""
    rows = {
        "study": f"{found.study}, its first model",
        "device": f"{found.device}, torch {found.torch}, {found.threads} CPU thread(s)",
        "strategy": f"{found.strategy}, {found.width} at once, {found.dtype} ({found.reason})",
        "speed": f"{found.points_per_second:,.0f} points/s ({found.slowest:,.0f} to {found.fastest:,.0f})",
        "limit": (
            f"{found.flops_per_point / 1e6:,.3g} Mflop a point, {found.fraction:.1%} of a large matrix product's "
            f"{found.limit_flops / 1e9:,.0f} Gflop/s"
        ),
        "time": (
            f"compute {found.compute:.1%}, transfer {found.transfer:.1%}, wait {found.wait:.1%}; "
            f"beside it, write {found.write:.1%}"
        ),
    }
    print_rows(rows)


def status(run: Run) -> None:
    """Print how far a run is."""
    from landsweep.disk.lock import owner
    from landsweep.pipeline.status import disk_use, stage_counts

    print(repr(run))
    print(f"{'stage':<10} {'done':>9} {'of':>9} {'failed':>7} {'time':>9}")
    for c in stage_counts(run.directory, run.study, run.plan):
        spent = duration(c.seconds) if c.seconds else "-"
        print(f"{c.stage:<10} {c.done:>9} {c.total or '?':>9} {c.failed or '-':>7} {spent:>9}  {c.noun}")
    used, files = disk_use(run.directory)
    sessions = run.directory.read_provenance()["sessions"]
    last = sessions[-1]
    alive = owner(run.directory.lock)
    if alive and (text := _speed(run.directory.progress)):
        print(text)
    state = f"running as {alive}" if alive else last.get("outcome", "killed")
    print(f"{size(used)} in {files} files; {len(sessions)} session(s), the last from {last['started']}: {state}")
    print_failures(run)
    from landsweep.report import engines

    for line in engines.warnings(run.directory):
        print(f"note: {line}")


def metrics(run: Run, table: pd.DataFrame, columns: tuple[str, ...], *, csv: bool) -> str:
    """Return the table of metrics of a run as text.

    Raises
    ------
    UserError
        Where a column is unknown.
    """
    known = [str(name) for name in table]
    for name in columns:
        if name not in known:
            raise UserError(f"--column is {name!r}, expected one of {', '.join(known)}{nearest(name, known) or '.'}")
    if csv:
        return table[list(columns) or known].to_csv(index=False)
    axes = [name for name, values in run.plan.axes.items() if len(values) > 1]
    shown = list(columns) or [name for name in SHOWN_METRICS if name in known]
    return table[[*axes, "representation", *(c for c in shown if c not in axes)]].to_string(index=False) + "\n"


def _speed(progress: Path) -> str:
    """Return how fast the running stage is, when it will end, and how far a long item is; empty where not known."""
    from landsweep.pipeline.pace import pace

    found = pace(progress)
    speed = f"{found.count}, {found.rate}; {found.end}" if found.rate else ""
    return "\n".join(filter(None, (speed, found.in_hand)))


def print_failures(run: Run) -> None:
    """Print the first failures, one line each."""
    failures = run.directory.failures()
    for (stage, index), path in list(failures.items())[:FAILURES_SHOWN]:
        with reading(path):
            data = read_json(path)
            coords = ", ".join(f"{k}={v}" for k, v in data["coords"].items())
            print(f"failed: {stage} {index} ({coords}): {data['error']}  [{path}]")
    if len(failures) > FAILURES_SHOWN:
        print(f"... and {len(failures) - FAILURES_SHOWN} more in {run.path / 'failures'}")
    if failures:
        print("`landsweep run STUDY --retry-failed` tries them again.")


def closing(run: Run) -> None:
    """Print where the files of a run are, and the numbers that matter."""
    file = run.directory.report / "summary.json"
    if file.exists():
        data = read_json(file)
        names = ", ".join(run.study.connectivity)
        resolved = f"; {text}" if (text := data.get("resolved")) else ""  # a report of an older version has none
        print(f"\n{run.study.name}: {data['with_topology']} of {data['members']} landscapes, {names}{resolved}")
        for line in data["quality"][:2]:
            print(f"  {line}")
        for line in data.get("stages", []):  # as above
            print(f"  {line}")
        for trend in data["trends"]:
            print(f"  {_trend(trend)}")
        if data["non_finite_points"]:
            print(f"  {data['non_finite_points']} points are not finite")
        for line in data["warnings"]:
            print(f"  note: {line}")
        report = run.directory.report
        tables = (("page", report / PAGE), ("table", report / "summary.md"), ("metrics", run.directory.metrics))
        files = [(name, str(path)) for name, path in tables if path.exists()]
        for name, shown in (*_figures(run.directory.report), *files):
            print(f"  {name:<8} {shown}")
    print_failures(run)


def _trend(said: str | Mapping[str, str]) -> str:
    """Return the sentence of a trend, also from a report of an older version."""
    if isinstance(said, str):
        return said
    return f"rank correlation of {said['metric']} with {said['axis']}: {said['text']}"


def _figures(report: Path) -> Iterator[tuple[str, str]]:
    """Yield what each figure of a report shows in one word, and where it is; those of single models are one line."""
    names = sorted(path.name for path in report.glob("*.png"))
    models = [name for name in names if re.fullmatch(r"landscape-\d+\.png", name)]
    for name, word in FIGURES.items():
        if name in names:
            yield word, f"{report / name}"
    if models:
        yield "models", f"{report / models[0]}" + (f" to {models[-1]}, one a model" if len(models) > 1 else "")
    yield from (("figure", f"{report / name}") for name in names if name not in (*FIGURES, *models))
