"""Whole runs on the toy problem in one process: layout, contracts, extension, failures."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import landsweep
import numpy as np
import pytest
import torch
import xarray as xr
import zarr
from landsweep import UserError
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.weights import restore
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.topology.merge_trees import merge_tree
from support import assert_same_run, store_arrays
from toy import Toy

pytestmark = pytest.mark.long  # whole runs


def evaluated(path: Path) -> list[int]:
    """Indices of the units that were evaluated, over all sessions and ranks."""
    events = [json.loads(line) for log in path.glob("logs/*.jsonl") for line in log.read_text().splitlines()]
    return [e["index"] for e in events if e["event"] == "ItemDone" and e["stage"] == "evaluate"]


def test_the_run_directory_holds_what_the_design_says(run):
    result = run(fields=["loss", "mae"], report__figures=True)
    files = {str(p.relative_to(result.path)) for p in result.path.rglob("*") if "landscape.zarr" not in str(p)}
    assert {
        "study.yaml",
        "provenance.json",
        "members.json",
        "metrics.parquet",
        "weights/model-00000/theta.safetensors",
        "weights/model-00001/quality.json",
        "directions/member-00003.safetensors",
        "topology/member-00000.npz",
        "report/trend.png",
        "report/landscapes.png",
        "report/landscape-00001.png",
        "report/summary.md",
        "logs/rank00000.jsonl",
    } <= files
    assert not any(name.endswith(".partial") or "training.pt" in name or "lock" in name for name in files)
    session = json.loads((result.path / "provenance.json").read_text())["sessions"][0]
    assert session["outcome"] == "done"
    assert session["versions"]["torch"] == torch.__version__.split("+")[0] or "torch" in session["versions"]
    assert (result.path / "problem" / f"{session['problem_sha256'][:12]}.py").exists()


def test_xarray_opens_the_store_without_help_or_warning(run):
    result = run(fields=["loss", "mae"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = xr.open_zarr(result.path / "landscape.zarr")
    assert dataset.loss.dims == ("beta", "seed", "subspace", "direction_seed", "alpha_0", "alpha_1")
    one = dataset.loss.sel(beta=2.0, seed=0, subspace="random", direction_seed=1)
    assert one.shape == (7, 5)
    assert dataset.alpha_1.values.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert (dataset.status == 1).all()
    assert dataset.n_saddles.dims == ("representation", "beta", "seed", "subspace", "direction_seed")
    assert dataset.quality_absolute_error.dims == ("beta", "seed")
    assert np.isfinite(dataset.quality_absolute_error).all()


def reference_losses(result, member, fields=("loss", "mae")):
    """The definition, point by point in plain torch: theta + sum of coordinate times stored direction."""
    problem = Toy(beta=member.coords["beta"])
    model = problem.build(0)
    from safetensors.torch import load_file

    path = result.directory.theta(member.model)
    restore(model, load_file(path), path)
    path = result.directory.directions(member.index)
    delta, scale = load_delta(path), load_geometry(path).scale
    theta = flatten(model)
    values = {name: np.empty(result.plan.grid_shape) for name in fields}
    axes = [np.linspace(-1, 1, n) for n in result.plan.grid_shape]
    for at in np.ndindex(*result.plan.grid_shape):
        alpha = torch.tensor([axes[k][i] * scale[k] for k, i in enumerate(at)], dtype=torch.float32)
        torch.nn.utils.vector_to_parameters(theta + alpha @ delta, model.parameters())
        with torch.no_grad():
            parts = [(b.weight, problem.loss(model, b)) for b in problem.batches()]
        for name in fields:
            values[name][at] = sum(w * float(v[name]) for w, v in parts) / sum(w for w, _ in parts)
    return values


@pytest.mark.parametrize("strategy", ["auto", "batched", "inplace"])
@pytest.mark.parametrize("unit", ["multiple", "l2", "relative"])
def test_values_are_those_of_the_definition(run, strategy, unit):
    changes = {"fields": ["loss", "mae"], "evaluation__strategy": strategy, "subspaces__random__unit": unit}
    result = run(**changes)
    data = store_arrays(result.path)
    for member in result.plan.members:
        for name, expected in reference_losses(result, member).items():
            np.testing.assert_allclose(data[name][member.position], expected, rtol=2e-5)


def test_the_centre_is_the_models_own_loss(run):
    result = run()
    loss = store_arrays(result.path)["loss"]
    for member in result.plan.members:
        expected = np.float32(reference_losses(result, member, ("loss",))["loss"][3, 2])
        assert abs(loss[member.position][3, 2] - expected) <= 4 * np.spacing(expected)


@pytest.mark.parametrize("dims", [1, 2, 3, 4, 5, 6])
def test_every_dimension_with_unequal_axes(run, dims):
    shape = [5, 3, 4, 2, 3, 2][:dims]
    changes = {"grid": {"dims": dims, "points": shape}, "sweep": {"beta": [1.0]}, "topology": {}}
    result = run(**changes, report__figures=True)
    data = store_arrays(result.path)
    assert data["loss"].shape == (1, 1, 1, 1, *shape)
    assert np.isfinite(data["loss"]).all()
    tree = result.merge_tree()
    assert tree == merge_tree(data["loss"][0, 0, 0, 0], "moore" if dims < 4 else "face", volumes=True)


def test_evaluating_twice_gives_identical_runs(run):
    assert_same_run(run("one").path, run("two").path)


@pytest.mark.long
def test_shards_do_not_change_a_value(run):
    """Units of one point, of part of a member and of several members hold the same bits."""
    one = store_arrays(run("one", evaluation__batch=4).path)["loss"]
    for name, seconds in (("two", 1e-9), ("three", 1e-3)):
        other = run(name, executor={"unit_seconds": seconds}, evaluation__batch=4)
        assert one.tobytes() == store_arrays(other.path)["loss"].tobytes()
    shards = {
        zarr.open_group(p / "landscape.zarr", mode="r")["loss"].shards for p in (one_path.path for one_path in (other,))
    }
    assert shards != {(1, 1, 1, 1, 7, 5)}


def test_appending_values_extends_a_run_and_keeps_every_old_bit(run):
    before = run(sweep={"beta": [1.0, 2.0], "direction_seed": [0]})
    old = store_arrays(before.path)
    count = len(evaluated(before.path))
    theta = before.directory.theta(0).stat().st_mtime_ns
    after = run(sweep={"beta": [1.0, 2.0, 3.0], "direction_seed": [0, 5]})
    new = store_arrays(after.path)
    assert new["loss"].shape[:4] == (3, 1, 1, 2)
    assert new["loss"][:2, :, :, :1].tobytes() == old["loss"].tobytes()
    assert after.directory.theta(0).stat().st_mtime_ns == theta
    assert (new["status"] == 1).all()
    assert len(after.metrics) == 6
    assert len(evaluated(after.path)) > count
    fresh = run("fresh", sweep={"beta": [1.0, 2.0, 3.0], "direction_seed": [0, 5]})
    assert new["loss"].tobytes() == store_arrays(fresh.path)["loss"].tobytes()


@pytest.mark.parametrize("survived", [0, 1, 2])
def test_an_interrupted_extension_is_done_again(run, monkeypatch, survived):
    """The process dies before the first, before the second, and after the last array has grown."""
    run(fields=["loss"])
    resize, calls = zarr.Array.resize, []

    def dies(self, shape):
        if len(calls) == survived:
            raise RuntimeError("died")
        calls.append(shape)
        resize(self, shape)
        if len(calls) == 2 == survived:
            raise RuntimeError("died")

    with monkeypatch.context() as patch:
        patch.setattr(zarr.Array, "resize", dies)
        with pytest.raises(RuntimeError, match="died"):
            run(sweep__beta=[1.0, 2.0, 3.0])
    assert len(calls) == survived
    after = run(sweep__beta=[1.0, 2.0, 3.0])
    fresh = store_arrays(run("fresh", sweep__beta=[1.0, 2.0, 3.0]).path)
    found = store_arrays(after.path)
    assert found["beta"].tolist() == [1.0, 2.0, 3.0]
    assert found["loss"].tobytes() == fresh["loss"].tobytes()
    assert xr.open_zarr(after.path / "landscape.zarr").loss.sizes["beta"] == 3


def test_running_again_does_nothing(run):
    first = run()
    done = len(evaluated(first.path))
    stamp = (first.path / "report" / "summary.json").stat().st_mtime_ns
    again = run()
    assert len(evaluated(again.path)) == done
    assert (again.path / "report" / "summary.json").stat().st_mtime_ns == stamp


def test_figures_are_a_choice_that_makes_only_the_report_again(run):
    first = run()
    assert not list(first.path.rglob("*.png"))
    done = len(evaluated(first.path))
    stamps = {p: p.stat().st_mtime_ns for part in ("weights", "topology") for p in first.path.glob(f"{part}/**/*.*")}
    assert stamps
    before = store_arrays(first.path)["loss"].tobytes()
    drawn = run(report__figures=True)
    assert (drawn.path / "report" / "trend.png").exists()
    assert not list(run(report__figures=False).path.rglob("*.png"))
    assert (first.path / "report" / "summary.json").exists()
    assert len(evaluated(first.path)) == done
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps
    assert store_arrays(first.path)["loss"].tobytes() == before


def test_another_connectivity_redoes_topology_alone(run):
    first = run()
    done = len(evaluated(first.path))
    again = run(topology={"connectivity": ["moore", "face"]})
    assert len(evaluated(again.path)) == done
    assert set(again.metrics["representation"]) == {"moore", "face"}
    assert again.dataset.n_minima.sizes["representation"] == 2
    assert again.merge_tree("face", beta=1.0, direction_seed=0).connectivity == "face"


def test_another_dtype_is_refused_until_redo_is_asked_for(run):
    run()
    with pytest.raises(UserError, match=r"evaluation.dtype is 'float64', the run has 'float32'.*add redo=True"):
        run(evaluation__dtype="float64")
    again = run(evaluation__dtype="float64", options={"redo": True})
    assert store_arrays(again.path)["loss"].dtype == np.float64


def test_another_kind_of_device_is_refused_until_a_mixture_is_allowed(run):
    first = run()
    path = first.path / "landscape.zarr" / "zarr.json"
    metadata = json.loads(path.read_text())
    ours = metadata["attributes"]["evaluation"]["device"]
    metadata["attributes"]["evaluation"]["device"] = "NVIDIA A100"
    path.write_text(json.dumps(metadata))
    more = {"sweep__direction_seed": [0, 1, 2]}
    with pytest.raises(
        UserError, match=r"was evaluated on 'NVIDIA A100', this is '.*', expected the same kind of device"
    ):
        run(**more)
    assert ours.startswith("cpu ")
    again = run(**more, options={"allow_mixed": True})
    assert (store_arrays(again.path)["status"] == 1).all()


def test_a_different_study_is_refused(run):
    run()
    with pytest.raises(
        UserError, match=r"holds a different study: grid.points is \[9, 5\], the run has \[7, 5\].*with out=PATH\."
    ):
        run(grid__points=[9, 5])
    with pytest.raises(UserError, match=r"holds beta = \[1.0, 2.0\], the study asks for \[2.0\]"):
        run(sweep__beta=[2.0])


def test_failed_training_leaves_its_model_failed_and_finishes_the_others(run):
    result = run(problem__params={"raise_in": "train", "raise_at": 2.0}, report__figures=True)
    assert list(result.failures) == [("train", 1)]
    assert "RuntimeError: training is broken on purpose" in result.failures["train", 1]
    status = store_arrays(result.path)["status"]
    assert (status[0] == 1).all()
    assert (status[1] == 3).all()
    metrics = result.metrics.set_index(["beta", "direction_seed"])
    assert metrics.loc[1.0]["n_minima"].notna().all()
    assert metrics.loc[2.0]["n_minima"].isna().all()


def test_failed_losses_leave_their_members_failed(run):
    result = run(problem__params={"raise_in": "loss", "raise_at": 1.0})
    assert {stage for stage, _ in result.failures} == {"evaluate"}
    status = store_arrays(result.path)["status"]
    assert (status[0] == 3).all()
    assert (status[1] == 1).all()


def test_failures_are_tried_again_on_request(run, tmp_path):
    toy = tmp_path / "toy.py"
    first = run(problem__params={"raise_in": "train", "raise_at": 2.0})
    good = evaluated(first.path)
    toy_text = toy.read_text().replace('if self.raise_in == "train" or', "if")
    study = tmp_path / "study.yaml"
    again = landsweep.run(study, first.path, progress=False)
    assert again.failures
    toy.write_text(toy_text)
    mended = landsweep.run(study, first.path, progress=False, retry_failed=True, accept_changed_problem=True)
    assert not mended.failures
    assert (store_arrays(mended.path)["status"] == 1).all()
    assert len(evaluated(mended.path)) > len(good)


def test_too_many_failures_end_the_run(run):
    from landsweep.base.errors import TooManyFailures

    with pytest.raises(TooManyFailures, match="2 models or members failed, more than max_failures=1"):
        run(problem__params={"raise_in": "train"}, options={"max_failures": 1})


def test_what_was_chosen_by_measurement_is_stored_said_and_repeated(write_study, tmp_path, capsys, monkeypatch):
    auto = {"evaluation__strategy": "auto", "evaluation__batch": "auto"}
    first = landsweep.run(write_study(**auto), tmp_path / "run")
    chosen = json.loads((first.path / "landscape.zarr" / "zarr.json").read_text())["attributes"]["evaluation"]
    assert set(chosen["tried"]) == {"inplace", "batched"}
    assert chosen["seconds"] == chosen["tried"][chosen["strategy"]][str(chosen["width"])]
    assert chosen["dropped"]["compiled"].endswith(" s for all points without it")
    assert 0 < chosen["float64_error"]["loss"] < 1e-5
    said = " ".join(capsys.readouterr().err.split())
    assert f"Points are evaluated {chosen['strategy']}, {chosen['width']} at once: " in said

    def never(context, member):
        raise AssertionError("measured again")

    monkeypatch.setattr("landsweep.stages.evaluate.work.probe", never)
    before = store_arrays(first.path)["loss"]
    more = landsweep.run(write_study(**auto, sweep__direction_seed=[0, 1, 2]), tmp_path / "run", progress=False)
    after = store_arrays(more.path)["loss"]
    assert np.isfinite(after).all()
    assert after[:, :, :, :2].tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("changes", "tolerance"), [({"evaluation__dtype": "bf16"}, 0.05), ({"evaluation__deterministic": True}, 0)]
)
def test_other_ways_to_compute(run, changes, tolerance):
    expected = store_arrays(run("float32").path)["loss"]
    found = store_arrays(run("other", **changes).path)["loss"]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=tolerance)
    assert (tolerance == 0) == (found.tobytes() == expected.tobytes())


def test_non_finite_losses_are_kept_marked_counted_and_announced_once(run, capsys, write_study, tmp_path):
    result = landsweep.run(write_study(problem__params={"explode": 1.0}, report__figures=True), tmp_path / "nan")
    data = store_arrays(result.path)
    bad = ~np.isfinite(data["loss"])
    assert 0 < bad.sum() < bad.size
    assert (data["status"][bad] == 2).all()
    assert (data["status"][~bad] == 1).all()
    assert result.metrics["n_nonfinite"].sum() == bad.sum()
    text = " ".join(capsys.readouterr().err.split())
    assert text.count("non-finite losses in unit") == 1
    assert "a smaller range or float64 may avoid them" in text


def test_a_landscape_without_any_finite_value_is_missing_not_zero(run):
    result = run(problem__params={"explode": 1e-9}, report__figures=True)
    assert result.metrics["n_minima"].isna().all()
    assert (store_arrays(result.path)["status"] == 2).all()
    with pytest.raises(UserError, match="has no freudenthal merge tree"):
        result.merge_tree(beta=1.0, direction_seed=0)


def test_loss_rise_scales_each_axis_to_the_stated_rise(run):
    result = run(
        subspaces={"random": {"unit": "loss_rise", "rise": 0.25, "range": [-1, 1]}}, grid={"dims": 2, "points": 3}
    )
    loss = store_arrays(result.path)["loss"]
    for member in result.plan.members:
        field = loss[member.position].astype(float)
        for ends in (field[[0, 2], 1], field[1, [0, 2]]):
            assert ends.max() - field[1, 1] == pytest.approx(0.25, rel=0.02)


def test_two_subspaces_stand_side_by_side_with_their_own_ranges(run):
    near = {"kind": "random", "range": [-0.1, 0.1], "unit": "relative", "normalisation": "none"}
    result = run(
        subspaces={"far": {"kind": "random", "range": [[-1, 1], [-2, 2]]}, "near": near},
        sweep={"beta": [1.0], "subspace": ["far", "near"]},
        report__figures=True,
    )
    dataset = result.dataset
    assert dataset.coordinate_1.sel(subspace="far").values.tolist() == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert dataset.coordinate_0.sel(subspace="near").values.tolist() == pytest.approx(
        np.linspace(-0.1, 0.1, 7).tolist()
    )
    assert "fraction" in dataset.alpha_0.attrs["units"]
    scale = dataset.direction_scale.sel(subspace="near", beta=1.0, seed=0, direction_seed=0)
    assert scale.values == pytest.approx(float(dataset.theta_norm.sel(subspace="near").squeeze()))


def test_directions_from_a_file(run, tmp_path):
    delta = np.eye(2, 21)
    np.savez(tmp_path / "d.npz", delta=delta)
    result = run(
        subspaces={"random": {"kind": "file", "path": "d.npz", "normalisation": "none"}}, sweep={"beta": [1.0]}
    )
    assert load_delta(result.directory.directions(0)).numpy() == pytest.approx(delta)
    data = reference_losses(result, result.plan.members[0], ("loss",))["loss"]
    np.testing.assert_allclose(store_arrays(result.path)["loss"][0, 0, 0, 0], data, rtol=2e-5)


def test_a_checkpoint_replaces_training(run, tmp_path):
    model = Toy().build(3)
    torch.save({"state_dict": model.state_dict()}, tmp_path / "mine.pt")
    result = run(problem={"path": "toy.py:NoTrain", "params": {}}, sweep={"checkpoint": ["mine.pt"], "seed": [0]})
    from safetensors.torch import load_file

    theta = load_file(result.directory.theta(0))
    for name, value in model.state_dict().items():
        assert torch.equal(theta[name], value)


def test_the_api_shows_itself(run):
    result = run()
    assert repr(result).startswith("Run('")
    assert "4 members of 7 x 5 points; beta: 2, seed: 1, subspace: 1, direction_seed: 2)" in repr(result)
    page = result._repr_html_()
    assert "<td>evaluate</td>" in page
    assert "<iframe" in page
    assert "member-0-0" in page  # the explorer of the first member
    with pytest.raises(UserError, match=r"'bta' is no axis of this run, expected beta, .*did you mean \"beta\"\?"):
        result.merge_tree(bta=1.0)
    with pytest.raises(UserError, match=r"beta=1.0 fits 2 members, expected one: choose among"):
        result.merge_tree(beta=1.0)
    with pytest.raises(UserError, match="holds no run"):
        landsweep.open_run(result.path / "logs")
    assert landsweep.open_run(result.path).metrics.equals(result.metrics)
