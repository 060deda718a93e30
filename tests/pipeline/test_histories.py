"""Random histories of one run: extended, crashed, damaged, failed, repaired; in the end it equals a fresh run."""

from __future__ import annotations

import random
from pathlib import Path

import landsweep
import pytest
from landsweep.disk.store import Landscape
from landsweep.stages.report import work as report
from support import make_study, store_arrays

OPERATIONS = ["extend", "extend", "crash", "damage", "lose a shard", "fail", "retry", "connectivity", "again"]
ARRAYS = ("loss", "status")


class History:
    """One run directory and the study that grows with it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.folder, self.out, self.failing = folder, folder / "run", folder / "failing.txt"
        # many directions of tiny landscapes share units; few have units of their own
        directions = self.rng.choice([1, 30])
        self.axes = {"beta": [1.0], "seed": [0], "subspace": ["random"], "direction_seed": list(range(directions))}
        self.connectivity = ["freudenthal"]

    def run(self, out: Path | None = None, **options) -> landsweep.Run:
        study = make_study(
            self.folder,
            sweep={name: list(values) for name, values in self.axes.items()},
            problem__params={"steps": 2, "fail_file": str(self.failing)},
            topology={"connectivity": self.connectivity},
            grid={"dims": 2, "points": [3, 3]},
        )
        return landsweep.run(study, out or self.out, progress=False, **options)

    def extend(self) -> None:
        axis = self.rng.choice(["beta", "seed", "direction_seed"])
        last = self.axes[axis][-1]
        self.axes[axis] += [last + k for k in range(1, self.rng.randint(2, 3))]

    def shards(self) -> list[Path]:
        return [p for name in ARRAYS for p in self.out.glob(f"landscape.zarr/{name}/c/**/*") if p.is_file()]

    def step(self, operation: str, monkeypatch) -> None:
        options = {}
        if operation == "extend":
            self.extend()
        elif operation == "connectivity":
            self.connectivity = self.rng.choice([["moore"], ["face", "freudenthal"], ["freudenthal"]])
        elif operation == "fail":
            self.failing.write_text(f"{self.rng.choice(['train', 'loss'])} {float(self.rng.randint(1, 3))}\n")
        elif operation == "retry":
            self.failing.unlink(missing_ok=True)
            options["retry_failed"] = True
        elif operation in ("damage", "lose a shard") and self.shards():
            shard = self.rng.choice(self.shards())
            if operation == "damage":
                data = bytearray(shard.read_bytes())
                data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
                shard.write_bytes(data)
            else:
                shard.unlink()
            options["repair"] = True
        elif operation == "crash":
            self.axes["beta"].append(self.axes["beta"][-1] + 1)
            with monkeypatch.context() as patch:
                patch.setattr(Landscape, "write_unit", self.dying_write(self.rng.randint(0, 3)))
                try:
                    self.run()
                except RuntimeError as error:
                    assert str(error) == "the process died"  # noqa: PT017  # it need not die
            return
        self.run(**options)

    @staticmethod
    def dying_write(left: int):
        write = Landscape.write_unit
        calls = []

        def dying(self, unit, values, status):
            calls.append(unit)
            if len(calls) > left:
                raise RuntimeError("the process died")
            write(self, unit, values, status)

        return dying


@pytest.mark.long
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 300))])
def test_whatever_happens_to_a_run_it_ends_as_a_fresh_one(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(report, "present", lambda context: None)  # figures take longer than all the rest
    history = History(tmp_path, seed)
    operations = [history.rng.choice(OPERATIONS) for _ in range(6)]
    for operation in operations:
        history.step(operation, monkeypatch)
    history.failing.unlink(missing_ok=True)
    ended = history.run(retry_failed=True)
    assert not ended.failures
    fresh = history.run(tmp_path / "fresh")
    ours, theirs = store_arrays(ended.path), store_arrays(fresh.path)
    compared = [name for name in theirs if ours[name].dtype.kind in "fiu" and not name.startswith("pair_")]
    assert {"loss", "status", "n_minima", "direction_gram", "beta"} <= set(compared)
    for name in compared:  # pairs are stored in order of members, which depends on the history
        assert ours[name].tobytes() == theirs[name].tobytes(), (operations, name)
    assert len(ended.metrics) == len(fresh.metrics)
