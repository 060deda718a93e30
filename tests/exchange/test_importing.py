"""``landsweep import``: runs of landscapes that others have evaluated."""

import json
import shlex
import shutil

import numpy as np
import pytest
import xarray as xr
import yaml
import zarr
from landsweep import open_run
from landsweep.base.errors import UserError
from landsweep.exchange.importing import Importing
from landsweep.exchange.opening import open_landscape
from landsweep.kernels import merge_tree
from landsweep.report import figures
from landsweep.study.plan import coordinates_of
from support import copy_of, inside, once

AXIS = np.linspace(-1, 1, 7)
QUIET = ("--set", "report.figures=false", "--set", "report.page=false")
h5py = pytest.importorskip("h5py")


def bowl(x, y):
    """No symmetry: which axis is which shows."""
    return np.sin(4 * x) + 0.4 * np.cos(7 * y) + x * y + 2


LOSS = bowl(AXIS[:, None], AXIS[None, :])


def imported(files, out, *more):
    return inside("import", *files, "--out", out, *QUIET, *more)


def made(files, out, *more):
    done = imported(files, out, *more)
    assert done.returncode == 0, done.stderr
    return open_run(out), done.stderr


def landscaper(path, loss=LOSS, axis=AXIS):
    np.savez(path, loss=loss, coordinates=np.array([axis] * loss.ndim))
    return path


def goldstein(path, x=AXIS, y=AXIS, **more):
    """As plot_surface.py: one loop over all points, whose coordinates are those of meshgrid(x, y)."""
    points = [c.ravel() for c in np.meshgrid(x, y)]
    losses = -np.ones((len(x), len(y)))
    losses.ravel()[:] = bowl(*points)
    with h5py.File(path, "w") as file:
        file["dir_file"] = "directions.h5"
        file["xcoordinates"], file["ycoordinates"] = x, y
        for name, values in ({"train_loss": losses, "train_acc": 100 - losses} | more).items():
            file[name] = values
    return path


@pytest.fixture(scope="module")
def two():
    """A run of two files of Landscaper, and the files."""

    def make(folder):
        landscaper(folder / "plain.npz")
        landscaper(folder / "rough.npz", LOSS.T**2)
        made([folder / "plain.npz", folder / "rough.npz"], folder / "run")

    return once("imported-two", make) / "run"


def test_a_run_of_landscapers_files(two):
    run = open_run(two)
    assert run.plan.axes["file"] == ("plain.npz", "rough.npz")
    for name, loss in (("plain.npz", LOSS), ("rough.npz", LOSS.T**2)):
        found = run.dataset.loss.sel(file=name).squeeze()
        assert found.to_numpy().tobytes() == np.ascontiguousarray(loss).tobytes()
        assert [found[f"alpha_{k}"].to_numpy().tobytes() for k in (0, 1)] == [AXIS.tobytes()] * 2
        assert run.merge_tree(file=name) == merge_tree(loss, "moore", volumes=True)
    assert run.metrics.n_minima.notna().all()
    summary = json.loads((two / "report/summary.json").read_text())
    assert [text.partition(" of ")[2] for text in summary["warnings"]] == [  # no advice that nobody can follow
        "the minima (median) lie on the grid's border: their basins are cut off."
    ]
    assert run.metrics.file.tolist() == ["plain.npz", "rough.npz"]
    status = inside("status", two).stdout
    stages = [line.split()[:3] for line in status.splitlines()[2:5]]
    assert stages == [["evaluate", "2", "2"], ["topology", "2", "2"], ["report", "1", "1"]]
    methods = inside("methods", two).stdout
    assert "The 2 landscapes were not evaluated by landsweep, but imported from plain.npz, rough.npz" in methods
    assert "coordinates are those of the file" in methods
    assert "We evaluated" not in methods
    assert json.loads((two / "provenance.json").read_text())["sessions"][0]["content"].keys() == {
        "files plain.npz",
        "files rough.npz",
    }


def test_landscapers_coordinates_are_kept_and_what_is_wrong_with_them_is_said(tmp_path):
    axis = np.linspace(-0.01, 0.01, 4)
    study, said = Importing((landscaper(tmp_path / "even.npz", LOSS[:4, :4], axis),)).study(tmp_path)
    assert coordinates_of(study, "imported") == (tuple(axis),) * 2
    assert "lie at 3/4 of them, and the weights themselves lie one half step above the middle" in said[0]
    assert "noise on its greatest losses" in said[1]


@pytest.mark.parametrize("n", [7, 5])
def test_which_axis_of_goldsteins_surface_is_which(tmp_path, n):
    y = np.linspace(-0.5, 0.7, n)
    run, said = made([goldstein(tmp_path / "s.h5", y=y)], tmp_path / "run")
    found = run.dataset.squeeze()
    for field, values in (("loss", bowl(AXIS[:, None], y)), ("train_acc", 100 - bowl(AXIS[:, None], y))):
        assert found[field].to_numpy().tobytes() == np.ascontiguousarray(values).tobytes()
    assert found.alpha_0.to_numpy().tobytes() == AXIS.tobytes()
    assert found.alpha_1.to_numpy().tobytes() == y.tobytes()
    assert ("taken as 5 rows of y with 7 points each" in said) == (n == 5)
    assert run.study.subspaces["imported"].unit == "multiple"


def test_a_line_of_goldsteins(tmp_path):
    with h5py.File(tmp_path / "line.h5", "w") as file:
        file["xcoordinates"], file["train_loss"] = AXIS, bowl(AXIS, 0)
    assert open_landscape(tmp_path / "line.h5").read("loss", (slice(0, 7),)).tobytes() == bowl(AXIS, 0).tobytes()


def test_points_that_were_never_evaluated_are_no_losses(tmp_path):
    loss, accuracy = LOSS.T.copy(), 100 - LOSS.T
    loss[2, 3] = loss[4, 4] = -1
    accuracy[2, 3] = -1  # at (4, 4) the loss is -1 indeed
    file = goldstein(tmp_path / "half.h5", train_loss=loss, train_acc=accuracy)
    done = imported([file], tmp_path / "run")
    assert done.returncode == 2
    assert "1 of 49 points of train_loss are -1, which plot_surface.py leaves where it has not been" in done.stderr
    assert not (tmp_path / "run").exists()
    run, _ = made([file], tmp_path / "run", "--fill-value=-1")
    assert np.isnan(run.dataset.loss.squeeze()).sum() == 2
    assert (run.dataset.status.squeeze() == 2).sum() == 2


def write(path, loss):
    """Write a landscape in the format of a file's name, with coordinates where it can have them."""
    dataset = xr.Dataset({"loss": (("alpha_0", "alpha_1"), loss)}, {"alpha_0": AXIS, "alpha_1": AXIS[:5]})
    if path.suffix == ".npy":
        np.save(path, loss)
    elif path.suffix == ".npz":
        np.savez(path, loss=loss)
    elif path.suffix == ".nc":
        dataset.to_netcdf(path, engine="h5netcdf")
    else:
        dataset.to_zarr(path, consolidated=False)
    return path


@pytest.mark.parametrize(("endings", "dtype"), [((".npy", ".npz"), "f4"), ((".nc", ".zarr"), "f8")])
def test_what_tree_reads_keeps_its_bits(tmp_path, endings, dtype):
    loss = LOSS[:, :5].astype(dtype)
    loss[0, :4] = np.nan, np.inf, -np.inf, -0.0
    run, said = made([write(tmp_path / f"field{ending}", loss) for ending in endings], tmp_path / "run")
    bare = endings == (".npy", ".npz")
    assert ("has no coordinates, so that they are the numbers of the points" in said) == bare
    for ending in endings:
        found = run.dataset.sel(file=f"field{ending}").squeeze()
        assert found.loss.to_numpy().tobytes() == loss.tobytes()
        assert (found.alpha_0.to_numpy() == (np.arange(7) if bare else AXIS)).all()
        assert found.status.to_numpy()[0].tolist() == [2, 2, 2, 1, 1]


def test_coordinates_that_the_file_does_not_have_may_be_said(tmp_path):
    np.save(tmp_path / "f.npy", LOSS)
    study, _ = Importing((tmp_path / "f.npy",)).study(tmp_path / "run", ["subspaces.imported.range=[-1,1]"])
    assert [coordinates_of(study, "imported")[1][i] for i in (0, 3, 6)] == [-1, 0, 1]
    done = imported([landscaper(tmp_path / "f.npz")], tmp_path / "run", "--set", "subspaces.imported.range=[-2,2]")
    assert "range is [-2, 2] but coordinates go from -1 to 1, expected the same ends" in done.stderr


def test_uneven_coordinates_are_kept(tmp_path):
    axis = np.array([0.0, 0.1, 0.3, 1.0, 1.1, 4.0, 9.0])
    run, said = made([landscaper(tmp_path / "u.npz", axis=axis)], tmp_path / "run")
    assert run.dataset.alpha_0.to_numpy().tobytes() == axis.tobytes()
    assert "coordinates are not evenly spaced: they are kept" in said


def test_figures_are_those_of_any_run(tmp_path):
    axis = np.array([0.0, 0.1, 0.3, 1.0, 1.1, 4.0, 9.0])
    done = inside("import", landscaper(tmp_path / "u.npz", axis=axis), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run/report/landscapes.png").exists()


def test_whole_numbers_are_exact(tmp_path):
    np.save(tmp_path / "int.npy", np.arange(12).reshape(3, 4) % 5)
    study, _ = Importing((tmp_path / "int.npy",)).study(tmp_path)
    assert study.evaluation.dtype == "float64"
    np.save(tmp_path / "big.npy", 2**53 + np.arange(12).reshape(3, 4))
    done = imported([tmp_path / "big.npy"], tmp_path / "big")
    assert done.returncode == 3
    assert "has int64 numbers that float64 rounds, expected numbers up to 2^53" in done.stdout


def test_a_run_goes_on_and_takes_further_files(two, tmp_path):
    run = copy_of(two, tmp_path)
    again = imported([tmp_path / "plain.npz", tmp_path / "rough.npz"], run)
    assert again.returncode == 0, again.stderr
    assert "evaluate:" not in again.stderr  # all is there
    assert inside("run", run / "study.yaml", "--out", run).returncode == 0  # and needs no files
    landscaper(tmp_path / "third.npz", LOSS + 1)
    found, _ = made([tmp_path / n for n in ("plain.npz", "rough.npz", "third.npz")], run)
    assert found.dataset.loss.sel(file="third.npz").squeeze().to_numpy().tobytes() == (LOSS + 1).tobytes()
    assert len(found.metrics) == 3
    landscaper(tmp_path / "fourth.npz", LOSS + 2)
    names = "[plain.npz,rough.npz,third.npz,fourth.npz]"
    more = inside("run", run / "study.yaml", "--out", run, "--folder", tmp_path, "--set", f"sweep.file={names}")
    assert more.returncode == 0, more.stderr
    assert len(open_run(run).metrics) == 4


def test_a_further_file_may_lie_in_another_folder(tmp_path):
    files = []
    for k, name in enumerate(("a", "b", "a/deep")):
        (tmp_path / name).mkdir()
        files.append(landscaper(tmp_path / name / "loss.npz", LOSS[:3, :3] + k, AXIS[:3]))
        run, _ = made(files, tmp_path / "run")
    assert run.plan.axes["file"] == ("loss.npz", "../b/loss.npz", "deep/loss.npz")
    for k, name in enumerate(run.plan.axes["file"]):
        assert np.array_equal(run.dataset.loss.sel(file=name).squeeze(), LOSS[:3, :3] + k)


def test_a_name_that_was_mistyped_is_said_before_a_run_is_made(tmp_path):
    done = imported([tmp_path / "landscpae.npz"], tmp_path / "run")
    assert (done.returncode, done.stderr) == (
        2,
        f"landsweep: {tmp_path / 'landscpae.npz'} does not exist, expected a file with a landscape: check its name and "
        "its folder.\n",
    )
    assert not (tmp_path / "run").exists()


def test_a_file_that_has_changed_is_not_mixed_with_what_it_was(two, tmp_path):
    run = copy_of(two, tmp_path).rename(tmp_path / "a run")
    landscaper(tmp_path / "plain.npz", LOSS + 1)
    landscaper(tmp_path / "third.npz", LOSS + 2)
    for files in (
        ["plain.npz", "rough.npz"],
        ["plain.npz", "rough.npz", "third.npz"],
    ):  # also with nothing left to read
        done = imported([tmp_path / name for name in files], run)
        assert done.returncode == 2
        assert f"plain.npz has changed since {run} was made of it, expected the same file" in done.stderr
        command = done.stderr.partition("`")[2].partition("`")[0]
        assert shlex.split(command)[1:] == [
            *("run", str(run / "study.yaml"), "--out", str(run), "--folder", str(tmp_path.resolve()), "--redo")
        ]
    names = "[plain.npz,rough.npz,third.npz]"
    words = ("run", run / "study.yaml", "--out", run, "--folder", tmp_path, "--set", f"sweep.file={names}")
    assert "plain.npz has changed since" in inside(*words).stderr
    assert inside(*words, "--redo").returncode == 0
    assert open_run(run).dataset.loss.sel(file="plain.npz").squeeze().to_numpy().tobytes() == (LOSS + 1).tobytes()


def test_a_damaged_shard_is_read_again(two, tmp_path):
    run = copy_of(two, tmp_path)
    shard = next(path for path in sorted((run / "landscape.zarr/loss/c").rglob("*")) if path.is_file())
    shard.write_bytes(shard.read_bytes()[:-5])
    gone = inside("run", run / "study.yaml", "--out", run, "--repair", cwd=run)  # where no files are
    assert gone.returncode == 2
    assert "plain.npz does not exist, expected the file of an imported landscape" in gone.stderr
    done = inside("run", run / "study.yaml", "--out", run, "--repair", "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    assert open_run(run).dataset.loss.sel(file="plain.npz").squeeze().to_numpy().tobytes() == LOSS.tobytes()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--stages", "curvature"), "--stages names curvature, which needs a model"),
        (("--stages", "train,evaluate"), "expected some of evaluate, topology, report"),
        (("--set", "resolve.enabled=true"), "resolve.enabled asks for a model to evaluate"),
        (("--set", "curvature.largest=2"), "curvature asks for a model"),
        (("--set", "certify.draws=2"), "certify asks for a model"),
        (("--set", "activations.layers=[0]"), "activations asks for a model"),
        (("--set", "sweep.seed=[0,1]"), "sweep.seed has 2 values but the landscapes are imported, expected one"),
        (("--set", "sweep.beta=[1]"), "sweep.beta is no axis of imported landscapes, expected file alone"),
        (("--set", "fields=[loss,alpha_gradient]"), "fields asks for a model"),
        (("--set", "grid.points=5"), "coordinates has lists of [7] numbers, expected [5, 5], as grid.points"),
        (("--set", "subspaces.imported.kind=random"), "coordinates are given but kind is random"),
        (("--set", "subspaces={r: {}}", "--set", "sweep.subspace=r"), "kind is random but the landscapes are imported"),
    ],
)
def test_what_needs_a_model_is_refused(two, words, text):
    done = inside("run", two / "study.yaml", "--out", two, *words)
    assert done.returncode == 2, done.stderr
    assert text in done.stderr


def test_commands_that_need_a_model_say_that_there_is_none(two, tmp_path):
    for command in (("check",), ("plan", "--memory"), ("bench", "evaluation")):
        done = inside(*command, two / "study.yaml")
        assert done.returncode == 2
        assert "run has imported landscapes, whose model is not known" in done.stderr
    for name in ("solution", "density", "xie2", "landscaper5"):
        done = inside("figure", two, name)
        assert done.returncode == 2
        assert f"{name} cannot be drawn: the run has imported landscapes, whose models are not known.\n" in done.stderr
    listed = inside("figure", two, "--list").stdout
    assert listed.count("(the run has imported landscapes, whose models are not known)") == 4
    done = inside("cka", two)
    assert done.returncode == 2
    assert "has imported landscapes, whose models are not known, expected a run of models to compare" in done.stderr
    done = inside("plan", two / "study.yaml")
    assert done.returncode == 0, done.stderr
    assert "members  2 (file 2," in done.stdout
    assert "units    about 2 (bounded by: a landscape, which is read at once)" in done.stdout
    with pytest.raises(UserError, match="has imported landscapes, whose directions are not known"):
        open_run(two).parameters(file="plain.npz")
    study = yaml.safe_load((two / "study.yaml").read_text())
    study["problem"]["path"] = "toy.py:Toy"
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    done = inside("plan", tmp_path / "study.yaml")
    assert "subspaces.imported.kind is imported but problem.path is 'toy.py:Toy', expected another kind" in done.stderr


def test_trees_of_other_kinds_and_robustness_need_no_model(two, tmp_path):
    run = copy_of(two, tmp_path)
    done = inside("topology", run, "--connectivity", "face", "--segmentation")
    assert done.returncode == 0, done.stderr
    assert open_run(run).merge_tree(file="plain.npz") == merge_tree(LOSS, "face", volumes=True)
    done = inside("robust", run)
    assert done.returncode == 0, done.stderr


def saved(**arrays):
    return lambda path: np.savez(path, **arrays)


def alone(array):
    return lambda path: np.save(path, array, allow_pickle=True)


def text(path):
    path.write_text("no array")


def without_loss(path):
    with h5py.File(goldstein(path), "a") as file:
        del file["train_loss"]


def directions(path):
    with h5py.File(path, "w") as file:
        file["xdirection"] = AXIS


def points(path):
    """As some write a landscape: a number a point."""
    with h5py.File(path, "w") as file:
        for k in range(20):
            file[f"loss_{k}"] = float(k)


BOTH = np.array([AXIS, AXIS])
BAD = {
    "transposed.npz": (saved(loss=LOSS, coordinates=BOTH.T), "expected coordinates of shape (2, 7)"),
    "unequal.npz": (saved(loss=LOSS[:, :5], coordinates=BOTH), "loss has shape (7, 5)"),
    "objects.npz": (saved(loss=LOSS, coordinates=np.array([AXIS, AXIS[:3]], object)), "it holds Python objects"),
    "names.npz": (saved(values=LOSS, more=LOSS), "holds more, values and no --array was given"),
    "down.npz": (saved(loss=LOSS, coordinates=BOTH[:, ::-1]), "along axis 0 do not ascend"),
    "nan.npz": (saved(loss=LOSS, coordinates=BOTH * np.nan), "along axis 0 do not ascend"),
    "empty.npy": (alone(np.zeros((0, 3))), "expected at least one point"),
    "scalar.npy": (alone(np.array(3.0)), "has 0 axes, expected a landscape of 1 to 6"),
    "seven.npy": (alone(np.zeros((2,) * 7)), "has 7 axes, expected a landscape of 1 to 6"),
    "complex.npy": (alone(LOSS * 1j), "holds complex128 numbers, expected real ones"),
    "pickle.npy": (alone(np.array([{}])), "Python objects"),
    "text.npz": (text, "cannot be read"),
    "text.h5": (text, "cannot be read"),
    "f.pt": (
        text,
        "is of no known kind, expected an .npy, .npz, .zarr, .nc (NetCDF) or .vti (VTK image) file, or an .h5",
    ),
    "folder": (lambda path: path.mkdir(), "is of no known kind"),
    "missing.npz": (lambda path: None, "does not exist"),
    "directions.h5": (directions, "but no xcoordinates"),
    "points.h5": (points, "and 12 more but no xcoordinates"),
    "keys.h5": (without_loss, "there is no train_loss"),
    "shape.h5": (lambda path: goldstein(path, train_loss=LOSS[:3]), "has shape (3, 7), expected (7, 7)"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_landscape_is_one_sentence(tmp_path, name):
    make, text = BAD[name]
    make(tmp_path / name)
    done = imported([tmp_path / name], tmp_path / "run")
    assert done.returncode == 2, done.stderr
    assert text in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_files_of_one_run_are_alike(tmp_path):
    one = landscaper(tmp_path / "one.npz")
    small = landscaper(tmp_path / "small.npz", LOSS[:5, :5], AXIS[:5])
    wide = landscaper(tmp_path / "wide.npz", axis=2 * AXIS)
    done = imported([one, small], tmp_path / "run")
    assert "small.npz has 5 x 5 points, the study 7 x 7, expected the same in all files of a run" in done.stderr
    done = imported([one, wide], tmp_path / "run")
    assert "wide.npz has other coordinates along axis 0 than the study" in done.stderr
    np.save(tmp_path / "bare.npy", LOSS)
    done = imported([one, tmp_path / "bare.npy"], tmp_path / "run")
    assert "one.npz has coordinates and" in done.stderr
    done = imported([one, one], tmp_path / "run")
    assert "expected each value once" in done.stderr
    assert done.returncode == 2


def test_where_a_run_is_imported_to(two, tmp_path):
    one = landscaper(tmp_path / "one.npz")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").touch()
    assert "holds something else than a run" in imported([one], tmp_path / "full").stderr
    assert "is a file, expected a new run directory" in imported([one], tmp_path / "full/notes.txt").stderr
    done = imported([landscaper(tmp_path / "plain.npz")], copy_of(two, tmp_path / "copy"))
    assert done.returncode == 2
    assert "values can be appended but not taken away" in done.stderr


def test_a_whole_run_is_no_landscape(two, tmp_path):
    done = imported([two / "landscape.zarr"], tmp_path / "run", "--array", "loss")
    assert done.returncode == 2
    assert "holds many landscapes, over file, seed, subspace, direction_seed, expected one" in done.stderr


def test_further_arrays_are_fields_unless_the_run_has_such_names(tmp_path):
    np.savez(tmp_path / "f.npz", loss=LOSS, accuracy=LOSS + 1, smad=LOSS, small=LOSS[:3])
    study, said = Importing((tmp_path / "f.npz",)).study(tmp_path)
    assert study.fields == ("loss", "accuracy")
    assert "smad left out: a run stores numbers of its own under such names" in said
    assert "small left out: only what has one number at each point of the loss becomes a field" in said


def test_h5py_is_named_where_it_is_missing(tmp_path, monkeypatch):
    from landsweep.exchange import goldstein as module

    file = goldstein(tmp_path / "s.h5")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert "needs h5py, not installed here: pip install 'landsweep[netcdf]'" in imported([file], tmp_path / "r").stderr


def test_numbers_that_may_stand_for_nothing_are_named_where_they_are(tmp_path):
    values, said = np.arange(12, dtype="i2").reshape(3, 4), []
    for name, lost in (("all.nc", 5), ("some.nc", -32767)):
        values[0, 0] = lost
        xr.Dataset({"f": (("y", "x"), values)}).to_netcdf(tmp_path / name, engine="h5netcdf")
        said.append(open_landscape(tmp_path / name).notes)
    assert said == [
        (),
        ("1 points hold what NetCDF leaves where nothing was written: add --fill-value -32767 if it is no value",),
    ]


def test_zarr_of_an_array_alone(tmp_path):
    zarr.save_array(tmp_path / "a.zarr", LOSS)
    run, _ = made([tmp_path / "a.zarr"], tmp_path / "run")
    assert run.dataset.loss.squeeze().to_numpy().tobytes() == LOSS.tobytes()
    zarr.open_array(tmp_path / "a.zarr", mode="r+")[0, 0] = 5
    assert "has changed since" in imported([tmp_path / "a.zarr"], tmp_path / "run").stderr
    shutil.rmtree(tmp_path / "a.zarr")
    assert inside("topology", tmp_path / "run", "--connectivity", "face").returncode == 0  # it is in the run


def test_numbers_that_no_picture_can_show_cost_a_picture_and_not_the_summary(tmp_path, monkeypatch):
    def refuse(*_):
        raise ValueError("these numbers cannot be drawn.")

    monkeypatch.setattr(figures, "draw_trend", refuse)
    noted, axis = [], AXIS[:3]
    monkeypatch.setattr(figures, "note", lambda _, text: noted.append(text))
    sign = np.where(np.add.outer(range(3), range(3)) % 2, 1.0, -1.0)
    landscaper(tmp_path / "a.npz", 1e-290 * LOSS[:3, :3], axis)
    landscaper(tmp_path / "b.npz", 1.7e308 * sign, axis)
    done = inside("import", tmp_path / "a.npz", tmp_path / "b.npz", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "The figure of trends is not drawn: these numbers cannot be drawn." in done.stderr
    assert "figure of landscapes" not in done.stderr  # each panel says it, and others would be drawn
    assert {text.split(" expected ")[1] for text in noted} == {"some above 1e-280", "numbers up to 8e+307, or a clip"}
    assert {path.name for path in (tmp_path / "run" / "report").iterdir()} >= {"landscapes.png", "summary.md"}
