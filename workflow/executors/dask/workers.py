"""The workers of a Dask cluster as a client sees them, and starting processes that become workers."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
"""A scheduler has this many seconds to answer."""
BUSY = ("executing", "long-running")
"""A worker is busy while it has tasks in these states; the second is the state of a task that waits for tasks of its
own."""


@dataclass(frozen=True)
class Seen:
    """A worker as the scheduler sees it: whether it begins tasks (it may be paused or leaving), and works on one."""

    name: str
    host: str
    ready: bool
    busy: bool


@dataclass
class Workers:
    """A cluster, as a client sees it.

    Parameters
    ----------
    client
        The Dask client, connected to the cluster's scheduler.
    expected, per_node
        The number of workers that the cluster has or will have, and how many of them share a node.
    where
        The words about the cluster that follow "Dask: " in the greeting.
    waits
        Whether a run waits for workers without a limit of time, because they wait in a queue or come back by
        themselves.
    ending
        The function that is called when the cluster is not needed any more.
    """

    client: Client
    expected: int
    per_node: int
    where: str
    waits: bool = False
    ending: tuple[Callable[[], None], ...] = ()
    token: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    _last: dict[str, Seen] = field(default_factory=dict, init=False)

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return str(self.client.scheduler.address)

    @property
    def greeting(self) -> str:
        """A line that says where the work is done, and where to watch it."""
        served = self.client.scheduler_info()["services"].get("dashboard")
        dashboard = self.client.dashboard_link if served else ""
        watch = f"; dashboard {dashboard}" if dashboard else "; no dashboard (`pip install bokeh`)"
        return f"Dask: {self.where}, scheduler {self.address}{watch}"

    @property
    def jobs_wait(self) -> bool:
        """Whether workers are batch jobs, which may wait in a queue."""
        return False

    def look(self) -> dict[str, Seen]:
        """Return the workers that are there, by address."""
        # Not client.scheduler_info(): it returns what a timer of the client overwrites with an empty list now and then.
        try:
            found = self.client.sync(self.client.scheduler.identity, callback_timeout=CONNECT_SECONDS)["workers"]
        except TimeoutError:
            if self.client.status != "running":
                raise
            return self._last  # a scheduler that is busy answers later
        self._last = {
            str(address): Seen(
                name=str(worker["name"]),
                host=str(worker["host"]),
                ready=worker["status"] == "running",
                busy=any(worker["metrics"].get("task_counts", {}).get(state) for state in BUSY),
            )
            for address, worker in found.items()
        }
        return self._last

    def as_planned(self, address: str) -> bool:
        """Return whether a lost worker left at its planned time."""
        return False

    def keep(self, present: int) -> str:
        """Replace lost workers, and return a sentence for the user; here none are replaced, and it is empty."""
        return ""

    def close(self) -> None:
        """Disconnect, and end what was started for this run."""
        with suppress(OSError, RuntimeError):
            self.client.close()
        for end in self.ending:
            with suppress(OSError, RuntimeError, TimeoutError):
                end()


@dataclass(frozen=True)
class Wanted:
    """The options of the command line about workers; without any, workers are processes of this machine.

    ``default`` is the number of workers of the study, which the command line's ``count`` overrides.
    """

    count: int | None = None
    scheduler: str | None = None
    scheduler_file: Path | None = None
    site: str | None = None
    site_overrides: tuple[str, ...] = ()
    default: int | None = None

    @property
    def number(self) -> int | None:
        """The number of workers that the command line or else the study asks for, None where neither does."""
        return self.count or self.default

    @property
    def asked(self) -> bool:
        """Whether any option is given that only Dask can fulfil."""
        return self != Wanted()


@contextmanager
def shielded() -> Iterator[None]:
    """Let processes started in the block never see INT and USR2, which are for the process that plans.

    The process that plans lets units be finished. A blocked signal stays blocked in all threads and processes that are
    started in the block, and in those that they start.
    """
    both = {signal.SIGINT, signal.SIGUSR2}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, both)
    resource_tracker.ensure_running()  # it would start with the first process, and unblock INT
    signal.pthread_sigmask(signal.SIG_BLOCK, both)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def dashboard() -> str | None:
    """Return where a scheduler of ours serves its dashboard: any free port, as several runs share a login node."""
    return ":0" if find_spec("bokeh") else None
