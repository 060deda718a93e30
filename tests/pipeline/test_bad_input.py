"""What a user can get wrong: one plain sentence (what, got, expected, what to do), status 2, nothing half-written."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import tempfile
from pathlib import Path

import landsweep as api
import numpy as np
import pytest
import torch
from landsweep import UserError
from landsweep.disk.store import Landscape
from support import TIMEOUT, assert_same_run, command, copy_of, environment, inside, reference_run, store_arrays
from toy import Toy


def refused(study: Path, out: Path, *texts: str, **options) -> str:
    """Assert that a run is refused with one sentence and leaves nothing behind."""
    before = sorted(out.rglob("*")) if out.exists() else None
    with pytest.raises(UserError) as caught:
        api.run(study, out, progress=False, **options)
    message = str(caught.value)
    assert "\n" not in message
    for text in texts:
        assert text in message
    assert (sorted(out.rglob("*")) if out.exists() else None) == before
    return message


PROBLEMS = [
    ("toy.py:Tyo", ['toy.py has no class Tyo, expected one of Toy, NoLoss, NoTrain; did you mean "Toy"?']),
    ("missing.py:Toy", ["problem.path 'missing.py:Toy' does not import (FileNotFoundError: no file", "expected"]),
    ("no.such.module:Toy", ["does not import (ModuleNotFoundError: No module named 'no'", '"package.module:Class"']),
    ("toy.py:NoLoss", ["class NoLoss lacks loss, expected the methods build, batches, loss: add what is missing."]),
    ("toy.py:NoTrain", ["class NoTrain has no method train and the sweep no axis checkpoint", "add train or list"]),
    ("broken.py:Toy", ["does not import (NameError: name 'undefined' is not defined at ", "broken.py:2"]),
]


@pytest.mark.parametrize(("path", "texts"), PROBLEMS, ids=[p for p, _ in PROBLEMS])
def test_a_problem_that_cannot_be_used(write_study, tmp_path, path, texts):
    study = write_study(problem={"path": path, "params": {}})
    (tmp_path / "broken.py").write_text("x = 1\nundefined\n")
    refused(study, tmp_path / "run", *texts)


def test_parameters_that_the_class_does_not_take(write_study, tmp_path):
    study = write_study(problem__params={"stepz": 3})
    refused(study, tmp_path / "run", "Toy(stepz=3, beta=1.0) failed (", "'stepz'", "expected problem.params and")


def test_a_missing_checkpoint(write_study, tmp_path):
    study = write_study(sweep={"checkpoint": ["gone.pt"]})
    refused(
        study, tmp_path / "run", "sweep.checkpoint: ", "gone.pt does not exist, expected a file or folder with weights"
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there(write_study, tmp_path):
    refused(write_study(evaluation__device="cuda"), tmp_path / "run", "evaluation.device is cuda but torch sees no GPU")


def test_a_missing_direction_file(write_study, tmp_path):
    study = write_study(subspaces={"random": {"kind": "file", "path": "gone.npz"}})
    refused(
        study, tmp_path / "run", "subspaces.random.path: ", "gone.npz does not exist, expected a .safetensors, .npz"
    )


class Evil:
    def __reduce__(self):
        return (os.system, ("touch pwned",))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda p: torch.save({"weights": Evil()}, p), "is no checkpoint that can be read safely"),
        (lambda p: torch.save({"a": 1}, p), "holds no tensors, expected a state_dict: names and tensors: save it"),
        (lambda p: p.write_bytes(b"nonsense"), "is no checkpoint that can be read safely"),
        (
            lambda p: torch.save(torch.nn.Linear(3, 1).state_dict(), p),
            "does not fit the network: it lacks 0.weight of shape (5, 2) (4 of 4 tensors are missing; nearest in it: ",
        ),
    ],
    ids=["pickle", "no tensors", "nonsense", "another network"],
)
def test_a_checkpoint_that_does_not_fit_fails_its_model(write_study, tmp_path, make, text, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "bad.pt")
    torch.save(Toy().build(0).state_dict(), tmp_path / "good.pt")
    run = api.run(write_study(sweep={"checkpoint": ["bad.pt", "good.pt"]}), tmp_path / "run", progress=False)
    assert list(run.failures) == [("train", 0)]
    assert text in run.failures["train", 0]
    assert not (tmp_path / "pwned").exists()
    status = store_arrays(run.path)["status"]
    assert (status[0] == 3).all()
    assert (status[1] == 1).all()


def test_a_folder_that_holds_something_else(write_study, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("precious")
    refused(write_study(), tmp_path / "run", "is not empty and holds no run", "choose another with out=PATH.")


@pytest.mark.parametrize("parent", ["/proc/landsweep", "/dev/null/run"])
def test_a_directory_that_cannot_be_written(write_study, parent):
    refused(write_study(), Path(parent), "Cannot write /", "directory, change its permissions or use another.")


def test_a_field_that_the_loss_does_not_return(write_study, tmp_path):
    study = write_study(fields=["loss", "accuracy"])
    refused(study, tmp_path / "run", "loss returned loss, mae, expected also accuracy (fields of the study) (loss at ")


def full_disk(self, unit, values, status):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


def test_a_full_disk_is_told_plainly_and_the_run_goes_on_later(write_study, tmp_path, monkeypatch):
    study = write_study()
    write, calls = Landscape.write_unit, []

    def fills_up(self, unit, values, status):
        calls.append(unit.index)
        (write if len(calls) < 4 else full_disk)(self, unit, values, status)

    with monkeypatch.context() as patch:
        patch.setattr(Landscape, "write_unit", fills_up)
        with pytest.raises(UserError, match=r"No space left while writing .*free some space and run the same command"):
            api.run(study, tmp_path / "run", progress=False)
    assert not (tmp_path / "run" / "lock.json").exists()
    done = {u.index for u in Landscape(tmp_path / "run" / "landscape.zarr").pending()}
    assert done.isdisjoint(calls[:3])
    api.run(study, tmp_path / "run", progress=False)
    assert_same_run(reference_run(), tmp_path / "run")


@pytest.mark.parametrize(
    ("folder", "remedy"),
    [
        ("home/.cache/numba", "free some space there, or set NUMBA_CACHE_DIR to another folder, and run the same"),
        ("home/.config", "free some space there and run the same"),
        ("tmp/x", "free some space there, or set TMPDIR to another folder, and run the same"),
        ("run/weights", "free some space and run the same"),
    ],
)
def test_what_is_full_is_named_though_the_error_does_not_name_it(write_study, tmp_path, monkeypatch, folder, remedy):
    """A real error of the system, of writing: it knows no name, and is not always about the run directory."""
    full = tmp_path / folder / "file"

    def write(self, unit, values, status):
        full.parent.mkdir(parents=True, exist_ok=True)
        full.symlink_to("/dev/full")
        with full.open("wb", buffering=0) as file:
            file.write(b"x")

    monkeypatch.setattr(Landscape, "write_unit", write)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    said = re.escape(f"No space left while writing {full} (No space left on device): {remedy} ")
    with pytest.raises(UserError, match=said):
        api.run(write_study(), tmp_path / "run", progress=False)


@pytest.mark.processes
def test_a_real_limit_on_file_size_ends_with_status_2(write_study, tmp_path):
    """The kernel itself refuses to write more than 2 kB per file, as a quota would."""
    study, out = write_study(), tmp_path / "run"
    done = subprocess.run(
        command("run", study, "--out", out),
        # Python 3.11 keeps byte code that was cut off by the limit, and would read it later.
        env=environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    assert done.returncode == 2, done.stderr
    assert "No space left while writing" in done.stderr
    assert "Traceback" not in done.stderr
    assert inside("run", study, "--out", out).returncode == 0


@pytest.fixture
def damaged(tmp_path):
    """Flip one byte of one shard of a finished run whose report is to be made again."""

    def damage(array: str, offset: int):
        path = copy_of(reference_run(), tmp_path)
        landscape = Landscape(path / "landscape.zarr")
        unit = list(landscape.units())[2]
        shard = landscape.shard_file(array, unit)
        data = bytearray(shard.read_bytes())
        data[offset if offset >= 0 else len(data) + offset] ^= 0x10
        shard.write_bytes(data)
        for tree in path.glob("topology/*"):
            tree.unlink()
        return tmp_path / "study.yaml", path, shard

    return damage


@pytest.mark.parametrize("array", ["loss", "status"])
@pytest.mark.parametrize("offset", [0, 12, -30, -2])
def test_a_flipped_byte_names_its_shard_and_repair_evaluates_it_again(damaged, array, offset):
    study, path, shard = damaged(array, offset)
    message = refused_damage(study, path)
    assert f"{shard} is damaged (" in message
    assert "`landsweep run STUDY --repair` evaluates its unit again." in message
    api.run(study, path, progress=False, repair=True)
    assert_same_run(reference_run(), path)


def refused_damage(study, path) -> str:
    with pytest.raises(UserError) as caught:
        api.run(study, path, progress=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_cut_shard_and_a_lost_shard_are_repaired(tmp_path):
    path = copy_of(reference_run(), tmp_path)
    landscape = Landscape(path / "landscape.zarr")
    first, second, *_ = landscape.units()
    cut = landscape.shard_file("loss", first)
    cut.write_bytes(cut.read_bytes()[:20])
    landscape.shard_file("loss", second).unlink()
    again = api.run(tmp_path / "study.yaml", path, progress=False, repair=True)
    assert_same_run(reference_run(), again.path)


def test_topology_does_not_take_a_lost_shard_for_nan(tmp_path):
    path = copy_of(reference_run(), tmp_path)
    landscape = Landscape(path / "landscape.zarr")
    lost = landscape.shard_file("loss", list(landscape.units())[2])
    lost.unlink()
    for words in (["topology", path, "--redo"], ["robust", path]):
        done = inside(*words)
        assert done.returncode == 2, done.stdout
        assert f"{lost} is damaged (it is lost): `landsweep run STUDY --repair` evaluates its unit" in done.stderr
    again = api.run(tmp_path / "study.yaml", path, progress=False, repair=True)
    assert_same_run(reference_run(), again.path)


def test_a_shard_of_which_values_are_gone_is_told_from_one_that_was_not_finite(tmp_path):
    path = copy_of(reference_run(), tmp_path)
    landscape = Landscape(path / "landscape.zarr", "r+")
    unit = list(landscape.units())[1]
    values = np.array(landscape.read_unit(unit)["loss"])
    values.reshape(-1)[-1] = np.nan
    landscape._arrays["loss"][unit.box] = values
    done = inside("topology", path, "--redo")
    assert done.returncode == 2, done.stdout
    assert f"{landscape.shard_file('loss', unit)} is damaged (it does not agree with status)" in done.stderr
    again = api.run(tmp_path / "study.yaml", path, progress=False, repair=True)
    assert_same_run(reference_run(), again.path)


def test_the_command_line_gives_the_sentence_and_status_2(write_study, tmp_path):
    study = write_study(grid__points=-3)
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert done.stderr == (
        f'landsweep: {study}: "grid.points" is -3 (int), expected a whole number of at least 1, or one per axis (odd '
        "numbers hit the centre).\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_run_of_a_newer_landsweep_is_refused(tmp_path):
    run = api.open_run(copy_of(reference_run(), tmp_path))
    text = run.directory.provenance.read_text().replace('"schema_version": 2', '"schema_version": 99')
    run.directory.provenance.write_text(text)
    refused(tmp_path / "study.yaml", run.path, "has schema version 99, expected at most 2: install a newer landsweep.")
    with pytest.raises(UserError, match="schema version 99"):
        api.open_run(run.path)
