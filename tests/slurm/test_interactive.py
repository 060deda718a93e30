"""A person's shell inside an allocation, on a real Slurm that the tests start."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from shell import Shell
from support import environment

pytestmark = pytest.mark.usefixtures("quiet")

LAUNCH = "from landsweep.base.launch import detect; found = detect(); print('LAUNCH', found.size, found.rank)"
MPI = (
    "from landsweep.base.launch import detect; from landsweep.executors.mpi import MpiExecutor; "
    "print('MPI', MpiExecutor(detect()).size)"
)


def test_a_shell_in_a_step_of_three_tasks_is_one_process(cluster, tmp_path):
    """With PMI2, under which MPI would wait for ever for the tasks whose shells have ended at once."""
    np.save(tmp_path / "field.npy", np.arange(9.0).reshape(3, 3))
    command = ("srun", "--mpi=pmi2", "-n3", "--pty", "bash", "--norc")
    with Shell(*command, env=environment(**cluster.env)) as shell:
        assert "LAUNCH 1 0" in shell.type(f'{sys.executable} -c "{LAUNCH}"')
        assert "MPI 1" in shell.type(f'{sys.executable} -c "{MPI}"')
        assert "1 minimum" in shell.type(f"{sys.executable} -m landsweep tree {tmp_path}/field.npy")
        inner = shell.type(f'srun --overlap --mpi=none -n2 {sys.executable} -c "{LAUNCH}"')
        assert sorted(re.findall(r"LAUNCH (\d \d)", inner)) == ["2 0", "2 1"], "although it inherits PMI's variables"
