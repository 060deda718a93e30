"""Scaling studies: which runs are made, what their logs say, and a table that leaves no gap unsaid."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.scaling.figure import draw
from landsweep.scaling.measure import Measurement, NotMeasured, measure
from landsweep.scaling.series import Point, grown, parse_ranks, points
from landsweep.scaling.table import PARTS, baseline, rows, to_csv, to_markdown
from landsweep.study.study import Study
from ranked import ranked
from slurm_cluster import site_file, wait_for
from support import ROOT, inside, make_study, study_data

STUDY = Study.parse(study_data())
ratios = st.floats(0.01, 100)


def run_of(ranks: int, seconds: float, gpus: int = 0, **parts: float) -> Measurement:
    split = {"startup": 0.1, "compute": 0.6, "files": 0.1, "wait": 0.2} | parts
    split = {name: share * seconds for name, share in split.items()}
    stages = {"train": 0.1 * seconds, "evaluate": 0.5 * seconds}
    return Measurement(ranks, gpus, ("n1",), seconds, stages=stages, points=1000, session={"git": "abc"}, **split)


def test_repeats_of_all_sizes_are_interleaved():
    assert points((1, 2), 2) == [Point(1, 1), Point(2, 1), Point(1, 2), Point(2, 2)]


@given(st.sampled_from(["direction_seed", "seed", "draw"]), st.integers(1, 4), st.integers(1, 9))
def test_weak_work_grows_with_the_ranks_and_contains_the_smaller(axis, first, factor):
    base = STUDY.model_copy(update={"sweep": {**STUDY.sweep, axis: (4, 7)}})
    more = grown(base, "weak", axis, first * factor, first).axes[axis]
    assert len(more) == 2 * factor
    assert len(set(more)) == len(more)
    assert more[:2] == (4, 7)
    assert grown(base, "strong", axis, first * factor, first) is base


def test_what_cannot_grow_is_refused():
    with pytest.raises(UserError, match=r"^--grow is 'beta', expected one of direction_seed, seed, draw, which"):
        grown(STUDY, "weak", "beta", 2, 1)
    with pytest.raises(UserError, match=r"^2 values of direction_seed cannot grow from 3 to 4 ranks, expected whole"):
        grown(STUDY, "weak", "direction_seed", 4, 3)


def test_numbers_of_ranks_are_read():
    assert parse_ranks("4, 1,2,2") == (1, 2, 4)
    for wrong in ("", "1,x", "0,1", "-1", "1.5"):
        with pytest.raises(UserError, match=r"expected whole numbers of at least 1 such as 1,2,4\.$"):
            parse_ranks(wrong)


@given(one=ratios, other=ratios, ranks=st.integers(2, 4096))
def test_efficiencies_are_those_of_the_definition(one, other, ranks):
    found = {1: [run_of(1, one)], ranks: [run_of(ranks, other)]}
    strong, weak = (rows(mode, (1, ranks), found, {})[1] for mode in ("strong", "weak"))
    assert strong.efficiency == pytest.approx(one / (ranks * other))
    assert weak.efficiency == pytest.approx(one / other)
    assert strong.evaluate_efficiency == pytest.approx(strong.efficiency)


def test_medians_spread_and_gaps_are_shown():
    found = {2: [run_of(2, s, gpus=2) for s in (10.0, 30.0, 12.0)], 8: [run_of(8, 6.0, gpus=8)]}
    table = rows("strong", (1, 2, 4, 8), found, {1: "not run", 4: "aborted", 8: "stopped"})
    assert [row.seconds for row in table] == [None, 12.0, None, 6.0]
    assert (table[1].low, table[1].high, table[1].repeats) == (10.0, 30.0, 3)
    assert table[3].efficiency == pytest.approx(12 * 2 / (6 * 8))
    assert table[3].per_gpu == pytest.approx(1000 / 3 / 8)
    assert baseline(table) == "baseline 2 ranks: 12.00 s, median of 3"
    text = to_markdown("x", "strong", table, ["a note"])
    lines = text.splitlines()
    assert lines[2] == "Efficiency: n0 t0 / (n t), baseline 2 ranks: 12.00 s, median of 3."
    assert [line.split("|")[3].strip() for line in lines if line.startswith("| ") and "---" not in line] == [
        "time to solution",
        "not measured (not run)",
        "12.00 s (10.00 to 30.00, 3 runs)",
        "not measured (aborted)",
        "6.00 s (6.00 to 6.00, 1 runs)",
    ]
    assert lines[-2:] == ["- a note", "- missing repeats of 8 ranks: stopped"]
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
    values = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert [v["seconds"] for v in values] == ["", "12", "", "6"]
    assert [v["not_measured"] for v in values] == ["not run", "", "aborted", "stopped"]


def test_a_figure_without_any_run_says_so(tmp_path):
    table = rows("weak", (1, 2), {}, {})
    assert baseline(table) == "no run was measured"
    draw(tmp_path / "x.png", "x", "weak", table)
    assert (tmp_path / "x.png").stat().st_size > 1000


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """A strong study of the toy on one and two ranks."""
    folder = tmp_path_factory.mktemp("series")
    study = make_study(folder, problem__params={"steps": 5, "loss_delay": 0.01}, evaluation__batch=1)
    arguments = ("scaling", study, "--ranks", "1,2", "--repeats", "1", "--out", folder / "out")
    done = inside(*arguments, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out", arguments, done.stdout


@pytest.mark.mpi
def test_the_split_adds_up_to_the_time_of_the_run(series):
    out, _, said = series
    data = json.loads((out / "scaling.json").read_text())
    assert [run["ranks"] for run in data["runs"]] == [1, 2]
    for run in data["runs"]:
        assert sum(run[part] for part in PARTS) == pytest.approx(run["seconds"], abs=1e-6)
        assert min(run[part] for part in PARTS) >= -0.01
        assert run["points"] == 4 * 35
        assert {"train", "subspace", "evaluate", "topology"} == set(run["stages"])
        assert sum(run["stages"].values()) <= run["seconds"] - run["startup"] + 0.01
        assert run["session"]["versions"]["torch"]
        assert run["session"]["processor"]
    alone = [run for run in data["runs"] if run["ranks"] == 1]
    # 140 points of two calls, 10 ms each: nearly all of the evaluation is computing, and there is nobody to wait for.
    assert all(run["compute"] > 2.8 for run in alone)
    assert (out / "scaling.md").read_text() in said
    assert (out / "scaling.png").exists()
    assert data["baseline"].startswith("baseline 1 rank: ")
    assert not list(out.glob("*/run-*/report"))


@pytest.mark.mpi
def test_the_same_command_makes_only_what_is_missing(series):
    out, arguments, _ = series
    before = {p: p.stat().st_mtime_ns for p in out.glob("*/run-*/provenance.json")}
    gone = out / "ranks-0002" / "run-1"
    shutil.rmtree(gone)
    done = inside(*arguments)
    assert done.returncode == 0, done.stderr
    assert "2 ranks, run 1 of 1" in done.stdout
    assert "1 rank, run 1 of 1" not in done.stdout
    after = {p: p.stat().st_mtime_ns for p in out.glob("*/run-*/provenance.json")}
    assert {p for p in after if after[p] != before[p]} == {gone / "provenance.json"}


@pytest.mark.mpi
def test_another_study_in_the_same_folder_is_refused(series):
    out, arguments, _ = series
    done = inside(*arguments, "--set", "grid.points=9")
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"landsweep: {out}/ranks-0001/run-1 holds a run of another study, expected the same as today: name another "
        "folder with --out, or remove that one."
    )


def test_a_run_there_whose_study_was_cut_is_damaged(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "scaling"
    there = RunDir(Point(1, 1).folder(out)).study
    there.parent.mkdir(parents=True)
    there.write_text(STUDY.to_yaml().rstrip("\n"))  # all of it but the end of its last line
    done = inside("scaling", study, "--ranks", "1", "--out", out)
    assert done.returncode == 2
    assert done.stderr.startswith(f"landsweep: {there} is damaged (its end is missing)")
    assert done.stderr.count("\n") == 1


@pytest.mark.mpi
def test_runs_that_fail_are_gaps_with_a_reason(tmp_path):
    """The problem ends rank 1 alone, so two ranks never finish."""
    study = make_study(tmp_path, problem__params={"steps": 5, "raise_in": "exit"})
    done = inside("scaling", study, "--ranks", "1", "--repeats", "1", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "not measured (did not end)" in done.stdout
    assert "ended with status" in done.stdout
    assert "1 of 1 runs are not measured" in done.stdout
    with pytest.raises(NotMeasured, match="did not end"):
        measure(RunDir(tmp_path / "out/ranks-0001/run-1"))
    with pytest.raises(NotMeasured, match="not run"):
        measure(RunDir(tmp_path / "nowhere"))


def test_a_run_in_two_sessions_has_no_time(tmp_path, run):
    run()
    run(sweep__direction_seed=[0, 1, 2])
    with pytest.raises(NotMeasured, match="in 2 sessions"):
        measure(RunDir(tmp_path / "run"))


@pytest.mark.dask
def test_workers_of_dask_are_measured_alike(tmp_path):
    study = make_study(tmp_path)
    done = inside("scaling", study, "--ranks", "2", "--repeats", "1", "--dask", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = json.loads((tmp_path / "out/scaling.json").read_text())["runs"]
    assert found["ranks"] == 2
    assert found["session"]["executor"] == "DaskExecutor"
    assert sum(found[part] for part in PARTS) == pytest.approx(found["seconds"], abs=1e-6)


@pytest.mark.usefixtures("quiet")
def test_a_weak_series_as_jobs(cluster, tmp_path):
    """Three sizes, of which the last asks for more nodes than there are: submitted, collected, and shown as a gap."""
    study = make_study(tmp_path)
    site = site_file(tmp_path, grace=60, ranks_per_node=2, max_nodes=2)
    arguments = ("scaling", study, "--mode", "weak", "--repeats", "1", "--site", site, "--out", tmp_path / "out")
    done = inside(*arguments, "--ranks", "1,2,4", **cluster.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Submitted job") == 3
    wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "jobs to end", 200)
    cluster.forget()
    done = inside(*arguments, "--ranks", "1,2,4", **cluster.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Submitted job" not in done.stdout
    data = json.loads((tmp_path / "out/scaling.json").read_text())
    assert [run["points"] for run in data["runs"]] == [140, 280, 560]
    assert [row["nodes"] for row in data["rows"]] == [1, 1, 1]  # three nodes of one machine have one name
    refused = inside(*arguments, "--ranks", "1,2,4,8", **cluster.env)
    assert refused.returncode == 2
    assert "--nodes is 4, expected at most 2 on " in refused.stderr


def test_ready_studies_are_studies():
    for mode in ("strong", "weak"):
        study = Study.load(ROOT / "jobs" / "studies" / f"scaling_{mode}.yaml")
        assert study.name == f"scaling-{mode}"
        assert study.evaluation.strategy != "auto"
        grown(study, "weak", "direction_seed", 64, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mode", "both"), "landsweep: --mode is 'both', expected strong or weak."),
        (("--ranks", "two"), "landsweep: --ranks is 'two', expected whole numbers of at least 1 such as 1,2,4."),
        (
            ("--dask", "--site", "local"),
            "landsweep: --dask and --site are both given, expected one of them: on a site ranks of MPI are measured.",
        ),
    ],
)
def test_wrong_input_is_one_sentence(tmp_path, arguments, said):
    done = inside("scaling", make_study(tmp_path), *arguments, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.strip() == said
    assert not (tmp_path / "out").exists()


@pytest.mark.mpi
def test_inside_a_launcher_it_is_refused(tmp_path):
    done = ranked("scaling", make_study(tmp_path), "--out", tmp_path / "out", ranks=2)
    assert done.returncode == 2
    assert (
        "landsweep scaling was started by mpiexec with 2 processes, expected one, which starts the ranks" in done.stderr
    )
    assert not Path(tmp_path / "out").exists()
