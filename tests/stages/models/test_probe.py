"""What is measured and predicted before points are evaluated."""

import pytest
from landsweep.stages.models import probe
from support import inside, make_study


@pytest.mark.parametrize(
    ("evaluation", "asked"),
    [
        ({"strategy": "batched", "batch": 8}, 0),
        ({"strategy": "inplace", "batch": "auto"}, 0),
        ({"strategy": "batched", "batch": "auto"}, 1),
    ],
)
def test_memory_is_predicted_where_it_bounds_a_choice(tmp_path, monkeypatch, evaluation, asked):
    """To predict it, torch imports its compiler, which takes seconds."""
    called, real = [], probe.predicted
    monkeypatch.setattr(probe, "predicted", lambda *about: (called.append(about), real(*about))[1])
    sweep = {"beta": [1.0], "direction_seed": [0]}
    study = make_study(tmp_path, sweep=sweep, grid__points=[3, 3], evaluation=evaluation)
    done = inside("run", study, "--out", tmp_path / "run", "--stages", "train,subspace,evaluate")
    assert done.returncode == 0, done.stderr
    assert len(called) == asked
