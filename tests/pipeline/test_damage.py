"""Every file of a finished run, lost, cut or zeroed: what reads it says so, or gives the same numbers as before."""

import io
import json
import shutil
from pathlib import Path
from unittest import mock

import landsweep
import numpy as np
import pandas as pd
import pytest
import zarr
from landsweep.disk.trees import read_tree
from support import assert_same_run, copy_of, inside, make_study, once, reference_run, store_arrays

pytestmark = pytest.mark.long  # whole runs

EVERYTHING = {
    "sweep": {"beta": [1.0, 2.0], "seed": [0], "subspace": ["random", "top"], "direction_seed": [0, 1]},
    "subspaces": {"random": {"kind": "random", "range": [-1, 1]}, "top": {"kind": "hessian", "range": [-1, 1]}},
    "fields": ["loss", "mae", "hessian_max"],
    "grid": {"dims": 2, "points": [4, 3]},
    "curvature": {"largest": 1, "trace": "hutchinson", "trace_vectors": 4, "density": True, "density_steps": 3},
    "resolve": {"enabled": True},
    "certify": {"float64": "all", "draws": 2},
    "topology": {"connectivity": ["face", "moore"], "segmentation": True},
}
SHARD = "c/0/0/0/1/0/0"


@pytest.fixture(scope="module")
def whole():
    """A run with every kind of file: only to read."""

    def make(folder):
        done = inside("run", make_study(folder, **EVERYTHING), "--out", folder / "run")
        assert done.returncode == 0, done.stderr
        assert inside("robust", folder / "run").returncode == 0

    return once("everything-for-damage", make) / "run"


def damage(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "lost":
        file.unlink()
    else:
        file.write_bytes(data[: len(data) // 2] if how == "cut" else bytes(len(data)))


def metrics(run):
    done = inside("metrics", run, "--csv")
    return done, pd.read_csv(io.StringIO(done.stdout)).drop(columns="train_seconds") if not done.returncode else None


def tables(run):
    """Make the tables again from the files of all stages."""
    (run / "report" / "summary.json").unlink()
    done = inside("run", run.parent / "study.yaml", "--out", run, "--stages", "report")
    if "are not there, so that their numbers are missing in the tables" in done.stderr:
        return done, None
    return done, None if done.returncode else metrics(run)[1]


def extended(run):
    """Load what a new member's directions come from."""
    words = ("--set", "sweep.direction_seed=[0,1,2]", "--stages", "train,subspace")
    done = inside("run", run.parent / "study.yaml", "--out", run, *words)
    return done, (run / "weights" / "model-00000" / "theta.safetensors").read_bytes()


def again(run):
    return inside("run", run.parent / "study.yaml", "--out", run), None


def dataset(name):
    def read(run):
        try:
            values = landsweep.open_run(run).dataset[name].values
        except landsweep.UserError as error:
            return error, None
        return None, values

    return read


def trees(run):
    try:
        opened = landsweep.open_run(run)
        return None, [read_tree(opened.directory, m.index, "face").pair_values.tolist() for m in opened.plan.members]
    except landsweep.UserError as error:
        return error, None


CASES = {
    **{f"landscape.zarr/{name}/{SHARD}": dataset(name) for name in EVERYTHING["fields"]},
    **{
        f"landscape.zarr/{name}/c/{'/'.join('0' * dims)}": dataset(name)
        for name, dims in {
            "beta": 1, "subspace": 1, "alpha_1": 1, "coordinate_0": 2, "representation": 1, "n_minima": 5,
            "direction_scale": 5, "hessian_trace": 2, "hessian_density": 3, "float64_method": 5, "pair_value": 2,
            "pair_range": 3, "critical_range": 2, "quality_absolute_error": 2,
        }.items()
    },
    "landscape.zarr/zarr.json": dataset("loss"),
    "landscape.zarr/loss/zarr.json": dataset("loss"),
    "topology/member-00001.npz": trees,
    "curvature/member-00000.npz": tables,
    "resolved/member-00001.npz": tables,
    "certify/member-00001.npz": tables,
    "directions/member-00001.safetensors": tables,
    "weights/model-00000/quality.json": tables,
    "weights/model-00000/theta.safetensors": extended,
    "metrics.parquet": metrics,
    "members.json": metrics,
    "study.yaml": metrics,
    "provenance.json": metrics,
    "report/summary.json": again,
}  # fmt: skip
IRREPLACEABLE = ("landscape.zarr/zarr.json", "members.json", "study.yaml", "provenance.json")


SMALL = [file for file in CASES if file.startswith("landscape.zarr/") and file.endswith("/0")][4:]
"""Arrays that are read as those before them; lost ones are read as what fills them."""


@pytest.mark.parametrize(
    ("file", "how"), [(f, how) for f in CASES for how in ("lost", "cut", "zeroed") if how == "lost" or f not in SMALL]
)
def test_who_reads_a_damaged_file_says_so_or_gives_the_same_numbers(whole, tmp_path, file, how):
    run = copy_of(whole, tmp_path)
    damage(run / file, how)
    done, found = CASES[file](run)
    if done is not None and getattr(done, "returncode", 2) == 0 and found is not None:
        for word in ("weights", "directions", "curvature", "resolved", "certify"):  # the tables of the whole run
            if file.startswith(word) and isinstance(found, pd.DataFrame):
                pd.testing.assert_frame_equal(found, metrics(whole)[1])
        if isinstance(found, bytes):
            assert found == (whole / file).read_bytes()
        return
    text = str(getattr(done, "stderr", done))
    assert "Traceback" not in text
    if how == "lost" and CASES[file] is tables:
        assert "are not there, so that their numbers are missing" in text
    elif how == "lost" and file == "metrics.parquet":
        assert f"{run} has no metrics yet" in text
    elif how == "lost" and file == "report/summary.json":
        assert (run / file).read_bytes() == (whole / file).read_bytes()
    else:
        assert done is not None, "a number without a word"
        if how == "lost" and CASES[file] is trees:
            assert f"{run / file} does not exist, expected the merge trees of member 1: finish the run first" in text
            return
        assert f"{run / file} is damaged (" in text or (file == "study.yaml" and f"{run / file}, line" in text)
        assert file in IRREPLACEABLE or "`landsweep run STUDY --repair` " in text


@pytest.mark.parametrize("how", ["lost", "cut"])
def test_repair_makes_everything_again_that_follows_from_the_rest(whole, tmp_path, how):
    run = copy_of(whole, tmp_path)
    more = ["landscape.zarr/n_minima/zarr.json", f"landscape.zarr/status/{SHARD}"]
    names = ("face/zarr.json", "moore/arc/zarr.json", "face/basin/c/0/0/0/0/0/0", "moore/alpha_1/c/0")
    more += [f"segmentation.zarr/{name}" for name in names]
    for file in [file for file in (*CASES, *more) if file not in IRREPLACEABLE]:
        damage(run / file, how)
    (record := run / "topology" / "engines-00002.json").write_text("{")
    done = inside("run", run.parent / "study.yaml", "--out", run, "--repair")
    assert done.returncode == 0, done.stderr
    assert not record.exists()
    assert_same_run(whole, run)
    first, second = (zarr.open_group(r / "segmentation.zarr", mode="r", use_consolidated=False) for r in (whole, run))
    for name in ("face/basin", "face/arc", "moore/basin", "moore/arc", "moore/alpha_1"):
        np.testing.assert_array_equal(first[name][...], second[name][...])
    pd.testing.assert_frame_equal(metrics(run)[1], metrics(whole)[1])


def test_topology_keeps_its_trees_until_it_knows_that_it_can_make_others(whole, tmp_path):
    run = copy_of(whole, tmp_path)
    damage(run / "landscape.zarr" / "loss" / SHARD, "lost")
    kept = sorted(p.name for p in run.glob("topology/*")), sorted(p.name for p in run.glob("certify/*"))
    done = inside("topology", run, "--redo")
    assert done.returncode == 2
    assert f"loss/{SHARD} is damaged (it is lost)" in done.stderr
    assert kept == (sorted(p.name for p in run.glob("topology/*")), sorted(p.name for p in run.glob("certify/*")))
    assert landsweep.open_run(run).metrics.n_minima.notna().all()


@pytest.mark.parametrize("file", ["study.yaml", "members.json", "provenance.json"])
def test_a_run_does_not_begin_anew_among_results_that_it_does_not_know(tmp_path, file):
    """With another history of its axes, a member would be another one."""
    run = copy_of(reference_run(), tmp_path)
    more = ("--set", "sweep.direction_seed=[0,1,2]")
    (run / file).unlink()
    before = store_arrays(run)["loss"]
    for words in (more, (*more, "--redo"), (*more, "--repair")):
        done = inside("run", tmp_path / "study.yaml", "--out", run, *words)
        assert done.returncode == 2
        assert f"{run / file} is damaged (it is lost): nothing computes it again, so put it back" in done.stderr
    assert np.array_equal(store_arrays(run)["loss"], before)


def test_files_of_a_newer_version_are_refused(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    for file, text in (("landscape.zarr/zarr.json", "landscape.zarr"), ("provenance.json", "")):
        before = (run / file).read_text()
        data = json.loads(before)
        data.get("attributes", data)["schema_version"] = 99
        (run / file).write_text(json.dumps(data))
        with pytest.raises(landsweep.UserError, match=rf"{run / text} has schema version 99, expected at most 2: inst"):
            landsweep.open_run(run).dataset  # noqa: B018  # reading it is what raises
        (run / file).write_text(before)


def test_weights_that_are_trained_again_differently_are_not_those_of_the_landscapes(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    (run / "weights" / "model-00000" / "theta.safetensors").unlink()
    toy = tmp_path / "toy.py"
    toy.write_text(toy.read_text().replace("alpha=-0.05", "alpha=-0.051"))  # as a GPU may, that adds in another order
    done = inside("run", tmp_path / "study.yaml", "--out", run, "--accept-changed-problem")
    assert done.returncode == 2
    assert "Training model 0 again gave other weights (of norm " in done.stderr
    assert not (run / "weights" / "model-00000" / "theta.safetensors").exists()


def test_damaged_weights_are_no_failure_of_a_member(whole, tmp_path):
    run = copy_of(whole, tmp_path)
    (run / "certify" / "member-00001.npz").unlink()
    damage(run / "weights" / "model-00000" / "theta.safetensors", "cut")
    done = again(run)[0]
    assert done.returncode == 2
    assert "theta.safetensors is damaged (it cannot be read: SafetensorError): `landsweep run STUDY" in done.stderr
    assert not list(run.glob("failures/*"))


def test_a_removal_that_is_killed_leaves_no_half_of_a_result(tmp_path, monkeypatch):
    run, words = copy_of(reference_run(), tmp_path), ("--set", "evaluation.dtype=float64", "--redo")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", mock.Mock(side_effect=RuntimeError("killed")))
        assert "RuntimeError: killed" in inside("run", tmp_path / "study.yaml", "--out", run, *words).stderr
    assert not (run / "landscape.zarr").exists()
    assert inside("run", tmp_path / "study.yaml", "--out", run, *words).returncode == 0
    assert not list(run.glob(".*"))
    assert landsweep.open_run(run).dataset.loss.dtype == "float64"


def test_a_damaged_run_does_not_stand_in_the_way_of_its_neighbours(tmp_path):
    """As one malformed run hides all others in mlflow's list of runs (mlflow #873)."""
    shutil.copytree(reference_run().parent, tmp_path / "runs")
    (tmp_path / "runs" / "run" / "provenance.json").write_text("{")
    done = inside("plan", tmp_path / "runs" / "study.yaml", "--out", tmp_path / "runs" / "other")
    assert done.returncode == 0
    assert "not measured" in done.stdout


def test_progress_and_locks_that_cannot_be_read_do_not_hide_a_run(whole, tmp_path):
    run = copy_of(whole, tmp_path)
    (run / "progress.json").write_text("{")
    assert inside("status", run).returncode == 0
    shutil.rmtree(run / "robust")
    (run / "failures").mkdir()
    (run / "failures" / "certify-00001.json").write_text("{")
    done = inside("status", run)
    assert done.returncode == 2
    assert "certify-00001.json is damaged (it cannot be read: JSONDecodeError)" in done.stderr
