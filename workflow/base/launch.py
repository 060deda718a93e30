"""The launcher of this process, read from the environment before anything is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
"""The system describes its processes in this folder, if it is Linux."""
PMI = ("PMI_", "PMI2_", "PMIX_", "HYDI_")
"""The variables with these prefixes are how the ranks of MPI find one another."""
SLURMS = {"PMI_FD", "PMI_JOBID", "PMI_RANK", "PMI_SIZE", "PMI_SPAWNED"}
"""Slurm itself sets these of them; launchers of MPI set others as well."""
PSEUDO_STEPS = 4294967290
"""Steps of Slurm from this number on are the batch script and the shell of salloc, not what srun starts."""


@dataclass(frozen=True)
class Launch:
    """The number of processes that a launcher started, the rank of this one, and the number of nodes (1: not known).

    ``inherited`` says that variables of a launcher are in the environment that has not started this process: MPI must
    not see them, or it waits for processes that do not exist.
    """

    size: int = 1
    rank: int = 0
    launcher: str = "no launcher"
    nodes: int = 1
    inherited: bool = False


def detect(env: Mapping[str, str] = os.environ) -> Launch:
    """Return the launch that the environment describes.

    It reads ``PMI_SIZE`` (MPICH, Cray, Intel, Slurm's PMI-2), ``OMPI_COMM_WORLD_SIZE`` (Open MPI), and ``SLURM_NTASKS``
    inside a job step. Outside a step (salloc, a batch script) Slurm's sizes describe the allocation, not this process.
    What a person starts in a shell inside a step (`srun --pty bash`) is one process, however many tasks the step has.
    """
    task = _task_of_shell(env)
    elsewhere = _of_another_step(env)
    for launcher, family, size, rank in (
        ("mpiexec", PMI, "PMI_SIZE", "PMI_RANK"),
        ("mpirun", ("OMPI_COMM_WORLD_",), "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
    ):
        if not env.get(size, "").isdigit() or (family is PMI and elsewhere):
            continue
        if task is None or _those(env, family) != _those(task, family):  # else the shell has them from its step
            started = "srun" if family is PMI and _slurms_step(env) == env.get("SLURM_STEP_ID", "none") else launcher
            return Launch(int(env[size]), int(env.get(rank, "0")), started, _nodes(env))
    if task is not None:
        return Launch(inherited=True)
    if _in_step(env):
        size = env.get("SLURM_STEP_NUM_TASKS") or env.get("SLURM_NTASKS", "1")
        return Launch(int(size), int(env["SLURM_PROCID"]), "srun", _nodes(env), elsewhere)
    return Launch()


def _in_step(env: Mapping[str, str]) -> bool:
    numbered = env.get("SLURM_PROCID", "").isdigit() and env.get("SLURM_STEP_ID", "").isdigit()
    return numbered and int(env["SLURM_STEP_ID"]) < PSEUDO_STEPS


def _task_of_shell(env: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return the environment of the step's task, where this process comes from a shell in the task's terminal.

    ``SLURM_PTY_PORT`` does not tell: steps that are started in such a shell inherit it. A task of ``srun --pty`` has a
    terminal, and its shell gives each command a process group of its own, unlike a script around what srun starts.
    """
    task = env.get("SLURM_TASK_PID", "")
    if not (_in_step(env) and task.isdigit()):
        return None
    try:
        _, _, group, _, terminal, *_ = _stat(task)
        mine = _stat("self")[2]
        entries = (PROC / task / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:  # no Linux, or a container that sees other processes
        return None
    found = dict(entry.partition("=")[::2] for entry in entries)
    if terminal == "0" or any(found.get(name) != env.get(name) for name in ("SLURM_TASK_PID", "SLURM_STEP_ID")):
        return None
    interpreter = str(os.getpid()) == task and hasattr(sys, "ps1")  # `srun --pty python`
    return found if group != mine or interpreter else None


def _stat(process: str) -> list[str]:
    """Return the state, parent, group, session and terminal of a process, and more."""
    return (PROC / process / "stat").read_text().rpartition(")")[2].split()


def _of_another_step(env: Mapping[str, str]) -> bool:
    """Return whether PMI's variables are those of the step in whose shell this one was started, with ``--mpi=none``."""
    step = _slurms_step(env)
    return step is not None and _in_step(env) and step != env["SLURM_STEP_ID"]


def _slurms_step(env: Mapping[str, str]) -> str | None:
    """Return the number of the job's step for which Slurm has set PMI's variables, None where it has not."""
    job, _, step = env.get("PMI_JOBID", "").partition(".")
    slurms = job == env.get("SLURM_JOB_ID") and _those(env, ("PMI_", "HYDI_")).keys() <= SLURMS
    return step if step.isdigit() and slurms else None


def _those(env: Mapping[str, str], family: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(family)}


def _nodes(env: Mapping[str, str]) -> int:
    nodes = env.get("SLURM_STEP_NUM_NODES") or env.get("SLURM_JOB_NUM_NODES", "")
    return int(nodes) if nodes.isdigit() else 1


def batch_job(env: Mapping[str, str] = os.environ) -> tuple[str | None, int]:
    """Return the id of this process's batch job (None outside of one), and how often the job was started again."""
    restart = env.get("SLURM_RESTART_COUNT", "")
    return env.get("SLURM_JOB_ID") or None, int(restart) if restart.isdigit() else 0
