"""What the table and the store hold of resolved minima and saddles, and what they leave alone."""

from __future__ import annotations

from functools import partial

import landsweep
import numpy as np
import pytest
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.topology.metrics import METRICS
from landsweep.stages.resolve.columns import ARRAYS, COLUMNS
from resolving import file, make_run, row, two_himmelblaus
from support import copy_of, inside, methods


@pytest.fixture
def run(tmp_path):
    return partial(make_run, tmp_path)


@pytest.fixture(scope="module")
def known():
    return two_himmelblaus()


pytestmark = pytest.mark.long  # whole runs


def test_rows_of_the_grid_are_those_without(known, run):
    changes = {"sweep": {"times": [1.0, 2.0]}, "topology__connectivity": ["face", "knn"], "grid__points": 13}
    without, _ = run(**changes, resolve={"enabled": False})
    plain, table = without.metrics, landsweep.open_run(known).metrics
    assert not {*COLUMNS} & {*plain.columns}
    both = table[table["representation"] != "resolved"].drop(columns=[*COLUMNS]).reset_index(drop=True)
    assert both.drop(columns="train_seconds").equals(plain.drop(columns="train_seconds"))
    assert list(table["representation"]) == ["face", "knn", "resolved"] * 2
    assert not {*COLUMNS, *ARRAYS} & {*without.dataset.variables}


def test_the_store_has_what_the_table_has_and_where_it_lies(known):
    run = landsweep.open_run(known)
    dataset, table = run.dataset, run.metrics
    assert dataset.representation.values.tolist() == ["face", "knn", "resolved"]
    for member, times in enumerate((1.0, 2.0)):
        at = dataset.sel(times=times, representation="resolved", seed=0, subspace="plane", direction_seed=0)
        for name in METRICS:
            assert at[name].item() == pytest.approx(row(run, member=member)[name], nan_ok=True), name
        for name in COLUMNS:
            assert at[name].item() == pytest.approx(row(run, member=member)[name], nan_ok=True), name
        found = Resolved.from_arrays(file(run, member))
        low, high = dataset.critical_range.values[member]
        np.testing.assert_array_equal(dataset.critical_alpha.values[low:high][: len(found.value)], found.alpha)
        tree = run.merge_tree("resolved", times=times)
        pairs = slice(*dataset.pair_range.values[member, 2])
        np.testing.assert_array_equal(dataset.pair_value.values[pairs], tree.pair_values)
        ends = dataset.critical_value.values[low + dataset.pair_vertex.values[pairs]]
        np.testing.assert_array_equal(ends, tree.pair_values)
        for name in ("face", "knn"):  # as they were
            k = ["face", "knn"].index(name)
            grid = slice(*dataset.pair_range.values[member, k])
            np.testing.assert_array_equal(dataset.pair_vertex.values[grid], run.merge_tree(name, times=times).pairs)
    assert len(table) == 6


def test_starts_are_counted_whatever_their_persistence(known, tmp_path):
    path = copy_of(known, tmp_path)
    done = inside("topology", path, "--min-persistence", "1e9")
    assert done.returncode == 0, done.stderr
    count = landsweep.open_run(path).metrics["n_starts"].sum()
    assert f"of the grids' {count:g} minima of any persistence (" in done.stdout
    assert count == landsweep.open_run(known).metrics["n_starts"].sum()


def test_arrays_of_a_study_stay_whatever_a_later_version_calls_its_own(known, tmp_path, monkeypatch):
    """A run may be older than a column of the stage."""
    from landsweep.stages.resolve import columns

    path = copy_of(known, tmp_path)
    plain = inside("run", tmp_path / "study.yaml", "--out", path, "--set", "resolve.enabled=false")
    assert plain.returncode == 0, plain.stderr
    monkeypatch.setattr(columns, "ARRAYS", ("loss", "times", "pair_value"))
    monkeypatch.setattr(columns, "COLUMNS", {"seed": "", "n_starts": ""})
    before = landsweep.open_run(path).dataset.load()
    assert inside("topology", path, "--redo").returncode == 0
    after = landsweep.open_run(path).dataset
    assert after.times.equals(before.times)
    assert after.seed.equals(before.seed)
    assert after.loss.equals(before.loss)


def test_further_starts_say_how_much_may_be_missing(run):
    sampled, done = run(grid__points=4, resolve__starts=16, topology__connectivity=["face"])
    found, table = Resolved.from_arrays(file(sampled)), row(sampled)
    assert (found.samples, found.seen.sum()) == (16, 16)
    assert table["n_minima"] == 4
    assert (table["n_unseen"], table["n_unseen_low"]) == (0, 0)
    assert np.isfinite(table["n_unseen_high"])
    assert "about 0 (0 to " in done.stdout
    assert "[chao1987]" in methods(sampled.directory)


def test_an_older_run_is_not_written_over_by_numbers_of_the_name_of_its_axis(known, tmp_path, monkeypatch):
    from landsweep.stages.resolve import columns

    path = copy_of(known, tmp_path)
    monkeypatch.setattr(columns, "COLUMNS", {**COLUMNS, "times": "how often"})
    before = (path / "landscape.zarr" / "zarr.json").read_bytes()
    refused = inside("topology", path, "--redo")
    assert refused.returncode == 2
    assert "sweep.times cannot name an axis: under that name the run stores how often, expected" in refused.stderr
    assert (path / "landscape.zarr" / "zarr.json").read_bytes() == before
