"""Who started this process, from the environment alone."""

import sys
from pathlib import Path

import numpy as np
import pytest
from landsweep.base import launch
from landsweep.base.launch import Launch, detect
from support import inside


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, Launch()),
        ({"PMI_SIZE": "4", "PMI_RANK": "2"}, Launch(4, 2, "mpiexec")),
        ({"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"}, Launch(2, 1, "mpirun")),
        ({"SLURM_NTASKS": "8", "SLURM_PROCID": "3", "SLURM_STEP_ID": "0"}, Launch(8, 3, "srun")),
        (
            {"SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1", "SLURM_STEP_ID": "5"},
            Launch(2, 1, "srun"),
        ),
        (
            {"PMI_SIZE": "4", "PMI_RANK": "2", "SLURM_JOB_NUM_NODES": "4", "SLURM_STEP_NUM_NODES": "2"},
            Launch(4, 2, "mpiexec", 2),
        ),
        ({"SLURM_NTASKS": "8"}, Launch()),
        ({"SLURM_NTASKS": "8", "SLURM_PROCID": "0"}, Launch()),
        ({"SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_STEP_ID": "4294967291"}, Launch()),
        (
            {"SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0", "SLURM_STEP_ID": "4294967290"},
            Launch(),
        ),
        ({"PMI_SIZE": "garbage"}, Launch()),
    ],
    ids=[
        "laptop",
        "mpich",
        "openmpi",
        "srun",
        "smaller step",
        "nodes",
        "salloc",
        "batch script",
        "batch step",
        "interactive step",
        "garbage",
    ],
)
def test_detect(env, expected):
    assert detect(env) == expected


TASK = {
    "SLURM_JOB_ID": "12",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NUM_TASKS": "4",
    "SLURM_NTASKS": "4",
    "SLURM_PROCID": "0",
    "SLURM_PTY_PORT": "36837",
    "SLURM_TASK_PID": "4807",
    "SLURM_JOB_NUM_NODES": "2",
}
"""What `srun -n4 --pty bash` gives its task, seen with Slurm 22.05."""
PMI2 = {"PMI_FD": "11", "PMI_JOBID": "12.0", "PMI_RANK": "0", "PMI_SIZE": "4"}
"""What `--mpi=pmi2` adds."""
HYDRA = {"HYDI_CONTROL_FD": "7", "PMI_FD": "9", "PMI_RANK": "1", "PMI_SIZE": "2", "PMI_JOBID": "12.0"}
OPEN_MPI = {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"}


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """Describe the task of a step, and this process, as /proc does: group, session, terminal, environment."""

    def describe(env, group="4811", terminal="34817"):
        for process, state in (("4807", f"4799 4807 4807 {terminal} -1"), ("self", f"4807 {group} 4807 {terminal} -1")):
            (tmp_path / process).mkdir(exist_ok=True)
            (tmp_path / process / "stat").write_text(f"1 (a (b) c) S {state} 4194304")
        (tmp_path / "4807" / "environ").write_bytes("\0".join(f"{k}={v}" for k, v in env.items()).encode())
        monkeypatch.setattr(launch, "PROC", tmp_path)

    return describe


ALONE = Launch(inherited=True)


@pytest.mark.parametrize(
    ("task", "own", "where", "expected"),
    [
        (TASK, {}, {}, ALONE),
        (TASK | PMI2, {}, {}, ALONE),
        (TASK | PMI2, HYDRA, {}, Launch(2, 1, "mpiexec", 2)),
        (TASK | PMI2, OPEN_MPI, {}, Launch(2, 1, "mpirun", 2)),
        (TASK, {}, {"group": "4807"}, Launch(4, 0, "srun", 2)),
        (TASK | PMI2, {}, {"group": "4807"}, Launch(4, 0, "srun", 2)),
        (TASK, {}, {"terminal": "0"}, Launch(4, 0, "srun", 2)),
        (TASK | {"SLURM_STEP_ID": "1"} | PMI2, {}, {"terminal": "0"}, Launch(4, 0, "srun", 2, inherited=True)),
        (TASK, {"SLURM_TASK_PID": "99"}, {}, Launch(4, 0, "srun", 2)),
        (TASK | {"SLURM_TASK_PID": "1"}, {"SLURM_TASK_PID": "4807"}, {}, Launch(4, 0, "srun", 2)),
    ],
    ids=[
        "shell",
        "shell with PMI",
        "mpiexec in the shell",
        "mpirun in the shell",
        "srun --pty landsweep",
        "the same with PMI",
        "no terminal, whatever SLURM_PTY_PORT says",
        "srun --overlap --mpi=none in the shell",
        "a container that does not see the task",
        "a container that sees another process",
    ],
)
def test_a_shell_inside_a_step_is_one_process(proc, task, own, where, expected):
    proc(task, **where)
    assert detect(task | own) == expected


def test_python_in_the_terminal_of_a_step_is_one_process(proc, monkeypatch):
    proc(TASK, group="4807")
    monkeypatch.setattr("os.getpid", lambda: 4807)
    assert detect(TASK) == Launch(4, 0, "srun", 2)
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert detect(TASK) == ALONE


def test_the_command_line_in_such_a_shell(proc, tmp_path):
    proc(TASK | PMI2)
    np.save(tmp_path / "field.npy", np.arange(9.0).reshape(3, 3))
    done = inside("tree", tmp_path / "field.npy", **TASK, **PMI2)
    assert done.returncode == 0, done.stderr
    done = inside("submit", Path("gone.yaml"), "--site", "local", **TASK, **PMI2)
    assert "gone.yaml does not exist" in done.stderr, "not: started by srun in 4 processes"
