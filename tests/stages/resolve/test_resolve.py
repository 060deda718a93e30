"""Stage resolve: minima and saddles of known functions through the command line; what a run says and keeps of them."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import fields, replace
from functools import partial

import landsweep
import numpy as np
import pytest
import torch
from landsweep.base.errors import UserError
from landsweep.kernels.critical.resolved import KINK, Resolved
from landsweep.report import figures
from landsweep.stages.resolve.columns import ARRAYS, COLUMNS
from ranked import ranked
from resolving import file, make_run, row, two_himmelblaus, work
from support import copy_of, inside, methods
from support import make_study as make_toy


@pytest.fixture
def run(tmp_path):
    return partial(make_run, tmp_path)


@pytest.fixture(scope="module")
def known():
    return two_himmelblaus()


pytestmark = pytest.mark.long  # whole runs

PER_POINT = {
    *("alpha", "value", "kind", "faces", "curvature", "joins", "basin_volume", "seen", "known"),
    *("saddle_alpha", "saddle_value", "saddle_kind", "saddle_faces", "saddle_curvature"),
}
"""The fields of what is resolved that have an entry for each minimum or saddle."""
MINIMA = [[-3.779310, -3.283186], [-2.805118, 3.131312], [3.0, 2.0], [3.584428, -1.848126]]
"""Himmelblau's minima, to seven digits; the function is 0 there."""


def test_minima_are_those_of_the_function_not_of_the_grid(known):
    run = landsweep.open_run(known)
    grid, resolved = row(run, "face"), row(run)
    assert grid["n_minima"] == 5
    assert (resolved["n_minima"], resolved["n_saddles"], resolved["n_unresolved"]) == (4, 3, 0)
    found = Resolved.from_arrays(file(run))
    np.testing.assert_allclose(np.sort(found.alpha, axis=0), np.sort(MINIMA, axis=0), atol=1e-6)
    assert resolved["loss_min"] == pytest.approx(0, abs=1e-12)
    twice = row(run, member=1)
    for name in ("average_persistence", "smad", "max_persistence"):
        assert twice[name] == pytest.approx(2 * resolved[name], rel=1e-8)
    assert resolved["n_starts"] - resolved["n_artefacts"] == 4
    assert resolved["n_saddles_certified"] == 3


def test_robust_compares_the_grids_representations_alone(known):
    found = landsweep.open_run(known).robust(["n_minima"])
    assert {"face", "knn"} <= {*found.verdicts["representation"]}
    assert "resolved" not in {*found.table["representation"]}


def test_a_run_that_exists_is_resolved_and_nothing_else_is_done_again(run):
    plain, _ = run(resolve={"enabled": False}, grid__points=7)
    before = work(plain.path)
    on, _ = run(sets=["resolve.enabled=true"], grid__points=7)
    assert work(on.path) == before | {"resolve": 1}
    assert row(on)["n_minima"] == 4
    # Fewer pairs count, but descents start where they did.
    fewer, _ = run(grid__points=7, topology__min_persistence=1e9)
    assert work(fewer.path)["resolve"] == 1
    assert (row(fewer)["n_minima"], row(fewer)["n_saddles_certified"]) == (1, 0)
    other, _ = run(grid__points=7, topology__connectivity=["face"])
    assert work(other.path) == before | {"topology": 3, "resolve": 2}
    off, done = run(grid__points=7, topology__connectivity=["face"], resolve={"enabled": False})
    said = "resolve.enabled is false now, and true in the run, so that what stage resolve found is removed (members: 1)"
    assert said in done.stderr
    _, done = run(grid__points=7, topology__connectivity=["face"], resolve={"enabled": False})
    assert "is removed" not in done.stderr
    assert not off.directory.resolved(0).exists()
    assert not {*COLUMNS, *ARRAYS} & {*off.dataset.variables}
    assert off.dataset.representation.values.tolist() == ["face"]


def test_other_trees_leave_nothing_that_began_from_the_old_ones(known, tmp_path):
    path = copy_of(known, tmp_path)
    same = inside("topology", path, "--redo")
    assert same.returncode == 0, same.stderr
    for member in (0, 1):
        name = f"resolved/member-{member:05d}.npz"
        assert (path / name).read_bytes() == (known / name).read_bytes()
    done = inside("topology", path, "--connectivity", "moore", "--connectivity", "face")
    assert done.returncode == 0, done.stderr
    command = 'landsweep run STUDY --set \'topology.connectivity=["moore", "face"]\''
    assert f"Stage resolve of the new trees needs the problem: `{command}` makes it; what else the" in done.stderr
    assert not (path / "resolved").exists()
    assert landsweep.open_run(path).metrics.set_index("representation").loc["resolved", "n_minima"].isna().all()
    refused = inside("topology", path, "--periodic", "alpha_0")
    assert refused.returncode == 2
    assert "resolve.enabled is true but topology.periodic joins the ends of alpha_0, and minima" in refused.stderr


def test_a_coarse_grid_is_refined_until_its_tree_stands(run):
    coarse, _ = run(grid__points=4, topology__connectivity=["face"])
    before = work(coarse.path)
    assert row(coarse)["n_minima"] < 4
    assert np.isnan(row(coarse)["n_refined"])
    sets = ["grid.refine={until: resolved, budget: 600}"]
    refined, done = run(grid__points=4, topology__connectivity=["face"], sets=sets)
    assert work(refined.path) == before | {"resolve": 2}  # nothing is trained or evaluated again
    found, stored = row(refined), file(refined)
    assert (found["n_minima"], found["n_saddles_certified"], found["refined_settled"]) == (4, 3, 1)
    assert (found["refined_spent"], found["derivatives_exact"]) == (0, 1)
    assert found["n_refined"] == len(stored["refined_alpha"]) == len(stored["refined_value"]) <= 600
    x, y = stored["refined_alpha"].T
    np.testing.assert_allclose(stored["refined_value"], (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2, rtol=1e-9)
    assert f"{found['n_refined']:g} points a landscape (median) beside the grid" in done.stdout
    said = "within 600 points a landscape beside the grid, which bound what came after the first search."
    assert said in methods(refined.directory)
    spent, done = run(grid__points=4, topology__connectivity=["face"], sets=["grid.refine.budget=30"])
    assert (row(spent)["refined_settled"], row(spent)["refined_spent"]) == (0, 1)
    assert "grid.refine.budget of 30 points was spent in 1 of 1 landscapes before their resolved trees" in done.stdout


def test_a_member_that_is_not_resolved_shows_no_minima_of_the_grid(known, tmp_path, monkeypatch):
    path = copy_of(known, tmp_path)
    (path / "resolved" / "member-00001.npz").unlink()
    drawn, run = {}, landsweep.open_run(path)
    monkeypatch.setattr(figures, "save", lambda figure, file: drawn.update({file.name: figure}))
    figures.draw_landscapes(run, tmp_path)
    figure = drawn["landscapes.png"]
    marked, bare = (panel for panel in figure.axes if panel.get_title())
    assert (marked.get_title(), len(bare.get_lines())) == ("times = 1.0", 0)
    assert bare.get_title() == "times = 2.0\nresolved minima not known"
    for name, figure in drawn.items():
        figure.draw_without_rendering()
        title = figure._suptitle.get_window_extent()
        marks = "circles: artefacts" in figure.get_suptitle().replace("\n", " ")
        assert marks == (name != "landscape-00001.png"), "of this landscape alone, no mark is drawn"
        assert title.x0 >= 0
        assert title.x1 <= figure.bbox.x1


def test_an_axis_of_one_point_is_no_axis(run):
    flat, _ = run("valley", grid__points=[9, 1], sweep={"times": [1.0]})
    found = Resolved.from_arrays(file(flat))
    assert found.shape == (9, 1)
    assert found.alpha.shape == (1, 2)
    y = landsweep.open_run(flat.path).dataset.coordinate_1.values.item()
    assert found.alpha[0, 1] == y
    x = (100 * 0.37 * y + 0.1 * (0.3 - y)) / 100.1
    assert found.alpha[0, 0] == pytest.approx(x, abs=1e-8)


def test_on_a_bent_surface_derivatives_are_by_its_coordinates(run, tmp_path):
    """Through four checkpoints, where the weights are no linear function of the coordinates."""
    corners = np.array([[-5.0, -5.0], [5.0, -6.0], [-6.0, 5.0], [7.0, 6.0]])
    files = [tmp_path / f"corner-{k}.pt" for k in range(4)]
    for corner, path in zip(corners, files, strict=True):
        torch.save({"weight": torch.tensor(corner, dtype=torch.float32)}, path)
    surface = {"kind": "bilinear", "files": [path.name for path in files], "range": [0, 1]}
    bent, _ = run(subspaces={"plane": surface}, problem__params={"of": "himmelblau"}, grid__points=11)
    assert (row(bent)["n_minima"], row(bent)["n_saddles"], row(bent)["n_saddles_certified"]) == (4, 3, 3)
    x, y = Resolved.from_arrays(file(bent)).alpha.T
    weights = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=1) @ corners
    np.testing.assert_allclose(np.sort(weights, axis=0), np.sort(MINIMA, axis=0), atol=1e-5)


def test_every_member_is_resolved_on_its_own_data(tmp_path):
    """Of another draw or split the loss would not be that of the landscape, which is refused."""
    sweep = {"beta": [1.0], "seed": [0], "subspace": ["random"], "direction_seed": [0]}
    study = make_toy(tmp_path, resolve={"enabled": True}, sweep=sweep | {"split": ["train", "test"], "draw": [0, 3]})
    done = inside("run", study, "--out", tmp_path / "run", "--set", "grid.points=5")
    assert done.returncode == 0, done.stderr
    run = landsweep.open_run(tmp_path / "run")
    for member in range(4):
        found, coords = Resolved.from_arrays(file(run, member)), run.plan.members[member].coords
        loss = run.dataset.loss.sel(split=coords["split"], draw=coords["draw"]).values
        assert found.value_range == (loss.min(), loss.max())
        assert found.value[0] <= loss.min() * (1 + 1e-5)
    assert (run.metrics["n_unresolved"].dropna() == 0).all()


def test_beads_of_a_valley_are_artefacts(run):
    beads, _ = run("valley", grid__points=21, topology__connectivity=["face"])
    assert row(beads, "face")["n_minima"] > 3
    resolved = row(beads)
    assert resolved["n_minima"] == 1
    assert resolved["n_artefacts"] == resolved["n_starts"] - 1
    assert resolved["n_saddles"] == 0


def test_a_curve_is_resolved_too(run):
    curve, _ = run("wells", dims=1, subspaces__plane__range=[-1.7, 1.7], grid__points=8, report__figures=True)
    resolved = row(curve)
    assert (resolved["n_minima"], resolved["n_saddles"]) == (2, 1)
    roots = np.sort(np.roots([4, 0, -4, 0.2]).real)
    found = Resolved.from_arrays(file(curve))
    np.testing.assert_allclose(np.sort(found.alpha[:, 0]), roots[[0, 2]], atol=1e-8)
    assert found.saddle_alpha[0, 0] == pytest.approx(roots[1], abs=1e-8)


def test_what_lies_apart_stays_apart(run):
    apart, _ = run("cut", dims=1, subspaces__plane__range=[-1.7, 1.7], grid__points=18)
    resolved = row(apart)
    assert resolved["n_minima"] == 2
    assert resolved["n_saddles_certified"] == 0


def test_a_kink_is_told_from_a_minimum(run):
    tent, done = run("tent", subspaces__plane__range=[-1, 1])
    resolved = row(tent)
    assert (resolved["n_minima"], resolved["n_minima_kink"]) == (1, 1)
    assert Resolved.from_arrays(file(tent)).kind.tolist() == [KINK]
    assert "1 minima are kinks" in done.stdout


def test_nothing_rises_from_a_plateau(run):
    plateau, _ = run("plateau", subspaces__plane__range=[-0.5, 0.5], grid__points=4)
    assert (row(plateau)["n_minima"], row(plateau)["n_saddles"], row(plateau)["n_minima_flat"]) == (1, 0, 1)


def test_without_a_finite_value_there_is_nothing_to_resolve(run):
    nothing, _ = run("nowhere", grid__points=3)
    resolved = row(nothing)
    assert np.isnan(resolved["derivatives_exact"])
    assert all(np.isnan(resolved[name]) for name in ("n_minima", "n_saddles", "n_artefacts"))
    assert file(nothing)["reasons"].tolist() == ["no point of the grid has a finite loss"]
    with pytest.raises(
        UserError, match=r"^member 0 has no resolved merge tree, as no point of its grid has a finite lo"
    ):
        nothing.merge_tree("resolved")


def test_descents_that_end_nowhere_are_counted_and_told(run, monkeypatch):
    """No minimum is known, and none is guessed."""
    from landsweep.stages.resolve import work as stage

    whole = stage.resolve

    def lost(*arguments, **options):
        found = whole(*arguments, **options)
        none = {f.name: getattr(found, f.name)[:0] for f in fields(found) if f.name in PER_POINT}
        nowhere = np.full(len(found.start), -1)
        return replace(found, **none, start_end=nowhere, start_own=nowhere > 0, reasons=np.array(["on purpose"]))

    monkeypatch.setattr(stage, "resolve", lost)
    nowhere, done = run(report__figures=True)
    resolved = row(nowhere)
    assert resolved["n_unresolved"] == resolved["n_starts"] > 0
    assert np.isnan(resolved["n_minima"])
    assert f"unresolved descents or passes: {resolved['n_starts']:g}, in 1 of 1 landscapes, whose" in done.stdout
    assert "resolved: " not in done.stdout
    assert nowhere.dataset.critical_range.values.tolist() == [[0, 0]]
    with pytest.raises(UserError, match=r"^member 0 has no resolved merge tree, as no descent on its loss ended in"):
        nowhere.merge_tree("resolved")


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_share_the_members_and_give_the_same_bytes(known, tmp_path, ranks):
    pytest.importorskip("mpi4py")
    path = copy_of(known, tmp_path)
    shutil.rmtree(path / "resolved")
    (path / "report" / "summary.json").unlink()
    done = ranked("run", tmp_path / "study.yaml", "--out", path, ranks=ranks)
    assert done.returncode == 0, done.stderr
    for member in (0, 1):
        name = f"resolved/member-{member:05d}.npz"
        assert (path / name).read_bytes() == (known / name).read_bytes()


def test_a_stop_keeps_the_members_that_are_done(known, tmp_path, monkeypatch):
    from landsweep.stages.resolve import work as stage

    path = copy_of(known, tmp_path)
    shutil.rmtree(path / "resolved")
    whole, calls = stage.resolve, []

    def stopped(*arguments, stop, **options):
        calls.append(stop)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return whole(*arguments, stop=stop, **options)

    monkeypatch.setattr(stage, "resolve", stopped)
    assert inside("run", tmp_path / "study.yaml", "--out", path).returncode == 75
    assert [p.name for p in (path / "resolved").iterdir()] == ["member-00000.npz"]
    assert not list(path.glob("failures/*"))
    monkeypatch.setattr(stage, "resolve", whole)
    assert inside("run", tmp_path / "study.yaml", "--out", path).returncode == 0
    for member in (0, 1):
        name = f"resolved/member-{member:05d}.npz"
        assert (path / name).read_bytes() == (known / name).read_bytes()


def test_minima_of_noise_are_not_counted(run):
    """What the noise adds is too little to be seen in float32, in which the landscape is evaluated."""
    noisy, done = run(of="noisy", status=3)
    assert "the loss changes from call to call: at 32 points of the grid it differs by up to " in done.stdout
    assert np.isnan(row(noisy)["n_minima"])


def test_minima_of_other_data_than_the_landscapes_are_not_counted(run, tmp_path):
    """The file of data is not among the problem's files, so that nothing else sees that it has changed."""
    data = tmp_path / "number.txt"
    changes = {"problem__params": {"data": str(data)}}
    run(resolve={"enabled": False}, **changes)
    data.write_text("1.1")
    failed, done = run(status=3, **changes)
    text = "the loss is not that of the landscape: in float64 it differs by 0.091 (median of 32 points of the grid, rel"
    assert text in done.stdout
    assert np.isnan(row(failed)["n_minima"])
    data.unlink()
    mended = inside("run", tmp_path / "study.yaml", "--out", failed.path, "--retry-failed")
    assert mended.returncode == 0, mended.stderr
    assert row(landsweep.open_run(failed.path))["n_minima"] == 4
