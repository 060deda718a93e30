"""Site profiles, layouts and what is submitted, without a batch system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from landsweep.base.errors import UserError
from landsweep.batch import slurm
from landsweep.batch.site import Site, load_site, seconds_of
from landsweep.cluster import checks
from landsweep.cluster.layout import lay_out, stage_seconds
from landsweep.stages import NAMES
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from slurm_cluster import wait_for
from support import inside, landsweep, make_study, study_data


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 1800),
        ("1:30", 90),
        ("00:10:00", 600),
        ("48:00:00", 172800),
        ("2-0", 172800),
        ("1-2:03", 93780),
        ("0-0:0:5", 5),
    ],
)
def test_times_are_read_as_slurm_reads_them(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "-1", "0", "00:00:00", "1h", "UNLIMITED"])
def test_other_times_are_refused(text):
    with pytest.raises(ValueError, match=r"time is .*, expected"):
        seconds_of(text)


def test_yaml_takes_a_time_for_text_and_numbers_for_numbers(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text("time: 12:00:00\nmax_time: 60\nnodes: 0x10\n")
    site = load_site(str(path), ["grace=90"])
    assert (site.time, site.max_time, site.nodes, site.grace) == ("12:00:00", "60", 16, 90)


@pytest.mark.parametrize(
    ("name", "overrides", "sentence"),
    [
        ("perlmuter-gpu", [], 'or the path of a profile (YAML); did you mean "perlmutter-gpu"?'),
        ("./none.yaml", [], "none.yaml does not exist: expected a site profile, such as those in jobs/sites."),
        ("local", ["rank_per_node=3"], 'did you mean "ranks_per_node"?'),
        ("local", ["nodes=0"], 'site local: "nodes" is 0 (int), expected a whole number of at least 1.'),
        ("local", ["nodes"], "--site-set got 'nodes', expected KEY=VALUE such as --site-set ranks_per_node=8."),
        ("local", ["directives.mem=1G", "directives.mem-per-cpu=1G"], "expected at most one limit of memory."),
        ("local", ["directives.output=x"], "which landsweep sets: expected the key of its own, or none."),
        ("local", ["directives={'mail type': x}"], "expected a long option of sbatch such as mail-type."),
        ("local", ["environment={'a b': x}"], "environment has 'a b', expected the name of a variable."),
        ("local", ['account="a\\nb"'], "account is 'a\\nb', expected text on one line."),
        ("local", ["launcher=[]"], 'site local: "launcher" is [] (list), expected a list: the program'),
    ],
)
def test_bad_sites_are_one_sentence(name, overrides, sentence):
    with pytest.raises(UserError) as error:
        load_site(name, overrides)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("site", "more", "sentence"),
    [
        ("nowhere", [], "landsweep: --site is 'nowhere', expected local, perlmutter-cpu, "),
        ("perlmutter-gpu", [], "needs an account, got none: name the project that pays with --account."),
        (
            "perlmutter-gpu",
            ["--account", "m1"],
            "expected a name that ends in _g on perlmutter-gpu: try --account m1_g.",
        ),
        ("slurm-generic", ["--site-set", "max_time=00:30:00"], "--time is 01:00:00, expected at most 00:30:00 on"),
        ("slurm-generic", ["--nodes", "9", "--site-set", "max_nodes=4"], "--nodes is 9, expected at most 4 on"),
        ("slurm-generic", ["--time", "soon"], "site slurm-generic: time is 'soon', expected minutes, HH:MM:SS or"),
        ("slurm-generic", ["--time", "2"], "expected more than the 120 s before the end at which the ranks are warned"),
        (
            "slurm-generic",
            ["--set", "executor.unit_seconds=90"],
            "use --set executor.unit_seconds=60 or --site-set grace=180.",
        ),
        (
            "slurm-generic",
            ["--set", "evaluation.device=cuda"],
            "nodes of slurm-generic have no GPUs (gpus_per_node is 0)",
        ),
        ("slurm-generic", ["--set", "problem.path=gone.py:Toy"], "gone.py does not exist, expected"),
        (
            "slurm-generic",
            ["--set", "subspaces.random.trajectory=gone{seed}.pt"],
            "gone0.pt does not exist, expected a checkpoint (relative to the study).",
        ),
        (
            "slurm-generic",
            ["--set", "problem.path=gone.here:Toy"],
            "there is no module gone.here, expected one that is",
        ),
        ("slurm-generic", ["--array", "gamma"], "--array names 'gamma', expected one of the sweep's axes beta, seed,"),
        ("local", ["--array", "beta"], "--array needs a batch system, expected a site with Slurm, got local"),
        ("slurm-generic", ["--out", "50%done"], "has % in its path, which Slurm takes for a pattern"),
        ("slurm-generic", ["--out", "."], "is not empty and holds no run, expected a run directory or a new name"),
    ],
)
def test_what_submit_refuses_before_anything_is_written(tmp_path, site, more, sentence):
    study = make_study(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for dry in ([], ["--dry-run"]):
        done = inside("submit", study, "--site", site, *more, *dry, cwd=tmp_path)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("cpu", "sentence"),
    [
        ({"max_time": "10"}, "--time is 01:00:00, expected at most 10 on"),
        ({"account_required": True}, "cpu.yaml needs an account, got none"),
        ({"grace": 30}, "cpu.yaml warns only 30 s before the end (grace), expected units of at most 15 s"),
        ({"scheduler": "none"}, "which has no batch system: name one that has."),
        ({"nonsense": 1}, 'cpu.yaml: unknown key "nonsense"'),
    ],
)
def test_the_second_profile_of_a_chain_is_checked_too(tmp_path, cpu, sentence):
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "gpu.yaml").write_text("cpu_site: cpu.yaml\n")  # beside this file, wherever one stands
    (tmp_path / "sites" / "cpu.yaml").write_text(yaml.safe_dump(cpu))
    study = make_study(tmp_path)
    done = inside("submit", study, "--site", "sites/gpu.yaml", "--chain", "--dry-run", cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_damaged_notes_are_said_or_left_out(tmp_path, run):
    run(out="run")
    jobs = tmp_path / "run" / "jobs"
    jobs.mkdir()
    (jobs / "jobs.log").write_text("a b c d\n\n7 0\n")
    (tmp_path / "run" / "progress.json").write_text("{}")
    assert inside("status", tmp_path / "run").returncode == 0
    for text in ("{", '{"jobs": [{"id": "1", "colour": "red", "stages": []}]}'):
        (jobs / "jobs.json").write_text(text)
        for command in ("status", "logs", "cancel"):
            done = inside(command, tmp_path / "run")
            assert done.returncode == 2
            assert "jobs.json is damaged or of another version (" in done.stderr
            assert "Traceback" not in done.stderr


def test_a_run_of_another_study_is_refused_before_it_waits_in_the_queue(run, tmp_path):
    run(out="run")
    study = make_study(tmp_path, grid__points=9)
    done = inside("submit", study, "--site", "slurm-generic", "--out", tmp_path / "run", "--dry-run")
    assert done.returncode == 2
    assert "holds a different study: grid.points is 9, the run has [7, 5]" in done.stderr


def test_without_slurm_it_is_said(tmp_path):
    study = make_study(tmp_path)
    done = inside("submit", study, "--site", "slurm-generic", cwd=tmp_path, PATH="/nonexistent")
    assert done.returncode == 2
    assert "Slurm cannot be reached (sbatch is not on PATH): run this on a login node of the cluster" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("target", ["/proc/landsweep", "/dev/full/x"])
def test_a_file_system_that_cannot_be_written(tmp_path, target):
    study = make_study(tmp_path)
    done = inside("submit", study, "--site", "local", "--out", target, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: Cannot write ")
    assert "change its permissions or use another." in done.stderr


def test_a_full_file_system_submits_nothing(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        (small / "filler").write_bytes(b"x" * 61440)
        study = make_study(tmp_path)
        shutil.move(small / "filler", small / "run.filler")
        done = inside("submit", study, "--site", "local", "--out", small / "run", cwd=tmp_path)
        assert done.returncode == 2, done.stdout
        assert "No space left while writing" in done.stderr
        assert not list(small.glob("run/jobs/*.out"))
    finally:
        subprocess.run(["umount", small], check=True)


FAKES = {
    "scontrol": 'echo "MaxArraySize            = $MAX"',
    "squeue": "",
    "sbatch": 'echo "$@" >> calls; expr 100 + $(wc -l < calls)',
}
"""Slurm's commands, which take everything and number the jobs from 101."""


@pytest.mark.parametrize(("allowed", "profile"), [("3", []), ("1001", ["--site-set", "max_array=3"])])
def test_an_array_longer_than_the_site_allows_is_split(tmp_path, allowed, profile):
    """By what Slurm itself allows, or by what the profile says."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in FAKES.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "MAX": allowed, "XDG_CACHE_HOME": str(tmp_path)}
    study, out = make_study(tmp_path), tmp_path / "run"
    words = ("submit", study, "--site", "slurm-generic", "--array", "beta", "--set", "sweep.beta=[1,2,3,4,5,6,7]")
    done = inside(*words, *profile, "--out", out, cwd=tmp_path, **env)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Submitted job (\d+): ", done.stdout) == ["101", "102", "103"]
    assert re.findall(r"an array of (\d) tasks, each a run of its own: \S+/(task-\d+) ", done.stdout) == [
        ("3", "task-00000"),
        ("3", "task-00003"),
        ("1", "task-00006"),
    ]
    calls = (out / "jobs" / "calls").read_text().splitlines()
    assert calls == [f"--parsable 001-train-{k:02d}.sh" for k in range(3)], "none waits for another"
    scripts = [(out / "jobs" / call.split()[1]).read_text() for call in calls]
    assert [re.search(r"--array=(\S+)", text)[1] for text in scripts] == ["0-2", "0-2", "0-0"]
    studies = [name for text in scripts for name in re.findall(r"001-study-\d+\.yaml", text)]
    assert studies == [f"001-study-{k:05d}.yaml" for k in range(7)]
    assert [name for text in scripts for name in re.findall(r"task-\d{5}", text)] == [f"task-{k:05d}" for k in range(7)]
    status = inside("status", out, cwd=tmp_path, **env).stdout
    assert re.findall(r"^(10\d) ", status, re.MULTILINE) == ["101", "102", "103"]
    again = inside(*words, *profile, "--out", out, "--dry-run", cwd=tmp_path, **env).stdout
    assert again.count("#SBATCH --array=") == 3
    assert "tasks 3 to 5" in again


REFUSALS = {
    "Invalid account or account/partition combination specified": "--account",
    "Invalid qos specification": "name another with --qos",
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)": "wait for one of your",
    "QOSMaxWallDurationPerJobLimit: Job violates accounting/QOS policy (job submit limit)": "ask for less with --time,",
    "QOSMaxNodePerUserLimit: Job violates accounting/QOS policy (job submit limit)": "ask for less with --nodes;",
    "QOSMaxSubmitJobPerUserLimit: Job violates accounting/QOS policy (job submit limit)": "whose tasks count as jobs",
    "Invalid job array specification": "--site-set max_array=",
    "Unable to contact slurm controller (connect failure)": "try again later",
    "User's group not permitted to use this partition": "--partition",
    "Required partition not available (inactive or drained)": "--partition",
    "I/O error writing script/environment to file": "tell the site",
    "Socket timed out on send/recv operation": "try again later",
    "Something new": "look at the script with --dry-run",
}
"""What sbatch prints that the tests' own Slurm cannot be brought to say, and what has to be among the remedies."""


@pytest.mark.parametrize("said", REFUSALS)
def test_each_refusal_is_one_sentence_with_a_remedy(said):
    text = str(slurm.refusal(f"sbatch: error: Batch job submission failed: {said}\n"))
    assert text.startswith("sbatch refused the job")
    assert REFUSALS[said] in text
    assert "\n" not in text


def plan_of(**changes):
    study = Study.parse(study_data(**changes))
    return study, make_plan(study)


CPU = Site(ranks_per_node=64, start_seconds=60)
GPU = Site(nodes=4, ranks_per_node=4, gpus_per_node=4, cpu_site="cpu", start_seconds=60)


def test_small_topology_stays_in_the_job_that_evaluates():
    study, plan = plan_of()
    layout = lay_out(study, plan, GPU, "gpu", CPU, {"evaluate": 1e-3})
    assert [part.stages for part in layout.parts] == [("train", "subspace", "evaluate", "topology", "report")]
    assert (
        layout.reason == "0.08 node-hours in one job, 0.09 in 2"
    )  # 4 x (60 + 10) s, and 60 + 10 s of start and tables
    unknown = lay_out(study, plan, GPU, "gpu", CPU, {})
    assert unknown.reason.endswith(", without what was not measured")
    assert unknown.node_hours is None


def test_long_topology_goes_to_cpu_nodes():
    study, plan = plan_of(sweep__seed=list(range(100)), grid__points=[2001, 2001], topology__connectivity=["knn"])
    layout = lay_out(study, plan, GPU, "gpu", CPU, {"evaluate": 1e-6})
    assert [part.stages for part in layout.parts] == [("train", "subspace", "evaluate"), ("topology", "report")]
    assert [part.site_name for part in layout.parts] == ["gpu", "cpu"]
    whole = lay_out(study, plan, GPU, "gpu", CPU, {"evaluate": 1e-6}, "one")
    assert layout.node_hours < whole.node_hours


def test_certificates_go_back_to_the_gpus():
    study, plan = plan_of(certify__draws=2)
    parts = lay_out(study, plan, GPU, "gpu", CPU, {}, "chain").parts
    assert [part.stages for part in parts] == [("train", "subspace", "evaluate"), ("topology",), ("certify", "report")]
    assert parts[0].seconds is None, "not measured is not guessed"


@given(
    seeds=st.integers(1, 40),
    points=st.integers(2, 200),
    rate=st.floats(1e-7, 10),
    nodes=st.integers(1, 64),
    certify=st.booleans(),
    curvature=st.booleans(),
)
def test_auto_is_the_cheaper_layout_and_loses_no_stage(seeds, points, rate, nodes, certify, curvature):
    study, plan = plan_of(
        sweep__seed=list(range(seeds)),
        grid__points=[points, points],
        certify__draws=2 * certify,
        curvature__largest=int(curvature),
    )
    gpu = GPU.model_copy(update={"nodes": nodes})
    rates = {"evaluate": rate, "train": rate * 1000, "topology": rate * 10, "curvature": rate}
    chosen, one, chain = (lay_out(study, plan, gpu, "gpu", CPU, rates, c) for c in ("auto", "one", "chain"))
    for layout in (chosen, one, chain):
        stages = [stage for part in layout.parts for stage in part.stages]
        asked = {"certify": certify, "curvature": curvature, "trajectory": False, "resolve": False}
        asked |= {"activations": False, "homology": False}
        wanted = [s for s in NAMES if asked.get(s, True)]
        assert stages == wanted
    assert chosen.node_hours == pytest.approx(min(one.node_hours, chain.node_hours), rel=1e-9)
    seconds = stage_seconds(study, plan, rates, 4 * nodes)
    assert seconds["train"] >= len(plan.models) * rate * 1000 / (4 * nodes) * (1 - 1e-9)


def test_a_dry_run_prints_the_script_and_nothing_else(tmp_path):
    study = make_study(tmp_path)
    done = inside("submit", study, "--site", "perlmutter-gpu", "--account", "m1_g", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("#!/bin/bash\n# landsweep: toy, every stage, on perlmutter-gpu\n")
    assert done.stdout.endswith('exit "$status"\n')
    chain = inside(
        "submit", study, "--site", "perlmutter-gpu", "--account", "m1_g", "--dry-run", "--chain", cwd=tmp_path
    )
    first, second = chain.stdout.split("#!/bin/bash\n")[1:]
    assert "#SBATCH --account=m1_g\n" in first
    assert "#SBATCH --account=m1\n" in second
    assert "#SBATCH --gpus-per-node=4\n" in first
    assert "gpus" not in second
    assert "  --stages\n  train,curvature,activations,subspace,trajectory,evaluate\n" in first
    assert "  --stages\n  topology,homology,resolve,certify,report\n" in second


@pytest.mark.processes
def test_the_script_that_runs_is_the_one_that_was_shown(tmp_path):
    study = make_study(tmp_path)
    options = ["submit", study, "--site", "local", "--site-set", "ranks_per_node=1", "--set", "sweep.beta=[1.0]"]
    shown = inside(*options, "--dry-run", cwd=tmp_path)
    done = landsweep(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    jobs = tmp_path / "runs" / "toy" / "jobs"
    assert (jobs / "001-train.sh").read_text() == shown.stdout
    assert yaml.safe_load((jobs / "001-study.yaml").read_text())["sweep"]["beta"] == [1.0]
    wait_for_end(tmp_path / "runs" / "toy")
    assert "completed" in inside("status", tmp_path / "runs" / "toy").stdout


def wait_for_end(run: Path) -> None:
    notes = run / "jobs" / "jobs.log"
    wait_for(lambda: notes.exists() and " end " in notes.read_text(), f"the end of {run}/jobs/*.out")


@pytest.mark.processes
def test_this_machine_in_the_background_status_logs_and_cancel(tmp_path):
    study = make_study(tmp_path, problem__params={"steps": 10, "loss_delay": 0.2}, evaluation__batch=1)
    done = landsweep("submit", study, "--site", "local", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (id_,) = re.findall(r"Submitted job (local-\d+):", done.stdout)
    run = tmp_path / "runs" / "toy"
    again = inside("submit", study, "--site", "local", cwd=tmp_path)
    assert again.returncode == 2
    assert f"{run} is already submitted as job {id_} (RUNNING)" in again.stderr
    wait_for(lambda: list(run.glob("landscape.zarr/status/c/**/0")), "the first unit")
    assert re.search(rf"^{id_} +running +1 x 2 ", inside("status", run).stdout, re.MULTILINE)
    cancelled = inside("cancel", run)
    assert f"Cancelled job {id_} (train, subspace, evaluate, topology, report; it was running)." in cancelled.stdout
    wait_for_end(run)
    logs = inside("logs", run).stdout
    assert "landsweep: stopped; to go on: landsweep submit " in logs
    assert re.search(rf"^{id_} +failed .*; stopped$", inside("status", run).stdout, re.MULTILINE)


def test_many_nodes_are_told_where_python_lies(tmp_path, monkeypatch):
    for name in checks.CONTAINERS:
        monkeypatch.delenv(name, raising=False)
    assert checks.many_nodes(16) is None
    text = checks.many_nodes(17, ("/global/common/software",))
    assert text is not None
    assert f"17 nodes load Python and torch from {sys.prefix}" in text
    assert "one of /global/common/software" in text
    assert checks.many_nodes(17, (str(Path(sys.prefix).parent),)) is None
    monkeypatch.setenv("APPTAINER_CONTAINER", "/images/landsweep.sif")
    assert checks.many_nodes(17) is None
    monkeypatch.delenv("APPTAINER_CONTAINER")
    study = make_study(tmp_path)
    done = inside("submit", study, "--site", "slurm-generic", "--nodes", "17", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: 17 nodes load Python and torch from ")
    done = inside("run", study, "--stages", "train", cwd=tmp_path, PMI_SIZE="1", SLURM_JOB_NUM_NODES="17")
    assert done.returncode == 0, done.stderr
    assert "Warning: 17 nodes load Python and torch from " in done.stderr
    assert "one of /global/common/software" in done.stderr


def test_plan_says_which_jobs_why_and_what_they_cost(run, tmp_path):
    study = make_study(tmp_path)
    options = ["plan", study, "--site", "perlmutter-gpu", "--account", "m1_g", "--nodes", "2"]
    rows = dict(line.split(maxsplit=1) for line in inside(*options, cwd=tmp_path).stdout.splitlines())
    assert rows["node-h"] == "not measured: no earlier run of this problem"
    run(out="runs/before")
    done = inside(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert "on 8 rank(s), as measured in runs/before" in rows["time"]
    assert rows["why"].startswith("one job: 0.0")
    assert re.match(r"about 0.0\d, as in runs/before$", rows["node-h"])
    assert rows["job"].startswith(
        "1    train, subspace, evaluate, topology, report: 2 node(s) x 4 ranks of perlmutter-gpu"
    )
