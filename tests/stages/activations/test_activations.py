"""Activations as a stage: a problem that names layers, a typo before training, failures, runs that exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from landsweep import Study
from landsweep.disk.arrays import read_arrays
from landsweep.disk.rundir import RunDir
from support import copy_of, inside, make_study, methods, reference_run, study_data


def named(folder: Path, layers: str) -> Path:
    """A toy study whose problem has a method ``layers()``."""
    study = make_study(folder, activations__enabled=True, activations__samples=20, sweep__beta=[1.0], grid__points=3)
    with (folder / "toy.py").open("a") as file:
        file.write(f"\n\nclass Named(Toy):\n    def layers(self):\n        return {layers}\n")
    study.write_text(study.read_text().replace("toy.py:Toy", "toy.py:Named"))
    return study


def uncalled(folder: Path) -> Path:
    """A toy study whose network computes its hidden units itself, on data of another precision."""
    study = named(folder, "['1']")
    text = (folder / "toy.py").read_text()
    text = text.replace(
        "error = model(x) - y\n        loss", "error = model[2](torch.tanh(model[0](x))) - y\n        loss"
    )
    (folder / "toy.py").write_text(
        text.replace("yield Batch((x[:16], y[:16])", "yield Batch((x[:16].double(), y[:16])")
    )
    return study


def test_the_problem_s_layers_are_stored(tmp_path):
    done = inside("run", named(tmp_path, "['1']"), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    arrays = read_arrays(tmp_path / "run" / "activations" / "model-00000.npz")
    assert (arrays["layers"].tolist(), arrays["samples"].tolist(), arrays["units"].tolist()) == (["1"], [20], [5])
    assert arrays["factor/1"].shape == (20, 5)
    said = methods(RunDir(tmp_path / "run"))
    assert "Hidden activations on the first 20 samples" in said
    assert "@inproceedings{kornblith2019" in said


@pytest.mark.parametrize(
    ("study", "text"),
    [
        (
            lambda folder: named(folder, "['hidden']"),
            "activations.layers: the network has no submodule 'hidden', expected some of 0, 1, 2",
        ),
        (lambda folder: named(folder, "[]"), "layers() of the problem returns no name, expected names of submodules"),
        (lambda folder: make_study(folder, activations__enabled=True), "the problem has no method layers(), expected"),
        (
            lambda folder: uncalled(folder),
            "activations.layers: layer 1 was not called by loss(), which computes without it, expected some of those "
            "that it calls: 0, 2.",
        ),
        (
            lambda folder: make_study(folder, activations__layers=[0, 3]),
            "activations.layers: the network has no submodule '3', expected some of 0, 1, 2",
        ),
    ],
)
def test_a_mistake_is_said_before_training(study, text, tmp_path):
    done = inside("run", study(tmp_path), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert text in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_that_exists_gets_activations_and_nothing_else_is_computed(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    before = (run / "topology" / "member-00000.npz").stat().st_mtime_ns
    done = inside("run", tmp_path / "study.yaml", "--out", run, "--set", "activations.layers=0")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (run / "activations").iterdir()) == ["model-00000.npz", "model-00001.npz"]
    assert (run / "topology" / "member-00000.npz").stat().st_mtime_ns == before


def test_numbers_are_names_of_submodules():
    assert Study.parse(study_data(activations__layers=[0, "net.1"])).activations.layers == ("0", "net.1")
    assert not Study.parse(study_data()).activations.asked
