"""The command ``landsweep figure``: every figure of a run, what it says of halves, and what it refuses."""

import shutil

import numpy as np
import pytest
import yaml
import zarr
from landsweep import open_run
from landsweep.disk.arrays import write_arrays
from landsweep.disk.opened import read_run
from landsweep.disk.store import Landscape, Status
from landsweep.disk.trees import metrics_arrays
from landsweep.figures import style
from landsweep.figures.landscapes import field_of
from landsweep.figures.named import drawings
from pictures import overlapping
from support import copy_of, inside, reference_run

SOLID = {
    "grid": {"dims": 3, "points": [3, 4, 3]},
    "sweep": {"beta": [1.0, 2.0], "seed": [0], "subspace": ["random"], "direction_seed": [0]},
    "problem__params": {"steps": 2},
    "curvature": {"density": True, "density_vectors": 1, "density_steps": 5},
}
"""A run of three dimensions, with densities."""


@pytest.fixture
def drawn(monkeypatch):
    """Call the command, keeping the figure in place of its file; return it, and what was said."""

    def draw(*words):
        made = []
        monkeypatch.setattr(style, "save", lambda figure, path, dpi: made.append((figure, path)))
        done = inside("figure", *words)
        assert done.returncode == 0, done.stderr
        ((figure, path),) = made
        assert done.stdout == f"{path}\n"
        return figure, done.stderr

    return draw


def panels(figure):
    return [ax for ax in figure.axes if ax.get_title()]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("contour", ["--at", "beta=20e-1"]),
        ("contour", ["--member", "0", "--scale", "clipped", "--slice", "alpha_1=4e-1"]),
        ("tree", ["--at", "direction_seed=[0,1]", "--at", "beta=1.0"]),
        ("diagram", ["--member", "3", "--scale", "log"]),
        ("barcode", ["--member", "3", "--member", "1"]),
        ("profile", []),
        ("scatter", ["--x", "beta", "--y", "loss_range", "--by", "direction_seed"]),
    ],
)
def test_every_figure_is_drawn_without_a_text_over_another(drawn, name, words):
    figure, said = drawn(reference_run(), name, *words)
    assert said == ""
    assert not overlapping(figure)
    if "direction_seed=[0,1]" in words:
        assert [ax.get_title() for ax in panels(figure)] == ["direction seed = 0", "direction seed = 1"]
        assert figure.get_suptitle() == "toy: beta = 1.0, freudenthal"


def test_groups_have_a_colour_scale_each(drawn):
    run = open_run(reference_run())
    figure, _ = drawn(run.path, "contour", "--by", "beta", "--scale", "linear")
    for part, beta in zip(figure.subfigs, (1.0, 2.0), strict=True):
        loss = run.dataset.loss.sel(beta=beta)
        assert part.get_suptitle() == f"beta = {beta}"
        bar = part.axes[-1]
        assert bar.get_ylim() == pytest.approx((float(loss.min()), float(loss.max())))
        assert [ax.get_title() for ax in panels(part)] == ["direction seed = 0", "direction seed = 1"]
    assert not overlapping(figure)


def test_more_dimensions_are_cut_at_any_point_and_densities_stand_in_one_panel(drawn):
    run = open_run(reference_run(**SOLID))
    figure, _ = drawn(run.path, "contour", "--member", "0", "--slice", "alpha_0=0.9", "--scale", "linear")
    cut = run.dataset.loss.isel(beta=0).squeeze().isel(alpha_0=2)
    assert figure.get_suptitle().replace("\n", " ") == "toy: beta = 1.0, at direction 0 = 1"
    assert figure.axes[0].get_xlabel() == "direction 1 [multiples of δ]"
    assert figure.axes[1].get_ylim() == pytest.approx((float(cut.min()), float(cut.max())))
    surface, _ = drawn(run.path, "surface", "--member", "0", "--slice", "alpha_1=-1")
    assert surface.axes[0].get_ylabel() == "direction 2 [multiples of δ]"
    density, _ = drawn(run.path, "density")
    assert [line.get_label() for line in density.axes[0].get_lines()] == ["beta = 1.0", "beta = 2.0"]
    np.testing.assert_allclose(
        density.axes[0].get_lines()[1].get_ydata(), run.dataset.hessian_density.isel(beta=1).values.ravel()
    )
    assert not overlapping(density)


def test_a_solution_is_what_the_problem_predicts_and_a_changed_file_is_said(drawn, tmp_path):
    run = copy_of(reference_run(**SOLID), tmp_path)
    words = (run, "solution", "--folder", tmp_path)
    refused = inside("figure", *words)
    assert refused.returncode == 2
    assert "toy.py:Toy has no method predict(model), expected one that returns the predicted field" in refused.stderr
    with (tmp_path / "toy.py").open("a") as file:
        file.write(
            "\n\ndef predict(self, model):\n"
            "    x = torch.linspace(-1, 1, 5)\n"
            "    values = model(torch.stack([x, 0 * x], 1))[:, 0]\n"
            '    return {"coordinates": {"x": x}, "values": values, "exact": torch.sin(self.beta * x)}\n\n\n'
            "Toy.predict = predict\n"
        )
    figure, said = drawn(*words)
    assert said == "note: toy.py has changed since the run was computed\n"
    exact = figure.axes[2].get_lines()[1].get_ydata()
    np.testing.assert_allclose(exact, np.sin(2 * np.linspace(-1, 1, 5)), atol=1e-6)
    assert figure.axes[2].get_title() == "beta = 2.0"
    with (tmp_path / "toy.py").open("a") as file:
        file.write("\n\nToy.predict = lambda self, model: 1 / 0\n")
    failed = inside("figure", *words)
    assert failed.returncode == 2
    assert (
        "predict() of toy.py:Toy failed (ZeroDivisionError: division by zero), expected a dictionary" in failed.stderr
    )


def test_what_is_missing_is_said_and_the_rest_is_drawn(drawn, tmp_path):
    run = copy_of(reference_run(), tmp_path)
    (run / "topology" / "member-00001.npz").unlink()
    figure, said = drawn(run, "tree")
    assert said == "note: the freudenthal merge tree of 1 of 4 landscapes is not there yet\n"
    assert len(panels(figure)) == 3
    whole = drawn(run, "contour")[0].subfigs[0]
    bare = panels(whole)[1]
    assert (bare.get_title(), len(bare.get_lines())) == (
        "beta = 1.0, direction seed = 1\nminima not known yet",
        0,
    )
    for unit in sorted((run / "landscape.zarr" / "loss").rglob("*")):  # of the last half, as in a run that was stopped
        other = run / "landscape.zarr" / "status" / unit.relative_to(run / "landscape.zarr" / "loss")
        if unit.is_file() and unit.name != "zarr.json" and "c/1/" in unit.as_posix():
            unit.unlink()
            other.unlink()
    _, said = drawn(run, "contour")
    assert said == "note: the loss of 2 of 4 landscapes is not there yet\n"
    assert drawn(run, "contour", "--at", "beta=1")[0].get_supxlabel().startswith("dots: minima")
    assert drawn(run, "contour", "--member", "1")[0].get_supxlabel() == "", "nothing is marked"
    none = inside("figure", run, "contour", "--at", "beta=2")
    assert none.returncode == 2
    assert "the loss of the 2 chosen landscapes is not there yet, expected that of one at least: continue" in (
        none.stderr
    )
    shutil.rmtree(run / "topology")
    listed = inside("figure", run, "--list").stdout
    assert f"(no merge tree is computed yet: continue {run} with `landsweep run STUDY`)" in listed
    assert "contour filled contours of landscapes, curves of lines" in map(
        " ".join, map(str.split, listed.splitlines())
    )
    assert "profile cannot be drawn: no merge tree is computed yet" in inside("figure", run, "profile").stderr


def test_a_figure_is_written_where_it_is_asked_for_and_beside_its_run_by_default(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    assert inside("figure", run, "tree", "--member", "0").stdout == f"{run / 'figures' / 'tree.png'}\n"
    assert (run / "figures" / "tree.png").read_bytes().startswith(b"\x89PNG")
    out = tmp_path / "a" / "b.svg"
    refused = inside("figure", run, "tree", "--member", "0", "--out", out)
    assert refused.stderr == (
        f"landsweep: --out is {out}, but {out.parent} is no folder, expected one that exists: make it first.\n"
    )
    assert not out.parent.exists()
    out.parent.mkdir()
    assert inside("figure", run, "tree", "--member", "0", "--out", out).returncode == 0
    assert ">loss</text>" in out.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["conture"], "there is no figure 'conture', expected contour, surface, tree, "),
        (["conture"], 'did you mean "contour"?'),
        (["contour", "--member", "4"], "--member is 4, expected a number from 0 to 3."),
        (["contour", "--member", "1", "--at", "beta=1"], "--member and --at are both given, expected one of them."),
        (["contour", "--at", "bet=1"], "--at names 'bet', expected an axis of the sweep: beta, seed, subspace"),
        (["contour", "--at", "beta=3"], "--at beta is '3', expected one of 1.0, 2.0."),
        (["contour", "--at", "beta"], "--at is 'beta', expected AXIS=VALUE."),
        (["contour", "--at", "beta=1", "--at", "beta=2"], "--at names beta twice, expected it once"),
        (["contour", "--slice", "alpha_0=x"], "--slice alpha_0 is 'x', expected a coordinate along that axis"),
        (["contour", "--slice", "alpha_5=0"], "landscape 0: the slice names 'alpha_5', expected alpha_0, alpha_1."),
        (["contour", "--scale", "square"], "--scale is 'square', expected auto, linear, log or clipped."),
        (["contour", "--scale", "clipped", "--clip", "-1"], "clip is -1 and the least value is"),
        (
            ["contour", "--field", "mae"],
            "landscape 0: field is 'mae', expected one of loss, with one number at a point.",
        ),
        (["contour", "--by", "bet"], "--by is 'bet', expected an axis of the sweep: beta, seed, subspace"),
        (["contour", "--out", "x.gif"], "--out is 'x.gif', expected the name of a .png, .svg or .pdf file."),
        (["tree", "--representation", "face"], "has no face merge tree, `landsweep topology"),
        (["barcode", "--scale", "clipped"], "scale is clipped, expected linear or log"),
        (
            ["profile", "--clip", "3"],
            "profile takes no --clip, expected only what it takes (beside --member and --at, ",
        ),
        (["tree", "--slice", "alpha_0=0"], "tree takes no --slice, expected only what it takes (beside --member"),
        (["density", "--by", "beta"], "density takes no --by, expected only what it takes (beside --member and --at)."),
        (["density"], "density cannot be drawn: the study asks for no density: `landsweep run STUDY --set curvature"),
        (["scatter", "--x", "beta"], "--y is missing, expected a column of the table: `landsweep metrics"),
        (["scatter", "--x", "beta", "--y", "eror"], "'eror' is no column, expected one of member, model, beta"),
        (
            ["scatter", "--x", "beta", "--y", "smad", "--representation", "moore"],
            "'moore', expected freudenthal: the run",
        ),
        (["xie6", "--representation", "resolved"], "finds them."),
        (["tree", "--representation", "fradenthal"], "is 'fradenthal', expected freudenthal; did you mean"),
        (["profile", "--representation", "resolved"], "--representation is resolved, whose trees have no volumes"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(words, said):
    done = inside("figure", reference_run(), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_too_many_landscapes_are_a_sentence_with_their_axes(monkeypatch):
    monkeypatch.setattr(drawings, "MAX_PANELS", 3)
    done = inside("figure", reference_run(), "surface")
    assert done.stderr == (
        "landsweep: 4 landscapes are chosen, expected at most 3 in a figure: choose by --member NUMBER or --at "
        "AXIS=VALUE (beta: 1.0, 2.0; direction_seed: 0, 1).\n"
    )


def test_a_landscape_without_a_finite_value_is_hatched_and_has_no_tree(drawn, tmp_path):
    run = copy_of(reference_run(), tmp_path)
    group = zarr.open_group(run / "landscape.zarr", mode="r+")
    group["loss"][0, 0, 0, 1] = np.nan
    group["status"][0, 0, 0, 1] = Status.NON_FINITE
    write_arrays(run / "topology" / "member-00001.npz", metrics_arrays("freudenthal", {"n_nonfinite": 35.0}))
    figure, _ = drawn(run, "contour", "--at", "beta=1")
    bare = panels(figure.subfigs[0])[1]
    assert "hatched: 35 of 35 points not finite" in bare.get_xlabel().replace("\n", " ")
    _, said = drawn(run, "profile", "--at", "beta=1")
    why = "member 1 has no freudenthal merge tree, as no point of its grid has a finite loss, expected another member."
    assert why in said
    assert inside("figure", run, "profile", "--member", "1").returncode == 2
    alone, _ = drawn(run, "contour", "--member", "1")
    assert len(alone.axes) == 1
    shutil.rmtree(run / "landscape.zarr")
    nothing = inside("figure", run, "contour")
    assert f"contour cannot be drawn: no landscape is evaluated yet: continue {run} with" in nothing.stderr


def extended(run, folder):
    """A copy of a run, as it is when its study has a further value of beta and nothing of it is computed yet."""
    run = copy_of(run, folder)
    study = yaml.safe_load((run / "study.yaml").read_text())
    study["sweep"]["beta"].append(4.0)
    (run / "study.yaml").write_text(yaml.safe_dump(study))
    return run


def test_figures_of_the_table_and_commands_on_it_say_which_landscapes_it_lacks(drawn, tmp_path):
    run = extended(reference_run(), tmp_path)
    words = ("--at", "direction_seed=0")
    columns = ("--x", "beta", "--y", "smad")
    for name, *more in (["xie5"], ["xie6"], ["landscaper3"], ["landscaper5"], ["scatter", *columns]):
        assert "note: the metrics of 1 of 3 landscapes are not there yet\n" in drawn(run, name, *words, *more)[1]
    assert drawn(run, "scatter", *columns, "--at", "beta=[1,2]")[1] == "", "all of these are there"
    assert inside("metrics", run).stderr == (
        f"note: 2 of 6 landscapes are not in the table yet: continue {run} with `landsweep run STUDY`.\n"
    )
    note = "note: 2 of 6 landscapes have no metrics (model 2, 1 of them without any): `landsweep run STUDY` makes what"
    assert inside("relations", run).stdout.startswith(note)
    assert open_run(run).relations().attrs["notes"][0].startswith(note.removeprefix("note: "))


def test_landscapes_of_one_axis_have_no_surface(tmp_path):
    for name in ("surface", "xie1"):
        done = inside("figure", reference_run(), name, "--member", "0", "--slice", "alpha_0=0")
        assert done.returncode == 2
        assert done.stderr.endswith(
            "landscapes of 7 x 5 points are cut to one axis, expected two of at least two points: `landsweep figure "
            f"{reference_run()} contour` draws curves.\n"
        )


def test_where_nothing_is_finite_no_other_member_is_advised(drawn, tmp_path):
    run = copy_of(reference_run(), tmp_path)
    for member in range(4):
        path = run / "topology" / f"member-{member:05d}.npz"
        write_arrays(path, metrics_arrays("freudenthal", {"n_nonfinite": 35.0}))
    none = "none of the 4 chosen landscapes has a merge tree, as no point has a finite loss, expected some: choose"
    for name in ("tree", "profile", "xie1", "landscaper2"):
        assert none in inside("figure", run, name).stderr
    assert "the 1 chosen landscape has no merge tree, as no point has" in (
        inside("figure", run, "xie1", "--member", "2").stderr
    )
    (run / "topology" / "member-00001.npz").unlink()
    assert f"expected one at least: `landsweep status {run}` says what is missing." in (
        inside("figure", run, "xie1").stderr
    )


def test_what_failed_is_no_reason_to_continue(tmp_path):
    run = copy_of(reference_run(**SOLID), tmp_path)
    shutil.rmtree(run / "landscape.zarr")
    (run / "failures").mkdir(exist_ok=True)
    (run / "failures" / "curvature-00000.json").write_text("{}")
    done = inside("figure", run, "density")
    assert done.stderr == (
        "landsweep: density cannot be drawn: no spectral density is in the store yet, and some have failed: `landsweep "
        f"status {run}` says why.\n"
    )


def test_densities_of_a_run_that_was_extended(drawn, tmp_path):
    _, said = drawn(extended(reference_run(**SOLID), tmp_path), "density")
    assert said == "note: the density of 1 of 3 landscapes is not there yet\n"


def test_a_run_that_was_extended_and_not_evaluated_is_drawn_as_far_as_it_is(drawn, tmp_path):
    run = extended(reference_run(), tmp_path)
    figure, said = drawn(run, "contour")
    assert said == "note: the loss of 2 of 6 landscapes is not there yet\n"
    assert len(panels(figure.subfigs[0] if figure.subfigs else figure)) == 4
    opened = read_run(run)
    ahead = field_of(opened, Landscape(run / "landscape.zarr"), opened.plan.members[-1])
    assert np.isnan(ahead).all()
    assert ahead.pending.all()
    done = inside("export", run, "--out", tmp_path / "whole.nc")
    assert "4 of 6 landscapes, dimensions" in done.stdout
    assert "is not finished (none of its points is evaluated)" in (
        inside("export", run, "--out", tmp_path / "one.csv", "--member", "5").stderr
    )
