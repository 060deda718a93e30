"""The explorer in a notebook: one member, in a frame of its own, without a network."""

import html
import re
from dataclasses import replace

import landsweep
import pytest
from landsweep.base.errors import UserError
from support import copy_of, inside, make_study, reference_run
from written import content, landscape, landscapes


@pytest.fixture(scope="module")
def run():
    return landsweep.open_run(reference_run())


def frame(text):
    """The page in the frame of a cell's output."""
    (found,) = re.findall(r'<iframe title="[^"]*" srcdoc="([^"]*)"', text)
    assert 'sandbox="allow-scripts' in text
    assert "allow-same-origin" not in text  # the page may not touch the notebook
    return html.unescape(found)


def test_a_member(run):
    explorer = run.explore(beta=2.0, direction_seed=1)
    assert repr(explorer) == f"Explorer('{run.path}: beta = 2.0, direction_seed = 1')"
    text = frame(explorer._repr_html_())
    assert text == explorer.html
    assert landscapes(text) == [(0, 3)]
    page = content(text)["runs"][0]
    assert [m["index"] for m in page["members"]] == [3]
    assert page["answer"] == [{"text": "landscape of toy: beta = 2.0, direction_seed = 1", "rank": "first"}]
    assert len(page["table"]["rows"]) == 1
    loss = run.dataset.loss.sel(beta=2.0, direction_seed=1).squeeze().to_numpy()
    assert landscape(text, 3)[1]["field/loss"].tobytes() == loss.tobytes()


def test_a_run_shows_its_first_landscape(run):
    text = run._repr_html_()
    assert text.startswith("<div><strong>Run(")
    assert landscapes(frame(text)) == [(0, 0)]


def test_a_run_without_landscapes_says_so(tmp_path):
    params = {"steps": 2, "raise_in": "loss", "raise_at": 2.0}
    study = make_study(tmp_path, problem__params=params, sweep__direction_seed=[0])
    assert inside("run", study, "--out", tmp_path / "run", "--stages", "train").returncode == 0
    run = landsweep.open_run(tmp_path / "run")
    assert "<p>No landscape is finished yet.</p></div>" in run._repr_html_()
    with pytest.raises(
        UserError, match="member 0 has no landscape, expected one with evaluated points: `landsweep status"
    ):
        run.explore(beta=1.0)
    assert inside("run", study, "--out", tmp_path / "run").returncode == 3
    run = landsweep.open_run(tmp_path / "run")
    assert landscapes(frame(run._repr_html_())) == [(0, 0)]
    with pytest.raises(UserError, match="member 1 has no landscape"):
        run.explore(beta=2.0)
    with pytest.raises(UserError, match="'gamma' is no axis of this run"):
        run.explore(gamma=2.0)
    said = re.escape("beta=3 fits 0 members, expected one: choose among beta: 1.0, 2.0.")
    with pytest.raises(UserError, match=said):
        run.explore(beta=3)


def test_what_is_damaged_is_said_in_the_notebook(tmp_path):
    path = copy_of(reference_run(), tmp_path)
    (path / "metrics.parquet").write_bytes(b"nothing")
    page = content(landsweep.open_run(path).explore(beta=1.0, direction_seed=0).html)["runs"][0]
    assert "metrics.parquet is damaged" in page["answer"][1]["text"]
    run = landsweep.open_run(path)
    (path / "provenance.json").write_text("<script>")
    assert re.fullmatch(r"<div><strong>Run\(.*</strong><p>.*provenance.json is damaged .*</p></div>", run._repr_html_())


def test_many_values_of_an_axis_are_not_all_named():
    run = landsweep.open_run(reference_run())
    run.plan = replace(run.plan, axes={**run.plan.axes, "beta": tuple(range(1000))})
    with pytest.raises(
        UserError, match=re.escape("choose among beta: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..., 999; dir")
    ):
        run.explore()
