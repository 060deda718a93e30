"""The README's commands and code, run as they stand, and what the site's pages are filled with."""

import importlib
import importlib.util
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from landsweep import Study
from landsweep.kernels import merge_tree
from pydantic import BaseModel
from served import bash
from support import ROOT, inside

README = (ROOT / "README.md").read_text()


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the README's commands for an own study have been run."""
    place = tmp_path_factory.mktemp("readme")
    (commands,) = [b for b in blocks("sh") if b.startswith("landsweep new")]
    np.save(place / "field.npy", np.random.default_rng(0).standard_normal((20, 30)))  # the reader's own array
    done = bash(commands, place)
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
    assert "field.npy: 20 x 30 float64 (4.8 kB), moore, 1 block\n" in output


@pytest.mark.processes
def test_the_python_code(folder):
    code, call = blocks("python")
    program = code + "print(run.dataset.loss.sel(noise=0.1, seed=0).shape, len(run.metrics))\n"
    at_hand = """
import torch
model, criterion = torch.nn.Linear(2, 1), torch.nn.MSELoss()
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(8, 2), torch.randn(8, 1)))
"""
    program += f"{at_hand}{call}print(found.data.shape)\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=folder[0], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(1, 2, 21, 21) 6\n(41, 41)\n"


@pytest.mark.parametrize(("language", "file"), [("yaml", "study.yaml"), ("python", "problem.py")])
def test_the_page_on_an_own_study_explains_what_new_writes(language, file, tmp_path):
    assert inside("new", "my_study", cwd=tmp_path).returncode == 0
    made = {line.split(" #")[0].strip() for line in (tmp_path / "my_study" / file).read_text().splitlines()}
    page = (ROOT / "docs" / "study.md").read_text()
    quoted = "\n".join(b for b in blocks(language, page) if "landsweep.open_run" not in b).splitlines()
    assert len(quoted) > 20
    assert {line.strip() for line in quoted} - {"..."} <= made


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)", README)
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link


@pytest.fixture(scope="module")
def hooks():
    """What MkDocs calls while it builds the site; nothing of MkDocs itself is needed here."""
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_has_every_key_of_a_study(hooks):
    study = Study.parse({"name": "a", "problem": {"path": "p.py:P"}})
    _, *parts = re.split(r"^## (?:`(.+)`|At the top)\n", hooks.study_keys(), flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    wanted = {None: study, "subspaces.NAME": study.subspaces["random"]}
    wanted |= {key: below for key, below in study if isinstance(below, BaseModel)}
    wanted |= {
        f"{key}.{name}": below
        for key, section in wanted.items()
        if key is not None and not key.endswith("NAME")
        for name, below in section
        if isinstance(below, BaseModel)
    }
    for name, value in wanted.items():
        keys = re.findall(r"^\| `(\w+)` \|", sections.pop(name), flags=re.MULTILINE)
        assert keys == list(type(value).model_fields)
    assert not sections
    assert "| `points` | whole number or list of whole number | `41` |" in hooks.study_keys()
    assert "| `path` | text | required |" in hooks.study_keys()


def test_the_reference_has_every_metric_and_command(hooks):
    home = re.search(r"^::: (\S+)\.topology_metrics$", hooks.metrics(), flags=re.MULTILINE)[1]
    names = list(importlib.import_module(home).topology_metrics(merge_tree(np.zeros(3))))
    assert re.findall(r"^\| `(\w+)` \|", hooks.metrics(), flags=re.MULTILINE) == names
    commands = hooks.commands()
    for command in ("run", "plan", "status", "submit", "bench evaluation", "scaling", "tree"):
        assert f"## `landsweep {command}`\n" in commands
    assert "| `--dry-run` | Print the scripts; submit and write nothing. |" in commands


def test_pages_lead_to_what_lies_outside_docs(hooks):
    def filled(page, text):
        return hooks.on_page_markdown(text, SimpleNamespace(file=SimpleNamespace(src_uri=page)), None, None)

    assert filled("topology.md", "[a](../CONTRIBUTING.md)") == "[a](contributing.md)"
    assert filled("sites/local.md", "[a](../../CHANGELOG.md)") == "[a](../changes.md)"
    assert filled("changes.md", "[a](docs/robust.md)") == "[a](robust.md)"
    assert filled("reference/landsweep.md", "::: landsweep.run").startswith("::: landsweep.")
