"""The launcher of this process, read from the environment before anything is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Launch:
    """The number of processes that a launcher started, the rank of this one, and the number of nodes (1: not known)."""

    size: int = 1
    rank: int = 0
    launcher: str = "no launcher"
    nodes: int = 1


def detect(env: Mapping[str, str] = os.environ) -> Launch:
    """Return the launch that the environment describes.

    It reads ``PMI_SIZE`` (MPICH, Cray, Intel, Slurm's PMI-2), ``OMPI_COMM_WORLD_SIZE`` (Open MPI), and ``SLURM_NTASKS``
    inside a job step. Outside a step (salloc, a batch script) Slurm's sizes describe the allocation, not this process.
    """
    for launcher, size, rank in (
        ("mpiexec", "PMI_SIZE", "PMI_RANK"),
        ("mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
    ):
        if env.get(size, "").isdigit():
            return Launch(int(env[size]), int(env.get(rank, "0")), launcher, _nodes(env))
    in_step = env.get("SLURM_PROCID", "").isdigit() and env.get("SLURM_STEP_ID", "").isdigit()
    if in_step and int(env["SLURM_STEP_ID"]) < 4294967290:  # above: the batch and interactive pseudo-steps
        size = env.get("SLURM_STEP_NUM_TASKS") or env.get("SLURM_NTASKS", "1")
        return Launch(int(size), int(env["SLURM_PROCID"]), "srun", _nodes(env))
    return Launch()


def _nodes(env: Mapping[str, str]) -> int:
    nodes = env.get("SLURM_STEP_NUM_NODES") or env.get("SLURM_JOB_NUM_NODES", "")
    return int(nodes) if nodes.isdigit() else 1


def batch_job(env: Mapping[str, str] = os.environ) -> tuple[str | None, int]:
    """Return the id of this process's batch job (None outside of one), and how often the job was started again."""
    restart = env.get("SLURM_RESTART_COUNT", "")
    return env.get("SLURM_JOB_ID") or None, int(restart) if restart.isdigit() else 0
