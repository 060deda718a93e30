"""`landsweep relations` on a run whose table has ten models."""

import json
import re

import pandas as pd
import pytest
from landsweep import open_run
from support import copy_of, inside, reference_run
from tables import table

SWEEP = {"beta": [float(k) for k in range(1, 11)], "seed": [0]}


def with_table(folder, made):
    run = copy_of(reference_run(), folder)
    made.to_parquet(run / "metrics.parquet", index=False)
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    made = table(
        SWEEP,
        n_saddles=lambda row, noise: row["beta"] + 2 * noise,
        average_persistence=lambda row, noise: noise,
        loss_range=lambda row, noise: row["beta"] ** 2 + 20 * noise,
        quality_error=lambda row, noise: row["beta"] * (row["beta"] < 8),
        n_components=lambda row, noise: 1.0,
    )
    return with_table(tmp_path_factory.mktemp("relations"), made)


def test_it_prints_a_table_sentences_and_variances(run):
    done = inside("relations", run)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:4] == ["metric", "against", "n", "estimate"]
    assert any(line.startswith("n_saddles ") and " beta " in line for line in lines)
    assert any(
        re.match(r"saddles rise with beta: rho = 0\.\d\d, 95 % interval .* n = 10 models", line) for line in lines
    )
    assert any(line.startswith("n_saddles: standard deviation ") and "between models" in line for line in lines)
    assert "2 relations: n_components does not vary" in lines
    assert "p_holm is p adjusted for 6 tests (Holm)." in lines


def test_what_is_asked_for_is_printed_and_nothing_else(run):
    done = inside("relations", run, "--metric", "n_saddles", "--against", "beta", "--given", "none")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("n = 10 models") == 1
    assert "loss_range" not in done.stdout
    assert "p_holm is p adjusted for 1 test (Holm)." in done.stdout


def test_csv_and_json_have_the_rows_of_python(run, tmp_path):
    done = inside("relations", run, "--csv", "--json", tmp_path / "relations.json")
    assert done.returncode == 0, done.stderr
    (tmp_path / "relations.csv").write_text(done.stdout)
    frame = open_run(run).relations()
    assert frame.attrs["notes"] == []
    read = pd.read_csv(tmp_path / "relations.csv", keep_default_na=False, na_values=[""])
    assert read["estimate"].tolist() == pytest.approx(frame["estimate"].tolist(), nan_ok=True)
    assert read["sentence"].tolist() == frame["sentence"].tolist()
    rows = json.loads((tmp_path / "relations.json").read_text())
    assert [row["sentence"] for row in rows] == frame["sentence"].tolist()
    assert rows[0].keys() == frame.to_dict("records")[0].keys()


def test_a_mistake_is_one_sentence(run, tmp_path):
    done = inside("relations", run, "--metric", "saddles")
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: --metric is 'saddles', expected one of ")
    for out, why in (("no/r.json", "but {}/no is no folder"), (".", "which is a folder")):
        done = inside("relations", run, "--json", tmp_path / out)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"landsweep: --json is {tmp_path / out}, {why.format(tmp_path)}, expected ")
    assert not (tmp_path / "no").exists()
    assert inside("relations", tmp_path).stderr.startswith(f"landsweep: {tmp_path} holds no run")


def test_a_half_finished_run_says_what_is_missing(tmp_path):
    made = table(SWEEP, n_saddles=lambda row, noise: row["beta"] if row["beta"] < 9 else float("nan"))
    done = inside("relations", with_table(tmp_path, made))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("note: 4 of 20 landscapes have no metrics (models 8, 9, 2 of them without any): ")
    assert "n = 8 models" in done.stdout


def test_two_models_are_too_few():
    done = inside("relations", reference_run())
    assert done.returncode == 0, done.stderr
    assert "relations: not enough models (1 with beta = 1.0, at least 3 each)" in done.stdout
    assert "rho" not in done.stdout


def test_a_run_that_stopped_before_its_tables_says_how_far_it_is(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    (run / "metrics.parquet").unlink()
    done = inside("relations", run)
    assert done.returncode == 2
    how_far = r"train 2 of 2, subspace 4 of 4, evaluate (\d+) of \1, topology 4 of 4, report 0 of 1 done"
    assert re.fullmatch(
        rf"landsweep: {run} has no metrics yet \({how_far}\): continue it with `landsweep run STUDY`.\n", done.stderr
    )
