"""Numba's cache is no condition of a run."""

from __future__ import annotations

import errno
import os
import resource

import numba
import pytest
from landsweep.kernels import compiled


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(compiled, "_told", False)


def twice(x: float) -> float:
    return 2 * x


def test_a_full_disk_costs_only_the_cache(told, tmp_path, monkeypatch):
    """The kernel itself refuses to write more than 100 bytes per file, and its error names no file."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    function = compiled.njit(cache=True, nogil=True)(twice)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.warns(RuntimeWarning) as warned:
            assert [function(1.5), function(2)] == [3.0, 4]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (text,) = [str(w.message) for w in warned]
    assert text.startswith(f"compiled code cannot be kept in {tmp_path}/")
    assert os.strerror(errno.EFBIG) in text
    assert "set NUMBA_CACHE_DIR to a folder that can be written" in text
    again = compiled.njit(cache=True, nogil=True)(twice)
    assert again(1.5) == 3.0
    assert not again.stats.cache_hits
    assert compiled.njit(cache=True)(twice)(1.5) == 3.0  # what is kept is taken
    third = compiled.njit(cache=True, nogil=True)(twice)
    assert third(1.5) == 3.0
    assert third.stats.cache_hits


def test_without_any_folder_for_the_cache_functions_are_compiled_nevertheless(told, monkeypatch):
    def none(self, function):
        raise RuntimeError(f"cannot cache function {function.__name__!r}: no locator available for file 'x.py'")

    monkeypatch.setattr("numba.core.caching.CompileResultCacheImpl.__init__", none)
    with pytest.warns(RuntimeWarning, match="no such folder can be written"):
        function = compiled.njit(cache=True)(twice)
    assert function(1.5) == 3.0


def test_a_damaged_cache_is_as_good_as_none(told, tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert compiled.njit(cache=True)(twice)(1.5) == 3.0
    for file in tmp_path.rglob("*.nbi"):
        file.write_bytes(b"")
    with pytest.warns(RuntimeWarning, match="EOFError"):
        assert compiled.njit(cache=True)(twice)(1.5) == 3.0
