"""Runs of checkpoints: numbered ones are axes of the sweep, and what was done to them is said and kept."""

import json
import shutil

import pytest
import torch
from landsweep import open_run
from landsweep.study.study import Study
from safetensors.torch import save_file
from support import HELPERS, copy_of, inside, once, study_data
from toy import Toy
from yaml import safe_dump

STEPS, SEEDS = (0, 10, 100), (0, 1)


def network(step, seed):
    """The toy's network as it is at a step: its weights shrink."""
    made = Toy().build(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(1 / (1 + step))
    return made


def place(folder, steps=STEPS):
    """A study of checkpoints that are numbered by step and seed."""
    for seed in SEEDS:
        (folder / f"ckpt/seed{seed}").mkdir(parents=True, exist_ok=True)
        for step in steps:
            content = {"net": network(step, seed).state_dict(), "step": step}
            torch.save(content, folder / f"ckpt/seed{seed}/step{step:03d}.pt")
    numbered = {"files": "ckpt/seed{seed}/step{step:03d}.pt", "step": list(steps), "seed": list(SEEDS)}
    data = study_data(sweep={"checkpoint": numbered, "direction_seed": [0]}, grid={"dims": 1, "points": 5})
    data["problem"] = {"path": "toy.py:NoTrain"}
    shutil.copy(HELPERS / "toy.py", folder / "toy.py")
    (folder / "study.yaml").write_text(safe_dump(data, sort_keys=False))
    return folder / "study.yaml"


def finished(folder):
    done = inside("run", place(folder), "--out", folder / "run")
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stderr)


@pytest.fixture
def made():
    return once("numbered checkpoints", finished)


def test_numbers_are_axes_and_files_follow_from_them(made):
    run = open_run(made / "run")
    assert run.dataset.loss.dims == ("step", "seed", "subspace", "direction_seed", "alpha_0")
    assert run.dataset.step.values.tolist() == list(STEPS)
    assert run.dataset.seed.values.tolist() == list(SEEDS)
    batches = list(Toy().batches())
    for step in STEPS:
        for seed in SEEDS:
            net = network(step, seed)
            expected = sum(b.weight * Toy().loss(net, b)["loss"].item() for b in batches) / 24
            found = run.dataset.loss.sel(step=step, seed=seed, alpha_0=0).item()
            assert found == pytest.approx(expected, rel=1e-5)
    assert set(run.metrics["step"]) == set(STEPS)
    assert (made / "said.txt").read_text().count("is from a checkpoint: the weights are those under 'net'.") == 1
    quality = json.loads((made / "run/weights/model-00001/quality.json").read_text())
    assert quality["checkpoint"] == {
        "file": "ckpt/seed1/step000.pt",
        "notes": ["the weights are those under 'net'"],
    }


def test_a_step_has_trends_and_a_seed_has_none(made):
    from landsweep.relations.columns import trend_axes

    assert trend_axes(open_run(made / "run").study.axes) == ["step"]
    summary = (made / "run/report/summary.md").read_text()
    assert "over step" in summary or "with step" in summary, summary
    said = inside("methods", made / "run").stdout
    assert "Weights were read from 6 checkpoints, ckpt/seed{seed}/step{step:03d}.pt." in said


def test_the_study_of_the_run_is_the_one_that_was_given(made):
    given, kept = Study.load(made / "study.yaml"), Study.load(made / "run/study.yaml")
    assert kept == given
    assert "files: ckpt/seed{seed}/step{step:03d}.pt" in (made / "run/study.yaml").read_text()


def test_a_step_can_be_appended_and_a_file_may_not_change(made, tmp_path):
    out = copy_of(made / "run", tmp_path)
    study = place(tmp_path, (*STEPS, 200))
    more = inside("run", study, "--out", out)
    assert more.returncode == 0, more.stderr
    before, after = open_run(made / "run").dataset.loss, open_run(out).dataset.loss
    assert after.sizes["step"] == 4
    assert (after.sel(step=list(STEPS)) == before).all()
    torch.save({"net": network(7, 0).state_dict()}, tmp_path / "ckpt/seed0/step200.pt")
    refused = inside("run", study, "--out", out, "--set", "sweep.direction_seed=[0,1]")
    assert refused.returncode == 2
    assert "ckpt/seed0/step200.pt has changed since" in refused.stderr
    other = inside("run", study, "--out", out, "--set", "sweep.checkpoint.key=net")
    assert other.returncode == 2
    assert (
        "holds a different study: sweep.checkpoint has files: ckpt/seed{seed}/step{step:03d}.pt, axes: step, seed, "
        "key: net, in the run it has" in (other.stderr)
    )


def test_missing_files_are_named_before_any_work(tmp_path):
    study = place(tmp_path)
    for step in (10, 100):
        (tmp_path / f"ckpt/seed1/step{step:03d}.pt").unlink()
    site = ("--site", "slurm-generic", "--account", "a", "--dry-run")
    for words in (("run", study), ("submit", study, *site)):
        refused = inside(*words, "--out", tmp_path / "run")
        assert refused.returncode == 2
        text = "ckpt/seed1/step010.pt does not exist, nor does 1 other of 6, expected a file or folder with weights"
        assert text in refused.stderr
    assert not (tmp_path / "run/weights").exists()


def test_a_folder_is_a_checkpoint_and_bound_to_its_files(tmp_path):
    study = place(tmp_path)
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf/config.json").write_text("{}")
    save_file(network(0, 0).state_dict(), tmp_path / "hf/model.safetensors")
    run = ["run", study, "--out", tmp_path / "run", "--set", "sweep.checkpoint=[hf]", "--stages"]
    done = inside(*run, "train")
    assert done.returncode == 0, done.stderr
    (tmp_path / "hf/config.json").write_text('{"other": 1}')
    assert inside(*run, "train,subspace").returncode == 0
    save_file(network(1, 0).state_dict(), tmp_path / "hf/model.safetensors")
    changed = inside(*run, "train,subspace,evaluate")
    assert changed.returncode == 2
    assert "hf/model.safetensors has changed since" in changed.stderr


def test_a_key_for_a_list(tmp_path):
    study = place(tmp_path)
    torch.save({"raw": network(0, 0).state_dict(), "ema": network(1, 0).state_dict()}, tmp_path / "both.pt")
    run = ["run", study, "--stages", "train", "--out"]
    for where in ("[both.pt]", "{files: both.pt}"):
        refused = inside(*run, tmp_path / f"run{len(where)}", "--set", f"sweep.checkpoint={where}")
        assert refused.returncode == 3
        assert "2 sets of weights that fit the network and differ, raw, ema: say which" in refused.stdout
    done = inside(*run, tmp_path / "run", "--set", "sweep.checkpoint={files: [both.pt], key: ema}")
    assert done.returncode == 0, done.stderr
    assert open_run(tmp_path / "run").study.axes["checkpoint"] == ("both.pt",)
    again = inside("run", tmp_path / "run/study.yaml", "--out", tmp_path / "run", "--folder", tmp_path, *run[2:4])
    assert again.returncode == 0, again.stderr
