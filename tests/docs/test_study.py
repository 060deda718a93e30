"""The recipe for the interpolation between two models, run as it stands."""

import contextlib
import re
import sys

import numpy as np
import pytest
from landsweep import open_run
from safetensors.numpy import load_file
from support import ROOT, inside


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_from_one_model_to_another(tmp_path, monkeypatch):
    section = (
        (ROOT / "docs" / "study.md").read_text().partition("## From one model to another\n")[2].partition("\n## ")[0]
    )
    (program,), (study,) = blocks(section, "python"), blocks(section, "yaml")
    folder = tmp_path / "my_study"
    assert inside("new", folder, cwd=tmp_path).returncode == 0
    few = ("--set", "grid.points=3", "--set", "report.figures=false")
    done = inside("run", folder / "study.yaml", *few, "--set", "sweep.direction_seed=[0]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "problem", raising=False)
    with contextlib.chdir(folder):
        exec(program, {})
    monkeypatch.delitem(sys.modules, "problem")
    (folder / "line.yaml").write_text(study)
    done = inside("run", folder / "line.yaml", *few, "--set", "subspaces.line.range=[-1,1]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "runs" / "line")
    # alpha = 1 is the second model: its loss on the data of noise 0.1, computed without landsweep
    import torch

    namespace = {}
    exec((folder / "problem.py").read_text(), namespace)
    problem = namespace["Spiral"](noise=0.1)
    (batch,) = problem.batches()
    for alpha, model in ((0, 0), (1, 2)):
        theta = load_file(tmp_path / "runs" / "my_study" / "weights" / f"model-{model:05d}" / "theta.safetensors")
        network = problem.build(0)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in theta.items()})
        expected = problem.loss(network, batch)["loss"].item()
        assert run.dataset.loss.squeeze().sel(alpha_0=alpha).item() == pytest.approx(expected, rel=1e-5)
    assert not np.isclose(*run.dataset.loss.squeeze().sel(alpha_0=[0, 1]).values)
