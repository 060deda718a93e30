"""Loops as a stage of a run: the same as of the stored landscapes, in the table and the store, resumable."""

from __future__ import annotations

import sys

import landsweep
import numpy as np
import pytest
from landsweep import Study, UserError
from landsweep.disk.store import Landscape
from landsweep.kernels.diagrams.loops import LOOP_METRICS, loop_diagram, loop_metrics
from landsweep.stages.homology.loops import read_loops
from support import copy_of, inside, methods, reference_run, study_data

LOOPS = {"homology__loops": True, "topology__connectivity": ["moore", "knn"], "topology__k": 4}


def test_loops_are_in_the_files_the_table_and_the_store():
    run = landsweep.open_run(reference_run(**LOOPS))
    landscape = Landscape(run.directory.landscape)
    table = run.metrics.set_index(["member", "representation"])
    for member in run.plan.members:
        field = landscape.read_member("loss", member.position)
        expected = loop_diagram(field, "moore")
        diagrams, value_range = read_loops(run.directory, member.index)
        assert np.array_equal(diagrams["moore"], expected)
        assert list(diagrams) == ["moore"]
        metrics = loop_metrics(expected, value_range)
        assert table.loc[(member.index, "moore"), list(LOOP_METRICS)].to_dict() == pytest.approx(metrics, nan_ok=True)
        assert table.loc[(member.index, "knn"), list(LOOP_METRICS)].isna().all()
        stored = run.dataset.n_loops.sel(representation="moore", **member.coords)
        assert stored == metrics["n_loops"]
    done = inside("distances", run.path, "--loops", "--representation", "knn")
    assert f"{run.path} has no knn loops, expected one of moore: " in done.stderr
    assert "Persistent homology [edelsbrunner2002] of dimension 1" in methods(run.directory)
    summary = (run.directory.report / "summary.md").read_text()
    assert "loops (dimension 1):" in summary
    assert "knn is a graph, whose loops nothing fills" in summary


def test_a_run_that_exists_gets_loops_keeps_its_trees_and_loses_them_again(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    before = [p.stat().st_mtime_ns for p in sorted((run / "topology").iterdir())]
    assert "n_loops" not in landsweep.open_run(run).metrics
    command = ("run", tmp_path / "study.yaml", "--out", run)
    assert inside(*command, "--set", "homology.loops=true").returncode == 0
    assert [p.stat().st_mtime_ns for p in sorted((run / "topology").iterdir())] == before
    assert "n_loops" in landsweep.open_run(run).metrics
    (run / "homology" / "member-00001.npz").unlink()
    kept = (run / "homology" / "member-00002.npz").stat().st_mtime_ns
    assert inside(*command, "--set", "homology.loops=true").returncode == 0
    assert (run / "homology" / "member-00001.npz").exists()
    assert (run / "homology" / "member-00002.npz").stat().st_mtime_ns == kept
    # another connectivity by `topology`, which evaluates nothing, makes the loops anew too
    assert inside("topology", run, "--connectivity", "face").returncode == 0
    assert landsweep.open_run(run).metrics.n_loops.notna().all()
    assert inside(*command).returncode == 0
    assert not (run / "homology").exists()
    assert "n_loops" not in landsweep.open_run(run).dataset


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"grid__dims": 1, "grid__points": 5}, "homology.loops is true but the grid is a line, which has no loops"),
        ({"topology__connectivity": ["knn"], "topology__k": 4}, "topology.connectivity is knn alone, a graph whose"),
    ],
)
def test_studies_whose_landscapes_cannot_have_loops_are_refused(changes, text):
    with pytest.raises(UserError, match=text):
        Study.parse(study_data(homology__loops=True, **changes))


def test_without_gudhi_a_grid_of_three_axes_is_refused_before_training(tmp_path, monkeypatch):
    from support import make_study

    monkeypatch.setitem(sys.modules, "gudhi", None)
    study = make_study(tmp_path, homology__loops=True, grid={"dims": 3, "points": 3})
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "homology.loops is true, but gudhi is missing" in done.stderr
    assert not (tmp_path / "run").exists()
