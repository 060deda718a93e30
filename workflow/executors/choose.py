"""The choice of the executor that a launch and a study ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.base.errors import UserError
from landsweep.base.launch import Launch
from landsweep.base.stop import StopFlag
from landsweep.executors.executor import Executor

if TYPE_CHECKING:
    from landsweep.executors.dask.workers import Wanted
    from landsweep.study.study import Study


def make_executor(
    kind: str,
    launch: Launch,
    study: Study | None = None,
    run: Path = Path(),
    wanted: Wanted | None = None,
    stop: StopFlag | None = None,
) -> Executor:
    """Return the executor for a launch, or raise where the launch does not fit the study.

    A kind that is asked for by name is obeyed whatever the launch; ``auto`` is MPI where there are several processes.

    Parameters
    ----------
    kind
        The kind of executor, as ``executor.kind`` of a study.
    launch
        The launch that started this process.
    study, run, wanted
        The data that Dask needs: the study, its run directory, and what the command line says of workers.
    stop
        The flag of the command, by which a wait for workers ends.
    """
    if wanted is not None and wanted.asked and kind != "dask":
        if kind != "auto":
            raise UserError(
                f"executor.kind is {kind}, but workers of Dask are asked for: expected executor.kind dask or auto."
            )
        kind = "dask"
    if kind == "dask":
        assert study is not None
        from landsweep.executors.dask.connect import connect
        from landsweep.executors.dask.executor import DaskExecutor
        from landsweep.executors.dask.workers import Wanted

        spec = study.executor
        asked = replace(wanted or Wanted(), default=spec.workers)
        stop = stop or StopFlag()
        with stop.nothing_in_hand(launch.size == 1):
            workers = connect(asked, launch, run, study.evaluation.threads, study.evaluation.device, stop)
        return DaskExecutor(workers, spec.retries, spec.patience)
    if kind == "mpi" or (kind != "serial" and launch.size > 1):
        from landsweep.executors.mpi import MpiExecutor

        return MpiExecutor(launch)
    from landsweep.executors.serial import SerialExecutor

    return SerialExecutor(launch)
