"""Networks of checkpoints: what is aligned has the weights that it was given."""

from pathlib import Path
from types import SimpleNamespace

import torch
from contracts import Spectral
from landsweep.kernels.problem import Batch
from landsweep.stages.models import checkpoints


def test_complex_weights_are_aligned_with_their_imaginary_parts(monkeypatch):
    network = Spectral().eval()
    batch = Batch(torch.ones(2, 3, dtype=torch.float64))
    context = SimpleNamespace(
        study=SimpleNamespace(evaluation=SimpleNamespace(stored="float64")),
        plan=SimpleNamespace(models=[SimpleNamespace(coords={"seed": 0})]),
        run=SimpleNamespace(theta=lambda index: Path("theta")),
        device=lambda: torch.device("cpu"),
    )
    member = SimpleNamespace(model=0)
    problem = SimpleNamespace(loss=lambda model, batch: {"loss": model(batch.data).sum()})
    monkeypatch.setattr(checkpoints, "problem_of", lambda *asked: problem)
    monkeypatch.setattr(checkpoints, "load_trained", lambda *asked: network)
    monkeypatch.setattr(checkpoints, "part_of", lambda member: ("train", 0))
    monkeypatch.setattr(checkpoints, "Loader", lambda *asked: SimpleNamespace(data=lambda *asked: [batch]))
    monkeypatch.setattr(checkpoints, "find_symmetry", lambda network, arguments: None)
    _, copy, _ = checkpoints._symmetry(context, member)
    assert copy.weight.dtype == torch.complex128
    assert torch.equal(copy.weight, network.weight.to(torch.complex128))
    assert copy.lift.weight.dtype == torch.float64
