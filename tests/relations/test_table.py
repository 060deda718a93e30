"""What a table lacks is said, and its columns are chosen or refused by name."""

import numpy as np
import pandas as pd
import pytest
from landsweep.base.errors import UserError
from landsweep.relations.sentences import sentences
from landsweep.relations.table import answer
from tables import MEASURED, axes, table

SWEEP = {"beta": [1, 2, 3, 4, 5], "seed": [0]}
MADE = table(SWEEP, n_saddles=lambda row, noise: row["beta"] + noise, loss_range=lambda row, noise: noise)


def refused(**options):
    with pytest.raises(UserError) as error:
        answer(options.pop("made", MADE), axes(SWEEP), MEASURED, **options)
    return str(error.value)


def test_unknown_names_are_refused_with_those_that_there_are():
    assert refused(metrics=["n_sadles"]) == (
        "--metric is 'n_sadles', expected one of n_saddles, loss_range; did you mean \"n_saddles\"?"
    )
    assert refused(against=["bet"]) == (
        "--against is 'bet', expected one of beta, n_saddles, loss_range; did you mean \"beta\"?"
    )
    assert refused(against=["seed"]) == (
        "--against is 'seed', whose values are names of repetitions or of separate analyses, expected an axis of the "
        "problem or a column of numbers: name one of beta, n_saddles, loss_range."
    )
    assert refused(metrics=["loss_range"], against=["loss_range"]) == (
        "--metric loss_range and --against loss_range leave nothing to relate, expected two columns, of which the "
        "metric differs between the values of the other: name others."
    )
    assert refused(made=MADE.assign(average_persistence=np.nan), metrics=["average_persistence"]) == (
        "--metric is 'average_persistence', which has no numbers in this run, expected one of n_saddles, loss_range: "
        "name another one, or enable the stage that computes it and continue the run."
    )
    assert refused(given="range") == (
        "--given is 'range', expected none or one of beta, n_saddles, loss_range; did you mean \"loss_range\"?"
    )
    assert refused(within=["seed"]) == (
        "--within is 'seed', expected an axis of several values that tells models apart, one of beta: leave it out."
    )


def test_a_run_without_a_finished_member_is_refused():
    assert refused(made=MADE.assign(n_saddles=np.nan, loss_range=np.nan)) == (
        "none of the 10 members has metrics yet, expected landscapes of at least two models: continue the run with "
        "`landsweep run STUDY`, or see `landsweep status RUN`."
    )


def test_one_model_has_nothing_to_relate():
    assert refused(made=MADE[MADE["beta"] == 3]) == (
        "the run has 1 model and no axis, quality or curvature that its metrics could be related with, expected at "
        "least one: sweep a parameter, return a quality from the problem, set curvature.largest=1, or name a column "
        "with --against."
    )


def test_what_is_missing_is_said():
    made = MADE.copy()
    made.loc[made["beta"] == 1, ["n_saddles", "loss_range"]] = np.nan
    made.loc[made["member"] == 5, ["n_saddles", "loss_range"]] = np.nan
    found = answer(made, axes(SWEEP), MEASURED)
    assert found.notes == [
        "3 of 10 landscapes have no metrics (models 0, 2, 1 of them without any): `landsweep run STUDY` makes what is "
        "missing, with --retry-failed also what failed."
    ]
    assert found.frame["n_models"].tolist() == [4, 4]


def test_what_is_not_finished_is_no_part_of_what_holds():
    later = MADE.assign(subspace="hessian", member=MADE["member"] + 10, n_saddles=np.nan, loss_range=np.nan)
    found = answer(pd.concat([MADE, later], ignore_index=True), axes(SWEEP), MEASURED, ["n_saddles"], ["beta"])
    assert [line.partition(":")[0] for line in sentences(found.relations)] == ["random"]


def test_landscapes_without_a_finite_loss_are_said():
    made = MADE.assign(n_saddles=np.nan, loss_range=np.nan, average_persistence=1.0)
    found = answer(made, axes(SWEEP), MEASURED)
    assert found.notes == [
        "no landscape has a finite loss, so that there are no minima, saddles and persistences to relate."
    ]


def test_the_frame_has_a_row_for_each_relation():
    frame = answer(MADE, axes(SWEEP), MEASURED, ["n_saddles"]).frame
    (row,) = frame.to_dict("records")
    assert (row["subspace"], row["representation"], row["metric"], row["against"]) == (
        "random",
        "moore",
        "n_saddles",
        "beta",
    )
    assert (row["kind"], row["method"], row["n_models"], row["given"]) == ("axis", "spearman", 5, "loss_range")
    assert row["low"] < row["estimate"] < row["high"]
    assert row["variance_directions"] > 0
    assert row["sentence"].startswith("saddles rise with beta: rho = ") or "is open" in row["sentence"]
