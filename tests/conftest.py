"""Fixtures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings
from support import HERE, study_data

settings.register_profile("landsweep", deadline=None)  # machines are shared: a slow example is no failure
settings.load_profile("landsweep")


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Write a study and the toy problem into a fresh folder; return the study's path."""

    def write(**changes: Any) -> Path:
        shutil.copy(HERE / "toy.py", tmp_path / "toy.py")
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(study_data(**changes), sort_keys=False))
        return path

    return write
