"""How long `landsweep metrics` and `landsweep relations` take on many members, and whether their intervals hold.

``python benchmarks/relations.py speed RUN`` writes the table of a run anew, as if it had 10 000 members, into a copy of
the run and times both commands, each as a process of its own. ``truth`` simulates how often 95 % intervals hold the
truth, beside plain percentiles of the bootstrap; ``alarms`` in how many tables of unrelated columns anything passes
Holm's adjustment.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd


def many(table: pd.DataFrame, members: int, directions: int) -> pd.DataFrame:
    """The columns of a table with noise for numbers, for ``members`` landscapes, ``directions`` of each model."""
    random = np.random.default_rng(0)
    parts = []
    for _, rows in table.groupby("representation", sort=False):
        part = rows.iloc[np.arange(members) % len(rows)].reset_index(drop=True)
        part["member"] = np.arange(members)
        part["model"] = np.arange(members) // directions
        part["direction_seed"] = np.arange(members) % directions
        parts.append(part)
    made = pd.concat(parts, ignore_index=True)
    models = random.standard_normal(members)
    for name in made.select_dtypes("number"):
        if name in ("member", "model", "direction_seed", "seed"):
            continue
        if (
            made.groupby("model")[name].nunique().max() <= 1
            or name == "beta"
            or name.startswith(("quality", "hessian"))
        ):
            made[name] = models[made["model"]] + random.standard_normal(members)[made["model"]]
        elif name.startswith("n_"):
            made[name] = random.integers(0, 40, len(made))
        else:
            made[name] = models[made["model"]] + random.standard_normal(len(made))
    return made


def speed(run: Path, members: int) -> None:
    for directions in (4, 1):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "run"
            shutil.copytree(run, copy, ignore=shutil.ignore_patterns("landscape.zarr", "weights", "directions"))
            table = many(pd.read_parquet(run / "metrics.parquet"), members, directions)
            table.to_parquet(copy / "metrics.parquet", index=False)
            for command in ("metrics", "relations"):
                began = time.perf_counter()
                subprocess.run([sys.executable, "-m", "landsweep", command, copy], check=True, stdout=subprocess.PIPE)
                seconds = time.perf_counter() - began
                of = f"{members} members of {members // directions} models, {len(table)} rows"
                print(f"{command}: {of}: {seconds:.1f} s")


def coverage(tries: int) -> None:
    from landsweep.kernels.statistics.resamples import Resamples

    for spread in ("equal", "axis", "unequal"):
        for n in (8, 10, 20, 40):
            for r in (0.0, 0.3, 0.6, 0.9, 0.97):
                random = np.random.default_rng(1)
                truth = spearman_of(r, spread, n)
                sample, held, percentiles = Resamples(n), 0, 0
                for _ in range(tries):
                    x, y = pair(r, spread, n, random)
                    a, b = sample.ranks(x), sample.ranks(y)
                    _, low, high = sample.correlation(a, b)
                    held += low <= truth <= high
                    low, high = np.nanquantile(np.einsum("bn,bn->b", a.vectors, b.vectors)[1:], (0.025, 0.975))
                    percentiles += low <= truth <= high
                of = f"{spread} spread, n = {n}, rho = {truth:.2f}"
                print(f"{of}: {held / tries:.1%} (percentiles {percentiles / tries:.1%}) of {tries}", flush=True)


def pair(r: float, spread: str, n: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two normal numbers of correlation r; of unequal spread, the noise of the second grows as exp(x).

    Over an axis, the first has fixed values in equal steps.
    """
    x, noise = random.standard_normal((2, n))
    if spread == "axis":
        x = (np.arange(n) - (n - 1) / 2) / np.sqrt((n * n - 1) / 12)
    return x, r * x + np.sqrt(1 - r * r) * noise * (np.exp(x) / 1.5 if spread == "unequal" else 1)


def spearman_of(r: float, spread: str, n: int) -> float:
    from landsweep.kernels.statistics.ranks import spearman

    if spread == "equal":
        return 6 / np.pi * np.arcsin(r / 2)
    if spread == "axis":  # the mean: fixed values have no other truth
        random = np.random.default_rng(0)
        return float(np.mean([spearman(*pair(r, spread, n, random)) for _ in range(8000)]))
    return spearman(*pair(r, spread, 400_000, np.random.default_rng(0)))


def alarms(tries: int) -> None:
    """Ten models, twelve metrics that depend on one another, an axis and three numbers of models that are unrelated."""
    from landsweep.relations.table import answer

    random, found = np.random.default_rng(0), 0
    names = [f"metric_{k}" for k in range(12)]
    for _ in range(tries):
        common = random.standard_normal((10, 3))
        table = pd.DataFrame(common @ random.standard_normal((3, 12)) + random.standard_normal((10, 12)), columns=names)
        numbers = pd.DataFrame(random.standard_normal((10, 3)), columns=["quality_a", "quality_b", "hessian_trace"])
        table = table.join(numbers).assign(member=range(10), model=range(10), beta=range(10), subspace="random")
        table["representation"] = "moore"
        measured = {"member": names, "model": ["quality_a", "quality_b"], "site": ["hessian_trace"]}
        found += any(r.p_holm < 0.05 for r in answer(table, ["beta", "subspace"], measured).relations)
    print(f"a relation passes Holm's adjustment in {found / tries:.1%} of {tries} tables without any")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "truth", "alarms"])
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--tries", type=int, default=1_000)
    given = parser.parse_args()
    if given.what == "speed":
        if given.run is None:
            parser.error("speed needs a run whose table it can enlarge")
        speed(given.run, given.members)
    else:
        (coverage if given.what == "truth" else alarms)(given.tries)


if __name__ == "__main__":
    main()
