"""The live page in a real Chromium: a run that is being written grows before the reader's eyes."""

from __future__ import annotations

import json
import shutil
import time

import numpy as np
import pytest
from answering import served
from browsing import opened
from landsweep.api import Run
from landsweep.disk.lock import RunLock
from landsweep.disk.store import Landscape
from landsweep.serving import watch
from support import copy_of, reference_run

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
"""A page that is looked at again asks at once."""


@pytest.fixture
def beginning(tmp_path):
    """A run whose landscapes have lost their units, and these."""
    run = Run(copy_of(reference_run(), tmp_path))
    landscape = Landscape(run.directory.landscape, "r+")
    units = [(unit, landscape.read_unit(unit), landscape.read_status(unit)) for unit in landscape.units()]
    for unit, _, _ in units:
        landscape.discard(unit)
    shutil.rmtree(run.path / "topology")
    shutil.rmtree(run.path / "report")
    run.directory.metrics.unlink()
    return run, landscape, units


def value(page, i, j, shape):
    """What the explorer says of a cell of its slice, None while the picture changes under the pointer."""
    outer, inner = (page.locator(name).first.bounding_box() for name in (".plane", ".plane canvas"))
    x = inner["x"] - outer["x"] + inner["width"] * (i + 0.5) / shape[0]
    y = inner["y"] - outer["y"] + inner["height"] * (1 - (j + 0.5) / shape[1])
    page.locator(".plane").first.hover(position={"x": x, "y": y})
    readout = page.locator(".readout").first
    if [readout.get_attribute(f"data-{name}") for name in ("column", "row")] != [str(i), str(j)]:
        return None
    return float((readout.get_attribute("data-value") or "nan").replace("not finite", "nan"))


def shows(page, loss):
    """Wait until the slice has these values, to the last bit, in cells of every row and column."""
    until = time.monotonic() + 10
    for i, j in ((i, i % loss.shape[1]) for i in range(loss.shape[0])):
        while (found := value(page, i, j, loss.shape)) is None or not np.array_equal(found, loss[i, j], equal_nan=True):
            assert time.monotonic() < until, f"the slice has {found} at {i}, {j}, expected {loss[i, j]}"


CONFLICT = "Failed to load resource: the server responded with a status of 409 (Conflict)"
"""Chromium notes so that a run was taken away, or a tree put there, in the middle of a reading."""


def test_a_run_that_is_being_written_grows_on_the_page(chromium, beginning, monkeypatch):
    monkeypatch.setattr(watch, "REST", 0)
    run, landscape, units = beginning
    whole = Run(reference_run()).dataset.loss.to_numpy()
    mine = [one for one in units if one[0] in landscape.units_of(run.plan.members[0].position)]
    others = [one for one in units if all(one[0] is not own[0] for own in mine)]
    state = {"stage": "evaluate", "noun": "points", "before": 0, "failed": 0, "total": 140, "began": 1000.0}
    with (
        served(run.path) as address,
        RunLock(run.directory.lock) as lock,
        opened(chromium, address, allowed=CONFLICT) as page,
    ):
        said = page.locator("header [role=status]")
        said.get_by_text("running: 4 not begun").wait_for()
        assert "token" not in page.url
        for unit in mine[:3]:
            landscape.write_unit(*unit)
        state |= {"done": 15, "time": 1001.5, "ranks": 1}
        run.directory.progress.write_text(json.dumps(state))
        said.get_by_text("running: 1 in part, 3 not begun").wait_for()  # by itself
        assert "evaluate: 15 of 140 points, 10 points/s, 10 per rank" in page.locator("#answer").inner_text()
        assert "evaluate ends in about" in page.locator("#answer").inner_text()
        page.wait_for_selector(".explorer[data-ready='0.0'] .plane canvas")
        seen = whole[run.plan.members[0].position].copy()
        seen[3:] = np.nan
        shows(page, seen)
        for unit in mine[3:] + others:
            landscape.write_unit(*unit)
        lock._stop.set()  # the session ends
        run.directory.lock.unlink()
        page.evaluate(LOOK)
        said.get_by_text("unfinished: 4 finished").wait_for()
        shows(page, whole[run.plan.members[0].position])
        # trees and the table of metrics come as well
        shutil.copytree(reference_run() / "topology", run.path / "topology")
        shutil.copy(reference_run() / "metrics.parquet", run.directory.metrics)
        page.evaluate(LOOK)
        page.locator("#table tbody tr").nth(3).wait_for()
        page.locator(".tree").first.wait_for()
        run.path.rename(run.path.with_name("away"))
        page.evaluate(LOOK)
        gone = page.get_by_text(f"{run.path} is gone: this page shows what was read last")
        gone.wait_for()
        assert page.locator("#table tbody tr").count() == 4
        run.path.with_name("away").rename(run.path)
        page.evaluate(LOOK)
        gone.wait_for(state="detached")


def test_a_page_that_was_opened_before_its_run_began_shows_it(chromium, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "REST", 0)
    (tmp_path / "run" / "jobs").mkdir(parents=True)
    with served(tmp_path / "run") as address, opened(chromium, address) as page:
        page.get_by_text("This run has no members.").wait_for()
        shutil.copytree(reference_run(), tmp_path / "run", dirs_exist_ok=True)
        page.evaluate(LOOK)
        page.wait_for_selector(".explorer[data-ready='0.0'] .plane canvas")
        assert page.locator("#table tbody tr").count() == 4


def test_a_server_that_ends_is_said_and_what_was_read_stays(chromium):
    with served(reference_run(), prefix="/user/me/proxy/8765") as address, chromium.new_context() as inside:
        page = inside.new_page()
        page.goto(address)
        page.wait_for_selector("#table tbody tr")
        assert page.evaluate("document.baseURI").endswith("/user/me/proxy/8765/")
        page.route("**/api/page", lambda route: route.abort("connectionrefused"))
        page.evaluate(LOOK)
        page.get_by_text("does not answer any more. What you see was read last.").wait_for()
        assert page.locator("#table tbody tr").count() == 4
        page.unroute("**/api/page")
        page.evaluate(LOOK)
        page.get_by_text("does not answer any more").wait_for(state="detached")
