"""Fixtures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import landsweep
import pytest
from hypothesis import settings
from support import make_study

settings.register_profile("landsweep", deadline=None)  # machines are shared: a slow example is no failure
settings.load_profile("landsweep")


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Write a changed toy study into this test's folder."""
    return lambda **changes: make_study(tmp_path, **changes)


@pytest.fixture
def run(write_study, tmp_path):
    """Run a changed toy study in this process."""

    def go(out="run", options=None, **changes):
        return landsweep.run(write_study(**changes), tmp_path / out, progress=False, **(options or {}))

    return go
