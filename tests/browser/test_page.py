"""The sections of a run's page but the explorer: what they show, how they are used, who can use them."""

from __future__ import annotations

import csv
import io
import time
from html import escape
from pathlib import Path
from typing import Any

import handmade
import numpy as np
import pandas as pd
import pytest
import support
from browsing import faults, opened
from landsweep.page.document import document

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;\u2028🙂"


def run_with_failures() -> Path:
    """A run of six models, of which one fails; its page is written."""

    def make(folder: Path) -> None:
        study = support.make_study(
            folder,
            problem__params={"steps": 4, "raise_in": "train", "raise_at": 3.0},
            sweep__beta=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            grid__points=[6, 5],
        )
        done = support.inside("run", study, "--out", folder / "run")
        assert done.returncode == 3, done.stderr
        done = support.inside("report", folder / "run")
        assert done.returncode == 0, done.stderr

    return support.once("page-with-failures", make) / "run"


def formatted(value: Any) -> str:
    """A number of the table as the page must write it: 4 significant digits, integers in full."""
    if value is None or value != value:
        return "–"
    return str(int(value)) if float(value).is_integer() else f"{value:.4g}"


def same_number(text: str, value: float) -> bool:
    return text == formatted(value) or float(text) == float(f"{value:.3e}")


def until(page: Any, condition: str) -> None:
    """Wait for a condition in the page, whose policy forbids what Playwright's own wait does."""
    end = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def fits(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def saved(page: Any, section: str) -> list[dict[str, str]]:
    with page.expect_download() as found:
        page.click(f"{section} >> text=Save as CSV")
    text = Path(found.value.path()).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def column(page: Any, name: str) -> list[str]:
    """The cells of a column of the table of metrics, as they are shown."""
    heads = page.locator("#table thead th").all_inner_texts()
    return page.locator(f"#table tbody tr > :nth-child({heads.index(name) + 1})").all_inner_texts()


def test_a_run_with_failures_on_its_page(chromium):
    run = run_with_failures()
    metrics = pd.read_parquet(run / "metrics.parquet")
    relations = pd.read_csv(io.StringIO(support.inside("relations", run, "--csv").stdout))
    with opened(chromium, run / "report" / "index.html") as page:
        # The answer: counts and warnings first, with what failed and why.
        assert page.inner_text(".state") == "finished: 10 finished, 2 failed"
        titles = ["Answer", "Metrics", "All landscapes", "Explorer", "Relations", "Choices of analysis", "Provenance"]
        assert page.locator("h2").all_inner_texts() == titles
        answer = page.inner_text("#answer")
        assert "10 of 12 landscapes" in answer
        assert "10 finished, 2 failed" in answer
        assert "training is broken on purpose" in page.inner_text("#answer .warnings")
        assert faults(page) == []
        # The table: every shown number is that of metrics.parquet.
        heads = page.locator("#table thead th").all_inner_texts()
        labels = page.evaluate("JSON.parse(document.getElementById('page').textContent).runs[0].table.columns")
        names = {one["label"]: one["name"] for one in labels}
        assert len(heads) > 8
        for head in heads:
            shown = column(page, head)
            assert len(shown) == len(metrics) == 12
            for text, value in zip(shown, metrics[names[head]], strict=True):
                assert text == value if isinstance(value, str) else same_number(text, value), (head, text, value)
        # It sorts by its headers, also by the keyboard.
        page.click("#table thead >> text=minima")
        assert page.get_attribute("#table th:has-text('minima')", "aria-sort") == "ascending"
        minima = [formatted(n) for n in sorted(metrics["n_minima"].dropna())]
        assert column(page, "minima") == [*minima, "–", "–"]
        page.keyboard.press("Enter")
        assert page.get_attribute("#table th:has-text('minima')", "aria-sort") == "descending"
        assert column(page, "minima") == [*minima[::-1], "–", "–"]
        # It filters, says so, and what is saved is what is shown, with all digits.
        page.select_option("#table >> label:has-text('Only rows with') select", "beta")
        page.select_option("#table >> label:has-text('which is') select", "≥")
        page.fill("#table >> label:has-text('this value') input", "four")
        page.keyboard.press("Enter")
        assert "“four” is not a number" in page.inner_text("#table [role=alert]")
        page.fill("#table >> label:has-text('this value') input", "4")
        page.keyboard.press("Enter")
        assert "Rows 1 to 6 of 6 (of 12 rows in all)" in page.inner_text("#table [role=status]")
        page.click("#table summary")
        page.click("#table button:text-is('All')")
        rows = saved(page, "#table")
        expected = metrics[metrics["beta"] >= 4].set_index("member")
        assert set(rows[0]) == set(metrics.columns)
        assert sorted(int(row["member"]) for row in rows) == sorted(expected.index)
        for row in rows:
            for name, value in expected.loc[int(row["member"])].items():
                text = row[str(name)]
                assert text == value if isinstance(value, str) else text == "" or float(text) == value, (name, text)
                assert text != "" or pd.isna(value)
        page.click("#table .chips button")
        page.fill("#table input[type=search]", "no such text")
        assert "No rows" in page.inner_text("#table [role=status]")
        page.fill("#table input[type=search]", "")
        # A row chooses its member, in the table and among the small multiples; so does a tile.
        page.focus("#table tbody button:text-is('7')")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "explorer-title"
        assert page.get_attribute("#table tr.chosen td", "class") == "number"
        assert page.get_attribute(".tile[aria-current=true]", "data-member") == "7"
        assert page.locator(".tile[data-state=failed]").count() == 2
        assert "training is broken" in page.locator(".tile[data-state=failed]").first.inner_text()
        page.click(".tile[data-member='1']")
        assert page.inner_text("#table tr.chosen td:first-child") == "1"
        until(page, "document.querySelectorAll('.tile canvas:not([hidden])').length === 10")
        # Relations: the numbers of `landsweep relations`, strongest first, and a filter.
        page.wait_for_selector("#relations tbody tr")
        if page.locator("#relations button:has-text('Show all')").is_visible():
            page.click("#relations button:has-text('Show all')")
        found = relations["estimate"].abs().sort_values(ascending=False).tolist()
        shown = page.locator("#relations td[data-label=estimate]").all_inner_texts()
        assert len(shown) == len(relations)
        for text, value in zip(shown, found, strict=True):
            assert (text == "–") == (value != value)
            assert text == "–" or same_number(text.lstrip("-"), value)
        metric = relations["metric"].iloc[0]
        page.select_option("#relations >> label:has-text('Metric') select", metric)
        assert page.locator("#relations tbody tr").count() == (relations["metric"] == metric).sum()
        # Provenance can be copied, and the page says that it was.
        page.focus("#provenance button[aria-label='Copy: BibTeX']")
        page.keyboard.press("Enter")
        until(page, "[...document.querySelectorAll('#provenance [role=status]')].some(e => e.textContent)")
        assert support.inside("methods", run).stdout.split(".")[0] in page.inner_text("#provenance")


def test_other_screens_colours_paper_and_the_keyboard(chromium):
    path = run_with_failures() / "report" / "index.html"
    with opened(chromium, path, color_scheme="dark", viewport={"width": 390, "height": 800}) as page:
        assert fits(page)
        assert page.evaluate("document.querySelector('#answer .first').getBoundingClientRect().bottom < innerHeight")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(251, 251, 250)"
        assert faults(page) == []
        page.emulate_media(media="print")
        until(page, "[...document.querySelectorAll('#answer details')].every(e => e.open)")
        assert not page.is_visible("#table form")
        assert not page.is_visible("nav")
        assert page.is_visible("#table tbody td")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    with opened(chromium, path, reduced_motion="reduce") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for _ in range(5):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Relations"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "relations-title"
        until(page, "Math.abs(document.querySelector('#relations').getBoundingClientRect().top) < 200")


def test_an_unfinished_run_says_what_is_missing(chromium, tmp_path):
    study = support.make_study(tmp_path, problem__params={"steps": 2})
    done = support.inside("run", study, "--out", tmp_path / "run", "--stages", "train")
    assert done.returncode == 0, done.stderr
    assert support.inside("report", tmp_path / "run").returncode == 0
    with opened(chromium, tmp_path / "run" / "report" / "index.html") as page:
        assert page.inner_text(".state") == "unfinished: 4 not begun"
        assert "The run is not finished" in page.inner_text("#answer .warnings")
        assert page.get_attribute("#answer progress >> nth=0", "aria-label") == "train: 2 of 2"
        assert "evaluate: 0" in page.get_attribute("#answer progress[aria-label^=evaluate]", "aria-label")
        assert page.locator(".tile[data-state=empty]").count() == 4
        assert "There are no metrics yet" in page.inner_text("#table")
        assert "There are no relations" in page.inner_text("#relations")


def test_what_a_browser_does_not_let_a_page_do_is_said(chromium, tmp_path):
    path = run_with_failures() / "report" / "index.html"
    with chromium.new_context(java_script_enabled=False) as inside:
        page = inside.new_page()
        page.goto(path.as_uri())
        assert page.inner_text("body").startswith("This page needs JavaScript; report/summary.md and metrics.parquet")
    with chromium.new_context() as inside:
        inside.add_init_script("delete globalThis.DecompressionStream")
        page = inside.new_page()
        page.goto(path.as_uri())
        page.locator(".panel").get_by_text("This browser cannot unpack landscapes: Chrome").wait_for()
        assert len(column(page, "minima")) == 12
    # In a frame like that of a notebook there is no address, no history and no clipboard of its own.
    framed = f'<main><section><iframe sandbox="allow-scripts" srcdoc="{escape(path.read_text(encoding="utf-8"))}">'
    (tmp_path / "frame.html").write_text(f'<!doctype html><meta charset="utf-8">{framed}', encoding="utf-8")
    with opened(chromium, tmp_path / "frame.html") as page:
        inside = page.frame_locator("iframe")
        inside.locator("nav >> text=Provenance").click()
        inside.get_by_role("button", name="Copy: BibTeX").click()
        inside.locator("#provenance [role=status]").get_by_text("copied").wait_for()


def hostile_page() -> str:
    """Two runs, one with names of any kind, members of every state and curves; one with 200 members."""
    rng = np.random.default_rng(3)
    values = rng.random((5, 6))
    values[:2] = np.nan
    states = [("finished", 1, ""), ("partial", 0.6, ""), ("empty", 0, ""), ("failed", 0, HOSTILE)]
    members = [handmade.member(i, {HOSTILE: f"{HOSTILE}{i}"}, *state) for i, state in enumerate(states)]
    specifications = [
        {"estimate": e, "choices": {"threshold": str(k % 2), HOSTILE: f"{HOSTILE} {k % 3}"}}
        for k, e in enumerate([-0.5, -0.123456, 0.25, 0.75])
    ]
    one = handmade.run_page(
        HOSTILE,
        members,
        state="running",
        live={"rate": "31 points/s", "end": "22:15", "jobs": ["7 running"]},
        progress=[{"stage": "evaluate", "done": 3, "total": 8, "failed": 1}],
        answer=[{"text": HOSTILE, "rank": rank} for rank in ("first", "answer", "warning", "note")],
        table=handmade.table(
            **{"member": [0, 1], HOSTILE: [HOSTILE, "b"], "loss_max": [1.5, "Infinity"], "x": [None, 2]}
        ),
        relations=handmade.table(
            metric=[HOSTILE, "b"],
            against=[HOSTILE, "a"],
            estimate=[0.5, None],
            low=[-0.1, None],
            high=[0.9, None],
            p_holm=[0.03, None],
            n_models=[5, 5],
            sentence=[HOSTILE, HOSTILE],
        ),
        curves=[{"metric": HOSTILE, "axis": HOSTILE, "sentence": HOSTILE, "specifications": specifications}],
        provenance={"facts": [[HOSTILE, HOSTILE]], "commands": [HOSTILE], "methods": HOSTILE, "bibtex": HOSTILE},
        axes={HOSTILE: [f"{HOSTILE}{i}" for i in range(4)]},
    )
    many = [handmade.member(i, {"beta": i // 4, "seed": i % 4}) for i in range(200)]
    numbers = {f"metric_{k}": rng.random(2000).tolist() for k in range(40)}
    two = handmade.run_page(
        "many",
        many,
        table=handmade.table(member=[i // 10 for i in range(2000)], **numbers),
        axes={"beta": list(range(50)), "seed": list(range(4))},
    )
    shown = {(0, 0): handmade.landscape(rng.random((5, 6)), HOSTILE), (0, 1): handmade.landscape(values)}
    grids = rng.random((200, 41, 41))
    content = {"version": "0", "live": False, "runs": [one, two]}
    return document(content, shown | {(1, i): handmade.landscape(grid) for i, grid in enumerate(grids)})


def test_names_stay_text_and_two_hundred_members_open_at_once(chromium, tmp_path):
    (tmp_path / "page.html").write_text(hostile_page(), encoding="utf-8")
    with opened(chromium, tmp_path / "page.html") as page:
        assert page.title() == f"{HOSTILE} – landsweep"
        assert page.locator("img").count() == 0
        for place in ("h1", "#answer .first", "#answer .warnings", "#answer .notes", "#provenance pre", ".curve h3"):
            assert HOSTILE in page.text_content(place), place
        assert HOSTILE in page.text_content(".tile[data-state=failed]")
        # What goes on: how far, how fast, until when.
        assert page.inner_text(".state") == "running: 1 finished, 1 in part, 1 not begun, 1 failed"
        brief = page.inner_text("#answer .brief")
        assert all(said in brief for said in ("31 points/s", "22:15", "7 running", "3 of 8, 1 failed"))
        assert page.eval_on_selector("#answer progress", "e => e.value / e.max") == 3 / 8
        assert "60 % evaluated" in page.inner_text(".tile[data-state=partial]")
        assert "not evaluated yet" in page.inner_text(".tile[data-state=empty]")
        assert "not finite" in page.inner_text("#table tbody")
        assert "–" in page.inner_text("#table tbody")
        # An interval that reaches 0 has an open dot; a relation without an estimate has no dot.
        assert page.locator("#relations svg.open circle").count() == 1
        assert page.locator("#relations svg.interval circle").count() == 1
        # The curve: a dot for each estimate, one for each choice that differs; the slider says which.
        assert page.locator(".curve circle.estimate").count() == 4
        assert page.locator(".curve circle.choice").count() == 8
        page.focus(".curve input[type=range]")
        page.keyboard.press("ArrowRight")
        assert "2 of 4 specifications: -0.1235 with threshold 1" in page.inner_text(".curve [role=status]")
        assert fits(page)
        assert faults(page) == []
        # The other run: pictures come as they are seen, and its table of thousands sorts.
        assert page.locator("#runs tbody tr").count() == 2
        page.focus("#runs button:text-is('many')")
        page.keyboard.press("Enter")
        assert page.inner_text("h1") == "many"
        assert page.input_value(".head select") == "1"
        assert page.inner_text("#runs tr.chosen button") == "many"
        assert page.locator(".tile").count() == 200
        page.locator(".tile[data-member='199']").scroll_into_view_if_needed()
        page.wait_for_selector(".tile[data-member='199'] canvas:not([hidden])")
        assert page.evaluate(PIXELS) > 100
        page.click("#table thead button >> nth=3")
        shown = [float(text) for text in column(page, "metric_2")]
        assert shown == sorted(shown)
        assert len(shown) == 12


PIXELS = """() => {
  const canvas = document.querySelector(".tile[data-member='199'] canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
}"""
