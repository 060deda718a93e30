"""How long a rank takes from the start of its process to its first unit, and what many ranks do to the file system.

    python benchmarks/startup.py rank --repeats 7 [--ranks 2]
    python benchmarks/startup.py metadata --ranks 64

``rank`` runs the study of `landsweep new` and reads the ranks' own logs; the first run, which fills the file cache, is
left out. ``metadata`` counts with an audit hook (tests/helpers/counting) every opening, listing, status and change of
files below the run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ("weights/", "directions/", "topology/", "curvature/")


def landsweep(*arguments: str | Path, ranks: int = 0, **env: str) -> None:
    launcher = [str(Path(sys.executable).parent / "mpiexec"), "-n", str(ranks)] if ranks else []
    command = [*launcher, sys.executable, "-m", "landsweep", *map(str, arguments)]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1", **env}, check=True, capture_output=True)


def new_study(folder: Path) -> Path:
    landsweep("new", folder / "study")
    return folder / "study" / "study.yaml"


SMALL = ("--set", "grid.points=5", "--set", "curvature={}")


def rank(repeats: int, ranks: int) -> None:
    ready, first = [], []
    with tempfile.TemporaryDirectory() as folder:
        study = new_study(Path(folder))
        for k in range(repeats + 1):
            out = Path(folder) / f"run{k}"
            landsweep("run", study, "--out", out, *SMALL, ranks=ranks)
            if not k:
                continue
            for log in out.glob("logs/*.jsonl"):
                events = [json.loads(line) for line in log.read_text().splitlines()]
                (start,) = (e for e in events if e["event"] == "RankStarted")
                born = start["time"] - start["seconds"]
                ready.append(start["seconds"])
                items = [e["time"] - e["seconds"] - born for e in events if e["event"] == "ItemDone"]
                first += [min(items)] if items else []
    for name, values in (("ready (study read, MPI up, lock taken)", ready), ("first unit begins", first)):
        print(f"{name}: median {statistics.median(values):.2f} s ({min(values):.2f} to {max(values):.2f})")


def metadata(ranks: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study, out, to = new_study(Path(folder)), Path(folder) / "run", Path(folder) / "counts"
        to.mkdir()
        path = os.pathsep.join([str(ROOT / "tests" / "helpers" / "counting"), os.environ.get("PYTHONPATH", "")])
        landsweep(
            "run", study, "--out", out, *SMALL, ranks=ranks,
            PYTHONPATH=path.strip(os.pathsep), COUNT_BELOW=str(out), COUNT_TO=str(to),
        )  # fmt: skip
        counts = [json.loads((to / f"{r}.json").read_text()) for r in range(ranks)]
    print("| of metadata | root | each other rank |\n|---|---|---|")
    for kind in ("read", "stat", "list", "write", "mkdir"):
        by_rank = [total(c, kind) for c in counts]
        others = by_rank[1:] or [0]
        print(f"| {kind} | {by_rank[0]} | {min(others)} to {max(others)} |")


def total(counts: dict[str, int], kind: str) -> int:
    """Return how often a rank did this to files that are no results and no log of its own."""
    found: Counter[str] = Counter()
    for key, n in counts.items():
        what, _, path = key.partition(" ")
        if not path.startswith((*RESULTS, "logs/rank")) and "/c/" not in path:
            found[what] += n
    return found[kind]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["rank", "metadata"])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--ranks", type=int, default=1)
    given = parser.parse_args()
    if given.what == "rank":
        rank(given.repeats, given.ranks)
    else:
        metadata(given.ranks)


if __name__ == "__main__":
    main()
