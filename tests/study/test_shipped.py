"""Studies that come with landsweep, by their names."""

from pathlib import Path

import pytest
from landsweep.base.errors import UserError
from landsweep.study.shipped import study_file
from landsweep.study.study import Study
from support import inside

SHIPPED = [
    *("digits_residual", "language_training", "pinn", "pinn_convection", "resnet20_cifar10"),
    *("scaling_strong", "scaling_weak"),
]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_is_read_by_its_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = Study.load(name)
    assert study.name == name.replace("_", "-")
    assert study_file(Path(name)).name == f"{name}.yaml"


def test_a_file_of_the_user_goes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pinn").write_text("name: mine\nproblem: {path: 'a:B'}\n")
    assert Study.load("pinn").name == "mine"
    assert study_file(Path("pinn.yaml")) == Path("pinn.yaml")


def test_a_folder_hides_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("pinn", "mine", "empty"):
        (tmp_path / name).mkdir()
        if name != "empty":
            (tmp_path / name / "study.yaml").write_text("name: mine\nproblem: {path: 'a:B'}\n")
    assert Study.load("pinn").name == "pinn"
    with pytest.raises(UserError, match=r"mine is a folder, expected a study file: write mine/study.yaml\."):
        Study.load("mine")
    with pytest.raises(UserError, match=r"empty is a folder and is no study that comes with landsweep"):
        Study.load("empty")


def test_the_command_line_takes_names_and_says_which_there_are(tmp_path):
    done = inside("plan", "digits_residual", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "16" in done.stdout  # landscapes
    wrong = inside("plan", "digits_residul", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "digits_residul does not exist and is no study that comes with landsweep" in " ".join(wrong.stderr.split())
    assert 'did you mean "digits_residual"?' in " ".join(wrong.stderr.split())
