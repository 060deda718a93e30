"""Checkpoints of subspaces: where the weights are in a file, and that what is aligned keeps the weights it has."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from contracts import Spectral
from landsweep import Study
from landsweep.base.errors import ProblemError
from landsweep.kernels.problem import Batch
from landsweep.pipeline.identity import _difference, _same_subspaces
from landsweep.stages.models import checkpoints
from landsweep.stages.trajectory import STAGE
from support import study_data
from torch import nn

LINE = {"kind": "line", "files": "both.pt"}


def study_of(key=None, **line):
    sweep = {"checkpoint": {"files": ["own.pt"], "key": "elsewhere"}, "subspace": ["line"]}
    line = {**LINE, **line, **({"key": key} if key else {})}
    return Study.parse(study_data(sweep=sweep, subspaces={"line": line}, grid={"dims": 1, "points": 5}))


def read(folder, monkeypatch, key=None):
    """The weight of the file of the subspace, less the model's own."""
    torch.manual_seed(0)
    raw, average = nn.Linear(2, 1), nn.Linear(2, 1)
    torch.save({"raw": raw.state_dict(), "ema": average.state_dict()}, folder / "both.pt")
    monkeypatch.setattr(checkpoints, "network_of", lambda *_: raw)
    model = SimpleNamespace(coords={"seed": 0})
    context = SimpleNamespace(
        study=study_of(key), folder=folder, plan=SimpleNamespace(models=[model]), kept=lambda *_: nn.Linear(2, 1)
    )
    member = SimpleNamespace(model=0, coords={"subspace": "line", "seed": 0})
    found = checkpoints.corners(context, member, context.study.subspaces["line"])
    expected = (average.weight - raw.weight).detach().double().flatten()
    return found.differences[1, :2], {"raw": [0, 0], "ema": expected.tolist()}


def test_a_subspace_says_its_own_key_and_not_that_of_the_sweep(tmp_path, monkeypatch):
    for key in ("raw", "ema"):
        found, expected = read(tmp_path, monkeypatch, key)
        assert found.tolist() == pytest.approx(expected[key], abs=1e-7)
    with pytest.raises(ProblemError, match=r"differ, raw, ema: say which, such as subspaces\.line\.key: raw\.$"):
        read(tmp_path, monkeypatch)
    with pytest.raises(ProblemError, match=r"begins with 'emu\.' \(subspaces\.line\.key\), expected one of raw, ema"):
        read(tmp_path, monkeypatch, "emu")


def test_another_key_of_files_is_another_study_and_one_of_a_trajectory_is_not():
    before, after = study_of("raw"), study_of("ema")
    assert not _same_subspaces(before.subspaces, after.subspaces)
    assert _difference(before, after, "subspaces") == "subspaces.line.key is 'ema', the run has 'raw'"
    changes = ({"trajectory": "a.pt", "key": key, "kind": "random", "files": []} for key in ("raw", "ema"))
    before, after = (study_of(**change) for change in changes)
    assert _same_subspaces(before.subspaces, after.subspaces)
    assert STAGE.key(before) != STAGE.key(after)


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
