"""The examples of docs/weights.md about weights from elsewhere, run as they stand."""

import re
import sys

import pytest
import yaml
from landsweep import open_run
from support import ROOT, called, environment, inside

TEXT = (ROOT / "docs/weights.md").read_text()


def example(heading):
    """Return the program and the study that stand under a heading."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [re.findall(rf"^```{kind}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[0] for kind in ("python", "yaml")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the study of the page was trained."""
    folder = tmp_path_factory.mktemp("study")
    assert inside("new", "my_study", cwd=folder).returncode == 0
    done = inside("run", "my_study/study.yaml", "--stages", "train", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def made(place, heading, monkeypatch):
    """Run the program and then the study of a section; return the run."""
    program, study = example(heading)
    monkeypatch.syspath_prepend(str(place / "my_study"))
    (place / "program.py").write_text(program)
    assert called([str(place / "program.py")], place, environment(), program=True).returncode == 0
    sys.modules.pop("problem", None)  # the program has imported it
    name = yaml.safe_load(study)["name"]
    (place / f"my_study/{name}.yaml").write_text(study)
    done = inside(
        "run", f"my_study/{name}.yaml", "--set", "report.figures=false", "--set", "report.page=false", cwd=place
    )
    assert done.returncode == 0, done.stderr
    return open_run(place / "runs" / name)


def test_checkpoints_that_are_read(place, monkeypatch):
    run = made(place, "Weights that were trained elsewhere", monkeypatch)
    weights = [(run.path / f"weights/model-0000{k}/theta.safetensors").read_bytes() for k in range(3)]
    assert weights[0] == weights[1] == weights[2]
    loss = run.dataset.loss.squeeze()
    assert (loss.values[0] == loss.values[1:]).all()
    (place / "my_study/b.pt").write_bytes(b"no weights")
    done = inside("run", "my_study/elsewhere.yaml", "--out", place / "refused", "--stages", "train", cwd=place)
    assert done.returncode == 3
    assert "b.pt is no checkpoint that can be read safely" in done.stdout
    assert "train: 2 of 3 models, 1 failed, in " in done.stdout + done.stderr
