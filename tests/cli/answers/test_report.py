"""``landsweep report``: one page with the numbers of the run, whatever the run is like."""

import json
import os
import shutil
import tarfile
import webbrowser

import numpy as np
import pandas as pd
import pytest
from landsweep import open_run
from landsweep.disk import rundir
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.kernels import segmentation
from landsweep.page import members, write
from landsweep.page.content import run_page
from landsweep.report import summary
from landsweep.stages import reserved
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from support import DATA, copy_of, inside, make_study, once, reference_run
from written import content, imported, landscape, landscapes, reported, sentences

SWEPT = {
    "sweep": {"beta": [1.0, 2.0, 3.0, 4.0], "seed": [0], "subspace": ["random"], "direction_seed": [0, 1]},
    "problem__params": {"steps": 2},
}
"""A run of four models, so that relations have estimates."""


@pytest.fixture(scope="module")
def swept():
    """A run, and the text of its page."""
    run = reference_run(**SWEPT)
    page = once("page-swept", lambda folder: reported(run, "--out", folder / "page.html")) / "page.html"
    return run, page.read_text(encoding="utf-8")


def cells(table, name):
    at = [column["name"] for column in table["columns"]].index(name)
    return [row[at] for row in table["rows"]]


def test_every_number_is_that_of_the_table(swept):
    run, text = swept
    page = content(text)["runs"][0]
    metrics = pd.read_parquet(run / "metrics.parquet")
    assert [c["name"] for c in page["table"]["columns"]] == list(metrics)
    for column in page["table"]["columns"]:
        known = metrics[column["name"]]
        assert column["kind"] == ("number" if pd.api.types.is_numeric_dtype(known) else "name")
        assert [None if pd.isna(v) else v for v in known.tolist()] == cells(page["table"], column["name"])
    described = {c["name"]: c["description"] for c in page["table"]["columns"]}
    assert described["n_saddles"] == reserved()["n_saddles"]
    assert page["axes"]["beta"] == [1.0, 2.0, 3.0, 4.0]
    assert page["state"] == "finished"
    assert [m["label"] for m in page["members"]][:2] == [
        "beta = 1.0, direction_seed = 0",
        "beta = 1.0, direction_seed = 1",
    ]


def test_relations_are_those_of_the_command(swept):
    run, text = swept
    page, relations = content(text)["runs"][0], open_run(run).relations()
    for name in relations:
        found = [None if pd.isna(v) else v for v in relations[name].tolist()]
        found = [str(v).lower() if isinstance(v, bool) else v for v in found]
        assert cells(page["relations"], name) == found
    assert [c["name"] for c in page["relations"]["columns"]][:8] == [
        *("metric", "against", "estimate", "low", "high", "p_holm", "n_models", "sentence")
    ]


def test_the_answer_comes_first(swept):
    run, text = swept
    page, opened = content(text), open_run(run)
    (first,) = sentences(page, "first")
    own = opened.metrics
    assert first == (
        f"8 of 8 landscapes of 7 x 5 points: {own.n_minima.sum():g} minima and {own.n_saddles.sum():g} saddles of the "
        "grid (freudenthal)."
    )
    relations = opened.relations()
    axis = relations[(relations.kind == "axis") & (relations.why_not == "")]
    told = axis[axis.metric.isin(summary.TREND_METRICS)].sentence
    said = sentences(page, "answer")
    assert len(told) > 1
    for sentence in told:  # as the command says them; one sentence may name several metrics that are alike
        assert any(text.split(": ", 1)[1].rstrip(".") == sentence.split(": ", 1)[1] for text in said)
    assert [entry["rank"] for entry in page["runs"][0]["answer"]][:2] == ["first", "answer"]


def test_landscapes_are_those_of_the_store_and_basins_those_of_the_segmentation(swept):
    run, text = swept
    opened = open_run(run)
    assert landscapes(text) == [(0, member.index) for member in opened.plan.members]
    store = Landscape(opened.directory.landscape)
    for member in opened.plan.members:
        header, arrays = landscape(text, member.index)
        loss = store.read_member("loss", member.position)
        assert arrays["field/loss"].tobytes() == loss.tobytes()
        assert arrays["field/loss"].dtype == loss.dtype
        assert header["ranges"]["loss"] == [loss.min(), loss.max()]
        assert header["start"] == list(np.unravel_index(loss.argmin(), loss.shape))
        assert [arrays[f"axis/{k}"].tolist() for k in (0, 1)] == [
            opened.dataset[name].to_numpy().tolist() for name in ("alpha_0", "alpha_1")
        ]
        tree, parts = segmentation(loss, "freudenthal")
        birth = arrays["freudenthal/birth"]
        lowest = birth[arrays["freudenthal/labels"]]  # of the branch of each point: its minimum's value
        np.testing.assert_array_equal(lowest, tree.node_values[: len(tree.minima)][parts.basin])
        assert header["representations"][0]["total"] == opened.metrics.n_minima.iloc[member.index]


def test_provenance_names_versions_commands_and_references(swept):
    run, text = swept
    found = content(text)["runs"][0]["provenance"]
    session = json.loads((run / "provenance.json").read_text())["sessions"][-1]
    facts = dict(map(tuple, found["facts"]))
    assert facts["host"] == session["host"]
    assert facts["version of torch"] == session["versions"]["torch"]
    assert found["commands"][0].startswith("landsweep run ")
    assert found["methods"].startswith("We evaluated loss landscapes of Toy")
    assert found["bibtex"].startswith("@")


def test_curves_are_those_of_robust(tmp_path):
    run = copy_of(reference_run(**SWEPT), tmp_path)
    assert "`landsweep robust" in sentences(content(reported(run)), "note")[-1]
    assert inside("robust", run, "--metric", "n_saddles", "--metric", "loss_range").returncode == 0
    (first, second) = content(reported(run))["runs"][0]["curves"]
    claims = pd.read_csv(run / "robust" / "claims.csv")
    for curve, metric in ((first, "n_saddles"), (second, "loss_range")):
        part = claims[claims.metric == metric].sort_values("rho", kind="stable")
        assert (curve["metric"], curve["axis"]) == (metric, "beta")
        assert [s["estimate"] for s in curve["specifications"]] == [None if pd.isna(v) else v for v in part.rho]
        assert curve["sentence"] in (run / "robust" / "robust.md").read_text().replace(".\n", "\n").replace(
            f"### {metric} over beta\n\n", f"{metric} over beta: "
        )
    os.utime(run / "robust" / "claims.csv", (0, 0))
    said = (
        f"The specification curves are older than the table of metrics: `landsweep robust {run}` computes them again."
    )
    assert said in sentences(content(reported(run)), "note")


def test_half_a_run_says_what_is_missing(tmp_path):
    study = make_study(tmp_path, problem__params={"steps": 2})
    run = tmp_path / "run"
    assert inside("run", study, "--out", run, "--stages", "train").returncode == 0
    text = reported(run)
    page = content(text)
    assert landscapes(text) == []
    assert page["runs"][0]["state"] == "unfinished"
    assert sentences(page, "warning") == [
        "The run is not finished (subspace 0 of 4 members; evaluate 0 of ? units; topology 0 of 4 members; report 0 "
        "of 1 reports): `landsweep run STUDY` goes on."
    ]
    assert {(m["state"], m["done"]) for m in page["runs"][0]["members"]} == {("empty", 0)}
    going = run_page(open_run(run), lambda lock: "a process")
    assert going["state"] == "running"
    (said,) = (said for said in going["answer"] if said["text"].startswith("The run is going on (subspace 0 of 4 "))
    assert said["rank"] == "note"
    assert not any(said["rank"] == "warning" for said in going["answer"])
    assert page["runs"][0]["table"] == page["runs"][0]["relations"] == {"columns": [], "rows": []}
    assert inside("run", study, "--out", run, "--stages", "subspace,evaluate").returncode == 0
    text = reported(run)
    assert len(landscapes(text)) == 4
    assert landscape(text, 0)[0]["notes"] == ["This member has no merge tree yet."]
    assert inside("run", study, "--out", run, "--stages", "topology").returncode == 0
    page = content(reported(run))  # the table that the report will write
    assert inside("run", study, "--out", run).returncode == 0
    whole = content(reported(run))
    assert page["runs"][0]["table"] == whole["runs"][0]["table"]
    assert whole["runs"][0]["state"] == "finished"


@pytest.mark.parametrize(("stage", "error"), [("train", "training is broken"), ("loss", "the loss is broken")])
def test_failed_members_are_named_and_the_others_shown(stage, error, tmp_path):
    params = {"steps": 2, "raise_in": stage, "raise_at": 2.0}
    done = inside("run", make_study(tmp_path, problem__params=params), "--out", tmp_path / "run")
    assert done.returncode == 3
    text = reported(tmp_path / "run")
    page = content(text)["runs"][0]
    assert [(m["state"], m["done"]) for m in page["members"]] == [("finished", 1)] * 2 + [("failed", 0)] * 2
    assert error in page["members"][2]["failure"]
    assert landscapes(text) == [(0, 0), (0, 1)]
    assert page["state"] == "finished"
    (said,) = (t for t in sentences(content(text), "warning") if "failures" in t)
    assert said.startswith("2 of 4 members have failures (beta = 2.0, direction_seed = 0: Stage ")
    assert said.endswith("`landsweep run STUDY --retry-failed` tries them again.")


def test_a_sweep_that_has_grown_lacks_units():
    run = open_run(reference_run(**SWEPT))
    study = Study.load(run.directory.study, ("sweep.direction_seed=[0,1,2]",))
    grown = OpenedRun(run.directory, study, make_plan(study, run.directory.read_members()["history"]))
    page = run_page(grown)
    units = len(list(Landscape(run.directory.landscape).units()))
    assert page["answer"][0]["text"].startswith("8 of 12 landscapes of 7 x 5 points: ")
    assert [m["state"] for m in page["members"]] == ["finished"] * 8 + ["empty"] * 4
    (said,) = (s["text"] for s in page["answer"] if s["text"].startswith("The run is not finished"))
    assert f"evaluate {units} of {units * 12 // 8} units; " in said
    assert any(s["text"].startswith("4 of 12 landscapes have no metrics") for s in page["answer"])


def test_a_damaged_shard_is_named_and_the_others_are_shown(tmp_path):
    run = copy_of(reference_run(**SWEPT), tmp_path)
    shard = next(p for p in sorted((run / "landscape.zarr" / "loss" / "c" / "0").rglob("*")) if p.is_file())
    shard.write_bytes(bytes(b ^ 255 if k == 40 else b for k, b in enumerate(shard.read_bytes())))
    (run / "topology" / "member-00002.npz").write_bytes(b"nothing")
    text = reported(run)
    assert landscapes(text) == [(0, k) for k in range(1, 8)]
    said, trees = (t for t in sentences(content(text), "warning") if "is damaged" in t)
    assert said.startswith(f"beta = 1.0, direction_seed = 0 is not shown: {shard} is damaged (")
    assert said.endswith("`landsweep run STUDY --repair` evaluates its unit again.")
    assert trees == (
        f"beta = 2.0, direction_seed = 0: {run}/topology/member-00002.npz is damaged (it cannot be read: ValueError): "
        "`landsweep run STUDY --repair` computes it again."
    )
    assert landscape(text, 2)[0]["representations"] == []
    assert "member-00002.npz is damaged" in landscape(text, 2)[0]["notes"][0]
    assert len(landscape(text, 3)[0]["representations"]) == 1


def test_a_damaged_table_or_summary_is_a_sentence(tmp_path):
    run = copy_of(reference_run(**SWEPT), tmp_path)
    (run / "metrics.parquet").write_bytes(b"nothing")
    (run / "report" / "summary.json").write_text("{")
    text = reported(run)
    warnings = sentences(content(text), "warning")
    assert sum("metrics.parquet is damaged" in said for said in warnings) == 1
    assert (
        sum("summary.json cannot be read (Damaged): `landsweep run STUDY --repair`" in said for said in warnings) == 1
    )
    assert not any("No relations" in said for said in sentences(content(text), "note"))
    assert len(landscapes(text)) == 8


def test_a_table_that_lacks_landscapes_or_columns(tmp_path):
    run = copy_of(reference_run(**SWEPT), tmp_path)
    whole = pd.read_parquet(run / "metrics.parquet")
    table = whole.copy()
    table.loc[table["member"] < 3, ["n_minima", "n_saddles"]] = np.nan
    table.loc[3, ["n_minima", "n_saddles"]] = 1_234_567, 1
    table.loc[4:, ["n_minima", "n_saddles"]] = 0
    table.to_parquet(run / "metrics.parquet")
    (first,) = sentences(content(reported(run)), "first")
    counted = "1,234,567 minima and 1 saddle of the grid (freudenthal, in 5 landscapes)"
    assert first == f"8 of 8 landscapes of 7 x 5 points: {counted}."
    whole[whole["member"] < 6].to_parquet(run / "metrics.parquet")  # the sweep has grown since
    page = content(reported(run))
    assert len(page["runs"][0]["table"]["rows"]) == 6
    assert any(t.startswith("2 of 8 landscapes have no metrics (model 3, ") for t in sentences(page, "note"))
    whole.drop(columns=["beta", "model"]).to_parquet(run / "metrics.parquet")
    said = " ".join(sentences(content(reported(run)), "warning"))
    assert f"{run}/metrics.parquet is damaged (it lacks beta, model): `landsweep run STUDY --repair` computes" in said


def test_landscapes_of_any_kind(tmp_path):
    """One axis, constants, NaN, thresholds, maxima: imported, so without a model."""
    rng = np.random.default_rng(4)
    line = imported(tmp_path / "line", {"line": rng.random(9)})
    header, arrays = landscape(reported(line), 0)
    assert header["axes"] == ["alpha_0"]
    assert arrays["moore/minimum"].shape[1] == 1
    flat = imported(tmp_path / "flat", {"flat": np.ones((5, 5)), "nothing": np.full((5, 5), np.nan)})
    text = reported(flat)
    header, arrays = landscape(text, 0)
    assert header["ranges"] == {"loss": [1, 1]}
    assert arrays["moore/labels"].max() == 0
    header, arrays = landscape(text, 1)
    assert header["ranges"] == {}
    assert header["representations"] == []
    assert header["notes"] == ["25 of 25 points are not finite.", "No point of loss has a finite value."]
    assert content(text)["runs"][0]["axes"]["file"] == ["flat.npz", "nothing.npz"]
    rough = imported(
        tmp_path / "rough",
        {"rough": rng.random((9, 9))},
        *(
            "--set",
            "topology.negate=true",
            "--set",
            "topology.segmentation=true",
            "--set",
            "topology.min_persistence=10%",
        ),
    )
    text = reported(rough)
    header, arrays = landscape(text, 0)
    assert arrays["moore/death"][0] == -np.inf
    assert (arrays["moore/death"][1:] < arrays["moore/birth"][1:]).all()
    assert arrays["field/loss"][tuple(header["start"])] == header["ranges"]["loss"][1] == arrays["moore/birth"][0]
    assert header["notes"] == ["The table of metrics leaves out pairs of a persistence below 10 % of loss range."]
    assert "maxima and" in sentences(content(text), "first")[0]


def test_a_run_of_an_earlier_version(tmp_path):
    with tarfile.open(DATA / "run-of-4a6ec2b.tar.gz") as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    text = reported(tmp_path / "run")
    assert len(landscapes(text)) == 6
    assert len(content(text)["runs"][0]["table"]["rows"]) == 12


def test_large_grids_keep_every_so_many_th_point(tmp_path, monkeypatch):
    run = imported(tmp_path / "run", {"a": np.random.default_rng(5).random((21, 21))})
    loss = Landscape(run / "landscape.zarr").read_member("loss", open_run(run).plan.members[0].position)
    whole, whole_arrays = landscape(reported(run), 0)
    monkeypatch.setattr(write, "BUDGET", 1500)
    monkeypatch.setattr(members, "FEWEST", 10)
    header, arrays = landscape(reported(run), 0)
    most = 1500 // 3 // members.BRANCH
    total = header["representations"][0]["total"]
    assert len(arrays["moore/birth"]) == most < total
    np.testing.assert_array_equal(arrays["moore/birth"], whole_arrays["moore/birth"][:most])
    assert arrays["moore/volume"].sum() == 441
    assert header["strides"] == [2, 2]
    np.testing.assert_array_equal(arrays["field/loss"], loss[::2, ::2])
    assert arrays["moore/labels"].shape == (11, 11)
    assert (header["ranges"], header["start"]) == (whole["ranges"], whole["start"])
    assert header["notes"] == [
        f"The {most} most persistent of {total} branches of the moore tree are shown; basins of the others belong to "
        "the branches that they join.",
        "Slices hold 11 x 11 of 21 x 21 points, each with its stored value; ranges, minima and saddles are those of "
        "the whole grid.",
    ]


def test_hostile_values_stay_text(tmp_path):
    values = ["</script><script>alert('1')</script>", "\"'<!--&lt;", "\U0001f9ea\u2028", "long " * 2000]
    sweep = {"beta": [1.0], "raise_in": values, "seed": [0], "subspace": ["random"], "direction_seed": [0]}
    study = make_study(tmp_path, sweep=sweep, problem__params={"steps": 2})
    assert inside("run", study, "--out", tmp_path / "run").returncode == 0
    text = reported(tmp_path / "run")
    page = content(text)["runs"][0]
    assert page["axes"]["raise_in"] == values
    assert [m["label"] for m in page["members"]] == [f"raise_in = {value}" for value in values]
    assert cells(page["table"], "raise_in") == values
    assert text.count("<script") == text.count("</script>") == 2 + 4
    assert "<!--" not in text


def test_without_a_browser_the_address_is_left(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)  # which returns nothing, as where there is none
    done = inside("report", reference_run(**SWEPT), "--out", tmp_path / "a.html", "--open")
    assert done.returncode == 0
    assert opened == [(tmp_path / "a.html").as_uri()]
    assert done.stderr == "note: no browser was found on this machine: open this address in yours.\n"


def test_what_is_refused(tmp_path):
    run = reference_run(**SWEPT)
    for words, said in (
        ([tmp_path], f"{tmp_path} holds no run, expected a run directory such as runs/NAME: start one with"),
        ([run, "--out", "page.pdf"], "--out is 'page.pdf', expected the name of a .html or .htm file."),
        ([run, "--out", tmp_path / "no" / "a.html"], f"but {tmp_path}/no is no folder, expected one that exists"),
        ([run, "--out", f"{'a' * 300}.html"], "aa.html, expected the name of a file (File name too long)."),
    ):
        done = inside("report", *words)
        assert done.returncode == 2
        assert said in done.stderr
    cut = tmp_path / "cut"
    shutil.copytree(run, cut)
    for text in ("{", '{"schema_version": 2, "sessions": [3]}', '{"schema_version": 2, "sessions": [{"stages": 3}]}'):
        (cut / "provenance.json").write_text(text)
        assert "provenance.json is damaged (it " in inside("report", cut).stderr
    (cut / "members.json").write_text('{"history": [3], "members": []}')
    assert "members.json is damaged (it cannot be read" in inside("report", cut).stderr


def test_what_may_not_be_written_or_read_is_a_sentence(tmp_path, monkeypatch):
    run = reference_run(**SWEPT)

    def full(path, text):
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(rundir, "write_text", full)
        done = inside("report", run, "--out", tmp_path / "a.html")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"landsweep: {tmp_path}/a.html is not written (No space left on device): expected a folder that can be written,"
    )
    assert done.stderr.endswith(" of free space, so make it one, or name a file elsewhere with --out.\n")

    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(pd, "read_parquet", denied)
    done = inside("report", run, "--out", tmp_path / "a.html")
    assert (done.returncode, done.stderr) == (
        2,
        f"landsweep: {run}/metrics.parquet may not be read or written by you: expected a file that may, change its "
        "permissions, or use a copy.\n",
    )
