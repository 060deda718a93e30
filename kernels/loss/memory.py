"""The memory of a device: how much is free, how much a computation takes at most, and how freed memory is kept."""

from __future__ import annotations

import ctypes
import resource
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

MAPPED = (1 << 30, 32 << 20)
"""Allocations of at least this many bytes still get pages of their own, which go back to the system when they are
freed. The second value serves before glibc 2.34, which allows no more."""
_TRIM_THRESHOLD = -1
"""This number names ``M_TRIM_THRESHOLD`` in malloc.h of the GNU C library."""
_MMAP_THRESHOLD = -3
"""This number names ``M_MMAP_THRESHOLD`` in malloc.h of the GNU C library."""
_NEVER = -1
"""With this trim threshold the C library never gives freed memory back to the system."""


def free_memory(device: torch.device) -> int:
    """Return the bytes that are free on a device; on a CPU, those without swapping and within a batch job's limit."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    import psutil

    return min(
        int(psutil.virtual_memory().available),
        *_within_limits(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")),
        _within_ulimit(),
    )


def _within_ulimit() -> int:
    """Return the bytes that this process may still ask for, as ``ulimit -v`` says."""
    import psutil

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else max(0, limit - psutil.Process().memory_info().vms)


def _within_limits(own: Path, root: Path) -> list[int]:
    """Return the bytes left of each memory limit on this process's control groups, as batch systems set them.

    ``own`` names the groups, one a line: ``0::/path`` where there is one hierarchy, ``4:memory:/path`` where there are
    several; the groups around them count, too. The system counts file caches as used, but they are given up when memory
    is needed, so here they count as free.
    """
    left = [sys.maxsize]
    with suppress(OSError, ValueError):
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            if controllers:
                top, names = root / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes")
            else:
                top, names = root, ("memory.max", "memory.current")
            group = top / path.lstrip("/")
            for folder in (group, *group.parents):
                if not folder.is_relative_to(top):
                    break
                with suppress(OSError, ValueError):  # "max" where there is no limit
                    limit, used = (int((folder / name).read_text()) for name in names)
                    caches = dict(entry.split() for entry in (folder / "memory.stat").read_text().splitlines())
                    left.append(max(0, limit - used + int(caches.get("inactive_file", 0))))
    return left


def keep_freed_memory() -> bool:
    """Let this process keep the memory of freed tensors for the next ones, and return whether the C library can.

    When a large block is freed, the GNU C library gives its pages back to the system, which then has to clear new ones
    for the next block of that size. On a CPU this takes up to half the time of a batch of small networks.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    mapped = any(mallopt(_MMAP_THRESHOLD, nbytes) for nbytes in MAPPED)
    return bool(mallopt(_TRIM_THRESHOLD, _NEVER)) and mapped


class PeakMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch
    """A counter of the bytes of tensors made inside the block; ``peak`` is the most that were alive at once.

    It counts the bytes that an allocator is asked for, on any device, also on ``meta``, where nothing is computed. It
    does not count the scratch space of libraries.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch
        self.alive = self.peak = 0
        self._seen: set[int] = set()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation and count the tensors that it made."""
        before = {t.untyped_storage()._cdata for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)}
        made = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                if storage._cdata not in before | self._seen:
                    self._count(storage)
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        self._seen.add(storage._cdata)
        self.alive += storage.nbytes()
        self.peak = max(self.peak, self.alive)
        weakref.finalize(storage, self._gone, storage._cdata, storage.nbytes())

    def _gone(self, key: int, nbytes: int) -> None:
        self._seen.discard(key)
        self.alive -= nbytes
