"""Relations of made tables with a known answer: the unit is the model, strata are not mixed, groups are told apart."""

import numpy as np
import pytest
from landsweep.kernels.statistics.groups import paired_delta
from landsweep.kernels.statistics.permutation import spearman_p
from landsweep.relations.sentences import sentence
from landsweep.relations.show import text
from landsweep.relations.table import Answer, answer
from scipy.stats import kendalltau, mannwhitneyu, spearmanr
from tables import MEASURED, axes, table

BETA = {"beta": list(range(1, 11)), "seed": [0]}


def related(made, sweep, metric="n_saddles", against=None, measured=MEASURED, **options):
    found = answer(made, axes(sweep), measured, [metric], [against] if against else None, **options)
    return found.relations if against is None else [r for r in found.relations if r.metric == metric]


def test_landscapes_of_one_model_are_averaged_first():
    """Pooled over four directions there were forty points, and an interval as narrow as that of forty models."""
    made = table(BETA, directions=4, n_saddles=lambda row, noise: row["beta"] + 4 * noise)
    (found,) = related(made, BETA, against="beta")
    means = made.groupby("beta")["n_saddles"].mean()
    assert found.n_models == 10
    assert found.estimate.value == pytest.approx(spearmanr(means.index, means).statistic)
    assert (found.p, found.exact) == spearman_p(means.index.to_numpy(float), means.to_numpy())
    assert (found.tau, found.tau_p) == pytest.approx(tuple(kendalltau(means.index, means)))
    within = made.groupby("beta")["n_saddles"].var().mean()
    components = found.stratum.components("n_saddles")
    assert components.within == pytest.approx(within)
    assert components.between == pytest.approx(max(0, (4 * means.var() - within) / 4))


def test_representations_and_splits_are_never_mixed():
    sweep = BETA | {"split": ["train", "test"]}
    made = table(
        sweep,
        representations=("moore", "knn"),
        n_saddles=lambda row, noise: (
            row["beta"] * (1 if row["split"] == "train" else -1) + 9 * (row["representation"] == "knn")
        ),
    )
    found = related(made, sweep, against="beta")
    assert {(r.stratum.name, round(r.estimate.value, 9)) for r in found} == {
        ("moore, split train", 1),
        ("moore, split test", -1),
        ("knn, split train", 1),
        ("knn, split test", -1),
    }


def test_draws_are_repetitions_and_seeds_are_no_axis():
    sweep = BETA | {"seed": [0, 1], "draw": [0, 1, 2]}
    made = table(sweep, directions=1, n_saddles=lambda row, noise: row["beta"] + noise)
    found = related(made, sweep)
    assert [(r.against, r.n_models) for r in found] == [("beta", 20)]
    assert " between draws of one model, " in text(Answer(found, []), all_=True)
    assert (found[0].within_axes, found[0].n_groups) == (("seed",), 2)


def test_a_trend_that_is_one_of_scale_vanishes_given_the_range():
    made = table(
        BETA | {"seed": list(range(6))},
        loss_range=lambda row, noise: row["beta"] + 3 * noise,
        average_persistence=lambda row, noise: np.nan,
    )
    random = np.random.default_rng(5)
    scale = made.groupby("model")["loss_range"].transform("mean")
    made["average_persistence"] = scale + 0.8 * random.standard_normal(len(made))
    (found,) = related(made, BETA, "average_persistence", "beta")
    assert found.estimate.low > 0.3
    assert found.partial.low < 0 < found.partial.high
    assert abs(found.partial.value) < 0.3
    ranks = made.groupby("model")[["beta", "average_persistence", "loss_range"]].mean().rank().corr().to_numpy()
    by_hand = (ranks[0, 1] - ranks[0, 2] * ranks[1, 2]) / np.sqrt((1 - ranks[0, 2] ** 2) * (1 - ranks[1, 2] ** 2))
    assert found.partial.value == pytest.approx(by_hand)
    (none,) = related(made, BETA, "average_persistence", "beta", given="none")
    assert none.given == ""


def test_within_and_between_groups_are_told_apart():
    """Better architectures have more saddles; of one architecture, better networks have fewer."""
    sweep = {"width": ["a", "b", "c", "d", "e"], "seed": list(range(6))}
    made = table(
        sweep,
        quality_error=lambda row, noise: np.nan,
        n_saddles=lambda row, noise: "abcde".index(row["width"]) * -10 + row["seed"] + 0.1 * noise,
    )
    made["quality_error"] = ["abcde".index(w) * 10 + s for w, s in zip(made["width"], made["seed"], strict=True)]
    (found,) = related(made, sweep, against="quality_error")
    assert (found.within_axes, found.n_groups) == (("width",), 5)
    assert found.within.low > 0.9
    assert found.between == pytest.approx(-1)
    assert found.estimate.value < -0.8


def test_names_are_groups_with_an_effect_size():
    sweep = {"optimiser": ["sgd", "adam"], "seed": [0, 1, 2, 3]}
    made = table(sweep, n_saddles=lambda row, noise: 5 * (row["optimiser"] == "adam") + 0.1 * noise + row["seed"])
    (found,) = related(made, sweep, against="optimiser")
    assert (found.method, found.n_models, found.estimate.value) == ("mann-whitney", 8, 1)
    assert (found.p, found.exact) == (pytest.approx(2 / 70), True)
    means = made.groupby("model")["n_saddles"].mean().to_numpy()
    assert found.p == pytest.approx(mannwhitneyu(means[:4], means[4:], method="exact").pvalue)
    assert [(name, n) for name, _, n in found.medians] == [("sgd", 4), ("adam", 4)]
    assert found.within.value == 1


def test_two_numbers_are_groups_too_and_three_names_have_epsilon():
    sweep = {"width": [8, 16], "mode": ["a", "b", "c"], "seed": [0, 1]}
    made = table(sweep, n_saddles=lambda row, noise: row["width"] + 100 * "abc".index(row["mode"]) + 0.1 * noise)
    by = {r.against: r for r in related(made, sweep)}
    assert (by["width"].method, by["width"].within.value) == ("mann-whitney", 1)
    assert by["width"].estimate.value < 0.5
    assert (by["mode"].method, by["mode"].sure) == ("kruskal-wallis", True)
    assert by["mode"].estimate.value == pytest.approx(9.846153846 / 11)  # H of three groups of four, all apart


def test_splits_are_compared_model_by_model():
    """Between models there is far more variance than between the splits of one."""
    sweep = {"seed": list(range(8)), "split": ["train", "test"]}
    made = table(sweep, n_saddles=lambda row, noise: 100 * row["seed"] + (row["split"] == "test"))
    (found,) = related(made, sweep, against="split")
    assert (found.method, found.n_models, found.estimate.value) == ("sign", 8, 1)
    assert found.p == pytest.approx(2 / 2**8)
    assert 0 < found.estimate.low < 1


@pytest.mark.parametrize(
    ("sweep", "against", "reason"),
    [
        ({"beta": [1, 2, 3], "seed": [0]}, "beta", "not enough models (3, at least 4)"),
        ({"mode": ["a", "b"], "seed": [0, 1]}, "mode", "not enough models (2 with mode = a, at least 3 each)"),
        ({"seed": [0, 1, 2], "split": ["train", "test"]}, "split", "not enough models (3, at least 4)"),
        (BETA, "quality_error", "quality_error does not vary"),
    ],
)
def test_what_has_no_estimate_says_why(sweep, against, reason):
    made = table(sweep, n_saddles=lambda row, noise: noise, quality_error=lambda row, noise: 1.0)
    (found,) = related(made, sweep, against=against)
    assert found.why_not == reason
    assert np.isnan(found.p_holm)
    assert np.isnan(found.estimate.value)


def test_models_without_a_number_are_left_out():
    made = table(BETA, n_saddles=lambda row, noise: np.nan if row["beta"] in (3, 4) else row["beta"])
    made.loc[(made["beta"] == 5) & (made["direction_seed"] == 0), "n_saddles"] = np.nan
    (found,) = related(made, BETA, against="beta")
    assert found.n_models == 8


def test_an_infinite_quality_is_the_greatest():
    made = table(BETA, n_saddles=lambda row, noise: row["beta"], quality_error=lambda row, noise: 1.0 * row["beta"])
    made.loc[made["beta"] == 10, "quality_error"] = np.inf
    (found,) = related(made, BETA, against="quality_error")
    assert (found.n_models, found.estimate.value) == (10, pytest.approx(1))


def test_metrics_that_order_the_models_alike_are_one_test():
    made = table(BETA, directions=1, n_saddles=lambda row, noise: row["beta"] + 5 * noise)
    made["average_persistence"] = 2 * made["n_saddles"] + 1
    made["loss_range"] = np.random.default_rng(9).standard_normal(10)
    found = answer(made, axes(BETA), MEASURED, None, ["beta"]).relations
    one, two, three = found
    assert one.p < three.p  # the least of two tests, not of three
    assert one.p_holm == two.p_holm == pytest.approx(2 * one.p)
    assert three.p_holm == pytest.approx(three.p)


@pytest.mark.parametrize("models", [10, 300])
def test_a_covariate_that_does_not_vary_is_none(models):
    sweep = {"beta": list(range(models)), "seed": [0]}
    made = table(
        sweep, directions=1, n_saddles=lambda row, noise: row["beta"] + noise, loss_range=lambda row, noise: 1.0
    )
    (found,) = related(made, sweep, against="beta")
    assert found.given == ""
    assert found.estimate.low > 0.5


def test_many_models_have_the_interval_of_large_samples():
    sweep = {"beta": list(range(300)), "seed": [0]}
    made = table(sweep, directions=1, n_saddles=lambda row, noise: row["beta"] + 200 * noise)
    made["loss_range"] = made["beta"] // 60
    (found,) = related(made, sweep, against="beta")
    value, low, high = found.estimate
    assert high - low == pytest.approx(2 * 1.96 * (1 - value**2) * np.sqrt((1 + value**2 / 2) / 297), rel=0.1)
    assert found.partial.low < found.partial.value < found.partial.high


def test_splits_are_no_repetitions_of_one_model():
    """Their difference was the standard deviation between directions."""
    sweep = {"seed": list(range(8)), "split": ["train", "test"]}
    made = table(sweep, directions=1, n_saddles=lambda row, noise: row["seed"] + 10 * (row["split"] == "test"))
    found = answer(made, axes(sweep), MEASURED, ["n_saddles"], ["split"])
    assert found.relations[0].estimate.value == 1
    assert found.frame[["variance_directions", "variance_models"]].isna().all(axis=None)
    assert "standard deviation" not in text(found, all_=True)


def test_groups_that_are_too_small_are_named():
    sweep = {"mode": ["a", "b", "c", "d"], "seed": [0, 1, 2, 3]}
    made = table(sweep, n_saddles=lambda row, noise: 9 * (row["mode"] == "b") + noise)
    made = made[~made["mode"].isin(["c", "d"]) | (made["seed"] < 2)]
    made = made[(made["mode"] != "d") | (made["seed"] < 1)]
    (found,) = related(made, sweep, against="mode")
    assert (found.n_models, found.left_out) == (8, (("c", 2), ("d", 1)))
    assert "; left out: c (2 models) and d (1 model)" in sentence(found)
    (same,) = related(made.assign(n_saddles=1.0), sweep, against="mode")
    assert sentence(same) == "saddles and mode: n_saddles does not vary; left out: c (2 models) and d (1 model)"


def test_splits_that_are_both_infinite_are_equal():
    """Their difference is no number, which counted as below 0."""
    sweep = {"seed": list(range(8)), "split": ["train", "test"]}
    made = table(sweep, n_saddles=lambda row, noise: np.inf if row["seed"] < 6 else 1.0 + (row["split"] == "test"))
    (found,) = related(made, sweep, against="split")
    assert (found.n_models, found.estimate.value) == (8, pytest.approx(2 / 8))
    assert found.p == pytest.approx(0.5)  # two differences, of one sign
    both = np.array([1.0, -1.0])
    assert paired_delta(np.array([1.0, -1.0, np.nan])) == paired_delta(both)
