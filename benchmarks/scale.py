"""The model of costs against measurements, and beyond them.

    python benchmarks/scale.py messages                    # bytes of the reduction's messages, 2 to 64 ranks
    python benchmarks/scale.py times SCALING_FOLDER ...    # folders that `landsweep scaling` has written
    python benchmarks/scale.py plot SCALING_FOLDER --out docs/scale.png

``messages`` reduces real fields on up to 64 ranks, which are threads here: what they send is counted, not timed.
"""

from __future__ import annotations

import argparse
import json
import sys
from math import prod
from pathlib import Path
from statistics import median

import numpy as np
from landsweep.disk import provenance
from landsweep.disk.rundir import RunDir
from landsweep.distributed.reduction import BlockedField, Ledger, reduced_merge_tree
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.predict import costs as model
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "helpers"))
from ranks import on_ranks

RANKS = (2, 4, 8, 16, 32, 64)
FIELDS = {"1024 x 1024": (1024, 1024), "96 x 96 x 96": (96, 96, 96)}


def fields() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    found = {}
    for name, shape in FIELDS.items():
        noise = rng.standard_normal(shape).astype(np.float32)
        found[f"{name}, white noise"] = noise
        found[f"{name}, smoothed with sigma 6"] = gaussian_filter(noise, 6)
    return found


def sent(field: np.ndarray, ranks: int) -> tuple[float, float]:
    """The largest forest that a rank sends, and the bytes of merges that the root collects."""
    blocks = Blocks.of(field.shape, field.size // ranks)
    ledgers = [Ledger() for _ in range(ranks)]
    on_ranks(ranks, lambda g: reduced_merge_tree(BlockedField(field.__getitem__, blocks), g, ledgers[g.rank]))
    return max(led.forest_bytes for led in ledgers), sum(led.bytes_sent - led.forest_bytes for led in ledgers)


def messages() -> dict[str, list[tuple[int, float, float, float, float]]]:
    rows: dict[str, list[tuple[int, float, float, float, float]]] = {}
    for name, field in fields().items():
        print(f"\n{name}: largest forest sent, bytes; merges collected, bytes")
        for ranks in RANKS:
            forest, merges = sent(field, ranks)
            tree = model.reduction(Blocks.of(field.shape, field.size // ranks), ranks)
            rows.setdefault(name, []).append((ranks, forest, max(tree.messages), merges, tree.root))
            print(
                f"  {ranks:3} ranks: {forest:9,.0f} measured, {max(tree.messages):9,.0f} modelled; "
                f"{merges:11,.0f} measured, {tree.root:11,.0f} modelled",
                flush=True,
            )
    return rows


def rates(folder: Path, ranks: int) -> dict[str, float]:
    """Seconds per item of one rank, medians over the runs on so many."""
    found = [provenance.rates(RunDir(run)) for run in sorted(folder.glob(f"ranks-{ranks:04d}/run-*")) if run.is_dir()]
    return {stage: median(r[stage] for r in found) for stage in found[0]}


def times(folders: list[Path]) -> list[tuple[str, int, float, float]]:
    rows = []
    for folder in folders:
        data = json.loads((folder / "scaling.json").read_text())
        first = min(row["ranks"] for row in data["rows"] if row["seconds"])
        for row in data["rows"]:
            if row["seconds"] is None:
                continue
            ranks = row["ranks"]
            study = Study.load(folder / f"ranks-{ranks:04d}" / "run-1" / "study.yaml")
            costs, own = (model.costs(study, make_plan(study), rates(folder, n), ranks) for n in (first, ranks))
            assert costs.total is not None
            assert own.total is not None
            rows.append((data["study"]["name"], ranks, row["seconds"], costs.total))
            parts = ", ".join(f"{name} {value:.2f}" for name, value in costs.parts.items() if value)
            print(
                f"{rows[-1][0]}, {ranks} ranks: {row['seconds']:.2f} s measured, {costs.total:.2f} s modelled "
                f"({100 * (costs.total / row['seconds'] - 1):+.0f} %) by the rates of {first} ({parts}); "
                f"{own.total:.2f} s ({100 * (own.total / row['seconds'] - 1):+.0f} %) by those of {ranks}"
            )
    return rows


def plot(folder: Path, out: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    measured = times([folder])
    data = json.loads((folder / "scaling.json").read_text())
    known = rates(folder, measured[0][1])
    small = Study.load(folder / f"ranks-{measured[0][1]:04d}" / "run-1" / "study.yaml")
    large = Study.parse(  # 1000 landscapes of 1000 x 1000 points: 10^9
        {
            **data["study"],
            "sweep": {**data["study"]["sweep"], "direction_seed": list(range(1000))},
            "grid": {"points": 1000},
        }
    )
    ranks = [2**k for k in range(13)]

    def modelled(study: Study) -> list[model.Costs]:
        made = make_plan(study)
        scaled = model.for_grid(known, study.connectivity, prod(small.grid.shape), prod(study.grid.shape))
        return [model.costs(study, made, scaled, n) for n in ranks]

    def efficiency(found: list[model.Costs]) -> list[float]:
        return [100 * (found[0].total or 0) / (c.ranks * (c.total or 1)) for c in found]

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.4), constrained_layout=True)
    found = modelled(large)
    for k, name in enumerate(found[0].parts):
        values = [c.parts[name] or 0.0 for c in found]
        if max(values) > 0.05:
            left.plot(ranks, np.maximum(values, 1e-3), color=f"C{k % 10}", label=name)
    left.plot(ranks, [c.total for c in found], "k--", label="total")
    left.set(title="modelled: $10^9$ points in 1000 landscapes", ylabel="seconds", ylim=(0.05, None), yscale="log")
    middle.plot(ranks, efficiency(found), "k--", label="modelled, as on the left")
    middle.plot(ranks, efficiency(modelled(small)), "C0--", label=f"modelled, {make_plan(small).points:,} points")
    one = measured[0][2]
    values = [100 * measured[0][1] * one / (n * seconds) for _, n, seconds, _ in measured]
    middle.plot([n for _, n, _, _ in measured], values, "C0o", label="measured, the same study")
    middle.set(title="strong efficiency, time to solution", ylabel="%", ylim=(0, 110))
    for k, (name, rows) in enumerate(messages().items()):
        right.plot([r[0] for r in rows], [r[1] for r in rows], "o", color=f"C{k}", label=f"measured, {name}")
    for k, (name, shape) in enumerate({**FIELDS, "1000 x 1000 x 1000": (1000, 1000, 1000)}.items()):
        more = [n for n in ranks[1:] if prod(shape) // n >= 512]
        values = [max(model.reduction(Blocks.of(shape, prod(shape) // n), n).messages) for n in more]
        right.plot(more, values, "--", color=("C0", "C2", "k")[k], label=f"modelled, {name}, white noise")
    right.set(title="largest message of the reduction", ylabel="bytes", yscale="log", ylim=(2, None))
    for axes in (left, middle, right):
        axes.set_xscale("log", base=2)
        axes.set_xlabel("ranks")
        axes.legend(frameon=False, fontsize=7, loc="lower right" if axes is right else "best")
    figure.suptitle("dots: measured; lines: modelled", fontsize=10)
    figure.savefig(out, dpi=130)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["messages", "times", "plot"])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/scale.png"))
    chosen = parser.parse_args()
    if chosen.what == "messages":
        messages()
    elif chosen.what == "times":
        times(chosen.folders)
    else:
        plot(chosen.folders[0], chosen.out)
