"""`landsweep bench evaluation`: what it prints and writes, and what it says of a problem that fails."""

import json

import pytest
from landsweep.base.errors import ProblemError
from landsweep.predict import bench
from support import inside, make_study


def test_it_prints_a_table_and_writes_json_and_leaves_nothing(tmp_path):
    study = make_study(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    done = inside("bench", "evaluation", study, "--seconds", "0.5", "--json", tmp_path / "speed.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        *("study", "device", "strategy", "speed", "limit", "time")
    ]
    found = json.loads((tmp_path / "speed.json").read_text())
    assert found["strategy"] == "batched"
    assert found["width"] == 8
    assert found["slowest"] <= found["points_per_second"] <= found["fastest"]
    shares = [found[name] for name in ("compute", "transfer", "wait")]
    assert all(0 <= share <= 1 for share in [*shares, found["write"]])
    assert sum(shares) == pytest.approx(1)
    # two layers over 24 samples and theta + alpha @ Delta of 21 parameters, two operations a product
    assert found["flops_per_point"] == 2 * 24 * (2 * 5 + 5 * 1) + 2 * 2 * 21
    after = sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__")
    assert after == sorted([*before, "speed.json"])


def test_a_problem_that_fails(tmp_path):
    study = make_study(tmp_path, problem__params={"steps": 2, "raise_in": "loss"})
    done = inside("bench", "evaluation", study, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("landsweep: toy: its ")


def test_a_stop_while_data_are_read_is_no_failure_of_the_loss(tmp_path, monkeypatch):
    def measure(context, seconds):
        context.stop.request()
        raise ProblemError("ReadingStopped: stopped while data were read")

    monkeypatch.setattr(bench, "_measure", measure)
    done = inside("bench", "evaluation", make_study(tmp_path, problem__params={"steps": 1}), cwd=tmp_path)
    assert done.returncode == 75, done.stderr
    assert "its loss failed" not in done.stderr


def test_a_precision_that_the_device_lacks(tmp_path):
    study = make_study(tmp_path)
    done = inside("run", study, "--set", "evaluation.dtype=tf32", "--set", "evaluation.device=cpu", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "landsweep: evaluation.dtype is tf32, which only GPUs compute with, and the device is a CPU: expected float64, "
        "float32 or bf16 here.\n"
    )
