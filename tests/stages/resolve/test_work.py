"""Landscapes of networks through the command line: along eigenvectors in 3 and 5 dimensions, with kinks, with noise."""

import numpy as np
import pytest
from landsweep import open_run
from landsweep.kernels.critical.resolved import KINDS, Resolved
from support import inside, make_study

pytestmark = pytest.mark.long  # whole runs


def resolved(run, member=0):
    with np.load(run.directory.resolved(member)) as data:
        return Resolved.from_arrays(dict(data))


@pytest.fixture
def go(tmp_path):
    def run(status=0, edit=None, **changes):
        path = make_study(tmp_path, sweep={"beta": [1.0]}, resolve={"enabled": True}, **changes)
        if edit:
            problem = tmp_path / "toy.py"
            problem.write_text(problem.read_text().replace(*edit))
        done = inside("run", path, "--out", tmp_path / "run")
        assert done.returncode == status, done.stderr
        return open_run(tmp_path / "run") if (tmp_path / "run").exists() else None, done

    return run


@pytest.mark.parametrize(("dims", "points"), [(3, 4), (5, 3)])
def test_landscapes_along_eigenvectors_of_a_network(go, dims, points):
    """What is found is no higher than the grid, and is where gradients vanish or the box ends."""
    subspace = {"kind": "hessian", "range": [-1.5, 1.5], "unit": "l2"}
    run, _ = go(grid={"dims": dims, "points": points}, subspaces={"h": subspace}, topology={"connectivity": ["face"]})
    found = resolved(run)
    assert found.alpha.shape[1] == dims
    assert found.value[0] <= float(run.dataset.loss.min()) + 1e-6
    assert {KINDS[int(k)] for k in found.kind} <= {"interior", "border"}
    assert (found.start_end >= 0).all()
    row = run.metrics.set_index("representation").loc["resolved"]
    assert row["n_minima"] == len(found.value)
    assert row["n_unresolved"] == 0


def test_a_network_of_relus_has_kinks(go):
    run, _ = go(edit=("nn.Tanh()", "nn.ReLU()"), grid={"dims": 2, "points": 9}, subspaces__random__range=[-2, 2])
    found = resolved(run)
    assert {KINDS[int(k)] for k in found.kind} <= {"interior", "border", "kink"}
    assert found.value[0] <= float(run.dataset.loss.min()) + 1e-6
    assert len(found.value)


def test_a_loss_that_draws_random_numbers_is_not_resolved(go):
    """Nothing is counted of it: it is refused before any work, or the member fails with a sentence."""
    _run, done = go(status=2, edit=("error = model(x) - y\n", "error = model(x) - y + 0.1 * torch.randn_like(y)\n"))
    assert "random" in done.stderr or "call to call" in done.stderr
