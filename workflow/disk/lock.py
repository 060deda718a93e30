"""A heartbeat lock: one live process (or MPI job) works on a run at a time.

Lustre and NFS may lack ``flock`` across nodes, so the lock is a file whose modification time its owner renews. A batch
job that was requeued takes over the lock of its earlier life, even if processes of that life still write: after a node
failure Slurm may start a job again while its old processes live. Such an old process finds another token in the lock
and ends.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from landsweep.base.errors import Stopped, UserError
from landsweep.base.launch import batch_job
from landsweep.base.waiting import saying

HEARTBEAT_SECONDS = 5.0
"""The owner of a lock gives a sign of life once in this many seconds."""
STALE_SECONDS = 30.0
"""The owner of a lock on another host counts as dead after this many seconds without a sign of life."""
POLL_SECONDS = 0.2
"""A process that waits for a lock looks at it again after this many seconds."""


def _started(pid: int) -> str | None:
    """Return the start time of a process of this host, or None where it does not live (or is a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
        with suppress(ProcessLookupError, PermissionError):  # no /proc (macOS)
            os.kill(pid, 0)
            return "alive"
        return None
    return None if fields[0] == "Z" else fields[19]


def _is_dead(path: Path, owner: dict[str, Any]) -> bool:
    """Return whether a lock's owner is certainly dead: of a process of this host its system knows it.

    A lock with another path and inode than its owner gave it is that of a copied run directory, which nobody holds.
    """
    if owner.get("host") != socket.gethostname() or owner.get("started") is None:
        return False
    with suppress(OSError):
        if "inode" in owner and owner["inode"] != path.stat().st_ino and owner["path"] != str(path.resolve()):
            return True
    return bool(_started(int(owner["pid"])) != owner["started"])


def _is_earlier_life(owner: dict[str, Any]) -> bool:
    """Return whether a lock was taken by this batch job before it was requeued."""
    job, restart = batch_job()
    return job is not None and owner.get("job") == job and int(owner.get("restart", 0)) < restart


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _name(owner: dict[str, Any]) -> str:
    job = f" (job {owner['job']})" if owner.get("job") else ""
    return f"process {owner.get('pid', '?')} on {owner.get('host', '?')}{job}"


def token(path: Path) -> str | None:
    """Return the token of the session that holds the lock of a run, None where there is no lock."""
    return _read(path).get("token")


def ended(path: Path, token: str | None) -> bool:
    """Return whether a session has lost its lock; False where the lock cannot be read just now."""
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return bool(found.get("token") != token)


def owner(path: Path) -> str | None:
    """Return the name of the live process that holds a lock, or None; one on another host is watched for up to 30 s."""
    while found := _read(path):
        text = f"{path.parent} is locked by {_name(found)}: waiting up to {STALE_SECONDS:.0f} s for a sign of life."
        with saying(text, after=HEARTBEAT_SECONDS + 1):
            fate = _watch(path, found)
        if fate != "gone":
            return _name(found) if fate == "alive" else None
    return None


def _watch(
    path: Path, owner: dict[str, Any], patience: float = 0.0, waiting: Callable[[], None] = lambda: None
) -> Literal["alive", "dead", "gone"]:
    """Return whether a lock's owner is dead, or still lives after ``patience`` seconds, or the lock is no longer its.

    Of a process of this host its system knows it. The clocks of hosts differ, so that an owner on another host lives
    where the lock's modification time changes while it is watched, and is dead where that does not change for 30 s;
    ``waiting`` is called once before it waits.
    """
    begin = last = time.monotonic()
    seen: float | None = None
    here, told = owner.get("host") == socket.gethostname(), False
    while True:
        try:
            modified = path.stat().st_mtime
        except FileNotFoundError:
            return "gone"
        if _read(path).get("token") != owner.get("token"):
            return "gone"
        now = time.monotonic()
        if _is_dead(path, owner) or (seen == modified and now - last > STALE_SECONDS):
            return "dead"
        if (here or (seen is not None and modified != seen)) and now - begin >= patience:
            return "alive"
        if seen != modified:
            seen, last = modified, now
        if not told:
            told = True
            waiting()
        time.sleep(POLL_SECONDS)


@dataclass(frozen=True)
class Fence:
    """A check that keeps a process from writing into a run directory once its session has ended.

    The session has ended once another session, or none, holds the lock. A worker of a cluster that this run has not
    started continues with the item in hand when its session is aborted.
    """

    lock: Path
    token: str | None

    def __call__(self) -> None:
        """Raise :class:`Stopped` where the session has ended."""
        if ended(self.lock, self.token):
            raise Stopped


class RunLock:
    """A lock that holds ``lock.json`` while its block runs.

    A lock of a process on another host is taken over if it is not renewed while it is watched, for up to 30 s.

    Parameters
    ----------
    path
        The lock file.
    lost
        The function that is called once, from another thread, when another process has taken the lock over.
    patience
        The seconds to wait for an owner that lives.

    Attributes
    ----------
    alone
        Whether no process of an earlier session may still write: false where the lock was taken over from a process
        that is not known to have ended.

    Raises
    ------
    UserError
        On entering, where another live process holds the run.
    """

    def __init__(self, path: Path, lost: Callable[[], None] = lambda: None, patience: float = 0.0) -> None:
        self.path = path
        self.token = uuid.uuid4().hex
        self.alone = True
        self._lost, self._patience = lost, patience
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="landsweep-lock", daemon=True)

    def __enter__(self) -> Self:
        pid, (job, restart) = os.getpid(), batch_job()
        owner = {"token": self.token, "host": socket.gethostname(), "pid": pid, "started": _started(pid)}
        owner |= {"job": job, "restart": restart} if job is not None else {}
        mine = self.path.with_name(f".lock.{self.token}.new.partial")
        with mine.open("w") as file:
            owner |= {"path": str(self.path.resolve()), "inode": os.fstat(file.fileno()).st_ino}
            file.write(json.dumps(owner))
        try:
            while True:
                try:
                    os.link(mine, self.path)  # appears whole, and fails where a lock stands
                    break
                except FileExistsError:
                    self._clear_if_dead()
            self._thread.start()
        except BaseException:  # a signal may come between any two lines
            if _read(self.path).get("token") == self.token:
                self.path.unlink(missing_ok=True)
            raise
        finally:
            mine.unlink()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if self.held():
            self.path.unlink(missing_ok=True)

    def held(self) -> bool:
        """Return whether this process still holds the lock."""
        return _read(self.path).get("token", self.token) == self.token

    def _clear_if_dead(self) -> None:
        """Remove the lock of an owner that is dead, or dies while it is watched; raise UserError where it lives."""
        owner = _read(self.path)
        if not _is_earlier_life(owner):
            fate = _watch(self.path, owner, self._patience, lambda: self._say(owner))
            if fate == "alive":
                raise UserError(
                    f"{self.path.parent} is in use by {_name(owner)}: wait for it, stop it, or use another "
                    "run directory."
                )
            if fate == "gone":
                return
        self.alone = self.alone and _is_dead(self.path, owner)
        # Renaming is atomic: of several processes that find the lock dead, one moves it away, and what it
        # moved is put back if a newer owner's lock was caught instead.
        grave = self.path.with_name(f".lock.{self.token}.partial")
        with suppress(FileNotFoundError):
            self.path.rename(grave)
            if json.loads(grave.read_text() or "{}").get("token") != owner.get("token"):
                with suppress(FileExistsError):
                    os.link(grave, self.path)
            grave.unlink()

    def _say(self, owner: dict[str, Any]) -> None:
        here = owner.get("host") == socket.gethostname()
        until = f"{self._patience:.0f} s for its end" if here else f"{STALE_SECONDS:.0f} s for a sign of life"
        print(f"{self.path.parent} is locked by {_name(owner)}: waiting up to {until}.", file=sys.stderr, flush=True)

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            if not self.held():
                self._lost()
                return
            with suppress(OSError):
                os.utime(self.path)
