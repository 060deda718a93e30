"""A problem imports what lies beside it, and its paths start from the study's folder; another problem's are apart."""

import sys

import pytest
from landsweep.base.errors import UserError
from landsweep.study import beside
from landsweep.study.problems import load_class, make_problem
from landsweep.study.study import ProblemSpec, Study
from support import inside

PROBLEM = """
import torch
from torch import nn
import {sibling}
{more}

class Mine:
    def __init__(self, data=None, plain=None, deep=None):
        {init}

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Linear(2, 1)

    def batches(self):
        from {sibling} import SCALE  # late, too
        return [torch.full((3, 2), SCALE)]

    def loss(self, model, batch):
        return model(batch).square().mean()

    def train(self, model, seed):
        return model

    def quality(self, model):
        return {{"scale": {sibling}.SCALE}}
"""
STUDY = """
name: mine
problem: {{path: "problem.py:Mine", params: {{{params}}}}}
sweep: {{seed: [0], direction_seed: [0]}}
subspaces: {{random: {{range: [-1, 1]}}}}
grid: {{dims: 1, points: 3}}
evaluation: {{strategy: inplace}}
report: {{figures: false, page: false}}
"""


def write(folder, scale=1.0, *, sibling="mynet", init="pass", params="", more=""):
    folder.mkdir(exist_ok=True)
    (folder / "problem.py").write_text(PROBLEM.format(sibling=sibling, init=init, more=more))
    (folder / f"{sibling}.py").write_text(f"SCALE = {scale}\n")
    (folder / "study.yaml").write_text(STUDY.format(params=params))
    return folder / "study.yaml"


def values(folder):
    import landsweep

    return landsweep.open_run(folder / "run").dataset.loss.values.ravel().tolist()


def test_modules_beside_two_problems_do_not_mix(tmp_path):
    """The second problem's module has the name of the first one's; then the first runs again."""
    one, two = write(tmp_path / "one", 1.0), write(tmp_path / "two", 3.0)
    path = list(sys.path)
    for study in (one, two, one):
        done = inside("check", study, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    for study in (one, two):
        done = inside("run", study, "--out", study.parent / "run", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert values(two.parent)[1] > 2 * values(one.parent)[1] > 0
    more = inside("run", one, "--out", one.parent / "run", "--set", "sweep.direction_seed=[0,1]", cwd=tmp_path)
    assert more.returncode == 0, more.stderr
    (two.parent / "mynet.py").write_text("SCALE = 4.0\n")
    changed = inside("run", two, "--out", two.parent / "run", "--set", "sweep.direction_seed=[0,1]", cwd=tmp_path)
    assert changed.returncode == 2
    assert f"{two.parent / 'mynet.py'} has changed since" in changed.stderr
    assert len(sys.path) <= len(path) + 1  # the folder in use, and no other


def test_another_module_of_the_same_name_is_not_taken_for_the_one_beside(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mynet.py").write_text("SCALE = 'of another project'\n")
    monkeypatch.syspath_prepend(elsewhere)
    import mynet

    assert mynet.SCALE == "of another project"
    done = inside("check", write(tmp_path / "one"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    inside("check", write(tmp_path / "two", sibling="othernet"), cwd=tmp_path)
    assert sys.modules["mynet"] is mynet
    del sys.modules["mynet"]


def test_relative_paths_among_the_parameters_start_from_the_studys_folder(tmp_path):
    init = "from pathlib import Path as P; files = [data, *deep['files']]; "
    init += "assert [P(file).read_text() for file in files] + [plain] == ['a', 'b', 'word']"
    params = "data: data/a.txt, plain: word, deep: {files: [b.txt], n: 3}"
    study = write(tmp_path / "one", init=init, params=params)
    (study.parent / "data").mkdir()
    (study.parent / "data" / "a.txt").write_text("a")
    (study.parent / "b.txt").write_text("b")
    (study.parent / "word").mkdir()  # a word is no path, whatever lies there
    done = inside("check", study, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


RAISES = [
    ("raise ConnectionError('no answer from the server')", "ConnectionError: no answer from the server at "),
    ("open('data.txt')", "(data.txt is in the study's folder, not in "),
    ("open('gone.txt')", "FileNotFoundError: [Errno 2] No such file or directory: 'gone.txt' at "),
    ("raise KeyError('alpha')", "KeyError: 'alpha' at "),
    ("import sys; sys.exit(3)", "SystemExit: 3 at "),
]


@pytest.mark.parametrize(("init", "text"), RAISES)
@pytest.mark.parametrize("command", ["check", "run"])
def test_whatever_a_constructor_raises_is_one_sentence_with_the_users_line(tmp_path, command, init, text):
    study = write(tmp_path / "one", init=init)
    (study.parent / "data.txt").write_text("")
    done = inside(command, study, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("landsweep: problem.path 'problem.py:Mine': Mine() failed (")
    assert text in done.stderr
    assert f"problem.py:{9} " in done.stderr.replace(")", " ")
    assert "expected problem.params and sweep parameters that the class accepts" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_word_by_which_something_beside_the_study_goes_is_told(tmp_path):
    study = write(tmp_path / "one", init="raise ValueError('none')", params="plain: b, deep: {model: tiny}")
    text = "that the class accepts (tiny is in the study's folder: write ./tiny)."
    for there in (False, True):
        with pytest.raises(UserError) as caught:
            make_problem(Study.load(study), study.parent, {})
        assert (text in str(caught.value)) == there
        (study.parent / "tiny").mkdir(exist_ok=True)
    beside.enter(None)


def test_files_that_cannot_be_listed_are_told(tmp_path):
    study = write(tmp_path / "one")
    problem = study.parent / "problem.py"
    problem.write_text(problem.read_text() + "\n    def files(self):\n        return [self.gone]\n")
    done = inside("run", study, cwd=tmp_path)
    assert done.returncode == 2
    assert "files failed (AttributeError: 'Mine' object has no attribute 'gone' at " in done.stderr
    assert "expected a list of the data files that the problem reads." in done.stderr


def test_a_script_that_exits_when_it_is_imported_is_told(tmp_path):
    study = write(tmp_path / "one", more="raise SystemExit('usage: train.py')")
    done = inside("run", study, cwd=tmp_path)
    assert done.returncode == 2
    assert "does not import (SystemExit: usage: train.py at " in done.stderr
    assert "problem.py:5)" in done.stderr


def test_modules_in_a_folder_that_a_problem_puts_on_the_path_do_not_mix(tmp_path):
    """As `landsweep new --module` writes it: the network is in the folder above the study."""
    scales, before = [], list(sys.path)
    for folder, scale in (("one", 1.0), ("two", 3.0), ("one", 1.0)):
        here = tmp_path / folder / "study"
        here.mkdir(parents=True, exist_ok=True)
        (here.parent / "netabove.py").write_text(f"SCALE = {scale}\n")
        (here.parent / "late").mkdir(exist_ok=True)
        (here.parent / "late" / "deep.py").write_text(f"SCALE = {scale}\n")
        if not (here / "problem.py").exists():
            (here / "problem.py").write_text(
                "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parents[1]))\n"
                "import netabove\nclass Mine:\n"
                "    def build(self):\n        import late.deep, netabove as again\n"
                "        return netabove.SCALE, again.SCALE, late.deep.SCALE\n"
                "    def batches(self): ...\n    def loss(self, model, batch): ...\n"
            )
        scales.append(load_class(ProblemSpec(path="problem.py:Mine"), here)().build())
        beside.enter(None)
        assert sys.path == before
        assert not {"netabove", "late", "late.deep"} & set(sys.modules)
    assert scales == [(1.0,) * 3, (3.0,) * 3, (1.0,) * 3]
