"""Which launchers go with which MPI, by what they say of themselves."""

from __future__ import annotations

import os
import re
from types import SimpleNamespace

import pytest
from landsweep.base.errors import UserError
from landsweep.base.launch import Launch
from landsweep.executors import mpi_start
from landsweep.executors.mpi_start import how_to_start

MPICH = ("MPICH Version: 5.0.2\nMPICH configure: --with-device=ch4:ucx,ofi", ("MPICH", (5, 0, 2)))
WITH_PMIX = ("MPICH Version: 4.3.0\nMPICH configure: --with-pmix=/usr", ("MPICH", (4, 3, 0)))
OPEN_MPI = ("Open MPI v5.0.11", ("Open MPI", (5, 0, 11)))
PMIX = {"PMIX_NAMESPACE": "x", "PMIX_RANK": "0"}


def mpi(about):
    return SimpleNamespace(Get_library_version=lambda: about[0], get_vendor=lambda: about[1])


@pytest.mark.parametrize(
    ("about", "launcher", "env", "said"),
    [
        (
            MPICH,
            "mpirun",
            PMIX,
            "which would not find one another, as mpi4py uses MPICH 5.0.2: start them with ",
        ),
        (
            MPICH,
            "srun",
            PMIX,
            "srun started 4 processes by PMIx, which mpi4py's MPICH 5.0.2 does not speak: start them with ",
        ),
        (MPICH, "srun", {}, None),
        (MPICH, "mpiexec", {"PMI_SIZE": "4", **PMIX}, None),
        (WITH_PMIX, "srun", PMIX, None),
        (OPEN_MPI, "mpirun", PMIX, None),
        (OPEN_MPI, "srun", PMIX, None),
    ],
)
def test_what_would_abort_is_refused_before(monkeypatch, about, launcher, env, said):
    monkeypatch.setattr(os, "environ", env)
    refused = None
    try:
        mpi_start._check(Launch(4, 0, launcher), mpi(about))
    except UserError as error:
        refused = str(error)
    assert (refused is None) == (said is None), refused
    assert said is None or (said in refused and "mpiexec" in refused and refused.endswith("one process."))


def test_each_mpi_has_its_own_launcher():
    assert re.match(r"start them with .*mpirun.* -n 4, or with srun --mpi=pmix; ", how_to_start(mpi(OPEN_MPI), 4))
    assert re.match(r"start them with .*mpiexec.* -n 4, or with srun --mpi=pmi2; ", how_to_start(mpi(MPICH), 4))


def test_mpi4py_that_does_not_load_is_one_line(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mpi4py", None)
    with pytest.raises(
        UserError, match=r"^executor\.kind is mpi but mpi4py cannot be loaded \(.*\): install it with [^\n]*$"
    ):
        mpi_start.initialized(Launch())
