"""What the Dask executor refuses, in one sentence, before anything is written."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from landsweep.base import waiting
from ranked import ranked
from support import inside, landsweep, make_study, stopped_when


def refused(*arguments: str | Path, run=inside, **env: str) -> str:
    done = run("run", *arguments, **env)
    assert done.returncode == 2, (done.stdout, done.stderr)
    return done.stderr.strip()


def test_what_cannot_be_reached_is_refused_before_anything_is_written(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    said = refused(study, "--out", out, "--scheduler", "127.0.0.1:9")
    assert re.fullmatch(
        r"landsweep: No Dask scheduler answers at tcp://127\.0\.0\.1:9 within 10 s \(.*\): expected a running one, "
        r"start it with `dask scheduler`, or leave it out for workers of this machine\.",
        said,
    ), said
    file = tmp_path / "none.json"
    said = refused(study, "--out", out, "--scheduler-file", file)
    assert said == (
        f"landsweep: --scheduler-file {file} does not exist, expected what `dask scheduler --scheduler-file "
        f"{file}` writes."
    )
    file.write_text("{")
    assert refused(study, "--out", out, "--scheduler-file", file).startswith(
        f"landsweep: --scheduler-file {file} has no scheduler's address, expected what "
    )
    assert refused(study, "--out", out, "--executor", "mpi", "--workers", "2") == (
        "landsweep: executor.kind is mpi, but workers of Dask are asked for: expected executor.kind dask or auto."
    )
    assert refused(study, "--out", out, "--scheduler", "x:1", "--site", "local") == (
        "landsweep: --scheduler, --scheduler-file and --site name different workers, expected one of them."
    )
    assert refused(study, "--out", out, "--site-set", "time=10") == (
        "landsweep: --site-set changes a site profile, but no --site is named: name one, or leave --site-set out."
    )
    assert refused(study, "--out", out, "--site", "local") == (
        "landsweep: --site local has no batch system, expected one with Slurm: use --workers for this machine."
    )
    assert refused(study, "--out", out, "--site", "slurm-generic", "--site-set", "partition=x", PATH="/nowhere") == (
        "landsweep: Slurm cannot be reached (No such file or directory): run this on a login node of the cluster, or "
        "name another --site."
    )
    assert not out.exists()


def test_without_dask_there_is_one_sentence(tmp_path):
    """The package is hidden, as where the extra is not installed."""
    hide = tmp_path / "hide"
    hide.mkdir()
    (hide / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name.split('.')[0] in ('dask', 'distributed') else found(name, *a)\n"
    )
    said = refused(make_study(tmp_path), "--workers", "2", run=landsweep, PYTHONPATH=str(hide))
    assert said == (
        "landsweep: executor.kind is dask but dask and distributed cannot be found: install it with `pip install "
        "'landsweep[dask]'`, or use executor.kind auto."
    )


@pytest.mark.parametrize("ranks", [2])
def test_ranks_of_mpiexec_are_no_workers_of_dask(ranks, tmp_path):
    done = ranked("run", make_study(tmp_path), "--executor", "dask", "--out", tmp_path / "run", ranks=ranks)
    assert done.returncode == 2, done.stderr
    assert (
        "landsweep: executor.kind is dask and mpiexec started 2 processes: expected srun, or one process that "
        "starts its own workers (--workers)."
    ) in done.stderr
    assert not (tmp_path / "run").exists()


TASK = {"SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"}


def test_workers_of_an_allocation_are_as_many_as_its_processes(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    assert refused(study, "--out", out, "--workers", "4", **TASK) == (
        "landsweep: --workers is 4, but srun started 4 processes, which are the scheduler, the one that plans, and 2 "
        "worker(s): leave --workers out, or use srun -n 6."
    )
    assert refused(study, "--out", out, "--scheduler", "x:1", **TASK) == (
        "landsweep: srun started 4 processes, but the workers of Dask are elsewhere, expected one process that plans: "
        "leave srun out."
    )
    assert not out.exists()


def test_waiting_for_the_scheduler_of_an_allocation_is_told_and_the_first_term_ends_it(tmp_path, monkeypatch):
    """Task 0, which is to be the scheduler, has never come."""
    monkeypatch.setattr(waiting, "SILENCE_SECONDS", 0.2)
    words = ("run", make_study(tmp_path), "--out", tmp_path / "run", "--executor", "dask")
    done = stopped_when("Waiting up to", signal.SIGTERM, *words, **(TASK | {"SLURM_PROCID": "1"}))
    assert done.returncode == 75, done.stderr
    file = tmp_path / "run" / "jobs" / "scheduler-7-0-0.json"
    assert f"Waiting up to 120 s for the scheduler (task 0 of this job step) to write {file}." in done.stderr
