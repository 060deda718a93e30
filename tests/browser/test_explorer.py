"""The explorer of a page, in a real Chromium: what it shows is what the run has."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from browsing import faults, opened
from landsweep import open_run
from landsweep.disk.trees import find_resolved, find_tree
from landsweep.kernels import segmentation
from resolving import two_himmelblaus
from support import inside, make_study, once

SHAPE = (13, 9)
DEEP = (5, 4, 3, 4, 6)
READY = ".explorer[data-ready='0.%d']"
UNVEILED = """
(plane, [rows, columns]) => {
  const veil = plane.querySelector('canvas.veil'), copy = new OffscreenCanvas(veil.width, veil.height);
  const context = copy.getContext('2d', { willReadFrequently: true }), found = [];
  context.drawImage(veil, 0, 0);
  const { data } = context.getImageData(0, 0, veil.width, veil.height);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    const x = Math.floor(veil.width * (j + 0.5) / columns);
    const y = Math.floor(veil.height * (1 - (i + 0.5) / rows));
    found.push(data[4 * (y * veil.width + x) + 3] === 0);
  }
  return found;
}"""
"""Whether the middle of each cell of an even grid has no veil over it."""


NO_WEBGL = """
() => {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...more);
  };
}"""


STROKE = "element => getComputedStyle(element).strokeWidth"


def rough(shape, seed):
    return 2 + np.random.default_rng(seed).standard_normal(shape)


def written(folder: Path, *arrays: np.ndarray, negate=False) -> Path:
    """A page of a run of these landscapes, one member each."""
    files = []
    for k, values in enumerate(arrays):
        files.append(folder / f"{k}.npy")
        np.save(files[-1], values)
    plain = ["report.figures=false", "report.page=false", f"topology.negate={str(negate).lower()}"]
    done = inside("import", *files, "--out", folder / "run", *(word for key in plain for word in ("--set", key)))
    assert done.returncode == 0, done.stderr
    done = inside("report", folder / "run", "--out", folder / "page.html")
    assert done.returncode == 0, done.stderr
    return folder / "page.html"


def kinds(folder: Path) -> None:
    holes = rough(SHAPE, 1)
    holes[4:7, 2:5] = np.nan
    written(folder, rough(SHAPE, 0), holes, np.full(SHAPE, 3.0), np.full(SHAPE, np.nan))


def show(page, member, fragment=""):
    """Go to another state of the same page, as a reader who enters an address does."""
    page.evaluate("fragment => { location.hash = fragment }", f"member={member}{fragment}")
    page.wait_for_selector(READY % member)


def place(plane, column, row, shape):
    """Return the middle of a cell of an even slice of (rows, columns) points, in pixels of its picture."""
    outer, inner = plane.bounding_box(), plane.locator("canvas").first.bounding_box()
    x = inner["x"] - outer["x"] + inner["width"] * (column + 0.5) / shape[1]
    return {"x": x, "y": inner["y"] - outer["y"] + inner["height"] * (1 - (row + 0.5) / shape[0])}


def point_at(page, column, row, shape):
    """Move the pointer to a cell; return what the page says of it."""
    plane = page.locator(".plane").first
    plane.hover(position=place(plane, column, row, shape))
    return page.locator(".readout").first


def unveiled(page, shape):
    return np.array(page.locator(".plane").first.evaluate(UNVEILED, list(shape))).reshape(shape)


def choice(page, name):
    return page.get_by_role("combobox", name=name)


def minimum_in(words: str, axes) -> tuple[int, ...]:
    """The grid point that a sentence names as a branch's minimum."""
    named = re.search(r"Minimum at \(([^)]*)\)", words).group(1).split(", ")
    return tuple(int(np.argmin(abs(axis - float(alpha)))) for axis, alpha in zip(axes, named, strict=True))


def settle(page):
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_slice_tree_and_barcode_of_a_member_belong_together(chromium):
    file = once("explorer-kinds", kinds)
    run = open_run(file / "run")
    loss = run.dataset.loss.isel(file=0).to_numpy().squeeze()
    axes = [run.dataset[f"alpha_{k}"].to_numpy() for k in range(2)]
    tree, parts = segmentation(loss, run.study.connectivity[0])
    basins = np.asarray(parts.basin).reshape(SHAPE)
    seen = SHAPE[::-1]  # rows go along alpha_1
    with opened(chromium, file / "page.html") as page:
        page.wait_for_selector(READY % 0)
        # values under the pointer, to the last bit
        for i, j in [(0, 0), (12, 8), (3, 7), (6, 4)]:
            said = point_at(page, i, j, seen)
            assert (said.get_attribute("data-column"), said.get_attribute("data-row")) == (str(i), str(j))
            assert float(said.get_attribute("data-value")) == loss[i, j]
            lit = unveiled(page, seen).T
            assert lit[i, j]
            assert np.array_equal(lit, basins == basins[i, j])
        page.mouse.move(0, 0)
        # every branch by keyboard: the basin on the slice is the segmentation's, and the bar is that branch's
        page.locator(".tree").focus()
        branches = set()
        page.keyboard.press("Home")
        for _ in range(len(tree.minima)):
            number = page.locator(".tree").get_attribute("data-branch")
            assert page.locator(".barcode").get_attribute("data-branch") == number
            words = page.locator(".readout").inner_text()
            assert page.locator(".tree").get_attribute("aria-valuetext") == words
            at = minimum_in(words, axes)
            assert np.array_equal(unveiled(page, seen).T, basins == basins[at])
            assert np.ravel_multi_index(at, SHAPE) in tree.minima
            branches.add(number)
            page.keyboard.press("ArrowRight")
        assert len(branches) == len(tree.minima)
        widths = [page.locator(f".barcode {part}").evaluate(STROKE) for part in (".bars", ".lit-branch")]
        assert widths[0] == widths[1]
        # the threshold, by the field and by the slider, leaves what MergeTree.simplify leaves
        finite = np.sort(tree.lifetimes)
        for threshold in [float(finite[0]), float(finite[len(finite) // 2]), float(finite[-1]), 1e9]:
            page.get_by_label("Least persistence, a value").fill(repr(threshold))
            page.keyboard.press("Tab")
            settle(page)
            less = tree.simplify(threshold)
            assert page.locator(".counts").get_attribute("data-branches") == str(len(less.minima))
            page.locator(".barcode").focus()
            page.keyboard.press("End")
            at = np.ravel_multi_index(minimum_in(page.locator(".readout").inner_text(), axes), SHAPE)
            volume = less.basin_volume[less.minima == at].item()
            assert unveiled(page, seen).sum() == volume
        slider = page.get_by_label("Least persistence", exact=True)
        slider.focus()
        page.keyboard.press("Home")
        counts = page.locator(".counts")
        for key in ["PageUp", "PageUp", "PageUp", "End"]:
            page.keyboard.press(key)
            settle(page)
            threshold = float(counts.get_attribute("data-threshold"))
            assert counts.get_attribute("data-branches") == str(len(tree.simplify(threshold).minima))
        assert threshold == finite[-1]


def test_what_is_kept_stays_and_the_address_says_it(chromium):
    file = once("explorer-kinds", kinds)
    with opened(chromium, file / "page.html") as page:
        page.wait_for_selector(READY % 0)
        point_at(page, 3, 3, SHAPE[::-1])
        page.mouse.down()
        page.mouse.up()
        kept = page.locator(".readout").inner_text()
        page.mouse.move(0, 0)
        assert page.locator(".readout").inner_text() == kept
        page.wait_for_url(re.compile("branch="))
        page.keyboard.press("Escape")
        assert page.locator(".readout").inner_text().startswith("Point at the slice")
        choice(page, "Upwards").select_option("alpha_0")
        settle(page)
        assert choice(page, "To the right").input_value() == "1"  # the two change places
        shared = page.url
        assert "x=1&y=0" in shared
        choice(page, "Member").select_option(index=1)
        page.wait_for_selector(READY % 1)
        page.go_back()
        page.wait_for_selector(READY % 0)
        assert choice(page, "Upwards").input_value() == "0"
        choice(page, "Beside it").select_option(index=1)
        settle(page)
        # two members, one scale
        page.locator(".panel .plane").nth(1).wait_for()
        bars = page.locator(".panel .plane").evaluate_all(
            "planes => planes.map(plane => [...plane.querySelectorAll('.axis')].at(-1).textContent)"
        )
        assert bars[0] == bars[1]
        choice(page, "View").select_option("surface")
        page.wait_for_selector(".panel .surface canvas")
        texts = page.locator(".surface").first.locator("svg text").all_text_contents()
        assert texts[-6:] == ["alpha_1", "0", "8", "alpha_0", "0", "12"]
        assert faults(page) == []
        before = page.url
        page.locator(".surface").first.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("+")
        assert page.url == before
    with opened(chromium, shared) as page:
        page.wait_for_selector(READY % 0)
        assert choice(page, "Upwards").input_value() == "0"


def test_what_cannot_be_drawn_is_said(chromium):
    file = once("explorer-kinds", kinds)
    with opened(chromium, file / "page.html") as page:
        show(page, 1)
        said = point_at(page, 5, 3, SHAPE[::-1])
        assert said.inner_text().startswith("loss = not finite at (")
        assert page.locator(".legend").get_by_text("no finite value").count() == 1
        show(page, 2)
        assert page.locator(".counts").inner_text() == "1 branch."
        assert page.get_by_label("Least persistence", exact=True).is_disabled()
        show(page, 3)
        assert "No point of this slice has a finite value." in page.locator(".panel").inner_text()
        assert page.locator(".counts").inner_text() == "There is no merge tree to show."
        show(page, 0)
        page.evaluate(NO_WEBGL)
        choice(page, "View").select_option("surface")
        page.get_by_text("This browser has no WebGL, which a surface needs; the contour is shown.").wait_for()
        show(page, 99)
        assert (
            page.locator(".panel [role=status]").inner_text() == "The page has no member 99 of run 0: choose one above."
        )


def test_planes_of_a_5d_landscape_are_those_of_the_store(chromium, tmp_path):
    page_file = written(tmp_path, rough(DEEP, 5))
    loss = open_run(tmp_path / "run").dataset.loss.to_numpy().squeeze()
    with opened(chromium, page_file) as page:
        page.wait_for_selector(READY % 0)
        choice(page, "To the right").select_option("alpha_4")
        choice(page, "Upwards").select_option("alpha_2")
        sliders = page.locator(".axis-slider input")
        page.locator(".axis-slider input[data-axis='3']").wait_for()
        assert sliders.count() == 3
        for at in [(4, 0, 3), (0, 3, 1), (2, 2, 2)]:
            for slider, index in zip(sliders.all(), at, strict=True):
                slider.fill(str(index))
            settle(page)
            for row, column in [(0, 0), (2, 5), (1, 3)]:
                said = point_at(page, column, row, (DEEP[2], DEEP[4]))
                assert float(said.get_attribute("data-value")) == loss[at[0], at[1], row, at[2], column]
        page.wait_for_url(re.compile(r"at=2\.2\."))
        assert re.search(
            r"\d+ minim\w+ of \d+ not drawn: more than half a step away", page.locator(".legend").inner_text()
        )


def test_a_line_of_maxima_is_a_curve_and_a_failed_member_says_why(chromium, tmp_path):
    values = np.array([2.0, 0.0, 3.0, 1.5, 4.0, np.nan, 5.0])
    with opened(chromium, written(tmp_path, values, negate=True)) as page:
        page.wait_for_selector(READY % 0)
        # one landscape alone: its explorer comes before its numbers
        assert page.locator("h2:visible").all_inner_texts()[:3] == ["Answer", "Explorer", "Metrics"]
        for name in ("Field", "To the right", "Upwards", "View"):  # there is nothing to choose
            assert page.get_by_label(name, exact=True).is_hidden()
        page.locator(".line-plot").focus()
        for i in [4, 5]:
            page.keyboard.press("ArrowRight")
            assert page.locator(".readout").get_attribute("data-column") == str(i)
        assert page.locator(".readout").inner_text().startswith("loss = not finite")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert float(page.locator(".readout").get_attribute("data-value")) == 1.5
        tree = open_run(tmp_path / "run").merge_tree()
        assert page.locator(".counts").get_attribute("data-branches") == str(len(tree.minima))
        page.locator(".barcode").focus()
        for end, vertex in [("Home", tree.global_min), ("End", tree.pairs[np.argmin(tree.lifetimes), 0])]:
            page.keyboard.press(end)
            assert page.locator(".readout").inner_text().startswith(f"Maximum at ({vertex}), value {values[vertex]:g}")
    study = make_study(tmp_path, problem__params={"steps": 1, "raise_in": "train", "raise_at": 2.0}, grid__points=3)
    assert inside("run", study, "--out", tmp_path / "failed").returncode == 3
    done = inside("report", tmp_path / "failed", "--out", tmp_path / "failed.html")
    assert done.returncode == 0, done.stderr
    with opened(chromium, tmp_path / "failed.html") as page:
        page.wait_for_selector(READY % 0)
        assert page.locator(".plane").is_visible()
        show(page, 2)
        assert "This member failed: " in page.locator(".panel").inner_text()
        assert not page.locator(".plane").is_visible()


def test_artefacts_of_the_grid_stand_beside_resolved_minima(chromium, tmp_path):
    path = two_himmelblaus()
    run = open_run(path)
    done = inside("report", path, "--out", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    found = find_resolved(run.directory.resolved(0))
    grid = find_tree(run.directory.topology(0), run.study.connectivity[0])
    artefacts = np.isin(found.start, grid.minima) & ~found.start_own & (found.start_end >= 0)
    with opened(chromium, tmp_path / "page.html") as page:
        page.wait_for_selector(READY % 0)
        assert choice(page, "Tree").input_value() == "resolved"
        assert page.locator(".plane .mark.artefact").count() == np.count_nonzero(artefacts) > 0
        assert page.locator(".legend").get_by_text("artefact of the grid").count() == 1
        shape = (len(run.dataset.alpha_1), len(run.dataset.alpha_0))
        page.locator(".barcode").focus()
        page.keyboard.press("Home")
        seen = []
        for _ in found.value:
            words = page.locator(".readout").inner_text()
            x, y, value = map(float, re.search(r"Minimum at \((.+), (.+)\), value ([^;]+);", words).groups())
            k = int(np.argmin(np.abs(found.alpha - [x, y]).sum(axis=1)))
            assert np.allclose([*found.alpha[k], found.value[k]], [x, y, value], rtol=1e-3, atol=1e-3)
            assert unveiled(page, shape).sum() == found.basin_volume[k]
            seen.append(k)
            page.keyboard.press("ArrowDown")
        assert sorted(seen) == list(range(len(found.value)))
