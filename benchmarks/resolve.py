"""Resolved minima of the same landscapes on several grids: ``python benchmarks/resolve.py RUN RUN ...``.

The runs are those of one study with other ``grid.points``, made with ``--set resolve.enabled=true``. Of each landscape
it prints the number of minima of the grid, in every representation, and of the loss itself; how many landscapes agree
on all grids (within 10 %, at least 1); Spearman's rho with the first numeric axis of the sweep that trains other
models; and the time of the search over that of the evaluation, as the runs recorded it.
"""

import sys

import landsweep
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

RESOLVED = "resolved"


def agree(counts: np.ndarray) -> np.ndarray:
    """Return for each row of counts ``(n, grids)`` whether all are within 10 % of the greatest, at least 1."""
    most = counts.max(axis=1)
    return most - counts.min(axis=1) <= np.maximum(1, 0.1 * most)


def seconds(run, stage: str) -> float:
    """Return the busy seconds of a stage in the last session that worked on it."""
    stages = [session.get("stages", {}).get(stage, {}) for session in run.directory.read_provenance()["sessions"]]
    return [found["busy_seconds"] for found in stages if found.get("busy_seconds")][-1]


def main() -> None:
    """Print the tables."""
    runs = [landsweep.open_run(path) for path in sys.argv[1:]]
    tables = [pd.read_parquet(run.directory.metrics) for run in runs]
    points = [" x ".join(map(str, run.plan.grid_shape)) for run in runs]
    axes = [name for name in runs[0].plan.axes if tables[0][name].nunique() > 1]
    wide = {
        (shape, name): part.set_index(axes)["n_minima"]
        for shape, table in zip(points, tables, strict=True)
        for name, part in table.groupby("representation", sort=False)
    }
    counts = pd.DataFrame(wide).sort_index()
    print("| " + " | ".join([*axes, *(f"{name}, {shape}" for shape, name in counts.columns)]) + " |")
    print("|" + "---|" * (len(axes) + len(counts.columns)))
    for key, row in counts.iterrows():
        print("| " + " | ".join(f"{value:g}" for value in [*np.atleast_1d(key), *row]) + " |")
    names = [name for name in counts.columns.get_level_values(1).unique() if (points[-1], name) in counts]
    print("\n| | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    own = [counts[[(shape, name) for shape in points]].to_numpy() for name in names]
    print(f"| agree on {', '.join(points)} | " + " | ".join(f"{agree(c).sum()} of {len(c)}" for c in own) + " |")
    axis, *others = axes
    for shape in points:
        resolved = counts[(shape, RESOLVED)]
        apart = [f"{(counts[(shape, name)] - resolved).abs().mean():.1f}" for name in names]
        print(f"| mean distance from resolved, {shape} | " + " | ".join(apart) + " |")
        for key, part in counts[shape].groupby(level=others) if others else [((), counts[shape])]:
            rho = [f"{spearmanr(part.index.get_level_values(axis), part[name])[0]:.2f}" for name in names]
            print(f"| rho with {axis}, {dict(zip(others, np.atleast_1d(key), strict=True))}, {shape} | ", end="")
            print(" | ".join(rho) + " |")
    for shape, run in zip(points, runs, strict=True):
        evaluate, resolve = seconds(run, "evaluate"), seconds(run, "resolve")
        print(f"{shape}: evaluate {evaluate:.0f} s, resolve {resolve:.0f} s, ratio {resolve / evaluate:.2f}")


if __name__ == "__main__":
    main()
