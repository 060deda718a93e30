"""A heartbeat lock: one live process (or MPI job) works on a run at a time.

Lustre and NFS may lack ``flock`` across nodes, so the lock is a file whose modification time is renewed.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from landsweep.errors import UserError

HEARTBEAT_SECONDS = 5.0
STALE_SECONDS = 30.0


def _started(pid: int) -> str | None:
    """Return when a process of this host started, or None where it does not live (or is a zombie)."""
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


def _is_dead(owner: dict[str, Any], age: float) -> bool:
    """Return whether a lock's owner is gone: by its process on this host, by its heartbeat on others."""
    if owner.get("host") == socket.gethostname() and owner.get("started") is not None:
        return bool(_started(int(owner["pid"])) != owner["started"])
    return age > STALE_SECONDS


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def owner(path: Path) -> str | None:
    """Return who holds a lock and lives, or None."""
    found = _read(path)
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None
    if not found or _is_dead(found, age):
        return None
    return f"process {found['pid']} on {found['host']}"


class RunLock:
    """Holds ``lock.json`` while its block runs.

    Raises
    ------
    UserError
        On entering, where another live process holds the run.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.token = uuid.uuid4().hex
        self.acquired_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="landsweep-lock", daemon=True)

    def __enter__(self) -> Self:
        pid = os.getpid()
        owner = {"token": self.token, "host": socket.gethostname(), "pid": pid, "started": _started(pid)}
        mine = self.path.with_name(f".lock.{self.token}.new.partial")
        mine.write_text(json.dumps(owner))
        try:
            while True:
                try:
                    os.link(mine, self.path)  # appears whole, and fails where a lock stands
                    break
                except FileExistsError:
                    self._clear_if_dead()
        finally:
            mine.unlink()
        self.acquired_at = time.time()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if _read(self.path).get("token") == self.token:
            self.path.unlink(missing_ok=True)

    def _clear_if_dead(self) -> None:
        """Remove the lock of a dead owner, or raise where the owner lives."""
        owner = _read(self.path)
        try:
            age = time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return
        if not _is_dead(owner, age):
            raise UserError(
                f"{self.path.parent} is in use by process {owner.get('pid', '?')} on {owner.get('host', '?')} (last "
                f"sign of life {max(age, 0):.0f} s ago): wait for it, stop it, or name another run directory with "
                "--out."
            )
        # Renaming is atomic: of several processes that find the lock dead, one moves it away, and what it
        # moved is put back if a newer owner's lock was caught instead.
        grave = self.path.with_name(f".lock.{self.token}.partial")
        with suppress(FileNotFoundError):
            self.path.rename(grave)
            if json.loads(grave.read_text() or "{}").get("token") != owner.get("token"):
                with suppress(FileExistsError):
                    os.link(grave, self.path)
            grave.unlink()

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            with suppress(OSError):
                os.utime(self.path)
