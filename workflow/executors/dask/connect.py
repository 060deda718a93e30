"""The sources of Dask's workers: processes of this machine, an existing cluster, batch jobs, or one allocation."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import time
import warnings
from contextlib import nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landsweep.base.errors import UserError
from landsweep.base.launch import Launch, batch_job
from landsweep.base.stop import StopFlag
from landsweep.base.waiting import saying
from landsweep.disk.rundir import RunDir
from landsweep.executors.dask.workers import CONNECT_SECONDS, Wanted, Workers, dashboard, shielded

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER_SECONDS = 120.0
"""The processes of an allocation wait at most this many seconds for the one that is the scheduler, and this one for the
one that plans."""
LEAVING_SECONDS = 30.0
"""Once a signal has asked to stop, that one has this many seconds to end the others when its client is gone."""
LOOK_SECONDS = 1.0
"""The scheduler of an allocation looks for the one that plans once in this many seconds."""


def connect(wanted: Wanted, launch: Launch, run: Path, threads: int, device: str, stop: StopFlag) -> Workers:
    """Return the workers. In an allocation, the scheduler and the workers do not return from this call.

    Raises
    ------
    UserError
        Where Dask is not installed, no scheduler answers, the batch system refuses the jobs, or the processes of an
        allocation are not what is asked for.
    """
    if missing := [name for name in ("dask", "distributed", "cryptography") if find_spec(name) is None]:
        raise UserError(
            f"executor.kind is dask but {' and '.join(missing)} cannot be found: install it with "
            "`pip install 'landsweep[dask]'`, or use executor.kind auto."
        )
    if sum(x is not None for x in (wanted.scheduler, wanted.scheduler_file, wanted.site)) > 1:
        raise UserError("--scheduler, --scheduler-file and --site name different workers, expected one of them.")
    if wanted.site_overrides and wanted.site is None:
        raise UserError("--site-set changes a site profile, but no --site is named: name one, or leave --site-set out.")
    if launch.size > 1 and (
        wanted.scheduler is not None or wanted.scheduler_file is not None or wanted.site is not None
    ):
        raise UserError(
            f"{launch.launcher} started {launch.size} processes, but the workers of Dask are elsewhere, expected one "
            f"process that plans: leave {launch.launcher} out."
        )
    _quiet()
    import dask

    # Who is gone comes back: from its nanny, or because its job is submitted again. Without this a worker that happens
    # to be away 15 s after it was lost for the first time is ended for good.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1000 days"})
    dask.config.set({"distributed.worker.daemon": False})  # a problem may start processes, such as loaders of data
    if wanted.scheduler is not None or wanted.scheduler_file is not None:
        return _existing(wanted)
    if wanted.site is not None:
        from landsweep.executors.dask.slurm_workers import batch_jobs

        return batch_jobs(wanted, run)
    if launch.size > 1:
        return _allocation(wanted, launch, run, stop)
    return _local(wanted, threads, device)


def _quiet() -> None:
    """Keep Dask's own messages off the terminal; landsweep reports what matters in a sentence."""
    import distributed  # noqa: F401  # it sets levels of its own when it is imported

    for name in [*logging.root.manager.loggerDict, "distributed"]:
        if name.startswith(("distributed", "tornado")):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"distributed\..*")  # ports in use, large graphs


def _local(wanted: Wanted, threads: int, device: str) -> Workers:
    from distributed import Client, LocalCluster, Security

    count = wanted.number or _parts_of_this_machine(threads, device)
    with shielded(), saying(f"Waiting for {count} worker(s) of this machine to start; Ctrl-C ends it."):
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,  # what counts is in files: nothing would be spilled, and a limit would only kill
            dashboard_address=dashboard(),
            silence_logs=logging.CRITICAL,
            protocol="tls://",
            security=Security.temporary(),  # others on this machine could run code as this user otherwise
        )
        client = Client(cluster)
    return Workers(client, count, count, f"{count} worker(s) of this machine", True, (cluster.close,))


def _parts_of_this_machine(threads: int, device: str) -> int:
    import psutil

    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.device_count()
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(available, psutil.cpu_count(logical=False) or available)
    return max(1, cores // threads)


def _existing(wanted: Wanted) -> Workers:
    from distributed import Client

    address = _from_file(wanted.scheduler_file) if wanted.scheduler_file is not None else str(wanted.scheduler)
    address = address if "://" in address else f"tcp://{address}"
    try:
        with shielded():
            client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"No Dask scheduler answers at {address} within {CONNECT_SECONDS:.0f} s ({_short(error)}): expected a "
            f"running one, start it with `dask scheduler`, or leave it out for workers of this machine."
        ) from None
    _check_protocol(client)
    found = Workers(client, 1, 1, "")
    hosts = [seen.host for seen in found.look().values()]
    found.expected = wanted.number or max(1, len(hosts))
    found.per_node = max((hosts.count(host) for host in set(hosts)), default=1)
    found.where = f"{len(hosts)} worker(s) of a cluster that was there"
    return found


def _from_file(file: Path) -> str:
    write = f"what `dask scheduler --scheduler-file {file}` writes"
    if not file.is_file():
        raise UserError(f"--scheduler-file {file} does not exist, expected {write}.")
    try:
        return str(json.loads(file.read_text())["address"])
    except (ValueError, KeyError, TypeError):
        raise UserError(f"--scheduler-file {file} has no scheduler's address, expected {write}.") from None


def _check_protocol(client: Client) -> None:
    """Check that client and scheduler have the same versions of what encodes messages; workers check what computes."""
    found = client.get_versions(packages=["landsweep"])
    ours = found["client"]["packages"]
    for name, there in [("the scheduler", found["scheduler"]), *found["workers"].items()]:
        theirs = (there or {}).get("packages", {})
        differing = [p for p in ("dask", "distributed", "cloudpickle", "landsweep") if theirs.get(p) != ours.get(p)]
        differing += (
            ["python"] if str(theirs.get("python")).split(".")[:2] != str(ours["python"]).split(".")[:2] else []
        )
        if differing:
            have, expected = (", ".join(f"{p} {v.get(p) or 'missing'}" for p in differing) for v in (theirs, ours))
            client.close()
            raise UserError(
                f"{name} has {have}, expected {expected} as here: start scheduler and workers from this environment."
            )


def _allocation(wanted: Wanted, launch: Launch, run: Path, stop: StopFlag) -> Workers:
    """Make this process the scheduler, the process that plans, or a worker, by its rank in the job step."""
    task = tuple(os.environ.get(name, "") for name in ("SLURM_PROCID", "SLURM_NTASKS"))
    if task != (str(launch.rank), str(launch.size)):
        raise UserError(
            f"executor.kind is dask and {launch.launcher} started {launch.size} processes: expected srun, or one "
            "process that starts its own workers (--workers)."
        )
    if launch.size < 3:
        raise UserError(
            f"executor.kind is dask and srun started {launch.size} processes, expected at least 3: the scheduler, the "
            "one that plans, and workers."
        )
    count = launch.size - 2
    if wanted.count is not None and wanted.count != count:
        raise UserError(
            f"--workers is {wanted.count}, but srun started {launch.size} processes, which are the scheduler, the one "
            f"that plans, and {count} worker(s): leave --workers out, or use srun -n {wanted.count + 2}."
        )
    before = signal.getsignal(signal.SIGINT)
    from dask_jobqueue.slurm import SLURMRunner

    plans = launch.rank == 1
    # Importing it has taken INT; and it ends its other processes by one, from which this program has nothing to learn.
    signal.signal(signal.SIGINT, before if plans else signal.SIG_IGN)
    folder = RunDir(run).jobs
    folder.mkdir(parents=True, exist_ok=True)
    job, restart = batch_job()
    step = os.environ.get("SLURM_STEP_ID", "0")
    file = folder / f"scheduler-{job}-{restart}-{step}.json"
    if launch.rank:
        with stop.nothing_in_hand(), saying(_waiting_for(file)) if plans else nullcontext():
            _await_scheduler(file)

    class Runner(SLURMRunner):  # type: ignore[misc]  # dask-jobqueue has no types
        """A scheduler that does not outlive the process that plans."""

        async def on_scheduler_start(self, scheduler: Any) -> None:
            self.watch = asyncio.create_task(_end_without_planner(scheduler, stop))

    with stop.nothing_in_hand(plans):  # the others end when the one that plans has finished what is in hand
        return _become(Runner, launch, file, plans, count)


def _become(role: Any, launch: Launch, file: Path, plans: bool, count: int) -> Workers:
    """Be the scheduler or a worker to the end, or return the workers to the process that plans."""
    from distributed import Client

    runner = role(
        scheduler_file=str(file).replace("{", "{{").replace("}", "}}"),
        scheduler_options={"dashboard_address": dashboard()},
        worker_options={"nthreads": 1, "memory_limit": 0},
    )
    if not plans:
        raise SystemExit(0)

    def forget() -> None:
        file.unlink(missing_ok=True)

    try:
        with saying(f"Waiting up to {3 * CONNECT_SECONDS:.0f} s for the scheduler whose address {file} has."):
            client = Client(runner, timeout=3 * CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"The scheduler whose address {file} has does not answer within {3 * CONNECT_SECONDS:.0f} s "
            f"({_short(error)}): look for its error above, expected a network that reaches from node to node."
        ) from None
    except BaseException:
        runner.close()
        raise
    per_node = -(-launch.size // launch.nodes)
    return Workers(client, count, per_node, f"{count} worker(s) of this allocation", ending=(runner.close, forget))


async def _end_without_planner(scheduler: Any, stop: StopFlag) -> None:
    """Close a scheduler whose client does not come, or is gone; sooner where a signal has asked to stop.

    The process that plans closes the scheduler itself, a moment after its client.
    """
    seen, came = time.monotonic(), False
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if any(name.startswith("Client-") and "-worker-" not in name for name in scheduler.clients):
            seen, came = time.monotonic(), True
        patience = SCHEDULER_SECONDS if not stop.requested else LEAVING_SECONDS if came else 0.0
        if time.monotonic() - seen > patience:
            await scheduler.close()
            return


def _waiting_for(file: Path) -> str:
    return f"Waiting up to {SCHEDULER_SECONDS:.0f} s for the scheduler (task 0 of this job step) to write {file}."


def _await_scheduler(file: Path) -> None:
    """Wait until the scheduler has written its address, completely; Dask itself would wait for ever."""
    end = time.monotonic() + SCHEDULER_SECONDS
    while time.monotonic() < end:
        with suppress(OSError, ValueError):
            json.loads(file.read_text())
            return
        time.sleep(0.2)
    raise UserError(
        f"The scheduler has not written {file} within {SCHEDULER_SECONDS:.0f} s, expected it from task 0 of this job "
        "step: look for its error above, and submit again."
    )


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
