"""How the loss is differentiated, once for all landscapes of a model, and where it cannot be."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from landsweep.base.errors import UserError
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from resolving import make_run, make_study, row
from support import inside, methods
from support import make_study as make_toy


@pytest.fixture
def run(tmp_path):
    return partial(make_run, tmp_path)


pytestmark = pytest.mark.long  # whole runs


def test_landscapes_of_one_model_share_the_checks_of_its_derivatives(tmp_path, monkeypatch):
    made, whole = [], AlphaDerivatives.__init__

    def counted(self, *arguments, **options):
        made.append(1)
        whole(self, *arguments, **options)

    monkeypatch.setattr(AlphaDerivatives, "__init__", counted)
    sweep = {"beta": [1.0], "seed": [0], "subspace": ["random"], "direction_seed": [0, 1, 2]}
    study = make_toy(tmp_path, resolve={"enabled": True}, sweep=sweep)
    assert inside("run", study, "--out", tmp_path / "run", "--set", "grid.points=5").returncode == 0
    assert len(list((tmp_path / "run" / "resolved").iterdir())) == 3
    assert sum(made) == 1


def test_a_loss_that_is_differentiated_once_is_resolved_by_differences(run):
    once_only, done = run("once")
    assert row(once_only)["n_minima"] == 4
    assert "Second derivatives of the loss are differences of its gradients (" in done.stderr
    assert row(once_only)["derivatives_exact"] == 0
    assert (
        "differences of gradients in 1 of 1 landscapes, whose resolved minima and saddles are known to" in done.stdout
    )
    assert "exact, or, of a loss that is differentiable only once, differences" in methods(once_only.directory)


def test_a_loss_without_a_gradient_is_refused_before_any_work(run, tmp_path):
    done = inside("run", make_study(tmp_path, "steps"), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "resolve.enabled is true but the loss has no gradient by the weights (" in done.stderr
    assert not (tmp_path / "run").exists()
    off, _ = run("steps", resolve={"enabled": False})
    assert len(off.metrics) == 1


def test_a_loss_that_takes_no_float64_is_the_members_failure(run):
    failed, done = run(status=3, sweep={"times": [1.0, 2.0]}, problem__params={"refuse": 1.0})
    text = "the loss has no derivatives in float64, in which minima and saddles are looked for (TypeError: float32 only"
    assert text in done.stdout
    assert list(failed.failures) == [("resolve", 0)]
    assert np.isnan(row(failed)["n_minima"])
    assert row(failed, "moore")["n_minima"] > 0
    assert row(failed, member=1)["n_minima"] == 4
    with pytest.raises(UserError, match=r"member-00000.npz does not exist, expected the resolved minima and saddles"):
        failed.merge_tree("resolved", times=1.0)
