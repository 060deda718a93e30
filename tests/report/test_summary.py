"""Sentences, tables and figures say a number rises or falls with an axis only where its values have an order."""

import json

import pandas as pd
import pytest
from landsweep import Study, open_run
from landsweep.report import summary
from scipy.stats import spearmanr
from support import copy_of, inside, reference_run
from tables import table

CURVATURE = {"largest": 1}


def said(run):
    """The page of the summary, whose sentences the command prints too."""
    return (run / "report" / "summary.md").read_text()


@pytest.mark.parametrize("sweep", [{"beta": [1.0, 2.0], "split": ["train", "test"]}, {"seed": [0, 1, 2, 3]}])
def test_two_values_and_names_have_no_trend(write_study, tmp_path, sweep):
    """Pooled over splits two values made six points, and seeds were numbers: both gave a correlation."""
    sweep = {"seed": [0, 1], "direction_seed": [0]} | sweep
    done = inside("run", write_study(sweep=sweep, curvature=CURVATURE), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found = open_run(tmp_path / "run").metrics
    top = found["hessian_top_eigenvalue"]
    told = f"top eigenvalue {top.median():.3g} ({top.min():.3g} to {top.max():.3g})"
    if "beta" in sweep:
        first, last = found.groupby("beta")["hessian_top_eigenvalue"].median()
        told = f"top eigenvalue {first:.3g} at beta = 1.0, {last:.3g} at beta = 2.0"
    for text in (done.stdout, said(tmp_path / "run")):
        assert f" Hessian: {told}\n" in text
        assert "rho" not in text
        assert "at seed" not in text


def test_trends_are_those_of_relations_over_models():
    """Sentences of the summary, of the Hessian and of `landsweep relations` are one."""
    sweep = {"beta": [1.0, 2.0, 3.0], "seed": [0, 1], "direction_seed": [0, 1], "split": ["train", "test"]}
    run = reference_run(sweep=sweep, curvature=CURVATURE)
    metrics = open_run(run).metrics
    found = open_run(run).relations(["loss_range"], ["beta"]).set_index("split")
    means = (
        metrics[metrics["split"] == "test"].groupby("model")[["beta", "loss_range", "hessian_top_eigenvalue"]].mean()
    )
    assert found.loc["test", "n_models"] == 6  # of 24 landscapes
    assert found.loc["test", "estimate"] == pytest.approx(spearmanr(means["beta"], means["loss_range"]).statistic)
    for line in found["sentence"].str.partition(": ")[2].str.partition(", n =")[0]:
        assert line in said(run)
    rho = spearmanr(means["beta"], means["hessian_top_eigenvalue"]).statistic
    (line,) = [line for line in said(run).splitlines() if line.startswith("- Hessian: top eigenvalue")]
    assert f"split test rho = {rho:.2f}, 95 % interval " in line
    assert line.endswith("n = 6 models")
    assert "series" not in said(run).partition("Median")[0]


def test_few_models_have_no_trends():
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}, "sweep": {"beta": [1, 2, 3]}})
    made = table({"beta": [1, 2, 3], "seed": [0]}, n_saddles=lambda row, noise: row["beta"])
    assert summary.trends(study, made) == ["relations with beta: not enough models (3, at least 4)"]


def test_an_axis_has_one_line_where_metrics_know_different_numbers_of_models():
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}, "sweep": {"beta": [1, 2, 3]}})
    made = table(
        {"beta": [1, 2, 3], "seed": [0]},
        n_saddles=lambda row, noise: row["beta"],
        average_persistence=lambda row, noise: row["beta"] if row["beta"] > 1 else float("nan"),
    )
    assert summary.trends(study, made) == ["relations with beta: not enough models (3, at least 4)"]


def test_what_holds_in_one_subspace_is_not_said_of_the_run():
    """The models of the other are too few, or none: of both the sentence spoke for the whole run."""
    values = list(range(1, 9))
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}, "sweep": {"beta": values}})
    first = table({"beta": values, "seed": [0]}, n_saddles=lambda row, noise: row["beta"])
    for finished, more in ((3, ["hessian: saddles and beta: not enough models (3, at least 4)"]), (0, [])):
        second = first.assign(subspace="hessian", n_saddles=first["n_saddles"].where(first["model"] < finished))
        said = summary.trends(study, pd.concat([first, second]))
        assert said[0].startswith("random: saddles rise with beta: rho = 1.00")
        assert said[1:] == more


def test_a_relation_of_one_split_names_it():
    values = list(range(1, 7))
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}, "sweep": {"beta": values}})
    made = table({"beta": values, "seed": [0], "split": ["a", "b"]}, hessian_trace=lambda row, noise: row["beta"])
    assert summary.site_relation(study, made, "beta", "hessian_trace").startswith("rho = 1.00, ")
    made.loc[(made["split"] == "b") & (made["beta"] > 3), "hessian_trace"] = float("nan")
    assert summary.site_relation(study, made, "beta", "hessian_trace").startswith("split a rho = 1.00, ")


def test_names_have_differences():
    sweep = {"mode": ["a", "b"], "seed": [0, 1, 2, 3]}
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}, "sweep": sweep})
    made = table(sweep, n_saddles=lambda row, noise: 9 * (row["mode"] == "b") + noise)
    (line,) = summary.trends(study, made)
    assert line.startswith("saddles differ by mode (medians ")


def test_a_summary_of_an_older_version_is_still_shown(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    file = run / "report" / "summary.json"
    old = {"axis": "beta", "metric": "n_saddles", "rho": {"moore": [0.5]}, "text": "+0.50 (1 series)"}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"trends": [old]}))
    done = inside("run", tmp_path / "study.yaml", "--out", run)
    assert done.returncode == 0, done.stderr
    assert "\n  rank correlation of n_saddles with beta: +0.50 (1 series)\n" in done.stdout
