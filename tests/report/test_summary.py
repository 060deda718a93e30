"""Sentences, tables and figures say a number rises or falls with an axis only where its values have an order."""

import numpy as np
import pytest
from landsweep import open_run
from landsweep.report import summary
from scipy.stats import spearmanr
from support import inside, reference_run

CURVATURE = {"largest": 1}


def said(run):
    """The page of the summary, whose sentences the command prints too."""
    return (run / "report" / "summary.md").read_text()


def test_trends_are_over_numbers_that_are_no_names():
    axes = {"beta": (1, 2, 3), "width": (8, 16), "twice": (1, 1.0, 2), "mode": ("a", "b", "c"), "depth": (3, 1, 2)}
    assert summary.trend_axes(axes) == ["beta", "depth"]
    names = ("seed", "direction_seed", "draw", "split", "checkpoint", "subspace")
    assert summary.trend_axes(dict.fromkeys(names, (0, 1, 2, 3))) == []


@pytest.mark.parametrize("sweep", [{"beta": [1.0, 2.0], "split": ["train", "test"]}, {"seed": [0, 1, 2, 3]}])
def test_two_values_and_names_have_no_trend(write_study, tmp_path, sweep):
    """Pooled over splits two values made six points, and seeds were numbers: both gave a correlation."""
    sweep = {"seed": [0, 1], "direction_seed": [0]} | sweep
    done = inside("run", write_study(sweep=sweep, curvature=CURVATURE), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    table = open_run(tmp_path / "run").metrics
    top = table["hessian_top_eigenvalue"]
    told = f"top eigenvalue {top.median():.3g} ({top.min():.3g} to {top.max():.3g})"
    if "beta" in sweep:
        first, last = table.groupby("beta")["hessian_top_eigenvalue"].median()
        told = f"top eigenvalue {first:.3g} at beta = 1.0, {last:.3g} at beta = 2.0"
    for text in (done.stdout, said(tmp_path / "run")):
        assert f" Hessian: {told}\n" in text
        assert "correlation" not in text
        assert "at seed" not in text


def test_correlations_are_within_series_and_their_number_is_said():
    sweep = {"beta": [1.0, 2.0, 3.0], "seed": [0, 1], "direction_seed": [0, 1], "split": ["train", "test"]}
    run = reference_run(sweep=sweep, curvature=CURVATURE)
    table = open_run(run).metrics

    def spread(parts, column):
        rhos = [spearmanr(part["beta"], part[column]).statistic for part in parts if part[column].nunique() > 1]
        return f"{np.median(rhos):+.2f} ({min(rhos):+.2f} to {max(rhos):+.2f} over {len(rhos)} series)"

    series = [part for _, part in table.groupby(["seed", "direction_seed", "split"])]
    assert len(series) == 8
    assert f"- rank correlation of loss range with beta: {spread(series, 'loss_range')}\n" in said(run)
    # Landscapes of one model on the same data have one Hessian: four series, not eight.
    sites = [part for _, part in table[table["direction_seed"] == 0].groupby(["seed", "split"])]
    assert f"rank correlation {spread(sites, 'hessian_top_eigenvalue')}\n" in said(run)
    assert "over 4 series" in spread(sites, "hessian_top_eigenvalue")


def test_a_series_of_two_known_values_does_not_enter():
    beta, falls, two = np.array([1.0, 2, 3]), np.array([3.0, 2, 1]), np.array([3.0, np.nan, 1])
    assert summary.spearman(beta, falls) == pytest.approx(-1)
    assert np.isnan(summary.spearman(beta, two))


def test_one_series_is_said():
    trend = summary.Trend("beta", "n_saddles", {"face": (0.5,), "moore": (-1.0, 1.0)})
    assert trend.text == "face +0.50 (1 series); moore +0.00 (-1.00 to +1.00 over 2 series)"
