"""A run is bound to the content of its problem."""

import json
import sys

import landsweep
import pytest
import xarray as xr
from support import inside, make_study, sessions


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
