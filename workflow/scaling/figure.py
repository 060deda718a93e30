"""The plot of a scaling study: time with the ideal line, both axes logarithmic, and efficiency beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from landsweep.disk.rundir import atomic
from landsweep.scaling.series import Mode
from landsweep.scaling.table import Row


def draw(path: Path, title: str, mode: Mode, table: Sequence[Row]) -> None:
    """Write the figure (PNG); numbers of ranks that were not measured are marked on the axis."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    there = [row for row in table if row.seconds is not None]
    ranks = [row.ranks for row in there]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    for name, label, colour in (("seconds", "time to solution", "C0"), ("evaluate", "evaluation", "C1")):
        values = [getattr(row, name) for row in there]
        if not there:
            continue
        left.plot(ranks, values, "o-", color=colour, label=label)
        ideal = [values[0] * ranks[0] / n if mode == "strong" else values[0] for n in ranks]
        left.plot(ranks, ideal, ":", color=colour, label=f"ideal, from {ranks[0]} rank{'s' * (ranks[0] > 1)}")
    if there:
        left.fill_between(ranks, [r.low or 0 for r in there], [r.high or 0 for r in there], color="C0", alpha=0.2)
        left.set_yscale("log")
        left.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        left.yaxis.set_minor_formatter(FuncFormatter(lambda v, _: f"{v:g}") if _narrow(there) else NullFormatter())
        left.legend(frameon=False, fontsize=8)
    for name, colour in (("efficiency", "C0"), ("evaluate_efficiency", "C1")):
        right.plot(ranks, [100 * (getattr(row, name) or 0.0) for row in there], "o-", color=colour)
    right.axhline(100, color="0.6", linestyle=":")
    right.set_ylim(0, 1.1 * max([100.0, *(100 * (row.efficiency or 0.0) for row in there)]))
    for axes, label in ((left, "seconds"), (right, "efficiency, %")):
        axes.set_xscale("log", base=2)
        axes.set_xlim(min(row.ranks for row in table) / 1.3, max(row.ranks for row in table) * 1.3)
        axes.xaxis.set_major_locator(FixedLocator([row.ranks for row in table]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:g}"))
        axes.set_xlabel("ranks")
        axes.set_ylabel(label)
        for row in table:
            if row.seconds is None:
                axes.annotate(
                    "not measured",
                    (row.ranks, 0.5),
                    xycoords=("data", "axes fraction"),
                    rotation=90,
                    ha="center",
                    va="center",
                    color="0.5",
                    fontsize=8,
                )
    figure.suptitle(title, fontsize=10)
    with atomic(path) as partial:
        figure.savefig(partial, format="png", dpi=150)
    plt.close(figure)


def _narrow(there: Sequence[Row]) -> bool:
    """Return whether the times lie within one decade, whose only power of ten would be a poor label."""
    low, high = (f(row.evaluate or row.seconds or 1.0 for row in there) for f in (min, max))
    return high < 10 * low
