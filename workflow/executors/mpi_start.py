"""The start of MPI: whether the launcher and the MPI of mpi4py belong together, before MPI itself aborts or hangs."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.launch import PMI, Launch
from landsweep.base.waiting import blocked

STEP = ("SLURM_STEP_ID", "SLURM_STEPID", "SLURM_PROCID")
"""Open MPI takes a process with these variables for one that srun has started for it."""


def initialized(launch: Launch) -> tuple[Any, Any]:
    """Return the module ``mpi4py.MPI``, initialised, and mpi4py's counter.

    Raises
    ------
    UserError
        Where mpi4py cannot be loaded, or its MPI would abort under this launcher.
    """
    if launch.inherited:
        for name in [name for name in os.environ if name.startswith(PMI) or (launch.size == 1 and name in STEP)]:
            del os.environ[name]
    try:
        import mpi4py

        mpi4py.rc.initialize = False  # so that the library can be asked for its name first
        mpi4py.rc.finalize = True
        from mpi4py import MPI
        from mpi4py.util.sync import Counter
    except (ImportError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        raise UserError(
            f"{_started(launch)} but mpi4py cannot be loaded ({why}): install it with `pip install 'landsweep[mpi]'`, "
            "or use --executor serial for one process."
        ) from None
    if not MPI.Is_initialized():
        _check(launch, MPI)
        # A launcher ends all ranks. If one of them were ended alone by a signal, the others would wait for it.
        text = _waiting_for(launch) if launch.rank == 0 else ""
        with blocked(text, killable=launch.size == 1), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="suspicious MPI")  # ours says what to type
            MPI.Init_thread(getattr(MPI, f"THREAD_{_threads(mpi4py.rc)}"))
    return MPI, Counter


def _threads(rc: Any) -> str:
    """Return the level of threads that mpi4py would ask for, by its settings or the variables that override them."""
    if os.environ.get("MPI4PY_RC_THREADS", str(rc.threads)).lower() in ("0", "n", "no", "off", "false"):
        return "SINGLE"
    return os.environ.get("MPI4PY_RC_THREAD_LEVEL", rc.thread_level).upper()


def _started(launch: Launch) -> str:
    return f"{launch.launcher} started {launch.size} processes" if launch.size > 1 else "executor.kind is mpi"


def _waiting_for(launch: Launch) -> str:
    together = f": {_started(launch)}, which begin together" if launch.size > 1 else ""
    return f"Waiting for MPI to begin{together}; there is no limit of time, Ctrl-C ends it."


def _check(launch: Launch, mpi: Any) -> None:
    """Raise UserError for a launcher under which MPICH would abort, instead of becoming one process."""
    told = mpi.Get_library_version()
    if "MPICH" not in told or any(name in os.environ for name in ("PMI_SIZE", "PMI_FD", "PMI_PORT")):
        return
    if launch.launcher == "mpirun" and launch.size > 1:
        raise UserError(
            f"Open MPI's mpirun started {launch.size} processes, which would not find one another, as mpi4py uses "
            f"{name_of(mpi)}: {how_to_start(mpi, launch.size)}."
        )
    if "PMIX_RANK" in os.environ and "configure:" in told and "pmix" not in told.lower():
        raise UserError(
            f"{_started(launch)} by PMIx, which mpi4py's {name_of(mpi)} does not speak: "
            f"{how_to_start(mpi, launch.size)}."
        )


def name_of(mpi: Any) -> str:
    """Return the name and the version of the MPI that mpi4py uses."""
    vendor, version = mpi.get_vendor()
    return f"{vendor} {'.'.join(map(str, version))}"


def how_to_start(mpi: Any, size: int) -> str:
    """Return what to type so that ``size`` processes know of one another in the MPI that mpi4py uses."""
    vendor = mpi.get_vendor()[0]
    program, protocol = ("mpirun", "pmix") if vendor == "Open MPI" else ("mpiexec", "pmi2")
    beside = Path(sys.executable).with_name(program)
    command = str(beside) if beside.exists() else f"the {program} that belongs to it"
    return (
        f"start them with {command} -n {size}, or with srun --mpi={protocol}; `srun --mpi=list` has what there is, and "
        "--executor serial is one process"
    )
