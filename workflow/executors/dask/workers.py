"""What is known of Dask's workers, and how processes are started that become some."""

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
    """A worker as the scheduler sees it: whether it begins tasks (it may be paused or leaving), and is at one."""

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
        Connected to its scheduler.
    expected, per_node
        Workers that it has or will have, and how many of them share a node.
    where
        The words that follow "Dask: ".
    waits
        Whether it may be without any worker for as long as it likes: they wait in a queue, or come back by themselves.
    ending
        Called when it is not needed any more.
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
        """Return whether a worker that is gone left when it was to leave."""
        return False

    def keep(self, present: int) -> str:
        """Replace workers that are gone, and return what is to be said; others come back by themselves, or do not."""
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
    """What a person says of the workers; without anything, processes of this machine."""

    count: int | None = None
    scheduler: str | None = None
    scheduler_file: Path | None = None
    site: str | None = None
    site_overrides: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether something was said that only Dask can do."""
        return self != Wanted()


@contextmanager
def shielded() -> Iterator[None]:
    """Start processes that never see INT and USR2: these are for the one that plans, which lets units be finished.

    A blocked signal stays blocked in threads and processes that are made meanwhile, and in all of theirs.
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
