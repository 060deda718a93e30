"""Losses of checkpoints, without a run around them; whole trajectories are in tests/stages/subspace."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from landsweep import Study
from landsweep.kernels.contract import contract
from landsweep.stages.models import checkpoints
from landsweep.stages.trajectory.work import _Losses
from networks import CPU
from support import study_data
from torch import nn


class Normalised:
    def build(self, seed):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
        model[1].running_mean.normal_()
        model[2].requires_grad_(False)
        return model.eval()

    def batches(self):
        yield torch.randn(8, 3, generator=torch.Generator().manual_seed(0))

    def loss(self, model, batch):
        return model(batch).square().mean()


MEMBER = SimpleNamespace(model=0, index=0, coords={"seed": 0})


def looked_at(monkeypatch, batchnorm="frozen", problem=Normalised, seeds=(1, 2)):
    """The losses of the model's own network, and of checkpoints that differ from it in everything."""
    networks = {f"{seed}.pt": problem().build(seed) for seed in seeds}
    monkeypatch.setattr(checkpoints, "network_of", lambda context, model: problem().build(0))
    monkeypatch.setattr(checkpoints, "_loaded", lambda context, model, name: networks[name])
    context = SimpleNamespace(
        study=Study.parse(study_data(evaluation__batchnorm=batchnorm)),
        kept=lambda what, key, load: contract(problem()) if what == "problem" else load(),
        plan=SimpleNamespace(models=[SimpleNamespace(coords={"seed": 0})]),
        stop=SimpleNamespace(requested=False),
        device=lambda: CPU,
        memory=lambda: 1e9,
    )
    losses = _Losses(context, MEMBER)
    checkpoints.read(context, MEMBER, tuple(networks), own=True, look=losses)
    return losses


def test_the_loss_of_a_checkpoint_is_that_of_its_own_network(monkeypatch):
    (x,) = Normalised().batches()
    with torch.no_grad():
        expected = [float(Normalised().loss(Normalised().build(seed), x)) for seed in range(3)]
    assert looked_at(monkeypatch).values == pytest.approx(expected, rel=1e-6)
    with torch.no_grad():
        recomputed = []
        for seed in range(3):
            model = Normalised().build(seed)
            model[1].momentum = None
            model[1].train().reset_running_stats()
            model(x)
            recomputed.append(float(Normalised().loss(model.eval(), x)))
    assert looked_at(monkeypatch, "recomputed").values == pytest.approx(recomputed, rel=1e-5)


class Raises(Normalised):
    def loss(self, model, batch):
        if first_weight(model) in LOST:
            raise ArithmeticError("no such thing")
        return super().loss(model, batch)


def first_weight(model):
    return float(next(model.parameters()).detach().flatten()[0])


LOST = [first_weight(Normalised().build(seed)) for seed in (1, 3)]


def test_a_checkpoint_at_which_the_loss_raises_has_none_and_the_others_keep_theirs(monkeypatch):
    whole, names = looked_at(monkeypatch, seeds=(1, 2, 3)), ["own", "1.pt", "2.pt", "3.pt"]
    assert whole.notes("subspaces.x", names) == []
    losses = looked_at(monkeypatch, problem=Raises, seeds=(1, 2, 3))
    assert np.isnan(losses.values).tolist() == [False, True, False, True]
    assert losses.values[::2] == whole.values[::2]
    (said,) = losses.notes("subspaces.x", names)
    assert said.startswith(
        "subspaces.x: the loss raised an error at 1.pt and at 1 more (ArithmeticError: no such thing), expected "
    )
