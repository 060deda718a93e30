"""The table of a scaling study: medians over repeats, efficiencies against a stated baseline, and marked gaps."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from landsweep.scaling.measure import Measurement
from landsweep.scaling.series import Mode

PARTS = ("startup", "compute", "files", "wait")
"""The seconds of a run are split into these parts."""
NOT_MEASURED = "not measured"
"""A cell without a measurement shows these words."""


@dataclass(frozen=True)
class Row:
    """The row of one number of ranks; every figure is a median over ``repeats`` runs, None where there is no run.

    Parameters
    ----------
    seconds, low, high
        The median, the least and the greatest time to solution, in seconds.
    evaluate
        The seconds of the evaluation alone.
    efficiency, evaluate_efficiency
        The efficiencies of the time to solution and of the evaluation: ``n0 t0 / (n t)`` in strong mode, ``t0 / t`` in
        weak mode, where n0 and t0 are the ranks and the seconds of the first row that was measured.
    per_rank, per_gpu
        The points per second of the evaluation, for each rank and for each GPU.
    parts
        The median seconds of each of :data:`PARTS`.
    why
        The reason why repeats are missing, else empty.
    """

    ranks: int
    repeats: int = 0
    nodes: int = 0
    gpus: int = 0
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    efficiency: float | None = None
    evaluate: float | None = None
    evaluate_efficiency: float | None = None
    per_rank: float | None = None
    per_gpu: float | None = None
    parts: Mapping[str, float] | None = None
    why: str = ""


def rows(
    mode: Mode, ranks: Sequence[int], found: Mapping[int, Sequence[Measurement]], why: Mapping[int, str]
) -> list[Row]:
    """Return one row for each number of ranks, measured or not."""
    made: list[Row] = []
    base: tuple[int, float, float] | None = None
    for n in ranks:
        runs = found.get(n, ())
        if not runs:
            made.append(Row(n, why=why.get(n, "")))
            continue
        times = [m.seconds for m in runs]
        total, evaluate = median(times), median(m.stages.get("evaluate", 0.0) for m in runs)
        base = base or (n, total, evaluate)
        share = base[0] / n if mode == "strong" else 1.0
        gpus = runs[0].gpus
        rate = median(m.rate for m in runs)
        made.append(
            Row(
                ranks=n,
                repeats=len(runs),
                nodes=max(len(m.nodes) for m in runs),
                gpus=gpus,
                seconds=total,
                low=min(times),
                high=max(times),
                efficiency=share * base[1] / total,
                evaluate=evaluate,
                evaluate_efficiency=share * base[2] / evaluate if evaluate else None,
                per_rank=rate / n,
                per_gpu=rate / gpus if gpus else None,
                parts={name: median(getattr(m, name) for m in runs) for name in PARTS},
                why=why.get(n, ""),
            )
        )
    return made


def baseline(table: Sequence[Row]) -> str:
    """Return a text that says which row efficiencies are relative to."""
    first = next((row for row in table if row.seconds is not None), None)
    if first is None:
        return "no run was measured"
    return f"baseline {first.ranks} rank{'s' * (first.ranks > 1)}: {first.seconds:.2f} s, median of {first.repeats}"


def to_csv(table: Sequence[Row]) -> str:
    """Return the table as CSV, for programs; an empty cell is a figure that was not measured."""
    out = io.StringIO()
    names = ["ranks", "repeats", "nodes", "gpus", "seconds", "low", "high", "efficiency", "evaluate"]
    names += ["evaluate_efficiency", "per_rank", "per_gpu"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*names, *PARTS, "not_measured"])
    for row in table:
        figures = [getattr(row, name) for name in names] + [(row.parts or {}).get(part) for part in PARTS]
        writer.writerow([("" if v is None else f"{v:.6g}" if isinstance(v, float) else v) for v in figures] + [row.why])
    return out.getvalue()


def to_markdown(title: str, mode: Mode, table: Sequence[Row], notes: Sequence[str]) -> str:
    """Return the table as Markdown, for people."""
    law = "n0 t0 / (n t)" if mode == "strong" else "t0 / t"
    head = ["ranks", "nodes", "time to solution", "efficiency", "evaluation", "efficiency", "points/s per rank"]
    gpus = any(row.gpus for row in table)
    head += ["points/s per GPU"] * gpus + ["start-up", "compute", "files", "wait"]
    lines = [f"# {title}", "", f"Efficiency: {law}, {baseline(table)}.", ""]
    lines += ["| " + " | ".join(head) + " |", "|" + " ---: |" * len(head)]
    for row in table:
        if row.seconds is None:
            cells = [str(row.ranks), "", NOT_MEASURED + (f" ({row.why})" if row.why else ""), *[""] * (len(head) - 3)]
        else:
            parts = row.parts or {}
            cells = [
                str(row.ranks),
                str(row.nodes),
                f"{row.seconds:.2f} s ({row.low:.2f} to {row.high:.2f}, {row.repeats} runs)",
                _percent(row.efficiency),
                f"{row.evaluate:.2f} s",
                _percent(row.evaluate_efficiency),
                f"{row.per_rank:,.0f}",
                *([NOT_MEASURED if row.per_gpu is None else f"{row.per_gpu:,.0f}"] * gpus),
                *(f"{parts[name]:.2f} s" for name in PARTS),
            ]
        lines.append("| " + " | ".join(cells) + " |")
    incomplete = [f"{row.ranks} ranks: {row.why}" for row in table if row.why and row.seconds is not None]
    lines += ["", *(f"- {note}" for note in [*notes, *(f"missing repeats of {text}" for text in incomplete)])]
    return "\n".join(lines) + "\n"


def _percent(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{100 * value:.0f} %"


def notes(found: Mapping[int, Sequence[Measurement]]) -> list[str]:
    """Return notes on where and with what runs were measured: one line for each thing, the same for all runs or not."""
    sessions = [m.session for runs in found.values() for m in runs]
    lines = []

    def line(name: str, values: Sequence[Any]) -> None:
        distinct = sorted({str(v) for v in values if v})
        if distinct:
            lines.append(f"{name}: {'; '.join(distinct)}" + (" (differs between runs)" if len(distinct) > 1 else ""))

    line("processor", [s.get("processor") for s in sessions])
    line("platform", [s.get("platform") for s in sessions])
    line("versions", [", ".join(f"{k} {v}" for k, v in (s.get("versions") or {}).items()) for s in sessions])
    line("commit of the study", [s.get("git") for s in sessions])
    line("executor", [s.get("executor") for s in sessions])
    nodes = sorted({node for runs in found.values() for m in runs for node in m.nodes})
    if nodes:
        lines.append(f"nodes: {', '.join(nodes)}")
    if sessions:
        dates = sorted(str(s.get("started"))[:10] for s in sessions)
        lines.append(f"measured {dates[0]}" + (f" to {dates[-1]}" if dates[-1] != dates[0] else ""))
    lines.append(
        "start-up: from the first process to the first stage; compute and files: means over ranks, within items; wait: "
        "the rest, other ranks and what one rank does alone"
    )
    return lines
