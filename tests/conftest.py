"""Fixtures."""

from __future__ import annotations

import os

# Tests run beside one another, and threads that wait for one another while others compute take many times as long.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import landsweep
import psutil
import pytest
import slurm_cluster
from hypothesis import settings
from support import make_study

settings.register_profile("landsweep", deadline=None)  # machines are shared: a slow example is no failure
settings.load_profile("landsweep")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``gpu`` where there is none."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no GPU here")
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # deterministic runs; read at the first product


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


@pytest.fixture(scope="session")
def cluster():
    if (reason := slurm_cluster.missing()) is not None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must test on a real Slurm, but {reason}")
        pytest.skip(reason)  # nowhere but on a laptop
    folder = Path(tempfile.mkdtemp(prefix="landsweep-slurm-", dir="/tmp"))  # paths of sockets are short
    running = slurm_cluster.Cluster(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def quiet(cluster):
    """No job of one test is left for the next, and every node is there again."""
    yield
    cluster.slurm("scancel", "--user", psutil.Process().username())
    slurm_cluster.wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "jobs to end")
    slurm_cluster.wait_for(cluster.ready, "nodes to come back")
