"""The examples of docs/subspaces.md, run as they stand."""

import re
import runpy
import sys

import pytest
import torch
import yaml
from landsweep import open_run
from safetensors.torch import load_file
from support import ROOT, called, environment, inside

TEXT = (ROOT / "docs/subspaces.md").read_text()
(PROGRAM,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
STUDIES = {yaml.safe_load(text)["name"]: text for text in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.DOTALL)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the study of the page was trained, and its program was run."""
    folder = tmp_path_factory.mktemp("study")
    assert inside("new", "my_study", cwd=folder).returncode == 0
    done = inside("run", "my_study/study.yaml", "--stages", "train", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "program.py").write_text(PROGRAM)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder / "my_study"))
        assert called([str(folder / "program.py")], folder, environment(), program=True).returncode == 0
    sys.modules.pop("problem", None)  # the program has imported it
    return folder


def made(place, name):
    (place / f"my_study/{name}.yaml").write_text(STUDIES[name])
    done = inside(
        "run", f"my_study/{name}.yaml", "--set", "report.figures=false", "--set", "report.page=false", cwd=place
    )
    assert done.returncode == 0, done.stderr
    return open_run(place / "runs" / name)


def weights(place, model):
    return load_file(place / f"runs/my_study/weights/model-0000{model}/theta.safetensors")


def loss_of(tensors, place):
    problem = runpy.run_path(str(place / "my_study/problem.py"))["Spiral"](noise=0.0, samples=200)
    (batch,) = problem.batches()
    network = problem.build(0)
    network.load_state_dict(tensors)
    with torch.no_grad():
        return float(problem.loss(network, batch)["loss"])


def test_a_line_between_two_networks(place):
    loss = made(place, "interpolation").dataset.loss.squeeze()
    for coordinate, model in ((0.0, 0), (1.0, 2)):
        found = float(loss.sel(alpha_0=coordinate, method="nearest"))
        assert found == pytest.approx(loss_of(weights(place, model), place), rel=1e-4)
    own = made(place, "own").dataset.loss.squeeze()
    for coordinate in (0.0, 0.5, 1.0):
        expected = float(loss.sel(alpha_0=coordinate, method="nearest"))
        assert float(own.sel(alpha_0=coordinate)) == pytest.approx(expected, rel=1e-4)


def test_an_alignment(place):
    run = made(place, "aligned")
    loss = run.dataset.loss.squeeze()
    for end, model in ((0.0, 0), (1.0, 2)):  # the order of units changes nothing at the ends
        assert loss.sel(alpha_0=end).values == pytest.approx([loss_of(weights(place, model), place)] * 2, rel=1e-3)
    heights = run.metrics.set_index("subspace")["barrier"]
    quoted = [float(x) for x in re.search(r"barrier is ([\d.]+) as they are and ([\d.]+) aligned", TEXT).groups()]
    assert [heights["as_they_are"], heights["aligned"]] == pytest.approx(
        quoted, abs=0.05
    )  # of another machine's training


def test_a_path(place):
    data = made(place, "path").dataset.squeeze()
    assert data.direction_share.sel(subspace="pca").sum() == pytest.approx(1, abs=1e-5)  # the steps span a plane
    shares = data.projected_residual / data.projected_distance
    assert (shares.sel(subspace="pca") < 1e-4).all()
    on_random = shares.sel(subspace="random").values[:6]  # six in two paths, where the other has eight
    assert (on_random > 0.5).all()
    assert data.projected_path.sel(subspace="random").values.tolist() == ["whole"] * 4 + ["part"] * 2 + [""] * 2
