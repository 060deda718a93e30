"""Memory of a device: what is free, and keeping what was freed."""

from __future__ import annotations

import ctypes

import torch

MAPPED = 1 << 30
"""Bytes from which an allocation still gets pages of its own, which go back when it is freed."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h of the GNU C library
_NEVER = -1


def free_memory(device: torch.device) -> int:
    """Return the bytes that are free on a device; on a CPU, what the system says can be had without swapping."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    import psutil

    return int(psutil.virtual_memory().available)


def keep_freed_memory() -> bool:
    """Let this process keep the memory of freed tensors for the next ones, and return whether the C library can.

    Of a large block that is freed the GNU C library gives the pages back, and the system clears new ones for the next
    block of that size: on a CPU, up to half the time of a batch of small networks.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_MMAP_THRESHOLD, MAPPED) and mallopt(_TRIM_THRESHOLD, _NEVER))
