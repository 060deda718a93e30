"""Functions that numba compiles; its cache of compiled code on disk saves time, and a run goes on without it."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numba

_told = False
"""Whether this process has said that the cache fails."""


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator as ``numba.njit(**options)`` does, except that a cache that cannot be used is done without.

    The folder of the cache may be full, over a quota, or not writable, such as a home directory on a cluster's nodes;
    numba would end the run then, or not import the function at all.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            compiled = numba.njit(**options)(function)
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
            _tell("beside the code or in the user's cache", "no such folder can be written")
            return numba.njit(**{**options, "cache": False})(function)
        if options.get("cache"):
            compiled._cache = _Dispensable(compiled._cache)
        return compiled

    return decorate


class _Dispensable:
    """A cache of numba whose errors are told once, and otherwise as if it were empty."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        try:
            return self._cache.load_overload(*arguments)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _tell(self._cache.cache_path, _why(error))
            return None

    def save_overload(self, *arguments: Any) -> None:
        try:
            self._cache.save_overload(*arguments)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _tell(self._cache.cache_path, _why(error))


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"


def _tell(where: str, why: str) -> None:
    global _told
    if not _told:
        _told = True
        warnings.warn(
            f"compiled code cannot be kept in {where} ({why}), so every process compiles it again, which takes up to a "
            "minute: free some space there, or set NUMBA_CACHE_DIR to a folder that can be written.",
            RuntimeWarning,
            stacklevel=2,
        )
