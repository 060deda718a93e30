"""The README's commands and code, run as they stand."""

import re
import subprocess
import sys

import numpy as np
import pytest
from support import BIN, ROOT, environment

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the README's commands for an own study have been run."""
    place = tmp_path_factory.mktemp("readme")
    (commands,) = [b for b in blocks("sh") if b.startswith("landsweep new")]
    np.save(place / "field.npy", np.random.default_rng(0).standard_normal((20, 30)))  # the reader's own array
    path = f"{BIN}:{environment()['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=place,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return place, done.stdout


@pytest.mark.processes
def test_the_commands_for_an_own_study(folder):
    _, output = folder
    assert "members  6 (noise 3, seed 1, subspace 1, direction_seed 2)" in output
    assert "my_study: 6 of 6 landscapes" in output
    assert output.count("my_study: 6 of 6 landscapes") == 4  # run, another run, topology, density
    assert "the spectral density by stochastic Lanczos quadrature" in output
    assert "runs/quick/report/summary.md" in output
    assert "@inproceedings{li2018" in output
    assert "field.npy: 20 x 30 float64 (4.8 kB), freudenthal, 1 block\n" in output


@pytest.mark.processes
def test_the_python_code(folder):
    (code,) = blocks("python")
    program = code + "print(run.dataset.loss.sel(noise=0.1, seed=0).shape, len(run.metrics))\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=folder[0], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(1, 2, 21, 21) 6\n"


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)", README)
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link
