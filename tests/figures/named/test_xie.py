"""The figures of papers: what stands in each panel, against the run that it shows; what a run lacks."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from landsweep import UserError, open_run
from landsweep.disk.store import Landscape
from landsweep.figures import landscapes
from landsweep.figures.critical import MINIMUM
from landsweep.figures.named import landscaper, predictions, xie
from landsweep.figures.named.catalogue import FIGURES, draw
from landsweep.figures.named.request import Request
from landsweep.kernels import merge_tree
from landsweep.study.plan import choose_members
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from pictures import overlapping
from support import inside, reference_run

WHOLE = {
    "sweep__seed": [0, 1],
    "sweep__subspace": ["random", "hessian"],
    "sweep__direction_seed": [0],
    "subspaces__hessian": {"kind": "hessian", "range": [-0.5, 0.5]},
    "subspaces__random": {"kind": "random", "range": [-3, 3]},
    "curvature": {"largest": 1, "density": True, "density_vectors": 2, "density_steps": 6},
}
PAPERS = ("xie1", "xie2", "xie5", "xie6", "landscaper2", "landscaper3", "landscaper5")


@pytest.fixture(scope="module")
def run():
    return open_run(reference_run(**WHOLE))


@cache
def whole(name):
    """The figure of all landscapes, drawn once, and its notes."""
    return drawn(open_run(reference_run(**WHOLE)), name)


def drawn(run, name, *at, **more):
    return draw(name, Request(run, choose_members(run.plan, (), at), **more))


def table_of(run, subspace="random"):
    table = run.metrics
    return table[(table.representation == "freudenthal") & (table.subspace == subspace)]


def minima_on(panel):
    found = [line for line in panel.get_lines() if to_hex(line.get_color()) == to_hex(MINIMUM)]
    return np.column_stack(found[0].get_data()) if found else np.empty((0, 2))


def places(run, **coords):
    """The coordinates of the minima of a member's tree."""
    tree = run.merge_tree(**coords)
    low, high = run.study.subspaces[coords["subspace"]].ranges(2)[0]
    i, j = np.unravel_index(tree.minima, tree.shape)
    return np.column_stack([np.linspace(low, high, tree.shape[0])[i], np.linspace(low, high, tree.shape[1])[j]])


@pytest.mark.parametrize("name", PAPERS)
def test_no_text_covers_another(name):
    figure, _ = whole(name)
    found = overlapping(figure)
    # labels of axes in three dimensions are turned, and their boxes are not
    assert not [pair for pair in found if not any("direction" in text for text in pair)]


def test_one_landscape_in_five_ways(run):
    figure, notes = whole("xie1")
    assert notes == ["landscape 0 of 8 is shown, --member chooses another"]
    surface, clipped, plane, tree, diagram = (ax for ax in figure.axes if ax.get_label() != "<colorbar>")
    field = run.dataset.loss.sel(beta=1, seed=0, subspace="random", direction_seed=0).values
    assert clipped.get_title() == f"clipped above {np.median(field):.3g}"
    assert clipped.get_zlim()[1] == pytest.approx(np.median(field))
    log = any("log10" in text.get_text() for text in surface.texts)
    assert surface.get_zlim()[1] == pytest.approx(np.log10(field.max()) if log else field.max())
    coords = {"beta": 1.0, "seed": 0, "subspace": "random", "direction_seed": 0}
    np.testing.assert_allclose(minima_on(plane), places(run, **coords), atol=1e-12)
    pairs = run.merge_tree(**coords).pair_values
    assert f"{len(run.merge_tree(**coords).minima)} minim" in tree.get_xlabel()
    points = next((line for line in diagram.get_lines() if line.get_label().endswith(("pair", "pairs"))), None)
    found = np.empty((0, 2)) if points is None else np.column_stack(points.get_data())
    np.testing.assert_array_equal(found, pairs[pairs[:, 1] > pairs[:, 0]])
    assert "beta = 1.0, seed = 0, subspace = random" in figure.get_suptitle()


def test_scale_clipped_is_of_landscapes_and_of_a_constant_there_is_nothing_to_clip(run, monkeypatch):
    figure, _ = drawn(run, "xie1", "subspace=random", scale="clipped", clip=2.0)
    surface, clipped, _, tree, _ = (ax for ax in figure.axes if ax.get_label() != "<colorbar>")
    assert surface.get_zlim()[1] == clipped.get_zlim()[1] == 2.0
    assert tree.get_ylim()[1] > 2.0
    own = xie.field_of
    monkeypatch.setattr(xie, "field_of", lambda *given: 0 * own(*given) + 2)
    figure, _ = drawn(run, "xie1", "subspace=random")
    assert [ax.get_title() for ax in figure.axes][:2] == ["surface", "nothing to clip"]


def predicted(run, model, folder=None):
    x, t = np.linspace(0, 1, 4), np.linspace(0, 1, 3)
    return {"coordinates": {"x": x, "t": t}, "values": np.add.outer(x, t) * model.coords["beta"], "exact": None}, ""


def test_a_column_a_model(run, monkeypatch):
    monkeypatch.setattr(predictions, "prediction", predicted)
    figure, notes = drawn(run, "xie2", "seed=1")
    assert notes == []
    grid = np.reshape([ax for ax in figure.axes if ax.get_label() != "<colorbar>"], (6, 2))
    assert [ax.get_title() for ax in grid[0]] == ["beta = 1.0", "beta = 2.0"]
    for row, subspace in zip(grid, ("random", "hessian"), strict=False):
        for ax, beta in zip(row, (1.0, 2.0), strict=True):
            expected = places(run, beta=beta, seed=1, subspace=subspace, direction_seed=0)
            np.testing.assert_allclose(minima_on(ax), expected, atol=1e-12)
        norms = [ax.collections[0].norm for ax in row]
        fields = run.dataset.loss.sel(seed=1, subspace=subspace, direction_seed=0)
        assert {(n.vmin, n.vmax) for n in norms} == {(float(fields.min()), float(fields.max()))}
    for row in (grid[2], grid[3], grid[4]):
        assert len({ax.get_ylim() for ax in row}) == 1
    store = Landscape(run.directory.landscape)
    for ax, k in zip(grid[4], (0, 1), strict=True):
        known = np.isfinite(store.get("hessian_density")[k, 1])
        np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), store.get("hessian_density")[k, 1][known])
    limits = [ax.collections[0].get_clim() for ax in grid[5]]
    assert limits == [(0.0, 4.0)] * 2  # 2 (x + t) at its greatest
    assert [ax.collections[0].colorbar is None for ax in grid[5]] == [True, False]


def test_a_problem_that_predicts_nothing_has_no_row_of_predictions():
    figure, notes = whole("xie2")
    assert len([ax for ax in figure.axes if ax.get_label() != "<colorbar>"]) == 10
    (note,) = notes
    assert note.startswith("the row of predictions is left out: toy.py:Toy has no method predict(model)")


def test_groups_over_seeds(run):
    figure, _ = whole("xie5")
    panels = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    planes, strips = panels[:4], {ax.get_ylabel(): ax for ax in panels[4:]}
    assert [ax.get_title() for ax in planes[:2]] == ["seed = 0", "seed = 1"]
    fields = run.dataset.loss.sel(subspace="random", direction_seed=0)
    assert {(ax.collections[0].norm.vmin, ax.collections[0].norm.vmax) for ax in planes} == {
        (float(fields.min()), float(fields.max()))
    }
    table = table_of(run)
    for label, column in {"saddles": "n_saddles", "absolute error": "quality_absolute_error"}.items():
        each = table.groupby(["beta", "seed"])[column].median()
        *seeds, one, two = strips[label].get_lines()
        for seed, line in enumerate(seeds):
            np.testing.assert_array_equal(line.get_ydata(), [each[1.0, seed], each[2.0, seed]])
        medians = [line.get_ydata()[0] for line in (one, two)]
        np.testing.assert_array_equal(medians, [each[b].median() for b in (1.0, 2.0)])


def test_groups_of_one_seed_stand_side_by_side(run):
    figure, _ = drawn(run, "xie5", "seed=0")
    assert not overlapping(figure)
    one, two = figure.subfigs[0].axes[:2]
    assert [ax.get_title() for ax in (one, two)] == ["beta = 1.0", "beta = 2.0"]
    boxes = [ax.get_window_extent() for ax in (one, two)]
    assert boxes[0].y0 == boxes[1].y0
    assert all(box.width < 2 * box.height for box in boxes)
    assert "seed = 0;" in figure.get_suptitle()


def test_curves_are_drawn_as_landscapes_are_and_notes_stay_in_every_row(run, monkeypatch):
    figure, _ = drawn(run, "xie5", "seed=0", at={"alpha_1": 0.0})
    curves = figure.subfigs[0].axes[:2]
    loss = run.dataset.loss.sel(seed=0, subspace="random", direction_seed=0).isel(alpha_1=2)
    for panel, beta in zip(curves, (1.0, 2.0), strict=True):
        np.testing.assert_array_equal(panel.get_lines()[0].get_ydata(), loss.sel(beta=beta))
    assert len({panel.get_ylim() for panel in curves}) == 1
    assert [panel.get_ylabel() for panel in curves] == ["loss", ""]
    own = landscapes.field_of
    monkeypatch.setattr(landscapes, "field_of", lambda *given: (f := own(*given)).where(f.alpha_0 > -3))
    upper, lower = np.reshape(drawn(run, "xie5")[0].subfigs[0].axes[:4], (2, 2))
    assert [panel.get_xlabel().replace("\n", " ") for panel in upper] == ["hatched: 5 of 35 points not finite"] * 2
    assert all(panel.get_xlabel().startswith("direction 0 [multiples of δ]\nhatched") for panel in lower)


def test_seeds_have_no_order_that_a_line_could_show(run):
    figure, _ = drawn(run, "xie6", by="seed")
    lines = [line for panel in figure.axes for line in panel.get_lines()]
    assert {line.get_linestyle() for line in lines} == {"None"}
    assert figure.get_suptitle().endswith("dot: median, bar: range")


def test_a_landscape_that_has_no_scale_leaves_the_others_and_the_metrics(run, monkeypatch):
    own = landscapes.field_of

    def huge(run, landscape, member, *more):
        field = own(run, landscape, member, *more)
        return (0 * field + 1e308).where(field.alpha_0 > 0, -1e308) if member.coords["beta"] == 2.0 else field

    monkeypatch.setattr(landscapes, "field_of", huge)
    figure, notes = drawn(run, "xie5", "seed=0")
    why = "values from -1e+308 to 1e+308 are too large to draw, expected numbers up to 8e+307, or a clip"
    assert notes == [
        f"the landscapes have a colour scale each, as none fits all: {why}",
        f"landscape 4 is not drawn: {why}",
    ]
    first, lost, *bars = figure.subfigs[0].axes
    assert len(bars) == 1
    assert first.collections
    assert not lost.collections
    assert lost.get_xlabel().replace("\n", " ") == f"not drawn: {why}"
    assert {ax.get_ylabel() for ax in figure.subfigs[1].axes} >= {"saddles", "loss range"}
    with pytest.raises(UserError, match=r"scale is log and the least value is -1e\+308, expected values above 0"):
        drawn(run, "xie5", "seed=0", scale="log")


@pytest.mark.parametrize("name", ["xie6", "landscaper3"])
def test_lines_are_medians_of_one_subspace(run, name):
    figure, _ = whole(name)
    assert "subspace = random" in figure.get_suptitle()
    panels = {ax.get_ylabel(): ax for ax in figure.findobj(lambda x: hasattr(x, "get_ylabel"))}
    table = table_of(run)
    for label, column in {"saddles": "n_saddles", "top Hessian eigenvalue": "hessian_top_eigenvalue"}.items():
        (line,) = panels[label].get_lines()
        np.testing.assert_array_equal(line.get_xdata(), [1, 2])
        np.testing.assert_array_equal(line.get_ydata(), table.groupby("beta")[column].median())


def test_quality_against_smad_and_curvature(run):
    figure, _ = whole("landscaper5")
    smad, eigenvalue = figure.axes
    table = table_of(run)
    for ax, column, rows in (
        (smad, "smad", table),
        (eigenvalue, "hessian_top_eigenvalue", table.drop_duplicates("model")),
    ):
        found = pd.concat([pd.DataFrame({"x": a, "y": b}) for a, b in (line.get_data() for line in ax.get_lines())])
        expected = rows[[column, "quality_absolute_error"]].to_numpy()
        np.testing.assert_array_equal(np.sort(found.to_numpy(), axis=0), np.sort(expected, axis=0))
    assert smad.get_xlabel() == "SMAD"
    assert smad.get_ylabel() == "absolute error"


def test_one_landscape_with_profile_and_barcode():
    figure, _ = whole("landscaper2")
    titles = [ax.get_title() for ax in figure.axes if ax.get_label() != "<colorbar>"]
    assert titles == ["landscape", "merge tree (freudenthal)", "topological profile", "barcode"]


def test_a_tree_without_volumes_has_no_profile():
    ax = Figure().subplots()
    values = np.array([2.0, 0.0, 3.0, 1.0, 4.0])
    assert landscaper._profile(merge_tree(values, volumes=False), ax, "linear") == [
        "there is no profile, as this tree has no volumes; that of another --representation has"
    ]
    assert not ax.axison
    assert landscaper._profile(merge_tree(values, volumes=True), Figure().subplots(), "linear") == []


def test_what_a_run_lacks_is_said_with_the_way_on():
    plain = reference_run()
    done = inside("figure", plain, "xie2")
    assert done.returncode == 2
    assert (
        "xie2 cannot be drawn: no subspace of the sweep is of kind hessian: `landsweep run STUDY --set "
        "subspaces.hessian.kind=hessian --set sweep.subspace=[random,hessian]` adds it." in done.stderr
    )
    listed = inside("figure", plain, "--list").stdout
    assert all(f"\n{name} " in listed for name in PAPERS)
    run = open_run(plain)
    with pytest.raises(UserError, match="the chosen landscapes are of one model, expected several values of an axis"):
        drawn(run, "xie6", "beta=1")
    with pytest.raises(
        UserError, match=r"--by is 'direction_seed', expected an axis that tells models apart: beta, seed"
    ):
        drawn(run, "xie6", by="direction_seed")
    for name in ("xie1", "xie6"):
        with pytest.raises(UserError, match=r"--representation is 'six', expected freudenthal\."):
            drawn(run, name, representation="six")
    assert set(PAPERS) <= set(FIGURES)
