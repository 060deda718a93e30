"""Studies of known functions whose resolved minima and saddles tests look at, and what they read of their runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import landsweep
import numpy as np
import yaml
from support import HELPERS, inside, once


def make_study(folder, of="himmelblau", **changes):
    dims = changes.pop("dims", 2)
    data = {
        "name": "known",
        "problem": {"path": "functions.py:Known", "params": {"of": of, "dims": dims}},
        "sweep": {"times": [1.0]},
        "subspaces": {"plane": {"kind": "file", "path": "plane.npy", "normalisation": "none", "range": [-5, 5]}},
        "grid": {"dims": dims, "points": 9},
        "evaluation": {"strategy": "inplace", "batch": 1},
        "resolve": {"enabled": True},
        "report": {"figures": False, "page": False},
    }
    for key, value in changes.items():
        *parents, last = key.split("__")
        target = data
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HELPERS / "functions.py", folder / "functions.py")
    np.save(folder / "plane.npy", np.eye(dims))
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return path


def file(run, member=0):
    with np.load(run.directory.resolved(member)) as data:
        return dict(data)


def row(run, representation="resolved", member=0):
    table = run.metrics
    return table[(table["representation"] == representation) & (table["member"] == member)].iloc[0]


def work(path):
    """How often each stage has worked on an item, over all sessions."""
    events = [json.loads(line) for log in path.glob("logs/*.jsonl") for line in log.read_text().splitlines()]
    done = [e["stage"] for e in events if e["event"] == "ItemDone"]
    return {stage: done.count(stage) for stage in done}


def make_run(folder, of="himmelblau", out="run", status=0, sets=(), **changes):
    """Run a changed study, and return the run and what the command said."""
    words = [word for change in sets for word in ("--set", change)]
    done = inside("run", make_study(folder, of, **changes), "--out", folder / out, *words)
    assert done.returncode == status, done.stderr
    return landsweep.open_run(folder / out), done


def two_himmelblaus() -> Path:
    """Return a run on two multiples of Himmelblau's function, made once. Only to read."""

    def make(folder):
        changes = {"sweep": {"times": [1.0, 2.0]}, "topology__connectivity": ["face", "knn"], "grid__points": 13}
        _, done = make_run(folder, **changes)
        (folder / "said.txt").write_text(done.stdout)

    return once("known-himmelblau", make) / "run"
