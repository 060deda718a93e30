"""Who started this process, from the environment alone."""

import pytest
from landsweep.base.launch import Launch, detect


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
        "garbage",
    ],
)
def test_detect(env, expected):
    assert detect(env) == expected
