"""`submit` and its companions on a real Slurm that the tests start: several nodes on this machine."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime

import psutil
import pytest
import yaml
from slurm_cluster import LONG, SITE, UNITS, Cluster, Run, site_file, wait_for
from support import (
    BIN,
    ROOT,
    assert_same_run,
    environment,
    events,
    inside,
    make_study,
    reference_run,
    sessions,
    units_evaluated,
)

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(scope="session")
def reference():
    """The long study, run by one process without a cluster."""
    return reference_run(**{**LONG, "problem__params": {"steps": 10}})


def test_the_pinn_study_over_two_nodes_of_two_ranks_to_the_end(cluster, tmp_path):
    study = ROOT / "jobs" / "studies" / "pinn_convection.yaml"
    changes = ("sweep.beta=[1,2]", "sweep.direction_seed=[0]", "grid.points=11", "resolve.enabled=false")
    small = [word for change in changes for word in ("--set", change)]
    site, out = site_file(tmp_path, grace=60, ranks_per_node=2), tmp_path / "run"
    done = inside("submit", study, "--site", site, "--out", out, *small, cwd=tmp_path, **cluster.env)
    assert done.returncode == 0, done.stderr
    (job,) = re.findall(r"Submitted job (\d+): train, curvature, subspace, evaluate, topology, report on", done.stdout)
    wait_for(lambda: cluster.state(job) == "COMPLETED", f"job {job}", 200)
    started = [e for e in events(out) if e["event"] == "RankStarted"]
    places = {(e["rank"], e["ranks"], e["node"], e["job"], e["restart"]) for e in started}
    assert {p[:2] for p in places} == {(rank, 4) for rank in range(4)}
    assert {p[2:] for p in places} == {("0", job, 0), ("1", job, 0)}
    assert (out / "report" / "trend.png").exists() or (out / "report" / "landscapes.png").exists()
    alone = inside("run", study, "--out", tmp_path / "alone", *small)
    assert alone.returncode == 0, alone.stderr
    assert_same_run(tmp_path / "alone", out)
    status = inside("status", out, **cluster.env).stdout
    assert re.search(rf"^{job} +completed +2 x 2 +- +every stage; on n\[1-2\]$", status, re.MULTILINE), status
    assert "As Slurm said " in status
    table = inside("metrics", out, "--column", "n_minima").stdout.splitlines()
    assert table[0].split() == ["beta", "representation", "n_minima"]
    assert len(table) == 5


def test_stages_become_a_chain_where_the_site_has_two_kinds_of_nodes(cluster, tmp_path, reference):
    cpu = site_file(tmp_path, "cpu.yaml", nodes=1)
    cleared = {
        "directives": {"export": "NONE"},
        "setup": ["export FROM_SETUP=yes"],
        "environment": {"OMP_NUM_THREADS": "1", "WORD": "here"},
        "launcher": [*SITE["launcher"], "sh", "-c", '[ "$FROM_SETUP$WORD" = yeshere ] && exec "$@"', "-"],
    }
    site = {"gpus_per_node": 2, "cpu_site": str(cpu), **cleared}
    run = Run(cluster, tmp_path, site, problem__params={"steps": 10})
    first, second = run.submit("--chain")
    assert cluster.job(second)["Dependency"].startswith(f"afterok:{first}")
    assert cluster.job(first)["TresPerNode"].endswith("gpu:2")
    status = run("status", run.out).stdout
    assert re.search(rf"^{second} +pending +1 x 1 +- +topology, report; Dependency$", status, re.MULTILINE), status
    run.wait(second, "COMPLETED")
    assert_same_run(reference, run.out)
    stages = [set(session["stages"]) for session in sessions(run.out)]
    assert stages == [{"train", "subspace", "evaluate"}, {"topology"}]
    assert [line[3] for line in run.journal()] == ["begin", "end", "begin", "end"]


def test_a_failed_parent_cancels_its_children_with_a_reason(cluster, tmp_path):
    cpu = site_file(tmp_path, "cpu.yaml", nodes=1)
    run = Run(cluster, tmp_path, {"cpu_site": str(cpu)}, problem__params={"raise_in": "exit"})
    first, second = run.submit("--chain")
    run.wait(first, "FAILED")
    run.wait(second, "CANCELLED", seconds=30)
    status = run("status", run.out).stdout
    assert re.search(rf"^{first} +failed .* exit status \d+, see landsweep logs$", status, re.MULTILINE), status
    assert re.search(rf"^{second} +cancelled .*; the job before it failed$", status, re.MULTILINE), status
    assert not (run.out / "report" / "summary.json").exists()


def test_failed_models_do_not_stop_the_chain_but_fail_its_last_job(cluster, tmp_path):
    cpu = site_file(tmp_path, "cpu.yaml", nodes=1)
    run = Run(cluster, tmp_path, {"cpu_site": str(cpu)}, problem__params={"raise_in": "train", "raise_at": 2.0})
    first, second = run.submit("--chain")
    run.wait(second, "FAILED")
    assert cluster.state(first) == "COMPLETED"
    assert "; some models failed" in run("status", run.out).stdout
    assert (run.out / "report" / "summary.json").exists()


def test_the_time_limit_requeues_a_bounded_number_of_times_and_then_says_what_to_type(cluster, tmp_path, reference):
    """Slurm warns up to half a minute too early, so the limit is set when units are known to be evaluated."""
    run = Run(cluster, tmp_path, {"requeues": 1}, problem__params={"steps": 10, "loss_delay": 1.0})
    (job,) = run.submit()
    run.evaluating(job, units=1)
    gone = time.time() - datetime.fromisoformat(cluster.job(job)["StartTime"]).timestamp()
    cluster.slurm("scontrol", "update", f"jobid={job}", f"timelimit={math.ceil((gone + 35) / 60)}")
    wait_for(lambda: int(cluster.job(job)["Restarts"]) == 1, f"the end of the time limit: {run.told(job)}", 150)
    cluster.slurm("scontrol", "update", f"jobid={job}", "timelimit=20")
    assert "landsweep: stopped in time and put back into the queue (1 of 1)" in run.told(job)
    assert "Stopping after the unit in hand" in run.told(job)
    wait_for(lambda: sum(e["event"] == "RankStarted" for e in events(run.out)) == 4, "the ranks of the second life")
    cluster.slurm("scancel", "--signal=TERM", job)
    run.wait(job, "FAILED")
    told = run.told(job)
    assert "stopped and not run again: it was already requeued 1 times, as often as allowed" in told
    again = f"landsweep submit {run.study} --site {run.site} --out {run.out}"
    assert f"everything finished is kept; to go on: {again}\n" in told
    run.hurry()
    (job,) = run.submit()
    run.wait(job, "COMPLETED")
    lives = [(s["restart"], s["outcome"]) for s in sessions(run.out)]
    assert lives == [(0, "stopped"), (1, "stopped"), (0, "done")]
    assert set(units_evaluated(run.out).values()) == {1}, "a signal lets every unit in hand finish"
    assert_same_run(reference, run.out)


def test_submit_again_after_a_rank_was_killed_and_after_scancel(cluster, tmp_path, reference):
    run = Run(cluster, tmp_path)
    (job,) = run.submit()
    second = run("submit", run.study, "--site", run.site, "--out", run.out)
    assert second.returncode == 2
    assert f"{run.out} is already submitted as job {job} (" in second.stderr
    assert f"end it with `landsweep cancel {run.out}`, or name another run directory with --out." in second.stderr
    run.evaluating(job)
    started = [e for e in events(run.out) if e["event"] == "RankStarted" and e["rank"] == 1]
    os.kill(started[0]["pid"], signal.SIGKILL)  # as the system does where memory ends
    run.wait(job, "FAILED", seconds=60)
    assert "exit status" in run("status", run.out).stdout
    (job,) = run.submit()
    run.evaluating(job, run.units() + 1)
    cluster.slurm("scancel", job)
    run.wait(job, "CANCELLED")
    assert run.units() < UNITS
    assert int(cluster.job(job)["Restarts"]) == 0
    run.hurry()
    (job,) = run.submit()
    run.wait(job, "COMPLETED")
    twice = {unit: n for unit, n in units_evaluated(run.out).items() if n > 1}
    assert len(twice) <= 4, "only what the two ranks had in hand, twice"
    assert_same_run(reference, run.out)


def test_cancel_status_and_logs(cluster, tmp_path):
    run = Run(cluster, tmp_path)
    (job,) = run.submit()
    run.evaluating(job)
    following = subprocess.Popen(
        [sys.executable, "-m", "landsweep", "logs", run.out, "--follow"],
        env=environment(**cluster.env),
        stdout=subprocess.PIPE,
        text=True,
    )

    def progressed():  # written every 5 s
        now = json.loads((run.out / "progress.json").read_text())
        return now["stage"] == "evaluate" and now["done"] > now["before"]

    wait_for(progressed, "progress to be written")
    status = run("status", run.out).stdout
    assert re.search(
        r"^evaluate: [\d,]+ of 140 points, [\d.]+ points/s, [\d.]+ per rank; ends in about", status, re.M
    ), status
    assert f"(job {job})" in status
    done = run("cancel", run.out)
    assert f"Cancelled job {job} (train, subspace, evaluate, topology, report; it was running)." in done.stdout
    assert "Everything finished is kept; the same `landsweep submit` goes on." in done.stdout
    run.wait(job, "CANCELLED")
    wait_for(lambda: cluster.forget() or following.poll() is not None, "the end of what follows the job")
    output, _ = following.communicate()
    assert following.returncode == 0
    assert output.startswith(f"landsweep: job {job}, restart 0, on n[1-2], ")
    assert "evaluate: 0 of 140 points done before" in output
    assert "cancelled" in run("status", run.out).stdout
    assert run("cancel", run.out).stdout == f"{run.out} has no job that waits or runs.\n"
    first = run("logs", run.out, "--rank", "1").stdout.splitlines()[0]
    assert re.search(
        rf" job {job}, restart 0, \S+, node 1: rank 1 of 2, local rank 0, process \d+, ready after ", first
    )
    wrong = run("logs", run.out, "--rank", "9")
    assert wrong.returncode == 2
    assert "has no log of rank 9, expected one of those it has: ranks 0 to 1." in wrong.stderr


def test_a_node_that_goes_down_takes_the_job_back_into_the_queue(cluster, tmp_path, reference):
    run = Run(cluster, tmp_path)
    (job,) = run.submit()
    run.evaluating(job)
    cluster.slurm("scontrol", "update", "nodename=n2", "state=down", "reason=test")
    run.hurry()
    cluster.slurm("scontrol", "update", "nodename=n2", "state=resume", check=False)  # or it is back already
    run.wait(job, "COMPLETED")
    assert int(cluster.job(job)["Restarts"]) == 1
    assert len(sessions(run.out)) == 2
    assert_same_run(reference, run.out)


def test_a_slurmd_that_is_killed_leaves_a_ghost_that_does_no_harm(cluster, tmp_path, reference):
    run = Run(cluster, tmp_path, problem__params={"steps": 10, "loss_delay": 0.3}, executor__unit_seconds=10)
    (job,) = run.submit("--nodes", "1")
    run.evaluating(job)
    node = cluster.job(job)["BatchHost"]
    ghosts = [p for p in psutil.process_iter(["cmdline"]) if str(run.out) in (p.info["cmdline"] or [])]
    assert ghosts
    cluster.kill_node(node)
    cluster.slurm("scontrol", "update", f"nodename={node}", "state=down", "reason=test")  # or a minute later
    wait_for(lambda: int(cluster.job(job).get("Restarts", 0)) == 1, "Slurm to requeue the job")
    wait_for(lambda: len(sessions(run.out)) == 2, f"the second life: {run.told(job)}")
    run.hurry()
    second = sessions(run.out)[1]
    alive = [p for p in ghosts if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    cluster.start_node(node)
    cluster.slurm("scontrol", "update", f"nodename={node}", "state=resume", check=False)
    run.wait(job, "COMPLETED", seconds=150)
    _, left = psutil.wait_procs(ghosts, timeout=60)
    assert not left, "a ghost goes on"
    assert second["restart"] == 1
    assert alive, "nothing of the first life was left: this test shows nothing"
    assert int(cluster.job(job)["Restarts"]) == 1, "the ghost's script asked for another life"
    assert_same_run(reference, run.out)


@pytest.mark.parametrize(
    ("partition", "lost", "requeues"), [("preempt", 2, 0), ("graceful", 0, 1)], ids=["at once", "with a grace time"]
)
def test_preemption_by_a_higher_partition(cluster, tmp_path, reference, partition, lost, requeues):
    run = Run(cluster, tmp_path, {"partition": partition, "directives": {"exclusive": True}})
    (job,) = run.submit()
    run.evaluating(job)
    other = cluster.slurm(
        "sbatch", "--parsable", "-N3", "--exclusive", "-p", "debug", "-o", "/dev/null", "--wrap", "sleep 1"
    ).strip()
    wait_for(lambda: cluster.state(other) == "COMPLETED", "the job that preempts")
    run.hurry()
    run.wait(job, "COMPLETED")
    assert int(cluster.job(job)["Restarts"]) == 1
    twice = {unit: n for unit, n in units_evaluated(run.out).items() if n > 1}
    assert len(twice) <= lost
    assert sum(line[3] == "requeue" for line in run.journal()) == requeues, "by the script, not by Slurm"
    assert_same_run(reference, run.out)


def test_an_array_on_request_is_a_run_for_each_value(cluster, tmp_path):
    run = Run(cluster, tmp_path, {"nodes": 1}, problem__params={"steps": 10})
    (job,) = run.submit("--array", "beta")
    wait_for(lambda: [cluster.state(f"{job}_{k}") for k in (0, 1)] == ["COMPLETED"] * 2, "the tasks")
    status = run("status", run.out).stdout
    assert re.search(rf"^{job} +completed +1 x 1 ", status, re.MULTILINE), status
    betas = [yaml.safe_load((run.out / f"task-{k:05d}" / "study.yaml").read_text())["sweep"]["beta"] for k in (0, 1)]
    assert betas == [[1.0], [2.0]]
    assert all((run.out / f"task-{k:05d}" / "report" / "summary.json").exists() for k in (0, 1))
    (job,) = run.submit("--array", "beta")
    wait_for(lambda: [cluster.state(f"{job}_{k}") for k in (0, 1)] == ["COMPLETED"] * 2, "the tasks again")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--time", "2-00:00:00"], "the time asked for is over the limit (it said: "),
        (["--partition", "nosuch"], "the partition is unknown (it said: "),
        (["--nodes", "9"], "no partition has such nodes, or so many of them (it said: "),
        (["--site-set", "ranks_per_node=64"], "no partition has such nodes, or so many of them (it said: "),
        (["--site-set", "gpus_per_node=16"], "no partition has such nodes, or so many of them (it said: "),
        (["--site-set", "constraint=hbm80g"], "no node has these features (it said: "),
        (["--site-set", "directives.mem=9000G"], "no node has so much memory (it said: "),
    ],
    ids=["time", "partition", "nodes", "ranks", "gpus", "constraint", "memory"],
)
def test_what_sbatch_refuses_is_one_sentence_and_leaves_no_job(cluster, tmp_path, more, sentence):
    run = Run(cluster, tmp_path)
    done = run("submit", run.study, "--site", run.site, "--out", run.out, *more)
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: sbatch refused the job: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "--" in done.stderr.partition("); ")[2], "no remedy"
    assert not (run.out / "jobs" / "jobs.json").exists()
    assert not cluster.slurm("squeue", "-h").strip()


def test_a_chain_of_which_one_job_is_refused_leaves_none(cluster, tmp_path):
    cpu = site_file(tmp_path, "cpu.yaml", partition="nosuch")
    run = Run(cluster, tmp_path, {"cpu_site": str(cpu)})
    done = run("submit", run.study, "--site", run.site, "--out", run.out, "--chain")
    assert done.returncode == 2
    assert "the partition is unknown" in done.stderr
    wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "the first job to be cancelled")
    assert json.loads((run.out / "jobs" / "jobs.json").read_text())["jobs"] == []


def test_slurm_out_of_reach_is_said(cluster, tmp_path):
    run = Run(cluster, tmp_path)
    (job,) = run.submit()
    broken = tmp_path / "bin"
    broken.mkdir()
    for name in ("squeue", "scancel", "sbatch", "scontrol"):
        failing = "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1"
        (broken / name).write_text(f"#!/bin/sh\n{failing}\n")
        (broken / name).chmod(0o755)
    nowhere = {**cluster.env, "PATH": f"{broken}:{cluster.env['PATH']}"}
    cluster.forget()
    status = inside("status", run.out, **nowhere)
    assert status.returncode == 0
    assert "Slurm cannot be reached (slurm_load_jobs error: Unable to contact slurm controller" in status.stdout
    assert "): these are the jobs' own notes." in status.stdout
    cancelled = inside("cancel", run.out, **nowhere)
    assert cancelled.returncode == 2
    assert "so nothing was cancelled: try again later." in cancelled.stderr
    again = inside("submit", run.study, "--site", run.site, "--out", run.out, **nowhere)
    assert again.returncode == 2
    assert "so that jobs of this run may live: try again later." in again.stderr
    other = inside("submit", run.study, "--site", run.site, "--out", tmp_path / "other", **nowhere)
    assert other.returncode == 2
    assert "sbatch refused the job: Slurm cannot be reached (it said: " in other.stderr
    assert cluster.state(job) in ("PENDING", "RUNNING")


def test_the_environment_changes_neither_jobs_nor_questions(cluster, tmp_path):
    run = Run(cluster, tmp_path)
    strange = {
        "SBATCH_PARTITION": "debug", "SBATCH_TIMELIMIT": "10", "SBATCH_OUTPUT": "/dev/null", "SBATCH_NO_REQUEUE": "1",
        "SBATCH_ACCOUNT": "mine", "SQUEUE_PARTITION": "debug", "SLURM_RESTART_COUNT": "2", "SLURM_JOB_ID": "1",
    }  # fmt: skip
    options = ["submit", run.study, "--site", run.site, "--out", run.out]
    done = inside(*options, **cluster.env, **strange)
    assert done.returncode == 0, done.stderr
    (job,) = re.findall(r"Submitted job (\d+)", done.stdout)
    known = cluster.job(job)
    assert (known["Partition"], known["TimeLimit"], known["Requeue"], known["Account"]) == (
        "regular", "00:20:00", "1", "mine",
    )  # fmt: skip
    wait_for(lambda: cluster.state(job) == "RUNNING", "the job")
    assert inside(*options, **cluster.env, **strange).returncode == 2
    wait_for(lambda: (run.out / "lock.json").exists(), "the run")
    assert json.loads((run.out / "lock.json").read_text())["restart"] == 0


def test_a_job_that_sbatch_took_without_an_answer_is_found(cluster, tmp_path):
    run, slow, real = Run(cluster, tmp_path), tmp_path / "bin", shutil.which("sbatch", path=cluster.env["PATH"])
    slow.mkdir()
    (slow / "sbatch").write_text(f'#!/bin/sh\n{real} "$@"\ntouch {tmp_path}/taken\nsleep 60\n')
    (slow / "sbatch").chmod(0o755)
    env = environment(**{**cluster.env, "PATH": f"{slow}:{cluster.env['PATH']}"})
    for ending in (signal.SIGINT, signal.SIGKILL):
        run.out = tmp_path / ending.name  # the first job may be ending still when the second is submitted
        command = [sys.executable, "-m", "landsweep", "submit", run.study, "--site", run.site, "--out", run.out]
        (tmp_path / "taken").unlink(missing_ok=True)
        process = subprocess.Popen(
            command,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
        )
        wait_for((tmp_path / "taken").exists, "sbatch to take the job")
        os.killpg(process.pid, ending)
        process.communicate(timeout=60)
        if ending is signal.SIGINT:  # taken back by the command itself
            wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "the job to be cancelled")
    again = run("submit", run.study, "--site", run.site, "--out", run.out)
    assert again.returncode == 2
    assert re.search(r"is already submitted as job \d+ \(by a command that did not end well\)", again.stderr)
    assert (
        "was submitted by a command that did not end well; `landsweep cancel` ends it." in run("status", run.out).stdout
    )
    assert "(submitted by a command that did not end well)." in run("cancel", run.out).stdout
    wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "the job to be cancelled")


def test_slurm_is_asked_at_most_once_in_30_seconds(cluster, tmp_path):
    run = Run(cluster, tmp_path)
    run.submit()
    counted, real = tmp_path / "bin", shutil.which("squeue", path=cluster.env["PATH"])
    counted.mkdir()
    (counted / "squeue").write_text(f'#!/bin/sh\necho asked >> {tmp_path}/asked\nexec {real} "$@"\n')
    (counted / "squeue").chmod(0o755)
    env = {**cluster.env, "PATH": f"{counted}:{cluster.env['PATH']}", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(4):
        assert inside("status", run.out, **env).returncode == 0
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_interactive_use_salloc_and_srun(cluster, tmp_path):
    study = make_study(tmp_path)
    program = [sys.executable, "-m", "landsweep", "run", str(study), "--out"]
    alloc = ["salloc", "-N2", "-n2", "-p", "regular"]
    wrong = cluster_run(cluster, [*alloc, "srun", "--mpi=none", *program, str(tmp_path / "wrong")])
    assert wrong.returncode == 2, wrong.stderr
    assert "srun started 2 processes but MPI sees 1, so each would do all the work alone" in wrong.stderr
    assert "with srun --mpi=pmi2; " in wrong.stderr
    assert not (tmp_path / "wrong").exists()
    right = cluster_run(cluster, [*alloc, "srun", "--mpi=pmi2", *program, str(tmp_path / "right")])
    assert right.returncode == 0, right.stderr
    assert sessions(tmp_path / "right")[0]["ranks"] == 2
    nodes = Counter(e["node"] for e in events(tmp_path / "right") if e["event"] == "RankStarted")
    assert set(nodes) == {"0", "1"}
    assert sum(nodes.values()) == 2


def cluster_run(cluster: Cluster, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment(**cluster.env), capture_output=True, text=True, timeout=120)


def test_hostile_names_reach_the_program_as_data(cluster, tmp_path):
    folder = tmp_path / "a b'c\"d $(touch pwned) `touch pwned`; &\nnew line #x"
    folder.mkdir()
    run = Run(cluster, folder, {"nodes": 1, "environment": {"WORD": "$(touch pwned)\"'"}}, problem__params={"steps": 5})
    run.out = folder / "run $(touch pwned) '"
    (job,) = run.submit("--site-set", "directives.comment='x\" --exclusive $(touch pwned) #'")
    run.wait(job, "COMPLETED")
    assert (run.out / "report" / "summary.json").exists()
    assert not list(tmp_path.rglob("pwned"))
    assert 'Comment=x" --exclusive $(touch pwned) #' in cluster.slurm("scontrol", "show", "job", job)


def test_the_scripts_of_every_site_are_what_sbatch_understands(cluster, tmp_path):
    study = make_study(tmp_path)
    script = inside("submit", study, "--site", "slurm-generic", "--dry-run", "--partition", "regular", cwd=tmp_path)
    (tmp_path / "script.sh").write_text(script.stdout)
    done = cluster_run(cluster, ["sbatch", "--test-only", str(tmp_path / "script.sh")])
    assert done.returncode == 0, done.stderr
    assert f"{BIN}" in script.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["script.sh", "study.yaml", "toy.py"]
