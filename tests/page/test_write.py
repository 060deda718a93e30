"""The page that a run ends with: it is written where the study asks for it, and never older than the report."""

import warnings

import landsweep
from landsweep.page import document
from support import inside, make_study
from written import content, landscapes

FAST = {"problem__params": {"steps": 2}, "sweep__direction_seed": [0], "report__page": True}


def test_a_run_ends_with_its_page(tmp_path):
    study, page = make_study(tmp_path, **FAST), tmp_path / "run" / "report" / "index.html"
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert f"  page     {page}\n" in done.stdout
    assert landscapes(page.read_text()) == [(0, 0), (0, 1)]
    assert content(page.read_text())["runs"][0]["state"] == "finished"
    before = page.stat().st_mtime_ns
    assert inside("run", study, "--out", tmp_path / "run").returncode == 0
    assert page.stat().st_mtime_ns == before  # nothing has changed
    more = ("--set", "topology.connectivity=[face]")
    assert inside("run", study, "--out", tmp_path / "run", *more, "--set", "report.page=false").returncode == 0
    assert not page.exists()  # an old one would show other trees
    landsweep.run(study, tmp_path / "run", set=more[1:], progress=False)
    assert content(page.read_text())["runs"][0]["table"]["rows"][0][6] == "face"


def test_a_page_that_cannot_be_written_costs_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "STATIC", tmp_path)
    study = make_study(tmp_path, **FAST)
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 0
    said = (
        f"{tmp_path}/run/report/index.html is not written: {tmp_path}/page.js does not exist, expected the page's "
        f"program: build it with `make browser`; `landsweep report {tmp_path}/run` tries again."
    )
    assert f"note: {said}\n" in done.stderr
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        landsweep.run(study, tmp_path / "run", progress=False)
    assert [str(w.message) for w in caught if "index.html" in str(w.message)] == [said]


def test_a_half_finished_run_has_none(tmp_path):
    study = make_study(tmp_path, **FAST)
    assert inside("run", study, "--out", tmp_path / "run", "--stages", "train").returncode == 0
    assert not (tmp_path / "run" / "report").exists()
