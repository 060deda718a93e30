"""A run is bound to the content of its problem."""

import hashlib
import json
import os
import sys

import landsweep
import pytest
import xarray as xr
from landsweep.disk import content
from landsweep.disk.rundir import RunDir
from landsweep.pipeline.execute import RunOptions
from support import copy_of, inside, make_study, reference_run, sessions


def test_a_changed_problem_is_refused_and_a_changed_comment_is_not(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    toy = tmp_path / "toy.py"
    assert inside("run", study, "--out", out).returncode == 0
    toy.write_text("# a comment\n" + toy.read_text())
    more = ["run", study, "--out", out, "--set", "sweep.direction_seed=[0,1,2]"]
    assert inside(*more).returncode == 0
    toy.write_text(toy.read_text().replace("error.square().mean()\n", "10 * error.square().mean()\n"))
    assert inside("run", study, *more[2:4], "--set", more[-1], "--set", "report.figures=false").returncode == 0
    more[-1] = "sweep.direction_seed=[0,1,2,3]"
    refused = inside(*more)
    assert refused.returncode == 2
    assert f"{toy} has changed since {out} was computed with it" in refused.stderr
    assert "name another run directory with --out, add --redo" in refused.stderr
    assert inside("topology", out, "--connectivity", "face").returncode == 0
    accepted = inside(*more, "--set", "topology.connectivity=[face]", "--accept-changed-problem")
    assert accepted.returncode == 0, accepted.stderr
    assert sessions(out)[-1]["changed_problem"] == {"files": ["toy.py"], "way": "accepted"}
    assert inside(*more, "--set", "topology.connectivity=[face]").returncode == 0


def test_redo_computes_everything_again(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    before = landsweep.run(study, out, progress=False).dataset.loss.values
    toy = tmp_path / "toy.py"
    toy.write_text(toy.read_text().replace("loss = error.square().mean()", "loss = 10 * error.square().mean()"))
    with pytest.raises(
        landsweep.UserError, match=r"with out=PATH, add redo=True .*, or accept_changed_problem=True to"
    ):
        landsweep.run(study, out, progress=False, set=["sweep.direction_seed=[0,1,2]"])
    after = landsweep.run(study, out, progress=False, redo=True).dataset.loss.values
    assert after == pytest.approx(10 * before, rel=1e-5)


def test_a_module_beside_the_problem_and_a_declared_file_count(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "scale_of_this_test", raising=False)
    study, out = make_study(tmp_path), tmp_path / "run"
    helper, data, toy = tmp_path / "scale_of_this_test.py", tmp_path / "data.txt", tmp_path / "toy.py"
    helper.write_text("SCALE = 1\n")
    data.write_text("1")
    source = toy.read_text().replace("class Toy:\n", 'class Toy:\n    files = ["data.txt"]\n')
    toy.write_text("import scale_of_this_test\n" + source)
    landsweep.run(study, out, progress=False)
    for file, text in ((helper, "SCALE = 2\n"), (data, "2")):
        before = file.read_text()
        file.write_text(text)
        refused = inside("run", study, "--out", out, "--set", "sweep.beta=[1.0,2.0,3.0]")
        assert refused.returncode == 2
        assert f"{file} has changed" in refused.stderr
        file.write_text(before)


def test_the_dataset_can_be_written_in_other_formats(tmp_path):
    dataset = landsweep.run(make_study(tmp_path), tmp_path / "run", progress=False).dataset
    dataset.to_zarr(tmp_path / "two.zarr", zarr_format=2)
    xr.testing.assert_equal(xr.open_zarr(tmp_path / "two.zarr").loss.load(), dataset.loss.load())
    dataset.to_netcdf(tmp_path / "three.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "three.nc", engine="scipy") as written:
        xr.testing.assert_equal(written.loss.load(), dataset.loss.load())
        assert written.subspace.values.tolist() == dataset.subspace.values.tolist()
    assert json.loads(dataset.attrs["evaluation"])["width"] == 8


LOUDER = ("error.square().mean()\n", "10 * error.square().mean()\n")
MORE = ("--set", "sweep.direction_seed=[0,1,2]")


def test_submit_refuses_a_changed_problem_before_it_waits_in_a_queue(tmp_path):
    out = copy_of(reference_run(), tmp_path)
    study, toy = tmp_path / "study.yaml", tmp_path / "toy.py"
    toy.write_text(toy.read_text().replace(*LOUDER))
    words = ["submit", study, "--site", "slurm-generic", "--partition", "x", "--dry-run", "--out", out]
    assert inside(*words).returncode == 0  # nothing is left to compute
    refused = inside(*words, *MORE)
    assert refused.returncode == 2
    assert f"{toy} has changed since" in refused.stderr
    for way in ("--redo", "--accept-changed-problem"):
        assert inside(*words, *MORE, way).returncode == 0


def test_an_edit_while_a_run_computes_stops_it(tmp_path):
    study, out, toy = make_study(tmp_path), tmp_path / "run", tmp_path / "toy.py"
    before = toy.read_text()
    edit = f"from pathlib import Path\n        Path({str(toy)!r}).write_text({before.replace(*LOUDER)!r})\n"
    toy.write_text(before.replace("    def quality(self, model):\n", f"    def quality(self, model):\n        {edit}"))
    sources = toy.read_text()
    stopped = inside("run", study, "--out", out)
    assert stopped.returncode == 2
    assert f"{toy} has changed while {out} is computed, expected the same until it is done" in stopped.stderr
    assert [p.parent.name for p in out.glob("weights/*/theta.safetensors")] == ["model-00000"]
    toy.write_text(sources.replace(edit, "\n"))
    assert f"{toy} has changed since" in inside("run", study, "--out", out).stderr  # with the file as it was only


def test_an_imported_module_that_has_changed_is_not_computed_with(tmp_path, monkeypatch):
    """As in a notebook: the problem's file is read again, a module that it imports is not."""
    monkeypatch.syspath_prepend(tmp_path)
    study, toy, helper = make_study(tmp_path), tmp_path / "toy.py", tmp_path / "scale_of_a_notebook.py"
    toy.write_text("import scale_of_a_notebook\n" + toy.read_text())
    helper.write_text("SCALE = 1\n")
    landsweep.run(study, tmp_path / "one", progress=False)
    helper.write_text("# a comment\nSCALE = 1\n")
    landsweep.run(study, tmp_path / "two", progress=False)
    helper.write_text("SCALE = 2\n")
    with pytest.raises(landsweep.UserError, match=r"notebook.py has changed since this process imported it.*kernel"):
        landsweep.run(study, tmp_path / "three", progress=False)


def test_a_module_elsewhere_on_the_path_counts_and_an_installed_one_does_not(tmp_path, monkeypatch):
    library = tmp_path / "library"
    (library / "waves_of_a_lab").mkdir(parents=True)
    (tmp_path / "study").mkdir()
    monkeypatch.syspath_prepend(library)
    module = library / "waves_of_a_lab" / "parts.py"
    module.write_text("SCALE = 1\n")
    (library / "waves_of_a_lab" / "__init__.py").write_text("from . import parts\n")
    study, toy = make_study(tmp_path / "study"), tmp_path / "study" / "toy.py"
    toy.write_text("import json, numpy, waves_of_a_lab\n" + toy.read_text())
    out = tmp_path / "run"
    landsweep.run(study, out, progress=False)
    assert list(sessions(out)[0]["content"]) == ["toy.py", "waves_of_a_lab", "waves_of_a_lab.parts"]
    module.write_text("SCALE = 2\n")
    refused = inside("run", study, "--out", out, *MORE)
    assert refused.returncode == 2
    assert f"{module} has changed since {out} was computed with it" in refused.stderr


def test_a_large_file_is_read_again_only_where_it_may_have_changed(tmp_path, monkeypatch):
    study, out, toy, data = make_study(tmp_path), tmp_path / "run", tmp_path / "toy.py", tmp_path / "data.txt"
    toy.write_text(toy.read_text().replace("class Toy:\n", 'class Toy:\n    files = ["data.txt"]\n'))
    data.write_text("1")
    read = []

    def digest(handle, name):
        read.append(handle.name)
        return hashlib.new(name, handle.read())

    monkeypatch.setattr(hashlib, "file_digest", digest)
    landsweep.run(study, out, progress=False)  # the file was written just now: its time of change says nothing yet
    assert "content_stamps" in sessions(out)[0]
    assert str(data) in read
    monkeypatch.setattr(content, "SETTLED_SECONDS", -1.0)
    read.clear()
    landsweep.run(study, out, progress=False)
    assert read.count(str(data)) == 1
    read.clear()
    assert inside("run", study, "--out", out, *MORE).returncode == 0
    assert str(data) not in read
    data.touch()  # not changed (as what is newer counts as in snakemake #4172)
    assert inside("run", study, "--out", out, *MORE).returncode == 0
    assert str(data) in read
    stat = data.stat()
    data.write_text("2")
    os.utime(data, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as some tools do
    assert f"{data} has changed" in inside("run", study, "--out", out, "--set", "sweep.direction_seed=[0,1,2,3]").stderr


@pytest.mark.parametrize("option", ["--redo", "--accept-changed-problem"])
def test_a_job_that_was_requeued_obeys_once(tmp_path, option):
    out = copy_of(reference_run(), tmp_path)
    study, toy = tmp_path / "study.yaml", tmp_path / "toy.py"
    for restart, seeds in enumerate(("[0,1,2]", "[0,1,2,3]")):
        toy.write_text(toy.read_text().replace(*LOUDER))
        job = {"SLURM_JOB_ID": "77", "SLURM_RESTART_COUNT": str(restart)}
        done = inside("run", study, "--out", out, option, "--set", f"sweep.direction_seed={seeds}", **job)
        assert done.returncode == (2 if restart else 0), done.stderr
        assert ("has changed since" in done.stderr) == bool(restart)


def test_every_option_that_forgets_something_is_obeyed_once(tmp_path, monkeypatch):
    run = RunDir(copy_of(reference_run(), tmp_path))
    options = RunOptions(retry_failed=True, repair=True, redo=True, accept_changed_problem=True, allow_mixed=True)
    monkeypatch.setenv("SLURM_JOB_ID", "5")
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert options.now(run) == options  # the life before did not come so far that it could obey
    data = json.loads(run.provenance.read_text())
    data["sessions"][-1] |= {"job": "5", "restart": 0}
    run.provenance.write_text(json.dumps(data))
    assert options.now(run) == RunOptions(allow_mixed=True)
    monkeypatch.setenv("SLURM_RESTART_COUNT", "0")
    assert options.now(run) == options  # a person in an allocation
