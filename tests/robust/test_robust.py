"""Robustness: sub-grids, verdicts and correlations against brute force, and the command on whole runs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import landsweep
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep import UserError
from landsweep.disk.store import Landscape
from landsweep.kernels.geometry.graphs import grid_edges
from landsweep.kernels.statistics.ranks import spearman
from landsweep.kernels.topology.merge_trees import graph_merge_tree, merge_tree
from landsweep.kernels.topology.metrics import METRICS, topology_metrics
from landsweep.relations.columns import trend_axes
from landsweep.robust.claims import SPECIFICATION, Claim, claim, signed
from landsweep.robust.collect import analyse, judge
from landsweep.robust.figure import draw_curve
from landsweep.robust.report import write
from landsweep.robust.specification import (
    EXTENTS,
    MIN_POINTS,
    Specification,
    Threshold,
    cropped,
    crops,
    representations,
    specifications,
    strided,
    strides,
    verdict,
)
from landsweep.study.study import TopologySpec
from scipy.stats import spearmanr
from support import ROOT, inside, reference_run

OWN = ("freudenthal",)
lengths = st.integers(1, 300)
shapes = st.lists(st.integers(1, 70), min_size=1, max_size=6).map(tuple)


# Sub-grids


@given(lengths, st.integers(0, 9))
def test_strides_nest_and_keep_the_ends_they_can(n, k):
    stride = 2**k
    points = list(range(n))[strided(n, stride)]
    assert set(points) <= set(range(n)[strided(n, max(1, stride // 2))])
    assert {b - a for a, b in pairwise(points)} <= {stride}
    if (n - 1) % stride == 0:
        assert (points[0], points[-1]) == (0, n - 1)
    assert abs(points[0] + points[-1] - (n - 1)) <= stride, "the points lie off the centre"
    assert points[0] < stride
    assert n - 1 - points[-1] < stride


@given(lengths, st.sampled_from([1.0, 0.9, 0.75, 0.5, 0.1]))
def test_a_crop_is_centred_and_the_shortest_that_keeps_its_share(n, extent):
    points = list(range(n))[cropped(n, extent)]
    assert points[0] == n - 1 - points[-1]
    assert len(points) - 1 >= extent * (n - 1) - 1e-6
    assert len(points) - 3 < extent * (n - 1), "a shorter centred crop would do"
    if n % 2:
        assert n // 2 in points


@given(shapes)
def test_every_specification_once_and_the_study_s_first(shape):
    chosen = specifications(shape, OWN, Threshold(0.25))
    assert len(set(chosen)) == len(chosen)
    assert chosen[0] == Specification(1.0, 1, "freudenthal", Threshold(0.25))
    assert chosen[0].shape(shape) == shape
    boxes = {}
    for spec in chosen:
        small = spec.shape(shape)
        if spec != chosen[0] and (spec.extent, spec.stride) != (1.0, 1):
            assert all(m >= MIN_POINTS for n, m in zip(shape, small, strict=True) if n > 1)
        boxes.setdefault((spec.extent, spec.stride), spec.slices(shape))
    as_text = list(map(str, boxes.values()))
    assert len(set(as_text)) == len(as_text), "two choices are the same sub-grid"


def test_the_choices_on_a_grid_of_41():
    assert strides((41, 41)) == (1, 2, 4, 8)
    assert crops((41, 41)) == EXTENTS
    sizes = {(s.extent, s.stride): s.shape((41, 41)) for s in specifications((41, 41), OWN)}
    assert sizes == {
        (1.0, 1): (41, 41),
        (1.0, 2): (21, 21),
        (1.0, 4): (11, 11),
        (1.0, 8): (6, 6),
        (0.75, 1): (31, 31),
        (0.75, 2): (16, 16),
        (0.75, 4): (8, 8),
        (0.5, 1): (21, 21),
        (0.5, 2): (11, 11),
        (0.5, 4): (6, 6),
    }
    assert len(specifications((41, 41), OWN)) == 10 * 4 * 4


@pytest.mark.parametrize("shape", [(1,), (2,), (4, 4), (3, 1, 3)])
def test_a_small_grid_has_one_sub_grid(shape):
    assert strides(shape) == (1,)
    assert crops(shape) == (1.0,)


def test_representations_by_dimension():
    assert representations((9, 9), ("moore",)) == ("moore", "face", "freudenthal", "knn")
    assert representations((5,) * 4, ("freudenthal",)) == ("freudenthal", "face")
    assert representations((5,) * 4, ("face",)) == ("face",)
    assert representations((9, 1), ("moore",)) == ("moore",), "along one axis all connectivities are one"


@given(st.floats(0, 10), st.floats(-5, 5), st.floats(0, 100))
def test_thresholds_are_loss_differences_or_shares(value, low, span):
    assert Threshold(value).loss((low, low + span)) == value
    assert Threshold(value, relative=True).loss((low, low + span)) == pytest.approx(
        value * ((low + span) - low), rel=1e-14
    )


# Verdicts


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_count_is_resolved_when_it_moves_by_less_than_a_tenth(fine, coarse):
    found = verdict([(41,), (21,)], [5, 5], [fine, coarse]).verdict
    expected = fine == coarse or 10 * abs(fine - coarse) < fine
    assert (found == "resolved") == expected


def test_verdicts_say_what_they_rest_on():
    assert verdict([(81, 81), (41, 41)], [251, 80], [250, 79]).reason == (
        "minima 80 -> 251, saddles 79 -> 250 from 41 x 41 to 81 x 81 points"
    )
    resolved = verdict([(81, 81), (41, 41), (21, 21)], [12, 11, 3], [11, 10, 2])
    assert resolved.verdict == "resolved", "only the last halving counts"
    assert resolved.reason == "counts change by less than 10% from 41 x 41 to 81 x 81 points"
    small = verdict([(7, 7)], [3], [2])
    assert small.verdict == "too small to tell"
    assert small.reason == "7 x 7 points have no halving that leaves 5 along every axis"
    assert verdict([(9,), (5,)], [1, np.nan], [0, np.nan]).verdict == "too small to tell"


def judged(field):
    chosen = specifications(field.shape, OWN)
    return {row["representation"]: row for row in judge(field.shape, chosen, analyse(field, chosen, TopologySpec()))}


def test_a_bowl_with_bumps_is_resolved_in_every_representation():
    x = np.linspace(-1, 1, 65)
    u, v = np.meshgrid(x, x, indexing="ij")
    field = 0.3 * (u**2 + v**2) - 0.5 * (np.cos(3 * np.pi * u) + np.cos(3 * np.pi * v))  # 3 x 3 minima, none outside
    for representation, row in judged(field).items():
        assert row["verdict"] == "resolved", (representation, row)
        assert row["sizes"] == "65 x 65, 33 x 33, 17 x 17, 9 x 9, 5 x 5"
        assert row["n_minima"].startswith("9, 9, 9, ")


@pytest.mark.parametrize("seed", range(3))
def test_white_noise_is_under_resolved_in_every_representation(seed):
    rows = judged(np.random.default_rng(seed).standard_normal((65, 65)))
    assert set(rows) == {"face", "freudenthal", "moore", "knn"}
    for row in rows.values():
        assert row["verdict"] == "under-resolved"
        counts = [int(n) for n in row["n_minima"].split(", ")]
        assert counts == sorted(counts, reverse=True)


# Topology of sub-grids


@pytest.mark.parametrize(
    ("shape", "periodic"), [((23,), ()), ((17, 12), ()), ((9, 1, 10), ()), ((17, 12), (1,)), ((9, 1, 10), (0, 2))]
)
def test_rows_are_the_metrics_of_the_points_picked_one_by_one(shape, periodic):
    field = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    field.flat[5] = np.nan
    chosen = specifications(shape, OWN, Threshold(0.5), bool(periodic))
    assert ("knn" in {spec.representation for spec in chosen}) == (len(shape) > 1 and not periodic)
    rows = analyse(field, chosen, TopologySpec(), periodic)
    for spec, row in zip(chosen, rows, strict=True):
        index = [range(n)[s] for n, s in zip(shape, spec.slices(shape), strict=True)]
        part = np.array([field[i] for i in product(*index)]).reshape([len(i) for i in index])
        if spec.representation == "knn":
            edges = grid_edges("knn", part.shape, k=min(8, part.size - 1))
            tree = replace(graph_merge_tree(part.reshape(-1), edges), shape=part.shape)
        else:
            # A crop has ends; every second point of a circle is a circle.
            tree = merge_tree(part, spec.representation, periodic=periodic if spec.extent == 1 else ())
        finite = part[np.isfinite(part)].astype(float)
        least = spec.threshold.value * ((finite.max() - finite.min()) if spec.threshold.relative else 1)
        assert row["spec_min_persistence"] == pytest.approx(least, rel=1e-12)
        expected = topology_metrics(tree, min_persistence=row["spec_min_persistence"])
        assert {name: row[name] for name in METRICS} == pytest.approx(expected, nan_ok=True)
    assert [row["spec_default"] for row in rows].count(True) == 1


def test_a_sub_grid_without_finite_values_is_missing():
    field = np.full((9, 9), np.nan)
    field[1::2, 1::2] = 1.0
    chosen = specifications(field.shape, OWN)
    rows = analyse(field, chosen, TopologySpec())
    coarse = [row for spec, row in zip(chosen, rows, strict=True) if (spec.extent, spec.stride) == (1.0, 2)]
    assert coarse
    assert all(np.isnan(row["n_saddles"]) for row in coarse)
    assert {row["verdict"] for row in judge(field.shape, chosen, rows)} == {"too small to tell"}


# Claims


def ranks(values):
    """Mean ranks by counting."""
    return np.array([np.mean([sum(w < v for w in values), sum(w <= v for w in values) - 1]) for v in values])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5) | st.just(float("nan"))), max_size=12))
def test_spearman_is_pearson_of_mean_ranks(pairs):
    x, y = np.array(pairs, float).reshape(-1, 2).T
    found = spearman(x, y)
    known = [(a, b) for a, b in zip(x, y, strict=True) if b == b]
    if len(known) < 3 or any(len(set(side)) < 2 for side in zip(*known, strict=True)):
        assert np.isnan(found)
    else:
        a, b = (ranks(side) - np.mean(ranks(side)) for side in zip(*known, strict=True))
        assert found == pytest.approx((a @ b) / np.sqrt((a @ a) * (b @ b)), abs=1e-12)


def sweep(field_of, series=2):
    """The table of a made-up sweep over beta = 1..5."""
    shape = (17, 17)
    chosen = specifications(shape, OWN)
    rows = []
    for beta, draw in product(range(1, 6), range(series)):
        found = analyse(field_of(beta, np.random.default_rng(draw).standard_normal(shape)), chosen, TopologySpec())
        rows += [{"member": len(rows), "beta": beta, "draw": draw} | row for row in found]
    return pd.DataFrame(rows)


def test_scale_that_grows_correlates_with_one_in_every_specification():
    table = sweep(lambda beta, noise: beta * noise)
    found = claim(table, "average_persistence", "beta", ["beta", "draw"])
    assert found.defined == pytest.approx(np.ones(112))
    assert (
        found.text
        == "rho = +1.00 (5 models); same sign in 112 of 112 specifications, median +1.00, range +1.00 to +1.00"
    )
    assert (found.estimates["n_series"] == 2).all()


def test_subspaces_are_claims_of_their_own():
    up, down = (sweep(lambda beta, noise, sign=sign: (beta if sign > 0 else 6 - beta) * noise) for sign in (1, -1))
    table = pd.concat([up.assign(subspace="random"), down.assign(subspace="hessian")])
    axes = ["beta", "draw", "subspace"]
    found = [claim(table, "average_persistence", "beta", axes, name) for name in ("random", "hessian")]
    assert [c.rho for c in found] == [pytest.approx(1), pytest.approx(-1)]
    assert found[1].name == "average_persistence over beta, subspace hessian"
    assert found[1].file == "curve-average_persistence-beta-hessian.png"
    assert claim(table, "average_persistence", "beta", axes).rho == pytest.approx(0)


def test_a_metric_that_does_not_vary_has_no_correlation(tmp_path):
    table = sweep(lambda beta, noise: noise, series=1)
    found = claim(table, "n_saddles", "beta", ["beta", "draw"])
    assert found.text == "rho is not defined in any of 112 specifications"
    assert np.isnan(found.rho)
    draw_curve(found, "nothing to draw", tmp_path / "curve.png")
    assert not list(tmp_path.iterdir())


def made_claim(rhos, default=0):
    estimates = pd.DataFrame({"rho": rhos, "rho_low": rhos, "rho_high": rhos, "n_models": 5})
    estimates["spec_default"] = [k == default for k in range(len(rhos))]
    return Claim("smad", "beta", estimates.assign(**dict.fromkeys(SPECIFICATION, "x")))


def test_signs_are_counted_among_defined_specifications():
    assert made_claim([0.5, 0.4, -0.2, 0.0, np.nan]).text == (
        "rho = +0.50 (5 models); same sign in 2 of 4 specifications (1 more: not defined), median +0.20, "
        "range -0.20 to +0.50"
    )
    assert made_claim([np.nan, 0.4, -0.2]).text == (
        "rho is not defined in the study's own specification; where it is, in 2 of 3: median +0.10, "
        "range -0.20 to +0.40"
    )
    assert made_claim([0.0, 0.4, -0.2]).text == (
        "rho = +0.00 (5 models); no sign to compare with in 3 specifications, median +0.00, range -0.20 to +0.40"
    )
    assert signed(-0.001) == "+0.00"


def of_one_specification(values, names):
    """The table of a metric: values by beta, then by the two other coordinates."""
    rows = [
        {"beta": beta, **dict(zip(names, key, strict=True)), "smad": value, "spec_default": True}
        for key, along in values.items()
        for beta, value in enumerate(along)
    ]
    table = pd.DataFrame(rows).assign(**dict.fromkeys(SPECIFICATION, "x"))
    (row,) = claim(table, "smad", "beta", ["beta", *names]).estimates.to_dict("records")
    return row


def test_the_estimate_is_over_models_whose_landscapes_are_averaged():
    values = {(0, 0): [1, 2, 9], (0, 1): [3, 3, 3], (1, 0): [5, 4, 1], (1, 1): [5, 4, 2]}
    row = of_one_specification(values, ["seed", "direction_seed"])
    means = [2, 2.5, 6, 5, 4, 1.5]
    assert row["rho"] == pytest.approx(spearmanr([0, 1, 2, 0, 1, 2], means).statistic)
    alone = [spearmanr([0, 1, 2, 0, 1, 2], one).statistic for one in ([1, 2, 9, 5, 4, 1], [3, 3, 3, 5, 4, 2])]
    assert (row["rho_low"], row["rho_high"]) == pytest.approx((min(alone), max(alone)))
    assert (row["n_models"], row["n_series"], row["n_members"]) == (6, 2, 12)


def test_splits_are_not_mixed():
    row = of_one_specification({("train",): [1, 2, 3], ("test",): [9, 8, 7]}, ["split"])
    assert (row["rho"], row["rho_low"], row["rho_high"], row["n_models"]) == pytest.approx((0, -1, 1, 3))


def test_a_missing_metric_leaves_its_member_out():
    values = {(0, 0): [1, 2, 3, np.nan], (0, 1): [5, np.nan, np.nan, np.nan]}
    row = of_one_specification(values, ["seed", "direction_seed"])
    assert row["rho"] == pytest.approx(spearmanr([0, 1, 2], [3, 2, 3]).statistic)
    assert (row["n_models"], row["n_series"], row["n_members"]) == (3, 1, 4)


def test_claims_are_made_over_ordered_numbers_only():
    axes = {"beta": (1, 2, 3), "width": (1, 2), "seed": (0, 1, 2), "subspace": ("a", "b", "c"), "draw": (0, 1, 2)}
    assert trend_axes(axes) == ["beta"]


# Whole runs


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run over three betas, two direction seeds and 17 x 17 points."""
    from support import make_study

    folder = tmp_path_factory.mktemp("robust")
    study = make_study(folder, sweep__beta=[1.0, 2.0, 4.0], grid__points=17)
    return landsweep.run(study, folder / "run", progress=False)


def test_the_command_writes_tables_figures_and_a_page(finished):
    folder = finished.path / "robust"
    before = {p: p.read_bytes() for p in finished.path.rglob("*") if p.is_file() and folder not in p.parents}
    done = inside("robust", finished.path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "toy: 6 of 6 members, 112 specifications of each (3 extents, 3 strides, 4 representations, 4 thresholds; crops "
        "have fewer strides)\n"
    )
    assert "n_saddles over beta: rho" in done.stdout
    assert "freudenthal: " in done.stdout
    table = pd.read_parquet(folder / "robust.parquet")
    assert len(table) == 6 * 112
    assert set(METRICS) | {"member", "beta", "direction_seed", "spec_shape", *SPECIFICATION} <= set(table.columns)
    verdicts = pd.read_csv(folder / "verdicts.csv")
    assert len(verdicts) == 6 * 4
    assert set(verdicts["verdict"]) <= {"resolved", "under-resolved"}
    assert len(pd.read_csv(folder / "claims.csv")) == 5 * 112
    page = (folder / "robust.md").read_text()
    for path in folder.glob("curve-*.png"):
        assert f"]({path.name})" in page
        assert path.read_bytes().startswith(b"\x89PNG")
    after = {p: p.read_bytes() for p in finished.path.rglob("*") if p.is_file() and folder not in p.parents}
    assert before == after, "the run itself was changed"
    assert not list(folder.glob("*.partial"))


def test_another_metric_leaves_no_curve_of_the_last_call(finished):
    (finished.path / ".robust.partial").mkdir()  # of a call that was killed
    (finished.path / ".robust.partial" / "old").touch()
    for metrics in (["loss_max", "n_minima"], ["loss_range", "n_minima"]):
        folder = write(finished, finished.robust(metrics))
    curves = {p.name for p in folder.glob("curve-*.png")}
    assert "curve-loss_range-beta.png" in curves
    assert curves <= {"curve-loss_range-beta.png", "curve-n_minima-beta.png"}
    assert not (folder / "old").exists()
    assert not (finished.path / ".robust.partial").exists()


def test_the_default_specification_is_what_the_run_itself_found(finished):
    found = finished.robust(["n_saddles", "loss_range"])
    own = found.table[found.table["spec_default"]].set_index("member").sort_index()
    run = finished.metrics.set_index("member").sort_index()
    pd.testing.assert_frame_equal(own[list(METRICS)], run[list(METRICS)])
    own = {c.metric: c.estimates[c.estimates["spec_default"]].iloc[0] for c in found.claims}
    means = finished.metrics.groupby("beta")[["n_saddles", "loss_range"]].mean()
    for name in ("n_saddles", "loss_range"):
        rho = spearmanr(means.index, means[name]).statistic if means[name].nunique() > 1 else np.nan
        assert own[name]["rho"] == pytest.approx(rho, nan_ok=True)
        assert own[name]["n_models"] == 3


def test_members_that_did_not_finish_are_left_out_and_said(write_study, tmp_path):
    study = write_study(problem__params={"steps": 5, "raise_in": "loss", "raise_at": 2.0}, grid__points=9)
    run = landsweep.run(study, tmp_path / "run", progress=False)
    found = run.robust()
    assert found.left_out == {2: "failed", 3: "failed"}
    assert set(found.table["member"]) == {0, 1}
    assert found.claims == ()
    done = inside("robust", run.path)
    assert done.returncode == 0, done.stderr
    assert "2 of 4 members" in done.stdout
    assert "left out, failed: member 2, 3" in done.stdout
    assert "no claims: no sweep axis holds three numbers or more (seeds and draws are names)" in done.stdout
    assert "- left out, failed: member 2, 3" in (run.path / "robust" / "robust.md").read_text()


def test_members_without_a_finite_value_are_left_out(write_study, tmp_path):
    study = write_study(problem__params={"steps": 5, "explode": 1e-9})
    run = landsweep.run(study, tmp_path / "run", progress=False)
    with pytest.raises(UserError) as error:
        run.robust()
    assert str(error.value) == (
        f"{run.path} has no landscape to analyse: got 4 members (no finite value: 4), expected at least one that is "
        f"complete and has a finite value; `landsweep status {run.path}` says what is missing, `landsweep run STUDY` "
        "goes on."
    )
    done = inside("robust", run.path)
    assert done.returncode == 2
    assert done.stderr == f"landsweep: {error.value}\n"


def test_failed_training_and_what_is_not_evaluated_yet_are_told_apart(write_study, tmp_path):
    study = write_study(problem__params={"steps": 5, "raise_in": "train", "raise_at": 2.0})
    run = landsweep.run(study, tmp_path / "run", progress=False)
    assert run.robust().left_out == {2: "failed", 3: "failed"}
    landscape = Landscape(run.directory.landscape)
    for member in run.plan.members[:2]:
        for unit in landscape.units_of(member.position):
            landscape.discard(unit)
    with pytest.raises(
        UserError, match=r"got 4 members \(not evaluated yet: 2, failed: 2\), expected at least one that"
    ):
        run.robust()


def test_a_small_grid_is_too_small_to_tell():
    found = landsweep.open_run(reference_run()).robust()
    assert set(found.verdicts["verdict"]) == {"too small to tell"}
    assert set(found.verdicts["reason"]) == {"7 x 5 points have no halving that leaves 5 along every axis"}


def test_what_is_no_metric_and_what_is_no_run(finished, tmp_path):
    with pytest.raises(UserError, match=r"^'n_sadles' is no metric, expected one of n_minima, .*; did you mean \"n_s"):
        finished.robust(["n_sadles"])
    done = inside("robust", finished.path, "--metric", "nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: 'nonsense' is no metric, expected one of n_minima, n_saddles,")
    assert len(done.stderr.splitlines()) == 1
    missing = inside("robust", tmp_path / "nowhere")
    assert missing.returncode == 2
    assert "nowhere holds no run, expected a run directory such as runs/NAME" in missing.stderr


def test_a_folder_that_cannot_be_written_is_said_plainly(finished, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(finished.path, copy, ignore=shutil.ignore_patterns("robust"))
    (copy / "robust").write_text("a file where the folder should be")
    done = inside("robust", copy)
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: Cannot write ")
    assert "Traceback" not in done.stderr


def test_the_page_is_in_step_with_the_docs():
    text = (ROOT / "docs" / "robust.md").read_text()
    for name in ("robust.parquet", "verdicts.csv", "claims.csv", "robust.md"):
        assert name in text
    for link in ("images/specification_curve.png",):
        assert link in text
        assert Path(ROOT, "docs", link).exists()
